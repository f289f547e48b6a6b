// Switches: several selectors, a default in the middle, nested in loops with continue, signed selectors.
// grid 1,1,1
// bind 0,0 = iota_u32:96
// bind 0,1 = zeros:384
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
fn kind(v: i32) -> u32 {
    switch v {
        case -1, 2: { return 10u; }
        default: { if v > 50 { return 99u; } }
        case 3, 4, 5: { return 20u; }
        case 6: { }
    }
    return 30u;
}
@compute @workgroup_size(96)
fn main(@builtin(local_invocation_index) at: u32) {
    var r = 0u;
    for (var i = 0u; i < 8u; i++) {
        switch (x[at] + i) % 6u {
            case 0u: { continue; }
            case 1u, 2u: { r += 1u; break; }
            case 3u: { r += 10u; if at % 2u == 0u { break; } r += 5u; }
            case default: { r += 100u; }
        }
        r += 1000u;
    }
    out[at] = r + kind(i32(at) - 1);
}

// Functions and entry points that lanes leave at different places.
// grid 2,1,1
// bind 0,0 = iota_u32:128
// bind 0,1 = zeros:512
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
fn first_divisor(n: u32) -> u32 {
    if n < 2u { return 0u; }
    for (var d = 2u; d * d <= n; d++) {
        if n % d == 0u { return d; }
    }
    return n;
}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let d = first_divisor(x[id.x]);
    if d == 0u { return; }
    out[id.x] = d;
    if d == x[id.x] { out[id.x] += 1000u; return; }
    if d > 2u { out[id.x] += 2000u; } else { return; }
    out[id.x] += first_divisor(x[id.x] / d);
}

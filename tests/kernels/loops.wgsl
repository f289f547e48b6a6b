// Nested loops with continuing blocks, break-if, continue and break, diverging per invocation.
// grid 2,1,1
// bind 0,0 = iota_u32:128
// bind 0,1 = zeros:512
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    var sum = 0u;
    var i = 0u;
    loop {
        if i % 3u == 1u { continue; }
        var j = x[id.x] % 5u;
        while j < 10u {
            j++;
            if j == 7u { continue; }
            if j > i + 4u { break; }
            sum += i * j + 1u;
        }
        if sum > 500u { break; }
        continuing {
            i++;
            break if i >= x[id.x] % 11u + 2u;
        }
    }
    out[id.x] = sum * 100u + i;
}

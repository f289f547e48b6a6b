// Steps to one: loops of very different lengths.
// grid 10,1,1
// bind 0,0 = iota_u32:640
// bind 0,1 = zeros:2560
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    var n = x[id.x] + 1u;
    var steps = 0u;
    while n != 1u {
        if n % 2u == 0u { n /= 2u; } else { n = 3u * n + 1u; }
        steps++;
    }
    out[id.x] = steps;
}

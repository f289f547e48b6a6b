// Division and remainder of integers, with zero and the smallest integer.
// grid 1,1,1
// bind 0,0 = iota_u32:64
// bind 0,1 = zeros:1024
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4<u32>>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) at: u32) {
    let divisor = x[at] % 5u;
    let signed = i32(divisor) - 1;
    let least = bitcast<i32>(0x80000000u) + i32(x[at] / 20u);
    out[at] = vec4(x[at] * 77u / divisor, x[at] * 77u % divisor, bitcast<u32>(least / signed), bitcast<u32>(least % signed));
}

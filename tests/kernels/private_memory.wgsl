// Private variables: initial values, arrays with computed indices, changes made by functions in loops.
// grid 2,1,1
// bind 0,0 = iota_u32:128
// bind 0,1 = zeros:512
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
var<private> counter: u32 = 5u;
var<private> ring: array<u32, 7>;
var<private> flags: array<bool, 4>;
fn push(value: u32) {
    ring[counter % 7u] = value;
    flags[value % 4u] = value > 10u;
    counter++;
}
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    for (var i = 0u; i < 3u + x[id.x] % 9u; i++) {
        push(x[id.x] + i * i);
    }
    var sum = counter;
    for (var i = 0u; i < 7u; i++) { sum = sum * 3u + ring[i]; }
    out[id.x] = sum * 16u + select(0u, 1u, flags[0]) + select(0u, 2u, flags[1]) + select(0u, 4u, flags[id.x & 3u]);
}

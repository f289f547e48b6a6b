// A tiled matrix product.
// grid 3,2,1
// bind 0,0 = rand_f32:1024:1
// bind 0,1 = rand_f32:1536:2
// bind 0,2 = zeros:6144
const T = 16u;
const M = 32u; const K = 32u; const N = 48u;
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;
var<workgroup> ta: array<array<f32, T>, T>;
var<workgroup> tb: array<array<f32, T>, T>;
@compute @workgroup_size(T, T)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_id) at: vec3<u32>) {
    var sum = 0.0;
    for (var t = 0u; t < K / T; t++) {
        ta[at.y][at.x] = a[id.y * K + t * T + at.x];
        tb[at.y][at.x] = b[(t * T + at.y) * N + id.x];
        workgroupBarrier();
        for (var k = 0u; k < T; k++) { sum += ta[at.y][k] * tb[k][at.x]; }
        workgroupBarrier();
    }
    c[id.y * N + id.x] = sum;
}

// Pointers to whole variables as arguments: matrices in private and function memory. Naga takes no others.
// grid 2,1,1
// bind 0,0 = iota_u32:64
// bind 0,1 = zeros:512
// bind 0,2 = zeros:64
// bind 0,3 = u32:5,6,7,8
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<storage, read_write> count: atomic<u32>;
@group(0) @binding(3) var<uniform> four: vec4<u32>;
var<workgroup> cells: array<vec2<u32>, 32>;
var<workgroup> turn: atomic<i32>;
var<private> matrices: array<mat2x3<f32>, 3>;
fn put(m: ptr<private, array<mat2x3<f32>, 3>>, i: u32, j: u32, k: u32, v: f32) { (*m)[i][j][k] = v; (*m)[j][j].x += 0.5; }
fn column(m: ptr<function, mat3x2<f32>>, i: u32) -> vec2<f32> { (*m)[i].y *= 2.0; let c = &(*m)[i]; (*c)[i % 2u] += 1.0; return *c; }
@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    cells[at] = vec2(at, 2u * at + 1u);
    atomicSub(&turn, 3);
    workgroupBarrier();
    atomicAdd(&count, 2u);
    let turns = atomicLoad(&turn);
    put(&matrices, at % 3u, at % 2u, (at + 1u) % 3u, f32(at));
    var m = mat3x2(1.0, 2.0, 3.0, 4.0, 5.0, f32(at));
    let c = column(&m, at % 3u);
    let sum = matrices[0][0].x + matrices[1][1].y + matrices[2][0].z + matrices[at % 3u][at % 2u][(at + 1u) % 3u];
    out[id.x] = x[at + id.x % 32u] + four[at % 4u] + u32(turns + 1000) + cells[31u - at].y;
    out[id.x + 64u] = u32(sum * 2.0) + u32(c.x * 10.0 + c.y * 100.0) + u32(m[at % 3u].y);
}

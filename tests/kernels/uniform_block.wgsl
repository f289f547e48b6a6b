// A uniform buffer with a matrix, an array of vectors indexed by a varying value, and scalars.
// grid 3,1,1
// bind 0,0 = iota_f32:36
// bind 0,1 = zeros:3072
struct Params { transform: mat4x4<f32>, table: array<vec4<f32>, 4>, scale: f32, count: f32 }
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> out: array<vec4<f32>>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let v = vec4(f32(id.x), 1.0, -2.0, params.count);
    out[id.x] = params.transform * v + params.table[id.x & 3u] * params.scale;
}

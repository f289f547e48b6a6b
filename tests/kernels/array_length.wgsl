// A runtime-sized array behind a header.
// grid 4,1,1
// bind 0,0 = iota_u32:103
// bind 0,1 = zeros:1024
struct Data { header: vec4<u32>, values: array<vec3<u32>> }
@group(0) @binding(0) var<storage, read> data: Data;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let n = arrayLength(&data.values);
    if id.x < n {
        out[id.x] = data.values[id.x].z + data.header.y;
    } else {
        out[id.x] = n * 1000u + arrayLength(&out);
    }
}

// A tree reduction in workgroup memory.
// grid 8,1,1
// bind 0,0 = rand_u32:2048:1
// bind 0,1 = zeros:32
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> sums: array<u32>;
var<workgroup> part: array<u32, 256>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>,
        @builtin(workgroup_id) group: vec3<u32>) {
    part[local.x] = x[id.x];
    workgroupBarrier();
    for (var width = 128u; width > 0u; width >>= 1u) {
        if local.x < width { part[local.x] += part[local.x + width]; }
        workgroupBarrier();
    }
    if local.x == 0u { sums[group.x] = part[0]; }
}

// Every built-in value of a grid with three dimensions.
// grid 2,3,2
// bind 0,0 = zeros:9216
struct Ids {
    @builtin(global_invocation_id) global: vec3<u32>,
    @builtin(local_invocation_id) local: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
}
@group(0) @binding(0) var<storage, read_write> out: array<vec4<u32>>;
@compute @workgroup_size(4, 3, 4)
fn main(ids: Ids, @builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) grid: vec3<u32>) {
    let linear = (group.z * grid.y + group.y) * grid.x + group.x;
    let at = linear * 48u + ids.index;
    let sum = ids.local.x + 10u * ids.local.y + 100u * ids.local.z;
    out[at] = vec4(ids.global.x + 1000u * ids.global.y, ids.global.z, sum, linear);
}

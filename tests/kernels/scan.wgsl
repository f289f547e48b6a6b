// An inclusive scan of each workgroup, doubling the distance.
// grid 4,1,1
// bind 0,0 = rand_u32:400:3
// bind 0,1 = zeros:1600
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
var<workgroup> part: array<u32, 100>;
@compute @workgroup_size(100)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    part[at] = x[id.x];
    for (var d = 1u; d < 100u; d *= 2u) {
        workgroupBarrier();
        var before = 0u;
        if at >= d { before = part[at - d]; }
        workgroupBarrier();
        part[at] += before;
    }
    out[id.x] = part[at];
}

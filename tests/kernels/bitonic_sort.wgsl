// A bitonic sort in workgroup memory.
// grid 2,1,1
// bind 0,0 = rand_u32:512:12
@group(0) @binding(0) var<storage, read_write> x: array<u32>;
var<workgroup> part: array<u32, 256>;
@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    let start = group.x * 256u;
    part[at] = x[start + at];
    part[at + 128u] = x[start + at + 128u];
    for (var size = 2u; size <= 256u; size *= 2u) {
        for (var d = size / 2u; d > 0u; d /= 2u) {
            workgroupBarrier();
            let i = 2u * d * (at / d) + at % d;
            let up = (i & size) == 0u;
            let a = part[i];
            let b = part[i + d];
            if (a > b) == up {
                part[i] = b;
                part[i + d] = a;
            }
        }
    }
    workgroupBarrier();
    x[start + at] = part[at];
    x[start + at + 128u] = part[at + 128u];
}

// Barriers in functions, in loops and in branches that all invocations take together; three dimensions.
// grid 2,1,2
// bind 0,0 = rand_u32:96:51
// bind 0,1 = zeros:768
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<array<u32, 2>>;
const N = 24u;
var<workgroup> now: array<u32, N>;
var<workgroup> then: array<vec2<u32>, N>;
fn rotated(at: u32, by: u32) -> u32 {
    workgroupBarrier();
    let v = now[(at + by) % N];
    workgroupBarrier();
    return v;
}
fn total(at: u32) -> u32 {
    for (var half = N / 2u; ; half = (half + 1u) / 2u) {
        let two = at + half < N && at < half;
        var v = now[at];
        if two { v += now[at + half]; }
        workgroupBarrier();
        if at < half { now[at] = v; } else { now[at] = 0u; }
        workgroupBarrier();
        if half == 1u { break; }
    }
    return now[0];
}
@compute @workgroup_size(3, 4, 2)
fn main(@builtin(local_invocation_id) local: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>,
        @builtin(local_invocation_index) at: u32, @builtin(num_workgroups) grid: vec3<u32>) {
    let linear = (group.z * grid.x + group.x) * N + at;
    let v = x[linear] % 1000u;
    // Zero at the start of every workgroup.
    let zero = now[at] + then[at].x;
    now[at] = v;
    var sum = zero;
    for (var by = 1u; by < 4u; by++) {
        let other = rotated(at, by);
        now[at] = other ^ by;
        sum += other * by;
    }
    switch group.x {
        case 0u: {
            then[at] = vec2(sum, v);
            workgroupBarrier();
            sum += then[N - 1u - at].x;
        }
        default: {
            for (var i = 0u; i < 2u; i++) {
                workgroupBarrier();
                then[at][i] = v + i;
                workgroupBarrier();
                sum += then[(at + 5u) % N][i];
            }
        }
    }
    workgroupBarrier();
    now[at] = v % 16u;
    workgroupBarrier();
    if group.z == 1u { sum += total(at) * 100000u; }
    out[linear] = array(sum, local.x + 10u * local.y + 100u * local.z + 1000u * group.z);
}

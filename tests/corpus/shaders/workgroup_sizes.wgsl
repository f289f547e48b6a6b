// The same work in workgroups of many sizes, which are seldom whole vectors: barriers, neighbours, atomics, early ends.
// grid 3,2,1
// bind 0,0 = rand_u32:2048:61
// bind 0,1 = zeros:32768
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
var<workgroup> part: array<u32, 256>;
var<workgroup> greatest: atomic<u32>;
fn work(group: vec3<u32>, grid: vec3<u32>, at: u32, size: u32) {
    let linear = group.y * grid.x + group.x;
    // The same for all of a workgroup.
    if linear == 4u { return; }
    let base = linear * size;
    let v = x[(base + at) % 2048u];
    part[at] = v;
    if v % 3u == 0u { atomicMax(&greatest, v); }
    workgroupBarrier();
    var sum = 0u;
    for (var i = v % 5u; i < 9u; i += 1u + v % 2u) {
        if (v >> i) % 4u == 1u { continue; }
        sum += part[(at + i) % size] * i;
        if sum % 7u == 6u { break; }
    }
    if at > size / 2u && v % 2u == 0u { return; }
    out[base + at] = sum ^ atomicLoad(&greatest);
}
@compute @workgroup_size(1)
fn of_1(@builtin(workgroup_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    work(g, n, at, 1u);
}
@compute @workgroup_size(2)
fn of_2(@builtin(workgroup_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    work(g, n, at, 2u);
}
@compute @workgroup_size(3, 5)
fn of_3_5(@builtin(workgroup_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    work(g, n, at, 15u);
}
@compute @workgroup_size(7)
fn of_7(@builtin(workgroup_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    work(g, n, at, 7u);
}
@compute @workgroup_size(8, 2, 2)
fn of_8_2_2(@builtin(workgroup_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    work(g, n, at, 32u);
}
@compute @workgroup_size(17)
fn of_17(@builtin(workgroup_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    work(g, n, at, 17u);
}
@compute @workgroup_size(31, 2)
fn of_31_2(@builtin(workgroup_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    work(g, n, at, 62u);
}
@compute @workgroup_size(33)
fn of_33(@builtin(workgroup_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    work(g, n, at, 33u);
}
@compute @workgroup_size(65)
fn of_65(@builtin(workgroup_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    work(g, n, at, 65u);
}
@compute @workgroup_size(100)
fn of_100(@builtin(workgroup_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    work(g, n, at, 100u);
}
@compute @workgroup_size(15, 17)
fn of_15_17(@builtin(workgroup_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    work(g, n, at, 255u);
}
@compute @workgroup_size(256)
fn of_256(@builtin(workgroup_id) g: vec3<u32>, @builtin(num_workgroups) n: vec3<u32>, @builtin(local_invocation_index) at: u32) {
    work(g, n, at, 256u);
}

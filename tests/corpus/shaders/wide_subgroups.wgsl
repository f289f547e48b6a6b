// Subgroups in workgroups of many invocations, some of them gone: sums that do not depend on the size.
// grid 2,1,1
// gpu may refuse: subgroup
// bind 0,0 = rand_u32:200:54
// bind 0,1 = zeros:2400
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<array<u32, 3>>;
var<workgroup> sum: atomic<u32>;
var<workgroup> leaders: atomic<u32>;
@compute @workgroup_size(100)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32,
        @builtin(subgroup_size) size: u32, @builtin(subgroup_invocation_id) lane: u32) {
    let v = x[id.x] % 1000u;
    let all = subgroupAdd(v);
    let inclusive = subgroupInclusiveAdd(v);
    let exclusive = subgroupExclusiveAdd(v);
    let here = subgroupAdd(1u);
    if lane == 0u { atomicAdd(&sum, all); atomicAdd(&leaders, here); }
    workgroupBarrier();
    out[id.x][0] = atomicLoad(&sum) * 1000u + atomicLoad(&leaders);
    out[id.x][1] = u32(inclusive == exclusive + v) + 2u * u32(here <= size)
        + 4u * u32(subgroupShuffle(v, lane) == v) + 8u * u32(subgroupMax(lane) + 1u == here)
        + 16u * u32(dot(countOneBits(subgroupBallot(true)), vec4(1u)) == here);
    var n = 0u;
    for (var i = 0u; i < v % 7u; i++) {
        // Those still in the loop.
        if subgroupAdd(1u) >= 1u && subgroupMax(i) == i && subgroupBroadcastFirst(i) == i { n++; }
    }
    out[id.x][2] = n + 10u * u32(subgroupAll(n == v % 7u));
}

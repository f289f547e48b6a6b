// Subgroup operations of workgroups that are one quad, so that no result depends on the size of subgroups.
// grid 16,1,1
// gpu may refuse: subgroup
// bind 0,0 = edge_u32:64:0
// bind 0,1 = zeros:16384
// tolerance 8,1e-6
//   sums and products are taken in any order.
struct Row { u: array<u32, 40>, f: array<f32, 24> }
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<Row>;
@compute @workgroup_size(4)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32,
        @builtin(subgroup_size) size: u32, @builtin(subgroup_id) which: u32, @builtin(num_subgroups) count: u32) {
    let i = id.x;
    let u = x[i];
    let s = bitcast<i32>(u);
    let f = f32(u % 8u) + 0.5;
    out[i].u[0] = lane;
    out[i].u[1] = u32(size >= 4u) + 2u * which + 4u * count;
    out[i].u[2] = subgroupAdd(u);
    out[i].u[3] = u32(subgroupAdd(s));
    out[i].u[4] = subgroupMul(u);
    out[i].u[5] = u32(subgroupMul(s));
    out[i].u[6] = subgroupMin(u);
    out[i].u[7] = u32(subgroupMin(s));
    out[i].u[8] = subgroupMax(u);
    out[i].u[9] = u32(subgroupMax(s));
    out[i].u[10] = subgroupAnd(u);
    out[i].u[11] = u32(subgroupAnd(s));
    out[i].u[12] = subgroupOr(u);
    out[i].u[13] = u32(subgroupOr(s));
    out[i].u[14] = subgroupXor(u);
    out[i].u[15] = u32(subgroupXor(s));
    out[i].u[16] = subgroupInclusiveAdd(u);
    out[i].u[17] = u32(subgroupInclusiveAdd(s));
    out[i].u[18] = subgroupExclusiveAdd(u);
    out[i].u[19] = u32(subgroupExclusiveAdd(s));
    out[i].u[20] = subgroupInclusiveMul(u);
    out[i].u[21] = u32(subgroupInclusiveMul(s));
    out[i].u[22] = subgroupExclusiveMul(u);
    out[i].u[23] = u32(subgroupExclusiveMul(s));
    out[i].u[24] = u32(subgroupAll(u > 2u)) + 2u * u32(subgroupAny(u > 2u));
    let ballot = subgroupBallot(u % 3u == 0u);
    out[i].u[25] = ballot.x ^ ballot.y * 3u ^ subgroupBallot().x * 256u;
    subgroupBarrier();
    out[i].u[26] = subgroupBroadcastFirst(u);
    out[i].u[27] = subgroupBroadcast(u, 2u);
    out[i].u[28] = subgroupShuffle(u, 3u - lane);
    let down = subgroupShuffleDown(u, 1u);
    let up = subgroupShuffleUp(u, 1u);
    out[i].u[29] = select(down, 0u, lane == 3u);
    out[i].u[30] = select(up, 0u, lane == 0u);
    out[i].u[31] = subgroupShuffleXor(u, 2u);
    out[i].u[32] = quadBroadcast(u, 1u);
    out[i].u[33] = quadSwapX(u);
    out[i].u[34] = quadSwapY(u);
    out[i].u[35] = quadSwapDiagonal(u);
    let v = subgroupShuffleXor(vec3(u, u + 1u, lane), 1u) + subgroupAdd(vec3(1u, u, lane));
    out[i].u[36] = v.x ^ v.y ^ v.z;
    // Only those that are here take part.
    if lane != 1u {
        out[i].u[37] = subgroupAdd(u) ^ subgroupBroadcastFirst(lane) ^ subgroupBallot(true).x;
    } else {
        out[i].u[37] = subgroupAdd(u);
    }
    out[i].f[0] = subgroupAdd(f);
    out[i].f[1] = subgroupMul(f);
    out[i].f[2] = subgroupMin(f);
    out[i].f[3] = subgroupMax(f);
    out[i].f[4] = subgroupInclusiveAdd(f);
    out[i].f[5] = subgroupExclusiveAdd(f);
    out[i].f[6] = subgroupInclusiveMul(f);
    out[i].f[7] = subgroupExclusiveMul(f);
    out[i].f[8] = subgroupShuffle(f, (lane + 1u) % 4u);
    out[i].f[9] = quadSwapX(f);
}

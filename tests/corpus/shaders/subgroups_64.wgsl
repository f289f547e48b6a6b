// Subgroup operations on 64-bit integers and vectors of them, of one subgroup of 32 lanes or none of whose size matters.
// grid 2,1,1
// bind 0,0 = edge_u32:128:5
// bind 0,1 = zeros:1024
// gpu may refuse: subgroup
// gpu may refuse: 64-bit integers

@group(0) @binding(0) var<storage, read> xs: array<u64, 64>;
@group(0) @binding(1) var<storage, read_write> out: array<vec2<u64>, 64>;

@compute @workgroup_size(32)
fn main(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(subgroup_invocation_id) lane: u32,
    @builtin(subgroup_size) size: u32,
) {
    let x = xs[id.x];
    let y = i64(x);
    // What every lane of a subgroup gets, checked against what one lane can compute, so that its size does not matter.
    let first = subgroupBroadcastFirst(x);
    var ok = select(0lu, 1lu, subgroupAdd(x - first) + subgroupAdd(first) == subgroupAdd(x));
    let least = subgroupMin(x);
    let most = subgroupMax(y);
    ok |= select(0lu, 2lu, least <= x && subgroupAny(least == x));
    ok |= select(0lu, 4lu, most >= y && subgroupAny(most == y));
    let before = subgroupExclusiveAdd(vec2(x, 1lu));
    let up_to = subgroupInclusiveAdd(vec2(x, 1lu));
    ok |= select(0lu, 8lu, all(before + vec2(x, 1lu) == up_to) && before.y == u64(lane));
    ok |= select(0lu, 16lu, (subgroupOr(x) & ~subgroupAnd(x)) == subgroupOr(x ^ first));
    ok |= select(0lu, 32lu, subgroupXor(x) == (subgroupXor(x ^ first) ^ subgroupXor(first)));
    ok |= select(0lu, 64lu, subgroupShuffleXor(x, 0u) == x && subgroupShuffle(x, 0u) == subgroupBroadcast(x, 0u));
    ok |= select(0lu, 128lu, subgroupMul(3lu) == subgroupInclusiveMul(3lu) || lane + 1u != size);
    ok |= select(0lu, 256lu, subgroupMin(y) <= y && subgroupMax(x) >= x);
    out[id.x] = vec2(ok, subgroupShuffleXor(x, 1u));
}

// Every atomic function on signed and unsigned words in workgroup memory; sums of what they give back do not depend on order.
// grid 4,1,1
// bind 0,0 = edge_u32:256:0
// bind 0,1 = zeros:512
struct Unsigned {
    add: atomic<u32>, sub: atomic<u32>, and: atomic<u32>, or: atomic<u32>, xor: atomic<u32>, min: atomic<u32>, max: atomic<u32>,
    exchange: atomic<u32>, compare: atomic<u32>, given: atomic<u32>, stored: atomic<u32>, turns: array<atomic<u32>, 5>,
}
struct Signed {
    add: atomic<i32>, sub: atomic<i32>, and: atomic<i32>, or: atomic<i32>, xor: atomic<i32>, min: atomic<i32>, max: atomic<i32>,
    exchange: atomic<i32>, compare: atomic<i32>, given: atomic<i32>, stored: atomic<i32>, turns: array<atomic<i32>, 5>,
}
@group(0) @binding(0) var<storage, read> x: array<u32>;
var<workgroup> u: Unsigned;
var<workgroup> s: Signed;
var<workgroup> seen: array<atomic<u32>, 8>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32,
        @builtin(workgroup_id) group: vec3<u32>) {
    let v = x[id.x];
    let w = bitcast<i32>(v);
    atomicAdd(&u.add, v);
    atomicSub(&u.sub, v);
    atomicAnd(&u.and, v);
    atomicOr(&u.or, v >> 3u);
    atomicXor(&u.xor, v);
    atomicMin(&u.min, v);
    atomicMax(&u.max, v);
    atomicStore(&u.stored, 41u);
    // All of these but one give back what another has put there.
    let before_u = atomicExchange(&u.exchange, 7u);
    atomicAdd(&u.given, before_u);
    // Turns: every value from 0 on is given once.
    let turn_u = atomicAdd(&u.turns[v % 5u], 1u);
    atomicXor(&seen[0], u32(turn_u * turn_u));
    loop {
        let old = atomicLoad(&u.compare);
        let r = atomicCompareExchangeWeak(&u.compare, old, old * 3u + 1u);
        if r.exchanged { break; }
        if r.old_value != old { continue; }
    }
    atomicAdd(&s.add, w);
    atomicSub(&s.sub, w);
    atomicAnd(&s.and, w);
    atomicOr(&s.or, w >> 3u);
    atomicXor(&s.xor, w);
    atomicMin(&s.min, w);
    atomicMax(&s.max, w);
    atomicStore(&s.stored, 41);
    // All of these but one give back what another has put there.
    let before_s = atomicExchange(&s.exchange, 7);
    atomicAdd(&s.given, before_s);
    // Turns: every value from 0 on is given once.
    let turn_s = atomicAdd(&s.turns[v % 5u], 1);
    atomicXor(&seen[1], u32(turn_s * turn_s));
    loop {
        let old = atomicLoad(&s.compare);
        let r = atomicCompareExchangeWeak(&s.compare, old, old * 3 + 1);
        if r.exchanged { break; }
        if r.old_value != old { continue; }
    }
    workgroupBarrier();
    if at == 0u {
        var h = 0u;
        let us = array<u32, 11>(atomicLoad(&u.add), atomicLoad(&u.sub), atomicLoad(&u.and), atomicLoad(&u.or), atomicLoad(&u.xor),
            atomicLoad(&u.min), atomicLoad(&u.max), atomicLoad(&u.exchange), atomicLoad(&u.compare), atomicLoad(&u.given), atomicLoad(&u.stored));
        let ss = array<i32, 11>(atomicLoad(&s.add), atomicLoad(&s.sub), atomicLoad(&s.and), atomicLoad(&s.or), atomicLoad(&s.xor),
            atomicLoad(&s.min), atomicLoad(&s.max), atomicLoad(&s.exchange), atomicLoad(&s.compare), atomicLoad(&s.given), atomicLoad(&s.stored));
        for (var i = 0u; i < 11u; i++) {
            out[group.x * 32u + i] = us[i];
            out[group.x * 32u + 11u + i] = u32(ss[i]);
        }
        for (var i = 0u; i < 5u; i++) { h = h * 31u + atomicLoad(&u.turns[i]) * 7u + u32(atomicLoad(&s.turns[i])); }
        out[group.x * 32u + 22u] = h;
        out[group.x * 32u + 23u] = atomicLoad(&seen[0]);
        out[group.x * 32u + 24u] = atomicLoad(&seen[1]);
    }
}

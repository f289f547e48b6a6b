// Every atomic function on signed and unsigned words in storage memory; sums of what they give back do not depend on order.
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
struct Both { u: Unsigned, s: Signed, seen: array<atomic<u32>, 8> }
@group(0) @binding(1) var<storage, read_write> cells: Both;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) at: u32,
        @builtin(workgroup_id) group: vec3<u32>) {
    let v = x[id.x];
    let w = bitcast<i32>(v);
    atomicAdd(&cells.u.add, v);
    atomicSub(&cells.u.sub, v);
    atomicAnd(&cells.u.and, v);
    atomicOr(&cells.u.or, v >> 3u);
    atomicXor(&cells.u.xor, v);
    atomicMin(&cells.u.min, v);
    atomicMax(&cells.u.max, v);
    atomicStore(&cells.u.stored, 41u);
    // All of these but one give back what another has put there.
    let before_u = atomicExchange(&cells.u.exchange, 7u);
    atomicAdd(&cells.u.given, before_u);
    // Turns: every value from 0 on is given once.
    let turn_u = atomicAdd(&cells.u.turns[v % 5u], 1u);
    atomicXor(&cells.seen[0], u32(turn_u * turn_u));
    loop {
        let old = atomicLoad(&cells.u.compare);
        let r = atomicCompareExchangeWeak(&cells.u.compare, old, old * 3u + 1u);
        if r.exchanged { break; }
        if r.old_value != old { continue; }
    }
    atomicAdd(&cells.s.add, w);
    atomicSub(&cells.s.sub, w);
    atomicAnd(&cells.s.and, w);
    atomicOr(&cells.s.or, w >> 3u);
    atomicXor(&cells.s.xor, w);
    atomicMin(&cells.s.min, w);
    atomicMax(&cells.s.max, w);
    atomicStore(&cells.s.stored, 41);
    // All of these but one give back what another has put there.
    let before_s = atomicExchange(&cells.s.exchange, 7);
    atomicAdd(&cells.s.given, before_s);
    // Turns: every value from 0 on is given once.
    let turn_s = atomicAdd(&cells.s.turns[v % 5u], 1);
    atomicXor(&cells.seen[1], u32(turn_s * turn_s));
    loop {
        let old = atomicLoad(&cells.s.compare);
        let r = atomicCompareExchangeWeak(&cells.s.compare, old, old * 3 + 1);
        if r.exchanged { break; }
        if r.old_value != old { continue; }
    }
    storageBarrier();
    let uniform_part = atomicLoad(&cells.u.stored);
    if at == 0u { atomicAdd(&cells.seen[2], uniform_part); }
}

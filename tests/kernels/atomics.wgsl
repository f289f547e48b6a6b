// Every atomic whose outcome does not depend on the order, on signed and unsigned words, in structs.
// grid 4,1,1
// bind 0,0 = rand_u32:256:5
// bind 0,1 = rand_u32:17:50
@group(0) @binding(0) var<storage, read> x: array<u32>;
struct Words {
    add: atomic<u32>, sub: atomic<i32>, all: atomic<u32>, any: atomic<u32>, odd: atomic<u32>,
    least: atomic<u32>, most: atomic<u32>, low: atomic<i32>, high: atomic<i32>, stored: atomic<u32>,
    swapped: atomic<u32>, sum: atomic<u32>, list: array<atomic<u32>, 5>,
}
@group(0) @binding(1) var<storage, read_write> words: Words;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let v = x[id.x];
    atomicAdd(&words.add, v);
    atomicSub(&words.sub, i32(v));
    atomicAnd(&words.all, v | 7u);
    atomicOr(&words.any, v & 0xf0f0u);
    atomicXor(&words.odd, v);
    atomicMax(&words.most, v);
    atomicMin(&words.low, i32(v));
    atomicMax(&words.high, i32(v));
    atomicStore(&words.stored, 42u);
    if id.x % 3u == 0u { atomicAdd(&words.list[v % 5u], 1u); }
    atomicMin(&words.least, v);
    // One gets what was there, the others what another has put there.
    let before = atomicExchange(&words.swapped, 9u);
    atomicAdd(&words.sum, before);
}

// Atomic operations on 64 bits, in storage and workgroup memory: sums with carries, extrema, bits, exchanges.
// grid 5,1,1
// bind 0,0 = edge_u32:640:7
// bind 0,1 = zeros:128
// bind 0,2 = zeros:128
// bind 0,3 = zeros:2560
// bind 0,4 = zeros:64
// gpu may refuse: 64-bit atomics

struct Counters {
    sum: atomic<u64>,
    difference: atomic<u64>,
    least: atomic<u64>,
    most: atomic<u64>,
    bits: atomic<u64>,
    either: atomic<u64>,
    shared_ones: atomic<u64>,
    stored: atomic<u64>,
}

struct Signed {
    sum: atomic<i64>,
    difference: atomic<i64>,
    least: atomic<i64>,
    most: atomic<i64>,
    bits: atomic<i64>,
    either: atomic<i64>,
    shared_ones: atomic<i64>,
    tail: i64,
}

@group(0) @binding(0) var<storage, read> xs: array<u64, 320>;
@group(0) @binding(1) var<storage, read_write> counters: Counters;
@group(0) @binding(2) var<storage, read_write> signed: Signed;
@group(0) @binding(3) var<storage, read_write> out: array<u64, 320>;
@group(0) @binding(4) var<storage, read_write> swapped: array<atomic<i64>, 8>;

var<workgroup> shared_sum: atomic<u64>;
var<workgroup> shared_least: atomic<i64>;
var<workgroup> shared_bits: atomic<u64>;
var<workgroup> turns: atomic<i64>;
var<workgroup> plain: array<u64, 64>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(local_invocation_index) local: u32) {
    let x = xs[id.x];
    let y = i64(x);
    atomicAdd(&counters.sum, x);
    atomicSub(&counters.difference, x);
    atomicMin(&counters.least, ~x);
    atomicMax(&counters.most, x);
    atomicXor(&counters.bits, x);
    atomicOr(&counters.either, x & 0xff00ff00ff00ff00lu);
    atomicAnd(&counters.shared_ones, x);
    if id.x == 77u {
        atomicStore(&counters.stored, x);
    }
    atomicAdd(&signed.sum, y);
    atomicSub(&signed.difference, y >> 3u);
    atomicMin(&signed.least, y);
    if (x & 1lu) == 0lu {
        atomicMax(&signed.most, -y);
    }
    atomicXor(&signed.bits, y << 1u);
    atomicOr(&signed.either, 1li << (local & 63u));
    atomicAnd(&signed.shared_ones, ~y);

    atomicAdd(&shared_sum, x);
    atomicMin(&shared_least, y);
    atomicXor(&shared_bits, x);
    plain[local] = x;
    workgroupBarrier();
    // One at a time adds a number that only the winner of an exchange knows.
    for (var turn = 0li; turn < 3li; turn += 1li) {
        let won = atomicCompareExchangeWeak(&turns, turn * 0x100000000li, (turn + 1li) * 0x100000000li);
        if won.exchanged {
            atomicAdd(&swapped[turn], won.old_value + 1li);
        }
        workgroupBarrier();
    }
    if local == 0u {
        let before = atomicExchange(&turns, 5li);
        atomicMax(&swapped[4], before);
        atomicMax(&swapped[5], atomicLoad(&turns));
    }
    out[id.x] = atomicLoad(&shared_sum) + u64(atomicLoad(&shared_least)) * 3lu + (atomicLoad(&shared_bits) ^ plain[63u - local]);
}

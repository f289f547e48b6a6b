// Constants at module scope: arrays with computed indices, structs, constant expressions.
// grid 1,1,1
// bind 0,0 = zeros:256
struct Entry { weight: u32, pair: vec2<u32> }
const PRIMES = array<u32, 8>(2u, 3u, 5u, 7u, 11u, 13u, 17u, 19u);
const ENTRIES = array<Entry, 3>(Entry(1u, vec2(2u, 3u)), Entry(4u, vec2(5u, 6u)), Entry(7u, vec2(8u, 9u)));
const TOTAL = PRIMES[1] * 4u + u32(abs(-3));
const_assert TOTAL == 15u;
@group(0) @binding(0) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) at: u32) {
    let entry = ENTRIES[at % 3u];
    var local = PRIMES;
    local[at % 8u] = 100u;
    out[at] = PRIMES[at & 7u] + entry.weight * entry.pair[at & 1u] + TOTAL + local[3] * 10000u;
}

// Compare-exchange loops: the maximum of floats, kept as words.
// grid 4,1,1
// bind 0,0 = rand_f32:256:6
// bind 0,1 = zeros:8
@group(0) @binding(0) var<storage, read> x: array<f32>;
struct Result { most: atomic<u32>, wins: atomic<u32> }
@group(0) @binding(1) var<storage, read_write> result: Result;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let mine = x[id.x];
    var seen = atomicLoad(&result.most);
    loop {
        if bitcast<f32>(seen) >= mine { break; }
        let outcome = atomicCompareExchangeWeak(&result.most, seen, bitcast<u32>(mine));
        if outcome.exchanged { break; }
        seen = outcome.old_value;
    }
    let first = atomicCompareExchangeWeak(&result.wins, 0u, 1u);
    if !first.exchanged && first.old_value != 1u { atomicStore(&result.wins, 99u); }
}

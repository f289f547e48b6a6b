// A scan over all workgroups that wait for the ones before them, and a count of those that are done.
// grid 16,1,1
// bind 0,0 = rand_u32:1024:53
// bind 0,1 = zeros:4096
// bind 0,2 = zeros:200
struct State { ticket: atomic<u32>, done: atomic<u32>, sums: array<atomic<u32>> }
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@group(0) @binding(2) var<storage, read_write> state: State;
var<workgroup> part: array<u32, 64>;
var<workgroup> before: u32;
var<workgroup> which: u32;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) at: u32) {
    if at == 0u { which = atomicAdd(&state.ticket, 1u); }
    let group = workgroupUniformLoad(&which);
    part[at] = x[group * 64u + at] % 256u;
    for (var d = 1u; d < 64u; d *= 2u) {
        workgroupBarrier();
        var v = part[at];
        if at >= d { v += part[at - d]; }
        workgroupBarrier();
        part[at] = v;
    }
    workgroupBarrier();
    if at == 0u {
        var sum = 0u;
        if group > 0u {
            // One more than the sum, so that zero is none yet.
            loop {
                sum = atomicLoad(&state.sums[group - 1u]);
                if sum != 0u { break; }
            }
            sum -= 1u;
        }
        before = sum;
        atomicStore(&state.sums[group], sum + part[63] + 1u);
        atomicAdd(&state.done, 1u);
    }
    workgroupBarrier();
    out[group * 64u + at] = before + part[at];
}

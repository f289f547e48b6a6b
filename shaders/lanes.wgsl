// Lanes: whether the invocations of a workgroup lie in subgroups of TW_SIZE, in the order of their index.

@compute @workgroup_size(TW_THREADS)
fn tw_main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(subgroup_invocation_id) lane: u32,
    @builtin(subgroup_size) size: u32,
) {
    let here = thread & (TW_SIZE - 1u);
    let first = subgroupShuffle(thread, 0u);
    let down = subgroupShuffleDown(thread, 1u);
    let in_order = size == TW_SIZE && lane == here && first + here == thread;
    let has_next = here + 1u == TW_SIZE || down == thread + 1u;
    tw_out[thread] = select(0u, 1u, in_order && has_next);
}

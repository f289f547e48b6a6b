// Lanes: whether the invocations of a workgroup lie in subgroups of TW_SIZE, in the order of their index.

@compute @workgroup_size(TW_THREADS)
fn tw_main(
    @builtin(local_invocation_index) thread: u32,
    @builtin(subgroup_invocation_id) lane: u32,
    @builtin(subgroup_size) size: u32,
) {
    // Lanes that have gone different ways must be together again, as they have to be after a tile that is not whole.
    var ways = 0u;
    if (thread % 3u == 1u) {
        for (var i = 0u; i < thread % 7u; i++) {
            ways += i ^ tw_params[0].x;
        }
    } else if (thread % 5u == 2u) {
        ways = thread;
    }
    let together = subgroupShuffle(ways, lane) == ways;
    let here = thread & (TW_SIZE - 1u);
    let first = subgroupShuffle(thread, 0u);
    let down = subgroupShuffleDown(thread, 1u);
    let in_order = together && size == TW_SIZE && lane == here && first + here == thread;
    let has_next = here + 1u == TW_SIZE || down == thread + 1u;
    tw_out[thread] = select(0u, 1u, in_order && has_next);
}

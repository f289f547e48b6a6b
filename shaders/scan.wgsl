// Scan. TW_TILE_THREADS invocations scan a tile of TW_TILE_LEN elements, in the canonical order.

@compute @workgroup_size(TW_THREADS)
fn tw_main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let len = tw_params[0].x;
TW_TICKET
    let slot = thread / TW_TILE_THREADS;
    let t = thread % TW_TILE_THREADS;
    let tile = tile_group * TW_GROUP_TILES + slot;
    let tile_first = tile * TW_TILE_LEN;
    let present = min(len - min(len, tile_first), TW_TILE_LEN);

    // Up: each invocation folds its own node, then the ladder.
    let first = tile_first + t * TW_THREAD_LEN;
    if (first + TW_THREAD_LEN <= len) {
        tw_nodes[thread] = tw_fold(first);
    } else if (first < len) {
        tw_nodes[thread] = tw_part(first, len);
    }
TW_CLIMB
    // Down: the prefix of the tile, then of the invocation's node.
    var p: TwState;
TW_PREFIX
TW_DESCEND
    // Inside the node.
    if (first + TW_THREAD_LEN <= len) {
        tw_scan(first, p);
    } else if (first < len) {
        tw_scan_part(first, len, p);
    }
}

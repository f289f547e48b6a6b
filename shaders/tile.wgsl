// What reduce and scan begin with: TW_TILE_THREADS invocations take a tile of TW_TILE_LEN elements to its aggregate, in
// the canonical order.

@compute @workgroup_size(TW_THREADS)
fn tw_main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let len = tw_params[0].x;
TW_GROUP
    let slot = thread / TW_TILE_THREADS;
    let t = thread % TW_TILE_THREADS;
    let tile = tile_group * TW_GROUP_TILES + slot;
    let tile_first = tile * TW_TILE_LEN;
    let present = min(len - min(len, tile_first), TW_TILE_LEN);

    // Each invocation folds its own node.
    let first = tile_first + t * TW_THREAD_LEN;
    if (first + TW_THREAD_LEN <= len) {
        tw_nodes[thread] = tw_fold(first);
    } else if (first < len) {
        tw_nodes[thread] = tw_part(first, len);
    }

    // The ladder, up to the tile.
TW_CLIMB
TW_THEN
}

// What reduce and scan begin with: a workgroup takes its tiles of elements to their aggregates, in the canonical order.

@compute @workgroup_size(TW_THREADS)
fn tw_main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let len = tw_params[0].x;
TW_GROUP
    let group_first = tile_group * TW_GROUP_LEN;
    let present = min(len - min(len, group_first), TW_GROUP_LEN);

    // Each invocation folds its own nodes.
TW_FOLD
    // The ladder, up to the tile.
TW_CLIMB
TW_THEN
}

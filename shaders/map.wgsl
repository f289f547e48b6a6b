// Map. One invocation computes some quads of four consecutive elements, neighbours of those of its neighbours.

TW_RESULT
fn tw_quad(q: u32) -> TwResult {
TW_QUAD}

fn tw_put(q: u32, y: TwResult) {
TW_PUT}

@compute @workgroup_size(TW_THREADS)
fn tw_main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let len = tw_params[0].x;
    let q = (group.y * groups.x + group.x) * TW_GROUP_QUADS + thread;
TW_QUADS}

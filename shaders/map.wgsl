// Map. One invocation computes some quads of four consecutive elements, neighbours of those of its neighbours.

TW_RESULT
fn tw_quad(q: u32) -> TwResult {
TW_QUAD}

fn tw_put(q: u32, y: TwResult) {
TW_PUT}

fn tw_one(i: u32) {
TW_ONE}

// A quad that may not be whole: functions must not see elements that are not there.
fn tw_some(q: u32, len: u32) {
    let first = 4u * q;
    if (first + 4u <= len) {
        tw_put(q, tw_quad(q));
    } else {
        for (var i = first; i < len; i++) {
            tw_one(i);
        }
    }
}

@compute @workgroup_size(TW_THREADS)
fn tw_main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let len = tw_params[0].x;
    let q = (group.y * groups.x + group.x) * TW_GROUP_QUADS + thread;
TW_QUADS}

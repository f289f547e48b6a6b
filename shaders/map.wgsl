// Map. One invocation computes the four consecutive elements of a quad.

fn tw_quad(q: u32) {
TW_QUAD}

fn tw_one(i: u32) {
TW_ONE}

@compute @workgroup_size(TW_THREADS)
fn tw_main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) thread: u32,
) {
    let len = tw_params[0].x;
    let q = (group.y * groups.x + group.x) * TW_THREADS + thread;
    let first = 4u * q;
    if (first + 4u <= len) {
        tw_quad(q);
    } else {
        // The last quad, if it is partial: functions must not see elements that are not there.
        for (var i = first; i < len; i++) {
            tw_one(i);
        }
    }
}

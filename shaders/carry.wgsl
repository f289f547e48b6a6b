// Carry. One invocation completes the ancestors of the last finished chunk and computes the next chunk's prefix.

// First node of a level of the spine; level 0 holds the chunks.
fn tw_level_at(level: u32) -> u32 {
    var at = 0u;
    for (var l = 0u; l < level; l++) {
        at += (tw_params[0].z + (1u << (2u * l)) - 1u) >> (2u * l);
    }
    return at;
}

fn tw_load(node: u32) -> TwState {
    return TW_LOAD;
}

fn tw_store(node: u32, s: TwState) {
TW_STORE}

// The left fold of one to four neighbours.
fn tw_fold(node: u32, count: u32) -> TwState {
    var s = tw_load(node);
    for (var k = 1u; k < count; k++) {
        s = tw_combine(s, tw_load(node + k));
    }
    return s;
}

@compute @workgroup_size(1)
fn tw_main() {
    let before = tw_params[0].x;

    // Every level whose last node has just become the last of four.
    var nodes = before;
    var level = 0u;
    while (nodes > 0u && (nodes & 3u) == 0u) {
        tw_store(tw_level_at(level + 1u) + nodes / 4u - 1u, tw_fold(tw_level_at(level) + nodes - 4u, 4u));
        nodes = nodes / 4u;
        level++;
    }

    // The siblings before, from the root down.
    var p = TW_RANGE_PREFIX;
    for (var l = 16u; l > 0u; l--) {
        let j = before >> (2u * l - 2u);
        if ((j & 3u) > 0u) {
            p = tw_combine(p, tw_fold(tw_level_at(l - 1u) + (j & ~3u), j & 3u));
        }
    }
TW_PREFIX
}

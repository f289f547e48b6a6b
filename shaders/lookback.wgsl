// Look-back of the single-pass scan.
//
// tw_published: [0] the next ticket, [1] set when somebody waited too long, then from word 4 the nodes, level by level
// from tiles up. A word of a node is published as two atomics, each with 16 bits of payload and one that says that it is
// there: the payload travels in the atomics, so that relaxed ones do.

var<workgroup> tw_ticket: u32;
var<workgroup> tw_found: array<TwState, TW_FOUND>;

// First node of a level; level 0 holds the tiles.
fn tw_level_at(level: u32) -> u32 {
    var at = 0u;
    for (var l = 0u; l < level; l++) {
        at += (tw_params[0].z + (1u << (2u * l)) - 1u) >> (2u * l);
    }
    return at;
}

fn tw_publish(node: u32, s: TwState) {
    let at = 4u + node * TW_NODE_WORDS;
TW_PUBLISH}

// Bounded: when the time is up, or was for another, the result is nonsense and the flag says so.
fn tw_await_half(at: u32) -> u32 {
    for (var round = 0u; round < TW_ROUNDS; round++) {
        for (var spin = 0u; spin < 256u; spin++) {
            let half = atomicLoad(&tw_published[at]);
            if (half >= 0x10000u) {
                return half & 0xffffu;
            }
        }
        if (atomicLoad(&tw_published[1]) != 0u) {
            return 0u;
        }
    }
    atomicStore(&tw_published[1], 1u);
    return 0u;
}

fn tw_await(node: u32) -> TwState {
    let at = 4u + node * TW_NODE_WORDS;
    return TW_AWAITED;
}

// The prefix of a tile. `aggregate` is the tile's own, meaningful to thread 0.
fn tw_look_back(tile: u32, thread: u32, aggregate: TwState) -> TwState {
    // Publish the tile, and every node that it completes.
    if (thread == 0u) {
        tw_publish(tile, aggregate);
        var s = aggregate;
        var j = tile;
        var level = 0u;
        while ((j & 3u) == 3u) {
            let at = tw_level_at(level) + j - 3u;
            s = tw_combine(tw_combine(tw_combine(tw_await(at), tw_await(at + 1u)), tw_await(at + 2u)), s);
            j = j >> 2u;
            level++;
            tw_publish(tw_level_at(level) + j, s);
        }
    }

    // Gather the finished siblings of the tile and of its ancestors, three a level, all at once.
    for (var i = thread; i < TW_FOUND; i += TW_THREADS) {
        let level = i / 3u;
        let j = tile >> (2u * level);
        if (i % 3u < (j & 3u)) {
            tw_found[i] = tw_await(tw_level_at(level) + (j & ~3u) + i % 3u);
        }
    }
    workgroupBarrier();

    // Fold them, from the root down.
    var p = TW_RANGE_PREFIX;
    for (var level = TW_LEVELS; level > 0u; level--) {
        let siblings = (tile >> (2u * level - 2u)) & 3u;
        if (siblings > 0u) {
            p = tw_combine(p, tw_siblings(3u * level - 3u, siblings));
        }
    }

    // The last tile knows the aggregate of the range.
    if (thread == 0u && tile + 1u == tw_params[0].z) {
        var own = aggregate;
        for (var level = 0u; level < TW_LEVELS; level++) {
            let siblings = (tile >> (2u * level)) & 3u;
            if (siblings > 0u) {
                own = tw_combine(tw_siblings(3u * level, siblings), own);
            }
        }
TW_TOTAL
    }
    return p;
}

// The left fold of one to three siblings.
fn tw_siblings(at: u32, count: u32) -> TwState {
    var s = tw_found[at];
    if (count > 1u) { s = tw_combine(s, tw_found[at + 1u]); }
    if (count > 2u) { s = tw_combine(s, tw_found[at + 2u]); }
    return s;
}

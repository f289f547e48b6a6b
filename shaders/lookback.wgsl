// Look-back of the single-pass scan. Nodes are published level by level, from tiles up; the payload travels in the atomics
// that say that it is there, so that relaxed ones do.

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
    let at = node * TW_NODE_WORDS;
TW_PUBLISH}

fn tw_await(node: u32) -> TwState {
    let at = node * TW_NODE_WORDS;
    return TW_AWAITED;
}

// Finds the i-th of the siblings of the tile and of its ancestors, three a level, if it comes before them.
fn tw_find(tile: u32, i: u32) {
    let level = i / 3u;
    let j = tile >> (2u * level);
    if (i % 3u < (j & 3u)) {
        tw_found[i] = tw_await(tw_level_at(level) + (j & ~3u) + i % 3u);
    }
}

// The left fold of one to three siblings.
fn tw_siblings(at: u32, count: u32) -> TwState {
    var s = tw_found[at];
    if (count > 1u) { s = tw_combine(s, tw_found[at + 1u]); }
    if (count > 2u) { s = tw_combine(s, tw_found[at + 2u]); }
    return s;
}

// The prefix of the chunk: what came before the range, or what the carry pass has made of the chunks before.
fn tw_range_prefix() -> TwState {
    if (tw_params[0].w == 0u) {
        return TW_RANGE_PREFIX;
    }
    return TW_CARRIED;
}

// The prefix of a tile. `aggregate` is the tile's own, meaningful to thread 0.
fn tw_look_back(tile: u32, thread: u32, aggregate: TwState) -> TwState {
    // Publish the tile. A tile that is the last of four completes their parent, and so on up: what it needs for that is
    // published by tiles of the same parent alone, so that a node waits for as many others as it has levels, not for all
    // before it. That is why these levels come first.
    let completes = min(countTrailingZeros(~tile) >> 1u, TW_LEVELS);
    if (thread == 0u) {
        tw_publish(tile, aggregate);
    }
    if (completes > 0u) {
        for (var i = thread; i < 3u * completes; i += TW_THREADS) {
            tw_find(tile, i);
        }
        workgroupBarrier();
        if (thread == 0u) {
            var s = aggregate;
            for (var level = 0u; level < completes; level++) {
                s = tw_combine(tw_siblings(3u * level, 3u), s);
                tw_publish(tw_level_at(level + 1u) + (tile >> (2u * level + 2u)), s);
            }
        }
    }

    // Then the other finished siblings of the tile and of its ancestors, all at once. There are none above the level on which
    // the ancestor is the first.
    let levels = min((33u - countLeadingZeros(tile)) >> 1u, TW_LEVELS);
    for (var i = 3u * completes + thread; i < 3u * levels; i += TW_THREADS) {
        tw_find(tile, i);
    }
    workgroupBarrier();

    // Fold them, from the root down.
    var p = tw_range_prefix();
    for (var level = levels; level > 0u; level--) {
        let siblings = (tile >> (2u * level - 2u)) & 3u;
        if (siblings > 0u) {
            p = tw_combine(p, tw_siblings(3u * level - 3u, siblings));
        }
    }

    // The last tile knows the aggregate of the range.
    if (thread == 0u && tile + 1u == tw_params[0].z) {
        var own = aggregate;
        for (var level = 0u; level < levels; level++) {
            let siblings = (tile >> (2u * level)) & 3u;
            if (siblings > 0u) {
                own = tw_combine(tw_siblings(3u * level, siblings), own);
            }
        }
TW_TOTAL
    }
    return p;
}

    // Reduce: an invocation for each tile has its aggregate.
    if (thread < TW_TILES && thread * TW_TILE_LEN < present) {
        let tile = tile_group * TW_TILES + thread;
TW_STORE
    }

    // Reduce: the first invocation of a tile has its aggregate.
    if (t == 0u && present > 0u) {
TW_STORE
    }

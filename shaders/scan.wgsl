    // Scan. Down: the prefix of the tile, then of the invocation's nodes.
TW_DESCEND
    // Inside the nodes.
TW_INSIDE

    // Scan. Down: the prefix of the tile, then of the invocation's node.
    var p: TwState;
TW_PREFIX
TW_DESCEND
    // Inside the node.
    if (first + TW_THREAD_LEN <= len) {
        tw_scan(first, p);
    } else if (first < len) {
        tw_scan_part(first, len, p);
    }

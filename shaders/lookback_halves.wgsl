// tw_published in atomics of 32 bits: [0] the next ticket, [2] set when somebody waited too long, then from [4] on two for
// each word, each with 16 bits of payload and one that says that it is there.

// Bounded: when the time is up, or was for another, the result is nonsense and the flag says so.
fn tw_await_word(word: u32) -> u32 {
    let at = 4u + 2u * word;
    for (var round = 0u; round < TW_ROUNDS; round++) {
        for (var spin = 0u; spin < 256u; spin++) {
            let low = atomicLoad(&tw_published[at]);
            let high = atomicLoad(&tw_published[at + 1u]);
            if (min(low, high) >= 0x10000u) {
                return (low & 0xffffu) | (high << 16u);
            }
        }
        if (atomicLoad(&tw_published[2]) != 0u) {
            return 0u;
        }
    }
    atomicStore(&tw_published[2], 1u);
    return 0u;
}

fn tw_publish_word(word: u32, value: u32) {
    let at = 4u + 2u * word;
    atomicStore(&tw_published[at], 0x10000u | (value & 0xffffu));
    atomicStore(&tw_published[at + 1u], 0x10000u | (value >> 16u));
}

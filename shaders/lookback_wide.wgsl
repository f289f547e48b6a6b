// tw_published in atomics of 64 bits: [0] the next ticket, [1] set when somebody waited too long, then from [2] on one for
// each word, with the word in its lower half and a one above it when it is there.

// Bounded: when the time is up, or was for another, the result is nonsense and the flag says so.
fn tw_await_word(word: u32) -> u32 {
    for (var round = 0u; round < TW_ROUNDS; round++) {
        for (var spin = 0u; spin < 256u; spin++) {
            let published = atomicLoad(&tw_published[2u + word]);
            if ((published >> 32u) != 0lu) {
                return u32(published & 0xfffffffflu);
            }
        }
        if (atomicLoad(&tw_published[1]) != 0lu) {
            return 0u;
        }
    }
    atomicStore(&tw_published[1], 1lu);
    return 0u;
}

fn tw_publish_word(word: u32, value: u32) {
    atomicStore(&tw_published[2u + word], 0x100000000lu | u64(value));
}

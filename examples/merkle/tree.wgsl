// Nodes of a Merkle tree as RFC 6962 hashes them. Follows kernels/sha256.wgsl, whose `START` and `compress` it uses.
@group(0) @binding(2) var<storage, read> file: array<u32>; // zeros beyond the end of the last leaf
@group(0) @binding(3) var<uniform> file_bytes: u32;
@group(0) @binding(4) var<storage, read> below: array<u32>; // digests of a level, eight words each
@group(0) @binding(5) var<storage, read_write> above: array<u32>;

const LEAF_WORDS = 256u;
const LEAF_BYTES = 4u * LEAF_WORDS;

// Bytes in memory order, first byte highest.
fn big_endian(word: u32) -> u32 {
    return (word << 24u) | ((word & 0xff00u) << 8u) | ((word >> 8u) & 0xff00u) | (word >> 24u);
}

fn store(at: u32, digest: array<u32, 8>) {
    above[8u * at + 0u] = digest[0];
    above[8u * at + 1u] = digest[1];
    above[8u * at + 2u] = digest[2];
    above[8u * at + 3u] = digest[3];
    above[8u * at + 4u] = digest[4];
    above[8u * at + 5u] = digest[5];
    above[8u * at + 6u] = digest[6];
    above[8u * at + 7u] = digest[7];
}

// The digest of a byte 0 and then a leaf of the file. The byte shifts all others by one: a word of the message has the last
// byte of the word before, and three of its own.
@compute @workgroup_size(64)
fn leaf(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= arrayLength(&above) / 8u {
        return;
    }
    let end = 1u + min(LEAF_BYTES, file_bytes - id.x * LEAF_BYTES);
    let blocks = (end + 8u) / 64u + 1u;
    var digest = START;
    var w: array<u32, 16>;
    var before = 0u;
    for (var block = 0u; block < blocks; block++) {
        for (var i = 0u; i < 16u; i++) {
            let at = 16u * block + i;
            var word = 0u;
            if at < LEAF_WORDS {
                word = big_endian(file[id.x * LEAF_WORDS + at]);
            }
            w[i] = (before << 24u) | (word >> 8u);
            before = word;
        }
        // A bit after the message, and its length in bits at the end of the last block.
        if block == end / 64u {
            w[end / 4u % 16u] |= 0x80000000u >> (8u * (end % 4u));
        }
        if block == blocks - 1u {
            w[15] = 8u * end;
        }
        compress(&digest, &w);
    }
    store(id.x, digest);
}

// The digest of a byte 1 and then two digests of the level below. A last one without a partner goes up as it is.
@compute @workgroup_size(64)
fn node(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= arrayLength(&above) / 8u {
        return;
    }
    let first = 16u * id.x;
    if first + 8u >= arrayLength(&below) {
        for (var i = 0u; i < 8u; i++) {
            above[8u * id.x + i] = below[first + i];
        }
        return;
    }
    var digest = START;
    var w: array<u32, 16>;
    var before = 1u;
    for (var i = 0u; i < 16u; i++) {
        let word = below[first + i];
        w[i] = (before << 24u) | (word >> 8u);
        before = word;
    }
    compress(&digest, &w);
    // What is left: a byte of the last digest, the bit after the message, and the length of 65 bytes.
    w = array<u32, 16>();
    w[0] = (before << 24u) | 0x800000u;
    w[15] = 8u * 65u;
    compress(&digest, &w);
    store(id.x, digest);
}

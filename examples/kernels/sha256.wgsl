// SHA-256 (FIPS 180-4): its compression function, and digests of messages of one block each, given as their padded sixteen
// words.
@group(0) @binding(0) var<storage, read> blocks: array<u32>;
@group(0) @binding(1) var<storage, read_write> digests: array<u32>;

const START = array<u32, 8>(
    0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au, 0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u,
);

const K = array<u32, 64>(
    0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u, 0x3956c25bu, 0x59f111f1u, 0x923f82a4u, 0xab1c5ed5u,
    0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u, 0x72be5d74u, 0x80deb1feu, 0x9bdc06a7u, 0xc19bf174u,
    0xe49b69c1u, 0xefbe4786u, 0x0fc19dc6u, 0x240ca1ccu, 0x2de92c6fu, 0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau,
    0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u, 0xc6e00bf3u, 0xd5a79147u, 0x06ca6351u, 0x14292967u,
    0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu, 0x53380d13u, 0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u,
    0xa2bfe8a1u, 0xa81a664bu, 0xc24b8b70u, 0xc76c51a3u, 0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u,
    0x19a4c116u, 0x1e376c08u, 0x2748774cu, 0x34b0bcb5u, 0x391c0cb3u, 0x4ed8aa4au, 0x5b9cca4fu, 0x682e6ff3u,
    0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u, 0x90befffau, 0xa4506cebu, 0xbef9a3f7u, 0xc67178f2u,
);

fn rotate(x: u32, by: u32) -> u32 {
    return (x >> by) | (x << (32u - by));
}

// Takes a block of a message into its digest. The block is used up.
fn compress(digest: ptr<function, array<u32, 8>>, w: ptr<function, array<u32, 16>>) {
    var h = *digest;
    for (var i = 0u; i < 64u; i++) {
        if i >= 16u {
            let w15 = w[(i + 1u) & 15u];
            let w2 = w[(i + 14u) & 15u];
            let s0 = rotate(w15, 7u) ^ rotate(w15, 18u) ^ (w15 >> 3u);
            let s1 = rotate(w2, 17u) ^ rotate(w2, 19u) ^ (w2 >> 10u);
            w[i & 15u] += s0 + w[(i + 9u) & 15u] + s1;
        }
        let s1 = rotate(h[4], 6u) ^ rotate(h[4], 11u) ^ rotate(h[4], 25u);
        let choice = (h[4] & h[5]) ^ (~h[4] & h[6]);
        let t1 = h[7] + s1 + choice + K[i] + w[i & 15u];
        let s0 = rotate(h[0], 2u) ^ rotate(h[0], 13u) ^ rotate(h[0], 22u);
        let majority = (h[0] & h[1]) ^ (h[0] & h[2]) ^ (h[1] & h[2]);
        h[7] = h[6];
        h[6] = h[5];
        h[5] = h[4];
        h[4] = h[3] + t1;
        h[3] = h[2];
        h[2] = h[1];
        h[1] = h[0];
        h[0] = t1 + s0 + majority;
    }
    // No loops over digests: memory whose indices are constants is kept in registers.
    digest[0] += h[0];
    digest[1] += h[1];
    digest[2] += h[2];
    digest[3] += h[3];
    digest[4] += h[4];
    digest[5] += h[5];
    digest[6] += h[6];
    digest[7] += h[7];
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= arrayLength(&blocks) / 16u {
        return;
    }
    var w: array<u32, 16>;
    for (var i = 0u; i < 16u; i++) {
        w[i] = blocks[16u * id.x + i];
    }
    var digest = START;
    compress(&digest, &w);
    digests[8u * id.x + 0u] = digest[0];
    digests[8u * id.x + 1u] = digest[1];
    digests[8u * id.x + 2u] = digest[2];
    digests[8u * id.x + 3u] = digest[3];
    digests[8u * id.x + 4u] = digest[4];
    digests[8u * id.x + 5u] = digest[5];
    digests[8u * id.x + 6u] = digest[6];
    digests[8u * id.x + 7u] = digest[7];
}

// Operations on bits.
// grid 2,1,1
// bind 0,0 = rand_u32:128:9
// bind 0,1 = zeros:5120
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let w = x[id.x] >> (id.x % 29u);
    let i = bitcast<i32>(x[id.x]);
    let at = id.x * 10u;
    out[at] = countOneBits(w);
    out[at + 1u] = countLeadingZeros(w);
    out[at + 2u] = countTrailingZeros(w);
    out[at + 3u] = reverseBits(w);
    out[at + 4u] = firstLeadingBit(w);
    out[at + 5u] = firstTrailingBit(w);
    out[at + 6u] = extractBits(w, id.x % 32u, id.x % 9u);
    out[at + 7u] = insertBits(w, 0xabcdu, id.x % 20u, 11u);
    out[at + 8u] = bitcast<u32>(i >> (id.x % 31u)) ^ (~w & (w << 3u));
    out[at + 9u] = bitcast<u32>(extractBits(i, 3u, 7u));
}

// Built-in functions of signed and unsigned integers, at their extremes.
// grid 2,1,1
// bind 0,0 = edge_u32:128:0
// bind 0,1 = edge_u32:128:7
// bind 0,2 = zeros:16384
@group(0) @binding(0) var<storage, read> x: array<u32>;
@group(0) @binding(1) var<storage, read> y: array<u32>;
@group(0) @binding(2) var<storage, read_write> out: array<array<u32, 32>>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let i = id.x;
    let a = x[i];
    let b = y[i];
    let s = bitcast<i32>(a);
    let t = bitcast<i32>(b);
    out[i][0] = abs(a);
    out[i][1] = u32(abs(s));
    out[i][2] = min(a, b);
    out[i][3] = u32(min(s, t));
    out[i][4] = max(a, b);
    out[i][5] = u32(max(s, t));
    out[i][6] = clamp(a, min(b, 100u), max(b, 100u));
    out[i][7] = u32(clamp(s, min(t, -3), max(t, -3)));
    out[i][8] = u32(sign(s));
    out[i][9] = countOneBits(a);
    out[i][10] = u32(countOneBits(s));
    out[i][11] = countLeadingZeros(a);
    out[i][12] = u32(countLeadingZeros(s));
    out[i][13] = countTrailingZeros(a);
    out[i][14] = u32(countTrailingZeros(s));
    out[i][15] = reverseBits(a);
    out[i][16] = u32(reverseBits(s));
    out[i][17] = firstLeadingBit(a);
    out[i][18] = u32(firstLeadingBit(s));
    out[i][19] = firstTrailingBit(a);
    out[i][20] = u32(firstTrailingBit(s));
    out[i][21] = extractBits(a, b, 9u);
    out[i][22] = u32(extractBits(s, b, a));
    out[i][23] = insertBits(a, b, b % 40u, 40u);
    out[i][24] = u32(insertBits(s, t, a, b % 33u));
    out[i][25] = dot(vec3(a, b, 3u), vec3(b, a, 5u));
    out[i][26] = u32(dot(vec4(s, t, -3, 4), vec4(t, t, s, 5)));
    out[i][27] = dot4U8Packed(a, b);
    out[i][28] = u32(dot4I8Packed(a, b));
    let v = countOneBits(vec2(a, b)) + firstLeadingBit(vec2(a, b)) * 100u;
    out[i][29] = v.x ^ v.y;
    let w = sign(vec3(s, t, 0)) + abs(vec3(s, t, -7)) + max(vec3(s), vec3(t, 0, 1));
    out[i][30] = u32(w.x) ^ u32(w.y) ^ u32(w.z);
    let e = extractBits(vec2(s, t), 4u, 11u) + insertBits(vec2(s, t), vec2(t, s), 3u, 30u);
    out[i][31] = u32(e.x - e.y);
}

// Operators of integers and truth values: overflow, division by zero, shifts by any amount, vectors with scalars.
// grid 2,1,1
// bind 0,0 = edge_u32:128:0
// bind 0,1 = edge_u32:128:3
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
    out[i][0] = a + b;
    out[i][1] = a - b;
    out[i][2] = a * b;
    out[i][3] = a / b;
    out[i][4] = a % b;
    out[i][5] = u32(s + t);
    out[i][6] = u32(s - t);
    out[i][7] = u32(s * t);
    out[i][8] = u32(s / t);
    out[i][9] = u32(s % t);
    out[i][10] = a << (b & 31u);
    out[i][11] = a >> (b & 31u);
    out[i][12] = u32(s << (b & 31u));
    out[i][13] = u32(s >> (b & 31u));
    out[i][14] = (a & b) ^ (a | 0xf0u);
    out[i][15] = u32((s & t) ^ (s | 0xf0));
    out[i][16] = ~a;
    out[i][17] = u32(~s);
    out[i][18] = u32(-s);
    out[i][19] = u32(a == b) | u32(a != b) << 1u | u32(a < b) << 2u | u32(a <= b) << 3u
        | u32(a > b) << 4u | u32(a >= b) << 5u;
    out[i][20] = u32(s == t) | u32(s != t) << 1u | u32(s < t) << 2u | u32(s <= t) << 3u
        | u32(s > t) << 4u | u32(s >= t) << 5u;
    let p = a > b;
    let q = s > t;
    out[i][21] = u32(p & q) | u32(p | q) << 1u | u32(p == q) << 2u | u32(p != q) << 3u | u32(!p) << 4u
        | u32(p && q) << 5u | u32(p || q) << 6u;
    let v = vec4(a, b, a + b, 7u) / vec4(b, a, 3u, b) + vec4(a, b, 1u, 2u) % 6u;
    out[i][22] = v.x ^ v.y ^ v.z ^ v.w;
    let w = vec3(s, t, -1) / vec3(t, -1, s) - vec3(s, t, 2) * 5 % vec3(t, i32(i % 2u), 3);
    out[i][23] = u32(w.x ^ w.y ^ w.z);
    let shifts = (vec2(a, b) << (vec2(b, a) & vec2(31u))) | (vec2(a, b) >> vec2(3u, 30u));
    out[i][24] = shifts.x ^ shifts.y;
    let signed = (vec4(s) >> vec4(0u, 1u, 16u, 31u)) & vec4(t, -1, t, 3);
    out[i][25] = u32(signed.x + signed.y + signed.z + signed.w);
    let flags = vec3(p, q, a == 0u) & vec3(q, true, p) | vec3(false, p, q);
    out[i][26] = u32(flags.x) + 2u * u32(flags.y) + 4u * u32(flags.z);
    let four = select(vec4(a), vec4(b), vec4(p, q, !p, !q));
    out[i][27] = four.x + 2u * four.y + 3u * four.z + 4u * four.w;
    var z = a;
    z += b; z -= 3u; z *= b; z /= 7u; z %= 1000003u; z &= 0xffffu; z |= b; z ^= a; z <<= 3u; z >>= 1u;
    z++;
    out[i][28] = z;
    var k = s;
    k += t; k -= 3; k *= t; k /= 7; k %= 1000003; k &= 0xffff; k |= t; k ^= s; k <<= 3u; k >>= 1u;
    k--;
    out[i][29] = u32(k);
    out[i][30] = u32(all(vec3(a, b, 1u) >= vec3(b, b, 1u)));
    out[i][31] = u32(any(vec2(s, t) <= vec2(t, -1)));
}

// Operators and functions of 64-bit integers, scalars and vectors, over edges of both words.
// grid 4,1,1
// bind 0,0 = edge_u32:512:3
// bind 0,1 = edge_u32:512:12
// bind 0,2 = zeros:40960
// bind 0,3 = zeros:40960
// gpu may refuse: 64-bit integers

@group(0) @binding(0) var<storage, read> xs: array<u64, 256>;
@group(0) @binding(1) var<storage, read> ys: array<u64, 256>;
@group(0) @binding(2) var<storage, read_write> us: array<array<u64, 20>>;
@group(0) @binding(3) var<storage, read_write> is: array<array<i64, 20>>;

const LARGE = 0xfedcba9876543210lu;
const NEGATIVE: i64 = -1234567890123456789li;

fn unsigned(a: u64, b: u64) -> array<u64, 20> {
    let v = vec3(a, b, LARGE);
    let w = vec3(b, 3lu, a);
    let shift = u32(b) & 63u;
    var out: array<u64, 20>;
    out[0] = a + b;
    out[1] = a - b;
    out[2] = a * b;
    out[3] = a / max(b, 1lu);
    out[4] = a % max(b, 1lu);
    out[5] = (a & b) | (a ^ LARGE);
    out[6] = ~a;
    out[7] = a << shift;
    out[8] = a >> shift;
    out[9] = (v + w).x ^ (v * w).y ^ (v - w).z;
    out[10] = (v / max(w, vec3(1lu))).z + (v % vec3(10lu)).x;
    out[11] = select(1lu, 2lu, a < b) | select(0lu, 4lu, a <= b) | select(0lu, 8lu, a > b) | select(0lu, 16lu, a >= b);
    out[12] = select(1lu, 2lu, a == b) | select(0lu, 4lu, a != b);
    out[13] = min(a, b);
    out[14] = max(a, b);
    out[15] = clamp(a, 1000lu, LARGE);
    out[16] = dot(v, w);
    out[17] = (a << 32u) | (b >> 32u);
    let less = select(v.zyx, w.xxy, v < w);
    out[18] = less.x + less.y * 3lu + less.z * 5lu;
    let shifted = (v.xy << vec2(shift, 33u)) ^ (w.yz >> vec2(1u, shift));
    out[19] = shifted.x ^ abs(shifted.y) ^ u64(bitcast<i64>(a) >> 7u);
    return out;
}

fn signed(a: i64, b: i64) -> array<i64, 20> {
    let v = vec2(a, b);
    let w = vec2(b, NEGATIVE);
    let shift = u32(b) & 63u;
    // Neither zero nor minus one, for which a GPU has its own opinion.
    let divisor = select(b, 7li, abs(b) < 2li);
    var out: array<i64, 20>;
    out[0] = a + b;
    out[1] = a - b;
    out[2] = a * b;
    out[3] = a / divisor;
    out[4] = abs(a) % abs(divisor >> 1u);
    out[5] = -a;
    out[6] = a << shift;
    out[7] = a >> shift;
    out[8] = select(1li, 2li, a < b) | select(0li, 4li, a <= b) | select(0li, 8li, a > b) | select(0li, 16li, a >= b);
    out[9] = min(a, b);
    out[10] = max(a, b);
    out[11] = clamp(a, NEGATIVE, 5li);
    out[12] = select(-1li, 1li, a > 0li) * abs(b);
    out[13] = dot(v, w);
    out[14] = (v - w).y + (-v).x;
    out[15] = (v >> vec2(shift)).x ^ (w << vec2(3u, shift)).y;
    out[16] = select(0li, 1li, a == b) + select(0li, 2li, a != b);
    out[17] = ~a & (b | NEGATIVE);
    out[18] = i64(all(v == w)) + i64(any(v < w)) * 2li + i64(any(v != w)) * 4li;
    var counter = a;
    counter += 1li;
    counter *= 3li;
    counter ^= b;
    counter -= NEGATIVE;
    counter >>= 2u;
    counter |= 64li;
    counter &= ~1li;
    counter++;
    out[19] = counter;
    return out;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let a = xs[id.x];
    let b = ys[id.x];
    us[id.x] = unsigned(a, b);
    is[id.x] = signed(bitcast<i64>(a), bitcast<i64>(b));
}

// Smallest and largest value with the index of each, in one pass: the monoid's state is
// (key of the smallest, its index, key of the largest, its index). The smaller key wins, and of equal ones the earlier.
// As the built-in ArgMin and ArgMax, which take a pass each: the first NaN wins, and -0 is less than +0.

// The order of floats as that of unsigned integers.
fn key_of_f32(x: f32) -> u32 {
    let bits = bitcast<u32>(x);
    return select(bits | 0x80000000u, ~bits, bits >= 0x80000000u);
}

fn is_nan_bits(x: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u;
}

fn extremes_of_f32(x: f32, index: u32) -> vec4<u32> {
    let key = key_of_f32(x);
    if is_nan_bits(x) {
        return vec4(0u, index, 0u, index);
    }
    return vec4(key, index, ~key, index);
}

fn extremes_of_i32(x: i32, index: u32) -> vec4<u32> {
    let key = bitcast<u32>(x) ^ 0x80000000u;
    return vec4(key, index, ~key, index);
}

fn earlier(a: vec4<u32>, b: vec4<u32>) -> vec4<u32> {
    let low = select(a.xy, b.xy, b.x < a.x || (b.x == a.x && b.y < a.y));
    let high = select(a.zw, b.zw, b.z < a.z || (b.z == a.z && b.w < a.w));
    return vec4(low, high);
}

// A double-float has two keys, so that only one extreme fits into a state: (high key, low key, index). With a sign of -1
// the smallest is the largest.
fn extreme_of_pair(x: vec2<f32>, index: u32, sign: f32) -> vec3<u32> {
    if is_nan_bits(x.x) {
        return vec3(0u, 0u, index);
    }
    return vec3(key_of_f32(sign * x.x), key_of_f32(sign * x.y), index);
}

fn earlier_pair(a: vec3<u32>, b: vec3<u32>) -> vec3<u32> {
    let less = b.x < a.x || (b.x == a.x && (b.y < a.y || (b.y == a.y && b.z < a.z)));
    return select(a, b, less);
}

// Sum and sum of squares of deviations from a shift, in double-float arithmetic.
//
// A double-float is the unevaluated sum of two f32, the second at most half a unit in the last place of the first:
// 48 bits of significand (Dekker, "A floating-point technique for extending the available precision", 1971; error
// bounds: Joldes, Muller and Popescu, "Tight and rigorous error bounds for basic building blocks of double-word
// arithmetic", 2017).
//
// The method recovers the rounding error of an addition as a difference that is zero in exact arithmetic. WGSL lets a
// compiler reassociate and fuse, and Mesa's does: it folds (a + b) - a into b, and the error is lost. So each result passes
// through `keep`, an exclusive or with an argument that is 0 and that no compiler knows.

fn keep(x: f32, zero: u32) -> f32 {
    return bitcast<f32>(bitcast<u32>(x) ^ zero);
}

fn add(a: f32, b: f32, zero: u32) -> f32 {
    return keep(a + b, zero);
}

fn mul(a: f32, b: f32, zero: u32) -> f32 {
    return keep(a * b, zero);
}

// a + b exactly.
fn two_sum(a: f32, b: f32, zero: u32) -> vec2<f32> {
    let s = add(a, b, zero);
    let b_part = add(s, -a, zero);
    let a_part = add(s, -b_part, zero);
    return vec2(s, add(add(a, -a_part, zero), add(b, -b_part, zero), zero));
}

// a + b exactly, for |a| >= |b|.
fn quick_two_sum(a: f32, b: f32, zero: u32) -> vec2<f32> {
    let s = add(a, b, zero);
    return vec2(s, add(b, -add(s, -a, zero), zero));
}

// a + b within 3 * 2^-48 of |a + b|.
fn add_double(a: vec2<f32>, b: vec2<f32>, zero: u32) -> vec2<f32> {
    let high = two_sum(a.x, b.x, zero);
    let low = two_sum(a.y, b.y, zero);
    let sum = quick_two_sum(high.x, add(high.y, low.x, zero), zero);
    return quick_two_sum(sum.x, add(low.y, sum.y, zero), zero);
}

// a * a within 5 * 2^-48 of it. The halves of the high part have 12 bits each, so that their products are exact.
fn square_double(a: vec2<f32>, zero: u32) -> vec2<f32> {
    let high = bitcast<f32>(bitcast<u32>(a.x) & 0xfffff000u);
    let low = add(a.x, -high, zero);
    let p = mul(a.x, a.x, zero);
    let first = add(mul(high, high, zero), -p, zero);
    let second = add(first, mul(2.0 * high, low, zero), zero);
    let rest = add(second, mul(low, low, zero), zero);
    return quick_two_sum(p, add(rest, mul(2.0 * a.x, a.y, zero), zero), zero);
}

// What one value adds to the moments: its scaled deviation and the square of that.
fn moments(value: vec2<f32>, shift: f32, scale: f32, zero: u32) -> vec4<f32> {
    // The scale is a power of two: exact.
    let deviation = add_double(value, vec2(-shift, 0.0), zero) * scale;
    return vec4(deviation, square_double(deviation, zero));
}

// The monoid of moments; its identity is 0.
fn merge(a: vec4<f32>, b: vec4<f32>, zero: u32) -> vec4<f32> {
    return vec4(add_double(a.xy, b.xy, zero), add_double(a.zw, b.zw, zero));
}

// Values of columns as double-floats, exactly.

fn double_of_f32(x: f32, zero: u32) -> vec2<f32> {
    return vec2(x, 0.0);
}

fn double_of_i32(x: i32, zero: u32) -> vec2<f32> {
    return quick_two_sum(f32(x >> 16u) * 65536.0, f32(x & 0xffff), zero);
}

fn double_of_pair(x: vec2<f32>, zero: u32) -> vec2<f32> {
    return x;
}

//! Inverse trigonometric functions.
//!
//! Polynomials near zero; elsewhere identities that lead back there: asin x = pi/2 - 2 asin sqrt((1 - x) / 2) above
//! 1/2, atan x = pi/2 - atan(1/x) above 1. Constants such as pi/2 are added in two parts, the small part to the small
//! term first, so that only the last addition rounds at the size of the result.

use super::fused::{Fused, horner};
use std::f32::consts;

/// `(asin s - s) / s^3` in powers of s^2, for s <= 1/2.
const ASIN: [f32; 5] = [0.166_667_52, 0.074_953_1, 0.045_469_15, 0.024_184_78, 0.042_158_3];

/// `(atan u - u) / u^3` in powers of u^2, for u <= 1; the first one is chosen so that atan 1 is pi/4 to the bit.
const ATAN: [f32; 9] = [
    -0.333_332_96,
    0.199_985_3,
    -0.142_640_17,
    0.109_508_99,
    -0.083_993_92,
    0.057_883_3,
    -0.031_099_172,
    0.010_869_899,
    -0.001_783_072_6,
];

/// pi/2 to 24 bits, and the rest.
const HALF_PI: [f32; 2] = [consts::FRAC_PI_2, -4.371_139e-8];

/// pi to 24 bits, and the rest.
const PI: [f32; 2] = [consts::PI, -8.742_278e-8];

/// The arcsine; NaN outside -1 to 1.
#[inline(always)]
pub(crate) fn asin<F: Fused>(x: f32) -> f32 {
    let (s, v, large) = asin_parts::<F>(x);
    let near = F::mul_add(s, v, s);
    // Just below 1 the difference can be inexact, as it starts above 1; what it lost is exact.
    let difference = HALF_PI[0] - 2.0 * s;
    let lost = (HALF_PI[0] - difference) - 2.0 * s;
    let far = difference + (F::mul_add(-2.0 * s, v, HALF_PI[1]) + lost);
    (if large { far } else { near }).copysign(x)
}

/// The arccosine; NaN outside -1 to 1.
#[inline(always)]
pub(crate) fn acos<F: Fused>(x: f32) -> f32 {
    let (s, v, large) = asin_parts::<F>(x);
    let negative = x < 0.0;
    let toward_pi = if negative { PI } else { [0.0, 0.0] };
    let high = if large { toward_pi[0] } else { HALF_PI[0] };
    let low = if large { toward_pi[1] } else { HALF_PI[1] };
    // The multiple of asin s that is added to the constant.
    let size = if large { 2.0 } else { 1.0 };
    let times = if large != negative { size } else { -size };
    F::mul_add(times, s, high) + F::mul_add(times * s, v, low)
}

/// `(s, v, large)` with asin s = s + s * v: s is |x| or, where that is large, sqrt((1 - |x|) / 2).
#[inline(always)]
fn asin_parts<F: Fused>(x: f32) -> (f32, f32, bool) {
    let a = x.abs();
    let large = a > 0.5;
    let z = if large { (1.0 - a) * 0.5 } else { a * a };
    let s = if large { z.sqrt() } else { a };
    (s, z * horner::<F, 5>(z, ASIN), large)
}

/// The arctangent.
#[inline(always)]
pub(crate) fn atan<F: Fused>(x: f32) -> f32 {
    let a = x.abs();
    let large = a > 1.0;
    let (above, below) = if large { (-1.0, a) } else { (a, 1.0) };
    let p = atan_near_zero::<F>(above / below);
    let y = if large { HALF_PI[0] + (p + HALF_PI[1]) } else { p };
    y.copysign(x)
}

/// The angle of the point (x, y), with the signs of zeros and the infinities of C99.
#[inline(always)]
pub(crate) fn atan2<F: Fused>(y: f32, x: f32) -> f32 {
    let (a, b) = (y.abs(), x.abs());
    let steep = a > b;
    let (above, below) = if steep { (b, a) } else { (a, b) };
    let u = above / below;
    // Two zeros, two infinities.
    let diagonal = if below == 0.0 { 0.0 } else { 1.0 };
    let u = if above == below { diagonal } else { u };
    let p = atan_near_zero::<F>(u);
    let left = x.is_sign_negative();
    let toward_pi = if left { PI } else { [0.0, 0.0] };
    let high = if steep { HALF_PI[0] } else { toward_pi[0] };
    let low = if steep { HALF_PI[1] } else { toward_pi[1] };
    let p = if steep != left { -p } else { p };
    (high + (low + p)).copysign(y)
}

/// atan u for |u| <= 1.
#[inline(always)]
fn atan_near_zero<F: Fused>(u: f32) -> f32 {
    let z = u * u;
    F::mul_add(u * z, horner::<F, 9>(z, ATAN), u)
}

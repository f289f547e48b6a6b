//! Sine, cosine and tangent.
//!
//! The argument is reduced by the nearest multiple of pi/2 in three fused steps (Cody and Waite):
//! the first is exact, the others make up for what pi/2 in one float lacks. That holds up to 2^17. Above, the fraction of
//! x / (pi/2) needs integer arithmetic on many bits of 2/pi, which is exact but slow: `*_wide` takes that path where
//! [`needs_wide_reduction`] says so, and agrees bit by bit with the fast function everywhere else.

use super::fused::{Fused, ROUND, horner};
use super::reduction::reduce;
use std::f32::consts::{self, FRAC_2_PI};

/// pi/2 to 72 bits and more.
const HALF_PI: [f32; 3] = [consts::FRAC_PI_2, -4.371_139e-8, -1.715_124_5e-15];

/// `(sin r - r) / r^3` in powers of r^2, for |r| <= pi/4; relative error 2^-27.
const SIN: [f32; 3] = [-0.166_666_54, 0.008_332_106, -0.000_195_078_84];

/// `(cos r - 1) / r^2` in powers of r^2, for |r| <= pi/4; relative error 2^-32.
const COS: [f32; 4] = [-0.5, 0.041_666_646, -0.001_388_730_6, 0.000_024_431_65];

/// `(tan r - r) / r^3` in powers of r^2, for |r| <= pi/4.
const TAN: [f32; 7] = [
    0.333_333_52,
    0.133_325_76,
    0.054_070_182,
    0.021_227_716,
    0.010_980_456,
    -0.000_097_845_856,
    0.004_470_544_4,
];

const SIGN: u32 = 0x8000_0000;

/// The magnitude from which the fast reduction is no longer accurate.
const WIDE: f32 = 131_072.0;

/// True for the finite arguments that `sin_small`, `cos_small` and `tan_small` do not cover.
#[inline(always)]
pub(crate) fn needs_wide_reduction(x: f32) -> bool {
    (x.abs() > WIDE) & (x.abs() < f32::INFINITY)
}

/// The sine where [`needs_wide_reduction`] is false.
#[inline(always)]
pub(crate) fn sin_small<F: Fused>(x: f32) -> f32 {
    let (quadrant, r) = reduce_small::<F>(x.abs());
    f32::from_bits(sin_of::<F>(quadrant, r).to_bits() ^ (x.to_bits() & SIGN))
}

/// The cosine where [`needs_wide_reduction`] is false.
#[inline(always)]
pub(crate) fn cos_small<F: Fused>(x: f32) -> f32 {
    let (quadrant, r) = reduce_small::<F>(x.abs());
    sin_of::<F>(quadrant.wrapping_add(1), r)
}

/// The tangent where [`needs_wide_reduction`] is false.
#[inline(always)]
pub(crate) fn tan_small<F: Fused>(x: f32) -> f32 {
    let (quadrant, r, lost) = reduce_small_twice::<F>(x.abs());
    f32::from_bits(tan_of::<F>(quadrant, r, lost).to_bits() ^ (x.to_bits() & SIGN))
}

/// The sine of any argument; NaN at infinity.
#[inline(always)]
pub(crate) fn sin_wide<F: Fused>(x: f32) -> f32 {
    if !needs_wide_reduction(x) {
        return sin_small::<F>(x);
    }
    let (quadrant, r, _) = reduce(x.abs());
    let y = if quadrant & 1 == 0 { sin_small::<F>(r) } else { cos_small::<F>(r) };
    let y = if quadrant & 2 == 0 { y } else { -y };
    f32::from_bits(y.to_bits() ^ (x.to_bits() & SIGN))
}

/// The cosine of any argument; NaN at infinity.
#[inline(always)]
pub(crate) fn cos_wide<F: Fused>(x: f32) -> f32 {
    if !needs_wide_reduction(x) {
        return cos_small::<F>(x);
    }
    let (quadrant, r, _) = reduce(x.abs());
    let y = if quadrant & 1 == 0 { cos_small::<F>(r) } else { -sin_small::<F>(r) };
    if quadrant & 2 == 0 { y } else { -y }
}

/// The tangent of any argument; NaN at infinity.
#[inline(always)]
pub(crate) fn tan_wide<F: Fused>(x: f32) -> f32 {
    if !needs_wide_reduction(x) {
        return tan_small::<F>(x);
    }
    let (quadrant, r, lost) = reduce(x.abs());
    f32::from_bits(tan_of::<F>(quadrant, r, lost).to_bits() ^ (x.to_bits() & SIGN))
}

/// `(q, r)` with x = q * pi/2 + r and |r| <= pi/4 or hardly more; only the low bits of q count.
#[inline(always)]
fn reduce_small<F: Fused>(x: f32) -> (u32, f32) {
    let shifted = F::mul_add(x, FRAC_2_PI, ROUND);
    let n = shifted - ROUND;
    let first = F::mul_add(n, -HALF_PI[0], x);
    let second = F::mul_add(n, -HALF_PI[1], first);
    (shifted.to_bits(), F::mul_add(n, -HALF_PI[2], second))
}

/// `(q, r, lost)`: the same, with what the rounding of r lost.
#[inline(always)]
fn reduce_small_twice<F: Fused>(x: f32) -> (u32, f32, f32) {
    let shifted = F::mul_add(x, FRAC_2_PI, ROUND);
    let n = shifted - ROUND;
    let first = F::mul_add(n, -HALF_PI[0], x);
    // n * HALF_PI[1] = product + product_error, first - product = second + error: exactly (Knuth's two-sum).
    let product = n * HALF_PI[1];
    let product_error = F::mul_add(n, HALF_PI[1], -product);
    let second = first - product;
    let part = second - first;
    let error = (first - (second - part)) - (product + part);
    let rest = F::mul_add(n, -HALF_PI[2], error - product_error);
    let r = second + rest;
    (shifted.to_bits(), r, (second - r) + rest)
}

/// sin(q * pi/2 + r) for |r| <= pi/4.
#[inline(always)]
fn sin_of<F: Fused>(quadrant: u32, r: f32) -> f32 {
    let z = r * r;
    let sin = F::mul_add(r * z, horner::<F, 3>(z, SIN), r);
    let cos = F::mul_add(z, horner::<F, 4>(z, COS), 1.0);
    let y = if quadrant & 1 == 0 { sin } else { cos };
    f32::from_bits(y.to_bits() ^ ((quadrant & 2) << 30))
}

/// tan(q * pi/2 + r + lost) for |r| <= pi/4: the slope of the tangent makes too much of what r lost in rounding.
#[inline(always)]
fn tan_of<F: Fused>(quadrant: u32, r: f32, lost: f32) -> f32 {
    let z = r * r;
    let tail = r * z * horner::<F, 7>(z, TAN);
    let slope = F::mul_add(r + tail, r + tail, 1.0);
    let tan = r + F::mul_add(lost, slope, tail);
    let (above, below) = if quadrant & 1 == 0 { (tan, 1.0) } else { (-1.0, tan) };
    above / below
}

//! Sine, cosine and tangent.
//!
//! The argument is reduced by the nearest multiple of pi (of pi/2 for the tangent) in three fused steps (Cody and Waite):
//! the first is exact, the others make up for what pi in one float lacks. That holds up to 2^17. Above, the fraction of
//! x / (pi/2) needs integer arithmetic on many bits of 2/pi, which is exact but slow: `*_wide` takes that path where
//! [`needs_wide_reduction`] says so, and agrees bit by bit with the fast function everywhere else.

use super::fused::{Fused, ROUND, horner};
use super::reduction::reduce;
use std::f32::consts::{FRAC_1_PI, FRAC_2_PI};

/// pi to 72 bits and more.
const PI: [f32; 3] = [3.141_592_7, -8.742_278e-8, -3.430_249e-15];

/// pi/2 to 72 bits and more.
const HALF_PI: [f32; 3] = [1.570_796_4, -4.371_139e-8, -1.715_124_5e-15];

/// `(sin r - r) / r^3` in powers of r^2, for |r| <= pi/2.
const SIN: [f32; 4] = [
    -0.166_666_6,
    0.008_333_067,
    -0.000_198_095_53,
    2.605_458_6e-6,
];

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
    let a = x.abs();
    let shifted = F::mul_add(a, FRAC_1_PI, ROUND);
    let y = sin_near_zero::<F>(subtract::<F>(a, shifted - ROUND, PI));
    f32::from_bits(y.to_bits() ^ (shifted.to_bits() << 31) ^ (x.to_bits() & SIGN))
}

/// The cosine where [`needs_wide_reduction`] is false.
#[inline(always)]
pub(crate) fn cos_small<F: Fused>(x: f32) -> f32 {
    // cos x = sin(x + pi/2): reduced by a multiple of pi and a half.
    let a = x.abs();
    let shifted = F::mul_add(a, FRAC_1_PI, 0.5) + ROUND;
    let n = (shifted - ROUND) - 0.5;
    let y = sin_near_zero::<F>(subtract::<F>(a, n, PI));
    f32::from_bits(y.to_bits() ^ (shifted.to_bits() << 31))
}

/// The tangent where [`needs_wide_reduction`] is false.
#[inline(always)]
pub(crate) fn tan_small<F: Fused>(x: f32) -> f32 {
    let a = x.abs();
    let shifted = F::mul_add(a, FRAC_2_PI, ROUND);
    let t = tan_near_zero::<F>(subtract::<F>(a, shifted - ROUND, HALF_PI));
    let odd = shifted.to_bits() & 1 == 1;
    let (above, below) = if odd { (-1.0, t) } else { (t, 1.0) };
    f32::from_bits((above / below).to_bits() ^ (x.to_bits() & SIGN))
}

/// The sine of any argument; NaN at infinity.
#[inline(always)]
pub(crate) fn sin_wide<F: Fused>(x: f32) -> f32 {
    if !needs_wide_reduction(x) {
        return sin_small::<F>(x);
    }
    let (quadrant, r) = reduce(x.abs());
    let y = if quadrant & 1 == 0 {
        sin_small::<F>(r)
    } else {
        cos_small::<F>(r)
    };
    let y = if quadrant & 2 == 0 { y } else { -y };
    f32::from_bits(y.to_bits() ^ (x.to_bits() & SIGN))
}

/// The cosine of any argument; NaN at infinity.
#[inline(always)]
pub(crate) fn cos_wide<F: Fused>(x: f32) -> f32 {
    if !needs_wide_reduction(x) {
        return cos_small::<F>(x);
    }
    let (quadrant, r) = reduce(x.abs());
    let y = if quadrant & 1 == 0 {
        cos_small::<F>(r)
    } else {
        -sin_small::<F>(r)
    };
    if quadrant & 2 == 0 { y } else { -y }
}

/// The tangent of any argument; NaN at infinity.
#[inline(always)]
pub(crate) fn tan_wide<F: Fused>(x: f32) -> f32 {
    if !needs_wide_reduction(x) {
        return tan_small::<F>(x);
    }
    let (quadrant, r) = reduce(x.abs());
    let t = tan_small::<F>(r);
    let y = if quadrant & 1 == 0 { t } else { -1.0 / t };
    f32::from_bits(y.to_bits() ^ (x.to_bits() & SIGN))
}

/// `x - n * c`, where c is given in three parts.
#[inline(always)]
fn subtract<F: Fused>(x: f32, n: f32, c: [f32; 3]) -> f32 {
    F::mul_add(n, -c[2], F::mul_add(n, -c[1], F::mul_add(n, -c[0], x)))
}

/// sin r for |r| <= pi/2.
#[inline(always)]
fn sin_near_zero<F: Fused>(r: f32) -> f32 {
    let z = r * r;
    F::mul_add(r * z, horner::<F, 4>(z, SIN), r)
}

/// tan r for |r| <= pi/4.
#[inline(always)]
fn tan_near_zero<F: Fused>(r: f32) -> f32 {
    let z = r * r;
    F::mul_add(r * z, horner::<F, 7>(z, TAN), r)
}

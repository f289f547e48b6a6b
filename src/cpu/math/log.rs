//! Logarithms, base e and base 2.
//!
//! x = 2^k * (1 + f) with 1 + f between sqrt(1/2) and sqrt(2), so that k = 0 around 1 and nothing cancels there;
//! log(1 + f) = f + f^2 * P(f) with P minimax of degree 8 (relative error 2^-27).

use super::exp::LN_2;
use super::fused::{Fused, horner};
use std::f32::consts;

/// `(log(1 + f) - f) / f^2` for 1 + f between sqrt(1/2) and sqrt(2).
const LOG: [f32; 9] = [
    -0.499_999_88,
    0.333_333_22,
    -0.250_016_1,
    0.200_022_24,
    -0.166_086_03,
    0.141_763_69,
    -0.132_416_34,
    0.129_398_91,
    -0.076_685_265,
];

/// log2(e) to 24 bits, and the rest.
const LOG2_E: [f32; 2] = [consts::LOG2_E, 1.925_963e-8];

/// The natural logarithm: -infinity at zero, NaN below.
#[inline(always)]
pub(crate) fn log<F: Fused>(x: f32) -> f32 {
    let (k, f) = split(x);
    let y = F::mul_add(f * f, horner::<F, 9>(f, LOG), f);
    let y = F::mul_add(k, LN_2[0], F::mul_add(k, LN_2[1], y));
    outside(x, y)
}

/// The logarithm to base 2, exact for powers of two: -infinity at zero, NaN below.
#[inline(always)]
pub(crate) fn log2<F: Fused>(x: f32) -> f32 {
    let (k, f) = split(x);
    let tail = f * f * horner::<F, 9>(f, LOG);
    let low = F::mul_add(tail, LOG2_E[0], f * LOG2_E[1]);
    outside(x, k + F::mul_add(f, LOG2_E[0], low))
}

/// `(k, f)` with x = 2^k * (1 + f), for positive finite x, subnormal or not.
#[inline(always)]
fn split(x: f32) -> (f32, f32) {
    const SQRT_HALF: u32 = 0x3F35_04F3;
    let subnormal = x < f32::MIN_POSITIVE;
    let (x, below) = if subnormal { (x * 8_388_608.0, 23) } else { (x, 0) };
    let offset = x.to_bits().wrapping_sub(SQRT_HALF);
    let k = (offset as i32 >> 23) - below;
    let m = f32::from_bits((offset & 0x007F_FFFF) + SQRT_HALF);
    (k as f32, m - 1.0)
}

/// `y`, or the right answer where x is not positive and finite.
#[inline(always)]
fn outside(x: f32, y: f32) -> f32 {
    // On the bits, as one comparison: in floats the compiler makes a lengthy classification of the three tests.
    let ordinary = x.to_bits().wrapping_sub(1) < f32::INFINITY.to_bits() - 1;
    let special = if x == 0.0 { f32::NEG_INFINITY } else { x };
    let special = if x < 0.0 { f32::NAN } else { special };
    if ordinary { y } else { special }
}

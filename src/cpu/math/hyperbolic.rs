//! Hyperbolic functions and their inverses.
//!
//! tanh comes from e^x - 1, which does not cancel near zero; sinh has a polynomial there. The inverses are logarithms of sums that would
//! lose everything near zero in f32; f64 has the bits to spare, and is simpler than a compensated logarithm.

use super::double;
use super::exp::exp_m1_parts;
use super::fused::{Fused, horner};

/// Below this magnitude asinh x and atanh x differ from x by less than a quarter unit in the last place.
const LINEAR: f32 = 0.000_244_140_63;

/// `(sinh a - a) / a^3` in powers of a^2, for a <= 1.
const SINH: [f32; 4] = [0.166_666_67, 0.008_333_31, 0.000_198_428_96, 2.782_213_2e-6];

/// The hyperbolic tangent.
#[inline(always)]
pub(crate) fn tanh<F: Fused>(x: f32) -> f32 {
    let a = x.abs();
    // tanh 10 rounds to 1.
    let a = if a > 10.0 { 10.0 } else { a };
    // Near zero, e of the negated argument makes e + 2 fall below 2, where it rounds to half the size; the sign of the
    // quotient does not count. 0.173 is where the reduction starts to subtract ln 2.
    let twice = if a < 0.173 { -2.0 * a } else { 2.0 * a };
    let (r, w, s) = exp_m1_parts::<F>(twice, 0);
    let e = F::mul_add(s, w, F::mul_add(s, r, s - 1.0));
    (e / (e + 2.0)).copysign(x)
}

/// The hyperbolic sine.
#[inline(always)]
pub(crate) fn sinh<F: Fused>(x: f32) -> f32 {
    let a = x.abs();
    let z = a * a;
    let near = F::mul_add(a * z, horner::<F, 4>(z, SINH), a);
    let e = quarter_exp::<F>(a);
    let far = F::mul_add(2.0, e, -0.125 / e);
    (if a < 1.0 { near } else { far }).copysign(x)
}

/// The hyperbolic cosine.
#[inline(always)]
pub(crate) fn cosh<F: Fused>(x: f32) -> f32 {
    let e = quarter_exp::<F>(x.abs());
    F::mul_add(2.0, e, 0.125 / e)
}

/// e^a / 4 for a >= 0: finite where sinh a and cosh a are, and such that twice it is infinite where they are.
#[inline(always)]
fn quarter_exp<F: Fused>(a: f32) -> f32 {
    let a = if a > 89.5 { 89.5 } else { a };
    let (r, w, s) = exp_m1_parts::<F>(a, -2);
    F::mul_add(s, r + w, s)
}

/// The inverse hyperbolic sine.
#[inline(always)]
pub(crate) fn asinh(x: f32) -> f32 {
    let a = f64::from(x.abs());
    let y = ln(a + (a * a + 1.0).sqrt()) as f32;
    let y = if x.abs() < LINEAR { x.abs() } else { y };
    // Infinity and NaN are their own answers.
    (if x.abs() < f32::INFINITY { y } else { x }).copysign(x)
}

/// The inverse hyperbolic cosine; NaN below 1.
#[inline(always)]
pub(crate) fn acosh(x: f32) -> f32 {
    let t = f64::from(x) - 1.0;
    let y = ln(1.0 + (t + (t * (t + 2.0)).sqrt())) as f32;
    let y = if x < f32::INFINITY { y } else { x };
    if x < 1.0 { f32::NAN } else { y }
}

/// The inverse hyperbolic tangent; infinite at -1 and 1, NaN beyond.
#[inline(always)]
pub(crate) fn atanh(x: f32) -> f32 {
    let a = f64::from(x.abs());
    let y = (0.5 * ln((1.0 + a) / (1.0 - a))) as f32;
    let y = if x.abs() < LINEAR { x.abs() } else { y };
    let y = if x.abs() == 1.0 { f32::INFINITY } else { y };
    let y = if x.abs() <= 1.0 { y } else { f32::NAN };
    y.copysign(x)
}

/// The natural logarithm of a positive finite number.
#[inline(always)]
fn ln(x: f64) -> f64 {
    double::log2(x) * std::f64::consts::LN_2
}

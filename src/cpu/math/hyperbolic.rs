//! Hyperbolic functions and their inverses.
//!
//! sinh and tanh come from e^x - 1, which does not cancel near zero. The inverses are logarithms of sums that would
//! lose everything near zero in f32; f64 has the bits to spare, and is simpler than a compensated logarithm.

use super::double;
use super::exp::exp_m1_parts;
use super::fused::Fused;

/// Below this magnitude sinh x, asinh x and atanh x differ from x by less than a quarter unit in the last place.
const LINEAR: f32 = 0.000_244_140_63;

/// Where e^x is certainly infinite, even after the halving of cosh.
const OVERFLOW: f32 = 90.0;

/// The hyperbolic tangent.
#[inline(always)]
pub(crate) fn tanh<F: Fused>(x: f32) -> f32 {
    let a = x.abs();
    // tanh 10 rounds to 1.
    let a = if a > 10.0 { 10.0 } else { a };
    let (q, s) = exp_m1_parts::<F>(a + a, 0);
    let e = F::mul_add(s, q, s - 1.0);
    (e / (e + 2.0)).copysign(x)
}

/// The hyperbolic sine.
#[inline(always)]
pub(crate) fn sinh<F: Fused>(x: f32) -> f32 {
    let a = x.abs();
    let b = if a > OVERFLOW { OVERFLOW } else { a };
    // With e = (e^a - 1) / 4: sinh a = 2 * (e + e / (4 * e + 1)). The factor keeps e finite where sinh is.
    let (q, s) = exp_m1_parts::<F>(b, -2);
    let e = F::mul_add(s, q, s - 0.25);
    let y = 2.0 * (e + e / F::mul_add(4.0, e, 1.0));
    (if a < LINEAR { a } else { y }).copysign(x)
}

/// The hyperbolic cosine.
#[inline(always)]
pub(crate) fn cosh<F: Fused>(x: f32) -> f32 {
    let a = x.abs();
    let b = if a > OVERFLOW { OVERFLOW } else { a };
    // With e = e^a / 4: cosh a = 2 * e + 1 / (8 * e).
    let (q, s) = exp_m1_parts::<F>(b, -2);
    let e = F::mul_add(s, q, s);
    F::mul_add(2.0, e, 0.125 / e)
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

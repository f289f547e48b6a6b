//! The operator `%` on f32: the exact remainder of the division towards zero, with the sign of the dividend.
//!
//! In f64 a quotient below 2^28 is truncated right, and its product with the divisor is exact, so the remainder is too.
//! A larger quotient is rare, and as x has no fractional bits left then, hardly meaningful: a loop asks
//! [`needs_exact_rem`] and leaves the vector path for it.

/// True where [`rem`] is not exact: the quotient has more than 28 bits.
#[inline(always)]
pub(crate) fn needs_exact_rem(x: f32, y: f32) -> bool {
    const LIMIT: f64 = 268_435_456.0;
    (x.abs() < f32::INFINITY) & (y != 0.0) & (f64::from(x.abs()) > f64::from(y.abs()) * LIMIT)
}

/// `x % y` where [`needs_exact_rem`] is false. NaN for an infinite x or a zero y.
#[inline(always)]
pub(crate) fn rem(x: f32, y: f32) -> f32 {
    let (a, b) = (f64::from(x.abs()), f64::from(y.abs()));
    let r = (a - (a / b).trunc() * b) as f32;
    // Zero times infinity is NaN, but a finite x is its own remainder.
    let r = if (y.abs() == f32::INFINITY) & (x.abs() < f32::INFINITY) { x } else { r };
    r.copysign(x)
}

/// `x % y` for all arguments, by a library call.
#[inline(always)]
pub(crate) fn rem_exact(x: f32, y: f32) -> f32 {
    x % y
}

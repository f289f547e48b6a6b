//! Errors in units in the last place.

/// The unit in the last place of an f32 near `x`: that of the smallest normal number below it.
pub(crate) fn unit(x: f64) -> f64 {
    let exponent = ((x.abs().to_bits() >> 52) as i32 - 1023).clamp(-126, 127);
    2f64.powi(exponent - 23)
}

/// The error of `got` where `want` is right.
///
/// Infinity counts as 2^128, the float that would follow the largest; NaN must meet NaN, and a zero a zero.
pub(crate) fn error(got: f32, want: f64) -> f64 {
    if got.is_nan() || want.is_nan() {
        return if got.is_nan() && want.is_nan() { 0.0 } else { f64::INFINITY };
    }
    if want == 0.0 || want.is_infinite() {
        return if f64::from(got) == want { 0.0 } else { f64::INFINITY };
    }
    let limit = 2f64.powi(128);
    let (got, want) = (f64::from(got).clamp(-limit, limit), want.clamp(-limit, limit));
    (got - want).abs() / unit(want)
}

/// The largest error seen, and the arguments.
#[derive(Debug, Clone, Default)]
pub(crate) struct Worst {
    pub(crate) ulps: f64,
    pub(crate) at: Vec<f32>,
}

impl Worst {
    pub(crate) fn see(&mut self, at: &[f32], ulps: f64) {
        if ulps > self.ulps {
            *self = Self { ulps, at: at.to_vec() };
        }
    }
}

/// From 0 to 1; 0 for NaN.
pub(crate) fn saturated(x: f64) -> f64 {
    if x > 0.0 { x.min(1.0) } else { 0.0 }
}

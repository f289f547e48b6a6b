//! Values of override constants, checked against the type that the shader declares.

use crate::error::{Error, Result};
use crate::wgsl::Override;

/// A value of an override constant: `bool`, `i32`, `u32`, `f32` or `f64`.
///
/// Sealed: implemented for these and no other.
pub trait OverrideValue: sealed::Sealed {
    #[doc(hidden)]
    fn number(self) -> f64;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! values {
    ($($ty:ty),*) => {$(
        impl sealed::Sealed for $ty {}
        impl OverrideValue for $ty {
            fn number(self) -> f64 {
                self.into()
            }
        }
    )*};
}

values!(bool, i32, u32, f32, f64);

/// Checks that `value` is one of the override's type: naga would truncate it.
pub(super) fn check(entry: &str, known: &Override, value: f64) -> Result<f64> {
    let whole = |low: f64, high: f64| value.fract() == 0.0 && (low..=high).contains(&value);
    let fits = match known.ty.as_str() {
        "bool" => value == 0.0 || value == 1.0,
        "i32" => whole(f64::from(i32::MIN), f64::from(i32::MAX)),
        "u32" => whole(0.0, f64::from(u32::MAX)),
        "f32" => value.is_finite() && (value as f32).is_finite(),
        "f16" => value.abs() <= 65504.0,
        _ => value.is_finite(),
    };
    if fits {
        return Ok(value);
    }
    Err(Error::Value {
        what: format!("override `{}` of `{entry}`", known.name),
        expected: format!("a value of type {}", known.ty),
        given: value.to_string(),
    })
}

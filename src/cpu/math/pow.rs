//! Powers.
//!
//! x^y = 2^(y * log2 |x|) in f64: the error of the logarithm is multiplied by up to 150, which f32 cannot pay for.
//! Special cases follow C99, which lies within the freedom that WGSL leaves for a base that is zero or negative.

use super::double;

/// x^y.
#[inline(always)]
pub(crate) fn pow(x: f32, y: f32) -> f32 {
    let a = x.abs();
    let log = double::log2(f64::from(a));
    let log = if a == 0.0 { f64::NEG_INFINITY } else { log };
    let log = if a < f32::INFINITY { log } else { f64::from(a) };
    let power = double::exp2(f64::from(y) * log) as f32;

    let whole = y.trunc() == y;
    let odd = whole & ((y * 0.5).trunc() != y * 0.5);
    let power = if x.is_sign_negative() & odd { -power } else { power };
    let undefined = (x < 0.0) & (x > f32::NEG_INFINITY) & !whole;
    let power = if undefined { f32::NAN } else { power };
    // (-1)^(+-infinity) is 1, and so is 1^y and x^0 even for NaN.
    let one = (x == 1.0) | (y == 0.0) | ((x == -1.0) & (y.abs() == f32::INFINITY));
    if one { 1.0 } else { power }
}

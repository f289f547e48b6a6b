//! How far two results of one kernel are apart, scalar by scalar, as the binding's type says.

use std::fmt;

use half::f16;
use tilewright::Binding;

/// Units in the last place that floats may differ by, whatever their size.
const MAX_ULP: u64 = 16;

/// Share of the value that floats may differ by, whatever their units.
const MAX_RELATIVE: f64 = 1e-5;

/// The largest differences of a buffer.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Difference {
    /// Floats that were compared.
    floats: usize,
    /// Integers that were compared.
    integers: usize,
    /// Of floats.
    ulp: u64,
    /// Of integers.
    integer: u64,
    /// Floats that differ by more than both bounds.
    far: usize,
}

impl Difference {
    /// True if integers are equal and floats close.
    pub(crate) fn is_within_bounds(&self) -> bool {
        self.integer == 0 && self.far == 0
    }

    fn float(&mut self, a: f64, b: f64, ulp: u64) {
        self.floats += 1;
        if a.is_nan() && b.is_nan() {
            return;
        }
        self.ulp = self.ulp.max(ulp);
        let relative = (a - b).abs() / a.abs().max(b.abs());
        // Infinities and NaN are close to nothing but themselves.
        let close = ulp <= MAX_ULP || relative <= MAX_RELATIVE;
        self.far += usize::from(!close);
    }

    fn integer(&mut self, difference: u64) {
        self.integers += 1;
        self.integer = self.integer.max(difference);
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.floats > 0 {
            parts.push(format!("{} floats, largest difference {} ULP", self.floats, self.ulp));
        }
        if self.integers > 0 {
            parts.push(format!("{} integers, largest difference {}", self.integers, self.integer));
        }
        if parts.is_empty() {
            parts.push("nothing to compare".to_owned());
        }
        f.write_str(&parts.join("; "))
    }
}

/// Compares what two runs left in a binding. Padding is left out.
pub(crate) fn compare(binding: &Binding, a: &[u32], b: &[u32]) -> Difference {
    let mut difference = Difference::default();
    let bytes = 4 * a.len().min(b.len());
    let mut at = 0;
    while at < bytes {
        let word = at / 4;
        let (x, y) = (a[word], b[word]);
        let long =
            |words: &[u32]| u64::from(words[word]) | u64::from(*words.get(word + 1).unwrap_or(&0)) << 32;
        match binding.scalar_at(at as u64) {
            Some("f32") => {
                let (fx, fy) = (f32::from_bits(x), f32::from_bits(y));
                difference.float(
                    f64::from(fx),
                    f64::from(fy),
                    ordered(x.into(), 32).abs_diff(ordered(y.into(), 32)),
                );
                at += 4;
            }
            Some("f16") => {
                let half = |word: u32| (word >> (8 * (at % 4))) as u16;
                let (x, y) = (half(x), half(y));
                let ulp = ordered(x.into(), 16).abs_diff(ordered(y.into(), 16));
                difference.float(f16::from_bits(x).to_f64(), f16::from_bits(y).to_f64(), ulp);
                at += 2;
            }
            Some("f64") => {
                let (x, y) = (long(a), long(b));
                difference.float(
                    f64::from_bits(x),
                    f64::from_bits(y),
                    ordered(x, 64).abs_diff(ordered(y, 64)),
                );
                at += 8;
            }
            Some("i64" | "u64") => {
                difference.integer(long(a).abs_diff(long(b)));
                at += 8;
            }
            Some("i32") => {
                difference.integer(x.cast_signed().abs_diff(y.cast_signed()).into());
                at += 4;
            }
            Some("i16" | "u16") => {
                let half = |word: u32| word >> (8 * (at % 4)) & 0xffff;
                difference.integer(half(x).abs_diff(half(y)).into());
                at += 2;
            }
            Some(_) => {
                difference.integer(x.abs_diff(y).into());
                at += 4;
            }
            // Padding comes in halves of words at least.
            None => at += 2,
        }
    }
    difference
}

/// The bits of a float of `width` bits as an integer in the order of floats; both zeros are 0.
fn ordered(bits: u64, width: u32) -> i64 {
    let sign = 1u64 << (width - 1);
    let magnitude = (bits & (sign - 1)) as i64;
    if bits & sign == 0 { magnitude } else { -magnitude }
}

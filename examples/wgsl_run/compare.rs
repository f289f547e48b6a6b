//! How far two results of one kernel are apart, scalar by scalar, as the binding's type says.

use std::fmt;

use half::f16;
use tilewright::{Binding, SampleKind, TexelFormat, Texture};

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

    /// Of a normalised number, or a float of a few bits.
    fn step(&mut self, steps: u64) {
        self.floats += 1;
        self.ulp = self.ulp.max(steps);
        self.far += usize::from(steps > 1);
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

/// Compares what two runs left in a texture. A step of a normalised channel is its unit in the last place, of which a
/// device may round to either.
pub(crate) fn compare_textures(a: &Texture, b: &Texture) -> Difference {
    let mut difference = Difference::default();
    let format = a.format();
    let (name, widths) = (format.name(), widths(format));
    let whole = |bytes: &[u8]| bytes.iter().rev().fold(0u128, |whole, &byte| whole << 8 | u128::from(byte));
    let (a, b) = (a.bytes(), b.bytes());
    for (x, y) in a.chunks(format.bytes()).zip(b.chunks(format.bytes())) {
        let (mut x, mut y) = (whole(x), whole(y));
        for &width in &widths {
            let low = |whole: u128| (whole & ((1 << width) - 1)) as u64;
            let signed = |bits: u64| (bits << (64 - width)) as i64 >> (64 - width);
            let (p, q) = (low(x), low(y));
            match (format.kind(), width) {
                (SampleKind::Uint, _) => difference.integer(p.abs_diff(q)),
                (SampleKind::Sint, _) => difference.integer(signed(p).abs_diff(signed(q))),
                (_, 32) => {
                    let float = |bits: u64| f64::from(f32::from_bits(bits as u32));
                    difference.float(float(p), float(q), ordered(p, 32).abs_diff(ordered(q, 32)));
                }
                (_, 16) if name.ends_with("float") => {
                    let float = |bits: u64| f16::from_bits(bits as u16).to_f64();
                    difference.float(float(p), float(q), ordered(p, 16).abs_diff(ordered(q, 16)));
                }
                _ => {
                    let of = |bits| if name.contains("snorm") { signed(bits) } else { bits as i64 };
                    difference.step(of(p).abs_diff(of(q)));
                }
            }
            (x, y) = (x >> width, y >> width);
        }
    }
    difference
}

/// Bits of each channel.
fn widths(format: TexelFormat) -> Vec<u32> {
    let bits = 8 * format.bytes() as u32;
    match format.name() {
        "rgb10a2uint" | "rgb10a2unorm" => vec![10, 10, 10, 2],
        "rg11b10ufloat" => vec![11, 11, 10],
        name => {
            let width = [8, 16, 32].into_iter().find(|width| name.contains(&width.to_string()));
            let width = width.unwrap_or(bits);
            vec![width; (bits / width) as usize]
        }
    }
}

/// The bits of a float of `width` bits as an integer in the order of floats; both zeros are 0.
fn ordered(bits: u64, width: u32) -> i64 {
    let sign = 1u64 << (width - 1);
    let magnitude = (bits & (sign - 1)) as i64;
    if bits & sign == 0 { magnitude } else { -magnitude }
}

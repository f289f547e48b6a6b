//! The built-in operators as compiled loops: a table of kernels per operator and scalar type, made once.

use fearless_simd::{Bytes, ExtractToken, Level, Select, Simd, SimdBase, dispatch};

use super::fold::{NativeOp, SIXTEENS, reduce_sixteens, reduce_tile, scan_tile, sixteens};
use crate::element::Scalar;
use crate::monoid::Builtin;
use crate::order::CANONICAL_NAN;

/// Kernels of one operator on planes of words.
#[derive(Clone, Copy)]
pub(super) struct Kernels {
    /// Combines two words.
    pub(super) combine: fn(u32, u32) -> u32,
    /// The aggregate of one to `TILE_LEN` words.
    pub(super) reduce_tile: fn(Level, &[u32]) -> u32,
    /// The aggregates of sixteen neighbours each, of whole pieces of a tile.
    pub(super) sixteens: fn(Level, &[u32], &mut [u32]),
    /// The aggregate of a full tile from those.
    pub(super) reduce_sixteens: fn(Level, &[u32; SIXTEENS]) -> u32,
    /// Scans one to `TILE_LEN` words from a prefix, inclusive.
    pub(super) inclusive_tile: fn(Level, u32, &[u32], &mut [u32]),
    /// The same, exclusive.
    pub(super) exclusive_tile: fn(Level, u32, &[u32], &mut [u32]),
}

impl Kernels {
    fn of<O: NativeOp>() -> Self {
        Self {
            combine: |a, b| {
                bytemuck::cast(O::combine(
                    bytemuck::cast::<u32, O::Word>(a),
                    bytemuck::cast::<u32, O::Word>(b),
                ))
            },
            reduce_tile: |level, src| dispatch!(level, simd => reduce_tile::<_, O>(simd, src)),
            sixteens: |level, src, dst| dispatch!(level, simd => sixteens::<_, O>(simd, src, dst)),
            reduce_sixteens: |level, src| dispatch!(level, simd => reduce_sixteens::<_, O>(simd, src)),
            inclusive_tile: |level, prefix, src, dst| {
                dispatch!(level, simd => scan_tile::<_, O, true>(simd, prefix, src, dst));
            },
            exclusive_tile: |level, prefix, src, dst| {
                dispatch!(level, simd => scan_tile::<_, O, false>(simd, prefix, src, dst));
            },
        }
    }

    /// The kernels of a component-wise operator; `None` for `ArgMin` and `ArgMax`, which are not, and for bit-wise
    /// operators on floats, which do not exist.
    pub(super) fn new(builtin: Builtin, scalar: Scalar) -> Option<Self> {
        Some(match (builtin, scalar) {
            (Builtin::Sum, Scalar::F32) => Self::of::<SumF32>(),
            (Builtin::Sum, _) => Self::of::<SumInt>(),
            (Builtin::Product, Scalar::F32) => Self::of::<ProductF32>(),
            (Builtin::Product, _) => Self::of::<ProductInt>(),
            (Builtin::Min, Scalar::F32) => Self::of::<MinF32>(),
            (Builtin::Min, Scalar::I32) => Self::of::<MinI32>(),
            (Builtin::Min, Scalar::U32) => Self::of::<MinU32>(),
            (Builtin::Max, Scalar::F32) => Self::of::<MaxF32>(),
            (Builtin::Max, Scalar::I32) => Self::of::<MaxI32>(),
            (Builtin::Max, Scalar::U32) => Self::of::<MaxU32>(),
            (_, Scalar::F32) | (Builtin::ArgMin | Builtin::ArgMax, _) => return None,
            (Builtin::And, _) => Self::of::<And>(),
            (Builtin::Or, _) => Self::of::<Or>(),
            (Builtin::Xor, _) => Self::of::<Xor>(),
        })
    }
}

macro_rules! native_ops {
    ($($name:ident: $word:ty as $vector:ident, exact $exact:literal,
       |$a:ident, $b:ident| $scalar:expr, |$va:ident, $vb:ident| $lanes:expr;)*) => {$(
        #[derive(Clone, Copy)]
        struct $name;
        impl NativeOp for $name {
            type Word = $word;
            const EXACT: bool = $exact;
            #[inline(always)]
            fn combine($a: $word, $b: $word) -> $word {
                $scalar
            }
            #[inline(always)]
            fn lanes<S: Simd>(a: S::u32s, b: S::u32s) -> S::u32s {
                let ($va, $vb) = (a.bitcast::<S::$vector>(), b.bitcast::<S::$vector>());
                $lanes.bitcast()
            }
        }
    )*};
}

native_ops! {
    SumF32: f32 as f32s, exact false, |a, b| a + b, |a, b| (a + b);
    ProductF32: f32 as f32s, exact false, |a, b| a * b, |a, b| (a * b);
    SumInt: u32 as u32s, exact true, |a, b| a.wrapping_add(b), |a, b| (a + b);
    ProductInt: u32 as u32s, exact true, |a, b| a.wrapping_mul(b), |a, b| (a * b);
    MinI32: i32 as i32s, exact true, |a, b| a.min(b), |a, b| a.min(b);
    MaxI32: i32 as i32s, exact true, |a, b| a.max(b), |a, b| a.max(b);
    MinU32: u32 as u32s, exact true, |a, b| a.min(b), |a, b| a.min(b);
    MaxU32: u32 as u32s, exact true, |a, b| a.max(b), |a, b| a.max(b);
    And: u32 as u32s, exact true, |a, b| a & b, |a, b| (a & b);
    Or: u32 as u32s, exact true, |a, b| a | b, |a, b| (a | b);
    Xor: u32 as u32s, exact true, |a, b| a ^ b, |a, b| (a ^ b);
    MinF32: f32 as f32s, exact true,
        |a, b| extremum(a, b, a.to_bits() | b.to_bits(), a < b),
        |a, b| extrema::<S>(a, b, a.bitcast::<S::u32s>() | b.bitcast::<S::u32s>(), a.simd_lt(b));
    MaxF32: f32 as f32s, exact true,
        |a, b| extremum(a, b, a.to_bits() & b.to_bits(), a > b),
        |a, b| extrema::<S>(a, b, a.bitcast::<S::u32s>() & b.bitcast::<S::u32s>(), a.simd_gt(b));
}

/// IEEE 754-2019 `minimum` and `maximum`: a NaN wins and becomes the canonical one, zeros are ordered by sign.
#[inline(always)]
fn extremum(a: f32, b: f32, bits_if_equal: u32, a_wins: bool) -> f32 {
    let strict = if a_wins { a.to_bits() } else { b.to_bits() };
    let ordered = if a == b { bits_if_equal } else { strict };
    f32::from_bits(if a.is_nan() | b.is_nan() { CANONICAL_NAN } else { ordered })
}

/// `extremum` in each lane.
#[inline(always)]
fn extrema<S: Simd>(a: S::f32s, b: S::f32s, bits_if_equal: S::u32s, a_wins: S::mask32s) -> S::u32s {
    let strict = a_wins.select(a.bitcast::<S::u32s>(), b.bitcast::<S::u32s>());
    let ordered = a.simd_eq(b).select(bits_if_equal, strict);
    let numbers = a.simd_eq(a) & b.simd_eq(b);
    numbers.select(ordered, S::u32s::splat(a.token(), CANONICAL_NAN))
}

#[cfg(test)]
mod tests;

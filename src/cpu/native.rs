//! The built-in operators as compiled loops: a table of kernels per operator and scalar type, made once.

use fearless_simd::Level;

use super::fold::{NativeOp, reduce_tile, scan_tile};
use super::lane::vectorize;
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
            reduce_tile: |level, src| {
                let src = bytemuck::cast_slice(src);
                bytemuck::cast(vectorize(
                    level,
                    #[inline(always)]
                    || reduce_tile::<O>(src),
                ))
            },
            inclusive_tile: |level, prefix, src, dst| {
                let (src, dst) = (bytemuck::cast_slice(src), bytemuck::cast_slice_mut(dst));
                vectorize(
                    level,
                    #[inline(always)]
                    || scan_tile::<O, true>(bytemuck::cast(prefix), src, dst),
                );
            },
            exclusive_tile: |level, prefix, src, dst| {
                let (src, dst) = (bytemuck::cast_slice(src), bytemuck::cast_slice_mut(dst));
                vectorize(
                    level,
                    #[inline(always)]
                    || scan_tile::<O, false>(bytemuck::cast(prefix), src, dst),
                );
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
    ($($name:ident: $word:ty, exact $exact:literal, |$a:ident, $b:ident| $body:expr;)*) => {$(
        #[derive(Clone, Copy)]
        struct $name;
        impl NativeOp for $name {
            type Word = $word;
            const EXACT: bool = $exact;
            #[inline(always)]
            fn combine($a: $word, $b: $word) -> $word {
                $body
            }
        }
    )*};
}

native_ops! {
    SumF32: f32, exact false, |a, b| a + b;
    ProductF32: f32, exact false, |a, b| a * b;
    SumInt: u32, exact true, |a, b| a.wrapping_add(b);
    ProductInt: u32, exact true, |a, b| a.wrapping_mul(b);
    MinI32: i32, exact true, |a, b| a.min(b);
    MaxI32: i32, exact true, |a, b| a.max(b);
    MinU32: u32, exact true, |a, b| a.min(b);
    MaxU32: u32, exact true, |a, b| a.max(b);
    And: u32, exact true, |a, b| a & b;
    Or: u32, exact true, |a, b| a | b;
    Xor: u32, exact true, |a, b| a ^ b;
    MinF32: f32, exact true, |a, b| extremum(a, b, a.to_bits() | b.to_bits(), a < b);
    MaxF32: f32, exact true, |a, b| extremum(a, b, a.to_bits() & b.to_bits(), a > b);
}

/// IEEE 754-2019 `minimum` and `maximum`: a NaN wins and becomes the canonical one, zeros are ordered by sign.
#[inline(always)]
fn extremum(a: f32, b: f32, bits_if_equal: u32, a_wins: bool) -> f32 {
    let strict = if a_wins { a.to_bits() } else { b.to_bits() };
    let ordered = if a == b { bits_if_equal } else { strict };
    f32::from_bits(if a.is_nan() | b.is_nan() { CANONICAL_NAN } else { ordered })
}

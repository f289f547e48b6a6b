//! The arithmetic of the canonical order, which `order.md` beside this file defines and the public module
//! [`canonical_order`](crate::canonical_order) shows; and the order of minimum and maximum.

use crate::element::Scalar;

/// Children of a node.
pub(crate) const RADIX: usize = 4;

/// Elements of a tile, the unit that executors hand out: a node of level [`TILE_LEVEL`].
pub(crate) const TILE_LEN: usize = 4096;

/// Level of a tile in the tree: `RADIX.pow(TILE_LEVEL) == TILE_LEN`.
pub(crate) const TILE_LEVEL: u32 = 6;

/// The canonical quiet NaN that minimum and maximum return.
pub(crate) const CANONICAL_NAN: u32 = 0x7fc0_0000;

/// Maps a scalar's bits to a u32 whose unsigned order is the order of minimum: NaN (any) first, then -inf, ..., -0, +0,
/// ..., +inf. Integers map in their own order. This is IEEE 754-2019 `minimum`: a NaN anywhere wins.
#[inline(always)]
pub(crate) fn min_key(scalar: Scalar, bits: u32) -> u32 {
    match scalar {
        Scalar::U32 => bits,
        Scalar::I32 => bits ^ 0x8000_0000,
        Scalar::F32 if bits & 0x7fff_ffff > 0x7f80_0000 => 0,
        Scalar::F32 => float_key(bits),
    }
}

/// Like [`min_key`], with the unsigned order complemented: the largest value (and before it NaN) has the smallest key.
#[inline(always)]
pub(crate) fn max_key(scalar: Scalar, bits: u32) -> u32 {
    match scalar {
        Scalar::F32 if bits & 0x7fff_ffff > 0x7f80_0000 => 0,
        _ => !min_key(scalar, bits),
    }
}

/// The bits of the value with this [`min_key`]; key 0 of a float is the canonical NaN.
pub(crate) fn from_min_key(scalar: Scalar, key: u32) -> u32 {
    match scalar {
        Scalar::U32 => key,
        Scalar::I32 => key ^ 0x8000_0000,
        Scalar::F32 if key == 0 => CANONICAL_NAN,
        Scalar::F32 if key >> 31 == 1 => key & 0x7fff_ffff,
        Scalar::F32 => !key,
    }
}

/// The bits of the value with this [`max_key`]; key 0 of a float is the canonical NaN.
pub(crate) fn from_max_key(scalar: Scalar, key: u32) -> u32 {
    match scalar {
        Scalar::F32 if key == 0 => CANONICAL_NAN,
        _ => from_min_key(scalar, !key),
    }
}

/// A scalar's bits with every NaN made the canonical one.
pub(crate) fn canonical(scalar: Scalar, bits: u32) -> u32 {
    match scalar {
        Scalar::F32 if bits & 0x7fff_ffff > 0x7f80_0000 => CANONICAL_NAN,
        _ => bits,
    }
}

#[inline(always)]
fn float_key(bits: u32) -> u32 {
    if bits >> 31 == 1 { !bits } else { bits | 0x8000_0000 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERED: [f32; 11] = [
        f32::NEG_INFINITY,
        f32::MIN,
        -1.0,
        -f32::MIN_POSITIVE,
        -1e-45,
        -0.0,
        0.0,
        1e-45,
        1.0,
        f32::MAX,
        f32::INFINITY,
    ];
    const NANS: [u32; 4] = [0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0xffff_ffff];

    #[test]
    fn keys_order_floats_with_nan_first() {
        for pair in ORDERED.windows(2) {
            let [low, high] = [pair[0].to_bits(), pair[1].to_bits()];
            assert!(min_key(Scalar::F32, low) < min_key(Scalar::F32, high), "{pair:?}");
            assert!(max_key(Scalar::F32, high) < max_key(Scalar::F32, low), "{pair:?}");
        }
        for nan in NANS {
            assert_eq!(min_key(Scalar::F32, nan), 0);
            assert_eq!(max_key(Scalar::F32, nan), 0);
        }
        assert!(
            ORDERED
                .iter()
                .all(|x| min_key(Scalar::F32, x.to_bits()) > 0 && max_key(Scalar::F32, x.to_bits()) > 0)
        );
    }

    #[test]
    fn keys_order_integers() {
        let signed = [i32::MIN, -1, 0, 1, i32::MAX].map(i32::cast_unsigned);
        for pair in signed.windows(2) {
            assert!(min_key(Scalar::I32, pair[0]) < min_key(Scalar::I32, pair[1]));
            assert!(max_key(Scalar::I32, pair[1]) < max_key(Scalar::I32, pair[0]));
        }
        assert!(min_key(Scalar::U32, 0) < min_key(Scalar::U32, u32::MAX));
        assert!(max_key(Scalar::U32, u32::MAX) < max_key(Scalar::U32, 0));
    }

    #[test]
    fn keys_have_inverses() {
        let words = (0..=u32::MAX).step_by(65_521).chain(ORDERED.map(f32::to_bits)).chain(NANS).chain([
            0,
            1,
            u32::MAX,
        ]);
        for bits in words {
            for scalar in [Scalar::F32, Scalar::I32, Scalar::U32] {
                let expected = canonical(scalar, bits);
                assert_eq!(from_min_key(scalar, min_key(scalar, bits)), expected, "{scalar:?} {bits:#x}");
                assert_eq!(from_max_key(scalar, max_key(scalar, bits)), expected, "{scalar:?} {bits:#x}");
            }
        }
    }
}

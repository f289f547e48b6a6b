//! Packing four or two small numbers into a word, and back; component 0 is in the low bits.
//!
//! Normalised formats round as WGSL writes it, `floor(0.5 + scale * x)`, and treat NaN as the lower bound.

use super::arithmetic::{max, min};

/// 1.5 * 2^23: a float integer of up to 22 bits added to it stands in the low bits, in two's complement.
const TO_INT: f32 = 12_582_912.0;

/// `floor(0.5 + scale * clamp(x, low, 1))` in the low `bits` bits.
#[inline(always)]
fn normalise(x: f32, low: f32, scale: f32, bits: u32) -> u32 {
    let y = (0.5 + scale * min(1.0, max(low, x))).floor();
    (y + TO_INT).to_bits() & ((1 << bits) - 1)
}

/// Floats from -1 to 1 as signed bytes.
#[inline(always)]
pub(crate) fn pack_4x8_snorm(v: [f32; 4]) -> u32 {
    join8(v.map(|x| normalise(x, -1.0, 127.0, 8)))
}

/// Floats from 0 to 1 as bytes.
#[inline(always)]
pub(crate) fn pack_4x8_unorm(v: [f32; 4]) -> u32 {
    join8(v.map(|x| normalise(x, 0.0, 255.0, 8)))
}

/// Floats from -1 to 1 as signed halves.
#[inline(always)]
pub(crate) fn pack_2x16_snorm(x: f32, y: f32) -> u32 {
    normalise(x, -1.0, 32767.0, 16) | (normalise(y, -1.0, 32767.0, 16) << 16)
}

/// Floats from 0 to 1 as halves.
#[inline(always)]
pub(crate) fn pack_2x16_unorm(x: f32, y: f32) -> u32 {
    normalise(x, 0.0, 65535.0, 16) | (normalise(y, 0.0, 65535.0, 16) << 16)
}

/// The low bytes of four integers, signed or not.
#[inline(always)]
pub(crate) fn pack_4x8(v: [u32; 4]) -> u32 {
    join8(v.map(|x| x & 0xFF))
}

/// Four signed integers clamped to -128..=127.
#[inline(always)]
pub(crate) fn pack_4x8_i_clamp(v: [i32; 4]) -> u32 {
    join8(v.map(|x| x.clamp(-128, 127) as u32 & 0xFF))
}

/// Four unsigned integers clamped to 0..=255.
#[inline(always)]
pub(crate) fn pack_4x8_u_clamp(v: [u32; 4]) -> u32 {
    join8(v.map(|x| x.min(255)))
}

/// Byte `index` (0 to 3), sign-extended.
#[inline(always)]
pub(crate) fn unpack_4x8_i(word: u32, index: u32) -> i32 {
    (word.wrapping_shl(24 - 8 * index) as i32) >> 24
}

/// Byte `index` (0 to 3).
#[inline(always)]
pub(crate) fn unpack_4x8_u(word: u32, index: u32) -> u32 {
    word.wrapping_shr(8 * index) & 0xFF
}

/// Byte `index` (0 to 3) as a float from -1 to 1.
#[inline(always)]
pub(crate) fn unpack_4x8_snorm(word: u32, index: u32) -> f32 {
    max(-1.0, unpack_4x8_i(word, index) as f32 / 127.0)
}

/// Byte `index` (0 to 3) as a float from 0 to 1.
#[inline(always)]
pub(crate) fn unpack_4x8_unorm(word: u32, index: u32) -> f32 {
    unpack_4x8_u(word, index) as i32 as f32 / 255.0
}

/// Half `index` (0 or 1) as a float from -1 to 1.
#[inline(always)]
pub(crate) fn unpack_2x16_snorm(word: u32, index: u32) -> f32 {
    let v = (word.wrapping_shl(16 - 16 * index) as i32) >> 16;
    max(-1.0, v as f32 / 32767.0)
}

/// Half `index` (0 or 1) as a float from 0 to 1.
#[inline(always)]
pub(crate) fn unpack_2x16_unorm(word: u32, index: u32) -> f32 {
    (word.wrapping_shr(16 * index) & 0xFFFF) as i32 as f32 / 65535.0
}

/// The dot product of the four signed bytes of two words.
#[inline(always)]
pub(crate) fn dot_4x8_i(a: u32, b: u32) -> i32 {
    let term = |k| unpack_4x8_i(a, k) * unpack_4x8_i(b, k);
    term(0) + term(1) + term(2) + term(3)
}

/// The dot product of the four unsigned bytes of two words.
#[inline(always)]
pub(crate) fn dot_4x8_u(a: u32, b: u32) -> u32 {
    let term = |k| unpack_4x8_u(a, k) * unpack_4x8_u(b, k);
    term(0) + term(1) + term(2) + term(3)
}

#[inline(always)]
fn join8(v: [u32; 4]) -> u32 {
    v[0] | (v[1] << 8) | (v[2] << 16) | (v[3] << 24)
}

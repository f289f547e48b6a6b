//! Conversions between f32 and 32-bit integers.
//!
//! WGSL: the integer nearest to the truncated float among those that f32 can hold, so the largest results are
//! 2^31 - 128 and 2^32 - 256. NaN gives 0.

/// 1.5 * 2^52: adding a whole f64 below 2^51 leaves it in the low bits, in two's complement.
pub(super) const TO_INT: f64 = 6_755_399_441_055_744.0;

/// The signed integer, clamped.
#[inline(always)]
pub(crate) fn f32_to_i32(x: f32) -> i32 {
    low_word(x, -2_147_483_648.0, 2_147_483_520.0) as i32
}

/// The unsigned integer, clamped.
#[inline(always)]
pub(crate) fn f32_to_u32(x: f32) -> u32 {
    low_word(x, 0.0, 4_294_967_040.0)
}

/// x clamped and truncated, modulo 2^32. A cast would do, but saturating casts are not vectorised.
#[inline(always)]
fn low_word(x: f32, low: f32, high: f32) -> u32 {
    let x = if x > high { high } else { x };
    let x = if x < low { low } else { x };
    let x = if x.is_nan() { 0.0 } else { x };
    (f64::from(x.trunc()) + TO_INT).to_bits() as u32
}

/// The nearest float, ties to even.
#[cfg(test)]
#[inline(always)]
pub(crate) fn i32_to_f32(x: i32) -> f32 {
    x as f32
}

/// The nearest float, ties to even.
#[cfg(test)]
#[inline(always)]
pub(crate) fn u32_to_f32(x: u32) -> f32 {
    x as f32
}

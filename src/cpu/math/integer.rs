//! Integer built-ins and operators, with WGSL's answers where a machine would trap.
//!
//! No instruction set has a vector division of integers, but f64 has: the quotient of two 32-bit integers is at least
//! one part in 2^32 away from the next integer, and f64 rounds by less than one part in 2^52, so truncation is exact.

use super::convert::TO_INT;

/// `a / b`; a where b is 0 or the quotient overflows.
#[inline(always)]
pub(crate) fn div_i32(a: i32, b: i32) -> i32 {
    let b = if b == 0 { 1 } else { b };
    // i32::MIN / -1 is 2^31 in f64, whose low 32 bits are i32::MIN.
    ((f64::from(a) / f64::from(b)).trunc() + TO_INT).to_bits() as i32
}

/// `a / b`; a where b is 0.
#[inline(always)]
pub(crate) fn div_u32(a: u32, b: u32) -> u32 {
    let b = if b == 0 { 1 } else { b };
    ((f64::from(a) / f64::from(b)).trunc() + TO_INT).to_bits() as u32
}

/// `a % b`, with the sign of a; 0 where b is 0 or the quotient overflows.
#[inline(always)]
pub(crate) fn rem_i32(a: i32, b: i32) -> i32 {
    let quotient = div_i32(a, b);
    let r = a.wrapping_sub(quotient.wrapping_mul(b));
    if b == 0 { 0 } else { r }
}

/// `a % b`; 0 where b is 0.
#[inline(always)]
pub(crate) fn rem_u32(a: u32, b: u32) -> u32 {
    let quotient = div_u32(a, b);
    let r = a.wrapping_sub(quotient.wrapping_mul(b));
    if b == 0 { 0 } else { r }
}

/// `a << b`, the shift modulo 32; the same bits for i32.
#[cfg(test)]
#[inline(always)]
pub(crate) fn shl(a: u32, b: u32) -> u32 {
    a << (b & 31)
}

/// `a >> b` with zeros, the shift modulo 32.
#[cfg(test)]
#[inline(always)]
pub(crate) fn shr_u32(a: u32, b: u32) -> u32 {
    a >> (b & 31)
}

/// `a >> b` with the sign, the shift modulo 32.
#[cfg(test)]
#[inline(always)]
pub(crate) fn shr_i32(a: i32, b: u32) -> i32 {
    a >> (b & 31)
}

/// The magnitude; i32::MIN stays.
#[inline(always)]
pub(crate) fn abs_i32(x: i32) -> i32 {
    x.wrapping_abs()
}

/// -1, 0 or 1.
#[inline(always)]
pub(crate) fn sign_i32(x: i32) -> i32 {
    i32::from(x > 0) - i32::from(x < 0)
}

/// The number of ones.
#[inline(always)]
pub(crate) fn count_one_bits(x: u32) -> u32 {
    x.count_ones()
}

/// The number of zeros above the highest one; 32 for 0.
#[inline(always)]
pub(crate) fn count_leading_zeros(x: u32) -> u32 {
    x.leading_zeros()
}

/// The number of zeros below the lowest one; 32 for 0.
#[inline(always)]
pub(crate) fn count_trailing_zeros(x: u32) -> u32 {
    x.trailing_zeros()
}

/// The bits in reverse order.
#[inline(always)]
pub(crate) fn reverse_bits(x: u32) -> u32 {
    x.reverse_bits()
}

/// The position of the highest one; all ones for 0.
#[inline(always)]
pub(crate) fn first_leading_bit_u32(x: u32) -> u32 {
    31u32.wrapping_sub(x.leading_zeros())
}

/// The position of the highest bit that differs from the sign; -1 for 0 and -1.
#[inline(always)]
pub(crate) fn first_leading_bit_i32(x: i32) -> i32 {
    first_leading_bit_u32((x ^ (x >> 31)) as u32) as i32
}

/// The position of the lowest one; all ones for 0; the same bits for i32.
#[inline(always)]
pub(crate) fn first_trailing_bit(x: u32) -> u32 {
    first_leading_bit_u32(x & x.wrapping_neg())
}

/// `count` bits from `offset`, both clamped to the word, extended with zeros.
#[inline(always)]
pub(crate) fn extract_bits_u32(x: u32, offset: u32, count: u32) -> u32 {
    let (o, c) = field(offset, count);
    let bits = x.wrapping_shl(32 - o - c).wrapping_shr(32 - c);
    if c == 0 { 0 } else { bits }
}

/// `count` bits from `offset`, both clamped to the word, extended with the highest of them.
#[inline(always)]
pub(crate) fn extract_bits_i32(x: i32, offset: u32, count: u32) -> i32 {
    let (o, c) = field(offset, count);
    let bits = x.wrapping_shl(32 - o - c).wrapping_shr(32 - c);
    if c == 0 { 0 } else { bits }
}

/// x with `count` bits from `offset`, both clamped to the word, replaced by the low bits of `new`; the same bits for i32.
#[inline(always)]
pub(crate) fn insert_bits(x: u32, new: u32, offset: u32, count: u32) -> u32 {
    let (o, c) = field(offset, count);
    let ones = if c == 0 { 0 } else { u32::MAX.wrapping_shr(32 - c) };
    let mask = ones.wrapping_shl(o);
    (x & !mask) | (new.wrapping_shl(o) & mask)
}

/// Offset and count clamped so that the field lies in the word.
#[inline(always)]
fn field(offset: u32, count: u32) -> (u32, u32) {
    let o = offset.min(32);
    (o, count.min(32 - o))
}

//! Exponentials, base e and base 2.
//!
//! e^x = 2^n * e^r with n = round(x / ln 2) and |r| <= ln 2 / 2; e^r is a minimax polynomial of degree 6 (relative error
//! 2^-28). The scaling by 2^n is two multiplications, of which the last alone can round, so subnormal results are right
//! and overflow gives infinity without a test.

use super::fused::{Fused, ROUND, horner};
use std::f32::consts::{self, LOG2_E};

/// ln 2 to 24 bits, and the rest.
pub(super) const LN_2: [f32; 2] = [consts::LN_2, -1.904_654_2e-9];

/// `(e^r - 1 - r) / r^2` for |r| <= ln 2 / 2.
const EXP: [f32; 5] = [0.499_999_94, 0.166_665_17, 0.041_668_102, 0.008_369_192, 0.001_383_888_3];

/// `(e^r - 1 - r) / r^2` for |r| <= ln 2 / 2, where the error counts relative to `e^r - 1`.
const EXP_M1: [f32; 6] = [0.5, 0.166_666_36, 0.041_666_51, 0.008_341_512, 0.001_393_054_2, 0.000_150_439_97];

/// `(2^r - 1) / r` for |r| <= 1/2.
const EXP2: [f32; 6] =
    [consts::LN_2, 0.240_225_94, 0.055_503_663, 0.009_625_445, 0.001_338_793, 0.000_133_319_86];

/// e^x.
#[inline(always)]
pub(crate) fn exp<F: Fused>(x: f32) -> f32 {
    // Beyond these bounds the result is infinity or zero all the same. Comparing this way round lets NaN through.
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.0 { -104.0 } else { x };
    let shifted = F::mul_add(x, LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = F::mul_add(n, -LN_2[1], F::mul_add(n, -LN_2[0], x));
    let p = F::mul_add(r, F::mul_add(r, horner::<F, 5>(r, EXP), 1.0), 1.0);
    scale(p, shifted, x < 0.0)
}

/// 2^x; exact where x is an integer.
#[inline(always)]
pub(crate) fn exp2<F: Fused>(x: f32) -> f32 {
    let x = if x > 129.0 { 129.0 } else { x };
    let x = if x < -151.0 { -151.0 } else { x };
    let shifted = x + ROUND;
    let r = x - (shifted - ROUND);
    let p = F::mul_add(r, horner::<F, 6>(r, EXP2), 1.0);
    scale(p, shifted, x < 0.0)
}

/// `p * 2^n`, n in -151..=129 being the low bits of `shifted` (see [`ROUND`]) and `negative` its sign.
#[inline(always)]
fn scale(p: f32, shifted: f32, negative: bool) -> f32 {
    // 2^n need not be a float; 2^(n +- 64) is, and the multiplication by it is exact.
    const DOWN: f32 = 1.0 / 18_446_744_073_709_551_616.0;
    const UP: f32 = 18_446_744_073_709_551_616.0;
    let (bias, last) = if negative { (127 + 64, DOWN) } else { (127 - 64, UP) };
    let first = f32::from_bits((shifted.to_bits() << 23).wrapping_add(bias << 23));
    p * first * last
}

/// e^x - 1 in three parts: `(r, w, s)` with `e^x - 1 = s * (r + w) + (s - 1)`, where r + w = e^(r + c) - 1 to more than
/// the precision of a float, and `s = 2^(n + shift)`. For n + shift within -126..=127.
#[inline(always)]
pub(super) fn exp_m1_parts<F: Fused>(x: f32, shift: i32) -> (f32, f32, f32) {
    let shifted = F::mul_add(x, LOG2_E, ROUND);
    let n = shifted - ROUND;
    // r is exact; c is what LN_2[0] lacks, and goes with the small part.
    let r = F::mul_add(n, -LN_2[0], x);
    let c = n * -LN_2[1];
    let w = F::mul_add((r + c) * (r + c), horner::<F, 6>(r + c, EXP_M1), c);
    let bias = ((127 + shift) as u32) << 23;
    (r, w, f32::from_bits((shifted.to_bits() << 23).wrapping_add(bias)))
}

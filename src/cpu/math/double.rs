//! Base-2 logarithm and exponential in f64, to the 40 bits or so that results rounded to f32 ask for.
//!
//! Plain multiplications and additions, which have the same bits everywhere; only those integer operations on 64 bits
//! that every vector instruction set has: AVX2 knows no arithmetic shift and no conversion of 64-bit integers.

/// `log2((1 + s) / (1 - s)) / s` in powers of s^2, for (1 + s) / (1 - s) between sqrt(1/2) and sqrt(2); error 2^-45.
const LOG2: [f64; 6] = [
    2.885_390_081_777_849_5,
    0.961_796_694_114_328_8,
    0.577_077_942_054_430_4,
    0.412_209_285_987_899_35,
    0.319_904_232_558_799_6,
    0.282_922_231_861_817_3,
];

/// `2^r` for |r| <= 1/2; relative error 2^-34.
const EXP2: [f64; 8] = [
    0.999_999_999_961_635_4,
    0.693_147_180_728_781_1,
    0.240_226_511_987_128_66,
    0.055_504_103_526_896_59,
    0.009_618_027_178_489_72,
    0.001_333_392_276_718_852,
    0.000_154_693_043_024_043_93,
    1.520_219_015_895_519_6e-5,
];

/// The logarithm to base 2 of a positive, finite, normal number.
#[inline(always)]
pub(super) fn log2(x: f64) -> f64 {
    const SQRT_HALF: u64 = 0x3FE6_A09E_667F_3BCD;
    const MANTISSA: u64 = (1 << 52) - 1;
    // Or-ing an integer below 2^52 into the bits of 2^52 adds it.
    const TWO_52: f64 = 4_503_599_627_370_496.0;
    let offset = x.to_bits().wrapping_sub(SQRT_HALF).wrapping_add(1024 << 52);
    let k = f64::from_bits(TWO_52.to_bits() | (offset >> 52)) - (TWO_52 + 1024.0);
    let m = f64::from_bits((offset & MANTISSA) + SQRT_HALF);
    let s = (m - 1.0) / (m + 1.0);
    k + s * horner(s * s, LOG2)
}

/// 2^x, for x such that the result rounded to f32 is meant: zero and infinity beyond its range.
#[inline(always)]
pub(super) fn exp2(x: f64) -> f64 {
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let x = if x > 200.0 { 200.0 } else { x };
    let x = if x < -200.0 { -200.0 } else { x };
    let shifted = x + ROUND;
    let p = horner(x - (shifted - ROUND), EXP2);
    p * f64::from_bits((shifted.to_bits() << 52).wrapping_add(1023 << 52))
}

/// The polynomial with the given coefficients, lowest degree first.
#[inline(always)]
fn horner<const N: usize>(x: f64, coefficients: [f64; N]) -> f64 {
    let mut sum = coefficients[N - 1];
    let mut k = N - 1;
    while k > 0 {
        k -= 1;
        sum = sum * x + coefficients[k];
    }
    sum
}

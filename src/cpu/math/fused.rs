//! Fused multiply-add with the same bits on every machine.
//!
//! Polynomials are evaluated with fused multiply-adds, because each saves an instruction and a rounding. Not every
//! instruction set has them, and an answer must not depend on the instruction set, so the functions of this module are
//! generic over how the fused operation is done: by the hardware, or by an emulation that rounds exactly as it does.

/// How `a * b + c` with a single rounding is computed.
pub(crate) trait Fused: Copy + 'static {
    /// `a * b + c`, rounded once.
    fn mul_add(a: f32, b: f32, c: f32) -> f32;
}

/// The instruction of the processor. Meant for code compiled with the feature: elsewhere it is a slow library call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hardware;

impl Fused for Hardware {
    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
}

/// Double-precision arithmetic that gives the bits of the instruction, and vectorises.
///
/// The product of two f32 is exact in f64. The sum is not; rounding it to nearest and then again to f32 could go wrong
/// where the first rounding lands on a tie of the second. Rounding the sum to odd instead cannot (Boldo and Melquiond,
/// "Emulation of FMA and correctly rounded sums", 2008): f64 has more than two bits to spare over f32.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Emulated;

impl Fused for Emulated {
    #[inline(always)]
    fn mul_add(a: f32, b: f32, c: f32) -> f32 {
        let product = f64::from(a) * f64::from(b);
        let addend = f64::from(c);
        let sum = product + addend;
        // Knuth's two-sum: the exact error of the sum; NaN when the sum is not finite.
        let part = sum - product;
        let error = (product - (sum - part)) + (addend - part);
        // An inexact sum with an even last bit moves to its odd neighbour on the side of the error: away from zero when
        // the error has the sum's sign, towards zero otherwise.
        let bits = sum.to_bits();
        let outward = (error > 0.0) == (sum > 0.0);
        let odd = if outward { bits.wrapping_add(1) } else { bits.wrapping_sub(1) };
        let inexact = (error > 0.0) | (error < 0.0);
        let even = bits & 1 == 0;
        f64::from_bits(if inexact & even { odd } else { bits }) as f32
    }
}

/// The built-in `fma`.
#[inline(always)]
pub(crate) fn fma<F: Fused>(a: f32, b: f32, c: f32) -> f32 {
    F::mul_add(a, b, c)
}

/// The polynomial with the given coefficients, lowest degree first, by Horner's rule.
///
/// Horner's rule rather than Estrin's: a loop over lanes has many independent iterations in flight, so that the number
/// of instructions counts and the length of the chain does not.
#[inline(always)]
pub(super) fn horner<F: Fused, const N: usize>(x: f32, coefficients: [f32; N]) -> f32 {
    let mut sum = coefficients[N - 1];
    let mut k = N - 1;
    while k > 0 {
        k -= 1;
        sum = F::mul_add(sum, x, coefficients[k]);
    }
    sum
}

/// Adding and subtracting this rounds a float of magnitude below 2^22 to the nearest integer; between the two, the
/// low bits of the sum are that integer in two's complement.
pub(super) const ROUND: f32 = 12_582_912.0;

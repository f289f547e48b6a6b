//! Scalars of 64 bits, whose words the lane compiler keeps apart: the low one and the high one.
//!
//! What is a few operations on words is spelled out in those by the compiler and not here: sums of integers, shifts,
//! comparisons of integers. A function with a result of 64 bits is called once for each half of it. Functions for which a
//! call costs little beside what they do are told apart by a number, the same in all lanes, so that there are few loops:
//! see [`Unary`], [`Binary`], [`Division`] and [`Target`].

/// The bits of both words.
#[inline(always)]
pub(crate) fn joined(low: u32, high: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// The float of both words.
#[inline(always)]
pub(crate) fn double(low: u32, high: u32) -> f64 {
    f64::from_bits(joined(low, high))
}

/// The low word of a float.
#[inline(always)]
pub(crate) fn low(x: f64) -> u32 {
    x.to_bits() as u32
}

/// The high word of a float.
#[inline(always)]
pub(crate) fn high(x: f64) -> u32 {
    (x.to_bits() >> 32) as u32
}

/// The high word where the lowest bit of `which` is set, else the low one.
#[inline(always)]
pub(crate) fn half_of(bits: u64, which: u32) -> u32 {
    (bits >> (32 * (which & 1))) as u32
}

/// The high word of the product.
#[inline(always)]
pub(crate) fn mul_high(a: u32, b: u32) -> u32 {
    ((u64::from(a) * u64::from(b)) >> 32) as u32
}

/// A word of all ones where it is true.
#[inline(always)]
pub(crate) fn truth(x: bool) -> u32 {
    if x { u32::MAX } else { 0 }
}

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident $inputs:tt -> $output:ty { $($variant:ident $function:expr;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u32)]
        pub(crate) enum $name {
            $($variant,)+
        }

        impl $name {
            const FUNCTIONS: &[fn $inputs -> $output] = &[$($function),+];

            /// The number by which a loop is told the function, and which half of the result to give.
            pub(crate) const fn number(self, high: bool) -> u32 {
                (self as u32) << 1 | high as u32
            }

            #[inline(always)]
            fn by_number(number: u32) -> fn $inputs -> $output {
                let index = (number >> 1) as usize;
                Self::FUNCTIONS[if index < Self::FUNCTIONS.len() { index } else { 0 }]
            }
        }
    };
}

numbered! {
    /// A function of one f64.
    Unary (f64) -> f64 {
        Sin f64::sin;
        Cos f64::cos;
        Tan f64::tan;
        Asin f64::asin;
        Acos f64::acos;
        Atan f64::atan;
        Sinh f64::sinh;
        Cosh f64::cosh;
        Tanh f64::tanh;
        Asinh f64::asinh;
        Acosh f64::acosh;
        Atanh f64::atanh;
        Exp f64::exp;
        Exp2 f64::exp2;
        Log f64::ln;
        Log2 f64::log2;
        FrexpFract |x| frexp(x).0;
        FrexpExp |x| f64::from_bits(frexp(x).1 as u32 as u64);
        ModfFract modf_fract;
    }
}

numbered! {
    /// A function of two f64, or of one and an integer in the low word of the other.
    Binary (f64, f64) -> f64 {
        Rem |x, y| x % y;
        Pow f64::powf;
        Atan2 f64::atan2;
        Ldexp |x, e| ldexp(x, low(e) as i32);
    }
}

numbered! {
    /// A division of integers of 64 bits.
    Division (u64, u64) -> u64 {
        Quotient |a, b| a.checked_div(b).unwrap_or(a);
        Remainder |a, b| a.checked_rem(b).unwrap_or(0);
        SignedQuotient |a, b| (a as i64).checked_div(b as i64).unwrap_or(a as i64) as u64;
        SignedRemainder |a, b| (a as i64).checked_rem(b as i64).unwrap_or(0) as u64;
    }
}

numbered! {
    /// What an f64 is converted to: the truncated number, or the nearest one among those that both the integer and the
    /// float hold from which the f64 was made.
    Target (f64) -> u64 {
        I32 |x| x as i32 as u64;
        U32 |x| u64::from(x as u32);
        I64 |x| x.min(9_223_372_036_854_774_784.0) as i64 as u64;
        U64 |x| x.min(18_446_744_073_709_549_568.0) as u64;
        I64OfF32 |x| x.min(9_223_371_487_098_961_920.0) as i64 as u64;
        U64OfF32 |x| x.min(18_446_742_974_197_923_840.0) as u64;
    }
}

/// Half of what a function of one f64 gives.
#[inline(always)]
pub(crate) fn unary_64(low: u32, high: u32, number: u32) -> u32 {
    half_of(Unary::by_number(number)(double(low, high)).to_bits(), number)
}

/// Half of what a function of two f64 gives.
#[inline(always)]
pub(crate) fn binary_64(x: [u32; 2], y: [u32; 2], number: u32) -> u32 {
    half_of(Binary::by_number(number)(double(x[0], x[1]), double(y[0], y[1])).to_bits(), number)
}

/// Half of a quotient or remainder. As with 32 bits: `a / b` is a, and `a % b` is 0, where b is 0 or the quotient
/// overflows.
#[inline(always)]
pub(crate) fn divide_64(a: [u32; 2], b: [u32; 2], number: u32) -> u32 {
    half_of(Division::by_number(number)(joined(a[0], a[1]), joined(b[0], b[1])), number)
}

/// Half of the integer that an f64 is converted to; NaN gives 0.
#[inline(always)]
pub(crate) fn f64_to_integer(low: u32, high: u32, number: u32) -> u32 {
    let x = double(low, high);
    let x = if x.is_nan() { 0.0 } else { x };
    half_of(Target::by_number(number)(x), number)
}

/// Half of the f64 nearest to an integer of 64 bits; 2 in `number` says that the integer is signed.
#[inline(always)]
pub(crate) fn integer_to_f64(low: u32, high: u32, number: u32) -> u32 {
    let bits = joined(low, high);
    let x = if number & 2 == 0 { bits as f64 } else { bits as i64 as f64 };
    half_of(x.to_bits(), number)
}

/// The f32 nearest to an integer of 64 bits.
#[inline(always)]
pub(crate) fn integer_to_f32(low: u32, high: u32, is_signed: u32) -> f32 {
    let bits = joined(low, high);
    if is_signed == 0 { bits as f32 } else { bits as i64 as f32 }
}

/// An f32 from which rounding on to fewer digits gives what rounding the f64 once would: one that is not exact is odd.
#[inline(always)]
pub(crate) fn f64_to_odd_f32(x: f64) -> f32 {
    let y = x as f32;
    let back = f64::from(y);
    let bits = y.to_bits();
    // To nearest is at most one off: towards zero from there, and the last bit set.
    let towards_zero = if back.abs() > x.abs() { bits.wrapping_sub(1) } else { bits };
    if back == x || x.is_nan() { y } else { f32::from_bits(towards_zero | 1) }
}

/// Fraction and exponent, as of an f32.
fn frexp(x: f64) -> (f64, i32) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0);
    }
    let (x, below) = if x.abs() < f64::MIN_POSITIVE { (x * 18_014_398_509_481_984.0, 54) } else { (x, 0) };
    let bits = x.to_bits();
    let fract = f64::from_bits((bits & 0x800F_FFFF_FFFF_FFFF) | 0x3FE0_0000_0000_0000);
    (fract, (bits >> 52 & 0x7FF) as i32 - 1022 - below)
}

/// The fraction of x, with the sign of x; zero for an infinite x.
fn modf_fract(x: f64) -> f64 {
    let fract = if x.is_infinite() { 0.0 } else { x - x.trunc() };
    fract.copysign(x)
}

/// `x * 2^e`, rounded once.
fn ldexp(x: f64, e: i32) -> f64 {
    let power = |e: i32| f64::from_bits(((e + 1023) as u64) << 52);
    let (mut x, mut e) = (x, e.clamp(-2200, 2200));
    while e > 1023 {
        x *= power(1023);
        e -= 1023;
    }
    // Kept normal until the last product, which alone rounds.
    while e < -1022 {
        x *= power(-1022 + 53);
        e += 1022 - 53;
    }
    x * power(e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scaling_rounds_once() {
        for (x, e) in
            [(1.0, -1074), (3.0, -1075), (1.5, -1074), (0.75, -1073), (f64::MAX, -2098), (1.0, 1023)]
        {
            let parts = frexp(x);
            let exact = parts.0 * 2f64.powi(parts.1 / 2) * 2f64.powi(parts.1 - parts.1 / 2);
            assert_eq!(exact, x);
            // The sum of both halves of the exponent as exact powers, rounding once where only the last is inexact.
            let expected = match (x, e) {
                (1.0, -1074) => f64::from_bits(1),
                (3.0, -1075) | (1.5, -1074) => f64::from_bits(2),
                (0.75, -1073) => f64::from_bits(2),
                (f64::MAX, -2098) => f64::from_bits(1),
                _ => 2f64.powi(1023),
            };
            assert_eq!(ldexp(x, e), expected, "{x} {e}");
        }
        assert_eq!(ldexp(f64::from_bits(1), 2097), 2f64.powi(1023));
        assert_eq!(ldexp(1.0, i32::MIN), 0.0);
        assert_eq!(ldexp(1.0, i32::MAX), f64::INFINITY);
        // A value that two roundings would get wrong: half of the smallest plus a bit goes up.
        let above = f64::from_bits(1.0f64.to_bits() + 1);
        assert_eq!(ldexp(above, -1075), f64::from_bits(1));
        assert_eq!(ldexp(1.0, -1075), 0.0);
    }

    #[test]
    fn odd_floats_round_on_as_if_once() {
        // Halfway between two binary16 and a bit that an f32 cannot hold.
        let tie = 1.0 + 2f64.powi(-11);
        let quantize = |x: f64| crate::cpu::math::quantize_to_f16(f64_to_odd_f32(x));
        assert_eq!(quantize(tie), 1.0);
        assert_eq!(quantize(tie + 2f64.powi(-40)), 1.0 + 2f32.powi(-10));
        assert_eq!(quantize(-tie - 2f64.powi(-40)), -1.0 - 2f32.powi(-10));
        assert_eq!(quantize(1e300), f32::INFINITY);
        assert_eq!(quantize(-1e-300), 0.0);
        assert!(quantize(f64::NAN).is_nan());
    }
}

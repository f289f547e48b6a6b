//! Taking floats apart and putting them together: frexp, ldexp, modf.

/// The fraction of magnitude 1/2 to 1 (excluded) with `x = frexp_fract(x) * 2^frexp_exp(x)`; x itself where x is zero,
/// infinite or NaN.
#[inline(always)]
pub(crate) fn frexp_fract(x: f32) -> f32 {
    let (bits, _) = normalised(x);
    let fract = f32::from_bits((bits & 0x807F_FFFF) | 0x3F00_0000);
    if is_ordinary(x) { fract } else { x }
}

/// The exponent that goes with [`frexp_fract`]; 0 where x is zero, infinite or NaN.
#[inline(always)]
pub(crate) fn frexp_exp(x: f32) -> i32 {
    let (bits, below) = normalised(x);
    let exp = ((bits >> 23) & 0xFF) as i32 - 126 - below;
    if is_ordinary(x) { exp } else { 0 }
}

/// `x * 2^e`, rounded once.
#[inline(always)]
pub(crate) fn ldexp(x: f32, e: i32) -> f32 {
    // 2^300 takes the smallest float beyond the largest and back; in f64 the product is exact.
    let e = if e > 300 { 300 } else { e };
    let e = if e < -300 { -300 } else { e };
    (f64::from(x) * f64::from_bits(u64::from((e + 1023) as u32) << 52)) as f32
}

/// The fraction of x, with the sign of x; zero for an infinite x.
#[inline(always)]
pub(crate) fn modf_fract(x: f32) -> f32 {
    let fract = if x.abs() == f32::INFINITY { 0.0 } else { x - x.trunc() };
    fract.copysign(x)
}

/// The integer part of x.
#[cfg(test)]
#[inline(always)]
pub(crate) fn modf_whole(x: f32) -> f32 {
    x.trunc()
}

/// The bits of x, scaled up by the returned power of two where x is subnormal.
#[inline(always)]
fn normalised(x: f32) -> (u32, i32) {
    let subnormal = x.abs() < f32::MIN_POSITIVE;
    let (x, below) = if subnormal { (x * 16_777_216.0, 24) } else { (x, 0) };
    (x.to_bits(), below)
}

/// True unless x is zero, infinite or NaN.
#[inline(always)]
fn is_ordinary(x: f32) -> bool {
    (x.abs() > 0.0) & (x.abs() < f32::INFINITY)
}

//! Binary16: quantisation, packing, unpacking, to nearest even with subnormals kept and overflow to infinity.

const SIGN: u32 = 0x8000_0000;

/// x rounded to binary16 and back.
#[inline(always)]
pub(crate) fn quantize_to_f16(x: f32) -> f32 {
    let a = x.abs();
    // Normal in binary16: 13 bits go, to nearest even. The carry may reach the exponent, as it should.
    let bits = a.to_bits();
    let normal = f32::from_bits((bits + 0x0FFF + ((bits >> 13) & 1)) & !0x1FFF);
    let normal = if normal > 65504.0 { f32::INFINITY } else { normal };
    // Subnormal in binary16: near 1/2 a float has the spacing 2^-24 of those.
    let small = (a + 0.5) - 0.5;
    let y = if a < 0.000_061_035_156 { small } else { normal };
    (if x.is_nan() { x } else { y }).copysign(x)
}

/// Two floats as binary16, the first in the low half.
#[inline(always)]
pub(crate) fn pack_2x16_float(x: f32, y: f32) -> u32 {
    to_f16_bits(x) | (to_f16_bits(y) << 16)
}

/// The binary16 in half `index` (0 or 1) of a word.
#[inline(always)]
pub(crate) fn unpack_2x16_float(word: u32, index: u32) -> f32 {
    let h = word.wrapping_shr(16 * index) & 0xFFFF;
    // As an f32 the exponent is too small by 127 - 15, which a multiplication mends, subnormals included.
    const UP: f32 = 5_192_296_858_534_827_628_530_496_329_220_096.0;
    let shifted = (h & 0x7FFF) << 13;
    let finite = (f32::from_bits(shifted) * UP).to_bits();
    let bits = if shifted >= 0x0F80_0000 { shifted | 0x7F80_0000 } else { finite };
    f32::from_bits(bits | ((h & 0x8000) << 16))
}

/// The bits of x as a binary16.
#[inline(always)]
fn to_f16_bits(x: f32) -> u32 {
    let q = quantize_to_f16(x).to_bits();
    let a = q & !SIGN;
    let normal = a.wrapping_sub((127 - 15) << 23) >> 13;
    // A subnormal binary16 is a multiple of 2^-24: added to 1/2, the multiple is in the low bits.
    let small = (f32::from_bits(a) + 0.5).to_bits() & 0x7FF;
    let bits = if a < 0x3880_0000 { small } else { normal };
    let bits = if a >= 0x7F80_0000 { 0x7C00 } else { bits };
    let bits = if x.is_nan() { 0x7E00 } else { bits };
    bits | ((q & SIGN) >> 16)
}

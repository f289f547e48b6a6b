//! Built-ins that are a few exact or correctly rounded operations.

/// The nearest integer, ties to even.
#[cfg(test)]
#[inline(always)]
pub(crate) fn round(x: f32) -> f32 {
    x.round_ties_even()
}

/// `x - floor(x)`; by that definition 1 for tiny negative x.
#[cfg(test)]
#[inline(always)]
pub(crate) fn fract(x: f32) -> f32 {
    x - x.floor()
}

/// -1, 0 or 1; a zero keeps its sign, NaN stays NaN.
#[inline(always)]
pub(crate) fn sign(x: f32) -> f32 {
    let y = if x > 0.0 { 1.0 } else { x };
    if x < 0.0 { -1.0 } else { y }
}

/// The smaller; the other where one is NaN. Of two equal zeros, the first.
#[inline(always)]
pub(crate) fn min(a: f32, b: f32) -> f32 {
    // Spelled out because f32::min leaves the sign of zero to the instruction set.
    let least = if b < a { b } else { a };
    if a.is_nan() { b } else { least }
}

/// The larger; the other where one is NaN. Of two equal zeros, the first.
#[inline(always)]
pub(crate) fn max(a: f32, b: f32) -> f32 {
    let most = if b > a { b } else { a };
    if a.is_nan() { b } else { most }
}

/// `min(max(x, low), high)`.
#[cfg(test)]
#[inline(always)]
pub(crate) fn clamp(x: f32, low: f32, high: f32) -> f32 {
    min(max(x, low), high)
}

/// x clamped to 0 to 1; 0 for NaN.
#[cfg(test)]
#[inline(always)]
pub(crate) fn saturate(x: f32) -> f32 {
    let y = if x > 0.0 { x } else { 0.0 };
    if y < 1.0 { y } else { 1.0 }
}

/// `a * (1 - t) + b * t`.
#[cfg(test)]
#[inline(always)]
pub(crate) fn mix(a: f32, b: f32, t: f32) -> f32 {
    a * (1.0 - t) + b * t
}

/// 1 where `edge <= x`, else 0.
#[cfg(test)]
#[inline(always)]
pub(crate) fn step(edge: f32, x: f32) -> f32 {
    if edge <= x { 1.0 } else { 0.0 }
}

/// The cubic that rises from 0 at `low` to 1 at `high`.
#[cfg(test)]
#[inline(always)]
pub(crate) fn smoothstep(low: f32, high: f32, x: f32) -> f32 {
    let t = saturate((x - low) / (high - low));
    t * t * (3.0 - 2.0 * t)
}

/// One over the square root. Two correctly rounded operations: processors differ in what their estimates return.
#[cfg(test)]
#[inline(always)]
pub(crate) fn inverse_sqrt(x: f32) -> f32 {
    1.0 / x.sqrt()
}

/// Radians to degrees.
#[cfg(test)]
#[inline(always)]
pub(crate) fn degrees(x: f32) -> f32 {
    x * 57.295_78
}

/// Degrees to radians.
#[cfg(test)]
#[inline(always)]
pub(crate) fn radians(x: f32) -> f32 {
    x * 0.017_453_292
}

//! Conversions between f32 and 32-bit integers.
//!
//! WGSL: the integer nearest to the truncated float among those that f32 can hold, so the largest results are
//! 2^31 - 128 and 2^32 - 256. NaN gives 0.

/// The signed integer, clamped.
#[inline(always)]
pub(crate) fn f32_to_i32(x: f32) -> i32 {
    let x = if x > 2_147_483_520.0 {
        2_147_483_520.0
    } else {
        x
    };
    x as i32
}

/// The unsigned integer, clamped.
#[inline(always)]
pub(crate) fn f32_to_u32(x: f32) -> u32 {
    let x = if x > 4_294_967_040.0 {
        4_294_967_040.0
    } else {
        x
    };
    x as u32
}

/// The nearest float, ties to even.
#[inline(always)]
pub(crate) fn i32_to_f32(x: i32) -> f32 {
    x as f32
}

/// The nearest float, ties to even.
#[inline(always)]
pub(crate) fn u32_to_f32(x: u32) -> f32 {
    x as f32
}

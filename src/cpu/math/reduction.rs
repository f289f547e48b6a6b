//! Exact reduction of large arguments modulo pi/2 (Payne and Hanek, 1983).
//!
//! A float is an integer m of 24 bits times 2^e. Of the product m * 2^e * (2/pi) only the part below 4 matters: bits of
//! 2/pi of weight 2^(2-e) and above contribute multiples of 4, so a window of 96 bits of 2/pi below them gives the
//! quadrant and its fraction to 62 bits, of which cancellation takes at most about 30.

/// The first 192 bits of 2/pi after the binary point, after 32 zero bits so that no window starts before the table.
const TWO_OVER_PI: [u32; 8] =
    [0, 0xA2F9_836E, 0x4E44_1529, 0xFC27_57D1, 0xF534_DDC0, 0xDB62_9599, 0x3C43_9041, 0xFE51_63AB];

/// `(q, r, lost)` with x = (4 * j + q) * pi/2 + r + lost for some integer j, r rounded and |r| <= pi/4. For finite x of
/// at least 1.
#[inline(always)]
pub(super) fn reduce(x: f32) -> (u32, f32, f32) {
    let bits = x.to_bits();
    let m = u64::from((bits & 0x007F_FFFF) | 0x0080_0000);
    // x = m * 2^e; the window starts e - 2 bits behind the binary point of 2/pi.
    let e = (bits >> 23) as i32 - 150;
    let start = (e - 2 + 32) as u32;
    let high = u64::from(window(start)) << 32 | u64::from(window(start + 32));
    let low = u64::from(window(start + 64));
    // The product modulo 4, in units of 2^-62.
    let product = m.wrapping_mul(high).wrapping_add((m * low) >> 32);
    let quadrant = product.wrapping_add(1 << 61) >> 62;
    let fraction = product.wrapping_sub(quadrant << 62) as i64;
    const UNIT: f64 = std::f64::consts::FRAC_PI_2 / (1u64 << 62) as f64;
    let exact = fraction as f64 * UNIT;
    let r = exact as f32;
    (quadrant as u32, r, (exact - f64::from(r)) as f32)
}

/// 32 bits of the table from bit `start`.
#[inline(always)]
fn window(start: u32) -> u32 {
    let word = (start / 32) as usize;
    let pair = u64::from(TWO_OVER_PI[word % 8]) << 32 | u64::from(TWO_OVER_PI[(word + 1) % 8]);
    (pair >> (32 - start % 32)) as u32
}

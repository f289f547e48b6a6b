//! Interleaving of four vectors.

use fearless_simd::{Simd, SimdBase};

/// De-interleaves four vectors of neighbours: lane i of vector k is the k-th of the i-th four neighbours.
#[inline(always)]
pub(crate) fn split<S: Simd, V: SimdBase<S>>([a, b, c, d]: [V; 4]) -> [V; 4] {
    let (even, odd) = (a.unzip_low(b), a.unzip_high(b));
    let (even_high, odd_high) = (c.unzip_low(d), c.unzip_high(d));
    [even.unzip_low(even_high), odd.unzip_low(odd_high), even.unzip_high(even_high), odd.unzip_high(odd_high)]
}

/// Interleaves them again.
#[inline(always)]
pub(crate) fn join<S: Simd, V: SimdBase<S>>([a, b, c, d]: [V; 4]) -> [V; 4] {
    let (even, even_high) = (a.zip_low(c), a.zip_high(c));
    let (odd, odd_high) = (b.zip_low(d), b.zip_high(d));
    [even.zip_low(odd), even.zip_high(odd), even_high.zip_low(odd_high), even_high.zip_high(odd_high)]
}

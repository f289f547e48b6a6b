//! Random data that every program of the benchmarks makes alike: element `i` of the buffer with seed `s` is a hash.

use std::ops::Range;
use std::thread;

use crate::case::{Case, Dtype};

/// Distance of the seeds of a set's arrays.
const SEEDS_APART: u32 = 1000;
/// Distance of the seed of the low half of a `u64`.
const LOW_HALF: u32 = 77;

/// Element `i` of the `u32` buffer with seed `s`.
pub fn hash(i: u32, s: u32) -> u32 {
    let mut x = i.wrapping_mul(0x9E37_79B9).wrapping_add(s);
    x ^= x >> 16;
    x = x.wrapping_mul(0x7feb_352d);
    x ^= x >> 15;
    x = x.wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}

/// An element type that has random values.
pub trait Random: bytemuck::Pod + Send + Sync {
    /// Element `i` of the buffer with seed `s`.
    fn random(i: u32, s: u32) -> Self;
}

impl Random for u32 {
    fn random(i: u32, s: u32) -> Self {
        hash(i, s)
    }
}

impl Random for f32 {
    /// In [0, 1).
    fn random(i: u32, s: u32) -> Self {
        (hash(i, s) >> 8) as f32 * (1.0 / (1 << 24) as f32)
    }
}

impl Random for u64 {
    fn random(i: u32, s: u32) -> Self {
        u64::from(hash(i, s)) << 32 | u64::from(hash(i, s.wrapping_add(LOW_HALF)))
    }
}

impl Random for f64 {
    /// In [0, 1).
    fn random(i: u32, s: u32) -> Self {
        (u64::random(i, s) >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
    }
}

/// Element `i` of each of the two arrays of saxpy, in set `s`.
pub fn saxpy(i: u32, s: u32) -> [f32; 2] {
    [f32::random(i, s), f32::random(i, s + SEEDS_APART)]
}

/// Spot, strike and years of option `i` in set `s`.
pub fn option(i: u32, s: u32) -> [f32; 3] {
    [
        10.0 + 90.0 * f32::random(i, s),
        10.0 + 90.0 * f32::random(i, s + SEEDS_APART),
        0.1 + 1.9 * f32::random(i, s + 2 * SEEDS_APART),
    ]
}

/// Array `index` of set `s` for a case of `n` elements, as bytes, made by all cores.
pub fn array(case: Case, dtype: Dtype, n: usize, s: u32, index: usize) -> Vec<u8> {
    match (case, dtype) {
        (Case::Saxpy, _) => fill(n, |i| saxpy(i, s)[index]),
        (Case::BlackScholes, _) => fill(n, |i| option(i, s)[index]),
        (_, Dtype::F32) => fill(n, |i| f32::random(i, s)),
        (_, Dtype::U32) => fill(n, |i| u32::random(i, s)),
        (_, Dtype::F64) => fill(n, |i| f64::random(i, s)),
        (_, Dtype::U64) => fill(n, |i| u64::random(i, s)),
        (_, Dtype::None) => Vec::new(),
    }
}

/// Splits `0..n` into one range for each core.
pub fn parts(n: usize) -> Vec<Range<usize>> {
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
    let len = n.div_ceil(cores).max(1);
    (0..n).step_by(len).map(|start| start..(start + len).min(n)).collect()
}

/// The bytes of `n` elements.
fn fill<T: Random>(n: usize, element: impl Fn(u32) -> T + Sync) -> Vec<u8> {
    let size = size_of::<T>();
    let mut bytes = vec![0_u8; n * size];
    let len = parts(n).first().map_or(1, |part| part.len());
    thread::scope(|scope| {
        for (part, chunk) in bytes.chunks_mut(len * size).enumerate() {
            let element = &element;
            scope.spawn(move || {
                for (offset, place) in chunk.chunks_exact_mut(size).enumerate() {
                    place.copy_from_slice(bytemuck::bytes_of(&element((part * len + offset) as u32)));
                }
            });
        }
    });
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In 64 bits with a mask, where the code wraps: all programs must agree.
    #[test]
    fn hash_is_that_of_the_schema() {
        let reference = |i: u64, s: u64| {
            let mask = u64::from(u32::MAX);
            let mut x = (i * 0x9E37_79B9 + s) & mask;
            x ^= x >> 16;
            x = (x * 0x7feb_352d) & mask;
            x ^= x >> 15;
            x = (x * 0x846c_a68b) & mask;
            x ^ (x >> 16)
        };
        for (i, s) in [(0, 1), (1, 1), (65_535, 7), (u32::MAX, 2001), (123_456_789, 64)] {
            assert_eq!(u64::from(hash(i, s)), reference(u64::from(i), u64::from(s)));
        }
    }

    #[test]
    fn floats_are_in_the_unit_interval_and_spread() {
        let floats: Vec<f32> = (0..10_000).map(|i| f32::random(i, 3)).collect();
        assert!(floats.iter().all(|x| (0.0..1.0).contains(x)));
        let mean = floats.iter().sum::<f32>() / floats.len() as f32;
        assert!((mean - 0.5).abs() < 0.02, "{mean}");
        assert!((0..10_000).map(|i| f64::random(i, 3)).all(|x| (0.0..1.0).contains(&x)));
    }

    #[test]
    fn arrays_hold_the_elements_in_order() {
        let n = 1001;
        let bytes = array(Case::Sum, Dtype::U64, n, 5, 0);
        let elements: Vec<u64> = bytemuck::pod_collect_to_vec(&bytes);
        assert_eq!(elements, (0..n as u32).map(|i| u64::random(i, 5)).collect::<Vec<_>>());
        let strikes: Vec<f32> = bytemuck::pod_collect_to_vec(&array(Case::BlackScholes, Dtype::F32, n, 2, 1));
        assert_eq!(strikes[1000], 10.0 + 90.0 * f32::random(1000, 1002));
    }

    #[test]
    fn parts_cover_everything_once() {
        for n in [0, 1, 2, 15, 16, 17, 1000] {
            assert_eq!(parts(n).into_iter().flatten().collect::<Vec<_>>(), (0..n).collect::<Vec<_>>());
        }
    }
}

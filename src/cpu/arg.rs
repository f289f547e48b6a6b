//! `ArgMin` and `ArgMax`: the smallest (ordered key, index).
//!
//! Exact in any order. A tile is read twice: once for its smallest key, and once more, up to the first hit, for where
//! it is.

use fearless_simd::Level;

use super::lane::vectorize;
use crate::element::Scalar;
use crate::order::{max_key, min_key};
use crate::run::State;

/// Larger than any state of an element.
pub(super) const IDENTITY: State = [u32::MAX, u32::MAX, 0, 0];

/// The smaller state: the smaller key, then the smaller index.
pub(super) fn combine(a: State, b: State) -> State {
    if (b[0], b[1]) < (a[0], a[1]) { b } else { a }
}

/// The state of a run of words whose first has index `first`; indices are 32 bits wide.
pub(super) fn reduce(level: Level, scalar: Scalar, max: bool, words: &[u32], first: usize) -> State {
    let (key, position) = vectorize(
        level,
        #[inline(always)]
        || find(scalar, max, words),
    );
    [key, first as u32 + position as u32, 0, 0]
}

#[inline(always)]
fn find(scalar: Scalar, max: bool, words: &[u32]) -> (u32, usize) {
    match (scalar, max) {
        (Scalar::F32, false) => smallest(words, |w| min_key(Scalar::F32, w)),
        (Scalar::F32, true) => smallest(words, |w| max_key(Scalar::F32, w)),
        (Scalar::I32, false) => smallest(words, |w| min_key(Scalar::I32, w)),
        (Scalar::I32, true) => smallest(words, |w| max_key(Scalar::I32, w)),
        (Scalar::U32, false) => smallest(words, |w| min_key(Scalar::U32, w)),
        (Scalar::U32, true) => smallest(words, |w| max_key(Scalar::U32, w)),
    }
}

#[inline(always)]
fn smallest(words: &[u32], key: impl Fn(u32) -> u32 + Copy) -> (u32, usize) {
    let least = words.iter().fold(u32::MAX, |least, &w| least.min(key(w)));
    (least, words.iter().position(|&w| key(w) == least).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_nan_wins_then_the_first_extremum_and_zeros_are_ordered() {
        let level = Level::new();
        let find = |max, x: &[f32]| {
            let words: Vec<u32> = x.iter().map(|v| v.to_bits()).collect();
            reduce(level, Scalar::F32, max, &words, 10)[1]
        };
        assert_eq!(find(false, &[2.0, 1.0, 1.0]), 11);
        assert_eq!(find(true, &[2.0, 1.0, 2.0]), 10);
        assert_eq!(find(false, &[0.0, -0.0]), 11);
        assert_eq!(find(true, &[-0.0, 0.0]), 11);
        assert_eq!(find(false, &[f32::NEG_INFINITY, f32::NAN, -f32::NAN]), 11);
        assert_eq!(find(true, &[f32::INFINITY, -f32::NAN, f32::NAN]), 11);
    }
}

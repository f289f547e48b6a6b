//! Inputs, the same in every run, and references to check results against.

use rayon::prelude::*;

use crate::suite::Outcome;

/// Elements that a thread of a peer takes at once: 128 KiB of f32, which with a second operand and the output stays in a
/// second-level cache.
pub(crate) const PEER_CHUNK: usize = 1 << 15;

/// `n` numbers, uniform in `low..high`.
pub(crate) fn floats(n: usize, seed: u64, low: f32, high: f32) -> Vec<f32> {
    let unit = |i| (random(seed, i) >> 8) as f32 * (1.0 / 16_777_216.0);
    (0..n as u64).into_par_iter().map(|i| low + (high - low) * unit(i)).collect()
}

/// `n` words, uniform.
pub(crate) fn words(n: usize, seed: u64) -> Vec<u32> {
    (0..n as u64).into_par_iter().map(|i| random(seed, i)).collect()
}

/// The i-th of a sequence of random words: the finaliser of SplitMix64 (Steele, Lea, Flood 2014) of a counter.
fn random(seed: u64, i: u64) -> u32 {
    let mut z = (seed << 40).wrapping_add(i).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ z >> 31) as u32
}

/// `|x - reference| <= tolerance`, or a message that says where not.
pub(crate) fn near(what: &str, x: f64, reference: f64, tolerance: f64) -> Outcome<()> {
    if (x - reference).abs() <= tolerance {
        return Ok(());
    }
    Err(format!("{what}: {x}, but {reference} is right, give or take {tolerance:.3e}").into())
}

/// Every element near its reference.
pub(crate) fn all_near(
    what: &str,
    xs: &[f32],
    reference: impl Fn(usize) -> f64 + Sync,
    tolerance: impl Fn(usize) -> f64 + Sync,
) -> Outcome<()> {
    // A NaN is near nothing.
    let wrong = |i: &usize| {
        let near = (f64::from(xs[*i]) - reference(*i)).abs() <= tolerance(*i);
        !near
    };
    match (0..xs.len()).into_par_iter().find_first(wrong) {
        Some(i) => near(&format!("{what}[{i}]"), f64::from(xs[i]), reference(i), tolerance(i)),
        None => Ok(()),
    }
}

/// Every element equal.
pub(crate) fn all_equal<T: PartialEq + Sync + std::fmt::Debug>(
    what: &str,
    xs: &[T],
    reference: &[T],
) -> Outcome<()> {
    if xs.len() != reference.len() {
        return Err(format!("{what}: {} elements, not {}", xs.len(), reference.len()).into());
    }
    match (0..xs.len()).into_par_iter().find_first(|&i| xs[i] != reference[i]) {
        Some(i) => Err(format!("{what}[{i}]: {:?}, but {:?} is right", xs[i], reference[i]).into()),
        None => Ok(()),
    }
}

//! The laws of monoids, tried on samples.
//!
//! Identity is tried from both sides on every sample, associativity on all triples of samples, or on a
//! pseudo-random choice of them when there are too many. Passing proves nothing; failing gives a counterexample.
//!
//! Floats are compared by value (`-0.0 = +0.0`, NaN equals NaN), with a tolerance relative to the largest magnitude among
//! operands, intermediate results and both sides: rounding scales with what was added, not with what is left of it.

use super::MonoidSpec;
use crate::element::Scalar;
use crate::error::{Error, Law, Result};
use crate::wgsl::spell_value;

/// Triples tried at most: all of 16 samples.
const TRIPLES: usize = 4096;

/// The operator: the words of `a ⊕ b` from those of `a` and `b`; unused words are not read.
pub(crate) type Evaluate<'e> = dyn FnMut(&[u32], &[u32]) -> Result<[u32; 4]> + 'e;

/// Tries the laws on `samples`, the words of elements of the monoid's state type.
///
/// # Errors
///
/// [`Error::Law`] with the first counterexample, or an error of `evaluate`.
pub(crate) fn check_laws(
    spec: &MonoidSpec,
    samples: &[u32],
    tolerance: f32,
    evaluate: &mut Evaluate<'_>,
) -> Result<()> {
    let laws = Laws { spec, tolerance: f64::from(tolerance) };
    let words = spec.state.words();
    let samples: Vec<&[u32]> = samples.chunks_exact(words).collect();
    let identity = &spec.identity[..words];
    for &a in &samples {
        let left = evaluate(identity, a)?;
        laws.compare(Law::LeftIdentity, &[a], [&left, a], &[])?;
        let left = evaluate(a, identity)?;
        laws.compare(Law::RightIdentity, &[a], [&left, a], &[])?;
    }
    for [i, j, k] in triples(samples.len()) {
        let [a, b, c] = [samples[i], samples[j], samples[k]];
        let ab = evaluate(a, b)?;
        let bc = evaluate(b, c)?;
        let left = evaluate(&ab[..words], c)?;
        let right = evaluate(a, &bc[..words])?;
        laws.compare(Law::Associativity, &[a, b, c], [&left, &right], &[&ab, &bc])?;
    }
    Ok(())
}

/// Indices of the triples tried: all, or [`TRIPLES`] pseudo-random ones, the same in every run.
fn triples(samples: usize) -> impl Iterator<Item = [usize; 3]> {
    let all = samples.checked_pow(3).filter(|&all| all <= TRIPLES);
    (0..all.unwrap_or(TRIPLES)).map(move |step| match all {
        Some(_) => [step / (samples * samples), step / samples % samples, step % samples],
        None => [0, 1, 2].map(|place| (mix(3 * step as u64 + place) % samples as u64) as usize),
    })
}

/// The n-th output of SplitMix64 (Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, 2014).
fn mix(n: u64) -> u64 {
    let z = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

struct Laws<'s> {
    spec: &'s MonoidSpec,
    tolerance: f64,
}

impl Laws<'_> {
    /// Fails if the two sides differ; `others` are intermediate results that widen the tolerance.
    fn compare(&self, law: Law, operands: &[&[u32]], sides: [&[u32]; 2], others: &[&[u32]]) -> Result<()> {
        let ty = self.spec.state;
        let words = ty.words();
        let [left, right] = sides.map(|side| &side[..words]);
        let equal = match ty.scalar {
            Scalar::I32 | Scalar::U32 => left == right,
            Scalar::F32 => {
                let values = operands.iter().chain(others).chain(&sides).flat_map(|value| &value[..words]);
                let magnitudes =
                    values.map(|&bits| magnitude(bits)).filter(|magnitude| magnitude.is_finite());
                let allowed = self.tolerance * magnitudes.fold(0.0, f64::max);
                left.iter().zip(right).all(|(&left, &right)| agree(left, right, allowed))
            }
        };
        if equal {
            return Ok(());
        }
        let named = operands
            .iter()
            .zip(["a", "b", "c"])
            .map(|(words, name)| format!("{name} = {}", spell_value(ty, words)));
        Err(Error::Law {
            monoid: self.spec.name.clone(),
            law,
            operands: named.collect::<Vec<_>>().join(", "),
            left: spell_value(ty, left),
            right: spell_value(ty, right),
        })
    }
}

fn magnitude(bits: u32) -> f64 {
    f64::from(f32::from_bits(bits)).abs()
}

fn agree(left: u32, right: u32, allowed: f64) -> bool {
    let [left, right] = [left, right].map(f32::from_bits);
    left == right || left.is_nan() && right.is_nan() || (f64::from(left) - f64::from(right)).abs() <= allowed
}

#[cfg(test)]
mod tests;

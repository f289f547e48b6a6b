//! Plain Rust in f64: a step by direct summation, and the energy.

use super::bodies::State;
use super::common::Failure;
use super::{SOFTENING, STEP};

/// Bodies that are checked, at most.
const CHECKED: usize = 256;

/// Holds a step against direct sums: how many bodies, and the largest difference of a velocity relative to what made it,
/// its old value and the magnitudes of all attractions.
///
/// A sum of `n` terms in f32 is within about `n u` of their magnitudes, u = 2^-24, and each term, with an inverse square
/// root of 2 ULP cubed, within 32 u.
pub(crate) fn check(before: &State, after: &State) -> Result<(usize, f64), Failure> {
    let n = before.positions.len();
    let checked = n.min(CHECKED);
    let u = 2f64.powi(-24);
    let bound = (n + 32) as f64 * u;
    let mut worst = 0.0_f64;
    for i in 1..=checked {
        let at = i * n / checked - 1;
        let here = before.positions[at].map(f64::from);
        let (mut pull, mut magnitude) = ([0.0; 3], [0.0; 3]);
        for other in &before.positions {
            let d: [f64; 3] = std::array::from_fn(|axis| f64::from(other[axis]) - here[axis]);
            let r2 = d.iter().map(|d| d * d).sum::<f64>() + f64::from(SOFTENING);
            for axis in 0..3 {
                let term = d[axis] * f64::from(other[3]) / (r2 * r2.sqrt());
                pull[axis] += term;
                magnitude[axis] += term.abs();
            }
        }
        for axis in 0..3 {
            let old = f64::from(before.velocities[at][axis]);
            let velocity = old + pull[axis] * f64::from(STEP);
            let scale = old.abs() + magnitude[axis] * f64::from(STEP) + f64::from(f32::MIN_POSITIVE);
            let position = here[axis] + velocity * f64::from(STEP);
            let error = (f64::from(after.velocities[at][axis]) - velocity).abs() / scale;
            // The position takes the error of the velocity, and two roundings of its own.
            let moved = (f64::from(after.positions[at][axis]) - position).abs();
            let room = bound * scale * f64::from(STEP) + 2.0 * u * (here[axis].abs() + position.abs());
            // A NaN is within nothing.
            if !(error <= bound && moved <= room) {
                return Err(Failure::Check(format!(
                    "body {at}, axis {axis}: expected velocity {velocity} and position {position}, found {} and {}",
                    after.velocities[at][axis], after.positions[at][axis]
                )));
            }
            worst = worst.max(error);
        }
        if after.positions[at][3] != before.positions[at][3] {
            return Err(Failure::Check(format!("body {at}: its mass changed")));
        }
    }
    Ok((checked, worst))
}

/// The energy at the positions of `before`, whose velocities are the means of those half a step earlier and later.
pub(crate) fn energy(before: &State, later: &[[f32; 4]]) -> f64 {
    let softening = f64::from(SOFTENING);
    let mut energy = 0.0;
    for (i, here) in before.positions.iter().enumerate() {
        let mean = |axis: usize| (f64::from(before.velocities[i][axis]) + f64::from(later[i][axis])) / 2.0;
        let potential: f64 = before.positions[..i]
            .iter()
            .map(|other| {
                let d = [0, 1, 2].map(|axis| f64::from(other[axis]) - f64::from(here[axis]));
                f64::from(other[3]) / (d.iter().map(|d| d * d).sum::<f64>() + softening).sqrt()
            })
            .sum();
        let kinetic = (0..3).map(|axis| mean(axis).powi(2)).sum::<f64>() / 2.0;
        energy += f64::from(here[3]) * (kinetic - potential);
    }
    energy
}

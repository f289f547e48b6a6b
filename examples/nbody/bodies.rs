//! The bodies, and where they begin.

use std::f64::consts::TAU;

use super::common::Random;

/// Bodies between two steps.
#[derive(Debug, Clone)]
pub(crate) struct State {
    /// Position and mass.
    pub(crate) positions: Vec<[f32; 4]>,
    /// Velocity half a step earlier, as the leapfrog scheme has it, and 0.
    pub(crate) velocities: Vec<[f32; 4]>,
}

/// A Plummer sphere of total mass 1 and scale 1 in equilibrium, by the sampling of Aarseth, Hénon and Wielen, *A comparison
/// of numerical methods for the study of star cluster dynamics*, 1974.
pub(crate) fn plummer(n: usize) -> State {
    let mut random = Random(1);
    let mut state = State { positions: Vec::with_capacity(n), velocities: Vec::with_capacity(n) };
    for _ in 0..n {
        // The mass within the radius is uniform; the outermost thousandth is left out.
        let radius = ((0.999 * random.unit()).max(1e-6).powf(-2.0 / 3.0) - 1.0).sqrt().recip();
        let escape = 2f64.sqrt() * (1.0 + radius * radius).powf(-0.25);
        // The share of the escape velocity has density q^2 (1 - q^2)^3.5: by rejection, under a bound of 0.1.
        let share = loop {
            let (q, height) = (random.unit(), 0.1 * random.unit());
            if height < q * q * (1.0 - q * q).powf(3.5) {
                break q;
            }
        };
        let [x, y, z] = direction(&mut random).map(|axis| (radius * axis) as f32);
        state.positions.push([x, y, z, 1.0 / n as f32]);
        let [x, y, z] = direction(&mut random).map(|axis| (escape * share * axis) as f32);
        state.velocities.push([x, y, z, 0.0]);
    }
    state
}

/// Uniform on the unit sphere.
fn direction(random: &mut Random) -> [f64; 3] {
    let (z, angle) = (2.0 * random.unit() - 1.0, TAU * random.unit());
    let flat = (1.0 - z * z).sqrt();
    [flat * angle.cos(), flat * angle.sin(), z]
}

//! Kernels of the cases that CubeCL has no library for, as its manual recommends to write them: vectors of 128 bits, one
//! for each unit.

use cubecl::prelude::*;

#[cube(launch_unchecked)]
pub fn copy<F: Numeric, N: Size>(from: &[Vector<F, N>], to: &mut [Vector<F, N>]) {
    if ABSOLUTE_POS < to.len() {
        to[ABSOLUTE_POS] = from[ABSOLUTE_POS];
    }
}

#[cube(launch_unchecked)]
pub fn saxpy<N: Size>(x: &[Vector<f32, N>], y: &[Vector<f32, N>], out: &mut [Vector<f32, N>]) {
    if ABSOLUTE_POS < out.len() {
        out[ABSOLUTE_POS] = Vector::new(2.5) * x[ABSOLUTE_POS] + y[ABSOLUTE_POS];
    }
}

/// Formula 26.2.17 of Abramowitz and Stegun, *Handbook of Mathematical Functions*.
#[cube]
fn cdf<N: Size>(x: Vector<f32, N>) -> Vector<f32, N> {
    let one = Vector::new(1.0);
    let k = one / (one + Vector::new(0.2316419) * x.abs());
    let p = k * Vector::new(1.330274429) + Vector::new(-1.821255978);
    let p = k * p + Vector::new(1.781477937);
    let p = k * p + Vector::new(-0.356563782);
    let p = k * (k * p + Vector::new(0.31938153));
    let tail = Vector::new(0.39894228) * (Vector::new(-0.5) * x * x).exp() * p;
    select_many(x.greater_than(&Vector::new(0.0)), one - tail, tail)
}

/// The price of a European call by Black and Scholes (1973).
#[cube(launch_unchecked)]
pub fn black_scholes<N: Size>(
    spot: &[Vector<f32, N>],
    strike: &[Vector<f32, N>],
    years: &[Vector<f32, N>],
    out: &mut [Vector<f32, N>],
) {
    if ABSOLUTE_POS < out.len() {
        let (spot, strike, years) = (spot[ABSOLUTE_POS], strike[ABSOLUTE_POS], years[ABSOLUTE_POS]);
        let deviation = Vector::new(0.3) * years.sqrt();
        let d1 = ((spot / strike).ln() + Vector::new(0.065) * years) / deviation;
        let discount = (Vector::new(-0.02) * years).exp();
        out[ABSOLUTE_POS] = spot * cdf(d1) - strike * discount * cdf(d1 - deviation);
    }
}

/// Does nothing, for one unit.
#[cube(launch_unchecked)]
pub fn nothing(out: &mut [u32]) {
    if ABSOLUTE_POS > out.len() {
        out[0] = 1;
    }
}

/// A kernel for each constant.
#[cube(launch_unchecked)]
pub fn add_constant(out: &mut [u32], #[comptime] constant: u32) {
    if ABSOLUTE_POS < out.len() {
        out[ABSOLUTE_POS] += constant;
    }
}

//! Operations that massively compiles into its kernels.

use cubecl::prelude::*;
use massively::op::{ReductionOp, UnaryOp};

pub struct Sum;
pub struct Square;
pub struct Saxpy;
pub struct BlackScholes;

#[cubecl::cube]
impl ReductionOp<f32> for Sum {
    fn apply(a: f32, b: f32) -> f32 {
        a + b
    }
}

#[cubecl::cube]
impl ReductionOp<u32> for Sum {
    fn apply(a: u32, b: u32) -> u32 {
        a + b
    }
}

#[cubecl::cube]
impl ReductionOp<f64> for Sum {
    fn apply(a: f64, b: f64) -> f64 {
        a + b
    }
}

#[cubecl::cube]
impl ReductionOp<u64> for Sum {
    fn apply(a: u64, b: u64) -> u64 {
        a + b
    }
}

#[cubecl::cube]
impl UnaryOp<f32> for Square {
    type Output = f32;

    fn apply(x: f32) -> f32 {
        x * x
    }
}

#[cubecl::cube]
impl UnaryOp<u32> for Square {
    type Output = u32;

    fn apply(x: u32) -> u32 {
        x * x
    }
}

#[cubecl::cube]
impl UnaryOp<f64> for Square {
    type Output = f64;

    fn apply(x: f64) -> f64 {
        x * x
    }
}

#[cubecl::cube]
impl UnaryOp<u64> for Square {
    type Output = u64;

    fn apply(x: u64) -> u64 {
        x * x
    }
}

#[cubecl::cube]
impl UnaryOp<(f32, f32)> for Saxpy {
    type Output = f32;

    fn apply(input: (f32, f32)) -> f32 {
        2.5f32 * input.0 + input.1
    }
}

/// Formula 26.2.17 of Abramowitz and Stegun, *Handbook of Mathematical Functions*.
#[cubecl::cube]
fn cdf(x: f32) -> f32 {
    let k = 1.0f32 / (1.0f32 + 0.2316419f32 * x.abs());
    let p = k
        * (0.31938153f32
            + k * (-0.356563782f32 + k * (1.781477937f32 + k * (-1.821255978f32 + k * 1.330274429f32))));
    let tail = 0.39894228f32 * (-0.5f32 * x * x).exp() * p;
    select(x > 0.0f32, 1.0f32 - tail, tail)
}

/// The price of a European call by Black and Scholes (1973), of spot, strike and years.
#[cubecl::cube]
impl UnaryOp<(f32, f32, f32)> for BlackScholes {
    type Output = f32;

    fn apply(option: (f32, f32, f32)) -> f32 {
        let deviation = 0.3f32 * option.2.sqrt();
        let d1 = ((option.0 / option.1).ln() + 0.065f32 * option.2) / deviation;
        option.0 * cdf(d1) - option.1 * (-0.02f32 * option.2).exp() * cdf(d1 - deviation)
    }
}

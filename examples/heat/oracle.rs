//! The same steps in plain Rust.

use std::fmt;

use super::Size;
use super::common::Failure;

/// As in the shader.
const RATE: f32 = 0.2;

/// What the check found.
#[derive(Debug)]
pub(crate) enum Agreement {
    Equal,
    /// The largest difference and its bound.
    Within(f64, f64),
}

impl fmt::Display for Agreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equal => f.write_str("equal"),
            Self::Within(worst, bound) => write!(f, "largest difference {worst:.1e}, bound {bound:.1e}"),
        }
    }
}

/// Holds the plate after `steps` against `start`.
pub(crate) fn check(size: Size, start: Vec<f32>, steps: u32, given: &[f32]) -> Result<Agreement, Failure> {
    let hottest = start.iter().fold(0.0_f64, |hottest, &cell| hottest.max(f64::from(cell).abs()));
    let bound = 8.0 * 2f64.powi(-24) * hottest * f64::from(steps);
    let (mut before, mut after) = (start, vec![0.0; size.cells()]);
    for _ in 0..steps {
        step(size, &before, &mut after);
        std::mem::swap(&mut before, &mut after);
    }
    let mut worst = 0.0_f64;
    for (at, (&expected, &cell)) in before.iter().zip(given).enumerate() {
        let error = (f64::from(expected) - f64::from(cell)).abs();
        // A NaN is within nothing.
        if error.is_nan() || error > bound {
            let (x, y) = (at % size.width as usize, at / size.width as usize);
            return Err(Failure::Check(format!(
                "cell {x}, {y}: expected {expected} ± {bound:.1e}, found {cell}"
            )));
        }
        worst = worst.max(error);
    }
    Ok(if worst == 0.0 { Agreement::Equal } else { Agreement::Within(worst, bound) })
}

fn step(size: Size, before: &[f32], after: &mut [f32]) {
    let (width, height) = (size.width as usize, size.height as usize);
    after.copy_from_slice(before);
    for y in 1..height.saturating_sub(1) {
        for x in 1..width.saturating_sub(1) {
            let at = y * width + x;
            let around = before[at - 1] + before[at + 1] + before[at - width] + before[at + width];
            after[at] = before[at] + RATE * (around - 4.0 * before[at]);
        }
    }
}

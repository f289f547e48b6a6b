//! One measured row, and what it has to reach.

use serde::Serialize;

use super::super::common::{Failure, count};
use super::table;

/// Up to here a call is so short that a ratio says little.
const SMALL: usize = 1 << 12;
/// What `Auto` may take longer than the best single executor: seconds up to `SMALL`, and a ratio above.
const OVERHEAD_S: f64 = 2e-6;
const RATIO: f64 = 1.03;
/// What a split may take longer than its plan says.
const PREDICTION_RATIO: f64 = 1.15;

/// Times of one function at one size. Medians, in seconds.
#[derive(Serialize)]
pub(crate) struct Row {
    pub(crate) function: &'static str,
    pub(crate) n: usize,
    pub(crate) cpu_s: f64,
    pub(crate) gpu_s: Option<f64>,
    pub(crate) best_split: Option<Split>,
    pub(crate) auto_s: f64,
    /// What the planner chose, most often first.
    pub(crate) auto_chose: String,
    /// The faster of the CPU and, if `Auto` may choose it, the GPU.
    pub(crate) best_single: String,
    /// Medians over rounds.
    pub(crate) auto_over_best: f64,
    /// Of that ratio, lower and upper: how far the machine let it be known.
    pub(crate) quartiles: [f64; 2],
    pub(crate) auto_minus_best_s: f64,
    pub(crate) rounds: usize,
    /// Ways to run.
    pub(crate) candidates: usize,
    /// Results that were compared with the CPU's.
    pub(crate) checked: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) predictions: Vec<Prediction>,
}

/// A split and its time.
#[derive(Serialize)]
pub(crate) struct Split {
    /// The GPU's, as it was cut.
    pub(crate) share: f64,
    pub(crate) seconds: f64,
}

/// A plan's time against the clock's.
#[derive(Serialize)]
pub(crate) struct Prediction {
    pub(crate) placement: String,
    /// The GPU's, as it was cut.
    pub(crate) share: Option<f64>,
    pub(crate) predicted_s: f64,
    pub(crate) measured_s: f64,
    /// Median over rounds.
    pub(crate) measured_over_predicted: f64,
}

impl Row {
    /// Whether `Auto` is as fast as it has to be.
    pub(crate) fn reached(&self) -> bool {
        if self.n <= SMALL { self.auto_minus_best_s <= OVERHEAD_S } else { self.auto_over_best <= RATIO }
    }

    pub(crate) fn verdict(&self) -> &'static str {
        if self.reached() { "ok" } else { "SLOW" }
    }
}

impl Prediction {
    /// True for a split that takes longer than its plan allows.
    pub(crate) fn exceeded(&self) -> bool {
        self.share.is_some() && self.measured_over_predicted > PREDICTION_RATIO
    }
}

/// Fails with the rows that are not what they have to be.
pub(crate) fn assert(rows: &[Row]) -> Result<(), Failure> {
    let mut wrong = Vec::new();
    for row in rows {
        let name = format!("{} {}", row.function, table::length(row.n));
        if !row.reached() {
            let (ratio, more) = (row.auto_over_best, table::time(row.auto_minus_best_s));
            wrong.push(format!("{name}: auto takes {ratio:.3} of {}, {more} more", row.best_single));
        }
        for prediction in row.predictions.iter().filter(|prediction| prediction.exceeded()) {
            let (ratio, placement) = (prediction.measured_over_predicted, &prediction.placement);
            wrong.push(format!("{name}: {placement} takes {ratio:.2} of what its plan says"));
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::Check(format!("{} too long:\n  {}", count(wrong.len(), "time"), wrong.join("\n  "))))
}

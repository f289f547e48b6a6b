//! Comparison with statistics that something else has computed in float64.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;
use tilewright::Extremum;

use crate::common::Failure;
use crate::stats::{Bounded, Stats};

/// What the file holds of one column. The variance is that of the population.
#[derive(Debug, Deserialize)]
pub(crate) struct Expected {
    n: usize,
    sum: f64,
    mean: f64,
    variance: f64,
    min: f64,
    max: f64,
    cumsum_last: Option<f64>,
}

/// A JSON object of columns by name.
pub(crate) fn read(path: &Path) -> Result<HashMap<String, Expected>, Failure> {
    let fail = |what: String| Failure::Usage(format!("{}: {what}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| fail(error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| fail(error.to_string()))
}

impl Expected {
    /// The first disagreement, beyond the error bounds of `stats`.
    pub(crate) fn compare(&self, name: &str, stats: &Stats) -> Result<(), Failure> {
        // The oracle's own rounding, for a sum of float64 by pairs.
        let own = 32.0 * f64::EPSILON * (stats.count as f64).sqrt();
        let exact = |value: f64| Bounded { value, bound: 0.0 };
        let extremum = |found: Option<Extremum<f64>>| Bounded {
            value: found.map_or(f64::NAN, |found| found.value),
            bound: stats.given,
        };
        let mut all = vec![
            ("count", exact(stats.count as f64), self.n as f64, 0.0),
            ("sum", stats.sum, self.sum, own * self.sum.abs()),
            ("mean", stats.mean, self.mean, own * self.mean.abs()),
            ("variance", stats.variance, self.variance, own * self.variance),
            // serde_json reads numbers to within a unit in the last place.
            ("min", extremum(stats.min), self.min, f64::EPSILON * self.min.abs()),
            ("max", extremum(stats.max), self.max, f64::EPSILON * self.max.abs()),
        ];
        let last = stats.cumsum.as_ref().and_then(|sums| sums.last());
        if let (Some(&[high, low]), Some(expected)) = (last, self.cumsum_last) {
            let found = Bounded { value: f64::from(high) + f64::from(low), bound: stats.cumsum_bound };
            all.push(("last cumulative sum", found, expected, own * expected.abs()));
        }
        for (what, found, expected, own) in all {
            let allowed = found.bound + own;
            let error = (found.value - expected).abs();
            if error.is_nan() || error > allowed {
                let found = found.value;
                let what = format!("{name}: {what}: expected {expected} within {allowed:.1e}, found {found}");
                return Err(Failure::Check(what));
            }
        }
        Ok(())
    }
}

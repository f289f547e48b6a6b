//! How often a call is timed, and what is told of the times.

use std::time::{Duration, Instant};

/// Runs of a row that is given little time.
const LEAST_RUNS: usize = 5;
/// Runs after which a median is known well enough.
const MOST_RUNS: usize = 2000;

/// When to stop timing.
#[derive(Clone, Copy)]
pub struct Budget {
    pub seconds: f64,
    /// So many runs and no more or fewer, whatever time they take.
    pub runs: Option<usize>,
}

impl Budget {
    /// Whether a run after `done` runs that began at `start` is the last one.
    pub fn is_last(&self, done: usize, start: Instant) -> bool {
        match self.runs {
            Some(runs) => done + 1 >= runs,
            None => {
                let late = start.elapsed() >= Duration::from_secs_f64(self.seconds.max(0.0));
                done + 1 >= MOST_RUNS || (late && done + 1 >= LEAST_RUNS)
            }
        }
    }
}

/// Median and quartiles of the times of a row, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quartiles {
    pub median_us: f64,
    pub q1_us: f64,
    pub q3_us: f64,
    pub runs: usize,
}

impl Quartiles {
    /// Of some times; `None` where there is none.
    pub fn of(times: &[Duration]) -> Option<Self> {
        let mut us: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1e6).collect();
        us.sort_by(f64::total_cmp);
        let at = |share| quantile(&us, share);
        Some(Self { median_us: at(0.5)?, q1_us: at(0.25)?, q3_us: at(0.75)?, runs: us.len() })
    }
}

/// The value below which a share of the sorted values lies, linear between neighbours.
fn quantile(sorted: &[f64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = share * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn us(times: &[u64]) -> Vec<Duration> {
        times.iter().map(|time| Duration::from_micros(*time)).collect()
    }

    #[test]
    fn quartiles_lie_between_neighbours() {
        let quartiles = Quartiles::of(&us(&[4, 1, 3, 2])).unwrap();
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        assert!(near(quartiles.median_us, 2.5));
        assert!(near(quartiles.q1_us, 1.75));
        assert!(near(quartiles.q3_us, 3.25));
        assert_eq!(quartiles.runs, 4);
    }

    #[test]
    fn one_time_is_all_of_its_quartiles() {
        let quartiles = Quartiles::of(&us(&[7])).unwrap();
        assert_eq!((quartiles.q1_us, quartiles.q3_us), (quartiles.median_us, quartiles.median_us));
        assert_eq!(Quartiles::of(&[]), None);
    }

    #[test]
    fn a_budget_of_runs_is_kept_exactly() {
        let budget = Budget { seconds: 0.0, runs: Some(3) };
        let start = Instant::now();
        assert_eq!((0..3).map(|done| budget.is_last(done, start)).collect::<Vec<_>>(), [false, false, true]);
    }

    #[test]
    fn a_budget_of_no_time_still_gives_quartiles() {
        let budget = Budget { seconds: 0.0, runs: None };
        let start = Instant::now();
        assert_eq!((0..).find(|done| budget.is_last(*done, start)), Some(LEAST_RUNS - 1));
    }
}

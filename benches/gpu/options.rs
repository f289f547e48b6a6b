//! What the subcommands that measure can be told.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;

use crate::timing::{Budget, Trouble};

/// Sizes, time and output of a measuring subcommand.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// Rows go to this file as they are measured, and nowhere else.
    #[arg(long, default_value = "tilewright.csv")]
    pub(crate) out: PathBuf,
    /// Only adapters whose name contains this, in any case.
    #[arg(long)]
    pub(crate) adapter: Option<String>,
    /// Only cases whose name contains this.
    #[arg(long, default_value = "")]
    pub(crate) filter: String,
    /// The smallest number of elements, as a power of two.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(0..=30))]
    pub(crate) min_exp: u32,
    /// The largest.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(0..=30))]
    pub(crate) max_exp: u32,
    /// From one power to the next.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=30))]
    pub(crate) step: u32,
    /// 2^16 elements and three runs: shows that everything works, not how fast it is.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Seconds of timed runs a row.
    #[arg(long, default_value_t = 0.5)]
    pub(crate) seconds_per_row: f64,
    /// Seconds after which no row is begun, each of those left out is named.
    #[arg(long)]
    pub(crate) deadline: Option<f64>,
}

impl Options {
    /// Numbers of elements, from the smallest.
    pub(crate) fn sizes(&self) -> Vec<u64> {
        if self.quick {
            return vec![1 << 16];
        }
        (self.min_exp..=self.max_exp).step_by(self.step as usize).map(|exp| 1 << exp).collect()
    }

    pub(crate) fn budget(&self) -> Budget {
        if self.quick {
            return Budget { seconds: 0.0, runs: [3, 3] };
        }
        Budget { seconds: self.seconds_per_row, runs: [5, 2000] }
    }

    /// The time that is left from here on.
    pub(crate) fn deadline(&self) -> Deadline {
        Deadline::after(self.deadline)
    }
}

/// When no further row is to be begun, if ever.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// So many seconds from now, if any.
    pub(crate) fn after(seconds: Option<f64>) -> Self {
        Self(seconds.map(|seconds| Instant::now() + Duration::from_secs_f64(seconds.clamp(0.0, 1e9))))
    }

    /// Seconds until then: none when it has passed, and endless if there is no end.
    pub(crate) fn left(self) -> f64 {
        let left = |end: Instant| end.saturating_duration_since(Instant::now()).as_secs_f64();
        self.0.map_or(f64::INFINITY, left)
    }

    /// An error when it has passed.
    pub(crate) fn check(self) -> Result<(), Trouble> {
        match self.0 {
            Some(end) if Instant::now() >= end => Err(Trouble::Cannot("the time is over".into())),
            _ => Ok(()),
        }
    }
}

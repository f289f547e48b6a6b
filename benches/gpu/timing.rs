//! Timed runs: the first is checked, some warm up, many are timed, one after them is checked.
//!
//! Runs that are checked are not timed: they come after poison, which leaves caches and clocks as no other run finds them.

use std::time::Instant;

use crate::stats::{Summary, summary};

/// How long a row may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget {
    /// Seconds of timed runs; 0 for a row that shows that everything works, which needs no warm-up either.
    pub(crate) seconds: f64,
    /// Timed runs, at least and at most.
    pub(crate) runs: [usize; 2],
}

/// Why there is no time, or no right result.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// It cannot run here: the row is skipped.
    Cannot(String),
    /// It ran into what should not happen.
    Failed(String),
}

/// A part of the seconds of a row goes to runs that warm up clocks and caches.
const WARM_UP: f64 = 0.2;

/// Seconds that these runs take at least, where rows take any: the clocks of a GPU that has idled while the host computed
/// what is right need some tens of milliseconds.
const WARM_UP_LEAST: f64 = 0.06;

/// Something that can be run again and again.
pub(crate) trait Call {
    /// What a run gives.
    type Result;

    /// Sets of inputs that runs take in turn: run `index` takes `index % sets`.
    fn sets(&self) -> usize;
    /// Makes results of earlier runs useless, so that they cannot pass for those of the next one, which is of the first set.
    fn poison(&mut self) -> Result<(), Trouble>;
    /// Run `index`: its microseconds and its result.
    fn run(&mut self, index: usize) -> Result<(f64, Self::Result), Trouble>;
    /// What is wrong with the result of run `index`.
    fn check(&mut self, index: usize, result: Self::Result) -> Result<Result<(), String>, Trouble>;
}

/// Times of a call, and what was wrong with its results, if anything was.
pub(crate) fn measure<C: Call>(
    call: &mut C,
    budget: Budget,
) -> Result<(Summary, Result<(), String>), Trouble> {
    call.poison()?;
    let (_, first) = call.run(0)?;
    let mut checked = call.check(0, first)?;
    let mut index = 1;
    let warm_up = if budget.seconds > 0.0 { WARM_UP_LEAST.max(WARM_UP * budget.seconds) } else { 0.0 };
    let began = Instant::now();
    while index < 3 || began.elapsed().as_secs_f64() < warm_up {
        drop(call.run(index)?);
        index += 1;
    }
    let mut samples = Vec::new();
    let began = Instant::now();
    let [least, most] = budget.runs;
    while samples.len() < least || (samples.len() < most && began.elapsed().as_secs_f64() < budget.seconds) {
        // A result goes before the next run, which may use its memory again.
        let (us, _) = call.run(index)?;
        samples.push(us);
        index += 1;
    }
    call.poison()?;
    // Of the first set again: what is right for long inputs takes as long to compute as many runs.
    index = index.next_multiple_of(call.sets().max(1));
    let (_, last) = call.run(index)?;
    if checked.is_ok() {
        checked = call.check(index, last)?;
    }
    let summary = summary(&samples).ok_or_else(|| Trouble::Failed("no run was timed".into()))?;
    Ok((summary, checked))
}

/// Microseconds on the host's clock.
pub(crate) fn us_since(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e6
}

//! What became of a scenario.

use serde::Serialize;

use super::scenario::FaultKind;
use crate::plan::{Choice, Executor};

/// Something that happened in a call, with its virtual time.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// The call, from 1.
    pub run: usize,
    /// Seconds since the call began.
    pub at_s: f64,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventKind {
    /// A chunk was begun.
    Began {
        /// By whom.
        executor: Executor,
        /// Its first element.
        start: usize,
        /// Behind its last.
        end: usize,
    },
    /// A chunk was committed.
    Committed {
        /// By whom.
        executor: Executor,
        /// Its first element.
        start: usize,
        /// Behind its last.
        end: usize,
    },
    /// A result came too late, and was thrown away.
    Stale {
        /// Its first element.
        start: usize,
    },
    /// The device is open and its pipelines are compiled.
    Ready,
    /// Something went wrong.
    Fault {
        /// What the scenario asked for; [`FaultKind::OutOfMemory`] also where a chunk was larger than the memory.
        fault: FaultKind,
        /// What the executor reported.
        message: String,
    },
}

/// One call of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct CallOutcome {
    /// Seconds that the call took.
    pub seconds: f64,
    /// Seconds that were predicted.
    pub predicted_s: f64,
    /// Seconds of the best static split, in hindsight; the singles are among them.
    pub oracle_s: f64,
    /// Seconds of the better single executor.
    pub best_single_s: f64,
    /// Seconds of the CPU alone.
    pub cpu_s: f64,
    /// Share of the elements of the device, in the best static split.
    pub oracle_share: f64,
    /// What was planned.
    pub choice: Choice,
    /// Share of the elements that the device did.
    pub gpu_share: f64,
    /// Chunks committed.
    pub chunks: usize,
    /// Faults survived.
    pub faults: usize,
    /// Seconds that were spent to learn.
    pub explored_s: f64,
    /// True when every element was committed once and the result has the oracle's bits.
    pub correct: bool,
}

impl CallOutcome {
    /// The oracle's time over the call's: 1 is as good as the best static split, above 1 better.
    pub fn efficiency(&self) -> f64 {
        self.oracle_s / self.seconds
    }

    /// The better single executor's time over the call's.
    pub fn against_best_single(&self) -> f64 {
        self.best_single_s / self.seconds
    }
}

/// A scenario, played.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// The scenario's name.
    pub name: String,
    /// The seed of its noise.
    pub seed: u64,
    /// Faults that the scenario asks for. One for a chunk that is never begun does not happen.
    pub scripted_faults: usize,
    /// Its calls, in order.
    pub calls: Vec<CallOutcome>,
    /// Seconds of exploration over seconds of all calls.
    pub exploration_share: f64,
    /// Everything that happened.
    pub trace: Vec<Event>,
}

impl Outcome {
    /// A call, from 1; `None` when there are fewer.
    pub fn call(&self, run: usize) -> Option<&CallOutcome> {
        self.calls.get(run.checked_sub(1)?)
    }

    /// Chunks committed in all calls.
    pub fn chunks(&self) -> usize {
        self.calls.iter().map(|call| call.chunks).sum()
    }

    /// True when every call was.
    pub fn is_correct(&self) -> bool {
        self.calls.iter().all(|call| call.correct)
    }

    /// Faults survived in all calls.
    pub fn faults(&self) -> usize {
        self.calls.iter().map(|call| call.faults).sum()
    }
}

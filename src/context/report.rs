//! What a call did.

mod executors;
mod text;

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

pub(crate) use self::executors::Actual;
pub use self::executors::{ChunkReport, ExecutorReport};
pub use self::text::ReportWithoutTimes;

use crate::plan::{Executor, Plan, pretty};

/// Something that went wrong on the way and was made good.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Incident {
    /// Where: the adapter's name.
    pub executor: String,
    /// What happened.
    pub fault: String,
    /// What was done about it.
    pub action: String,
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.executor, self.fault, self.action)
    }
}

/// The report of one terminal call. Prints itself; [`Report::without_times`] prints what does not vary from run to run.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Report {
    /// What was planned.
    pub plan: Plan,
    /// How long the call took, from plan to result.
    pub elapsed: Duration,
    /// What each executor that took part did, the GPU first. Elements of a kernel are invocations.
    pub executors: Vec<ExecutorReport>,
    /// Faults that were made good, in order.
    pub incidents: Vec<Incident>,
    /// What the user should know beyond that, and the plan did not.
    pub notes: Vec<String>,
}

impl Report {
    pub(crate) fn new(plan: Plan, elapsed: Duration, incidents: Vec<Incident>) -> Self {
        Self { plan, elapsed, executors: Vec::new(), incidents, notes: Vec::new() }
    }

    /// With what the executors did.
    pub(crate) fn with_actual(mut self, actual: &Actual) -> Self {
        self.executors = ExecutorReport::of(&self.plan, actual);
        self
    }

    /// With what there is to note that the plan does not say already.
    pub(crate) fn with_notes(mut self, notes: Vec<String>) -> Self {
        let said = &self.plan.notes;
        self.notes.extend(notes.into_iter().filter(|note| !said.contains(note)));
        self
    }

    /// What an executor did; `None` if it did nothing.
    pub fn executor(&self, executor: Executor) -> Option<&ExecutorReport> {
        self.executors.iter().find(|report| report.executor == executor)
    }

    /// Actual time by predicted time, less 1: 0.03 for a call that took 3% longer. `None` where nothing was predicted.
    pub fn prediction_error(&self) -> Option<f64> {
        let predicted_s = self.plan.predicted.expected;
        let error = self.elapsed.as_secs_f64() / predicted_s - 1.0;
        (predicted_s > 0.0 && error.is_finite()).then_some(error)
    }

    /// Share of the elements that the GPU did, which may differ from what was planned; `None` where that is not known.
    pub fn gpu_share(&self) -> Option<f64> {
        let all: usize = self.executors.iter().map(|report| report.elements).sum();
        let gpu = self.executor(Executor::Gpu).map_or(0, |report| report.elements);
        (all > 0).then(|| gpu as f64 / all as f64)
    }

    /// Bytes moved to the device.
    pub fn bytes_up(&self) -> u64 {
        self.executors.iter().map(|report| report.bytes_up).sum()
    }

    /// Bytes moved from the device.
    pub fn bytes_down(&self) -> u64 {
        self.executors.iter().map(|report| report.bytes_down).sum()
    }

    /// The report as JSON, indented. Times are in seconds, sizes in bytes; a number that is not known is `null`.
    ///
    /// ```text
    /// version            1
    /// plan               as in `Plan::to_json`
    /// took_s             from plan to result
    /// prediction_error   actual / predicted - 1, or null
    /// gpu_share          share of the elements that the GPU did, or null
    /// bytes_up, bytes_down
    /// executors          [{"executor": "gpu", "name": ..., "elements": n, "busy_s": s, "open_s", "compile_s", "upload_s",
    ///                      "kernel_s", "download_s": s or null, "bytes_up", "bytes_down": n,
    ///                      "chunks": [{"range": {"start": n, "end": n}, "began_s", "ended_s": s from the call's start,
    ///                                  "shared": share of its time in which the other executor was at work}]}]
    /// incidents          [{"executor": ..., "fault": ..., "action": ...}]
    /// notes              texts
    /// ```
    pub fn to_json(&self) -> String {
        pretty(self)
    }

    /// The report without times and other numbers that vary from run to run, for tests that compare text.
    pub fn without_times(&self) -> ReportWithoutTimes<'_> {
        ReportWithoutTimes(self)
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Whole<'a> {
            plan: &'a Plan,
            took_s: f64,
            prediction_error: Option<f64>,
            gpu_share: Option<f64>,
            bytes_up: u64,
            bytes_down: u64,
            executors: &'a [ExecutorReport],
            incidents: &'a [Incident],
            notes: &'a [String],
        }
        let whole = Whole {
            plan: &self.plan,
            took_s: self.elapsed.as_secs_f64(),
            prediction_error: self.prediction_error(),
            gpu_share: self.gpu_share(),
            bytes_up: self.bytes_up(),
            bytes_down: self.bytes_down(),
            executors: &self.executors,
            incidents: &self.incidents,
            notes: &self.notes,
        };
        whole.serialize(serializer)
    }
}

#[cfg(test)]
mod tests;

//! What a call did.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use super::execute::Planned;
use crate::plan::{Executor, Plan};
use crate::run::{Call, Chunk};

/// Something that went wrong on the way and was made good.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// The report of one terminal call.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Report {
    /// What was planned.
    pub plan: Plan,
    /// How long the call took, from plan to result.
    pub elapsed: Duration,
    /// Faults that were made good, in order.
    pub incidents: Vec<Incident>,
    /// What happened when.
    #[cfg_attr(not(test), expect(dead_code, reason = "reports show it in time"))]
    pub(crate) actual: Actual,
}

/// What happened when, in a call. Empty for kernels.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Actual {
    /// What was committed, in order.
    pub(crate) chunks: Vec<ChunkTimes>,
    /// Seconds that opening the device took, if the call did that.
    pub(crate) open_s: Option<f64>,
    /// Seconds that compiling for the device took, if the call did that.
    pub(crate) compile_s: Option<f64>,
    /// Bytes sent to the device.
    pub(crate) uploaded_bytes: u64,
    /// Bytes brought back from it.
    pub(crate) downloaded_bytes: u64,
}

/// A chunk, in seconds from the beginning of the call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ChunkTimes {
    pub(crate) executor: Executor,
    pub(crate) range: Range<usize>,
    pub(crate) began_s: f64,
    pub(crate) ended_s: f64,
    /// Share of its time in which the other executor was at work.
    pub(crate) shared: f64,
}

impl Actual {
    /// Of a call that ran in chunks.
    pub(super) fn of(call: &Call, planned: &Planned, open_s: Option<f64>, compile_s: Option<f64>) -> Self {
        let times = |chunk: &Chunk| ChunkTimes {
            executor: chunk.executor,
            range: chunk.range.clone(),
            began_s: chunk.began_s,
            ended_s: chunk.ended_s,
            shared: chunk.shared,
        };
        let chunks: Vec<ChunkTimes> = call.chunks().iter().map(times).collect();
        let of_gpu = chunks.iter().filter(|chunk| chunk.executor == Executor::Gpu);
        let elements: u64 = of_gpu.map(|chunk| chunk.range.len() as u64).sum();
        let shape = &planned.shape;
        Self {
            chunks,
            open_s,
            compile_s,
            uploaded_bytes: elements.saturating_mul(u64::from(shape.host_bytes)),
            downloaded_bytes: elements.saturating_mul(u64::from(shape.output_bytes)),
        }
    }

    /// Of a call that one executor ran whole.
    pub(super) fn whole(executor: Executor, len: usize, ended_s: f64) -> Self {
        let chunk = ChunkTimes { executor, range: 0..len, began_s: 0.0, ended_s, shared: 0.0 };
        Self { chunks: vec![chunk], ..Self::default() }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.plan)?;
        write!(f, "took {:.3} ms", self.elapsed.as_secs_f64() * 1e3)?;
        for incident in &self.incidents {
            write!(f, "\nincident: {incident}")?;
        }
        Ok(())
    }
}

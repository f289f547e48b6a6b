//! What each executor did: its chunks, how long they and the phases around them took, what was moved.

use std::ops::Range;

use serde::Serialize;

use crate::plan::{Executor, Plan, Shape};
use crate::run::{Call, Chunk};

/// A chunk that an executor ran.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChunkReport {
    /// Its elements.
    pub range: Range<usize>,
    /// When it began, in seconds from the start of the call.
    pub began_s: f64,
    /// When its results were there.
    pub ended_s: f64,
    /// Share of its time in which the other executor was at work too.
    pub shared: f64,
}

/// What one executor did in a call.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ExecutorReport {
    /// Which.
    pub executor: Executor,
    /// `cpu`, or the adapter's name.
    pub name: String,
    /// Elements that it did.
    pub elements: usize,
    /// Seconds at work: in which at least one chunk was under way.
    pub busy_s: f64,
    /// Seconds to open the device, if this call did that.
    pub open_s: Option<f64>,
    /// Seconds to compile pipelines, if this call did that.
    pub compile_s: Option<f64>,
    /// Seconds in which data went to the device, where that is known.
    pub upload_s: Option<f64>,
    /// Seconds in which the device computed, where that is known.
    pub kernel_s: Option<f64>,
    /// Seconds in which data came from the device, where that is known.
    pub download_s: Option<f64>,
    /// Bytes moved to the device.
    pub bytes_up: u64,
    /// Bytes moved from the device.
    pub bytes_down: u64,
    /// Its chunks, in the order in which they ended.
    pub chunks: Vec<ChunkReport>,
}

/// What happened when, in a call, as whoever ran it knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Actual {
    /// What was committed, in order.
    pub(crate) chunks: Vec<ChunkTimes>,
    /// Seconds that opening the device took, if the call did that.
    pub(crate) open_s: Option<f64>,
    /// Seconds that compiling for the device took, if the call did that.
    pub(crate) compile_s: Option<f64>,
    /// Seconds of transfers to the device, where they were timed.
    pub(crate) upload_s: Option<f64>,
    /// Seconds in which the device computed, where that was timed.
    pub(crate) kernel_s: Option<f64>,
    /// Seconds of transfers from the device, where they were timed.
    pub(crate) download_s: Option<f64>,
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
    /// What a call did. Bytes are those of sources on the host and of results: what a device brings besides, as aggregates of
    /// tiles, is too little to count.
    pub(crate) fn of(call: &Call, shape: &Shape, open_s: Option<f64>, compile_s: Option<f64>) -> Self {
        let chunks = Self::chunks_of(call);
        let of_gpu = chunks.iter().filter(|chunk| chunk.executor == Executor::Gpu);
        let elements: u64 = of_gpu.map(|chunk| chunk.range.len() as u64).sum();
        Self {
            chunks,
            open_s,
            compile_s,
            uploaded_bytes: elements.saturating_mul(u64::from(shape.host_bytes)),
            downloaded_bytes: elements.saturating_mul(u64::from(shape.output_bytes)),
            ..Self::default()
        }
    }

    /// Of a call that one executor ran whole.
    pub(crate) fn whole(executor: Executor, len: usize, ended_s: f64) -> Self {
        let chunk = ChunkTimes { executor, range: 0..len, began_s: 0.0, ended_s, shared: 0.0 };
        Self { chunks: vec![chunk], ..Self::default() }
    }

    /// The chunks of a call.
    pub(crate) fn chunks_of(call: &Call) -> Vec<ChunkTimes> {
        let times = |chunk: &Chunk| ChunkTimes {
            executor: chunk.executor,
            range: chunk.range.clone(),
            began_s: chunk.began_s,
            ended_s: chunk.ended_s,
            shared: chunk.shared,
        };
        call.chunks().iter().map(times).collect()
    }
}

impl ExecutorReport {
    /// Those that took part, the GPU first. A device that was opened and did nothing took part.
    pub(crate) fn of(plan: &Plan, actual: &Actual) -> Vec<Self> {
        let one = |executor| {
            let own = actual.chunks.iter().filter(|chunk| chunk.executor == executor);
            let chunks: Vec<ChunkReport> = own
                .map(|chunk| ChunkReport {
                    range: chunk.range.clone(),
                    began_s: chunk.began_s,
                    ended_s: chunk.ended_s,
                    shared: chunk.shared,
                })
                .collect();
            let nothing = Actual::default();
            let (name, phases) = match executor {
                Executor::Cpu => ("cpu".to_owned(), &nothing),
                Executor::Gpu => (plan.adapter.clone().unwrap_or_else(|| "gpu".into()), actual),
            };
            Self {
                executor,
                name,
                elements: chunks.iter().map(|chunk| chunk.range.len()).sum(),
                busy_s: covered_s(&chunks),
                open_s: phases.open_s,
                compile_s: phases.compile_s,
                upload_s: phases.upload_s,
                kernel_s: phases.kernel_s,
                download_s: phases.download_s,
                bytes_up: phases.uploaded_bytes,
                bytes_down: phases.downloaded_bytes,
                chunks,
            }
        };
        let took_part = |report: &Self| !report.chunks.is_empty() || report.open_s.is_some();
        [one(Executor::Gpu), one(Executor::Cpu)].into_iter().filter(took_part).collect()
    }
}

/// Seconds that chunks cover together: those of a device may overlap.
pub(super) fn covered_s(chunks: &[ChunkReport]) -> f64 {
    let mut spans: Vec<(f64, f64)> = chunks.iter().map(|chunk| (chunk.began_s, chunk.ended_s)).collect();
    spans.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut covered_s, mut until_s) = (0.0, f64::NEG_INFINITY);
    for (began_s, ended_s) in spans {
        covered_s += (ended_s - began_s.max(until_s)).max(0.0);
        until_s = until_s.max(ended_s);
    }
    covered_s
}

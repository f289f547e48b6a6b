//! What ran when, and where: an optional recorder of spans, and the pictures made of them.
//!
//! Nothing is recorded unless a context was given a [`Timeline`]. What is recorded is bounded: a full timeline counts what
//! it turns away. The recorder knows of no executor; those name themselves, and the kind of a span says which of their lanes
//! it is on.

mod rows;
mod scope;
mod span;
mod svg;
#[cfg(test)]
mod tests;
mod trace;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

pub(crate) use scope::{current, scope};
pub(crate) use span::OpenSpan;
pub use span::{Span, SpanClock, SpanKind};

use crate::error::{Error, Result};

/// Spans that a timeline keeps, unless it was made with another capacity: about 8 MB.
const CAPACITY: usize = 1 << 16;

/// A recorder of spans: what was uploaded, computed, downloaded, compiled and opened, when, and on which executor. Clones
/// record into the same timeline.
///
/// A context records into it after [`Context::with_timeline`](crate::Context::with_timeline); other clones of the context
/// do not, and cost nothing. Times of kernels are the device's own, where it has timestamp queries; they are put on the
/// host's clock, within the time between submission and completion.
///
/// ```
/// use tilewright::prelude::*;
/// use tilewright::{SpanKind, Timeline};
///
/// let timeline = Timeline::new();
/// let cx = Context::builder().placement(Placement::Cpu).build()?.with_timeline(&timeline);
/// let xs = vec![1.0f32; 10_000];
/// assert_eq!(cx.view(&xs).reduce(Sum)?, 10_000.0);
///
/// let spans = timeline.spans();
/// assert!(spans.iter().all(|span| span.kind == SpanKind::Chunk && span.lane() == "cpu"));
/// assert_eq!(spans[0].elements, Some(0..10_000));
///
/// let folder = std::env::temp_dir();
/// // For https://ui.perfetto.dev or chrome://tracing, and for people.
/// timeline.write_trace(folder.join("tilewright-doc.json"))?;
/// timeline.write_svg(folder.join("tilewright-doc.svg"))?;
/// # for name in ["tilewright-doc.json", "tilewright-doc.svg"] { let _ = std::fs::remove_file(folder.join(name)); }
/// # Ok::<(), tilewright::Error>(())
/// ```
#[derive(Clone)]
pub struct Timeline {
    shared: Arc<Shared>,
}

/// What clones share.
struct Shared {
    origin: Instant,
    capacity: usize,
    cpu: Arc<str>,
    store: Mutex<Store>,
}

#[derive(Default)]
struct Store {
    spans: Vec<Span>,
    dropped: u64,
}

impl Timeline {
    /// An empty timeline that keeps 65,536 spans (about 8 MB); time is counted from here.
    pub fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    /// An empty timeline that keeps the first `spans` spans; later ones are counted by [`dropped`](Self::dropped).
    pub fn with_capacity(spans: usize) -> Self {
        let store = Mutex::default();
        let shared = Shared { origin: Instant::now(), capacity: spans, cpu: "cpu".into(), store };
        Self { shared: Arc::new(shared) }
    }

    /// What was recorded, by start.
    pub fn spans(&self) -> Vec<Span> {
        let mut spans = self.store().spans.clone();
        spans.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        spans
    }

    /// Spans that were turned away because the timeline was full.
    pub fn dropped(&self) -> u64 {
        self.store().dropped
    }

    /// Forgets what was recorded, and what was turned away. Time goes on from the same origin.
    pub fn clear(&self) {
        *self.store() = Store::default();
    }

    /// The spans in the Trace Event Format of Chrome, which Perfetto reads too: complete events, in microseconds, with an
    /// executor as a process and its lanes as threads. Spans of a lane that overlap, as those of calls from several threads
    /// do, are on several threads.
    pub fn to_trace_json(&self) -> String {
        trace::json(&self.spans(), self.dropped())
    }

    /// The spans as a picture: SVG without scripts or references, one row for each lane, with the details of a span as its
    /// tooltip. Neighbours that are too close to be told apart are drawn as one, so that the picture stays small.
    pub fn to_svg(&self) -> String {
        svg::picture(&self.spans(), self.dropped())
    }

    /// Writes [`to_trace_json`](Self::to_trace_json) to a file.
    ///
    /// # Errors
    ///
    /// [`Error::System`] when the file cannot be written.
    pub fn write_trace(&self, path: impl AsRef<Path>) -> Result<()> {
        write(path.as_ref(), &self.to_trace_json())
    }

    /// Writes [`to_svg`](Self::to_svg) to a file.
    ///
    /// # Errors
    ///
    /// [`Error::System`] when the file cannot be written.
    pub fn write_svg(&self, path: impl AsRef<Path>) -> Result<()> {
        write(path.as_ref(), &self.to_svg())
    }

    /// Seconds from the origin to an instant; 0 for what was before.
    pub(crate) fn at(&self, instant: Instant) -> f64 {
        instant.saturating_duration_since(self.shared.origin).as_secs_f64()
    }

    /// Seconds from the origin to now.
    pub(crate) fn now(&self) -> f64 {
        self.at(Instant::now())
    }

    /// The CPU, as an executor.
    pub(crate) fn cpu(&self) -> &Arc<str> {
        &self.shared.cpu
    }

    /// Begins a span, which is recorded when the value that is returned goes.
    pub(crate) fn span(&self, kind: SpanKind, executor: &Arc<str>) -> OpenSpan {
        let now = self.now();
        OpenSpan::new(self.clone(), Span::new(kind, executor, now..now))
    }

    /// Records a span whose times are known.
    pub(crate) fn record(&self, span: Span) {
        let mut store = self.store();
        if store.spans.len() < self.shared.capacity {
            store.spans.push(span);
        } else {
            store.dropped += 1;
        }
    }

    /// Counts spans that could not even be measured.
    pub(crate) fn lose(&self, spans: u64) {
        self.store().dropped += spans;
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        // Every change leaves the store whole, whatever another thread's panic left behind.
        self.shared.store.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Default for Timeline {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Timeline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let store = self.store();
        f.debug_struct("Timeline")
            .field("spans", &store.spans.len())
            .field("dropped", &store.dropped)
            .finish()
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).map_err(|error| Error::System {
        what: format!("write the timeline to `{}`", path.display()),
        reason: error.to_string(),
    })
}

//! What a context records: chunks of the CPU, and the device with the timeline of the call.

use std::ops::Range;
use std::sync::Arc;

use super::Context;
use crate::error::Result;
use crate::gpu::Gpu;
use crate::run::Job;
use crate::timeline::{self, OpenSpan, SpanKind, Timeline};

impl Context {
    /// The same context, whose calls record into `timeline`.
    ///
    /// Results do not change. A call takes a few microseconds more for each chunk that it hands to an executor.
    #[must_use]
    pub fn with_timeline(&self, timeline: &Timeline) -> Self {
        Self { timeline: Some(timeline.clone()), ..self.clone() }
    }

    /// The open device, whose jobs record what they do if this context does; opened by the first call.
    pub(super) fn gpu(&self) -> Result<Arc<Gpu>> {
        let _entered = self.timeline.as_ref().map(Timeline::enter);
        let gpu = self.shared.devices.open(self.threads())?;
        Ok(match &self.timeline {
            None => gpu,
            Some(timeline) => Arc::new(gpu.with_timeline(timeline)),
        })
    }

    /// A job that records what it does if this context does.
    pub(super) fn timed<'a, T: 'a>(&self, job: Job<'a, T>) -> Job<'a, T> {
        match &self.timeline {
            None => job,
            Some(timeline) => Box::pin(timeline::scope(timeline, job)),
        }
    }

    /// Begins the span of a chunk on the CPU, which ends when the value that is returned goes.
    pub(super) fn cpu_chunk(&self, elements: &Range<usize>) -> Chunk {
        let _span = tracing::debug_span!("chunk", executor = "cpu", ?elements);
        Chunk { _open: self.open_chunk().map(|open| open.elements(elements.clone())), _span }
    }

    /// Runs a chunk on the CPU.
    pub(super) fn on_cpu_lane<T>(&self, elements: Range<usize>, run: impl FnOnce() -> T) -> T {
        let _chunk = self.cpu_chunk(&elements);
        run()
    }

    /// Begins the span of a kernel, or a part of one, on the CPU.
    pub(super) fn cpu_kernel(&self, name: &str) -> Chunk {
        let _span = tracing::debug_span!("chunk", executor = "cpu", kernel = name);
        Chunk { _open: self.open_chunk().map(|open| open.name(name.to_owned())), _span }
    }

    fn open_chunk(&self) -> Option<OpenSpan> {
        self.timeline.as_ref().map(|timeline| timeline.span(SpanKind::Chunk, timeline.cpu()))
    }
}

/// A chunk under way.
#[must_use = "ends at once if it is not kept"]
pub(super) struct Chunk {
    _open: Option<OpenSpan>,
    _span: tracing::Span,
}

//! A span: one thing that an executor did.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::Timeline;

/// What was done. The order is that of the lanes of an executor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SpanKind {
    /// A range of elements, from being handed to an executor to its results being there.
    Chunk,
    /// A device was opened. Short runs that probe and measure it follow, on its other lanes.
    Open,
    /// Code was made for an executor.
    Compile,
    /// Commands of a device were recorded and submitted, with the uploads on the way.
    Record,
    /// The host wrote to memory of a device, or to a buffer that is copied from there.
    Upload,
    /// A device filled its own memory: with what the host had written, or with zeros.
    CopyIn,
    /// A device computed.
    Kernel,
    /// A device copied results to where the host can read them.
    CopyOut,
    /// The host waited for results that were computed, and read them.
    Download,
}

impl SpanKind {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chunk => "chunk",
            Self::Open => "open",
            Self::Compile => "compile",
            Self::Record => "record",
            Self::Upload => "upload",
            Self::CopyIn => "copy in",
            Self::Kernel => "kernel",
            Self::CopyOut => "copy out",
            Self::Download => "download",
        }
    }

    /// The lane of an executor on which spans of this kind are. The CPU's chunks are on the lane of the executor itself.
    pub(super) fn track(self) -> &'static str {
        match self {
            // One after the other on the thread that calls.
            Self::Open | Self::Compile | Self::Record => "host",
            _ => self.name(),
        }
    }

    /// What is measured by the clock of a device, where that can be read.
    pub(super) fn is_of_device(self) -> bool {
        matches!(self, Self::CopyIn | Self::Kernel | Self::CopyOut)
    }
}

/// Where the times of a span come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpanClock {
    /// The host. A kernel's span is then from submission to completion, copies included.
    Host,
    /// Timestamp queries of the device.
    Device,
}

/// One thing that an executor did.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Span {
    /// `cpu`, or the name of an adapter.
    pub executor: Arc<str>,
    /// What was done.
    pub kind: SpanKind,
    /// Its name: that of a pass or an entry point, else of the kind.
    pub name: Cow<'static, str>,
    /// When it began, in seconds from the start of the timeline.
    pub start_s: f64,
    /// When it ended, in seconds from the start of the timeline; not before it began.
    pub end_s: f64,
    /// The elements that it was about, where that is known.
    pub elements: Option<Range<usize>>,
    /// The bytes that it moved, of a kernel those that it was given to read and write, where that is known.
    pub bytes: Option<u64>,
    /// Where the times come from.
    pub clock: SpanClock,
}

impl Span {
    pub(crate) fn new(kind: SpanKind, executor: &Arc<str>, seconds: Range<f64>) -> Self {
        Self {
            executor: Arc::clone(executor),
            kind,
            name: kind.name().into(),
            start_s: seconds.start,
            end_s: seconds.end.max(seconds.start),
            elements: None,
            bytes: None,
            clock: SpanClock::Host,
        }
    }

    /// The lane: `cpu` for chunks of the CPU, else the executor and what the lane holds, as in `llvmpipe upload`.
    pub fn lane(&self) -> String {
        match (&*self.executor, self.kind) {
            ("cpu", SpanKind::Chunk) => "cpu".to_owned(),
            (executor, kind) => format!("{executor} {}", kind.track()),
        }
    }
}

/// A span that has begun; recorded when it is dropped.
#[must_use = "ends at once if it is not kept"]
pub(crate) struct OpenSpan {
    timeline: Timeline,
    span: Option<Span>,
}

impl OpenSpan {
    pub(super) fn new(timeline: Timeline, span: Span) -> Self {
        Self { timeline, span: Some(span) }
    }

    /// With the elements that it is about.
    pub(crate) fn elements(self, elements: Range<usize>) -> Self {
        self.with(|span| span.elements = Some(elements))
    }

    /// With the elements that it is about, where they are known, and the bytes that it moves.
    pub(crate) fn about(self, elements: Option<Range<usize>>, bytes: u64) -> Self {
        self.with(|span| (span.elements, span.bytes) = (elements, Some(bytes)))
    }

    /// With a name of its own.
    pub(crate) fn name(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.with(|span| span.name = name.into())
    }

    /// As if it had begun later: at `seconds`, if that is not over.
    pub(crate) fn not_before(self, seconds: f64) -> Self {
        self.with(|span| span.start_s = span.start_s.max(seconds))
    }

    fn with(mut self, set: impl FnOnce(&mut Span)) -> Self {
        if let Some(span) = &mut self.span {
            set(span);
        }
        self
    }
}

impl Drop for OpenSpan {
    fn drop(&mut self) {
        if let Some(mut span) = self.span.take() {
            span.end_s = self.timeline.now();
            span.start_s = span.start_s.min(span.end_s);
            self.timeline.record(span);
        }
    }
}

//! Commands in the making, and what a timeline is to know of them.
//!
//! An encoder is that of wgpu, which it dereferences to. Passes and copies that a timeline shows go through methods of its
//! own, which measure them if the call that is under way has a timeline.

use std::ops::{Deref, DerefMut, Range};
use std::sync::{Arc, OnceLock};

use super::device::Device;
use super::timing::{Noted, Watch};
use crate::timeline::{self, OpenSpan, SpanKind, Timeline};

/// The commands of one submission.
pub(super) struct Encoder {
    raw: wgpu::CommandEncoder,
    watch: Option<Box<Watch>>,
    covered: Covered,
}

/// What a pass or a submission is about.
#[derive(Debug, Clone, Default)]
pub(super) struct Covered {
    /// Elements, where a pass is over elements.
    pub(super) elements: Option<Range<usize>>,
    /// Bytes that are bound.
    pub(super) bytes: u64,
}

/// What a device was given to do.
pub(super) struct Submission {
    pub(super) index: wgpu::SubmissionIndex,
    /// The elements of its passes.
    elements: Option<Range<usize>>,
    timed: Option<Timed>,
    /// Open for as long as the submission is waited for.
    _span: tracing::Span,
}

/// A submission that a timeline watches.
pub(super) struct Timed {
    pub(super) timeline: Timeline,
    /// When the last kernel was done, once that is known.
    pub(super) done: Arc<OnceLock<f64>>,
}

impl Device {
    /// A new encoder.
    pub(super) fn encoder(&self) -> Encoder {
        let watch = timeline::current().and_then(|timeline| self.watched(timeline));
        let descriptor = wgpu::CommandEncoderDescriptor { label: Some("tilewright") };
        let raw = self.raw.create_command_encoder(&descriptor);
        Encoder { raw, watch, covered: Covered::default() }
    }

    /// Begins to wait for `bytes` of results of a submission, and to read them; both end when the value that is returned goes.
    pub(super) fn download(&self, submission: &Submission, bytes: u64) -> Download {
        let Submission { elements, timed, .. } = submission;
        let _span = tracing::debug_span!("download", ?elements, bytes);
        let timed = timed.as_ref().filter(|_| bytes > 0);
        let open = timed.map(|timed| {
            let open = timed.timeline.span(SpanKind::Download, &self.lane).about(elements.clone(), bytes);
            (open, Arc::clone(&timed.done))
        });
        Download { open, _span }
    }

    /// Begins a span of this device in the timeline of the call that is under way.
    pub(super) fn span(&self, kind: SpanKind) -> Option<OpenSpan> {
        timeline::current().map(|timeline| timeline.span(kind, &self.lane))
    }
}

/// A download under way. Its span begins when the host begins to wait or when the results are computed, whichever is later.
#[must_use = "ends at once if it is not kept"]
pub(super) struct Download {
    open: Option<(OpenSpan, Arc<OnceLock<f64>>)>,
    _span: tracing::Span,
}

impl Drop for Download {
    fn drop(&mut self) {
        if let Some((open, done)) = self.open.take() {
            drop(open.not_before(done.get().copied().unwrap_or_default()));
        }
    }
}

impl Encoder {
    /// Begins a pass, which a timeline shows.
    pub(super) fn pass(&mut self, name: &str, covered: Covered) -> wgpu::ComputePass<'_> {
        let label = Some(name);
        self.covered.bytes += covered.bytes;
        if let Some(elements) = &covered.elements {
            let all = self.covered.elements.get_or_insert(elements.clone());
            *all = all.start.min(elements.start)..all.end.max(elements.end);
        }
        let Some(watch) = &mut self.watch else {
            return self
                .raw
                .begin_compute_pass(&wgpu::ComputePassDescriptor { label, timestamp_writes: None });
        };
        let queries = watch.reserve();
        let timestamp_writes =
            watch.set().zip(queries).map(|(query_set, [first, last])| wgpu::ComputePassTimestampWrites {
                query_set,
                beginning_of_pass_write_index: Some(first),
                end_of_pass_write_index: Some(last),
            });
        let descriptor = wgpu::ComputePassDescriptor { label, timestamp_writes };
        let pass = self.raw.begin_compute_pass(&descriptor);
        let name = shown(name).to_owned().into();
        watch.note(Noted { kind: SpanKind::Kernel, name, covered, queries });
        pass
    }

    /// Records a copy of `bytes` that a timeline shows, where a device can measure it.
    pub(super) fn transfer(
        &mut self,
        kind: SpanKind,
        bytes: u64,
        record: impl FnOnce(&mut wgpu::CommandEncoder),
    ) {
        let queries = self.watch.as_mut().and_then(|watch| watch.reserve_between());
        let stamp = |raw: &mut wgpu::CommandEncoder, watch: &Option<Box<Watch>>, index: usize| {
            if let (Some(queries), Some(set)) = (queries, watch.as_ref().and_then(|watch| watch.set())) {
                raw.write_timestamp(set, queries[index]);
            }
        };
        stamp(&mut self.raw, &self.watch, 0);
        record(&mut self.raw);
        stamp(&mut self.raw, &self.watch, 1);
        if let (Some(watch), Some(_)) = (&mut self.watch, queries) {
            let covered = Covered { elements: None, bytes };
            watch.note(Noted { kind, name: kind.name().into(), covered, queries });
        }
    }

    /// Ends the recording and has `submit` submit it.
    pub(super) fn sealed<T>(self, submit: impl FnOnce(wgpu::CommandBuffer) -> T) -> (Sealed, T) {
        let Self { mut raw, watch, covered } = self;
        if let Some(watch) = &watch {
            watch.seal(&mut raw);
        }
        let Covered { elements, bytes } = &covered;
        let _entered = tracing::debug_span!("submit", ?elements, bytes).entered();
        let submitted_s = watch.as_ref().map_or(0.0, |watch| watch.now());
        let submitted = submit(raw.finish());
        (Sealed { watch, covered, submitted_s }, submitted)
    }
}

/// An encoder whose commands are submitted.
pub(super) struct Sealed {
    watch: Option<Box<Watch>>,
    covered: Covered,
    submitted_s: f64,
}

impl Sealed {
    /// Has the timeline take note. Before anything else waits for the submission: what the timeline records is then there
    /// when those waits are over.
    pub(super) fn submitted(self, index: wgpu::SubmissionIndex) -> Submission {
        let Covered { elements, bytes } = &self.covered;
        let span = tracing::debug_span!("kernel", ?elements, bytes);
        let timed = self.watch.map(|watch| watch.submitted(self.submitted_s));
        Submission { index, elements: self.covered.elements, timed, _span: span }
    }
}

impl Deref for Encoder {
    type Target = wgpu::CommandEncoder;

    fn deref(&self) -> &wgpu::CommandEncoder {
        &self.raw
    }
}

impl DerefMut for Encoder {
    fn deref_mut(&mut self) -> &mut wgpu::CommandEncoder {
        &mut self.raw
    }
}

/// The name of a pass as a timeline shows it: debuggers of graphics, which show all that a process does, are told whose it is.
pub(super) fn shown(label: &str) -> &str {
    label.strip_prefix("tilewright ").unwrap_or(label)
}

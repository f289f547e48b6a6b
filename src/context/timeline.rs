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
    /// Results do not change. Each submission to a device takes a little longer, mostly for its timestamps: up to a third of a
    /// millisecond where the device is software.
    #[must_use]
    pub fn with_timeline(&self, timeline: &Timeline) -> Self {
        Self { timeline: Some(timeline.clone()), ..self.clone() }
    }

    /// The open device, whose jobs record what they do if this context does; opened by the first call. And how long opening
    /// it took if this call did that.
    pub(super) fn gpu_timed(&self) -> Result<(Arc<Gpu>, Option<f64>)> {
        let _entered = self.timeline.as_ref().map(Timeline::enter);
        let (gpu, open_s) = self.shared.devices.open_timed(self.threads())?;
        Ok((self.with_timeline_of(gpu), open_s))
    }

    /// A device whose jobs record what they do if this context does.
    pub(super) fn with_timeline_of(&self, gpu: Arc<Gpu>) -> Arc<Gpu> {
        match &self.timeline {
            None => gpu,
            Some(timeline) => Arc::new(gpu.with_timeline(timeline)),
        }
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

    /// As `cpu_chunk`, on a device.
    pub(super) fn gpu_chunk(&self, gpu: &Gpu, elements: &Range<usize>) -> Chunk {
        let _span = tracing::debug_span!("chunk", executor = gpu.info().name, ?elements);
        let open = self.timeline.as_ref().map(|timeline| timeline.span(SpanKind::Chunk, gpu.lane()));
        Chunk { _open: open.map(|open| open.elements(elements.clone())), _span }
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

#[cfg(test)]
mod tests {
    use crate::context::tests::context;
    use crate::gpu::Options;
    use crate::kernel::Kernel;
    use crate::monoid::Sum;
    use crate::order::TILE_LEN;
    use crate::plan::Placement;
    use crate::timeline::{Span, SpanKind, Timeline};
    use crate::{Context, Func};

    const LEN: usize = 40 * TILE_LEN + 11;

    fn elements_of(spans: &[Span], kind: SpanKind, on_cpu: bool) -> usize {
        let of_kind = spans.iter().filter(|span| span.kind == kind && (&*span.executor == "cpu") == on_cpu);
        of_kind.filter_map(|span| span.elements.as_ref()).map(|elements| elements.len()).sum()
    }

    #[test]
    fn both_sides_of_a_split_are_recorded() {
        let placement = Placement::Split { gpu: 0.5 };
        let Some(cx) = context(&Options { staged: true, ..Options::default() }, placement, true) else {
            return;
        };
        let timeline = Timeline::new();
        let timed = cx.with_timeline(&timeline);
        let f: Func<fn(u32) -> u32> =
            Func::new("fn f(x: u32) -> u32 { return x * 3u + 1u; }").expect("a function");
        let xs: Vec<u32> = (0..LEN as u32).collect();
        let run = |cx: &Context| {
            let view = cx.view(&xs).map(&f);
            let total = view.clone().reduce(Sum).expect("reduce");
            let scan = view.clone().inclusive_scan(Sum).collect().expect("scan");
            (view.collect().expect("map"), total, scan)
        };
        let expected = run(&cx);
        assert_eq!(timeline.spans(), [], "a context without a timeline records nothing");
        assert!(run(&timed) == expected, "a timeline changes results");
        let spans = timeline.spans();
        // Three primitives, about half of each here and there.
        let [cpu, gpu] = [true, false].map(|on_cpu| elements_of(&spans, SpanKind::Chunk, on_cpu));
        assert!(cpu > LEN && gpu > LEN && cpu + gpu == 3 * LEN, "{cpu} and {gpu} of {LEN}: {spans:#?}");
        // What comes back is elements of two, and aggregates of one.
        assert!(elements_of(&spans, SpanKind::Download, false) >= gpu, "{spans:#?}");

        timeline.clear();
        assert!(run(&timed.with_placement(Placement::Cpu)) == expected);
        let spans = timeline.spans();
        assert!(spans.iter().all(|span| span.lane() == "cpu"), "{spans:#?}");
        assert_eq!(elements_of(&spans, SpanKind::Chunk, true), 3 * LEN);
    }

    #[test]
    fn reading_an_array_is_a_download() {
        let Some(cx) = context(&Options::default(), Placement::Gpu, false) else { return };
        let timeline = Timeline::new();
        let array = cx.counting(LEN).to_array().expect("an array");
        let timed = cx.with_timeline(&timeline);
        assert_eq!(timed.read(&array).expect("read")[LEN - 1], LEN as u32 - 1);
        let bytes = timeline.spans().into_iter().filter(|span| span.kind == SpanKind::Download);
        assert_eq!(bytes.filter_map(|span| span.bytes).sum::<u64>(), 4 * LEN as u64);
    }

    #[test]
    fn kernels_are_recorded_by_name_wherever_they_run() {
        let text = "@group(0) @binding(0) var<storage, read_write> xs: array<u32>;
            @compute @workgroup_size(64) fn twice(@builtin(global_invocation_id) id: vec3<u32>) {
                if id.x < arrayLength(&xs) { xs[id.x] = 2u * xs[id.x]; }
            }";
        let kernel = Kernel::new(text).expect("a kernel");
        for (placement, kind) in [(Placement::Cpu, SpanKind::Chunk), (Placement::Gpu, SpanKind::Kernel)] {
            let Some(cx) = context(&Options { staged: true, ..Options::default() }, placement, false) else {
                return;
            };
            let timeline = Timeline::new();
            let timed = cx.with_timeline(&timeline);
            let mut xs: Vec<u32> = (0..1000).collect();
            kernel.launch().invocations([1000]).bind("xs", &mut xs).run(&timed).expect("runs");
            assert_eq!(xs[999], 1998);
            let spans = timeline.spans();
            let found: Vec<_> =
                spans.iter().filter(|span| span.kind == kind).map(|span| &*span.name).collect();
            assert_eq!(found, ["twice"], "{spans:#?}");
            let downloads = spans.iter().filter(|span| span.kind == SpanKind::Download);
            assert_eq!(
                downloads.filter_map(|span| span.bytes).sum::<u64>(),
                if placement == Placement::Cpu { 0 } else { 4000 }
            );
        }
    }
}

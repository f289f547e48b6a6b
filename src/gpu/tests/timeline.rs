//! What a device records, and that it records nothing unless asked.

use std::sync::{Arc, Mutex};

use tracing::span::{Attributes, Id, Record};
use tracing::{Dispatch, Event, Metadata, Subscriber};

use super::resident::array;
use super::support::{call, cases, elements, function, gpu, noise, through, work};
use crate::element::Element;
use crate::gpu::{Gpu, Options};
use crate::order::TILE_LEN;
use crate::run::Executor;
use crate::timeline::{Span, SpanClock, SpanKind, Timeline};
use crate::work::{Primitive, Source};

/// Chunks of four tiles.
const SMALL_BINDING: Option<u64> = Some(4 * 4 * TILE_LEN as u64);

/// Elements: several chunks, and a ragged end.
const LEN: usize = 13 * TILE_LEN + 11;

/// All ways in which a device may measure and copy.
fn options() -> impl Iterator<Item = Options> {
    let both = [false, true];
    let all = both.into_iter().flat_map(move |staged| both.map(|host_times| (staged, host_times)));
    all.map(|(staged, host_times)| Options {
        staged,
        host_times,
        max_binding_bytes: SMALL_BINDING,
        ..Options::default()
    })
}

/// A map of many chunks, long enough for each to take time.
fn map(gpu: &Gpu) -> Vec<u32> {
    let f = function(
        "fn f(x: u32) -> u32 { var y = x; for (var i = 0u; i < 50u; i++) { y = y * 1664525u + 1013904223u; } return y; }",
        &[u32::TYPE],
        u32::TYPE,
    );
    let words = noise(LEN, 1);
    let work = work(Primitive::Map, LEN, call(&f, &[]), vec![Source::Host(&words)]);
    let mut out = vec![0; LEN];
    pollster::block_on(gpu.map(&work, 0..LEN, &mut out)).expect("map");
    out
}

fn of(spans: &[Span], kind: SpanKind) -> Vec<&Span> {
    spans.iter().filter(|span| span.kind == kind).collect()
}

fn follow_each_other(spans: &[&Span]) -> bool {
    // A nanosecond for the rounding of sums.
    spans.windows(2).all(|pair| pair[0].end_s <= pair[1].start_s + 1e-9)
}

/// The elements of spans, in order, are those of the chunks.
fn cover(spans: &[&Span]) -> bool {
    let mut elements: Vec<_> = spans.iter().filter_map(|span| span.elements.clone()).collect();
    elements.sort_by_key(|elements| elements.start);
    let ends = elements.first().is_some_and(|first| first.start == 0)
        && elements.last().is_some_and(|last| last.end == LEN);
    ends && elements.windows(2).all(|pair| pair[0].end == pair[1].start)
}

#[test]
fn a_map_records_every_step_of_every_chunk() {
    for options in options() {
        let Some(opened) = gpu(options.clone()) else { return };
        let timeline = Timeline::new();
        let expected = map(&opened);
        assert_eq!(timeline.spans(), [], "a device without a timeline records nothing");
        // Another device, so that there is something to compile.
        let Some(opened) = gpu(options.clone()) else { return };
        let timed = opened.with_timeline(&timeline);
        assert!(map(&timed) == expected, "a timeline changes results");

        let spans = timeline.spans();
        let end = timeline.now();
        assert!(
            spans.iter().all(|s| 0.0 <= s.start_s && s.start_s <= s.end_s && s.end_s <= end),
            "{spans:#?}"
        );
        assert!(spans.iter().all(|s| *s.executor == *opened.info().name));
        let has_queries = opened.device.timer.has_queries();
        let mut kinds = vec![(SpanKind::Compile, 1), (SpanKind::Upload, 4), (SpanKind::Record, 4)];
        kinds.extend([(SpanKind::Kernel, 4), (SpanKind::Download, 4)]);
        if options.staged && has_queries {
            kinds.extend([(SpanKind::CopyIn, 4), (SpanKind::CopyOut, 4)]);
        }
        for (kind, count) in &kinds {
            assert_eq!(of(&spans, *kind).len(), *count, "{kind:?} of {options:?}: {spans:#?}");
        }
        assert_eq!(spans.len(), kinds.iter().map(|(_, count)| count).sum::<usize>());

        let clock = if has_queries { SpanClock::Device } else { SpanClock::Host };
        let kernels = of(&spans, SpanKind::Kernel);
        assert!(
            kernels.iter().all(|kernel| kernel.clock == clock && kernel.end_s > kernel.start_s),
            "{kernels:#?}"
        );
        for kind in [SpanKind::Upload, SpanKind::Kernel, SpanKind::Record, SpanKind::Download] {
            assert!(follow_each_other(&of(&spans, kind)), "{kind:?} of {options:?}: {spans:#?}");
        }
        for kind in [SpanKind::Upload, SpanKind::Kernel, SpanKind::Download] {
            assert!(cover(&of(&spans, kind)), "{kind:?}: {spans:#?}");
        }
        let bytes = |kind| of(&spans, kind).iter().filter_map(|span| span.bytes).sum::<u64>();
        assert_eq!((bytes(SpanKind::Upload), bytes(SpanKind::Download)), (4 * LEN as u64, 4 * LEN as u64));
        // A chunk is uploaded before it is computed, and that before it has been downloaded.
        for (upload, (kernel, download)) in
            of(&spans, SpanKind::Upload).into_iter().zip(kernels.iter().zip(of(&spans, SpanKind::Download)))
        {
            assert!(upload.end_s <= kernel.start_s && kernel.end_s <= download.end_s, "{spans:#?}");
        }
    }
}

#[test]
fn kernels_take_about_as_long_by_either_clock() {
    let mut seconds = Vec::new();
    for host_times in [false, true] {
        let Some(gpu) = gpu(Options { host_times, ..Options::default() }) else { return };
        if !host_times && !gpu.device.timer.has_queries() {
            // Nothing to compare; llvmpipe has them.
            assert!(!gpu.info().name.contains("llvmpipe"));
            return;
        }
        let f = function(
            "fn f(x: u32) -> u32 { var y = x; for (var i = 0u; i < 3000u; i++) { y = y * 1664525u + 1013904223u; } return y; }",
            &[u32::TYPE],
            u32::TYPE,
        );
        let words = noise(1 << 18, 1);
        let work = work(Primitive::Map, words.len(), call(&f, &[]), vec![Source::Host(&words)]);
        let mut out = vec![0; words.len()];
        let timeline = Timeline::new();
        let timed = gpu.with_timeline(&timeline);
        for _ in 0..3 {
            pollster::block_on(timed.map(&work, 0..words.len(), &mut out)).expect("map");
        }
        let kernels = timeline.spans().into_iter().filter(|span| span.kind == SpanKind::Kernel);
        seconds.push(kernels.map(|span| span.end_s - span.start_s).min_by(f64::total_cmp).expect("three"));
    }
    let [device, host] = seconds[..] else { return };
    // The host sees latencies too, and other processes take the processors meanwhile.
    assert!(
        device > 0.0 && device < 3.0 * host && host < 10.0 * device,
        "{device} s by the device, {host} s by the host"
    );
}

#[test]
fn every_primitive_is_recorded_and_right() {
    for options in options() {
        let Some(gpu) = gpu(options) else { return };
        let timeline = Timeline::new();
        let timed = gpu.with_timeline(&timeline);
        let case = &cases()[1];
        let (words, _) = elements(case, LEN, 1);
        let kept = array(f32::TYPE, words.clone());
        for source in [Source::Host(&words), Source::Array(Arc::clone(&kept))] {
            let reduce =
                work(Primitive::Reduce(case.spec.clone()), LEN, through(f32::TYPE), vec![source.clone()]);
            let primitive = Primitive::Scan { monoid: case.spec.clone(), inclusive: true, post: None };
            let scan = work(primitive, LEN, through(f32::TYPE), vec![source]);
            let run = |gpu: &Gpu| {
                let mut out = vec![0; LEN];
                let total = pollster::block_on(gpu.reduce_whole(&reduce, 0..LEN)).expect("reduce");
                pollster::block_on(gpu.scan(&scan, 0..LEN, [0; 4], &mut out)).expect("scan");
                let here = pollster::block_on(gpu.scan_resident(&scan)).expect("scan");
                (total, out, here)
            };
            let (total, out, _) = run(&gpu);
            timeline.clear();
            let (timed_total, timed_out, here) = run(&timed);
            assert!((total, &out) == (timed_total, &timed_out), "a timeline changes results");
            let spans = timeline.spans();
            let kernels = of(&spans, SpanKind::Kernel);
            assert!(kernels.len() > 4 && follow_each_other(&kernels), "{kernels:#?}");
            assert_eq!(timeline.dropped(), 0);
            timeline.clear();
            // An array keeps hold of its device, not of the timeline of the call that made it.
            let mut words = vec![0; LEN];
            pollster::block_on(Gpu::download(&here, &mut words)).expect("download");
            assert!(words == out && timeline.spans().is_empty());
        }
    }
}

#[test]
fn a_device_that_is_lost_records_no_kernels() {
    let Some(gpu) = gpu(Options { staged: true, ..Options::default() }) else { return };
    let timeline = Timeline::new();
    let timed = gpu.with_timeline(&timeline);
    map(&timed);
    timeline.clear();
    gpu.device.raw.destroy();
    let words = noise(1000, 1);
    let work = work(Primitive::Map, 1000, through(u32::TYPE), vec![Source::Host(&words)]);
    pollster::block_on(timed.map(&work, 0..1000, &mut vec![0; 1000])).expect_err("no device");
    assert!(of(&timeline.spans(), SpanKind::Kernel).is_empty());
}

/// Names of the spans of `tracing` that begin on this thread.
#[derive(Default)]
struct Names(Mutex<Vec<&'static str>>);

impl Subscriber for Names {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target().starts_with("tilewright")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut names = self.0.lock().expect("no panics");
        names.push(span.metadata().name());
        Id::from_u64(names.len() as u64)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn tracing_has_spans_at_the_same_points() {
    // While there is one subscriber alone, `tracing` asks the thread that comes upon a span first whether anybody wants such
    // spans, and that thread may be another test's.
    let _another = Dispatch::new(Names::default());
    let names = Arc::new(Names::default());
    let opened = tracing::subscriber::with_default(Arc::clone(&names), || {
        let options = Options { max_binding_bytes: SMALL_BINDING, ..Options::default() };
        let gpu = gpu(options)?;
        map(&gpu);
        Some(())
    });
    if opened.is_none() {
        return;
    }
    let names = names.0.lock().expect("no panics");
    let count = |name| names.iter().filter(|found| **found == name).count();
    let counts =
        ["open", "compile", "upload", "submit", "kernel", "download"].map(|name| (name, count(name)));
    let expected =
        [("open", 1), ("compile", 1), ("upload", 4), ("submit", 4), ("kernel", 4), ("download", 4)];
    assert_eq!(counts, expected);
}

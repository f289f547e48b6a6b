//! Exact text from made-up spans, and what a recorder promises.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use insta::assert_snapshot;

use super::{Span, SpanClock, SpanKind, Timeline, current, scope};

/// A span in microseconds.
fn span(executor: &str, kind: SpanKind, us: std::ops::Range<u32>) -> Span {
    let seconds = f64::from(us.start) * 1e-6..f64::from(us.end) * 1e-6;
    Span::new(kind, &Arc::from(executor), seconds)
}

/// Two chunks through a device with an odd name, and one on the CPU.
fn made_up() -> Timeline {
    let timeline = Timeline::new();
    let gpu = "Model <3> & \"Co\"";
    let mut compile = span(gpu, SpanKind::Compile, 100..400);
    compile.name = "compile map".into();
    timeline.record(compile);
    for (chunk, at) in [(0, 400), (1, 520)] {
        let elements = Some(chunk * 4096..(chunk + 1) * 4096);
        let mut upload = span(gpu, SpanKind::Upload, at..at + 100);
        (upload.elements, upload.bytes) = (elements.clone(), Some(16_384));
        timeline.record(upload);
        let mut kernel = span(gpu, SpanKind::Kernel, at + 110..at + 190);
        (kernel.name, kernel.bytes) = ("map".into(), Some(32_768));
        kernel.elements = elements.clone();
        kernel.clock = if chunk == 0 { SpanClock::Device } else { SpanClock::Host };
        timeline.record(kernel);
        // Waited for from the start: overlaps the other.
        let mut download = span(gpu, SpanKind::Download, at + 190..at + 350);
        (download.elements, download.bytes) = (elements, Some(16_384));
        timeline.record(download);
    }
    let mut chunk = span("cpu", SpanKind::Chunk, 50..900);
    chunk.elements = Some(8192..100_000);
    timeline.record(chunk);
    timeline
}

#[test]
fn a_trace_of_made_up_spans() {
    let json = made_up().to_trace_json();
    assert_snapshot!(json, @"");
}

#[test]
fn a_picture_of_made_up_spans() {
    assert_snapshot!(made_up().to_svg(), @"");
}

#[test]
fn an_empty_timeline_is_a_trace_and_a_picture() {
    let timeline = Timeline::new();
    let trace: serde_json::Value = serde_json::from_str(&timeline.to_trace_json()).expect("JSON");
    assert_eq!(trace["traceEvents"], serde_json::json!([]));
    assert!(timeline.to_svg().ends_with("</svg>\n"));
}

#[test]
fn a_full_timeline_counts_what_it_turns_away() {
    let timeline = Timeline::with_capacity(3);
    for at in 0..5 {
        timeline.record(span("cpu", SpanKind::Chunk, at..at + 1));
    }
    assert_eq!((timeline.spans().len(), timeline.dropped()), (3, 2));
    let trace: serde_json::Value = serde_json::from_str(&timeline.to_trace_json()).expect("JSON");
    assert_eq!(trace["otherData"]["dropped_spans"], 2);
    assert!(timeline.to_svg().contains("and 2 spans that were not kept"));
    timeline.clear();
    assert_eq!((timeline.spans().len(), timeline.dropped()), (0, 0));
}

#[test]
fn many_spans_make_a_small_picture() {
    let timeline = Timeline::new();
    for at in 0..60_000 {
        let kind = if at % 2 == 0 { SpanKind::Kernel } else { SpanKind::Upload };
        timeline.record(span("gpu", kind, 10 * at..10 * at + 9));
    }
    let picture = timeline.to_svg();
    assert!(picture.len() < 600_000, "{} bytes", picture.len());
    assert_eq!(timeline.spans().len(), 60_000);
}

#[test]
fn spans_never_end_before_they_begin() {
    let late = Span::new(SpanKind::Open, &"gpu".into(), 2.0..1.0);
    assert_eq!((late.start_s, late.end_s), (2.0, 2.0));
    let timeline = Timeline::new();
    drop(timeline.span(SpanKind::Download, &"gpu".into()).not_before(1e9));
    let [download] = &timeline.spans()[..] else { panic!("one span") };
    assert!(download.start_s == download.end_s && download.end_s < 1e6, "{download:?}");
}

#[test]
fn every_kind_has_a_lane() {
    let lane = |executor, kind| span(executor, kind, 0..1).lane();
    assert_eq!(lane("cpu", SpanKind::Chunk), "cpu");
    assert_eq!(lane("llvmpipe", SpanKind::Chunk), "llvmpipe chunk");
    assert_eq!(lane("llvmpipe", SpanKind::Open), "llvmpipe host");
    assert_eq!(lane("llvmpipe", SpanKind::CopyIn), "llvmpipe copy in");
}

#[test]
fn threads_record_into_one_timeline() {
    let timeline = Timeline::new();
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| (0..100).for_each(|_| drop(timeline.span(SpanKind::Chunk, timeline.cpu()))));
        }
    });
    let spans = timeline.spans();
    assert_eq!(spans.len(), 400);
    assert!(spans.is_sorted_by(|a, b| a.start_s <= b.start_s));
}

/// A future that is pending once, and says whether it saw a timeline each time.
struct Twice(Vec<bool>);

impl Future for Twice {
    type Output = Vec<bool>;

    fn poll(mut self: Pin<&mut Self>, context: &mut std::task::Context<'_>) -> std::task::Poll<Vec<bool>> {
        self.0.push(current().is_some());
        if self.0.len() == 2 {
            return std::task::Poll::Ready(std::mem::take(&mut self.0));
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    }
}

#[test]
fn a_timeline_is_current_while_its_future_is_polled() {
    assert!(current().is_none());
    let (one, other) = (Timeline::new(), Timeline::new());
    assert_eq!(pollster::block_on(scope(&one, Twice(Vec::new()))), [true, true]);
    let _entered = one.enter();
    pollster::block_on(scope(&other, ready(())));
    drop(current().expect("entered").span(SpanKind::Open, one.cpu()));
    assert_eq!((one.spans().len(), other.spans().len()), (1, 0));
    drop(_entered);
    assert!(current().is_none());
}

#[test]
fn a_file_that_cannot_be_written_is_an_error() {
    let path = std::path::Path::new("no such folder").join("trace.json");
    for error in [made_up().write_trace(&path), made_up().write_svg(&path)] {
        let error = error.expect_err("no folder").to_string();
        assert!(error.contains("write the timeline to") && error.contains("trace.json"), "{error}");
    }
}

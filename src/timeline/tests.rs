//! Exact text from made-up spans, and what a recorder promises.

use std::collections::BTreeMap;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use insta::assert_snapshot;
use proptest::prelude::*;

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
    assert_snapshot!(json, @r##"
{"displayTimeUnit":"ms","otherData":{"dropped_spans":0},"traceEvents":[
{"name":"process_name","ph":"M","pid":1,"args":{"name":"cpu"}},
{"name":"process_sort_index","ph":"M","pid":1,"args":{"sort_index":1}},
{"name":"thread_name","ph":"M","pid":1,"tid":1001,"args":{"name":"chunk"}},
{"name":"thread_sort_index","ph":"M","pid":1,"tid":1001,"args":{"sort_index":1}},
{"name":"chunk","cat":"chunk","ph":"X","ts":50.0,"dur":850.0,"pid":1,"tid":1001,"args":{"first_element":8192,"elements":91808}},
{"name":"process_name","ph":"M","pid":2,"args":{"name":"Model <3> & \"Co\""}},
{"name":"process_sort_index","ph":"M","pid":2,"args":{"sort_index":2}},
{"name":"thread_name","ph":"M","pid":2,"tid":2001,"args":{"name":"host"}},
{"name":"thread_sort_index","ph":"M","pid":2,"tid":2001,"args":{"sort_index":1}},
{"name":"compile map","cat":"compile","ph":"X","ts":100.0,"dur":300.0,"pid":2,"tid":2001,"args":{}},
{"name":"thread_name","ph":"M","pid":2,"tid":2002,"args":{"name":"upload"}},
{"name":"thread_sort_index","ph":"M","pid":2,"tid":2002,"args":{"sort_index":2}},
{"name":"upload","cat":"upload","ph":"X","ts":400.0,"dur":100.0,"pid":2,"tid":2002,"args":{"first_element":0,"elements":4096,"bytes":16384}},
{"name":"upload","cat":"upload","ph":"X","ts":520.0,"dur":100.0,"pid":2,"tid":2002,"args":{"first_element":4096,"elements":4096,"bytes":16384}},
{"name":"thread_name","ph":"M","pid":2,"tid":2003,"args":{"name":"kernel"}},
{"name":"thread_sort_index","ph":"M","pid":2,"tid":2003,"args":{"sort_index":3}},
{"name":"map","cat":"kernel","ph":"X","ts":510.0,"dur":80.0,"pid":2,"tid":2003,"args":{"first_element":0,"elements":4096,"bytes":32768,"clock":"device time"}},
{"name":"map","cat":"kernel","ph":"X","ts":630.0,"dur":80.0,"pid":2,"tid":2003,"args":{"first_element":4096,"elements":4096,"bytes":32768,"clock":"host time"}},
{"name":"thread_name","ph":"M","pid":2,"tid":2004,"args":{"name":"download"}},
{"name":"thread_sort_index","ph":"M","pid":2,"tid":2004,"args":{"sort_index":4}},
{"name":"download","cat":"download","ph":"X","ts":590.0,"dur":160.0,"pid":2,"tid":2004,"args":{"first_element":0,"elements":4096,"bytes":16384}},
{"name":"thread_name","ph":"M","pid":2,"tid":2005,"args":{"name":"download (2)"}},
{"name":"thread_sort_index","ph":"M","pid":2,"tid":2005,"args":{"sort_index":5}},
{"name":"download","cat":"download","ph":"X","ts":710.0,"dur":160.0,"pid":2,"tid":2005,"args":{"first_element":4096,"elements":4096,"bytes":16384}}
]}
"##);
}

#[test]
fn a_picture_of_made_up_spans() {
    assert_snapshot!(made_up().to_svg(), @r##"
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 186" width="1000" height="186" font-family="sans-serif" font-size="11" fill="#222">
<rect width="1000" height="186" fill="#fff"/>
<rect x="150" y="4" width="10" height="10" fill="#009e73"/>
<text x="163" y="13">chunk</text>
<rect x="204" y="4" width="10" height="10" fill="#cc79a7"/>
<text x="217" y="13">compile</text>
<rect x="270" y="4" width="10" height="10" fill="#56b4e9"/>
<text x="283" y="13">upload</text>
<rect x="330" y="4" width="10" height="10" fill="#d55e00"/>
<text x="343" y="13">kernel</text>
<rect x="390" y="4" width="10" height="10" fill="#e69f00"/>
<text x="403" y="13">download</text>
<path d="M150 34V178" stroke="#ddd"/>
<text x="150" y="30" font-size="9">0</text>
<path d="M347.65 34V178" stroke="#ddd"/>
<text x="347.65" y="30" font-size="9">200 µs</text>
<path d="M545.29 34V178" stroke="#ddd"/>
<text x="545.29" y="30" font-size="9">400 µs</text>
<path d="M742.94 34V178" stroke="#ddd"/>
<text x="742.94" y="30" font-size="9">600 µs</text>
<path d="M940.59 34V178" stroke="#ddd"/>
<text x="940.59" y="30" font-size="9">800 µs</text>
<text x="4" y="47" font-weight="bold">cpu</text>
<text x="12" y="65">chunk</text>
<rect x="150" y="54" width="840" height="14" fill="#009e73"><title>chunk: 850 µs at 0, elements 8192..100000</title></rect>
<text x="4" y="83" font-weight="bold">Model &lt;3&gt; &amp; &quot;Co&quot;</text>
<text x="12" y="101">host</text>
<rect x="199.41" y="90" width="296.47" height="14" fill="#cc79a7"><title>compile map: 300 µs at 50 µs</title></rect>
<text x="12" y="119">upload</text>
<rect x="495.88" y="108" width="98.82" height="14" fill="#56b4e9"><title>upload: 100 µs at 350 µs, elements 0..4096, 16384 bytes</title></rect>
<rect x="614.47" y="108" width="98.82" height="14" fill="#56b4e9"><title>upload: 100 µs at 470 µs, elements 4096..8192, 16384 bytes</title></rect>
<text x="12" y="137">kernel</text>
<rect x="604.59" y="126" width="79.06" height="14" fill="#d55e00"><title>map: 80 µs at 460 µs, elements 0..4096, 32768 bytes</title></rect>
<rect x="723.18" y="126" width="79.06" height="14" fill="#d55e00"><title>map: 80 µs at 580 µs, elements 4096..8192, 32768 bytes, host time</title></rect>
<text x="12" y="155">download</text>
<rect x="683.65" y="144" width="158.12" height="14" fill="#e69f00"><title>download: 160 µs at 540 µs, elements 0..4096, 16384 bytes</title></rect>
<text x="12" y="173">download (2)</text>
<rect x="802.24" y="162" width="158.12" height="14" fill="#e69f00"><title>download: 160 µs at 660 µs, elements 4096..8192, 16384 bytes</title></rect>
</svg>
"##);
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

proptest! {
    #[test]
    fn a_trace_has_every_span_and_no_thread_has_two_at_once(
        given in proptest::collection::vec((0usize..2, 0u32..500, 0u32..100, any::<bool>()), 0..60),
    ) {
        let timeline = Timeline::new();
        for (executor, start, length, is_upload) in &given {
            let kind = if *is_upload { SpanKind::Upload } else { SpanKind::Kernel };
            timeline.record(span(["cpu", "gpu"][*executor], kind, *start..start + length));
        }
        let trace: serde_json::Value = serde_json::from_str(&timeline.to_trace_json()).expect("JSON");
        let events = trace["traceEvents"].as_array().expect("an array");
        let mut by_thread: BTreeMap<(u64, u64), Vec<(f64, f64)>> = BTreeMap::new();
        for event in events.iter().filter(|event| event["ph"] == "X") {
            let number = |key: &str| event[key].as_f64().expect("a number");
            let thread = (number("pid") as u64, number("tid") as u64);
            by_thread.entry(thread).or_default().push((number("ts"), number("ts") + number("dur")));
        }
        let count: usize = by_thread.values().map(Vec::len).sum();
        prop_assert_eq!(count, given.len());
        let named = |(pid, tid): &(u64, u64)| events.iter().any(|event| {
            event["name"] == "thread_name" && event["pid"] == *pid && event["tid"] == *tid
        });
        prop_assert!(by_thread.keys().all(named));
        for spans in by_thread.values() {
            prop_assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0 + 1e-6), "{:?}", spans);
        }
    }
}

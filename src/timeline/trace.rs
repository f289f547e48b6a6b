//! Spans in the Trace Event Format (Google, *Trace Event Format*, the JSON object form): an array of events `traceEvents`,
//! of which complete events (`"ph": "X"`) are spans with a start `ts` and a length `dur` in microseconds, and metadata
//! events (`"M"`) name processes and threads. One event a line.

use serde::Serialize;

use super::rows::{arrange, ns};
use super::span::{Span, SpanClock};

#[derive(Serialize)]
struct Complete<'s> {
    name: &'s str,
    cat: &'static str,
    ph: &'static str,
    ts: f64,
    dur: f64,
    pid: usize,
    tid: usize,
    args: Args,
}

#[derive(Serialize)]
struct Args {
    #[serde(skip_serializing_if = "Option::is_none")]
    first_element: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    elements: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock: Option<&'static str>,
}

#[derive(Serialize)]
struct Metadata<A> {
    name: &'static str,
    ph: &'static str,
    pid: usize,
    tid: usize,
    args: A,
}

#[derive(Serialize)]
struct Name<'s> {
    name: &'s str,
}

#[derive(Serialize)]
struct SortIndex {
    sort_index: usize,
}

/// The whole file.
pub(super) fn json(spans: &[Span], dropped: u64) -> String {
    let mut events = Vec::new();
    for (pid, group) in (1..).zip(arrange(spans)) {
        name(&mut events, ["process_name", "process_sort_index"], (pid, 0), group.executor);
        for (tid, row) in (1..).zip(group.rows) {
            name(&mut events, ["thread_name", "thread_sort_index"], (pid, tid), &row.title);
            events.extend(row.spans.into_iter().map(|span| line(&complete(span, pid, tid))));
        }
    }
    let events = events.join(",\n");
    format!(
        "{{\"displayTimeUnit\":\"ms\",\"otherData\":{{\"dropped_spans\":{dropped}}},\"traceEvents\":[\n{events}\n]}}\n"
    )
}

/// A process's or a thread's name and place.
fn name(events: &mut Vec<String>, kinds: [&'static str; 2], (pid, tid): (usize, usize), name: &str) {
    let ph = "M";
    events.push(line(&Metadata { name: kinds[0], ph, pid, tid, args: Name { name } }));
    let args = SortIndex { sort_index: if tid == 0 { pid } else { tid } };
    events.push(line(&Metadata { name: kinds[1], ph, pid, tid, args }));
}

fn complete(span: &Span, pid: usize, tid: usize) -> Complete<'_> {
    let (start, end) = (ns(span.start_s), ns(span.end_s));
    let clock = match span.clock {
        SpanClock::Host => "host time",
        SpanClock::Device => "device time",
    };
    Complete {
        name: &span.name,
        cat: span.kind.name(),
        ph: "X",
        ts: start as f64 / 1e3,
        dur: (end - start) as f64 / 1e3,
        pid,
        tid,
        args: Args {
            first_element: span.elements.as_ref().map(|elements| elements.start),
            elements: span.elements.as_ref().map(|elements| elements.len()),
            bytes: span.bytes,
            clock: span.kind.is_of_device().then_some(clock),
        },
    }
}

fn line(event: &impl Serialize) -> String {
    serde_json::to_string(event).expect("text and numbers, which have a form in JSON")
}

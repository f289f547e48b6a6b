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
    name: String,
    ph: &'static str,
    pid: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    tid: Option<usize>,
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
        name(&mut events, "process", (pid, None), group.executor, pid);
        for (index, row) in (1..).zip(group.rows) {
            // Of the whole file: some readers take threads for the system's.
            let tid = 1000 * pid + index;
            name(&mut events, "thread", (pid, Some(tid)), &row.title, index);
            events.extend(row.spans.into_iter().map(|span| line(&complete(span, pid, tid))));
        }
    }
    let events = events.join(",\n");
    format!(
        "{{\"displayTimeUnit\":\"ms\",\"otherData\":{{\"dropped_spans\":{dropped}}},\"traceEvents\":[\n{events}\n]}}\n"
    )
}

/// The name and the place of a process or a thread.
fn name(
    events: &mut Vec<String>,
    of: &str,
    (pid, tid): (usize, Option<usize>),
    name: &str,
    sort_index: usize,
) {
    let ph = "M";
    events.push(line(&Metadata { name: format!("{of}_name"), ph, pid, tid, args: Name { name } }));
    let args = SortIndex { sort_index };
    events.push(line(&Metadata { name: format!("{of}_sort_index"), ph, pid, tid, args }));
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

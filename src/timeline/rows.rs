//! Spans arranged for reading: executors, and rows of spans that follow or enclose each other.

use super::span::{Span, SpanKind};

/// An executor with its rows.
pub(super) struct Group<'s> {
    pub(super) executor: &'s str,
    pub(super) rows: Vec<Row<'s>>,
}

/// Spans of one lane, by start. None overlaps another.
pub(super) struct Row<'s> {
    pub(super) title: String,
    pub(super) spans: Vec<&'s Span>,
}

/// The CPU first, then devices by name; lanes in the order of a chunk's way through a device. Spans that overlap get rows of
/// their own: a viewer of traces would take the later one for a part of the earlier one, and a picture would hide it.
pub(super) fn arrange(spans: &[Span]) -> Vec<Group<'_>> {
    let lane = |span: &Span| (rank(span.kind), span.kind.track());
    let mut spans: Vec<&Span> = spans.iter().collect();
    spans.sort_by(|a, b| {
        let by_executor = (&*a.executor != "cpu", &a.executor).cmp(&(&*b.executor != "cpu", &b.executor));
        by_executor.then(lane(a).cmp(&lane(b))).then(a.start_s.total_cmp(&b.start_s))
    });
    let by_executor = spans.chunk_by(|a, b| a.executor == b.executor);
    by_executor
        .map(|spans| {
            let lanes = spans.chunk_by(|a, b| lane(a) == lane(b));
            Group { executor: &spans[0].executor, rows: lanes.flat_map(rows).collect() }
        })
        .collect()
}

/// The place of a kind's lane: that of the first kind which shares it.
fn rank(kind: SpanKind) -> SpanKind {
    match kind {
        SpanKind::Compile | SpanKind::Record => SpanKind::Open,
        other => other,
    }
}

/// The rows of a lane, whose spans are sorted by start: each span goes to the first row that is free.
fn rows<'s>(spans: &[&'s Span]) -> Vec<Row<'s>> {
    let mut rows: Vec<(u64, Row<'s>)> = Vec::new();
    for span in spans {
        let at = rows.iter().position(|(end, _)| *end <= ns(span.start_s)).unwrap_or(rows.len());
        if at == rows.len() {
            let track = span.kind.track();
            let title = if at == 0 { track.to_owned() } else { format!("{track} ({})", at + 1) };
            rows.push((0, Row { title, spans: Vec::new() }));
        }
        rows[at].0 = ns(span.end_s);
        rows[at].1.spans.push(span);
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Nanoseconds: what is written, and so what must not overlap.
pub(super) fn ns(seconds: f64) -> u64 {
    (seconds * 1e9).round() as u64
}

//! Spans as a picture: rows over a time axis, coloured by kind.

use std::fmt::Write;

use super::rows::{Row, arrange};
use super::span::{Span, SpanClock, SpanKind};

const WIDTH: f64 = 1000.0;
/// Where time begins: titles of rows are on the left.
const LEFT: f64 = 150.0;
const RIGHT: f64 = 10.0;
const ROW: f64 = 18.0;
const TOP: f64 = 34.0;
/// Spans of a kind that lie within this many pixels are drawn as one.
const MERGED: f64 = 1.0;
/// Pixels of a character, about.
const CHARACTER: f64 = 6.0;
/// Characters of a row's title.
const TITLE: usize = 22;

const KINDS: [SpanKind; 9] = [
    SpanKind::Chunk,
    SpanKind::Open,
    SpanKind::Compile,
    SpanKind::Record,
    SpanKind::Upload,
    SpanKind::CopyIn,
    SpanKind::Kernel,
    SpanKind::CopyOut,
    SpanKind::Download,
];

/// Colours that differ in lightness too (after Okabe and Ito, *Color Universal Design*, 2008).
fn colour(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Chunk => "#009e73",
        SpanKind::Open => "#666666",
        SpanKind::Compile => "#cc79a7",
        SpanKind::Record => "#aaaaaa",
        SpanKind::Upload => "#56b4e9",
        SpanKind::CopyIn => "#a6d8f4",
        SpanKind::Kernel => "#d55e00",
        SpanKind::CopyOut => "#f0e442",
        SpanKind::Download => "#e69f00",
    }
}

/// Spans drawn as one rectangle.
struct Drawn<'s> {
    x: f64,
    end: f64,
    spans: usize,
    first: &'s Span,
    last: &'s Span,
}

/// The picture.
pub(super) fn picture(spans: &[Span], dropped: u64) -> String {
    let groups = arrange(spans);
    let begin = spans.iter().map(|span| span.start_s).min_by(f64::total_cmp).unwrap_or(0.0);
    let end = spans.iter().map(|span| span.end_s).max_by(f64::total_cmp).unwrap_or(0.0);
    let scale = (WIDTH - LEFT - RIGHT) / (end - begin).max(1e-9);
    let rows: usize = groups.iter().map(|group| group.rows.len() + 1).sum();
    let bottom = TOP + ROW * rows as f64;
    let height = bottom + 8.0;

    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="11" fill="#222">
<rect width="{WIDTH}" height="{height}" fill="#fff"/>"##
    );
    legend(&mut out, spans, dropped);
    axis(&mut out, end - begin, scale, bottom);
    let mut y = TOP;
    for group in &groups {
        let title = escaped(group.executor);
        let _ = writeln!(out, r#"<text x="4" y="{}" font-weight="bold">{title}</text>"#, y + 13.0);
        y += ROW;
        for row in &group.rows {
            let title = escaped(&shortened(&row.title));
            let _ = writeln!(out, r#"<text x="12" y="{}">{title}</text>"#, y + 13.0);
            for drawn in merged(row, begin, scale) {
                rectangle(&mut out, &drawn, y, begin);
            }
            y += ROW;
        }
    }
    out.push_str("</svg>\n");
    out
}

/// The kinds that occur, and what is missing.
fn legend(out: &mut String, spans: &[Span], dropped: u64) {
    let mut x = LEFT;
    for kind in KINDS.into_iter().filter(|kind| spans.iter().any(|span| span.kind == *kind)) {
        let (name, fill) = (kind.name(), colour(kind));
        let _ = writeln!(out, r#"<rect x="{x}" y="4" width="10" height="10" fill="{fill}"/>"#);
        let _ = writeln!(out, r#"<text x="{}" y="13">{name}</text>"#, x + 13.0);
        x += 24.0 + CHARACTER * name.len() as f64;
    }
    if dropped > 0 {
        let _ = writeln!(out, r#"<text x="{x}" y="13">and {dropped} spans that were not kept</text>"#);
    }
}

/// Lines at round times.
fn axis(out: &mut String, length_s: f64, scale: f64, bottom: f64) {
    let step = round_step(length_s / 8.0);
    let ticks = if length_s > 0.0 { (length_s / step + 1e-6).floor() as usize } else { 0 };
    for tick in 0..=ticks {
        let x = pixels(LEFT + tick as f64 * step * scale);
        let label = duration(tick as f64 * step);
        let _ = writeln!(out, r##"<path d="M{x} {TOP}V{bottom}" stroke="#ddd"/>"##);
        let _ = writeln!(out, r#"<text x="{x}" y="{}" font-size="9">{label}</text>"#, TOP - 4.0);
    }
}

/// The next of 1, 2, 5, 10, 20, ... that is not less.
fn round_step(least: f64) -> f64 {
    let least = least.max(1e-9);
    let power = 10f64.powf(least.log10().floor());
    let steps = [1.0, 2.0, 5.0].map(|factor| factor * power);
    steps.into_iter().find(|step| *step >= least * (1.0 - 1e-9)).unwrap_or(10.0 * power)
}

/// Spans as rectangles, at most two for each pixel and kind.
fn merged<'s>(row: &Row<'s>, begin: f64, scale: f64) -> Vec<Drawn<'s>> {
    let mut all: Vec<Drawn<'s>> = Vec::new();
    for &span in &row.spans {
        let x = LEFT + (span.start_s - begin) * scale;
        let end = LEFT + (span.end_s - begin) * scale;
        match all.last_mut() {
            Some(last) if last.first.kind == span.kind && end - last.x <= MERGED => {
                (last.end, last.spans, last.last) = (end, last.spans + 1, span);
            }
            _ => all.push(Drawn { x, end, spans: 1, first: span, last: span }),
        }
    }
    all
}

fn rectangle(out: &mut String, drawn: &Drawn<'_>, y: f64, begin: f64) {
    let kind = drawn.first.kind;
    let (x, width) = (pixels(drawn.x), pixels((drawn.end - drawn.x).max(0.5)));
    let (y, height, fill) = (y + 2.0, ROW - 4.0, colour(kind));
    let title = match drawn.spans {
        1 => details(drawn.first, begin),
        n => {
            let (from, to) = (drawn.first.start_s - begin, drawn.last.end_s - begin);
            format!("{n} spans of {}, {} to {}", kind.name(), duration(from), duration(to))
        }
    };
    let title = escaped(&title);
    let _ = writeln!(
        out,
        r#"<rect x="{x}" y="{y}" width="{width}" height="{height}" fill="{fill}"><title>{title}</title></rect>"#
    );
}

/// A span in words.
fn details(span: &Span, begin: f64) -> String {
    let (length, at) = (duration(span.end_s - span.start_s), duration(span.start_s - begin));
    let mut text = format!("{}: {length} at {at}", span.name);
    if let Some(elements) = &span.elements {
        let _ = write!(text, ", elements {}..{}", elements.start, elements.end);
    }
    if let Some(bytes) = span.bytes {
        let _ = write!(text, ", {bytes} bytes");
    }
    if span.kind.is_of_device() && span.clock == SpanClock::Host {
        text.push_str(", host time");
    }
    text
}

/// Seconds with three significant digits and a unit.
fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        0.0 => return "0".to_owned(),
        s if s < 0.999_5e-6 => (s * 1e9, "ns"),
        s if s < 0.999_5e-3 => (s * 1e6, "µs"),
        s if s < 0.999_5 => (s * 1e3, "ms"),
        s => (s, "s"),
    };
    let decimals = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} {unit}")
}

/// To a hundredth, which keeps the text short.
fn pixels(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn shortened(title: &str) -> String {
    if title.chars().count() <= TITLE {
        return title.to_owned();
    }
    title.chars().take(TITLE - 1).chain(['…']).collect()
}

/// As text of XML, which has no control characters.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

//! The report as text.

use std::fmt::Write as _;

use super::OURS;
use super::bars::{Against, Bar};
use super::lines::{Copy, Line};

/// The table, what else is to be known, and the bars.
pub(super) fn table(lines: &[Line], copy: Option<&Copy>, unmatched: &[String], bars: &[Bar]) -> String {
    let mut text = columns(
        &["case", "dtype", "n", "clock", "ours us", "best peer", "peer us", "ratio", "GB/s", "of copy"],
        lines,
        |line| {
            let case = &line.key.case;
            let n = if line.key.n == 0 { "-".into() } else { size(line.key.n) };
            [
                if line.system == OURS { case.clone() } else { format!("{}: {case}", line.system) },
                line.key.dtype.clone(),
                n,
                line.key.clock.name().into(),
                line.us.map_or_else(|| "WRONG".into(), |us| format!("{us:.1}")),
                line.peer.as_ref().map_or_else(dash, |(system, _)| system.clone()),
                line.peer.as_ref().map_or_else(dash, |(_, us)| format!("{us:.1}")),
                two(line.ratio),
                line.gb_per_s.map_or_else(dash, |rate| format!("{rate:.1}")),
                two(line.share),
            ]
        },
    );
    text.push_str("\nratio: the best peer's time over ours, above 1 we win; of copy: GB/s over those of a copy on the device\n");
    let _ = match copy {
        Some(Copy { system, n, gb_per_s }) => {
            writeln!(text, "copy on the device: {gb_per_s:.1} GB/s ({system}, n = {})", size(*n))
        }
        None => writeln!(text, "copy on the device: not measured"),
    };
    for name in unmatched {
        let _ = writeln!(text, "peers only: {name}");
    }
    text.push('\n');
    text.push_str(&columns(
        &["bar", "n", "clock", "against", "figure", "at least", "", "aim", ""],
        bars,
        |bar| {
            let verdict = |limit: f64| match bar.figure {
                Ok(figure) if figure >= limit => "reached",
                Ok(_) => "MISS",
                Err(_) => "-",
            };
            [
                format!("{} {}", bar.case, bar.dtype),
                size(bar.n),
                bar.clock.name().into(),
                match bar.against {
                    Against::Copy => "copy on the device".into(),
                    Against::System(system) => system.into(),
                },
                match &bar.figure {
                    Ok(figure) => format!("{figure:.3}"),
                    Err(why) => format!("not measured: {why}"),
                },
                format!("{:.2}", bar.at_least),
                verdict(bar.at_least).into(),
                format!("{:.2}", bar.aim),
                verdict(bar.aim).into(),
            ]
        },
    ));
    text
}

/// The lines of the table, for programs.
pub(super) fn summary(lines: &[Line]) -> String {
    let mut text = "system,case,dtype,n,clock,ours_us,peer,peer_us,ratio,gb_per_s,copy_share\n".to_owned();
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.4}"));
    for line in lines {
        let (peer, peer_us) = line.peer.clone().unzip();
        let _ = writeln!(
            text,
            "{},{},{},{},{},{},{},{},{},{},{}",
            line.system,
            line.key.case,
            line.key.dtype,
            line.key.n,
            line.key.clock.name(),
            line.us.map_or_else(|| "WRONG".into(), |us| format!("{us:.3}")),
            peer.unwrap_or_default(),
            peer_us.map_or_else(String::new, |us| format!("{us:.3}")),
            number(line.ratio),
            number(line.gb_per_s),
            number(line.share),
        );
    }
    text
}

fn dash() -> String {
    "-".into()
}

fn two(value: Option<f64>) -> String {
    value.map_or_else(dash, |value| format!("{value:.2}"))
}

/// A power of two as one.
fn size(n: u64) -> String {
    if n.is_power_of_two() { format!("2^{}", n.ilog2()) } else { n.to_string() }
}

/// Cells in columns as wide as their widest; numbers to the right, words to the left.
fn columns<T, const N: usize>(header: &[&str; N], lines: &[T], cells: impl Fn(&T) -> [String; N]) -> String {
    let rows: Vec<[String; N]> = lines.iter().map(cells).collect();
    let is_number =
        |cell: &str| cell.starts_with(|c: char| c.is_ascii_digit()) || matches!(cell, "-" | "WRONG");
    let right: [bool; N] =
        std::array::from_fn(|c| !rows.is_empty() && rows.iter().all(|row| is_number(&row[c])));
    let widths: [usize; N] =
        std::array::from_fn(|c| rows.iter().map(|row| row[c].len()).fold(header[c].len(), usize::max));
    let mut text = String::new();
    let mut write = |cells: [&str; N]| {
        let mut line = String::new();
        for ((cell, width), right) in cells.into_iter().zip(widths).zip(right) {
            let _ = if right { write!(line, "{cell:>width$}  ") } else { write!(line, "{cell:<width$}  ") };
        }
        let _ = writeln!(text, "{}", line.trim_end());
    };
    write(*header);
    for row in &rows {
        write(row.each_ref().map(String::as_str));
    }
    text
}

//! Rows as text.

use crate::suite::{Goal, Row};

pub(crate) const CSV_HEADER: &str = "case,n,ours_ms,peer,peer_ms,ratio";

pub(crate) fn csv(row: &Row) -> String {
    let Row { case, n, ours_ms, peer, peer_ms, .. } = row;
    format!("{case},{n},{ours_ms:.6},{peer},{peer_ms:.6},{:.3}", row.ratio())
}

pub(crate) fn header() -> String {
    format!(
        "{:<34} {:>5} {:>10}  {:<34} {:>10} {:>6}  {:<13} {:>4}  figure",
        "case", "n", "ours ms", "peer", "peer ms", "ratio", "quartiles", "runs"
    )
}

pub(crate) fn line(row: &Row) -> String {
    let Row { case, peer, ours_ms, peer_ms, runs, .. } = row;
    let n = length(row.n);
    let quartiles = format!("{:.2} .. {:.2}", row.paired[0], row.paired[2]);
    let verdict = match row.reached() {
        Some(true) => "pass",
        Some(false) => "MISS",
        None => "",
    };
    let figure = match row.goal {
        Goal::Ratio(least) => format!("at least {least:.2}"),
        Goal::OverheadUs(most) => format!("at most {most:.1} us more"),
        Goal::Open => "-".into(),
    };
    format!(
        "{case:<34} {n:>5} {:>10}  {peer:<34} {:>10} {:>6.2}  {quartiles:<13} {runs:>4}  {figure} {verdict}",
        time(*ours_ms),
        time(*peer_ms),
        row.ratio()
    )
}

fn time(ms: f64) -> String {
    if ms < 0.1 { format!("{ms:.6}") } else { format!("{ms:.3}") }
}

/// Powers of two as such.
pub(crate) fn length(n: usize) -> String {
    if n >= 1024 && n.is_power_of_two() { format!("2^{}", n.ilog2()) } else { n.to_string() }
}

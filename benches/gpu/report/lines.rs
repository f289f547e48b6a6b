//! Lines of the table: a measurement of ours, the quickest peer's, and the bandwidth of a copy.

use super::files::FACTS;
use super::{OURS, RAW, is_ours};
use crate::row::{Clock, Key, Row};

/// A line.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) system: String,
    pub(super) key: Key,
    /// Microseconds; `None` if the result was wrong.
    pub(super) us: Option<f64>,
    /// The quickest peer whose result was right, and its microseconds.
    pub(super) peer: Option<(String, f64)>,
    /// The peer's time over ours: above 1, we win.
    pub(super) ratio: Option<f64>,
    pub(super) gb_per_s: Option<f64>,
    /// Of the bandwidth of a copy.
    pub(super) share: Option<f64>,
}

/// The bandwidth that shares are of.
#[derive(Debug, Clone)]
pub(super) struct Copy {
    pub(super) system: String,
    pub(super) n: u64,
    pub(super) gb_per_s: f64,
}

/// Cases of libraries in the order of the table; facts of devices come after them, then others.
const CASES: [&str; 6] = [
    "map saxpy",
    "map black_scholes",
    "reduce sum",
    "reduce sum_of_squares",
    "scan inclusive_sum",
    "scan exclusive_sum",
];

/// The best bandwidth of a copy by a device's clock, each system at the largest size that it measured.
pub(super) fn copy_bandwidth(rows: &[Row]) -> Option<Copy> {
    let copies = RAW.iter().filter_map(|system| {
        let of_system = rows.iter().filter(|row| {
            row.system == *system && row.key.case == "copy device" && row.key.clock == Clock::Device && row.ok
        });
        let row = of_system.max_by_key(|row| row.key.n)?;
        Some(Copy { system: row.system.clone(), n: row.key.n, gb_per_s: row.gb_per_s()? })
    });
    copies.max_by(|a, b| a.gb_per_s.total_cmp(&b.gb_per_s))
}

/// Whether `peer` is measured against `ours`: libraries against us, CUDA against wgpu.
fn are_peers(ours: &str, peer: &str) -> bool {
    if is_ours(ours) { !is_ours(peer) && !RAW.contains(&peer) } else { ours == RAW[0] && peer == RAW[1] }
}

/// The lines of all measurements of ours, and of wgpu's.
pub(super) fn lines(rows: &[Row], copy: Option<&Copy>) -> Vec<Line> {
    let ours = rows.iter().filter(|row| is_ours(&row.system) || row.system == RAW[0]);
    let mut lines: Vec<Line> = ours.map(|row| line(row, rows, copy)).collect();
    let order = || CASES.iter().chain(&FACTS);
    let place = |line: &Line| order().position(|case| *case == line.key.case).unwrap_or(order().count());
    lines.sort_by_key(|line| {
        let Key { case, dtype, n, clock } = line.key.clone();
        (place(line), case, line.system.clone(), dtype, clock, n)
    });
    lines
}

fn line(row: &Row, rows: &[Row], copy: Option<&Copy>) -> Line {
    let peers =
        rows.iter().filter(|peer| are_peers(&row.system, &peer.system) && peer.key == row.key && peer.ok);
    let best = peers.min_by(|a, b| a.us.median.total_cmp(&b.us.median));
    let us = row.ok.then_some(row.us.median);
    let gb_per_s = row.gb_per_s().filter(|_| row.ok);
    // Transfers cross a link that has nothing to do with the device's memory.
    let is_transfer = ["upload", "download"].iter().any(|way| row.key.case.starts_with(way));
    Line {
        system: row.system.clone(),
        key: row.key.clone(),
        us,
        ratio: best.and_then(|peer| ratio(row, peer)),
        peer: best.map(|peer| (peer.system.clone(), peer.us.median)),
        gb_per_s,
        share: gb_per_s.zip(copy).filter(|_| !is_transfer).map(|(gb_per_s, copy)| gb_per_s / copy.gb_per_s),
    }
}

/// The peer's time over ours, where both are right and take time.
pub(super) fn ratio(ours: &Row, peer: &Row) -> Option<f64> {
    let measured = ours.ok && peer.ok && ours.us.median > 0.0 && peer.us.median > 0.0;
    measured.then(|| peer.us.median / ours.us.median)
}

/// Cases and types that peers measured and we did not.
pub(super) fn unmatched(rows: &[Row]) -> Vec<String> {
    let ours = |key: &Key| rows.iter().any(|row| row.system == OURS && row.key == *key);
    let mut names: Vec<String> = Vec::new();
    for row in rows.iter().filter(|row| are_peers(OURS, &row.system) && !ours(&row.key)) {
        let name = format!("{} {} ({} clock)", row.key.case, row.key.dtype, row.key.clock.name());
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.sort();
    names
}

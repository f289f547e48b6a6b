//! `report`: the rows of all programs of the comparison, as one table; and whether the bars are reached.
//!
//! What was not measured is said, and never counts as reached. The figure of a bar that was measured at another size is not
//! looked for.

mod bars;
mod files;
mod lines;
mod text;

use std::fs;
use std::path::Path;

use crate::row::Row;

/// Our rows.
pub(crate) const OURS: &str = "tilewright";

/// Ours in any tuning: such a row is no peer of another.
pub(crate) fn is_ours(system: &str) -> bool {
    system.starts_with(OURS)
}

/// Rows of wgpu alone, which stand beside those of CUDA.
const RAW: [&str; 2] = ["vulkan", "cuda"];

/// What the report says: its table and bars for people, and its lines as comma-separated values.
pub(crate) struct Report {
    pub(crate) table: String,
    pub(crate) summary: String,
    /// What makes the run a failure.
    pub(crate) problems: Vec<String>,
}

impl Report {
    /// The report of some rows.
    pub(crate) fn of(rows: &[Row]) -> Self {
        let rows = files::merged(rows);
        let copy = lines::copy_bandwidth(&rows);
        let lines = lines::lines(&rows, copy.as_ref());
        let bars = bars::bars(&rows, copy.as_ref());
        let mut problems: Vec<String> =
            rows.iter().filter(|row| !row.ok).map(|row| format!("WRONG: {row}")).collect();
        if !rows.iter().any(|row| row.system == OURS) {
            problems.push(format!("there is no row of {OURS}"));
        }
        let table = text::table(&lines, copy.as_ref(), &lines::unmatched(&rows), &bars);
        Self { table, summary: text::summary(&lines), problems }
    }
}

/// Reads a folder, prints its table and leaves it there.
pub(crate) fn run(folder: &Path) -> Result<(), String> {
    let (rows, notes) = files::read(folder)?;
    for note in notes {
        eprintln!("note: {note}");
    }
    let report = Report::of(&rows);
    print!("{}", report.table);
    for (name, text) in [("table.txt", &report.table), ("summary.csv", &report.summary)] {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    if report.problems.is_empty() { Ok(()) } else { Err(report.problems.join("\n")) }
}

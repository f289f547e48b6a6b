//! Files of rows, as their programs left them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::row::{HEADER, Row};

/// The rows of all files of a folder that have the header of rows, and what is to be known of the others.
pub(super) fn read(folder: &Path) -> Result<(Vec<Row>, Vec<String>), String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    paths.sort();
    let (mut rows, mut notes) = (Vec::new(), Vec::new());
    for path in paths {
        let name = path.display();
        let text = fs::read_to_string(&path).map_err(|error| format!("{name}: {error}"))?;
        let mut lines = text.lines();
        if lines.next().map(str::trim) != Some(HEADER) {
            notes.push(format!("{name} has no rows: its header is another"));
            continue;
        }
        let is_whole = text.ends_with('\n');
        let mut lines = lines.enumerate().filter(|(_, line)| !line.trim().is_empty()).peekable();
        while let Some((index, line)) = lines.next() {
            match line.parse() {
                Ok(row) => rows.push(row),
                // Of a program that was killed while it wrote.
                Err(_) if lines.peek().is_none() && !is_whole => {
                    notes.push(format!("{name} ends within a row, which is left out"));
                }
                Err(error) => return Err(format!("{name}, line {}: {error}", index + 2)),
            }
        }
    }
    Ok((rows, notes))
}

/// Cases of devices, which have no elements, or none of a type, in the order of the table.
pub(super) const FACTS: [&str; 8] = [
    "copy device",
    "upload pageable",
    "upload pinned",
    "download pageable",
    "download pinned",
    "launch empty",
    "open",
    "compile",
];

/// One row for each thing that a system measured: the quickest where it measured one again, and wrong if one of them was.
/// Facts of devices are brought to one spelling: they have no type, and those that move nothing no size.
pub(super) fn merged(rows: &[Row]) -> Vec<Row> {
    let mut merged: Vec<Row> = Vec::new();
    for row in rows {
        let mut row = row.clone();
        if FACTS.contains(&row.key.case.as_str()) {
            "-".clone_into(&mut row.key.dtype);
            if row.bytes == 0 {
                row.key.n = 0;
            }
        }
        match merged.iter_mut().find(|other| other.system == row.system && other.key == row.key) {
            None => merged.push(row),
            Some(other) => {
                let ok = other.ok && row.ok;
                if row.us.median < other.us.median {
                    *other = row;
                }
                other.ok = ok;
            }
        }
    }
    merged
}

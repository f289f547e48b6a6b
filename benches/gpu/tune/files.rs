//! What a tuning run leaves: every time as it was taken, and the choice as an entry of the tunings that the library ships.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use tilewright::Adapter;
use tilewright::tuning::{Entry, Part, Pattern, Tuning};

use super::cases::Point;
use crate::environment;
use crate::row::Clock;
use crate::stats::Summary;

const HEADER: &str = "part,round,variant,case,dtype,n,clock,median_us,q1_us,q3_us,runs,bytes,checked";

/// `tuning.csv`, flushed row by row.
pub(crate) struct Log(File);

impl Log {
    pub(crate) fn create(path: &Path) -> Result<Self, String> {
        let at = |error: std::io::Error| format!("{}: {error}", path.display());
        let mut file = File::create(path).map_err(at)?;
        writeln!(file, "{HEADER}").map_err(at)?;
        Ok(Self(file))
    }

    pub(crate) fn row(
        &mut self,
        (part, round, variant): (&str, usize, &str),
        point: Point,
        clock: Clock,
        us: Summary,
        checked: &str,
    ) -> Result<(), String> {
        let (name, dtype, n, bytes) = (point.case.name(), point.case.dtype(), point.n, point.bytes());
        let Summary { median, q1, q3, runs } = us;
        let clock = clock.name();
        let row = format!(
            "{part},{round},{variant},{name},{dtype},{n},{clock},{median:.3},{q1:.3},{q3:.3},{runs},{bytes},{checked}"
        );
        writeln!(self.0, "{row}").and_then(|()| self.0.flush()).map_err(|error| format!("a row: {error}"))
    }
}

/// The part as rows and options call it.
pub(crate) fn part_name(part: Part) -> &'static str {
    match part {
        Part::Map => "map",
        Part::Reduce => "reduce",
        Part::Scan => "scan",
        Part::Memory => "memory",
    }
}

/// The choice for an adapter, as `shipped.json` has it; `how` it was measured is for people.
pub(crate) fn entry(adapter: &Adapter, tuning: &Tuning, how: &str) -> Entry {
    let traits = adapter.traits().clone();
    // The names of software adapters are of the compiler that they use.
    let pattern = if traits.software {
        Pattern { software: Some(true), ..Pattern::default() }
    } else {
        Pattern { name: Some(traits.name.clone()), ..Pattern::default() }
    };
    let mut machine = environment::machine();
    machine.retain(|(name, _)| ["date", "cpu", "cores"].contains(name));
    let machine: Vec<String> = machine.into_iter().map(|(name, value)| format!("{name} {value}")).collect();
    let measured = format!(
        "tilewright {}, {}, {how}, {}",
        env!("CARGO_PKG_VERSION"),
        adapter.driver,
        machine.join(", ")
    );
    Entry { adapter: pattern, measured, traits, tuning: *tuning }
}

/// The tuning of an entry.
pub(crate) fn tuning(path: &Path) -> Result<Tuning, String> {
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| at(&error))?;
    let entry: Entry = serde_json::from_str(&text).map_err(|error| at(&error))?;
    Ok(entry.tuning)
}

/// Puts an entry before all others of a file of them, in the place of one for the same adapters.
pub(crate) fn ship(path: &Path, entry: &Entry) -> Result<(), String> {
    let at = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let text = fs::read_to_string(path).map_err(|error| at(&error))?;
    let mut entries: Vec<Entry> = serde_json::from_str(&text).map_err(|error| at(&error))?;
    entries.retain(|other| other.adapter != entry.adapter);
    entries.insert(0, entry.clone());
    write(path, &pretty(&entries)?)
}

/// Removes what an earlier run has left.
pub(crate) fn remove(path: &Path) -> Result<(), String> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", path.display()))
        }
        _ => Ok(()),
    }
}

pub(crate) fn pretty<T: serde::Serialize>(value: &T) -> Result<String, String> {
    let text = serde_json::to_string_pretty(value).map_err(|error| error.to_string())?;
    Ok(text + "\n")
}

pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

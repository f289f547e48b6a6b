//! Scenarios: the planner on machines that are not here, in virtual time, against the best static split in hindsight.

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;
use tilewright::Error;
use tilewright::simulator::{Outcome, Scenario, Summary};

use super::common::Failure;
use super::files::{self, File};

/// Calls whose efficiency is shown.
const RUNS: [usize; 4] = [1, 2, 3, 10];

/// From one seed of a scenario to its next.
const SEED_STEP: u64 = 1000;

/// Plays every scenario of a folder and holds each call against the best of 41 static splits.
#[derive(clap::Args)]
#[group(id = "simulated")]
pub(crate) struct Args {
    /// Plays the scenarios of a folder, its files `*.toml`, which `tests/scenarios/README.md` describes
    #[arg(long, value_name = "DIR", required = true)]
    scenarios: Option<PathBuf>,
    /// Prints a JSON object a scenario, and one with the summary
    #[arg(long)]
    json: bool,
    /// Plays each with so many other seeds too, a thousand apart
    #[arg(long, value_name = "N", default_value_t = 0)]
    seeds: u64,
}

/// What is printed of a scenario.
#[derive(Serialize)]
struct Row<'o> {
    file: &'o str,
    name: &'o str,
    seed: u64,
    /// Of [`RUNS`]; null where there are fewer calls.
    efficiency: [Option<f64>; 4],
    /// At run 10.
    against_best_single: Option<f64>,
    exploration_share: f64,
    chunks: usize,
    faults: usize,
    correct: bool,
}

impl<'o> Row<'o> {
    fn of(file: &'o File, outcome: &'o Outcome) -> Self {
        Self {
            file: &file.stem,
            name: &outcome.name,
            seed: outcome.seed,
            efficiency: RUNS.map(|run| outcome.call(run).map(|call| call.efficiency())),
            against_best_single: outcome.call(10).map(|call| call.against_best_single()),
            exploration_share: outcome.exploration_share,
            chunks: outcome.chunks(),
            faults: outcome.faults(),
            correct: outcome.is_correct(),
        }
    }

    fn cells(&self) -> Vec<String> {
        let ratio = |ratio: &Option<f64>| ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.3}"));
        let mut cells = vec![self.file.to_owned()];
        cells.extend(self.efficiency.iter().chain([&self.against_best_single]).map(ratio));
        cells.push(format!("{:.2}%", 100.0 * self.exploration_share));
        cells.extend([self.chunks.to_string(), self.faults.to_string()]);
        cells.push(if self.correct { "ok" } else { "WRONG" }.to_owned());
        cells
    }
}

const HEADER: [&str; 10] = [
    "scenario",
    "η run 1",
    "run 2",
    "run 3",
    "run 10",
    "vs single",
    "explored",
    "chunks",
    "faults",
    "result",
];

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let folder =
        args.scenarios.as_deref().ok_or_else(|| Failure::Usage("--scenarios DIR is missing".into()))?;
    let read = files::read_folder(folder).map_err(|error| Failure::Usage(error.to_string()))?;
    let mut all: Vec<(u64, File)> = Vec::new();
    for k in 0..=args.seeds {
        all.extend(read.iter().map(|file| (k, reseeded(file, k))));
    }
    let outcomes = files::play(all.iter().map(|(_, file)| &file.scenario))?;
    let rows: Vec<(u64, Row<'_>)> =
        all.iter().zip(&outcomes).map(|((k, file), outcome)| (*k, Row::of(file, outcome))).collect();
    let summary = Summary::of(&outcomes);
    if args.json {
        for (_, row) in &rows {
            writeln!(out, "{}", json(row)?)?;
        }
        writeln!(out, "{}", json(&serde_json::json!({ "summary": summary }))?)?;
    } else {
        let own = rows.iter().filter(|(k, _)| *k == 0).map(|(_, row)| row.cells());
        print_table(own.collect(), out)?;
        writeln!(out)?;
        if args.seeds > 0 {
            for k in 0..=args.seeds {
                let of =
                    rows.iter().zip(&outcomes).filter(|((of, _), _)| *of == k).map(|(_, outcome)| outcome);
                writeln!(out, "seed + {}: {}\n", k * SEED_STEP, Summary::of(of))?;
            }
            writeln!(out, "all seeds:")?;
        }
        writeln!(out, "{summary}")?;
    }
    match rows.iter().find(|(_, row)| !row.correct) {
        None => Ok(()),
        Some((_, row)) => {
            Err(Failure::Check(format!("the result of `{}` with seed {} is wrong", row.file, row.seed)))
        }
    }
}

/// The `k`th of a scenario's seeds; 0 is its own.
fn reseeded(file: &File, k: u64) -> File {
    let seed = file.scenario.seed.wrapping_add(k.wrapping_mul(SEED_STEP));
    File { stem: file.stem.clone(), scenario: Scenario { seed, ..file.scenario.clone() } }
}

fn json(value: &impl Serialize) -> Result<String, Failure> {
    let failed = |error: serde_json::Error| Error::System { what: "JSON".into(), reason: error.to_string() };
    Ok(serde_json::to_string(value).map_err(failed)?)
}

/// Columns aligned: names to the left, numbers to the right.
fn print_table(rows: Vec<Vec<String>>, out: &mut dyn Write) -> Result<(), Failure> {
    let lines: Vec<Vec<String>> = std::iter::once(HEADER.map(str::to_owned).to_vec()).chain(rows).collect();
    let widths: Vec<usize> = (0..HEADER.len())
        .map(|column| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0))
        .collect();
    for line in &lines {
        write!(out, "{:<width$}", line[0], width = widths[0])?;
        for (cell, &width) in line.iter().zip(&widths).skip(1) {
            write!(out, "  {cell:>width$}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

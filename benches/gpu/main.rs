//! How far we are from the memory of a GPU, and from its best libraries: `cargo bench --bench gpu -- measure`.
//!
//! `measure` writes our rows and lampshade's, `facts` what the adapter can do at all, and `report` reads the rows of all
//! programs of the comparison into one table. A result that is wrong is a row that says so, and an exit code of 1. `tune`
//! finds the tuning that suits the adapter, which `measure` can be given.

mod data;
mod environment;
mod facts;
mod fill;
mod lampshade_rows;
mod maps;
mod measure;
mod memory;
mod options;
mod oracle;
mod ours;
mod raw;
mod reductions;
mod report;
mod row;
mod scans;
mod sink;
mod stamps;
mod stats;
mod timing;
mod tune;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use options::Options;

/// Measures tilewright on a real GPU, beside its peers.
#[derive(Parser)]
struct Args {
    /// Without one, as when all benches are run, nothing is done.
    #[command(subcommand)]
    command: Option<Command>,
    /// What cargo passes to every bench.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Rows of tilewright and lampshade on data that stay on the device.
    Measure {
        #[command(flatten)]
        options: Options,
        /// A tuning in place of the library's: the tuning.json that `tune` has left.
        #[arg(long)]
        tuning: Option<PathBuf>,
    },
    /// What the adapter does without a library, and what it says of itself.
    Facts {
        #[command(flatten)]
        options: Options,
        /// The adapter and the machine go to this file.
        #[arg(long, default_value = "environment.txt")]
        environment: PathBuf,
    },
    /// Measures variants of the library's tuning, and writes the fastest one.
    Tune(tune::Options),
    /// One table of the rows of all programs, in DIR/*.csv; leaves it there as table.txt and summary.csv.
    Report {
        /// The folder with the rows.
        dir: PathBuf,
    },
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match &args.command {
        Some(Command::Measure { options, tuning }) => measure::run(options, tuning.as_deref()),
        Some(Command::Facts { options, environment }) => facts::run(options, environment),
        Some(Command::Tune(options)) => tune::run(options),
        Some(Command::Report { dir }) => report::run(dir),
        None => {
            eprintln!("gpu: nothing was asked for; see --help");
            Ok(())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gpu: {error}");
            ExitCode::FAILURE
        }
    }
}

//! Side by side with peers: `cargo bench --bench versus -- --csv`.
//!
//! Every row runs tilewright and a peer in turns on the same data, checks both results, and reports medians and
//! `ratio = peer time / our time`: above 1, tilewright wins. A wrong result or an error fails the whole run; a row that
//! misses its figure does not, but is shown as a miss. Rows that need a GPU say so when there is none.

mod black_scholes;
mod data;
mod device;
mod environment;
mod kernels;
mod mandelbrot;
mod maps;
mod memory;
mod reduce;
mod scan;
mod suite;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use suite::{Options, Outcome, Suite};
use tilewright::Context;

/// Compares tilewright with its peers, side by side.
#[derive(Parser)]
struct Args {
    /// Print only the rows, as comma-separated values.
    #[arg(long)]
    csv: bool,
    /// Only rows whose case or peer contains this.
    #[arg(long, default_value = "")]
    filter: String,
    /// Small inputs and few runs: shows that the rows work, not how fast they are.
    #[arg(long)]
    quick: bool,
    /// Timed runs of each side; without it, as many as a few seconds a row allow.
    #[arg(long)]
    runs: Option<usize>,
    /// Also write versus.csv and environment.txt into this directory.
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    /// What cargo passes to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let options = Options { filter: args.filter, quick: args.quick, runs: args.runs, csv: args.csv };
    let mut suite = Suite::new(options);
    match run(&mut suite, args.record) {
        Ok(()) if suite.failures() == 0 => ExitCode::SUCCESS,
        Ok(()) => {
            eprintln!("versus: {} rows failed", suite.failures());
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("versus: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(suite: &mut Suite, record: Option<PathBuf>) -> Outcome<()> {
    let cx = Context::new();
    suite.begin();
    maps::run(suite, &cx)?;
    black_scholes::run(suite, &cx)?;
    reduce::run(suite, &cx)?;
    scan::run(suite, &cx)?;
    // What opens devices, if its rows are wanted, comes last, so that no driver thread disturbs the rows before.
    let devices = device::Devices::default();
    black_scholes::run_device(suite, &cx, &devices)?;
    mandelbrot::run_device(suite, &cx, &devices)?;
    kernels::run_device(suite, &devices)?;
    device::run(suite, &devices)?;
    suite.end();
    if let Some(dir) = record {
        environment::record(&dir, suite, &cx, &devices)?;
    }
    Ok(())
}

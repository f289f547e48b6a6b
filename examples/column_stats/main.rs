//! Statistics of columns of numbers: count, sum, mean, variance, minimum, maximum, cumulative sums.

mod column;
#[path = "../common/mod.rs"]
mod common;
mod oracle;
mod stats;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tilewright::Extremum;

use column::Column;
use common::progress::ShowProgress;
use common::{Failure, Where};
use stats::Stats;

/// Prints count, sum, mean, population variance, and minimum and maximum with their indices, of each FILE.
///
/// A FILE is a one-dimensional .npy array of f4, i4 or f8. Sums are computed on the device in double-float arithmetic
/// (48 bits) and printed with a bound of their error.
#[derive(Parser)]
struct Args {
    /// Columns
    #[arg(required = true)]
    file: Vec<PathBuf>,
    /// Write the cumulative sums of NAME.npy to DIR/NAME.cumsum.npy, as f8
    #[arg(long, value_name = "DIR")]
    cumsum_dir: Option<PathBuf>,
    /// Compare with a JSON object of {NAME: {n, sum, mean, variance, min, max, cumsum_last}}; exit with 1 if they
    /// disagree by more than the error bounds
    #[arg(long, value_name = "JSON")]
    oracle: Option<PathBuf>,
    /// Print on which executor each column's last pass ran
    #[arg(long)]
    report: bool,
    #[command(flatten)]
    progress: ShowProgress,
    #[command(flatten)]
    place: Where,
}

fn main() -> ExitCode {
    common::start(run)
}

fn run(args: Args, out: &mut dyn Write) -> Result<(), Failure> {
    let cx = args.progress.context(args.place.builder().build()?);
    let oracle = args.oracle.as_deref().map(oracle::read).transpose()?;
    let mut names = HashSet::new();
    let mut compared = 0;
    for path in &args.file {
        let name = column::name(path);
        if args.cumsum_dir.is_some() && !names.insert(name.clone()) {
            let what =
                format!("{}: another FILE has the name `{name}`, and so the same output", path.display());
            return Err(Failure::Usage(what));
        }
        let column = Column::read(path)?;
        let needs_cumsum = args.cumsum_dir.is_some() || oracle.is_some();
        let stats = stats::stats(&cx, column, needs_cumsum)?;
        print(&name, &stats, out)?;
        if let Some(report) = cx.last_report().filter(|_| args.report) {
            writeln!(out, "  last pass: {report}")?;
        }
        if let (Some(dir), Some(sums)) = (&args.cumsum_dir, &stats.cumsum) {
            writeln!(out, "  cumulative sums in {}", column::write_cumsum(dir, &name, sums)?.display())?;
        }
        if let Some(expected) = oracle.as_ref().and_then(|oracle| oracle.get(&name)) {
            expected.compare(&name, &stats)?;
            compared += 1;
        }
    }
    if oracle.is_some() {
        writeln!(out, "{compared} of {} columns compared with the oracle: all agree", args.file.len())?;
    }
    Ok(())
}

fn print(name: &str, stats: &Stats, out: &mut dyn Write) -> Result<(), Failure> {
    let at = |found: &Option<Extremum<f64>>| match found {
        Some(found) => format!("{} at {}", short(found.value), found.index),
        None => "none".to_owned(),
    };
    writeln!(out, "{name}: {} values", stats.count)?;
    for (what, number) in [("sum", stats.sum), ("mean", stats.mean), ("variance", stats.variance)] {
        writeln!(out, "  {what:<9}{:<24} ±{:.1e}", short(number.value), number.bound)?;
    }
    writeln!(out, "  min      {}\n  max      {}", at(&stats.min), at(&stats.max))?;
    Ok(())
}

/// All digits, with an exponent where zeros would be more.
fn short(x: f64) -> String {
    if x == 0.0 || (1e-5..1e16).contains(&x.abs()) { x.to_string() } else { format!("{x:e}") }
}

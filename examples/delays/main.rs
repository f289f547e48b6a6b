//! A histogram of flight delays: a map finds the bins, and a kernel counts them in workgroup memory.

#[path = "../common/mod.rs"]
pub(crate) mod common;
mod histogram;
mod input;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use tilewright::prelude::*;

use common::{Failure, Where};
pub(crate) use histogram::{Histogram, check};

/// Characters of the longest bar.
const BAR: u64 = 50;

/// Prints a histogram of the delays in FILE, in minutes, and quantiles that are found from it.
///
/// FILE is a one-dimensional .npy array of f4; without it, flights_delay.npy in ../shared/data beside the checkout, and
/// where that is not there, generated delays. The counts are checked against a plain loop, and each quantile against
/// sorted delays.
#[derive(Parser)]
pub(crate) struct Args {
    /// Delays in minutes
    file: Option<PathBuf>,
    /// Generate so many delays instead
    #[arg(long, value_name = "N", conflicts_with = "file", value_parser = clap::value_parser!(u32).range(1..=1 << 28))]
    generate: Option<u32>,
    /// Minutes at which the first bin begins
    #[arg(long, default_value_t = -60, allow_negative_numbers = true, value_parser = clap::value_parser!(i32).range(-1_000_000..=1_000_000))]
    from: i32,
    /// Minutes of a bin, of which there are 253
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(i32).range(1..=10_000))]
    width: i32,
    #[command(flatten)]
    place: Where,
}

fn main() -> ExitCode {
    common::start_on(|args: &Args| &args.place, run_on)
}

pub(crate) fn run_on(cx: &Context, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let delays = input::delays(args.file.as_deref(), args.generate.map(|n| n as usize), out)?;
    let mut histogram = Histogram::new(args.from, args.width)?;
    histogram.count(cx, &delays)?;
    // The first run compiles.
    let start = Instant::now();
    histogram.count(cx, &delays)?;
    let seconds = start.elapsed().as_secs_f64();

    print(&histogram, out)?;
    let n = delays.len();
    writeln!(out, "{}", common::ran(cx))?;
    writeln!(out, "{n} delays: {:.2} ms, {:.2} GB/s", seconds * 1e3, 4.0 * n as f64 / seconds / 1e9)?;
    check(&histogram, &delays)?;
    writeln!(out, "checked against a plain loop: equal")?;
    Ok(())
}

/// A line for each bin from the first that is not empty to the last, and the quantiles.
fn print(histogram: &Histogram, out: &mut dyn Write) -> Result<(), Failure> {
    let largest = u64::from(*histogram.counts().iter().max().unwrap_or(&0)).max(1);
    let mut bar = |label: String, count: u32| {
        let stars = "#".repeat((u64::from(count) * BAR).div_ceil(largest) as usize);
        writeln!(out, "{label:>16} {count:>10} {stars}")
    };
    if histogram.below() > 0 {
        bar(format!("below {}", histogram.edge(0)), histogram.below())?;
    }
    let bins = histogram.bins();
    let last = bins.iter().rposition(|&count| count > 0).map_or(0, |last| last + 1);
    let first = bins.iter().position(|&count| count > 0).unwrap_or(0);
    let mut skipped = false;
    for (bin, &count) in bins.iter().enumerate().take(last).skip(first) {
        // A long tail of next to nothing is left out.
        if u64::from(count) * 500 < largest {
            skipped = true;
            continue;
        }
        bar(format!("{} to {}", histogram.edge(bin), histogram.edge(bin + 1)), count)?;
    }
    if histogram.above() > 0 {
        bar(format!("{} and more", histogram.edge(bins.len())), histogram.above())?;
    }
    if histogram.not_numbers() > 0 {
        bar("not a number".to_owned(), histogram.not_numbers())?;
    }
    if skipped {
        writeln!(out, "{:>16} bins with less than a 500th of the largest are left out", "")?;
    }
    for (name, share) in histogram::QUANTILES {
        if let Some(range) = histogram.quantile(share) {
            writeln!(out, "{name:>16} {range} minutes")?;
        }
    }
    Ok(())
}

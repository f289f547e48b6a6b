//! The same bits everywhere: float sum and scan with 1, 2 and 8 threads, on the GPU, and split between both.

mod common;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use tilewright::prelude::*;
use tilewright::{Builder, Choice, Error};

use common::{Failure, Where};

/// Computes a float sum and an inclusive scan of N numbers in many ways and compares the bits.
///
/// Without --placement: the CPU with 1, 2 and 8 threads, the GPU, and splits of 0 to 1. With it: the CPU with one
/// thread, and that placement.
#[derive(Parser)]
struct Args {
    /// Number of elements; the default is no multiple of anything
    #[arg(long, default_value_t = 4_200_001, value_parser = clap::value_parser!(u64).range(0..=1 << 30))]
    n: u64,
    #[command(flatten)]
    place: Where,
}

fn main() -> ExitCode {
    common::start(run)
}

fn run(args: Args, out: &mut dyn Write) -> Result<(), Failure> {
    let xs = common::samples(args.n as usize);
    let plain = xs.iter().fold(0.0_f32, |sum, x| sum + x);
    writeln!(
        out,
        "{} elements of f32; a plain loop sums them to {plain} ({:08x})",
        xs.len(),
        plain.to_bits()
    )?;
    writeln!(out, "{:<16}{:>12}{:>12}{:>20}  ran on", "where", "sum", "bits", "digest of scan")?;

    let mut rows = Rows { xs: &xs, first: None, difference: None, out };
    let builder = || args.place.builder().cpu_fallback(false);
    let gpu = match args.place.placement {
        Some(placement) => {
            rows.add("cpu, 1 thread", builder().placement(Placement::Cpu).threads(1))?;
            rows.add(&placement.to_string(), builder())?;
            Ok(())
        }
        None => {
            for threads in [1, 2, 8] {
                let name = format!("cpu, {}", common::count(threads, "thread"));
                rows.add(&name, builder().placement(Placement::Cpu).threads(threads))?;
            }
            rows.on_gpu(&builder)?
        }
    };

    let difference = rows.difference;
    if gpu.is_ok() && args.place.placement.is_none_or(|placement| placement != Placement::Cpu) {
        writeln!(out, "{}", builder().build()?.try_arithmetic()?)?;
    }
    if let Err(reason) = gpu {
        writeln!(out, "{reason}: no gpu and split rows")?;
    }
    match difference {
        None => Ok(writeln!(out, "identical")?),
        Some(difference) => Err(Failure::Check(difference)),
    }
}

/// What was computed, all rows against the first.
struct Rows<'a> {
    xs: &'a [f32],
    first: Option<(String, f32, Vec<f32>)>,
    /// The first difference.
    difference: Option<String>,
    out: &'a mut dyn Write,
}

impl Rows<'_> {
    /// The rows that need a GPU; the inner error says why there is none.
    fn on_gpu(&mut self, builder: &dyn Fn() -> Builder) -> Result<Result<(), Error>, Failure> {
        match self.add("gpu", builder().placement(Placement::Gpu)) {
            Err(Failure::Library(error @ Error::NoAdapter { .. })) => return Ok(Err(error)),
            outcome => outcome?,
        }
        for tenths in 0..=10 {
            let placement = Placement::Split { gpu: f64::from(tenths) / 10.0 };
            self.add(&placement.to_string(), builder().placement(placement))?;
        }
        Ok(Ok(()))
    }

    fn add(&mut self, name: &str, builder: Builder) -> Result<(), Failure> {
        let cx = builder.build()?;
        let sum = cx.view(self.xs).reduce(Sum)?;
        let scan = cx.view(self.xs).inclusive_scan(Sum).collect()?;
        let ran_on = ran_on(&cx);
        let (bits, digest) = (sum.to_bits(), digest(&scan));
        writeln!(self.out, "{name:<16}{sum:>12.4}{bits:>12x}{digest:>20x}  {ran_on}")?;
        let Some((reference, first_sum, first_scan)) = &self.first else {
            self.first = Some((name.to_owned(), sum, scan));
            return Ok(());
        };
        let differs = |what: &str, expected: f32, given: f32| {
            let (a, b) = (expected.to_bits(), given.to_bits());
            format!("{what} differs: `{reference}` has {expected} ({a:08x}), `{name}` has {given} ({b:08x})")
        };
        let difference = if first_sum.to_bits() != bits {
            Some(differs("the sum", *first_sum, sum))
        } else {
            let pairs = first_scan.iter().zip(&scan);
            let at = pairs.clone().position(|(a, b)| a.to_bits() != b.to_bits());
            at.map(|i| differs(&format!("element {i} of the scan"), first_scan[i], scan[i]))
        };
        self.difference = self.difference.take().or(difference);
        Ok(())
    }
}

/// Where the last call ran.
fn ran_on(cx: &Context) -> String {
    let Some(report) = cx.last_report() else { return "cpu, calling thread".into() };
    let plan = &report.plan;
    let adapter = plan.adapter.as_deref().unwrap_or("gpu");
    match plan.choice {
        Choice::Gpu => adapter.to_owned(),
        Choice::Split { gpu_elements } => {
            format!("{adapter} to element {gpu_elements}, cpu from there")
        }
        _ => format!("cpu, {}", common::count(plan.threads, "thread")),
    }
}

/// FNV-1a of the bytes in memory order (Fowler, Noll and Vo; <http://isthe.com/chongo/tech/comp/fnv/>), 64 bits.
fn digest(values: &[f32]) -> u64 {
    let bytes = values.iter().flat_map(|value| value.to_bits().to_le_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

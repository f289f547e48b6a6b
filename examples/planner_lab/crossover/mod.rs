//! Where the GPU begins to pay: the same call on the CPU, on the GPU, split at eleven shares, and as `Auto` decides.

mod candidates;
pub(crate) mod functions;
mod measure;
mod quantile;
mod row;
mod svg;
mod table;

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use tilewright::prelude::*;
use tilewright::{Choice, Error};

use super::common::{Failure, count};
use candidates::Machine;
use functions::Function;
use measure::{Bench, Effort};
use row::Row;

/// Measures functions from cheap to heavy over a range of sizes, each on the CPU, on the GPU, split between both, and as
/// `Auto` decides.
///
/// All ways to run take turns, in another order each round; times are medians. Then `Auto` and the best single executor
/// take more turns, and their ratio is the median of the ratios of the rounds. Results go to memory that is used again,
/// and are compared with those of the CPU: equal bits for sums and scans, a stated tolerance for maps.
///
/// The default takes about two minutes on two cores; `--max-exp 27 --step 1` is the whole range.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The smallest size is 2^MIN_EXP [default: 10]
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=30))]
    min_exp: Option<u32>,
    /// The largest size is at most 2^MAX_EXP [default: 22, with --quick 14]
    #[arg(long, value_parser = clap::value_parser!(u32).range(0..=30))]
    max_exp: Option<u32>,
    /// From one exponent to the next [default: 2, with --quick 4]
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=30))]
    step: Option<u32>,
    /// Only functions whose name contains this text
    #[arg(long, value_name = "TEXT", default_value = "")]
    function: String,
    /// Seconds of timed runs of a row; each way to run is timed three times at least
    #[arg(long, default_value_t = 2.0, value_parser = seconds)]
    seconds: f64,
    /// Few sizes and two rounds: shows that it works, and measures nothing
    #[arg(long)]
    quick: bool,
    /// Adds what the plans of cpu, gpu, the split at 0.5 and the best split had predicted
    #[arg(long)]
    predict: bool,
    /// Fails if `Auto` is more than 3% slower than the best single executor above 2^12 elements, or 2 µs up to there;
    /// with --predict also if a split takes more than 1.15 times what its plan says
    #[arg(long)]
    assert: bool,
    /// Prints a JSON object a row
    #[arg(long)]
    json: bool,
    /// Writes the rows to a CSV file
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Draws the rows to an SVG file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// `Auto` runs in a context of its own: what the other runs have opened, compiled and measured is unknown to it
    #[arg(long)]
    own_context: bool,
    /// Threads of the CPU [default: all processors]
    #[arg(long)]
    threads: Option<usize>,
    /// Use only adapters whose name contains this text
    #[arg(long)]
    adapter: Option<String>,
    /// Let `Auto` choose a software adapter, which runs on the CPU's own cores
    #[arg(long)]
    allow_software: bool,
}

impl Args {
    /// The context that is asked for.
    pub(crate) fn context(&self) -> Result<Context, Failure> {
        let mut builder = Context::builder().allow_software(self.allow_software);
        if let Some(threads) = self.threads {
            builder = builder.threads(threads);
        }
        if let Some(adapter) = &self.adapter {
            builder = builder.adapter(adapter);
        }
        Ok(builder.build()?)
    }

    /// The exponents of the sizes.
    fn exponents(&self) -> Result<Vec<u32>, Failure> {
        let (largest, step) = if self.quick { (14, 4) } else { (22, 2) };
        // A bound that is given moves one that is not.
        let min = self.min_exp.unwrap_or_else(|| self.max_exp.unwrap_or(10).min(10));
        let max = self.max_exp.unwrap_or(largest.max(min));
        if min > max {
            return Err(Failure::Usage(format!("--min-exp {min} is above --max-exp {max}")));
        }
        Ok((min..=max).step_by(self.step.unwrap_or(step) as usize).collect())
    }

    fn functions(&self) -> Result<Vec<Function>, Failure> {
        let all = Function::all()?;
        let names: Vec<&str> = all.iter().map(|function| function.name).collect();
        let names = names.join(", ");
        let wanted: Vec<Function> =
            all.into_iter().filter(|function| function.name.contains(&self.function)).collect();
        if wanted.is_empty() {
            return Err(Failure::Usage(format!("--function {}: there are {names}", self.function)));
        }
        Ok(wanted)
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.0..=3600.0).contains(&seconds) => Ok(seconds),
        _ => Err("a number from 0 to 3600 is wanted".into()),
    }
}

/// A file that is known to be writable before anything is measured.
struct Report<'a> {
    path: &'a Path,
    file: File,
}

impl<'a> Report<'a> {
    fn create(path: &'a Option<PathBuf>) -> Result<Option<Self>, Failure> {
        let Some(path) = path else { return Ok(None) };
        let file = File::create(path)
            .map_err(|error| Failure::Usage(format!("{} cannot be written: {error}", path.display())))?;
        Ok(Some(Self { path, file }))
    }

    fn write(mut self, text: &str) -> Result<(), Failure> {
        let written = self.file.write_all(text.as_bytes());
        written.map_err(|error| Failure::Check(format!("writing to {}: {error}", self.path.display())))
    }
}

pub(crate) fn run_on(cx: &Context, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let exponents = args.exponents()?;
    let functions = args.functions()?;
    let (csv, svg) = (Report::create(&args.csv)?, Report::create(&args.svg)?);
    let auto = if args.own_context { args.context()? } else { cx.clone() };
    let machine = machine(cx, auto, args.allow_software)?;
    // What is printed beside JSON is not JSON.
    if args.json {
        about(&machine, &mut std::io::stderr())?;
    } else {
        about(&machine, out)?;
        writeln!(out, "\n{}", table::header())?;
    }

    let effort = Effort { seconds: args.seconds, quick: args.quick, predict: args.predict };
    let largest = exponents.last().map_or(0, |&exponent| 1 << exponent);
    let mut rows: Vec<Row> = Vec::new();
    for function in &functions {
        let mut bench = Bench::new(function, largest)?;
        for &exponent in &exponents {
            let row = bench.row(&machine, 1 << exponent, &effort)?;
            if args.json {
                writeln!(out, "{}", table::json(&row)?)?;
            } else {
                writeln!(out, "{}", table::line(&row))?;
            }
            out.flush()?;
            rows.push(row);
        }
    }
    if !args.json {
        let checked: usize = rows.iter().map(|row| row.checked).sum();
        writeln!(out, "{}: {checked} results checked against the CPU's", count(rows.len(), "row"))?;
        if args.predict {
            write!(out, "\n{}", table::predictions(&rows))?;
        }
    }
    if let Some(file) = csv {
        file.write(&table::csv(&rows))?;
    }
    if let Some(file) = svg {
        file.write(&svg::draw(&rows))?;
    }
    if args.assert {
        row::assert(&rows)?;
    }
    Ok(())
}

/// Finds out whether there is a GPU, by a call that has to run on it.
fn machine(cx: &Context, auto: Context, allow_software: bool) -> Result<Machine, Failure> {
    let gpu = cx.with_placement(Placement::Gpu);
    let opened: Result<String, Error> = gpu.view(&[1.0_f32]).reduce(Sum).map(|_| {
        // A context that may fall back to the CPU says in its report that it did.
        let report = gpu.last_report();
        let report = report.filter(|report| report.plan.choice == Choice::Gpu && report.incidents.is_empty());
        report.and_then(|report| report.plan.adapter.clone()).unwrap_or_default()
    });
    let (adapter, absent) = match opened {
        Ok(name) if name.is_empty() => (None, "no device is in order".into()),
        Ok(name) => (cx.adapters().into_iter().find(|adapter| adapter.name == name), String::new()),
        Err(error) => (None, error.to_string()),
    };
    Ok(Machine { cx: cx.clone(), auto, adapter, absent, allow_software })
}

/// What is measured, and what `Auto` may choose.
fn about(machine: &Machine, out: &mut dyn Write) -> Result<(), Failure> {
    let cx = &machine.cx;
    writeln!(out, "cpu: {}, {}", count(cx.threads(), "thread"), cx.instructions())?;
    let Some(adapter) = &machine.adapter else {
        return Ok(writeln!(out, "gpu: {}; gpu and split are not measured", machine.absent)?);
    };
    writeln!(out, "gpu: {adapter}")?;
    if !machine.auto_may_use_gpu() {
        writeln!(
            out,
            "auto: does not choose software adapters unless --allow-software is given, so that its best single is the cpu"
        )?;
    }
    Ok(())
}

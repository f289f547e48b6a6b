//! Map, reduce and scan from one WGSL function: what is found on this machine, whether results are right, what the
//! planner thinks, and how fast it goes.

mod common;

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use tilewright::prelude::*;

use common::{Failure, Where};

/// The factor of saxpy.
const A: f32 = 2.5;

/// The largest relative error of one rounding to f32.
const U: f64 = 1.0 / (1 << 24) as f64;

/// Runs map, reduce and scan over N numbers, checks the results and prints the plan and a table of throughput.
#[derive(Parser)]
struct Args {
    /// Number of elements
    #[arg(long, default_value_t = 1 << 24, value_parser = clap::value_parser!(u64).range(0..=1 << 30))]
    n: u64,
    /// Timed runs of each row, of which the median is printed
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: u32,
    #[command(flatten)]
    place: Where,
}

fn main() -> ExitCode {
    common::start(run)
}

fn run(args: Args, out: &mut dyn Write) -> Result<(), Failure> {
    let n = args.n as usize;
    let cx = args.place.builder().build()?;
    let gpu = devices(&args.place, &cx, out)?;

    let xs = common::samples(n);
    let ys: Vec<f32> = xs.iter().map(|x| 1.0 - x).collect();
    let job = Job::new(&xs, &ys)?;
    writeln!(out, "\nchecks against plain Rust, {n} elements of f32")?;
    job.check(&cx, out)?;

    writeln!(out, "\nplan of the reduction")?;
    let plan = cx.view(&xs).map(&job.square).explain_reduce(Sum)?;
    write!(out, "{plan}")?;

    writeln!(
        out,
        "\nthroughput, median of {} runs; bytes are those read and written in host memory",
        args.runs
    )?;
    writeln!(out, "{:<22}{:<10}{:>10}{:>10}{:>14}", "call", "where", "ms", "GB/s", "10^9 elem/s")?;
    let places = match plan.placement {
        Placement::Auto if gpu => vec![Placement::Cpu, Placement::Gpu],
        Placement::Auto => vec![Placement::Cpu],
        placement => vec![placement],
    };
    for placement in places {
        job.measure(&cx.with_placement(placement), &placement.to_string(), args.runs, out)?;
    }
    Ok(())
}

/// Prints what work can run on; true if a GPU, or a software adapter that stands in for one, is usable.
fn devices(place: &Where, cx: &Context, out: &mut dyn Write) -> Result<bool, Failure> {
    writeln!(out, "cpu: {}, {}", common::count(cx.threads(), "thread"), cx.instructions())?;
    for adapter in cx.adapters() {
        writeln!(out, "gpu: {adapter}")?;
    }
    // An adapter may be listed and still fail to open, or be left out by --adapter.
    let gpu = place.builder().placement(Placement::Gpu).cpu_fallback(false).build()?;
    let opened = gpu.view(&[1.0_f32]).reduce(Sum);
    if let Err(error) = &opened {
        writeln!(out, "{error}; everything runs on the CPU")?;
    }
    Ok(opened.is_ok())
}

/// The functions and their input.
struct Job<'a> {
    xs: &'a [f32],
    ys: &'a [f32],
    saxpy: Func<fn(f32, f32) -> f32>,
    square: Func<fn(f32) -> f32>,
}

impl<'a> Job<'a> {
    fn new(xs: &'a [f32], ys: &'a [f32]) -> Result<Self, Failure> {
        let saxpy = Func::new("fn saxpy(x: f32, y: f32, a: f32) -> f32 { return a * x + y; }")?;
        let square = Func::new("fn square(x: f32) -> f32 { return x * x; }")?;
        Ok(Self { xs, ys, saxpy: saxpy.arg("a", A), square })
    }

    /// Compares each result with what plain Rust computes in f64.
    fn check(&self, cx: &Context, out: &mut dyn Write) -> Result<(), Failure> {
        let n = self.xs.len();

        // A device may round `a * x` before adding, or not: both are within two roundings of the exact value.
        let map = cx.view(self.xs).zip(self.ys).map(&self.saxpy).collect()?;
        let terms = self.xs.iter().zip(self.ys).map(|(&x, &y)| (f64::from(A) * f64::from(x), f64::from(y)));
        for (i, (&got, (ax, y))) in map.iter().zip(terms).enumerate() {
            within(&format!("map, element {i}"), got, ax + y, 2.0 * U * (ax.abs() + y.abs()))?;
        }
        writeln!(out, "  map saxpy             ok, each element within 2 roundings")?;

        // One rounding for the square itself, then the bound of the canonical order.
        let norm2 = cx.view(self.xs).map(&self.square).reduce(Sum)?;
        let exact: f64 = self.xs.iter().map(|&x| f64::from(x) * f64::from(x)).sum();
        let bound = common::sum_bound(n, false, exact) + U * exact;
        let error = within("reduce", norm2, exact, bound)?;
        writeln!(out, "  reduce sum of squares ok, {norm2}, error {error:.1e}, bound {bound:.1e}")?;

        let scan = cx.view(self.xs).inclusive_scan(Sum).collect()?;
        let (mut sum, mut magnitudes, mut worst) = (0.0, 0.0, 0.0);
        for (i, (&got, &x)) in scan.iter().zip(self.xs).enumerate() {
            sum += f64::from(x);
            magnitudes += f64::from(x.abs());
            let bound = common::sum_bound(i + 1, true, magnitudes);
            worst = f64::max(worst, within(&format!("scan, element {i}"), got, sum, bound)? / bound);
        }
        writeln!(out, "  inclusive scan        ok, largest error {worst:.4} of its bound")?;
        Ok(())
    }

    /// One row a call.
    fn measure(&self, cx: &Context, place: &str, runs: u32, out: &mut dyn Write) -> Result<(), Failure> {
        let n = self.xs.len();
        let mut result = vec![0.0; n];
        let mut row =
            |name: &str, bytes: usize, call: &mut dyn FnMut(&mut [f32]) -> tilewright::Result<()>| {
                let time = median(runs, || call(&mut result))?.as_secs_f64();
                let (rate, speed) = ((bytes * n) as f64 / time / 1e9, n as f64 / time / 1e9);
                Ok::<_, Failure>(writeln!(
                    out,
                    "{name:<22}{place:<10}{:>10.3}{rate:>10.2}{speed:>14.3}",
                    time * 1e3
                )?)
            };
        row("map saxpy", 12, &mut |result| {
            cx.view(self.xs).zip(self.ys).map(&self.saxpy).collect_into(result)
        })?;
        row("reduce sum of squares", 4, &mut |_| cx.view(self.xs).map(&self.square).reduce(Sum).map(drop))?;
        row("inclusive scan", 8, &mut |result| cx.view(self.xs).inclusive_scan(Sum).collect_into(result))
    }
}

/// The error of a result; a failure if it is larger than its bound.
fn within(what: &str, got: f32, exact: f64, bound: f64) -> Result<f64, Failure> {
    let error = (f64::from(got) - exact).abs();
    if error <= bound {
        return Ok(error);
    }
    Err(Failure::Check(format!("{what}: expected {exact} within {bound:e}, found {got}")))
}

/// The median time of a call that has run once before.
fn median(runs: u32, mut call: impl FnMut() -> tilewright::Result<()>) -> Result<Duration, Failure> {
    call()?;
    let mut times = Vec::new();
    for _ in 0..runs {
        let start = Instant::now();
        call()?;
        times.push(start.elapsed());
    }
    times.sort();
    Ok(times[times.len() / 2])
}

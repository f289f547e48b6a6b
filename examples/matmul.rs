//! A tiled matrix product: workgroups keep tiles of both factors in their own memory.

mod common;

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use tilewright::prelude::*;

use common::{Failure, Where};

/// Multiplications that the check does at most, in f64 on one thread.
const CHECKED: usize = 1 << 28;

/// Multiplies an M x K by a K x N matrix of random f32, checks the product and prints the rate.
///
/// The check computes rows of the product in f64, all of them if that takes less than a second. A sum of K products in
/// f32 is, in whatever order and with or without fused operations, within γ(K) of the sum of their magnitudes, where
/// γ(K) = K u / (1 - K u) and u = 2^-24 (Higham, *Accuracy and Stability of Numerical Algorithms*, section 3.1).
#[derive(Parser)]
pub(crate) struct Args {
    /// Rows of the product
    #[arg(long, default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=32768))]
    m: u32,
    /// Columns of the product
    #[arg(long, default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=32768))]
    n: u32,
    /// Terms of each sum
    #[arg(long, default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=32768))]
    k: u32,
    /// Timed runs, of which the best is printed
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    runs: u32,
    #[command(flatten)]
    place: Where,
}

fn main() -> ExitCode {
    common::start_on(|args: &Args| &args.place, run_on)
}

pub(crate) fn run_on(cx: &Context, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let [m, n, k] = [args.m, args.n, args.k].map(|size| size as usize);
    let (a, b) = (common::samples(m * k), common::samples(k * n));
    let kernel = Kernel::new(include_str!("kernels/matmul.wgsl"))?;

    // The factors stay where they are used; only the product is read, within the time.
    let (on_a, on_b) = (cx.array(a.clone()), cx.array(b.clone()));
    let mut product = cx.array(vec![0.0_f32; m * n]);
    let mut best = f64::INFINITY;
    // One run more, which compiles and uploads.
    for _ in 0..=args.runs {
        let start = Instant::now();
        let launch = kernel.launch().bind("a", &on_a).bind("b", &on_b).bind("c", &mut product);
        launch.set("size", [args.m, args.n, args.k]).invocations([n, m]).run(cx)?;
        cx.read(&product)?;
        best = best.min(start.elapsed().as_secs_f64());
    }
    writeln!(out, "{}", common::ran(cx))?;
    let flop = 2.0 * (m * n * k) as f64;
    writeln!(out, "{m} x {k} by {k} x {n}: {:.2} ms, {:.2} GFLOP/s", best * 1e3, flop / best / 1e9)?;

    let (rows, worst) = check(&a, &b, cx.read(&product)?, [m, n, k])?;
    writeln!(
        out,
        "checked against plain Rust, {rows} of {m} rows: within γ({k}), largest error {worst:.1e} of its bound"
    )?;
    Ok(())
}

/// Holds rows of `a b = c` against f64: how many, and the largest share of its bound that an error takes.
pub(crate) fn check(a: &[f32], b: &[f32], c: &[f32], [m, n, k]: [usize; 3]) -> Result<(usize, f64), Failure> {
    let ku = k as f64 * 2f64.powi(-24);
    let gamma = ku / (1.0 - ku);
    // The last row always: an edge is where tiles go wrong.
    let rows = (CHECKED / (n * k)).clamp(1, m);
    let mut worst = 0.0_f64;
    for i in 1..=rows {
        let row = i * m / rows - 1;
        let (mut sums, mut magnitudes) = (vec![0.0_f64; n], vec![0.0_f64; n]);
        for (&x, b) in a[row * k..][..k].iter().zip(b.chunks_exact(n)) {
            for ((sum, magnitude), &y) in sums.iter_mut().zip(&mut magnitudes).zip(b) {
                let term = f64::from(x) * f64::from(y);
                *sum += term;
                *magnitude += term.abs();
            }
        }
        for (column, (sum, magnitude)) in sums.iter().zip(&magnitudes).enumerate() {
            let given = c[row * n + column];
            // A product may fall below the normal numbers of f32, and a GPU may take those for 0.
            let bound = gamma * magnitude + k as f64 * f64::from(f32::MIN_POSITIVE);
            let share = (f64::from(given) - sum).abs() / bound;
            // A NaN is within nothing.
            if share.is_nan() || share > 1.0 {
                let what = format!("row {row}, column {column}: expected {sum} ± {bound:e}, found {given}");
                return Err(Failure::Check(what));
            }
            worst = worst.max(share);
        }
    }
    Ok((rows, worst))
}

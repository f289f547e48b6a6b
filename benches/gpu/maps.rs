//! Maps: saxpy, which is all memory, and Black-Scholes, which computes.

use tilewright::prelude::*;
use tilewright::{Array, Error};

use crate::data::{self, Quote};
use crate::measure::Bench;
use crate::oracle::check_map;
use crate::ours::OurCall;
use crate::row::Clock;
use crate::sink::Subject;
use crate::timing::Trouble;

pub(crate) const SAXPY: &str = "map saxpy";
pub(crate) const BLACK_SCHOLES: &str = "map black_scholes";

/// The price of a European call.
const PRICE: &str = include_str!("../../examples/planner_lab/black_scholes.wgsl");

/// Relative error of a product and a sum, fused or not.
pub(crate) const SAXPY_TOLERANCE: f64 = 1e-5;

/// What logarithm, exponentials and roots of a device may add up to, in units of the price.
const PRICE_TOLERANCE: f64 = 2e-3;

pub(crate) fn run(bench: &mut Bench, n: u64) {
    let system = bench.ours.system;
    let subject = |case, bytes| Subject { system, case, dtype: "f32", n, bytes };
    if bench.wants(SAXPY) {
        let subject = subject(SAXPY, 12 * n);
        let done = saxpy(bench, &subject);
        bench.note(&subject, done);
    }
    if bench.wants(BLACK_SCHOLES) {
        let subject = subject(BLACK_SCHOLES, 16 * n);
        let done = black_scholes(bench, &subject);
        bench.note(&subject, done);
    }
}

fn saxpy(bench: &mut Bench, subject: &Subject<'_>) -> Result<(), Trouble> {
    let n = subject.n;
    let func: Func<fn(f32, f32) -> f32> =
        Func::new("fn saxpy(x: f32, y: f32, a: f32) -> f32 { return a * x + y; }")?.arg("a", data::A);
    let sets = bench.sets(8 * n, 4 * n, 4 * n)?;
    let mut inputs = Vec::new();
    for seed in (0..sets).map(data::seed) {
        inputs
            .push([bench.ours.array::<f32>(n, seed)?, bench.ours.array(n, seed.wrapping_add(data::Y_SEED))?]);
    }
    let right = |i: u32, seed: u32| {
        let [x, y] = [seed, seed.wrapping_add(data::Y_SEED)].map(|seed| f64::from(data::unit(i, seed)));
        f64::from(data::A) * x + y
    };
    let run = |cx: &Context, set: usize| {
        let [x, y] = &inputs[set];
        cx.view(x).zip(y).map(&func).to_array()
    };
    rows(bench, subject, sets, run, right, |right| SAXPY_TOLERANCE * right.abs());
    Ok(())
}

fn black_scholes(bench: &mut Bench, subject: &Subject<'_>) -> Result<(), Trouble> {
    let n = subject.n;
    let func: Func<fn(f32, f32, f32) -> f32> = Func::named("price", PRICE)?;
    let sets = bench.sets(12 * n, 4 * n, 4 * n)?;
    let mut inputs = Vec::new();
    for seed in (0..sets).map(data::seed) {
        inputs.push([
            bench.ours.numbers(n, seed, [10.0, 90.0])?,
            bench.ours.numbers(n, seed.wrapping_add(data::STRIKE_SEED), [10.0, 90.0])?,
            bench.ours.numbers(n, seed.wrapping_add(data::YEARS_SEED), [0.1, 1.9])?,
        ]);
    }
    let run = |cx: &Context, set: usize| {
        let [spot, strike, years] = &inputs[set];
        cx.view(spot).zip(strike).zip(years).map(&func).to_array()
    };
    let right = |i: u32, seed: u32| data::black_scholes(Quote::of(i, seed));
    rows(bench, subject, sets, run, right, |_| PRICE_TOLERANCE);
    Ok(())
}

/// A row by either clock.
fn rows(
    bench: &mut Bench,
    subject: &Subject<'_>,
    sets: usize,
    run: impl Fn(&Context, usize) -> Result<Array<f32>, Error>,
    right: impl Fn(u32, u32) -> f64,
    tolerance: impl Fn(f64) -> f64,
) {
    let ours = &bench.ours;
    for clock in [Clock::Device, Clock::Host] {
        let check = |set: usize, result: Array<f32>| {
            let seed = data::seed(set);
            Ok(check_map(ours.read(&result)?, |i| right(i, seed), &tolerance))
        };
        let mut call = OurCall { ours, clock, sets, output: Some(subject.n), run: &run, check };
        bench.sink.row(subject, clock, bench.budget, &mut call);
    }
}

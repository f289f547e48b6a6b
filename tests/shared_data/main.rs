//! Real columns, on every executor, against statistics that were computed in 64-bit floats.
//!
//! Sums are exact where all partial sums are integers that an f32 holds, else within the bound that the documentation of
//! the canonical order proves. Where the data is not there, one trial is ignored and says so.

mod columns;
#[path = "../support/executors.rs"]
mod executors;

use libtest_mimic::{Arguments, Completion, Trial};
use tilewright::prelude::*;

use crate::columns::Column;
use crate::executors::{EVERY_EXECUTOR, trials};

/// Unit round-off of f32.
const U: f64 = 1.0 / (1 << 24) as f64;

fn main() {
    let mut all = Vec::new();
    match columns::columns() {
        None => all.push(Trial::ignorable_test("columns", || {
            Ok(Completion::ignored_with(format!("no {}", columns::folder().display())))
        })),
        Some(columns) => {
            for column in columns {
                let name = column.name.clone();
                all.extend(trials(&name, &EVERY_EXECUTOR, move |cx| agrees(cx, &column)));
            }
        }
    }
    libtest_mimic::run(&Arguments::from_args(), all).exit();
}

/// `γ(k)` of the error bound.
fn gamma(k: u32) -> f64 {
    let ku = f64::from(k) * U;
    ku / (1.0 - ku)
}

/// Whether every partial sum, in any order, is an integer that an f32 holds.
fn is_exact(values: &[f32]) -> bool {
    let total: f64 = values.iter().map(|&x| f64::from(x.abs())).sum();
    values.iter().all(|x| x.fract() == 0.0) && total <= f64::from(1 << 24)
}

fn agrees(cx: &Context, Column { values, known, .. }: &Column) {
    assert_eq!(values.len(), known.n);
    let levels = values.len().next_power_of_two().ilog2().div_ceil(2);
    let exact = is_exact(values);
    let bound = |k: u32, magnitude: f64| if exact { 0.0 } else { gamma(k) * magnitude };

    let magnitude: f64 = values.iter().map(|&x| f64::from(x.abs())).sum();
    let sum = f64::from(cx.view(values).reduce(Sum).unwrap());
    near("sum", sum, known.sum, bound(3 * levels, magnitude));

    let scanned = cx.view(values).inclusive_scan(Sum).collect().unwrap();
    let (mut running, mut magnitude) = (0.0, 0.0);
    for (i, (&x, &prefix)) in values.iter().zip(&scanned).enumerate() {
        running += f64::from(x);
        magnitude += f64::from(x.abs());
        near(&format!("prefix {i}"), f64::from(prefix), running, bound(4 * levels + 1, magnitude));
    }
    near("last prefix", running, known.cumsum_last, 1e-9 * magnitude);

    assert_eq!(f64::from(cx.view(values).reduce(Min).unwrap()), known.min);
    assert_eq!(f64::from(cx.view(values).reduce(Max).unwrap()), known.max);
    for (extremum, value) in [
        (cx.view(values).reduce(ArgMin).unwrap(), known.min),
        (cx.view(values).reduce(ArgMax).unwrap(), known.max),
    ] {
        let extremum = extremum.expect("a column is not empty");
        assert_eq!(f64::from(extremum.value), value);
        let first = values.iter().position(|&x| f64::from(x) == value);
        assert_eq!(Some(extremum.index), first.map(|index| index as u64));
    }

    let mean = (known.sum / known.n as f64) as f32;
    let deviation: Func<fn(f32) -> f32> =
        Func::new("fn deviation(x: f32, mean: f32) -> f32 { let d = x - mean; return d * d; }").unwrap();
    let squares = cx.view(values).map(&deviation.arg("mean", mean)).reduce(Sum).unwrap();
    // A deviation is off by half a unit in the last place of an element or of the mean, whichever is larger.
    let largest = known.min.abs().max(known.max.abs());
    let rounding = 4.0 * U * largest * known.variance.sqrt() + gamma(3 * levels + 3) * known.variance;
    near("variance", f64::from(squares) / known.n as f64, known.variance, rounding);
}

fn near(what: &str, computed: f64, expected: f64, bound: f64) {
    let error = (computed - expected).abs();
    assert!(error <= bound, "{what}: {computed} is {error} from {expected}, at most {bound} was allowed");
}

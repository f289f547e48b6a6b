//! Reductions of f32: what a good loop does at memory speed.

use fearless_simd::{Level, Simd, dispatch};
use rayon::prelude::*;
use tilewright::{Context, Func, Sum};

use crate::data;
use crate::suite::{Case, Goal, Outcome, Suite, fresh};

const N: usize = 1 << 26;
const SUM: &str = "reduce f32 sum";
const SQUARES: &str = "reduce f32 sum of squares";
const RAYON: &str = "rayon par_iter().sum()";
const ACCUMULATORS: &str = "64-accumulator rayon loop";
/// Elements that a thread of the peer takes at once: 256 KiB.
const CHUNK: usize = 1 << 16;

pub(crate) fn run(suite: &mut Suite, cx: &Context) -> Outcome<()> {
    if !suite.wants(&[SUM, SQUARES, RAYON, ACCUMULATORS]) {
        return Ok(());
    }
    let level = Level::new();
    let square: Func<fn(f32) -> f32> = Func::new("fn square(x: f32) -> f32 { return x * x; }")?;
    let n = suite.len(N);
    let xs = data::floats(n, 8, 0.0, 1.0);
    let sum = xs.par_iter().map(|&x| f64::from(x)).sum::<f64>();
    let squares = xs.par_iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>();
    // The elements are not negative, so that the documented bound is relative to the sum; that of a peer's running sums
    // depends on how it splits.
    let levels = n.ilog2().div_ceil(2);
    let bound = f64::from(3 * levels + 1) * 2f64.powi(-24);
    let check = |exact: f64| {
        move |ours: &f32, peer: &f32| {
            data::near("reduce", f64::from(*ours), exact, exact * bound)?;
            data::near("peer", f64::from(*peer), exact, exact * 1e-3)
        }
    };
    suite.versus(
        &Case { name: SUM, n, peer: RAYON, goal: Goal::Ratio(2.0) },
        fresh(|| Ok(cx.view(&xs).reduce(Sum)?)),
        fresh(|| Ok(xs.par_iter().sum::<f32>())),
        check(sum),
    );
    suite.versus(
        &Case { name: SUM, n, peer: ACCUMULATORS, goal: Goal::Ratio(0.95) },
        fresh(|| Ok(cx.view(&xs).reduce(Sum)?)),
        fresh(|| Ok(xs.par_chunks(CHUNK).map(|xs| accumulate(level, xs, |x| x)).sum::<f32>())),
        check(sum),
    );
    suite.versus(
        &Case { name: SQUARES, n, peer: ACCUMULATORS, goal: Goal::Ratio(0.95) },
        fresh(|| Ok(cx.view(&xs).map(&square).reduce(Sum)?)),
        fresh(|| Ok(xs.par_chunks(CHUNK).map(|xs| accumulate(level, xs, |x| x * x)).sum::<f32>())),
        check(squares),
    );
    Ok(())
}

/// Sums `f` of the elements in 64 accumulators, enough to hide the latency of addition.
fn accumulate(level: Level, xs: &[f32], f: impl Fn(f32) -> f32) -> f32 {
    dispatch!(level, simd => simd.vectorize(
        #[inline(always)]
        || {
            let mut sums = [0.0f32; 64];
            let (rows, rest) = xs.as_chunks::<64>();
            for row in rows {
                for (sum, &x) in sums.iter_mut().zip(row) {
                    *sum += f(x);
                }
            }
            sums.iter().sum::<f32>() + rest.iter().map(|&x| f(x)).sum::<f32>()
        },
    ))
}

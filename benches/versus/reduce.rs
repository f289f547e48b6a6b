//! Reductions of f32: what a good loop does at memory speed.

use fearless_simd::{Level, Simd, SimdBase, dispatch, f32x16};
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
        fresh(|| Ok(xs.par_chunks(CHUNK).map(|xs| accumulate::<false>(level, xs)).sum::<f32>())),
        check(sum),
    );
    suite.versus(
        &Case { name: SQUARES, n, peer: ACCUMULATORS, goal: Goal::Ratio(0.95) },
        fresh(|| Ok(cx.view(&xs).map(&square).reduce(Sum)?)),
        fresh(|| Ok(xs.par_chunks(CHUNK).map(|xs| accumulate::<true>(level, xs)).sum::<f32>())),
        check(squares),
    );
    Ok(())
}

/// Sums the elements or, with `SQUARES`, their squares, in 64 accumulators: enough to hide the latency of addition.
fn accumulate<const SQUARES: bool>(level: Level, xs: &[f32]) -> f32 {
    dispatch!(level, simd => simd.vectorize(
        #[inline(always)]
        || accumulators::<_, SQUARES>(simd, xs),
    ))
}

/// Written with vectors: left to itself, the compiler keeps an array of accumulators in memory.
#[inline(always)]
fn accumulators<S: Simd, const SQUARES: bool>(simd: S, xs: &[f32]) -> f32 {
    let f = |x: f32| if SQUARES { x * x } else { x };
    let load = |row: &[f32]| {
        let x = f32x16::from_slice(simd, row);
        if SQUARES { x * x } else { x }
    };
    let zero = f32x16::splat(simd, 0.0);
    let (mut a, mut b, mut c, mut d) = (zero, zero, zero, zero);
    let rows = xs.chunks_exact(64);
    let rest: f32 = rows.remainder().iter().map(|&x| f(x)).sum();
    for row in rows {
        a += load(&row[..16]);
        b += load(&row[16..32]);
        c += load(&row[32..48]);
        d += load(&row[48..]);
    }
    ((a + b) + (c + d)).as_slice().iter().sum::<f32>() + rest
}

//! Maps that memory bounds, and maps so small that the call is what costs.

use bytemuck::allocation::zeroed_vec;
use fearless_simd::{Level, Simd, dispatch};
use rayon::prelude::*;
use tilewright::{Context, Func};

use crate::data::{self, PEER_CHUNK};
use crate::memory;
use crate::suite::{Case, Goal, Outcome, Suite, fresh, into};

const A: f32 = 2.5;
const PEER: &str = "rayon loop";
const SMALL: usize = 1000;
/// Calls a run of the small map: enough for the clock.
const SMALL_CALLS: usize = 2000;

pub(crate) fn run(suite: &mut Suite, cx: &Context) -> Outcome<()> {
    let func: Func<fn(f32, f32) -> f32> =
        Func::new("fn saxpy(x: f32, y: f32, a: f32) -> f32 { return a * x + y; }")?.arg("a", A);
    let names = ["saxpy collect", "saxpy collect_into", PEER];
    if suite.wants(&names) {
        let mut sizes = vec![suite.len(1 << 24), suite.len(1 << 26)];
        sizes.dedup();
        for n in sizes {
            saxpy(suite, cx, &func, n)?;
        }
    }
    small(suite, cx, &func)
}

fn saxpy(suite: &mut Suite, cx: &Context, func: &Func<fn(f32, f32) -> f32>, n: usize) -> Outcome<()> {
    let level = Level::new();
    let (x, y) = (data::floats(n, 1, -1.0, 1.0), data::floats(n, 2, -1.0, 1.0));
    let check = |ours: &Vec<f32>, peer: &Vec<f32>| {
        // A product and a sum, or one fused operation: two roundings of numbers below 4.
        let reference = |i: usize| f64::from(A) * f64::from(x[i]) + f64::from(y[i]);
        data::all_near("saxpy", ours, reference, |_| 5e-7)?;
        data::all_near("rayon loop", peer, reference, |_| 5e-7)
    };
    suite.versus(
        &Case { name: "saxpy collect", n, peer: PEER, goal: Goal::Ratio(0.9) },
        fresh(|| Ok(cx.view(&x).zip(&y).map(func).collect()?)),
        fresh(|| {
            let mut out = zeroed_vec(n);
            peer(level, &x, &y, &mut out);
            Ok(out)
        }),
        check,
    );
    suite.versus(
        &Case { name: "saxpy collect_into", n, peer: PEER, goal: Goal::Ratio(0.9) },
        into(vec![f32::NAN; n], |out| Ok(cx.view(&x).zip(&y).map(func).collect_into(out)?)),
        into(vec![f32::NAN; n], |out| {
            peer(level, &x, &y, out);
            Ok(())
        }),
        check,
    );
    if suite.wants(&["saxpy collect"]) {
        let peak = memory::peak(|| Ok(cx.view(&x).zip(&y).map(func).collect()?))?;
        suite.note(memory::note("saxpy collect", n, peak));
    }
    Ok(())
}

fn peer(level: Level, x: &[f32], y: &[f32], out: &mut [f32]) {
    out.par_chunks_mut(PEER_CHUNK)
        .zip(x.par_chunks(PEER_CHUNK))
        .zip(y.par_chunks(PEER_CHUNK))
        .for_each(|((out, x), y)| sequential(level, x, y, out));
}

/// The loop that the compiler vectorises, for the best instruction set.
fn sequential(level: Level, x: &[f32], y: &[f32], out: &mut [f32]) {
    dispatch!(level, simd => simd.vectorize(
        #[inline(always)]
        || {
            for ((out, &x), &y) in out.iter_mut().zip(x).zip(y) {
                *out = A * x + y;
            }
        },
    ));
}

fn small(suite: &mut Suite, cx: &Context, func: &Func<fn(f32, f32) -> f32>) -> Outcome<()> {
    let level = Level::new();
    let (x, y) = (data::floats(SMALL, 1, -1.0, 1.0), data::floats(SMALL, 2, -1.0, 1.0));
    suite.versus_many(
        &Case { name: "small saxpy collect_into", n: SMALL, peer: "plain loop", goal: Goal::OverheadUs(2.0) },
        SMALL_CALLS,
        into(vec![f32::NAN; SMALL], |out| Ok(cx.view(&x).zip(&y).map(func).collect_into(out)?)),
        into(vec![f32::NAN; SMALL], |out| {
            sequential(level, std::hint::black_box(&x), &y, out);
            std::hint::black_box(out);
            Ok(())
        }),
        |ours, peer| {
            let reference = |i: usize| f64::from(A) * f64::from(x[i]) + f64::from(y[i]);
            data::all_near("saxpy", ours, reference, |_| 5e-7)?;
            data::all_near("plain loop", peer, reference, |_| 5e-7)
        },
    );
    Ok(())
}

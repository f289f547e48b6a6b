//! Scans of f32: what memory allows, and what a sequential loop does.

use bytemuck::allocation::zeroed_vec;
use rayon::prelude::*;
use tilewright::{Context, Sum};

use crate::data::{self, PEER_CHUNK};
use crate::memory;
use crate::suite::{Case, Goal, Outcome, Suite, fresh, into};

const N: usize = 1 << 26;
const NAMES: [&str; 2] = ["inclusive_scan f32 collect", "inclusive_scan f32 collect_into"];
const COPY: &str = "parallel memcpy";
const LOOP: &str = "sequential loop";

pub(crate) fn run(suite: &mut Suite, cx: &Context) -> Outcome<()> {
    if !suite.wants(&[NAMES[0], NAMES[1], COPY, LOOP]) {
        return Ok(());
    }
    let n = suite.len(N);
    let xs = data::floats(n, 9, -1.0, 1.0);
    let levels = n.ilog2().div_ceil(2);
    let bound = f64::from(4 * levels + 1) * 2f64.powi(-24);
    let scanned = |out: &Vec<f32>| prefixes_near("scan", &xs, out, bound);
    suite.versus(
        &Case { name: NAMES[0], n, peer: COPY, goal: Goal::Open },
        fresh(|| Ok(cx.view(&xs).inclusive_scan(Sum).collect()?)),
        fresh(|| {
            let mut out = zeroed_vec(n);
            copy(&xs, &mut out);
            Ok(out)
        }),
        |ours, peer| scanned(ours).and_then(|()| data::all_equal(COPY, peer, &xs)),
    );
    suite.versus(
        &Case { name: NAMES[1], n, peer: COPY, goal: Goal::Ratio(0.6) },
        into(vec![f32::NAN; n], |out| Ok(cx.view(&xs).inclusive_scan(Sum).collect_into(out)?)),
        into(vec![f32::NAN; n], |out| {
            copy(&xs, out);
            Ok(())
        }),
        |ours, peer| scanned(ours).and_then(|()| data::all_equal(COPY, peer, &xs)),
    );
    suite.versus(
        &Case { name: NAMES[0], n, peer: LOOP, goal: Goal::Open },
        fresh(|| Ok(cx.view(&xs).inclusive_scan(Sum).collect()?)),
        fresh(|| {
            let mut out = zeroed_vec(n);
            running_sum(&xs, &mut out);
            Ok(out)
        }),
        |ours, peer| scanned(ours).and_then(|()| prefixes_near(LOOP, &xs, peer, 1e-5)),
    );
    suite.versus(
        &Case { name: NAMES[1], n, peer: LOOP, goal: Goal::Ratio(1.2) },
        into(vec![f32::NAN; n], |out| Ok(cx.view(&xs).inclusive_scan(Sum).collect_into(out)?)),
        into(vec![f32::NAN; n], |out| {
            running_sum(&xs, out);
            Ok(())
        }),
        |ours, peer| scanned(ours).and_then(|()| prefixes_near(LOOP, &xs, peer, 1e-5)),
    );
    if suite.wants(&[NAMES[0]]) {
        let peak = memory::peak(|| Ok(cx.view(&xs).inclusive_scan(Sum).collect()?))?;
        suite.note(memory::note(NAMES[0], n, peak));
    }
    Ok(())
}

fn copy(xs: &[f32], out: &mut [f32]) {
    out.par_chunks_mut(PEER_CHUNK)
        .zip(xs.par_chunks(PEER_CHUNK))
        .for_each(|(out, xs)| out.copy_from_slice(xs));
}

fn running_sum(xs: &[f32], out: &mut [f32]) {
    let mut sum = 0.0;
    for (out, &x) in out.iter_mut().zip(xs) {
        sum += x;
        *out = sum;
    }
}

/// Every prefix within `bound` times the sum of magnitudes of the exact one.
fn prefixes_near(what: &str, xs: &[f32], out: &[f32], bound: f64) -> Outcome<()> {
    if out.len() != xs.len() {
        return Err(format!("{what}: {} elements, not {}", out.len(), xs.len()).into());
    }
    let (mut sum, mut magnitudes) = (0.0, 0.0);
    for (i, (&x, &y)) in xs.iter().zip(out).enumerate() {
        sum += f64::from(x);
        magnitudes += f64::from(x.abs());
        let near = (f64::from(y) - sum).abs() <= bound * magnitudes;
        if !near {
            return data::near(&format!("{what}[{i}]"), f64::from(y), sum, bound * magnitudes);
        }
    }
    Ok(())
}

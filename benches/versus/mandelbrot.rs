//! Escape times of the Mandelbrot set: a loop that ends at another step for each element.
//!
//! An image in row order has neighbours that leave the loop together; random points have not, which is the hard case for
//! wide vectors.

use rayon::prelude::*;
use tilewright::{Array, Context, Func};

use crate::data;
use crate::device::Devices;
use crate::suite::{Case, Goal, Outcome, Suite, fresh, into};

const N: usize = 1 << 21;
const STEPS: u32 = 256;
const NAMES: [&str; 4] = [
    "mandelbrot image collect",
    "mandelbrot image collect_into",
    "mandelbrot random collect",
    "mandelbrot random collect_into",
];
const PEER: &str = "lavapipe resident";
const SCALAR_PEER: &str = "scalar Rust under rayon";

const WGSL: &str = "
fn mandelbrot(c: vec2<f32>) -> u32 {
    var x = 0.0;
    var y = 0.0;
    var i = 0u;
    loop {
        let xx = x * x;
        let yy = y * y;
        if i >= 256u || xx + yy > 4.0 {
            break;
        }
        y = 2.0 * x * y + c.y;
        x = xx - yy + c.x;
        i += 1u;
    }
    return i;
}";

type EscapeTime = Func<fn([f32; 2]) -> u32>;

pub(crate) fn run_device(suite: &mut Suite, cx: &Context, devices: &Devices) -> Outcome<()> {
    if !suite.wants(&[NAMES[0], NAMES[1], NAMES[2], NAMES[3], PEER, SCALAR_PEER]) {
        return Ok(());
    }
    let func = Func::new(WGSL)?;
    let n = suite.len(N);
    rows(suite, cx, devices, &func, [NAMES[0], NAMES[1]], &image(n))?;
    rows(suite, cx, devices, &func, [NAMES[2], NAMES[3]], &random(n))
}

/// A rectangle around the set, twice as wide as high, row by row.
fn image(n: usize) -> Vec<[f32; 2]> {
    let height = ((n / 2) as f64).sqrt() as usize;
    let width = n / height;
    let at = |i: usize, len: usize| (i as f32 + 0.5) / len as f32;
    let point = |i: usize| [-2.5 + 4.0 * at(i % width, width), -1.0 + 2.0 * at(i / width, height)];
    (0..n).into_par_iter().map(point).collect()
}

/// Points of the same rectangle.
fn random(n: usize) -> Vec<[f32; 2]> {
    let (x, y) = (data::floats(n, 6, -2.5, 1.5), data::floats(n, 7, -1.0, 1.0));
    x.into_iter().zip(y).map(|(x, y)| [x, y]).collect()
}

fn rows(
    suite: &mut Suite,
    cx: &Context,
    devices: &Devices,
    func: &EscapeTime,
    names: [&str; 2],
    points: &[[f32; 2]],
) -> Outcome<()> {
    let n = points.len();
    let reference: Vec<u32> = scalar(points);
    suite.versus(
        &Case { name: names[0], n, peer: SCALAR_PEER, goal: Goal::Open },
        fresh(|| Ok(cx.view(points).map(func).collect()?)),
        fresh(|| Ok(scalar(points))),
        |ours, theirs| {
            similar("mandelbrot", ours, &reference)?;
            similar("scalar", theirs, &reference)
        },
    );
    if !suite.wants(&[names[0], names[1], PEER]) {
        return Ok(());
    }
    let Some(lavapipe) = devices.lavapipe(suite, names[0]) else { return Ok(()) };
    let input = cx.array(points.to_vec());
    let peer = || -> Outcome<Array<u32>> {
        let steps = lavapipe.view(&input).map(func).to_array()?;
        devices.finish(lavapipe)?;
        Ok(steps)
    };
    let check = |ours: &Vec<u32>, theirs: &Array<u32>| {
        similar("mandelbrot", ours, &reference)?;
        if !theirs.is_on_device() {
            return Err("lavapipe did not run it".into());
        }
        similar("lavapipe", lavapipe.read(theirs)?, &reference)
    };
    suite.versus(
        &Case { name: names[0], n, peer: PEER, goal: Goal::Ratio(1.5) },
        fresh(|| Ok(cx.view(points).map(func).collect()?)),
        fresh(peer),
        check,
    );
    suite.versus(
        &Case { name: names[1], n, peer: PEER, goal: Goal::Ratio(1.5) },
        into(vec![u32::MAX; n], |out| Ok(cx.view(points).map(func).collect_into(out)?)),
        fresh(peer),
        check,
    );
    Ok(())
}

fn scalar(points: &[[f32; 2]]) -> Vec<u32> {
    points.par_iter().with_min_len(256).map(|&c| escape_time(c)).collect()
}

fn escape_time(c: [f32; 2]) -> u32 {
    let (mut x, mut y) = (0.0f32, 0.0f32);
    for i in 0..STEPS {
        let (xx, yy) = (x * x, y * y);
        if xx + yy > 4.0 {
            return i;
        }
        y = 2.0 * x * y + c[1];
        x = xx - yy + c[0];
    }
    STEPS
}

/// Near the edge of the set a rounding more or less decides; elsewhere it cannot.
fn similar(what: &str, steps: &[u32], reference: &[u32]) -> Outcome<()> {
    let differ = steps.iter().zip(reference).filter(|(a, b)| a != b).count();
    if steps.len() == reference.len() && differ * 100 <= steps.len() {
        return Ok(());
    }
    Err(format!("{what}: {differ} of {} elements differ from the reference", reference.len()).into())
}

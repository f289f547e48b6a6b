//! European call prices by Black and Scholes (1973): straight-line arithmetic with logarithm, exponentials and roots.
//!
//! The peer is the same arithmetic in Rust. Its `exp` and `log` have the polynomials and the accuracy (2 units in the last
//! place) of the library's, but leave out what these prices never need: zeros, subnormals, infinities and NaN.

use bytemuck::allocation::zeroed_vec;
use fearless_simd::{Level, Simd, dispatch};
use rayon::prelude::*;
use tilewright::{Array, Context, Func};

use crate::data::{self, PEER_CHUNK};
use crate::device::Devices;
use crate::memory;
use crate::suite::{Case, Goal, Outcome, Suite, fresh, into};

const N: usize = 1 << 24;
const RATE: f32 = 0.02;
const VOLATILITY: f32 = 0.3;
const NAMES: [&str; 2] = ["black_scholes collect", "black_scholes collect_into"];
const PEER: &str = "the same in Rust under rayon";
const DEVICE_PEER: &str = "lavapipe resident";

/// The normal distribution function is formula 26.2.17 of Abramowitz and Stegun, Handbook of Mathematical Functions.
const WGSL: &str = "
fn cdf(x: f32) -> f32 {
    let k = 1.0 / (1.0 + 0.2316419 * abs(x));
    let p = k * (0.31938153 + k * (-0.356563782 + k * (1.781477937 + k * (-1.821255978 + k * 1.330274429))));
    let tail = 0.39894228 * exp(-0.5 * x * x) * p;
    return select(tail, 1.0 - tail, x > 0.0);
}

fn black_scholes(spot: f32, strike: f32, years: f32, rate: f32, volatility: f32) -> f32 {
    let deviation = volatility * sqrt(years);
    let d1 = (log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / deviation;
    let d2 = d1 - deviation;
    return spot * cdf(d1) - strike * exp(-rate * years) * cdf(d2);
}";

type Price = Func<fn(f32, f32, f32) -> f32>;

/// Spots, strikes and years to expiry.
struct Options {
    spot: Vec<f32>,
    strike: Vec<f32>,
    years: Vec<f32>,
}

impl Options {
    fn new(n: usize) -> Self {
        Self {
            spot: data::floats(n, 3, 5.0, 30.0),
            strike: data::floats(n, 4, 1.0, 100.0),
            years: data::floats(n, 5, 0.25, 10.0),
        }
    }

    fn collect(&self, cx: &Context, func: &Price) -> Outcome<Vec<f32>> {
        Ok(cx.view(&self.spot).zip(&self.strike).zip(&self.years).map(func).collect()?)
    }

    fn collect_into(&self, cx: &Context, func: &Price, out: &mut [f32]) -> Outcome<()> {
        Ok(cx.view(&self.spot).zip(&self.strike).zip(&self.years).map(func).collect_into(out)?)
    }

    /// The formula has 7.5e-8 of error itself; what is checked is its evaluation in f32, whose terms are as large as spot
    /// and strike and whose distribution function is flat or cancels nothing.
    fn check(&self, what: &str, prices: &[f32]) -> Outcome<()> {
        let reference = |i: usize| exact(self.spot[i], self.strike[i], self.years[i]);
        data::all_near(what, prices, reference, |i| 4e-6 * f64::from(self.spot[i].max(self.strike[i])))
    }
}

fn func() -> Outcome<Price> {
    Ok(Func::named("black_scholes", WGSL)?.arg("rate", RATE).arg("volatility", VOLATILITY))
}

pub(crate) fn run(suite: &mut Suite, cx: &Context) -> Outcome<()> {
    if !suite.wants(&[NAMES[0], NAMES[1], PEER]) {
        return Ok(());
    }
    let level = Level::new();
    let func = func()?;
    let n = suite.len(N);
    let options = Options::new(n);
    let check = |ours: &Vec<f32>, theirs: &Vec<f32>| {
        options.check("black_scholes", ours)?;
        options.check("rayon loop", theirs)
    };
    suite.versus(
        &Case { name: NAMES[0], n, peer: PEER, goal: Goal::Ratio(0.85) },
        fresh(|| options.collect(cx, &func)),
        fresh(|| {
            let mut out = zeroed_vec(n);
            peer(level, &options, &mut out);
            Ok(out)
        }),
        check,
    );
    suite.versus(
        &Case { name: NAMES[1], n, peer: PEER, goal: Goal::Ratio(0.85) },
        into(vec![f32::NAN; n], |out| options.collect_into(cx, &func, out)),
        into(vec![f32::NAN; n], |out| {
            peer(level, &options, out);
            Ok(())
        }),
        check,
    );
    if suite.wants(&[NAMES[0]]) {
        let peak = memory::peak(|| options.collect(cx, &func))?;
        suite.note(memory::note(NAMES[0], n, peak));
    }
    Ok(())
}

/// The same WGSL on a software adapter, with inputs and result on the device.
pub(crate) fn run_device(suite: &mut Suite, cx: &Context, devices: &Devices) -> Outcome<()> {
    if !suite.wants(&[NAMES[0], NAMES[1], DEVICE_PEER]) {
        return Ok(());
    }
    let Some(lavapipe) = devices.lavapipe(suite, "black_scholes vs lavapipe") else { return Ok(()) };
    let func = func()?;
    let n = suite.len(N);
    let options = Options::new(n);
    let inputs = [&options.spot, &options.strike, &options.years].map(|xs| cx.array(xs.clone()));
    let peer = || -> Outcome<Array<f32>> {
        let [spot, strike, years] = &inputs;
        let prices = lavapipe.view(spot).zip(strike).zip(years).map(&func).to_array()?;
        devices.finish(lavapipe)?;
        Ok(prices)
    };
    let check = |ours: &Vec<f32>, theirs: &Array<f32>| {
        options.check("black_scholes", ours)?;
        if !theirs.is_on_device() {
            return Err("lavapipe did not run it".into());
        }
        options.check("lavapipe", lavapipe.read(theirs)?)
    };
    suite.versus(
        &Case { name: NAMES[0], n, peer: DEVICE_PEER, goal: Goal::Ratio(1.7) },
        fresh(|| options.collect(cx, &func)),
        fresh(peer),
        check,
    );
    suite.versus(
        &Case { name: NAMES[1], n, peer: DEVICE_PEER, goal: Goal::Ratio(1.7) },
        into(vec![f32::NAN; n], |out| options.collect_into(cx, &func, out)),
        fresh(peer),
        check,
    );
    Ok(())
}

fn peer(level: Level, options: &Options, out: &mut [f32]) {
    let Options { spot, strike, years } = options;
    out.par_chunks_mut(PEER_CHUNK)
        .zip(spot.par_chunks(PEER_CHUNK))
        .zip(strike.par_chunks(PEER_CHUNK))
        .zip(years.par_chunks(PEER_CHUNK))
        .for_each(|(((out, spot), strike), years)| chunk(level, spot, strike, years, out));
}

fn chunk(level: Level, spot: &[f32], strike: &[f32], years: &[f32], out: &mut [f32]) {
    dispatch!(level, simd => simd.vectorize(
        #[inline(always)]
        || {
            for (((out, &spot), &strike), &years) in out.iter_mut().zip(spot).zip(strike).zip(years) {
                *out = price(spot, strike, years);
            }
        },
    ));
}

#[inline(always)]
fn price(spot: f32, strike: f32, years: f32) -> f32 {
    let deviation = VOLATILITY * years.sqrt();
    let d1 = (log(spot / strike) + (RATE + 0.5 * VOLATILITY * VOLATILITY) * years) / deviation;
    let d2 = d1 - deviation;
    spot * cdf(d1) - strike * exp(-RATE * years) * cdf(d2)
}

#[inline(always)]
fn cdf(x: f32) -> f32 {
    let k = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let p =
        k * (0.319_381_53 + k * (-0.356_563_78 + k * (1.781_477_9 + k * (-1.821_255_9 + k * 1.330_274_5))));
    let tail = 0.398_942_3 * exp(-0.5 * x * x) * p;
    if x > 0.0 { 1.0 - tail } else { tail }
}

/// e^x = 2^n e^r with |r| <= ln 2 / 2 and a minimax polynomial for e^r.
#[inline(always)]
fn exp(x: f32) -> f32 {
    // Adding this rounds to an integer and leaves it in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let x = if x < -87.0 { -87.0 } else { x };
    let shifted = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let n = shifted - ROUND;
    let r = n.mul_add(1.904_654_2e-9, n.mul_add(-std::f32::consts::LN_2, x));
    let p = [0.008_369_192, 0.041_668_102, 0.166_665_17, 0.499_999_94, 1.0, 1.0];
    let p = p.iter().fold(0.001_383_888_3_f32, |p, &c| p.mul_add(r, c));
    p * f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23))
}

/// log x = k ln 2 + log(1 + f) with 1 + f between sqrt(1/2) and sqrt(2), for normal x.
#[inline(always)]
fn log(x: f32) -> f32 {
    const SQRT_HALF: u32 = 0x3F35_04F3;
    let offset = x.to_bits().wrapping_sub(SQRT_HALF);
    let k = (offset as i32 >> 23) as f32;
    let f = f32::from_bits((offset & 0x007F_FFFF) + SQRT_HALF) - 1.0;
    let p = [
        0.129_398_91,
        -0.132_416_34,
        0.141_763_69,
        -0.166_086_03,
        0.200_022_24,
        -0.250_016_1,
        0.333_333_22,
        -0.499_999_88,
    ];
    let p = p.iter().fold(-0.076_685_265_f32, |p, &c| p.mul_add(f, c));
    let y = (f * f).mul_add(p, f);
    k.mul_add(std::f32::consts::LN_2, k.mul_add(-1.904_654_2e-9, y))
}

/// The formula in f64 and with the standard library's functions.
fn exact(spot: f32, strike: f32, years: f32) -> f64 {
    let [spot, strike, years] = [spot, strike, years].map(f64::from);
    let [rate, volatility] = [RATE, VOLATILITY].map(f64::from);
    let cdf = |x: f64| {
        let k = 1.0 / (1.0 + 0.231_641_9 * x.abs());
        let p = [1.330_274_429, -1.821_255_978, 1.781_477_937, -0.356_563_782, 0.319_381_53];
        let tail = 0.398_942_3 * (-0.5 * x * x).exp() * k * p.iter().fold(0.0, |acc, c| acc * k + c);
        if x > 0.0 { 1.0 - tail } else { tail }
    };
    let deviation = volatility * years.sqrt();
    let d1 = ((spot / strike).ln() + (rate + 0.5 * volatility * volatility) * years) / deviation;
    spot * cdf(d1) - strike * (-rate * years).exp() * cdf(d1 - deviation)
}

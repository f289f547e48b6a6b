//! Random functions, CPU against GPU.
//!
//! Integers must be equal to the bit. Floats must lie, on both devices, in the interval of what WGSL allows; see
//! `interval`. On the CPU alone, an element's result must not depend on where it stands.
//!
//! `PROPTEST_CASES` sets the number of functions per trial.

#[allow(dead_code, reason = "functions need fewer decisions than shaders")]
#[path = "../support/choices.rs"]
mod choices;
#[path = "../support/executors.rs"]
mod executors;
mod floats;
mod integers;
mod interval;

use libtest_mimic::{Arguments, Trial};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use tilewright::{Context, Element, Func};

use crate::executors::{EVERY_EXECUTOR, Executor, trial, trials};
use crate::integers::Ty;

/// Lengths of the lists of decisions: a function of at most some dozen operations.
const LENGTHS: std::ops::Range<usize> = 0..150;

/// Functions per trial.
const CASES: u32 = 120;
/// Elements per function: a tile, so that a split is one, some blocks of lanes and a ragged end.
const LEN: usize = 4096 + 1357;

type Integers<T> = fn(i32, u32, f32) -> T;
type Floats = fn(f32, f32) -> f32;

fn main() {
    let on_gpu = [Executor::Gpu, Executor::Split(0.5)];
    let mut all: Vec<Trial> = trials("floats", &EVERY_EXECUTOR, floats).collect();
    all.extend(trials("integers::i32", &on_gpu, |gpu| integers::<i32>(gpu, Ty::I32)));
    all.extend(trials("integers::u32", &on_gpu, |gpu| integers::<u32>(gpu, Ty::U32)));
    all.push(trial("place_does_not_matter::integers", Executor::Cpu(2), integers_anywhere));
    all.push(trial("place_does_not_matter::floats", Executor::Cpu(2), floats_anywhere));
    libtest_mimic::run(&Arguments::from_args(), all).exit();
}

/// Runs a property over lists of choices; the same lists in every run, so that a failure is reproducible.
fn for_all(test: impl Fn(&[u16]) -> Result<(), TestCaseError>) {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    match runner.run(&choices::lists(LENGTHS), |list| test(&list)) {
        Ok(()) => {}
        // The list of choices says nothing to a reader; the function that it became is in the reason.
        Err(TestError::Fail(reason, _)) => panic!("{reason}"),
        Err(error) => panic!("{error}"),
    }
}

fn fail(text: &str, what: impl std::fmt::Display) -> TestCaseError {
    TestCaseError::fail(format!("{what}\n{text}"))
}

/// Argument values: small ones, extremes, and any bits.
struct Values {
    i: Vec<i32>,
    u: Vec<u32>,
    f: Vec<f32>,
}

impl Values {
    fn new() -> Self {
        let extremes =
            [0, 1, 2, 3, 31, 32, 33, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fffe, 255, 65_536];
        let word = |k: usize, salt: u32| {
            let mixed = (k as u32).wrapping_mul(0x9e37_79b9).wrapping_add(salt).wrapping_mul(0x85eb_ca6b);
            let mixed = mixed ^ (mixed >> 15);
            match k % 3 {
                0 => extremes[mixed as usize % extremes.len()],
                1 => mixed % 200,
                _ => mixed.wrapping_mul(0xc2b2_ae35),
            }
        };
        let float = |k: usize| {
            let size = [1.0, 0.01, 300.0, 1e12][k % 4];
            (f64::from(word(3 * k + 2, 7)) / f64::from(u32::MAX) * 2.0 - 1.0) as f32 * size
        };
        Self {
            i: (0..LEN).map(|k| word(k, 1).cast_signed()).collect(),
            u: (0..LEN).map(|k| word(k / 2 + k, 2)).collect(),
            f: (0..LEN).map(float).collect(),
        }
    }
}

fn collect<T: Element>(
    cx: &Context,
    func: &Func<Integers<T>>,
    values: &Values,
) -> tilewright::Result<Vec<T>> {
    cx.view(&values.i).zip(&values.u).zip(&values.f).map(func).collect()
}

fn integers<T: Element>(gpu: &Context, ty: Ty) {
    let cpu = Executor::Cpu(2).context().expect("every machine has a CPU");
    let values = Values::new();
    for_all(|list| {
        let text = integers::function(list, ty);
        let func: Func<Integers<T>> = Func::named("random", &text).map_err(|e| fail(&text, e))?;
        let on_cpu = collect(&cpu, &func, &values).map_err(|e| fail(&text, e))?;
        let on_gpu = collect(gpu, &func, &values).map_err(|e| fail(&text, e))?;
        match (0..LEN).find(|&k| on_cpu[k] != on_gpu[k]) {
            None => Ok(()),
            Some(k) => {
                let (i, u, f) = (values.i[k], values.u[k], values.f[k]);
                let [cpu, gpu] = [on_cpu[k], on_gpu[k]];
                Err(fail(&text, format_args!("i = {i}, u = {u}, f = {f:?}: cpu {cpu:?}, gpu {gpu:?}")))
            }
        }
    });
}

/// Float arguments: moderate, of both signs, none subnormal.
fn float_values() -> [Vec<f32>; 2] {
    let value = |k: usize, salt: usize| {
        let fraction = (k * 2_654_435 + salt * 97) % 10_007;
        (fraction as f32 / 10_007.0 - 0.5) * [1.0, 7.0, 50.0][(k + salt) % 3] + 1e-4
    };
    [0, 1].map(|salt| (0..LEN).map(|k| value(k, salt)).collect())
}

fn floats(cx: &Context) {
    let [x, y] = float_values();
    for_all(|list| {
        let function = floats::Function::new(list);
        let text = function.to_string();
        let func: Func<Floats> = Func::new(&text).map_err(|e| fail(&text, e))?;
        let found = cx.view(&x).zip(&y).map(&func).collect().map_err(|e| fail(&text, e))?;
        let allowed = |k: usize| function.allowed(x[k], y[k]);
        match (0..LEN).find(|&k| !allowed(k).allows(found[k])) {
            None => Ok(()),
            Some(k) => {
                let (x, y, found, allowed) = (x[k], y[k], found[k], allowed(k));
                Err(fail(&text, format_args!("x = {x:?}, y = {y:?}: {found:?} is not in {allowed:?}")))
            }
        }
    });
}

/// Results of elements of slices equal those of the whole, to the bit.
fn anywhere<T: Element>(
    text: &str,
    compute: impl Fn(std::ops::Range<usize>) -> tilewright::Result<Vec<T>>,
) -> Result<(), TestCaseError> {
    let whole = compute(0..LEN).map_err(|e| fail(text, e))?;
    for range in [0..1, 1..LEN, 255..258, 700..LEN - 3] {
        let part = compute(range.clone()).map_err(|e| fail(text, e))?;
        let same = |a: &T, b: &T| bytemuck::bytes_of(a) == bytemuck::bytes_of(b);
        if let Some(k) = (0..part.len()).find(|&k| !same(&part[k], &whole[range.start + k])) {
            let (alone, among) = (part[k], whole[range.start + k]);
            return Err(fail(
                text,
                format_args!("element {k} of {range:?}: {alone:?}, in the whole {among:?}"),
            ));
        }
    }
    Ok(())
}

fn integers_anywhere(cx: &Context) {
    let Values { i, u, f } = Values::new();
    for_all(|list| {
        let text = integers::function(list, Ty::I32);
        let func: Func<Integers<i32>> = Func::named("random", &text).map_err(|e| fail(&text, e))?;
        anywhere(&text, |r| cx.view(&i[r.clone()]).zip(&u[r.clone()]).zip(&f[r]).map(&func).collect())
    });
}

fn floats_anywhere(cx: &Context) {
    let [x, y] = float_values();
    for_all(|list| {
        let text = floats::Function::new(list).to_string();
        let func: Func<Floats> = Func::new(&text).map_err(|e| fail(&text, e))?;
        anywhere(&text, |r| cx.view(&x[r.clone()]).zip(&y[r]).map(&func).collect())
    });
}

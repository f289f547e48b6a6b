//! Random compute shaders: compiled code, interpreter and GPU leave the same in memory. Mutated shaders are refused or run,
//! and nothing panics or hangs.
//!
//! Everything is drawn from a seed, one for each case: `FUZZ_SEED` is that of the first (0 without it), `FUZZ_CASES` their
//! number in each trial. A failure is shrunk and printed with its seed, which `FUZZ_SEED=that FUZZ_CASES=1` runs again.
//! While a case runs, its text lies in `target/tmp/fuzz_kernels/TRIAL.wgsl`, for what ends the process.

mod choices;
#[allow(dead_code, reason = "not every executor is asked for here")]
#[path = "../support/executors.rs"]
mod executors;
mod expr;
mod free;
mod module;
mod mutate;
mod operators;
mod run;
mod scope;
mod statements;
mod trials;
mod types;

use std::panic::{AssertUnwindSafe, catch_unwind};

use libtest_mimic::{Arguments, Trial};
use tilewright::{Context, Placement};

use crate::executors::{Executor, ignorable_trial, trial};
use crate::module::Module;
use crate::run::{difference, try_all};
use crate::trials::{Cases, Failure};

/// Numbers that a shader is drawn from, at most.
const LONGEST: usize = 3000;

fn cpu(threads: usize, jit: bool) -> Context {
    let builder = Context::builder().threads(threads).placement(Placement::Cpu);
    builder.step_budget(1 << 22).jit(jit).build().expect("threads and placement are valid")
}

/// Compiled code and the interpreter, on one thread and on two, leave the same bits.
fn engines(_: &Context) {
    let (compiled, interpreted) = (cpu(2, true), cpu(1, false));
    let mut cases = Cases::new("engines", 120, LONGEST);
    cases.check(|list| {
        let module = Module::new(list, true);
        let text = &module.text;
        trials::note("engines", text);
        let a = module.run(&compiled).map_err(|error| Failure::new(text, error))?;
        let b = module.run(&interpreted).map_err(|error| Failure::new(text, error))?;
        match difference(&a, &b, true) {
            Some(difference) => Err(Failure::new(text, format!("compiled and interpreted: {difference}"))),
            None => Ok(()),
        }
    });
}

/// The GPU leaves what compiled code does.
fn gpu(gpu: &Context) {
    let cpu = cpu(1, true);
    let mut cases = Cases::new("gpu", 80, LONGEST);
    cases.check(|list| {
        let module = Module::new(list, false);
        let text = &module.text;
        trials::note("gpu", text);
        let a = module.run(&cpu).map_err(|error| Failure::new(text, error))?;
        let b = module.run(gpu).map_err(|error| Failure::new(text, error))?;
        match difference(&a, &b, false) {
            Some(difference) => Err(Failure::new(text, format!("CPU and GPU: {difference}"))),
            None => Ok(()),
        }
    });
}

/// Mutated shaders are refused or run, by compiled code and the interpreter: no panic, no hang.
fn mutated(_: &Context) {
    let tiny = |jit| {
        let builder = Context::builder().threads(1).placement(Placement::Cpu);
        builder.step_budget(1 << 12).jit(jit).build().expect("threads and placement are valid")
    };
    let (compiled, interpreted) = (tiny(true), tiny(false));
    let shaders = mutate::shaders();
    let (mut all, mut ran) = (0, 0);
    let mut cases = Cases::new("mutated", 400, LONGEST);
    cases.check(|list| {
        let text = mutate::mutated(&shaders, list);
        trials::note("mutated", &text);
        let outcome = catch_unwind(AssertUnwindSafe(|| try_all(&text, &[&compiled, &interpreted])));
        let outcome = outcome.map_err(|_| Failure::new(&text, "a panic"))?;
        all += 1;
        ran += u32::from(outcome.map_err(|error| Failure::new(&text, error))?);
        Ok(())
    });
    println!("{ran} of {all} mutated shaders ran");
    assert!(all < 100 || ran * 20 > all, "only {ran} of {all} mutated shaders are valid still");
}

fn main() {
    let on_gpu = |cx: &Context| {
        gpu(cx);
        libtest_mimic::Completion::Completed
    };
    let all: Vec<Trial> = vec![
        trial("engines", Executor::Cpu(2), engines),
        trial("mutated", Executor::Cpu(1), mutated),
        ignorable_trial("same", Executor::Gpu, on_gpu),
    ];
    libtest_mimic::run(&Arguments::from_args(), all).exit();
}

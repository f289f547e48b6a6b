//! Random compute shaders: compiled code, interpreter and GPU leave the same in memory. Mutated shaders are refused or run,
//! and nothing panics or hangs.
//!
//! Everything is drawn from a seed, one for each case: `FUZZ_SEED` is that of the first (0 without it), `FUZZ_CASES` their
//! number in each trial, `FUZZ_LENGTH` how many numbers a shader is drawn from at most. A failure is shrunk and printed with its seed, which `FUZZ_SEED=that FUZZ_CASES=1` runs again.
//! While a case runs, its text lies in `target/tmp/fuzz_kernels/TRIAL.wgsl`, for what ends the process.

#[path = "../support/choices.rs"]
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
use tilewright::{Choice, Context, Error, Placement};

use crate::executors::{Executor, trial};
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
    let mut cases = Cases::new("engines", 250, LONGEST);
    cases.check(|list| {
        let module = Module::new(list, true);
        let text = &module.text;
        trials::note("engines", text);
        let a = match module.run(&compiled) {
            // What long lists make of calls in calls may pass a limit of the CPU.
            Err(Error::Unsupported { what, .. }) if what.starts_with("a program ") => return Ok(()),
            a => a.map_err(|error| Failure::new(text, error))?,
        };
        let b = module.run(&interpreted).map_err(|error| Failure::new(text, error))?;
        match difference(&a, &b, true) {
            Some(difference) => Err(Failure::new(text, format!("compiled and interpreted: {difference}"))),
            None => Ok(()),
        }
    });
}

/// The GPU leaves what compiled code does, and so do both together where a launch can be cut.
fn gpu(gpu: &Context) {
    let cpu = cpu(1, true);
    let both = gpu.with_placement(Placement::Split { gpu: 0.5 });
    let (mut all, mut cut) = (0, 0);
    let mut cases = Cases::new("gpu", 120, LONGEST / 2);
    cases.check(|list| {
        let module = Module::new(list, false);
        let text = &module.text;
        trials::note("gpu", text);
        let a = module.run(&cpu).map_err(|error| Failure::new(text, error))?;
        let b = module.run(gpu).map_err(|error| Failure::new(text, error))?;
        if let Some(difference) = difference(&a, &b, false) {
            return Err(Failure::new(text, format!("CPU and GPU: {difference}")));
        }
        let c = module.run(&both).map_err(|error| Failure::new(text, error))?;
        all += 1;
        cut += u32::from(
            both.last_report().is_some_and(|report| matches!(report.plan.choice, Choice::Split { .. })),
        );
        match difference(&a, &c, false) {
            Some(difference) => Err(Failure::new(text, format!("CPU and a cut launch: {difference}"))),
            None => Ok(()),
        }
    });
    println!("{cut} of {all} shaders were cut");
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
    let mut cases = Cases::new("mutated", 600, LONGEST);
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

/// What is compared is what the shader wrote: another override is another result.
fn differences_are_found(_: &Context) {
    let cx = cpu(1, true);
    let list: Vec<u16> = (0..600_u16).map(|k| k.wrapping_mul(40_503)).collect();
    let mut module = Module::new(&list, false);
    let mut with = |k: f64| {
        module.overrides.retain(|(name, _)| *name != "K");
        module.overrides.push(("K", k));
        module.run(&cx).unwrap_or_else(|error| panic!("{error}"))
    };
    let (one, other) = (with(1.0), with(2.0));
    assert!(difference(&one, &one, true).is_none());
    let found = difference(&one, &other, false).expect("the last result is a hash plus K");
    assert!(found.starts_with("met, word "), "{found}");
}

fn main() {
    let all: Vec<Trial> = vec![
        trial("engines", Executor::Cpu(2), engines),
        trial("mutated", Executor::Cpu(1), mutated),
        trial("same", Executor::Gpu, gpu),
        trial("differences_are_found", Executor::Cpu(1), differences_are_found),
    ];
    libtest_mimic::run(&Arguments::from_args(), all).exit();
}

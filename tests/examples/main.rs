//! The examples on kernels, from their arguments to their output, on every executor; and their checks, which have to fail
//! on results that are wrong.
//!
//! Each example is a module here. Contexts are those of the tests: a fault of a device cannot pass for a success.

#![allow(clippy::duplicate_mod, reason = "every example has a copy of what examples share")]

#[allow(dead_code, reason = "`main` starts the example")]
#[path = "../../examples/delays/main.rs"]
mod delays;
#[allow(dead_code, reason = "`main` starts the example")]
#[path = "../../examples/heat/main.rs"]
mod heat;
#[allow(dead_code, reason = "`main` starts the example")]
#[path = "../../examples/matmul.rs"]
mod matmul;
#[allow(dead_code, reason = "`main` starts the example")]
#[path = "../../examples/merkle/main.rs"]
mod merkle;
#[allow(dead_code, reason = "`main` starts the example")]
#[path = "../../examples/nbody/main.rs"]
mod nbody;
#[allow(dead_code, reason = "`main` starts the example")]
#[path = "../../examples/planner_lab/main.rs"]
mod planner_lab;

mod cases;
mod checks;
mod crossover;
mod scenarios;
#[allow(dead_code, reason = "examples do not run on all of the executors")]
#[path = "../support/executors.rs"]
mod support;

use libtest_mimic::{Arguments, Trial};

use support::Executor;

/// Who runs examples.
const EXECUTORS: [Executor; 4] = [Executor::Cpu(1), Executor::Cpu(3), Executor::Gpu, Executor::Split(0.4)];

fn main() {
    let args = Arguments::from_args();
    let run = cases::CASES.iter().flat_map(|&(name, test)| support::trials(name, &EXECUTORS, test));
    // Runs on all executors by itself.
    let crossover = support::trials("crossover", &[Executor::Gpu], crossover::measured);
    let checks =
        checks::CASES.iter().chain(&crossover::CASES).chain(&scenarios::CASES).map(|&(name, test)| {
            Trial::test(name, move || {
                test();
                Ok(())
            })
        });
    let trials: Vec<Trial> = run.chain(crossover).chain(checks).collect();
    libtest_mimic::run(&args, trials).exit();
}

//! Every primitive on every executor against one oracle.
//!
//! `oracle` computes, `elements` makes samples and compares bits, the others list cases. A case is a function of a
//! context that panics to fail; each runs once per executor, as a trial of its own.

mod arrays;
mod builtin;
mod chains;
mod elements;
#[path = "../support/executors.rs"]
mod executors;
mod large;
mod lengths;
mod oracle;
mod placed;
mod same_bits;
mod special;
mod user;

use libtest_mimic::{Arguments, Trial};
use tilewright::Context;

use crate::executors::{EVERY_EXECUTOR, Executor};

/// What runs on every executor.
struct Case {
    name: String,
    run: Box<dyn Fn(&Context) + Send + Sync>,
}

fn case(name: impl Into<String>, run: impl Fn(&Context) + Send + Sync + 'static) -> Case {
    Case { name: name.into(), run: Box::new(run) }
}

fn main() {
    let mut trials = vec![Trial::test("oracle::is_the_definition", || {
        oracle::is_the_definition();
        Ok(())
    })];
    let mut on = |executors: &[Executor], cases: Vec<Case>| {
        for Case { name, run } in cases {
            trials.extend(executors::trials(&name, executors, run));
        }
    };
    on(&EVERY_EXECUTOR, builtin::cases());
    on(&EVERY_EXECUTOR, user::cases());
    on(&EVERY_EXECUTOR, special::cases());
    on(&EVERY_EXECUTOR, chains::cases());
    on(&EVERY_EXECUTOR, arrays::cases());
    on(&same_bits::executors(), same_bits::cases());
    // Memory and time: one executor of a kind.
    on(&[Executor::Cpu(3), Executor::Gpu, Executor::Split(0.5)], large::cases());
    trials.extend(placed::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

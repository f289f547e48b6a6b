//! Whole compute shaders through the public API, each against an oracle in plain Rust, on every executor.

mod arrays;
mod features;
mod shaders;
mod split;
#[allow(dead_code, reason = "kernels do not run on all of the executors")]
#[path = "../support/executors.rs"]
mod support;
mod textures;

use libtest_mimic::{Arguments, Trial};
use tilewright::{Context, Kernel};

use support::Executor;

/// Who runs kernels.
const EXECUTORS: [Executor; 3] = [Executor::Cpu(1), Executor::Cpu(3), Executor::Gpu];

/// A test by its name.
type Case = (&'static str, fn(&Context));

fn kernel(text: &str) -> Kernel {
    Kernel::new(text).unwrap_or_else(|error| panic!("{error}"))
}

fn main() {
    let args = Arguments::from_args();
    let cases = shaders::CASES.iter().chain(&arrays::CASES).chain(&features::CASES).chain(&textures::CASES);
    let trials = cases.flat_map(|&(name, test)| support::trials(name, &EXECUTORS, test));
    let of_gpus = features::GPU_CASES.iter().chain(&split::GPU_CASES);
    let of_gpus = of_gpus.map(|&(name, test)| support::trial(name, Executor::Gpu, test));
    let trials: Vec<Trial> = trials.chain(of_gpus).collect();
    libtest_mimic::run(&args, trials).exit();
}

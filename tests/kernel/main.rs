//! Whole compute shaders through the public API, each against an oracle in plain Rust, on every executor.

mod arrays;
mod shaders;
#[allow(dead_code, reason = "kernels do not run on all of the executors")]
#[path = "../support/executors.rs"]
mod support;

use libtest_mimic::Arguments;

use support::Executor;

/// Who runs kernels.
const EXECUTORS: [Executor; 1] = [Executor::Gpu];

fn main() {
    let args = Arguments::from_args();
    let trials = shaders::trials().into_iter().chain(arrays::trials());
    libtest_mimic::run(&args, trials.collect()).exit();
}

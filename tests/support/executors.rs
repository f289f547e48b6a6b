//! The executors that every case runs on, and what happens to GPU trials where there is no GPU.
//!
//! A trial that needs an adapter is reported as *ignored*, with the reason, on a machine that has none; with
//! `REQUIRE_GPU=1` in the environment it fails. Contexts for GPUs refuse to finish on the CPU, so that a fault of the
//! device cannot pass for a success.

use std::fmt;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Completion, Failed, Trial};
use tilewright::{Context, Error, Placement, Sum};

/// Who computes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Executor {
    /// The CPU with a number of threads.
    Cpu(usize),
    /// The GPU alone.
    Gpu,
    /// Both, with this share for the GPU.
    Split(f64),
}

/// One of each kind, and splits at both ends and in the middle.
pub(crate) const EVERY_EXECUTOR: [Executor; 6] = [
    Executor::Cpu(1),
    Executor::Cpu(3),
    Executor::Gpu,
    Executor::Split(0.1),
    Executor::Split(0.5),
    Executor::Split(0.9),
];

impl fmt::Display for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpu(threads) => write!(f, "cpu{threads}"),
            Self::Gpu => f.write_str("gpu"),
            Self::Split(share) => write!(f, "split:{share}"),
        }
    }
}

impl Executor {
    /// A context that computes there, or why there is none. GPU contexts share one device.
    pub(crate) fn context(self) -> Result<Context, String> {
        match self {
            Self::Cpu(threads) => {
                let builder = Context::builder().threads(threads).placement(Placement::Cpu).history(false);
                // No loop of a test is long: one that does not end fails in a second.
                Ok(builder.step_budget(1 << 22).build().expect("threads and placement are valid"))
            }
            Self::Gpu => gpu().clone(),
            Self::Split(gpu_share) => gpu()
                .as_ref()
                .map(|cx| cx.with_placement(Placement::Split { gpu: gpu_share }))
                .map_err(Clone::clone),
        }
    }
}

/// The context of the one GPU, if a tiny reduction finds an adapter. Any error but the absence of one is left to the
/// trials to fail on.
fn gpu() -> &'static Result<Context, String> {
    static GPU: OnceLock<Result<Context, String>> = OnceLock::new();
    GPU.get_or_init(|| {
        let builder = Context::builder().placement(Placement::Gpu).cpu_fallback(false).history(false);
        let cx = builder.build().expect("the placement is valid");
        match cx.view(&[1u32, 2]).reduce(Sum) {
            Err(error @ Error::NoAdapter { .. }) => Err(error.to_string()),
            _ => Ok(cx),
        }
    })
}

/// True when a missing adapter is a failure.
fn gpu_is_required() -> bool {
    std::env::var_os("REQUIRE_GPU").is_some_and(|value| value == "1")
}

/// A test on one executor; it panics to fail.
pub(crate) fn trial(name: &str, executor: Executor, test: impl FnOnce(&Context) + Send + 'static) -> Trial {
    ignorable_trial(name, executor, move |cx| {
        test(cx);
        Completion::Completed
    })
}

/// A test on one executor that may find that it has nothing to show there; it panics to fail.
pub(crate) fn ignorable_trial(
    name: &str,
    executor: Executor,
    test: impl FnOnce(&Context) -> Completion + Send + 'static,
) -> Trial {
    Trial::ignorable_test(format!("{name}::{executor}"), move || match executor.context() {
        Ok(cx) => Ok(test(&cx)),
        Err(absent) if gpu_is_required() => Err(Failed::from(format!("REQUIRE_GPU=1, but {absent}"))),
        Err(absent) => Ok(Completion::ignored_with(absent)),
    })
}

/// A test, once per executor.
pub(crate) fn trials(
    name: &str,
    executors: &[Executor],
    test: impl Fn(&Context) + Send + Sync + 'static,
) -> impl Iterator<Item = Trial> {
    let test = Arc::new(test);
    executors.iter().map(move |&executor| {
        let test = Arc::clone(&test);
        trial(name, executor, move |cx| test(cx))
    })
}

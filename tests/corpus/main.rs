//! A corpus of compute shaders by language area: what the CPU and the GPU leave in memory is the same.
//!
//! Three trials: on the CPU compiled code and interpreter leave the same bits, on one thread and on three; the GPU leaves
//! the same integers, and floats within the tolerance that the file states; and the corpus holds every kind of statement,
//! expression, operator, built-in and type that a compute shader can hold, so that a kind that nothing runs is noticed.

mod compare;
mod expected;
mod kinds;
mod shader;
#[allow(dead_code, reason = "the corpus does not run on all of the executors")]
#[path = "../support/executors.rs"]
mod support;
mod texture;

use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Trial};
use tilewright::{Context, Error, Placement};

use shader::Shader;
use support::Executor;

/// Enough iterations for what the corpus does, few enough for a loop that does not end to fail soon.
const STEP_BUDGET: u64 = 1 << 22;

/// A context on the CPU.
fn cpu(threads: usize, jit: bool) -> Context {
    let builder = Context::builder().threads(threads).placement(Placement::Cpu);
    builder.step_budget(STEP_BUDGET).jit(jit).build().expect("threads and placement are valid")
}

/// Compiled code, the interpreter and several threads leave the same bits.
fn same_on_cpu(shader: &Shader) {
    let compiled = shader.run(&cpu(1, true)).unwrap_or_else(|error| panic!("{error}"));
    for (threads, jit) in [(1, false), (3, true), (3, false)] {
        let other = shader.run(&cpu(threads, jit)).unwrap_or_else(|error| panic!("{error}"));
        let names = ["compiled".to_owned(), format!("{threads} threads, jit {jit}")];
        compare::same_bits(&names, &compiled, &other);
    }
}

/// The GPU leaves what the CPU does, unless the file says that a GPU may refuse it.
fn same_on_gpu(shader: &Shader, gpu: &Context) -> Completion {
    let may_refuse = |error: &Error| {
        let text = error.to_string();
        shader.refusal.as_ref().is_some_and(|refusal| text.contains(refusal))
    };
    let found = match shader.run(gpu) {
        Err(error) if may_refuse(&error) => return Completion::ignored_with(error.to_string()),
        found => found.unwrap_or_else(|error| panic!("{error}")),
    };
    let expected = shader.run(&cpu(1, true)).unwrap_or_else(|error| panic!("{error}"));
    compare::close(&expected, &found, shader.tolerance);
    // A launch that is cut, if it can be, leaves that too.
    let split = shader.run(&gpu.with_placement(Placement::Split { gpu: 0.5 }));
    compare::close(&expected, &split.unwrap_or_else(|error| panic!("{error}")), shader.tolerance);
    Completion::Completed
}

fn trials() -> Vec<Trial> {
    let shaders: Vec<Arc<Shader>> = shader::all().into_iter().map(Arc::new).collect();
    let mut trials = Vec::new();
    for shader in &shaders {
        let (of_cpu, of_gpu) = (Arc::clone(shader), Arc::clone(shader));
        trials.push(support::trial(&shader.name, Executor::Cpu(1), move |_| same_on_cpu(&of_cpu)));
        let on_gpu = move |gpu: &Context| same_on_gpu(&of_gpu, gpu);
        trials.push(support::ignorable_trial(&shader.name, Executor::Gpu, on_gpu));
    }
    trials.push(Trial::test("every_kind_is_there", move || {
        kinds::check(shaders.iter().map(|shader| (&*shader.name, &*shader.source)));
        Ok(())
    }));
    trials
}

fn main() {
    let args = Arguments::from_args();
    libtest_mimic::run(&args, trials()).exit();
}

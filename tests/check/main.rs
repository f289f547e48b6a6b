//! Checked runs: what is wrong with a shader is found, with the lines, invocations and values, and nothing else is.

mod clean;
#[allow(dead_code, reason = "results are compared bit by bit only")]
#[path = "../corpus/compare.rs"]
mod compare;
mod corpus;
mod kinds;
mod mutants;
#[allow(dead_code, reason = "no GPU has to run the shaders")]
#[path = "../corpus/shader.rs"]
mod shader;
#[path = "../corpus/texture.rs"]
mod texture;

use tilewright::{CheckReport, Context, Kernel, Raw};

/// Runs a shader whose only buffer is `x`, under the checker.
fn check(source: &str, words: &mut [u32], groups: [u32; 3]) -> CheckReport {
    let kernel = Kernel::with_label("test.wgsl", source).unwrap_or_else(|error| panic!("{error}"));
    let launch = kernel.launch().bind("x", Raw(words)).workgroups(groups);
    launch.check(&Context::new()).unwrap_or_else(|error| panic!("{error}"))
}

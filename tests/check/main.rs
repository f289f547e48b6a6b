//! Checked runs: what is wrong with a shader is found, with the lines, invocations and values, and nothing else is.

#[allow(dead_code, reason = "results are compared bit by bit only")]
#[path = "../corpus/compare.rs"]
mod compare;
mod corpus;
mod mutants;
#[allow(dead_code, reason = "no GPU has to run the shaders")]
#[path = "../corpus/shader.rs"]
mod shader;

//! A fused graph as statements.

use std::fmt::Write;

use super::code::Code;
use crate::error::Result;
use crate::work::{Fused, Node};

/// Appends the statements that compute `fused` to `text` and returns the expression of its output. `source` gives the
/// expression of a slot's element; uniform arguments start at word `uniforms_at` of the uniform block; `tag` keeps the
/// names of several evaluations apart.
pub(super) fn evaluate(
    code: &mut Code,
    fused: &Fused,
    uniforms_at: usize,
    tag: &str,
    source: impl Fn(u32) -> String,
    text: &mut String,
) -> Result<String> {
    let mut values: Vec<String> = Vec::with_capacity(fused.nodes.len());
    for (id, node) in fused.nodes.iter().enumerate() {
        let value = match node {
            Node::Source { slot, .. } => source(*slot),
            Node::Call { function, args, uniforms_at: first } => {
                let args: Vec<String> = args.iter().map(|&arg| values[arg as usize].clone()).collect();
                let call = code.call(function, &args, uniforms_at + *first as usize)?;
                let name = format!("{tag}n{id}");
                let _ = writeln!(text, "    let {name} = {call};");
                name
            }
        };
        values.push(value);
    }
    Ok(values.swap_remove(fused.output as usize))
}

//! Bounds on how deep a function nests once it is written as text.
//!
//! Expressions are cut by naming parts of them, which the writer then puts into a `let`. Blocks cannot be cut without
//! rewriting control flow: their depth is only told.

use naga::valid::FunctionInfo;
use naga::{Block, Function, Statement, Type, TypeInner, UniqueArena};

use super::operands;

/// Depth at which a part of an expression gets a name.
const EXPRESSION_DEPTH: u32 = 24;

/// Depth of blocks that every parser takes: naga's stops at 127 braces.
pub(super) const MAX_BLOCK_DEPTH: usize = 100;

/// Gives names to expressions such that between names none nests deeper than [`EXPRESSION_DEPTH`].
pub(super) fn name_deep_expressions(function: &mut Function, info: &FunctionInfo, types: &UniqueArena<Type>) {
    let mut depths = vec![0u32; function.expressions.len()];
    for (handle, expression) in function.expressions.iter() {
        let mut depth = 0;
        operands::of_expression(&mut expression.clone(), &mut |operand| {
            depth = depth.max(depths[operand.index()]);
        });
        depth += 1;
        let inner = info[handle].ty.inner_with(types);
        let is_value = !matches!(inner, TypeInner::Pointer { .. } | TypeInner::ValuePointer { .. });
        if depth > EXPRESSION_DEPTH && is_value && !expression.needs_pre_emit() {
            function.named_expressions.entry(handle).or_insert_with(|| "part".to_owned());
        }
        let is_named = function.named_expressions.contains_key(&handle);
        depths[handle.index()] = if is_named { 0 } else { depth };
    }
}

/// How deep the braces of a body nest.
pub(super) fn block_depth(body: &Block) -> usize {
    let of = |statement: &Statement| match statement {
        Statement::Block(body) => 1 + block_depth(body),
        Statement::If { accept, reject, .. } => 1 + block_depth(accept).max(block_depth(reject)),
        Statement::Switch { cases, .. } => {
            2 + cases.iter().map(|case| block_depth(&case.body)).max().unwrap_or(0)
        }
        Statement::Loop { body, continuing, .. } => 2 + block_depth(body).max(block_depth(continuing)),
        _ => 0,
    };
    body.iter().map(of).max().unwrap_or(0)
}

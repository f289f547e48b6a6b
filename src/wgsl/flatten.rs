//! Bounds on how deep a function nests once it is written as text.
//!
//! Expressions are cut by naming parts of them, which the writer then puts into a `let`. Blocks cannot be cut without
//! rewriting control flow: their depth is only told.

use naga::valid::FunctionInfo;
use naga::{Block, Expression, Function, Handle, Statement, Type, TypeInner, UniqueArena};

/// Depth at which a part of an expression gets a name.
const EXPRESSION_DEPTH: u32 = 24;

/// Depth of blocks that every parser takes: naga's stops at 127 braces.
pub(super) const MAX_BLOCK_DEPTH: usize = 100;

/// Gives names to expressions such that between names none nests deeper than [`EXPRESSION_DEPTH`].
pub(super) fn name_deep_expressions(function: &mut Function, info: &FunctionInfo, types: &UniqueArena<Type>) {
    let mut depths = vec![0u32; function.expressions.len()];
    for (handle, expression) in function.expressions.iter() {
        let mut depth = 0;
        operands(expression, &mut |operand| depth = depth.max(depths[operand.index()]));
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

/// Calls `see` for every operand of an expression of a pure function.
fn operands(expression: &Expression, see: &mut dyn FnMut(Handle<Expression>)) {
    match *expression {
        Expression::Compose { ref components, .. } => components.iter().copied().for_each(see),
        Expression::Access { base, index } => {
            see(base);
            see(index);
        }
        Expression::AccessIndex { base: one, .. }
        | Expression::Splat { value: one, .. }
        | Expression::Swizzle { vector: one, .. }
        | Expression::Load { pointer: one }
        | Expression::Unary { expr: one, .. }
        | Expression::Relational { argument: one, .. }
        | Expression::As { expr: one, .. } => see(one),
        Expression::Binary { left, right, .. } => {
            see(left);
            see(right);
        }
        Expression::Select { condition, accept, reject } => {
            see(condition);
            see(accept);
            see(reject);
        }
        Expression::Math { arg, arg1, arg2, arg3, .. } => {
            see(arg);
            [arg1, arg2, arg3].into_iter().flatten().for_each(see);
        }
        _ => {}
    }
}

//! Accesses to a binding of which only a window is bound: indices count from the window, lengths are those of the whole.
//!
//! Where a window starts and how long its binding is are read from the uniform that [`super::offset`] adds: the words from
//! [`super::offset::ORIGIN_WORDS`] on, four a window.

use std::collections::{BTreeMap, HashMap};

use naga::{
    Arena, BinaryOperator, Expression, Function, GlobalVariable, Handle, Literal, Module, Scalar, ScalarKind,
    Span, Type, TypeInner, UniqueArena,
};

use super::operands;

/// Where in the uniform, counted in fours of words, a binding's window is told.
pub(super) type Slots = BTreeMap<Handle<GlobalVariable>, u32>;

/// True for a binding that can be bound by a window: an array whose length is that of the buffer.
pub(super) fn can_be_window(module: &Module, global: Handle<GlobalVariable>) -> bool {
    let ty = &module.types[module.global_variables[global].ty].inner;
    matches!(ty, TypeInner::Array { size: naga::ArraySize::Dynamic, .. })
}

/// Rewrites the accesses of a function. `scalar` tells what its expressions are that are integers.
pub(super) fn rebase(
    function: &mut Function,
    uniform: Handle<GlobalVariable>,
    slots: &Slots,
    scalar: &dyn Fn(Handle<Expression>) -> Option<Scalar>,
) {
    let old = std::mem::take(&mut function.expressions);
    let mut new = Arena::new();
    // These are known without being evaluated, and must not be in a range that is.
    let uniform = new.append(Expression::GlobalVariable(uniform), Span::UNDEFINED);
    let mut literals = HashMap::new();
    for (_, expression) in old.iter() {
        if let Expression::AccessIndex { base, index } = *expression
            && slot(&old, slots, base).is_some()
        {
            let literal = Expression::Literal(Literal::U32(index));
            literals.entry(index).or_insert_with(|| new.append(literal, Span::UNDEFINED));
        }
    }
    // The first new expression of each old one, and the one that has its value.
    let mut places: Vec<(Handle<Expression>, Handle<Expression>)> = Vec::with_capacity(old.len());
    for (handle, expression) in old.iter() {
        let span = old.get_span(handle);
        let mut add = |expression| new.append(expression, span);
        // A word of what the uniform tells of a window.
        let word = |add: &mut dyn FnMut(Expression) -> Handle<Expression>, slot, index| {
            let vector = add(Expression::AccessIndex { base: uniform, index: slot });
            let pointer = add(Expression::AccessIndex { base: vector, index });
            (vector, add(Expression::Load { pointer }))
        };
        let mut moved = expression.clone();
        operands::of_expression(&mut moved, &mut |operand| *operand = places[operand.index()].1);
        let window = match *expression {
            Expression::Access { base, .. } | Expression::AccessIndex { base, .. } => slot(&old, slots, base),
            Expression::ArrayLength(base) => slot(&old, slots, base),
            _ => None,
        };
        let Some(window) = window else {
            let only = add(moved);
            places.push((only, only));
            continue;
        };
        places.push(match (moved, expression) {
            (Expression::ArrayLength(_), _) => word(&mut add, window, 1),
            (Expression::Access { base, index }, &Expression::Access { index: old_index, .. }) => {
                let (first, mut start) = word(&mut add, window, 0);
                let scalar = scalar(old_index).unwrap_or(Scalar::U32);
                if scalar.width != 4 {
                    let (kind, convert) = (ScalarKind::Uint, Some(scalar.width));
                    start = add(Expression::As { expr: start, kind, convert });
                }
                if scalar.kind == ScalarKind::Sint {
                    start = add(Expression::As { expr: start, kind: scalar.kind, convert: None });
                }
                let index =
                    add(Expression::Binary { op: BinaryOperator::Subtract, left: index, right: start });
                (first, add(Expression::Access { base, index }))
            }
            (Expression::AccessIndex { base, index }, _) => {
                let (first, start) = word(&mut add, window, 0);
                let left = literals[&index];
                let index = add(Expression::Binary { op: BinaryOperator::Subtract, left, right: start });
                (first, add(Expression::Access { base, index }))
            }
            (other, _) => {
                let only = add(other);
                (only, only)
            }
        });
    }
    function.expressions = new;
    let at = |handle: Handle<Expression>| places[handle.index()];
    let emit = |range: &mut naga::Range<Expression>| {
        if let Some((first, last)) = range.first_and_last() {
            *range = naga::Range::new_from_bounds(at(first).0, at(last).1);
        }
    };
    operands::of_block(&mut function.body, &emit, &mut |handle| *handle = at(*handle).1);
    for (_, local) in function.local_variables.iter_mut() {
        local.init = local.init.map(|init| at(init).1);
    }
    let named = std::mem::take(&mut function.named_expressions);
    function.named_expressions = named.into_iter().map(|(handle, name)| (at(handle).1, name)).collect();
}

/// The slot of a binding that an expression is a pointer to.
fn slot(expressions: &Arena<Expression>, slots: &Slots, base: Handle<Expression>) -> Option<u32> {
    match expressions[base] {
        Expression::GlobalVariable(global) => slots.get(&global).copied(),
        _ => None,
    }
}

/// What a scalar expression is.
pub(super) fn scalar(
    info: &naga::valid::FunctionInfo,
    types: &UniqueArena<Type>,
    expr: Handle<Expression>,
) -> Option<Scalar> {
    info[expr].ty.inner_with(types).scalar()
}

//! The value of an expression at a point of the shader.
//!
//! Expressions are evaluated when they are asked for, from what is known then of the values they were made of: a test
//! further down narrows an index computed before it.

use std::collections::HashMap;

use naga::{
    BinaryOperator, Expression, Handle, Literal, MathFunction, RelationalFunction, ScalarKind, TypeInner,
    UnaryOperator,
};

use super::Analysis;
use super::range::{Kind, Range, binary};
use super::value::{Place, State, Value};

/// Expressions that deep are taken as unknown.
const MAX_DEPTH: usize = 96;

/// What was evaluated already, of one point.
pub(super) type Memo = HashMap<Handle<Expression>, Value>;

impl<'a> Analysis<'a> {
    /// The value of an expression.
    pub(super) fn eval(&mut self, state: &State, expr: Handle<Expression>) -> Value {
        self.eval_in(state, expr, &mut Memo::new(), 0)
    }

    /// An integer or boolean.
    pub(super) fn eval_range(&mut self, state: &State, expr: Handle<Expression>) -> Range {
        let kind = self.kind(expr).unwrap_or(Kind::U32);
        self.eval(state, expr).range(kind)
    }

    pub(super) fn inner(&self, expr: Handle<Expression>) -> &'a TypeInner {
        self.info[expr].ty.inner_with(&self.module.types)
    }

    pub(super) fn kind(&self, expr: Handle<Expression>) -> Option<Kind> {
        Kind::of(self.inner(expr))
    }

    fn eval_in(&mut self, state: &State, expr: Handle<Expression>, memo: &mut Memo, depth: usize) -> Value {
        if let Some(known) = state.frame().emitted.get(&expr) {
            return known.value.clone();
        }
        if let Some(known) = memo.get(&expr) {
            return known.clone();
        }
        if depth > MAX_DEPTH || !self.spend(1) {
            return Value::Unknown;
        }
        let value = self.eval_new(state, expr, memo, depth + 1);
        memo.insert(expr, value.clone());
        value
    }

    fn eval_new(&mut self, state: &State, expr: Handle<Expression>, memo: &mut Memo, depth: usize) -> Value {
        match self.function.expressions[expr] {
            Expression::Literal(literal) => of_literal(literal),
            Expression::Constant(constant) => self.constant(self.module.constants[constant].init, 0),
            Expression::ZeroValue(ty) => self.zero(ty),
            Expression::Compose { ref components, .. } => {
                let parts: Vec<_> =
                    components.iter().map(|&part| self.eval_in(state, part, memo, depth)).collect();
                self.composed(self.inner(expr), parts)
            }
            Expression::Access { base, index } => match self.eval_in(state, base, memo, depth) {
                Value::Pointer(place) => {
                    let kind = self.kind(index).unwrap_or(Kind::U32);
                    let index = self.eval_in(state, index, memo, depth).range(kind);
                    Value::Pointer(self.element(place, base, index))
                }
                whole => {
                    let kind = self.kind(index).unwrap_or(Kind::U32);
                    let index = self.eval_in(state, index, memo, depth).range(kind);
                    whole.any_part(index)
                }
            },
            Expression::AccessIndex { base, index } => match self.eval_in(state, base, memo, depth) {
                Value::Pointer(place) => Value::Pointer(self.member(place, base, index)),
                whole => whole.part(index as usize),
            },
            Expression::Splat { size, value } => {
                let value = self.eval_in(state, value, memo, depth);
                Value::Parts(vec![value; size as usize])
            }
            Expression::Swizzle { size, vector, pattern } => {
                let vector = self.eval_in(state, vector, memo, depth);
                Value::Parts(
                    pattern[..size as usize].iter().map(|&part| vector.part(part as usize)).collect(),
                )
            }
            Expression::FunctionArgument(index) => {
                state.frame().arguments.get(index as usize).cloned().unwrap_or(Value::Unknown)
            }
            Expression::GlobalVariable(global) => Value::Pointer(self.global_place(global)),
            Expression::LocalVariable(local) => {
                let cell = state.frame().first_cell + local.index();
                Value::Pointer(Place::Cell { cell, path: Vec::new() })
            }
            Expression::Unary { op, expr: of } => {
                let Some(kind) = self.kind(of) else { return Value::Unknown };
                let of_value = self.eval_in(state, of, memo, depth);
                self.map(expr, &[(of_value, kind)], kind, |operands| unary(op, kind, operands[0]))
            }
            Expression::Binary { op, left, right } => {
                let (Some(kind), Some(right_kind)) = (self.kind(left), self.kind(right)) else {
                    return Value::Unknown;
                };
                if op == BinaryOperator::Add
                    && let Some((dividend, divisor)) = self.whole_of_division(state, left, right)
                {
                    let count = components(self.inner(divisor));
                    let divisor = spread(&self.eval_in(state, divisor, memo, depth), right_kind, count);
                    if divisor.iter().all(|divisor| divisor.lo > 0 || divisor.hi < 0) {
                        return self.eval_in(state, dividend, memo, depth);
                    }
                }
                let operands = [
                    (self.eval_in(state, left, memo, depth), kind),
                    (self.eval_in(state, right, memo, depth), right_kind),
                ];
                let result = self.kind(expr).unwrap_or(kind);
                self.map(expr, &operands, result, |operands| binary(op, kind, operands[0], operands[1]))
            }
            Expression::Select { condition, accept, reject } => {
                let condition = self.eval_in(state, condition, memo, depth);
                let accepted = self.eval_in(state, accept, memo, depth);
                let rejected = self.eval_in(state, reject, memo, depth);
                match condition.range(Kind::Bool).known() {
                    Some(0) => rejected,
                    Some(_) => accepted,
                    None => accepted.join(&rejected),
                }
            }
            Expression::Relational { fun, argument } => {
                let count = components(self.inner(argument));
                let parts = spread(&self.eval_in(state, argument, memo, depth), Kind::Bool, count);
                let lo = parts.iter().map(|part| part.lo);
                let hi = parts.iter().map(|part| part.hi);
                let range = match fun {
                    RelationalFunction::All => Range::new(lo.min().unwrap_or(0), hi.min().unwrap_or(1)),
                    RelationalFunction::Any => Range::new(lo.max().unwrap_or(0), hi.max().unwrap_or(1)),
                    _ => Kind::Bool.all(),
                };
                Value::Int(Kind::Bool, range)
            }
            Expression::Math { fun, arg, arg1, arg2, .. } => {
                let Some(kind) = self.kind(expr) else { return Value::Unknown };
                let mut operands = Vec::with_capacity(3);
                for argument in [Some(arg), arg1, arg2].into_iter().flatten() {
                    if self.kind(argument) != Some(kind) {
                        return Value::Unknown;
                    }
                    operands.push((self.eval_in(state, argument, memo, depth), kind));
                }
                self.map(expr, &operands, kind, |operands| math(fun, kind, operands))
            }
            Expression::As { expr: of, kind, convert } => {
                let width = convert.unwrap_or(4);
                let (Some(from), Some(to)) = (self.kind(of), Kind::of_scalar(kind, width)) else {
                    return Value::Unknown;
                };
                if from == Kind::Bool && convert.is_none() {
                    return Value::Unknown;
                }
                let value = self.eval_in(state, of, memo, depth);
                self.map(expr, &[(value, from)], to, |operands| converted(kind, to, operands[0]))
            }
            Expression::ArrayLength(array) => match self.eval_in(state, array, memo, depth) {
                Value::Pointer(Place::Resource { global, lo, .. }) => match self.pointee(array).as_deref() {
                    Some(&TypeInner::Array { stride, .. }) => {
                        let len = self.bytes(global).saturating_sub(lo) / u64::from(stride.max(1));
                        Value::int(Kind::U32, len.min(u64::from(u32::MAX)) as i64)
                    }
                    _ => Value::Unknown,
                },
                _ => Value::Unknown,
            },
            _ => Value::Unknown,
        }
    }

    /// Applies a function to scalars, or to vectors component by component.
    fn map(
        &self,
        expr: Handle<Expression>,
        operands: &[(Value, Kind)],
        result: Kind,
        apply: impl Fn(&[Range]) -> Range,
    ) -> Value {
        let inner = self.inner(expr);
        let count = components(inner);
        let spreads: Vec<_> = operands.iter().map(|(value, kind)| spread(value, *kind, count)).collect();
        let mut parts = (0..count).map(|index| {
            let operands: Vec<_> = spreads.iter().map(|parts| parts[index]).collect();
            Value::Int(result, apply(&operands))
        });
        match inner {
            TypeInner::Vector { .. } => Value::Parts(parts.collect()),
            _ => parts.next().unwrap_or(Value::Unknown),
        }
    }

    /// A composite of its parts; those of a vector may be vectors.
    fn composed(&self, inner: &TypeInner, parts: Vec<Value>) -> Value {
        let TypeInner::Vector { size, .. } = *inner else { return Value::Parts(parts) };
        let mut flat = Vec::with_capacity(size as usize);
        for part in parts {
            match part {
                Value::Parts(parts) => flat.extend(parts),
                part => flat.push(part),
            }
        }
        // An unknown part may be a vector: then nothing is known of where the others are.
        if flat.len() == size as usize { Value::Parts(flat) } else { Value::Unknown }
    }

    /// Of a constant expression.
    pub(super) fn constant(&mut self, expr: Handle<Expression>, depth: usize) -> Value {
        if depth > MAX_DEPTH || !self.spend(1) {
            return Value::Unknown;
        }
        match self.module.global_expressions[expr] {
            Expression::Literal(literal) => of_literal(literal),
            Expression::Constant(constant) => self.constant(self.module.constants[constant].init, depth + 1),
            Expression::ZeroValue(ty) => self.zero(ty),
            Expression::Compose { ty, ref components } => {
                let parts = components.iter().map(|&part| self.constant(part, depth + 1)).collect();
                self.composed(&self.module.types[ty].inner, parts)
            }
            Expression::Splat { size, value } => {
                Value::Parts(vec![self.constant(value, depth + 1); size as usize])
            }
            _ => Value::Unknown,
        }
    }

    /// `a` and `b`, where `left + right` is `a / b * b + a % b`: that is `a` unless `b` is zero, by which WGSL divides too.
    fn whole_of_division(
        &self,
        state: &State,
        left: Handle<Expression>,
        right: Handle<Expression>,
    ) -> Option<(Handle<Expression>, Handle<Expression>)> {
        use BinaryOperator as B;
        let parts = |expr| match self.function.expressions[expr] {
            Expression::Binary { op, left, right } => Some((op, left, right)),
            _ => None,
        };
        let ((B::Multiply, x, y), (B::Modulo, a, b)) = (parts(left)?, parts(right)?) else {
            return None;
        };
        let matches = |quotient, factor| match parts(quotient) {
            Some((B::Divide, dividend, divisor)) => {
                self.same(state, dividend, a, 0)
                    && self.same(state, divisor, b, 0)
                    && self.same(state, factor, b, 0)
            }
            _ => false,
        };
        (matches(x, y) || matches(y, x)).then_some((a, b))
    }

    /// True if two expressions certainly have the same value.
    fn same(&self, state: &State, a: Handle<Expression>, b: Handle<Expression>, depth: usize) -> bool {
        if a == b {
            return true;
        }
        if depth > 8 {
            return false;
        }
        let expressions = &self.function.expressions;
        match (&expressions[a], &expressions[b]) {
            (Expression::Literal(a), Expression::Literal(b)) => a == b,
            (Expression::Constant(a), Expression::Constant(b)) => a == b,
            (Expression::FunctionArgument(a), Expression::FunctionArgument(b)) => a == b,
            (
                &Expression::AccessIndex { base: a, index: i },
                &Expression::AccessIndex { base: b, index: j },
            ) => i == j && self.same(state, a, b, depth + 1),
            (Expression::Load { .. }, Expression::Load { .. }) => {
                let emitted = &state.frame().emitted;
                let source = |of| emitted.get(of).and_then(|emitted| emitted.source.as_ref());
                let known = |of| match emitted.get(of).map(|emitted| &emitted.value) {
                    Some(Value::Int(_, range)) => range.known(),
                    _ => None,
                };
                source(&a).is_some_and(|place| {
                    Some(place) == source(&b) && place.1.iter().all(|step| step.known().is_some())
                }) || known(&a).is_some_and(|value| Some(value) == known(&b))
            }
            (
                &Expression::Binary { op: p, left: a, right: c },
                &Expression::Binary { op: q, left: b, right: d },
            ) => p == q && self.same(state, a, b, depth + 1) && self.same(state, c, d, depth + 1),
            _ => false,
        }
    }
}

fn of_literal(literal: Literal) -> Value {
    match literal {
        Literal::U32(value) => Value::int(Kind::U32, value.into()),
        Literal::I32(value) => Value::int(Kind::I32, value.into()),
        Literal::Bool(value) => Value::int(Kind::Bool, value.into()),
        _ => Value::Unknown,
    }
}

/// Number of components of a scalar or vector.
fn components(inner: &TypeInner) -> usize {
    match inner {
        TypeInner::Vector { size, .. } => *size as usize,
        _ => 1,
    }
}

/// The components of a vector, or so many times a scalar.
fn spread(value: &Value, kind: Kind, count: usize) -> Vec<Range> {
    (0..count)
        .map(|index| match value {
            Value::Parts(parts) => parts.get(index).map_or(kind.all(), |part| part.range(kind)),
            value => value.range(kind),
        })
        .collect()
}

fn unary(op: UnaryOperator, kind: Kind, a: Range) -> Range {
    match op {
        UnaryOperator::Negate => kind.wrapped(-i128::from(a.hi), -i128::from(a.lo)),
        UnaryOperator::LogicalNot => Range::new(1 - a.hi, 1 - a.lo),
        UnaryOperator::BitwiseNot => kind.wrapped(-1 - i128::from(a.hi), -1 - i128::from(a.lo)),
    }
}

fn converted(kind: ScalarKind, to: Kind, a: Range) -> Range {
    match kind {
        ScalarKind::Bool => match (a.known(), a.meet(Range::exactly(0))) {
            (Some(value), _) => Range::exactly(i64::from(value != 0)),
            (None, None) => Range::exactly(1),
            (None, Some(_)) => Kind::Bool.all(),
        },
        _ => to.wrapped(a.lo.into(), a.hi.into()),
    }
}

fn math(fun: MathFunction, kind: Kind, operands: &[Range]) -> Range {
    let min = |a: Range, b: Range| Range::new(a.lo.min(b.lo), a.hi.min(b.hi));
    let max = |a: Range, b: Range| Range::new(a.lo.max(b.lo), a.hi.max(b.hi));
    match (fun, operands) {
        (MathFunction::Min, &[a, b]) => min(a, b),
        (MathFunction::Max, &[a, b]) => max(a, b),
        (MathFunction::Clamp, &[a, low, high]) => min(max(a, low), high),
        (MathFunction::Abs, &[a]) if a.lo >= 0 => a,
        (MathFunction::Abs, &[a]) if a.lo > i64::from(i32::MIN) => {
            Range::new(if a.hi < 0 { -a.hi } else { 0 }, a.lo.abs().max(a.hi.abs()))
        }
        (
            MathFunction::CountOneBits | MathFunction::CountLeadingZeros | MathFunction::CountTrailingZeros,
            _,
        ) => Range::new(0, 32),
        _ => kind.all(),
    }
}

//! What a test tells of the values that it was made of.

use std::rc::Rc;

use naga::{BinaryOperator, Expression, Handle, ScalarKind, UnaryOperator};

use super::Analysis;
use super::range::{Kind, Range, mirrored, negated, where_true};
use super::value::{Condition, Emitted, State, Value};

/// Tests nested deeper tell nothing.
const MAX_DEPTH: usize = 24;

impl Analysis<'_> {
    /// The state where a condition has come out as `truth`; none if it cannot.
    pub(super) fn assume(&mut self, state: State, condition: &Condition, truth: bool) -> Option<State> {
        self.assume_to(state, condition, truth, 0)
    }

    fn assume_to(&mut self, state: State, condition: &Condition, truth: bool, depth: usize) -> Option<State> {
        if depth > MAX_DEPTH || !self.spend(1) {
            return Some(state);
        }
        match condition {
            Condition::Is(expr) => self.assume_expr(state, *expr, truth, depth + 1),
            Condition::Choice(test, accept, reject) => {
                let accepted = self.assume_to(state.clone(), test, true, depth + 1);
                let accepted = accepted.and_then(|state| self.assume_to(state, accept, truth, depth + 1));
                let rejected = self.assume_to(state, test, false, depth + 1);
                let rejected = rejected.and_then(|state| self.assume_to(state, reject, truth, depth + 1));
                self.either(accepted, rejected)
            }
        }
    }

    fn assume_expr(
        &mut self,
        state: State,
        expr: Handle<Expression>,
        truth: bool,
        depth: usize,
    ) -> Option<State> {
        if depth > MAX_DEPTH {
            return Some(state);
        }
        if let Some(known) = self.eval_range(&state, expr).known()
            && (known != 0) != truth
        {
            return None;
        }
        use BinaryOperator as B;
        match self.function.expressions[expr] {
            Expression::Unary { op: UnaryOperator::LogicalNot, expr } => {
                self.assume_expr(state, expr, !truth, depth + 1)
            }
            Expression::Binary { op: B::And | B::LogicalAnd, left, right } if truth => {
                let state = self.assume_expr(state, left, true, depth + 1)?;
                self.assume_expr(state, right, true, depth + 1)
            }
            Expression::Binary { op: B::InclusiveOr | B::LogicalOr, left, right } if !truth => {
                let state = self.assume_expr(state, left, false, depth + 1)?;
                self.assume_expr(state, right, false, depth + 1)
            }
            Expression::Binary { op, left, right } => match if truth { Some(op) } else { negated(op) } {
                Some(op) if negated(op).is_some() && !self.is_vector(left) => {
                    self.compare(state, op, left, right)
                }
                _ => Some(state),
            },
            // `all(a < b)`, `any(a >= b)`: component by component.
            Expression::Relational { fun, argument } => {
                let is_all = fun == naga::RelationalFunction::All;
                let is_any = fun == naga::RelationalFunction::Any;
                match self.function.expressions[argument] {
                    Expression::Binary { op, left, right } if (is_all && truth) || (is_any && !truth) => {
                        match if truth { Some(op) } else { negated(op) } {
                            Some(op) if negated(op).is_some() => self.compare_vectors(state, op, left, right),
                            _ => Some(state),
                        }
                    }
                    _ => Some(state),
                }
            }
            // A variable that was computed by a short-circuiting operator.
            Expression::Load { .. } => {
                let source = state.frame().emitted.get(&expr).and_then(|emitted| emitted.source.clone());
                let condition = source.and_then(|(cell, _, version)| {
                    // A caller's variable was computed from the caller's expressions.
                    let is_own = cell >= state.frame().first_cell;
                    let cell = state.cells.get(cell).filter(|cell| is_own && cell.version == version)?;
                    cell.condition.clone()
                });
                match condition {
                    Some(condition) => self.assume_to(state, &condition, truth, depth + 1),
                    None => self.narrow(state, expr, None, Range::exactly(truth.into()), 0),
                }
            }
            _ => Some(state),
        }
    }

    fn is_vector(&self, expr: Handle<Expression>) -> bool {
        matches!(self.inner(expr), naga::TypeInner::Vector { .. })
    }

    /// `left op right` holds.
    fn compare(
        &mut self,
        state: State,
        op: BinaryOperator,
        left: Handle<Expression>,
        right: Handle<Expression>,
    ) -> Option<State> {
        if self.kind(left).is_none() {
            return Some(state);
        }
        let (a, b) = (self.eval_range(&state, left), self.eval_range(&state, right));
        let (narrow_a, narrow_b) = (where_true(op, a, b)?, where_true(mirrored(op), b, a)?);
        let state = self.narrow(state, left, None, narrow_a, 0)?;
        self.narrow(state, right, None, narrow_b, 0)
    }

    fn compare_vectors(
        &mut self,
        mut state: State,
        op: BinaryOperator,
        left: Handle<Expression>,
        right: Handle<Expression>,
    ) -> Option<State> {
        let (Some(kind), naga::TypeInner::Vector { size, .. }) = (self.kind(left), self.inner(left)) else {
            return Some(state);
        };
        for index in 0..*size as usize {
            let a = self.eval(&state, left).part(index).range(kind);
            let b = self.eval(&state, right).part(index).range(kind);
            let (narrow_a, narrow_b) = (where_true(op, a, b)?, where_true(mirrored(op), b, a)?);
            state = self.narrow(state, left, Some(index), narrow_a, 0)?;
            state = self.narrow(state, right, Some(index), narrow_b, 0)?;
        }
        Some(state)
    }

    /// The scalar `expr`, or component `part` of the vector, is within `range`.
    fn narrow(
        &mut self,
        mut state: State,
        expr: Handle<Expression>,
        part: Option<usize>,
        range: Range,
        depth: usize,
    ) -> Option<State> {
        if depth > MAX_DEPTH {
            return Some(state);
        }
        let Some(kind) = self.kind(expr) else { return Some(state) };
        if let Some(emitted) = state.frame_mut().emitted.get_mut(&expr) {
            narrow_value(&mut emitted.value, part, kind, range)?;
            let Emitted { source: Some((cell, path, version)), .. } = emitted.clone() else {
                return Some(state);
            };
            // The variable, too, if it still holds what was read.
            let path: Option<Vec<usize>> = path
                .iter()
                .map(|step| step.known().and_then(|step| usize::try_from(step).ok()))
                .chain(part.map(Some))
                .collect();
            if let (Some(path), Some(cell)) = (path, state.cells.get_mut(cell))
                && cell.version == version
            {
                narrow_path(&mut cell.value, &path, kind, range)?;
            }
            return Some(state);
        }
        match self.function.expressions[expr] {
            Expression::FunctionArgument(index) => {
                if let Some(argument) = state.frame_mut().arguments.get_mut(index as usize) {
                    narrow_value(argument, part, kind, range)?;
                }
                Some(state)
            }
            Expression::AccessIndex { base, index } if part.is_none() => {
                self.narrow_member(state, base, &[index as usize], kind, range, depth)
            }
            Expression::Swizzle { vector, pattern, .. } => match part {
                Some(part) => self.narrow(state, vector, Some(pattern[part] as usize), range, depth + 1),
                None => Some(state),
            },
            Expression::Splat { value, .. } => self.narrow(state, value, None, range, depth + 1),
            Expression::Compose { ref components, .. } => match part {
                // Of scalars, not of vectors.
                Some(part) if components.iter().all(|&part| !self.is_vector(part)) => {
                    self.narrow(state, components[part], None, range, depth + 1)
                }
                _ => Some(state),
            },
            // Between integers, where no value changes.
            Expression::As { expr: of, kind: ScalarKind::Sint | ScalarKind::Uint, .. } => {
                let Some(from) = self.kind(of).filter(|&from| from != Kind::Bool) else {
                    return Some(state);
                };
                let before = self.component(&state, of, part, from);
                match before.meet(kind.all()) == Some(before) {
                    true => self.narrow(state, of, part, range.meet(from.all())?, depth + 1),
                    false => Some(state),
                }
            }
            Expression::Binary { op, left, right } => {
                self.narrow_operands(state, op, (left, right), part, kind, range, depth)
            }
            _ => Some(state),
        }
    }

    /// `left op right` is within `range`: an operand is, shifted by the other, where nothing wraps.
    #[expect(clippy::too_many_arguments, reason = "an expression taken apart, and where it is")]
    fn narrow_operands(
        &mut self,
        state: State,
        op: BinaryOperator,
        (left, right): (Handle<Expression>, Handle<Expression>),
        part: Option<usize>,
        kind: Kind,
        range: Range,
        depth: usize,
    ) -> Option<State> {
        if self.kind(left) != Some(kind) || self.kind(right) != Some(kind) {
            return Some(state);
        }
        let a = self.component(&state, left, part, kind);
        let b = self.component(&state, right, part, kind);
        let fits = |lo: i64, hi: i64| lo >= kind.all().lo && hi <= kind.all().hi;
        let (narrow_a, narrow_b) = match op {
            BinaryOperator::Add if fits(a.lo + b.lo, a.hi + b.hi) => {
                ((range.lo - b.hi, range.hi - b.lo), (range.lo - a.hi, range.hi - a.lo))
            }
            BinaryOperator::Subtract if fits(a.lo - b.hi, a.hi - b.lo) => {
                ((range.lo + b.lo, range.hi + b.hi), (a.lo - range.hi, a.hi - range.lo))
            }
            BinaryOperator::Multiply
                if a.lo >= 0 && b.lo > 0 && b.known().is_some() && fits(0, a.hi.saturating_mul(b.hi)) =>
            {
                // Rounded inwards.
                ((range.lo.max(0).div_ceil_by(b.lo), range.hi.div_euclid(b.lo)), (b.lo, b.hi))
            }
            _ => return Some(state),
        };
        let state = self.narrow(state, left, part, a.meet(interval(narrow_a)?)?, depth + 1)?;
        self.narrow(state, right, part, b.meet(interval(narrow_b)?)?, depth + 1)
    }

    fn component(
        &mut self,
        state: &State,
        expr: Handle<Expression>,
        part: Option<usize>,
        kind: Kind,
    ) -> Range {
        let value = self.eval(state, expr);
        match (part, &value) {
            (Some(part), Value::Parts(_)) => value.part(part).range(kind),
            _ => value.range(kind),
        }
    }

    /// A member of what an expression that is no load is made of: of an argument, of a structure.
    fn narrow_member(
        &mut self,
        mut state: State,
        base: Handle<Expression>,
        path: &[usize],
        kind: Kind,
        range: Range,
        depth: usize,
    ) -> Option<State> {
        if depth > MAX_DEPTH {
            return Some(state);
        }
        match self.function.expressions[base] {
            Expression::FunctionArgument(index) => {
                if let Some(argument) = state.frame_mut().arguments.get_mut(index as usize) {
                    narrow_path(argument, path, kind, range)?;
                }
                Some(state)
            }
            Expression::AccessIndex { base, index } => {
                let path: Vec<usize> = std::iter::once(index as usize).chain(path.iter().copied()).collect();
                self.narrow_member(state, base, &path, kind, range, depth + 1)
            }
            _ => match *path {
                [part] if self.kind(base) == Some(kind) => {
                    self.narrow(state, base, Some(part), range, depth + 1)
                }
                _ => Some(state),
            },
        }
    }

    /// Either of two states.
    pub(super) fn either(&mut self, a: Option<State>, b: Option<State>) -> Option<State> {
        match (a, b) {
            (Some(a), Some(b)) => Some(a.join(&b, None, &mut self.next_version)),
            (a, b) => a.or(b),
        }
    }

    /// How a boolean expression was computed.
    pub(super) fn condition(&self, expr: Handle<Expression>) -> Option<Rc<Condition>> {
        (self.kind(expr) == Some(Kind::Bool)).then(|| Rc::new(Condition::Is(expr)))
    }
}

fn interval((lo, hi): (i64, i64)) -> Option<Range> {
    (lo <= hi).then(|| Range::new(lo, hi))
}

trait DivCeil {
    /// The quotient of a number that is not negative, rounded up.
    fn div_ceil_by(self, divisor: i64) -> i64;
}

impl DivCeil for i64 {
    fn div_ceil_by(self, divisor: i64) -> i64 {
        (self + divisor - 1).div_euclid(divisor)
    }
}

fn narrow_value(value: &mut Value, part: Option<usize>, kind: Kind, range: Range) -> Option<()> {
    match part {
        Some(part) => narrow_path(value, &[part], kind, range),
        None => narrow_path(value, &[], kind, range),
    }
}

fn narrow_path(value: &mut Value, path: &[usize], kind: Kind, range: Range) -> Option<()> {
    match (value, path.split_first()) {
        (Value::Int(known, now), None) if *known == kind => {
            *now = now.meet(range)?;
            Some(())
        }
        (value @ Value::Unknown, None) => {
            *value = Value::Int(kind, range);
            Some(())
        }
        (Value::Parts(parts), Some((&part, rest))) => match parts.get_mut(part) {
            Some(part) => narrow_path(part, rest, kind, range),
            None => Some(()),
        },
        _ => Some(()),
    }
}

//! Statements: how they change what is known, and which memory they touch.

use std::rc::Rc;

use naga::{Block, Expression, Function, Handle, Span, Statement, SwitchCase, SwitchValue};

use super::range::{Kind, Range};
use super::value::{Cell, Condition, Emitted, Frame, Place, State, Value};
use super::{Analysis, Merge, TEXELS, Touch};

/// Rounds of a loop after which growing bounds go to those of the type.
const PRECISE_ROUNDS: usize = 2;

/// Rounds after that in which tests of the loop narrow them again.
const NARROWING_ROUNDS: usize = 2;

/// Where control goes after a block; none where it cannot.
#[derive(Default)]
struct Flow {
    next: Option<State>,
    breaks: Option<State>,
    continues: Option<State>,
    returns: Option<(State, Value)>,
}

impl<'a> Analysis<'a> {
    /// Runs a function from `state`, whose last frame is the function's; the state after it and what it returns.
    pub(super) fn run(&mut self, mut state: State) -> Option<(State, Value)> {
        let function: &'a Function = self.function;
        for (_, local) in function.local_variables.iter() {
            let value = match local.init {
                Some(init) => self.eval(&state, init),
                None => self.zero(local.ty),
            };
            self.next_version += 1;
            state.cells.push(Cell { value, version: self.next_version, condition: None });
        }
        let flow = self.block(state, &function.body);
        let end = flow.next.map(|state| (state, Value::Unknown));
        self.either_return(flow.returns, end)
    }

    fn either_return(
        &mut self,
        a: Option<(State, Value)>,
        b: Option<(State, Value)>,
    ) -> Option<(State, Value)> {
        match (a, b) {
            (Some((a, x)), Some((b, y))) => Some((a.join(&b, None, &mut self.next_version), x.join(&y))),
            (a, b) => a.or(b),
        }
    }

    fn block(&mut self, state: State, block: &'a Block) -> Flow {
        let mut flow = Flow { next: Some(state), ..Flow::default() };
        for (statement, span) in block.span_iter() {
            let Some(state) = flow.next.take() else { break };
            if !self.spend(1 + state.cells.len() / 8) {
                break;
            }
            let then = self.statement(state, statement, *span);
            flow.next = then.next;
            flow.breaks = self.either(flow.breaks, then.breaks);
            flow.continues = self.either(flow.continues, then.continues);
            flow.returns = self.either_return(flow.returns, then.returns);
        }
        flow
    }

    fn statement(&mut self, mut state: State, statement: &'a Statement, span: Span) -> Flow {
        match *statement {
            Statement::Emit(ref range) => {
                for expr in range.clone() {
                    self.emit(&mut state, expr);
                }
                Flow { next: Some(state), ..Flow::default() }
            }
            Statement::Block(ref block) => self.block(state, block),
            Statement::If { condition, ref accept, ref reject } => {
                self.branches(state, condition, accept, reject)
            }
            Statement::Switch { selector, ref cases } => self.switch(state, selector, cases),
            Statement::Loop { ref body, ref continuing, break_if } => {
                self.repeat(state, body, continuing, break_if)
            }
            Statement::Break => Flow { breaks: Some(state), ..Flow::default() },
            Statement::Continue => Flow { continues: Some(state), ..Flow::default() },
            Statement::Return { value } => {
                let value = value.map_or(Value::Unknown, |value| self.eval(&state, value));
                Flow { returns: Some((state, value)), ..Flow::default() }
            }
            Statement::Kill => Flow::default(),
            _ => {
                self.effect(&mut state, statement, span);
                Flow { next: Some(state), ..Flow::default() }
            }
        }
    }

    /// Statements after which the next one is run.
    fn effect(&mut self, state: &mut State, statement: &'a Statement, span: Span) {
        match *statement {
            Statement::Store { pointer, value } => {
                let condition = self.condition(value);
                let stored = self.eval(state, value);
                match self.eval(state, pointer) {
                    Value::Pointer(Place::Cell { cell, path }) => {
                        self.next_version += 1;
                        let version = self.next_version;
                        // What a caller's variable was computed from, the caller could not tell.
                        let is_own = cell >= state.frame().first_cell;
                        if let Some(cell) = state.cells.get_mut(cell) {
                            cell.value.store(&path, &stored);
                            cell.version = version;
                            cell.condition = condition.filter(|_| is_own && path.is_empty());
                        }
                    }
                    Value::Pointer(place) => {
                        self.touch(Value::Pointer(place), pointer, Touch::Write, span);
                    }
                    // It may be any variable.
                    _ => self.give_up("a pointer that is not known", span),
                }
            }
            Statement::Atomic { pointer, fun, value, result } => {
                let place = self.eval(state, pointer);
                let kind = self.kind(value);
                // A result that nothing refers to is unused.
                let is_unused = result.is_none_or(|result| self.info[result].ref_count == 0);
                let merge = Merge::of(fun, kind).filter(|_| is_unused);
                self.touch(place, pointer, Touch::Atomic(merge), span);
                self.forget(state, result);
            }
            Statement::WorkGroupUniformLoad { result, .. } => self.forget(state, Some(result)),
            Statement::SubgroupBallot { result, .. }
            | Statement::SubgroupGather { result, .. }
            | Statement::SubgroupCollectiveOperation { result, .. } => self.forget(state, Some(result)),
            Statement::ImageStore { image, .. } | Statement::ImageAtomic { image, .. } => {
                if let Expression::GlobalVariable(global) = self.function.expressions[image] {
                    self.record(global, Touch::Write, TEXELS.start, TEXELS.end, span);
                } else {
                    self.give_up("a texture that is not known is written", span);
                }
            }
            Statement::Call { function, ref arguments, result } => {
                let value = self.call(state, function, arguments);
                if let Some(result) = result {
                    state.frame_mut().emitted.insert(result, Emitted { value, source: None });
                }
            }
            Statement::ControlBarrier(_) | Statement::MemoryBarrier(_) => {}
            _ => self.give_up("a statement that the analysis does not know", span),
        }
    }

    fn forget(&self, state: &mut State, result: Option<Handle<Expression>>) {
        if let Some(result) = result {
            let value = self.anything(self.inner(result));
            state.frame_mut().emitted.insert(result, Emitted { value, source: None });
        }
    }

    /// Runs a callee in place.
    fn call(
        &mut self,
        state: &mut State,
        callee: Handle<Function>,
        arguments: &[Handle<Expression>],
    ) -> Value {
        let arguments = arguments.iter().map(|&argument| self.eval(state, argument)).collect();
        let (function, info) = (self.function, self.info);
        let (first_cell, frames) = (state.cells.len(), state.frames.len());
        let mut inside = std::mem::take(state);
        inside.frames.push(Frame { arguments, first_cell, ..Frame::default() });
        let before = inside.clone();
        self.function = &self.module.functions[callee];
        self.info = &self.infos[callee];
        let outcome = self.run(inside);
        (self.function, self.info) = (function, info);
        // A function that does not return, because fuel ran out: the analysis has failed by then.
        let (after, value) = outcome.unwrap_or((before, Value::Unknown));
        *state = after;
        state.cells.truncate(first_cell);
        state.frames.truncate(frames);
        // Pointers into what is gone.
        if matches!(value, Value::Pointer(_)) { Value::Unknown } else { value }
    }

    /// Loads happen where they are emitted; other expressions when they are asked for.
    fn emit(&mut self, state: &mut State, expr: Handle<Expression>) {
        if let Expression::Load { pointer } = self.function.expressions[expr] {
            let span = self.function.expressions.get_span(expr);
            let inner = self.inner(expr);
            let emitted = match self.eval(state, pointer) {
                Value::Pointer(Place::Cell { cell, path }) => match state.cells.get(cell) {
                    Some(found) => {
                        let value =
                            path.iter().fold(found.value.clone(), |value, &step| value.any_part(step));
                        Emitted { value, source: Some((cell, path, found.version)) }
                    }
                    None => Emitted { value: Value::Unknown, source: None },
                },
                place => {
                    let value = match &place {
                        Value::Pointer(Place::Resource { global, lo, hi, is_inside: true }) if lo == hi => {
                            self.known_content(*global, *lo, inner)
                        }
                        _ => self.anything(inner),
                    };
                    self.touch(place, pointer, Touch::Read, span);
                    Emitted { value, source: None }
                }
            };
            state.frame_mut().emitted.insert(expr, emitted);
        }
    }

    fn branches(
        &mut self,
        state: State,
        condition: Handle<Expression>,
        accept: &'a Block,
        reject: &'a Block,
    ) -> Flow {
        let test = Rc::new(Condition::Is(condition));
        let accepted = self.assume(state.clone(), &test, true);
        let rejected = self.assume(state, &test, false);
        let a = accepted.map_or_else(Flow::default, |state| self.block(state, accept));
        let b = rejected.map_or_else(Flow::default, |state| self.block(state, reject));
        let next = match (a.next, b.next) {
            (Some(a), Some(b)) => Some(a.join(&b, Some(&test), &mut self.next_version)),
            (a, b) => a.or(b),
        };
        Flow {
            next,
            breaks: self.either(a.breaks, b.breaks),
            continues: self.either(a.continues, b.continues),
            returns: self.either_return(a.returns, b.returns),
        }
    }

    fn switch(&mut self, state: State, selector: Handle<Expression>, cases: &'a [SwitchCase]) -> Flow {
        let kind = self.kind(selector).unwrap_or(Kind::U32);
        let selected = self.eval(&state, selector).range(kind);
        let value = |case: &SwitchCase| match case.value {
            SwitchValue::I32(value) => Some(i64::from(value)),
            SwitchValue::U32(value) => Some(i64::from(value)),
            SwitchValue::Default => None,
        };
        let is_one_of =
            selected.known().is_some_and(|selected| cases.iter().any(|case| value(case) == Some(selected)));
        let mut flow = Flow::default();
        let mut falling: Option<State> = None;
        for case in cases {
            let may_enter = match value(case) {
                Some(value) => selected.meet(Range::exactly(value)).is_some(),
                None => !is_one_of,
            };
            let entering = self.either(falling.take(), may_enter.then(|| state.clone()));
            let Some(entering) = entering else { continue };
            let inside = self.block(entering, &case.body);
            // `break` leaves the switch.
            flow.next = self.either(flow.next, inside.breaks);
            flow.continues = self.either(flow.continues, inside.continues);
            flow.returns = self.either_return(flow.returns, inside.returns);
            if case.fall_through {
                falling = inside.next;
            } else {
                flow.next = self.either(flow.next, inside.next);
            }
        }
        flow.next = self.either(flow.next, falling);
        flow
    }

    /// A loop: what is known at its head is widened until it does not change, then narrowed again. Only then does it count
    /// which memory is touched.
    fn repeat(
        &mut self,
        mut entry: State,
        body: &'a Block,
        continuing: &'a Block,
        break_if: Option<Handle<Expression>>,
    ) -> Flow {
        entry.forget_conditions();
        let records = std::mem::replace(&mut self.records, false);
        let mut head = entry.clone();
        let mut round = 0;
        loop {
            let (back, _) = self.round(head.clone(), body, continuing, break_if);
            let Some(back) = back else { break };
            let joined = entry.clone().join(&back, None, &mut self.next_version);
            let joined = joined.join(&head, None, &mut self.next_version);
            // Even where no interval grew, what the loop writes is no longer what was read before it.
            let is_stable = joined.same_values(&head) || !self.spend(1);
            head = if is_stable || round < PRECISE_ROUNDS { joined } else { joined.widened(&head) };
            head.forget_conditions();
            if is_stable {
                break;
            }
            round += 1;
        }
        for _ in 0..NARROWING_ROUNDS {
            let (back, _) = self.round(head.clone(), body, continuing, break_if);
            let mut narrowed = match back {
                Some(back) => entry.clone().join(&back, None, &mut self.next_version),
                None => entry.clone(),
            };
            narrowed.forget_conditions();
            let is_stable = narrowed.same_values(&head);
            head = narrowed;
            if is_stable {
                break;
            }
        }
        self.records = records;
        self.round(head, body, continuing, break_if).1
    }

    /// One round of a loop: the state from which the next starts, and where control goes after the loop.
    fn round(
        &mut self,
        head: State,
        body: &'a Block,
        continuing: &'a Block,
        break_if: Option<Handle<Expression>>,
    ) -> (Option<State>, Flow) {
        let inside = self.block(head, body);
        let mut exits = inside.breaks;
        let to_continue = self.either(inside.next, inside.continues);
        let mut back = None;
        if let Some(state) = to_continue
            && let Some(state) = self.block(state, continuing).next
        {
            match break_if {
                Some(test) => {
                    let leaves = self.assume(state.clone(), &Condition::Is(test), true);
                    exits = self.either(exits, leaves);
                    back = self.assume(state, &Condition::Is(test), false);
                }
                None => back = Some(state),
            }
        }
        (back, Flow { next: exits, returns: inside.returns, ..Flow::default() })
    }
}

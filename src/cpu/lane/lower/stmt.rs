//! Statements. Every jump becomes the exit of a labelled block, or nothing where the block ends there anyway.

use naga::{Expression, Handle, Statement, SwitchCase, SwitchValue};

use super::super::limits::{EASY_NESTING, MAX_NESTING, NESTED_CASES};
use super::super::op::Op;
use super::super::scope::Branch;
use super::super::tree::{Label, Value};
use super::{Frame, Lowering, Operand, types, unsupported_at};
use crate::error::Result;

/// What control can reach behind a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The next statement.
    Statement,
    /// The end of the list: the statements before it have been dealt with.
    End,
    Nothing,
}

impl Next {
    fn if_reached(reached: bool) -> Self {
        if reached { Self::Statement } else { Self::Nothing }
    }
}

impl Lowering {
    /// Lowers statements; `tail` are the labels whose blocks end where the list ends. Returns whether control can reach
    /// the end of the list.
    pub(super) fn statements(
        &mut self,
        frame: &mut Frame,
        list: &[Statement],
        tail: &[Label],
    ) -> Result<bool> {
        self.enter(frame, list)?;
        self.depth += 1;
        let mut reaches = true;
        for (at, statement) in list.iter().enumerate() {
            let rest = &list[at + 1..];
            let next = self.statement(frame, statement, rest, tail)?;
            if next != Next::Statement {
                reaches = next == Next::End;
                break;
            }
        }
        self.depth -= 1;
        Ok(reaches)
    }

    /// Counts a list, and refuses what nests too deep.
    fn enter(&mut self, frame: &Frame, list: &[Statement]) -> Result<()> {
        let here = self.here;
        self.spend(frame.unit, list.len(), || here)?;
        if self.depth.max(self.b.nesting()) > MAX_NESTING {
            let what = format!("control flow and calls nested deeper than {MAX_NESTING} levels");
            return Err(unsupported_at(frame.unit, what, here));
        }
        Ok(())
    }

    /// Lowers a statement that `rest` follows in a list with this tail. Small, and so is what it calls for statements in
    /// statements: a stack holds it as often as they nest.
    fn statement(
        &mut self,
        frame: &mut Frame,
        statement: &Statement,
        rest: &[Statement],
        tail: &[Label],
    ) -> Result<Next> {
        let inner_tail = if rest.is_empty() { tail } else { &[] };
        match statement {
            Statement::Block(block) => self.statements(frame, block, inner_tail).map(Next::if_reached),
            Statement::If { condition, accept, reject } => {
                self.branch(frame, *condition, [accept, reject], rest, tail)
            }
            Statement::Switch { selector, cases } => {
                self.switch(frame, *selector, cases, inner_tail).map(|()| Next::Statement)
            }
            Statement::Loop { body, continuing, break_if } => {
                self.repeat(frame, body, continuing, *break_if).map(|()| Next::Statement)
            }
            Statement::Call { function, arguments, result } => {
                self.call_statement(frame, *function, arguments, *result).map(|()| Next::Statement)
            }
            _ => self.simple(frame, statement, tail),
        }
    }

    /// Lowers a statement that holds no others.
    fn simple(&mut self, frame: &mut Frame, statement: &Statement, tail: &[Label]) -> Result<Next> {
        match statement {
            Statement::Emit(range) => {
                for expr in range.clone() {
                    self.emit(frame, expr)?;
                }
            }
            Statement::Break | Statement::Continue => {
                if let Some(label) = jump_target(frame, std::slice::from_ref(statement)) {
                    self.exit(label, tail);
                }
                return Ok(Next::Nothing);
            }
            Statement::Return { value } => {
                if let Some(value) = value {
                    let words = self.words(frame, *value)?;
                    for (&var, &word) in frame.result.iter().zip(words.iter()) {
                        self.b.set(var, word);
                    }
                }
                self.watch_statement(statement);
                self.watch_return(frame)?;
                self.exit(frame.return_label, tail);
                return Ok(Next::Nothing);
            }
            Statement::Store { pointer, value } => {
                let words = self.words(frame, *value)?;
                self.watch_statement(statement);
                match self.operand(frame, *pointer)? {
                    Operand::Place(place) => {
                        let Some(inner) = types::pointee(frame.unit, frame.ty(*pointer)) else {
                            return Err(frame.unsupported("this pointer", *pointer));
                        };
                        self.store(frame, &place, &inner, &words)?;
                        self.watch_assignment(frame, [*pointer, *value], &place, words.len());
                    }
                    Operand::Words(_) => return Err(frame.unsupported("this assignment", *pointer)),
                }
            }
            other => {
                if !self.synchronise(frame, other)? && !self.image_statement(frame, other)? {
                    let what = format!("the statement {}", name(other));
                    return Err(unsupported_at(frame.unit, what, self.globals.span(other)));
                }
            }
        }
        Ok(Next::Statement)
    }

    /// A branch, and the rest of its list where one of its lists jumps to where that ends:
    /// `if c { return; } rest` is `if c {} else { rest }` at the end of a function.
    fn branch(
        &mut self,
        frame: &mut Frame,
        condition: Handle<Expression>,
        lists: [&[Statement]; 2],
        rest: &[Statement],
        tail: &[Label],
    ) -> Result<Next> {
        let cond = self.word(frame, condition)?;
        let ends = lists.map(|list| jump_target(frame, list).is_some_and(|to| tail.contains(&to)));
        let takes_rest = ends.contains(&true) && self.b.nesting() < EASY_NESTING;
        let inner_tail = if takes_rest || rest.is_empty() { tail } else { &[] };
        // The rest goes into the list that does not jump; if both do, nothing gets there.
        let with_rest = takes_rest.then_some(usize::from(!ends[1]));
        let (accept, reaches) =
            self.side(frame, lists[0], inner_tail, (with_rest == Some(0)).then_some(rest))?;
        let (reject, also) =
            self.side(frame, lists[1], inner_tail, (with_rest == Some(1)).then_some(rest))?;
        self.b.branch(cond, accept, reject);
        let reaches = reaches || also;
        Ok(match (reaches, takes_rest) {
            (true, true) => Next::End,
            (true, false) => Next::Statement,
            (false, _) => Next::Nothing,
        })
    }

    /// One list of a branch, with what follows it there, and whether control can reach its end.
    fn side(
        &mut self,
        frame: &mut Frame,
        list: &[Statement],
        tail: &[Label],
        rest: Option<&[Statement]>,
    ) -> Result<(Branch, bool)> {
        self.b.open_branch();
        let mut reaches = self.statements(frame, list, tail)?;
        if let (true, Some(rest)) = (reaches, rest) {
            reaches = self.statements(frame, rest, tail)?;
        }
        Ok((self.b.close_branch(), reaches))
    }

    fn call_statement(
        &mut self,
        frame: &mut Frame,
        function: Handle<naga::Function>,
        arguments: &[Handle<Expression>],
        result: Option<Handle<Expression>>,
    ) -> Result<()> {
        let mut args = Vec::with_capacity(arguments.len());
        for &argument in arguments {
            args.push(self.operand(frame, argument)?);
        }
        let span = result.map(|result| frame.span(result)).filter(naga::Span::is_defined);
        self.here = span.unwrap_or(self.here);
        let words = self.call(frame.unit, function, args)?;
        if let Some(result) = result {
            frame.exprs[result.index()] = Some(Operand::Words(words));
        }
        Ok(())
    }

    fn exit(&mut self, label: Label, tail: &[Label]) {
        if !tail.contains(&label) {
            self.b.exit(label);
        }
    }

    /// A loop: `break { loop { continue { body } continuing; if break_if { exit } } }`.
    fn repeat(
        &mut self,
        frame: &mut Frame,
        body: &naga::Block,
        continuing: &naga::Block,
        break_if: Option<Handle<Expression>>,
    ) -> Result<()> {
        let (break_label, continue_label) = (self.b.label(), self.b.label());
        let mut assigned = vec![];
        self.assigned_in(frame, body, &mut assigned);
        self.assigned_in(frame, continuing, &mut assigned);
        frame.targets.push((break_label, Some(continue_label)));
        self.b.open_block();
        self.b.open_loop(assigned);
        self.b.open_block();
        self.statements(frame, body, &[continue_label])?;
        self.b.close_block(continue_label);
        self.statements(frame, continuing, &[])?;
        if let Some(condition) = break_if {
            let cond = self.word(frame, condition)?;
            self.b.open_branch();
            self.b.exit(break_label);
            self.b.close_if(cond);
        }
        self.b.close_loop();
        self.b.close_block(break_label);
        frame.targets.pop();
        Ok(())
    }

    /// A switch: one branch per group of cases that run into each other.
    fn switch(
        &mut self,
        frame: &mut Frame,
        selector: Handle<Expression>,
        cases: &[SwitchCase],
        tail: &[Label],
    ) -> Result<()> {
        let selector = self.word(frame, selector)?;
        let label = self.b.label();
        let continue_label = frame.targets.last().and_then(|target| target.1);
        frame.targets.push((label, continue_label));
        let mut groups: Vec<&[SwitchCase]> = cases.split_inclusive(|case| !case.fall_through).collect();
        // The group of the default is what remains when no other is chosen, so it goes last.
        groups.sort_by_key(|group| group.iter().any(|case| case.value == SwitchValue::Default));
        let mut tail = tail.to_vec();
        tail.push(label);
        self.b.open_block();
        if groups.len() <= NESTED_CASES && self.b.nesting() + groups.len() <= EASY_NESTING {
            self.groups(frame, selector, &groups, &tail)?;
        } else {
            self.groups_in_turn(frame, selector, &groups, &tail)?;
        }
        self.b.close_block(label);
        frame.targets.pop();
        Ok(())
    }

    fn groups(
        &mut self,
        frame: &mut Frame,
        selector: Value,
        groups: &[&[SwitchCase]],
        tail: &[Label],
    ) -> Result<()> {
        let Some((group, rest)) = groups.split_first() else {
            return Ok(());
        };
        if rest.is_empty() {
            return self.group(frame, selector, group, tail);
        }
        let cond = self.any_of(selector, group);
        self.b.open_branch();
        self.group(frame, selector, group, tail)?;
        let accept = self.b.close_branch();
        self.b.open_branch();
        self.groups(frame, selector, rest, tail)?;
        let reject = self.b.close_branch();
        self.b.branch(cond, accept, reject);
        Ok(())
    }

    /// The same for many groups: one branch after the other. The groups exclude each other, so that a lane that has run
    /// one goes through the others to the end.
    fn groups_in_turn(
        &mut self,
        frame: &mut Frame,
        selector: Value,
        groups: &[&[SwitchCase]],
        tail: &[Label],
    ) -> Result<()> {
        let Some((default, others)) = groups.split_last() else {
            return Ok(());
        };
        let (zero, all) = (self.b.constant(0), self.b.constant(u32::MAX));
        let unmatched = self.b.var();
        self.b.set(unmatched, all);
        for group in others {
            let cond = self.any_of(selector, group);
            self.b.open_branch();
            self.b.set(unmatched, zero);
            self.group(frame, selector, group, tail)?;
            self.b.close_if(cond);
        }
        let cond = self.b.get(unmatched);
        self.b.open_branch();
        self.group(frame, selector, default, tail)?;
        self.b.close_if(cond);
        Ok(())
    }

    /// The bodies of a group, one of whose cases is known to be chosen.
    fn group(
        &mut self,
        frame: &mut Frame,
        selector: Value,
        group: &[SwitchCase],
        tail: &[Label],
    ) -> Result<()> {
        let Some((last, before)) = group.split_last() else {
            return Ok(());
        };
        for (at, case) in before.iter().enumerate().filter(|(_, case)| !case.body.is_empty()) {
            let entered = self.any_of(selector, &group[..=at]);
            // The default is entered when nothing behind it is chosen.
            let has_default = group[..=at].iter().any(|case| case.value == SwitchValue::Default);
            let entered = if has_default {
                let later = self.any_of(selector, &group[at + 1..]);
                self.b.op1(Op::Not, later)
            } else {
                entered
            };
            self.b.open_branch();
            self.statements(frame, &case.body, &[])?;
            self.b.close_if(entered);
        }
        self.statements(frame, &last.body, tail)?;
        Ok(())
    }

    fn any_of(&mut self, selector: Value, cases: &[SwitchCase]) -> Value {
        let mut any = self.b.constant(0);
        for case in cases {
            let value = match case.value {
                SwitchValue::I32(value) => value as u32,
                SwitchValue::U32(value) => value,
                SwitchValue::Default => continue,
            };
            let value = self.b.constant(value);
            let equal = self.b.op2(Op::IEq, selector, value);
            any = self.b.op2(Op::Or, any, equal);
        }
        any
    }
}

/// Where the last statement of a list jumps to.
fn jump_target(frame: &Frame, list: &[Statement]) -> Option<Label> {
    match list.last()? {
        Statement::Return { .. } => Some(frame.return_label),
        Statement::Break => frame.targets.last().map(|target| target.0),
        Statement::Continue => frame.targets.last().and_then(|target| target.1),
        Statement::Block(block) => jump_target(frame, block),
        _ => None,
    }
}

fn name(statement: &Statement) -> &'static str {
    match statement {
        Statement::Kill => "discard",
        Statement::ControlBarrier(_) | Statement::MemoryBarrier(_) => "barrier",
        Statement::ImageStore { .. } | Statement::ImageAtomic { .. } => "texture store",
        Statement::Atomic { .. } => "atomic",
        Statement::WorkGroupUniformLoad { .. } => "workgroupUniformLoad",
        Statement::RayQuery { .. } | Statement::RayPipelineFunction(_) => "ray query",
        _ => "subgroup operation",
    }
}

//! Statements among invocations: barriers, atomic operations, exchanges within subgroups.

use std::rc::Rc;

use naga::{
    AtomicFunction, CollectiveOperation, Direction, Expression, GatherMode, Handle, ScalarKind, Statement,
    SubgroupOperation,
};

use super::super::effect::{Atomic, Effect, Subgroup};
use super::super::op::Op;
use super::super::site::Mode;
use super::super::tree::Value;
use super::{Frame, Lowering, Operand, types};
use crate::error::Result;

impl Lowering {
    /// Lowers such a statement; false if it is another one.
    pub(super) fn synchronise(&mut self, frame: &mut Frame, statement: &Statement) -> Result<bool> {
        let span = self.globals.span(statement);
        if span.is_defined() {
            self.here = span;
        }
        match *statement {
            Statement::ControlBarrier(barrier) => {
                // Lanes of a subgroup are in step anyway, but all the same all have to come.
                self.barrier(frame, barrier)?;
            }
            // Lanes run in lockstep and see each other's writes in order.
            Statement::MemoryBarrier(_) => {}
            Statement::WorkGroupUniformLoad { pointer, result } => {
                let place = self.place(frame, pointer)?;
                let Some(inner) = types::pointee(frame.unit, frame.ty(pointer)) else {
                    return Err(frame.unsupported("this pointer", pointer));
                };
                self.barrier(frame, naga::Barrier::WORK_GROUP)?;
                let words = self.load(frame, &place, &inner)?;
                self.barrier(frame, naga::Barrier::WORK_GROUP)?;
                frame.exprs[result.index()] = Some(Operand::Words(words));
            }
            Statement::Atomic { pointer, ref fun, value, result } => {
                self.atomic(frame, pointer, fun, value, result)?;
            }
            Statement::SubgroupBallot { result, predicate } => {
                let all = self.b.constant(u32::MAX);
                let predicate = predicate.map_or(Ok(all), |predicate| self.word(frame, predicate))?;
                let bits = self.exchange(Subgroup::Ballot, predicate, predicate);
                let zero = self.b.constant(0);
                frame.exprs[result.index()] = Some(Operand::Words([bits, zero, zero, zero].into()));
            }
            Statement::SubgroupCollectiveOperation { op, collective_op, argument, result } => {
                let words = self.collective(frame, op, collective_op, argument)?;
                frame.exprs[result.index()] = Some(Operand::Words(words));
            }
            Statement::SubgroupGather { mode, argument, result } => {
                let words = self.subgroup_gather(frame, mode, argument)?;
                frame.exprs[result.index()] = Some(Operand::Words(words));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn barrier(&mut self, frame: &Frame, barrier: naga::Barrier) -> Result<()> {
        self.watch_barrier(frame, barrier)?;
        let here = self.here;
        let line = if here.is_defined() { here.location(frame.unit.source).line_number } else { 0 };
        self.globals.barriers.push(line);
        self.b.barrier(self.globals.barriers.len() as u32 - 1);
        Ok(())
    }

    fn place(&mut self, frame: &mut Frame, pointer: Handle<Expression>) -> Result<super::Place> {
        match self.operand(frame, pointer)? {
            Operand::Place(place) => Ok(place),
            Operand::Words(_) => Err(frame.unsupported("this pointer", pointer)),
        }
    }

    fn atomic(
        &mut self,
        frame: &mut Frame,
        pointer: Handle<Expression>,
        fun: &AtomicFunction,
        value: Handle<Expression>,
        result: Option<Handle<Expression>>,
    ) -> Result<()> {
        let place = self.place(frame, pointer)?;
        let Some((memory, _)) = place.memory() else {
            return Err(frame.unsupported("an atomic operation on this pointer", pointer));
        };
        let kind = types::kind(frame.ty(value)).unwrap_or(ScalarKind::Uint);
        if types::is_wide(frame.ty(value)) {
            let operand = self.wide_operand(frame, value)?;
            let compare = match *fun {
                AtomicFunction::Exchange { compare: Some(compare) } => {
                    Some(self.wide_operand(frame, compare)?)
                }
                _ => None,
            };
            let words = self.wide_atomic(&place, memory, fun, kind, operand, compare);
            if let Some(inner) = types::pointee(frame.unit, frame.ty(pointer)) {
                self.watch_access(frame, &place, &inner, &words[..2], Mode::AtomicUpdate)?;
            }
            if let Some(result) = result {
                frame.exprs[result.index()] = Some(Operand::Words(words));
            }
            return Ok(());
        }
        let mut operand = self.word(frame, value)?;
        let choose = |float, signed, unsigned| match kind {
            ScalarKind::Float => Atomic::Update(float),
            ScalarKind::Sint => Atomic::Update(signed),
            _ => Atomic::Update(unsigned),
        };
        let mut second = operand;
        let atomic = match *fun {
            AtomicFunction::Add => choose(Op::FAdd, Op::IAdd, Op::IAdd),
            AtomicFunction::Subtract if kind == ScalarKind::Float => {
                operand = self.b.op1(Op::FNeg, operand);
                Atomic::Update(Op::FAdd)
            }
            AtomicFunction::Subtract => {
                let zero = self.b.constant(0);
                operand = self.b.op2(Op::ISub, zero, operand);
                Atomic::Update(Op::IAdd)
            }
            AtomicFunction::And => Atomic::Update(Op::And),
            AtomicFunction::ExclusiveOr => Atomic::Update(Op::Xor),
            AtomicFunction::InclusiveOr => Atomic::Update(Op::Or),
            AtomicFunction::Min => choose(Op::FMin, Op::SMin, Op::UMin),
            AtomicFunction::Max => choose(Op::FMax, Op::SMax, Op::UMax),
            AtomicFunction::Exchange { compare: None } => Atomic::Exchange,
            AtomicFunction::Exchange { compare: Some(compare) } => {
                second = self.word(frame, compare)?;
                Atomic::CompareExchange
            }
        };
        let offset = self.memory_offset(&place, 0);
        let before = self.b.atomic(Effect::Atomic(atomic), memory, offset, [operand, second]);
        if let Some(inner) = types::pointee(frame.unit, frame.ty(pointer)) {
            self.watch_access(frame, &place, &inner, &[before], Mode::AtomicUpdate)?;
        }
        if let Some(result) = result {
            let words: Rc<[Value]> = if atomic == Atomic::CompareExchange {
                [before, self.b.op2(Op::IEq, before, second)].into()
            } else {
                [before].into()
            };
            frame.exprs[result.index()] = Some(Operand::Words(words));
        }
        Ok(())
    }

    fn exchange(&mut self, exchange: Subgroup, value: Value, second: Value) -> Value {
        self.b.exchange(Effect::Subgroup(exchange), [value, second])
    }

    fn collective(
        &mut self,
        frame: &mut Frame,
        op: SubgroupOperation,
        how: CollectiveOperation,
        argument: Handle<Expression>,
    ) -> Result<Rc<[Value]>> {
        let words = self.words(frame, argument)?;
        let kind = types::kind(frame.ty(argument)).unwrap_or(ScalarKind::Uint);
        let choose = |float, signed, unsigned| match kind {
            ScalarKind::Float => float,
            ScalarKind::Sint => signed,
            _ => unsigned,
        };
        if types::is_wide(frame.ty(argument)) {
            return Ok(self.wide_collective(op, how, kind, &words));
        }
        let op = match op {
            SubgroupOperation::All | SubgroupOperation::And => Op::And,
            SubgroupOperation::Any | SubgroupOperation::Or => Op::Or,
            SubgroupOperation::Xor => Op::Xor,
            SubgroupOperation::Add => choose(Op::FAdd, Op::IAdd, Op::IAdd),
            SubgroupOperation::Mul => choose(Op::FMul, Op::IMul, Op::IMul),
            SubgroupOperation::Min => choose(Op::FMin, Op::SMin, Op::UMin),
            SubgroupOperation::Max => choose(Op::FMax, Op::SMax, Op::UMax),
        };
        let exchange = match how {
            CollectiveOperation::Reduce => Subgroup::Reduce(op),
            CollectiveOperation::InclusiveScan => Subgroup::Inclusive(op),
            CollectiveOperation::ExclusiveScan => Subgroup::Exclusive(op),
        };
        let results: Rc<[Value]> = words.iter().map(|&word| self.exchange(exchange, word, word)).collect();
        Ok(if types::is_half(frame.ty(argument)) { self.round_to_half(&results) } else { results })
    }

    fn subgroup_gather(
        &mut self,
        frame: &mut Frame,
        mode: GatherMode,
        argument: Handle<Expression>,
    ) -> Result<Rc<[Value]>> {
        let words = self.words(frame, argument)?;
        let (exchange, second) = match mode {
            GatherMode::BroadcastFirst => (Subgroup::First, None),
            GatherMode::Broadcast(index) | GatherMode::Shuffle(index) => (Subgroup::Shuffle, Some(index)),
            GatherMode::ShuffleDown(delta) => (Subgroup::Down, Some(delta)),
            GatherMode::ShuffleUp(delta) => (Subgroup::Up, Some(delta)),
            GatherMode::ShuffleXor(mask) => (Subgroup::Xor, Some(mask)),
            GatherMode::QuadBroadcast(index) => (Subgroup::QuadBroadcast, Some(index)),
            GatherMode::QuadSwap(_) => (Subgroup::Xor, None),
        };
        let second = match (second, mode) {
            (Some(second), _) => self.word(frame, second)?,
            (None, GatherMode::QuadSwap(direction)) => self.b.constant(match direction {
                Direction::X => 1,
                Direction::Y => 2,
                Direction::Diagonal => 3,
            }),
            (None, _) => words[0],
        };
        Ok(words.iter().map(|&word| self.exchange(exchange, word, second)).collect())
    }
}

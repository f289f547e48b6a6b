//! Atomic operations on, and exchanges of, scalars of 64 bits.

use std::rc::Rc;

use naga::{AtomicFunction, CollectiveOperation, Expression, Handle, ScalarKind, SubgroupOperation};

use super::super::effect::{Collective, Effect, Fold, WideEffect};
use super::super::op::Op;
use super::super::tree::{Memory, Value};
use super::component::Component;
use super::memory::Place;
use super::wide::Wide;
use super::{Frame, Lowering};
use crate::error::Result;

impl Lowering {
    /// The words of a scalar.
    pub(super) fn wide_operand(&mut self, frame: &mut Frame, expr: Handle<Expression>) -> Result<Wide> {
        let words = self.words(frame, expr)?;
        Ok([words[0], words[1]])
    }

    /// The words of what an atomic operation gives.
    pub(super) fn wide_atomic(
        &mut self,
        place: &Place,
        memory: Memory,
        fun: &AtomicFunction,
        kind: ScalarKind,
        operand: Wide,
        compare: Option<Wide>,
    ) -> Rc<[Value]> {
        let is_signed = kind == ScalarKind::Sint;
        let mut operand = operand;
        let effect = match fun {
            AtomicFunction::Add => WideEffect::Atomic(Fold::Add),
            AtomicFunction::Subtract => {
                let zero = self.wide_constant(0);
                operand = self.wide_two(Op::ISub, zero, operand);
                WideEffect::Atomic(Fold::Add)
            }
            AtomicFunction::And => WideEffect::Atomic(Fold::And),
            AtomicFunction::ExclusiveOr => WideEffect::Atomic(Fold::Xor),
            AtomicFunction::InclusiveOr => WideEffect::Atomic(Fold::Or),
            AtomicFunction::Min => WideEffect::Atomic(if is_signed { Fold::SMin } else { Fold::UMin }),
            AtomicFunction::Max => WideEffect::Atomic(if is_signed { Fold::SMax } else { Fold::UMax }),
            AtomicFunction::Exchange { compare: None } => WideEffect::Exchange,
            AtomicFunction::Exchange { compare: Some(_) } => WideEffect::CompareExchange,
        };
        let before = self.wide_effect_on(place, memory, effect, operand, compare);
        match compare {
            Some(compare) => {
                let exchanged = self.wide_compare(Op::IEq, before, compare);
                [before[0], before[1], exchanged].into()
            }
            None => before.into(),
        }
    }

    /// Reads an atomic.
    pub(super) fn wide_atomic_load(&mut self, place: &Place, memory: Memory) -> Wide {
        let zero = self.wide_constant(0);
        self.wide_effect_on(place, memory, WideEffect::Load, zero, None)
    }

    /// Writes an atomic.
    pub(super) fn wide_atomic_store(&mut self, place: &Place, memory: Memory, value: Wide) {
        self.wide_effect_on(place, memory, WideEffect::Exchange, value, None);
    }

    /// What belongs together stands next to each other: nothing may come between.
    fn wide_effect_on(
        &mut self,
        place: &Place,
        memory: Memory,
        effect: WideEffect,
        operand: Wide,
        compare: Option<Wide>,
    ) -> Wide {
        let offset = self.memory_offset(place, 0);
        if let Some(compare) = compare {
            self.b.exchange(Effect::Wide(WideEffect::Latch), compare);
        }
        let low = self.b.atomic(Effect::Wide(effect), memory, offset, operand);
        let high = self.b.exchange(Effect::Wide(WideEffect::High), [low, low]);
        [low, high]
    }

    /// A fold of the values of a subgroup.
    pub(super) fn wide_collective(
        &mut self,
        op: SubgroupOperation,
        how: CollectiveOperation,
        kind: ScalarKind,
        words: &[Value],
    ) -> Rc<[Value]> {
        use SubgroupOperation as Group;
        let choose = |float, signed, unsigned| match kind {
            ScalarKind::Float => float,
            ScalarKind::Sint => signed,
            _ => unsigned,
        };
        let fold = match op {
            Group::All | Group::And => Fold::And,
            Group::Any | Group::Or => Fold::Or,
            Group::Xor => Fold::Xor,
            Group::Add => choose(Fold::FAdd, Fold::Add, Fold::Add),
            Group::Mul => choose(Fold::FMul, Fold::Mul, Fold::Mul),
            Group::Min => choose(Fold::FMin, Fold::SMin, Fold::UMin),
            Group::Max => choose(Fold::FMax, Fold::SMax, Fold::UMax),
        };
        let how = match how {
            CollectiveOperation::Reduce => Collective::Reduce,
            CollectiveOperation::InclusiveScan => Collective::Inclusive,
            CollectiveOperation::ExclusiveScan => Collective::Exclusive,
        };
        let effect = Effect::Wide(WideEffect::Subgroup(how, fold));
        let folded: Vec<Wide> = Wide::of_words(words)
            .into_iter()
            .map(|value| {
                let low = self.b.exchange(effect, value);
                [low, self.b.exchange(Effect::Wide(WideEffect::High), [low, low])]
            })
            .collect();
        Wide::words(&folded)
    }
}

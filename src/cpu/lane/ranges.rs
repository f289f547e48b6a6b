//! Which registers are live before and behind every instruction.
//!
//! Most registers are written and read within one segment and are live at no instruction's ends. Sets are kept only of
//! the others: those that some instruction reads before it writes them.

use super::assign::steps_of;
use super::bits::Bits;
use super::limits::{Fuel, MAX_SET_BITS, TooLarge};
use super::select::Selected;
use super::steps::Inst;

/// The live registers of a program.
pub(super) struct Liveness {
    /// The registers that sets are kept of, by their number there.
    regs: Vec<u32>,
    /// The number there of each register.
    number: Vec<Option<u32>>,
    before: Vec<Bits>,
    after: Vec<Bits>,
    handed_on: Bits,
}

/// What an instruction reads before it writes it, and what it writes, each once.
#[derive(Debug, Clone, Default)]
struct Effect {
    reads: Vec<u32>,
    writes: Vec<u32>,
}

impl Liveness {
    /// Goes to the least fixed point.
    pub(super) fn of(selected: &Selected) -> Result<Self, TooLarge> {
        let mut effects = effects(selected);
        let mut number = vec![None; selected.regs.len()];
        let mut regs = vec![];
        for &reg in effects.iter().flat_map(|effect| &effect.reads) {
            number[reg as usize].get_or_insert_with(|| {
                regs.push(reg);
                regs.len() as u32 - 1
            });
        }
        for effect in &mut effects {
            effect.reads = effect.reads.iter().filter_map(|&reg| number[reg as usize]).collect();
            effect.writes = effect.writes.iter().filter_map(|&reg| number[reg as usize]).collect();
        }
        let len = selected.code.len();
        if regs.len().saturating_mul(2 * len) > MAX_SET_BITS {
            return Err(TooLarge::Analysis);
        }
        let empty = Bits::new(regs.len());
        let handed_on = empty.clone();
        let mut this =
            Self { regs, number, before: vec![empty.clone(); len + 1], after: vec![empty; len], handed_on };
        this.iterate(selected, &effects)?;
        for live in this.before.iter().chain(&this.after) {
            this.handed_on.union(live);
        }
        Ok(this)
    }

    fn iterate(&mut self, selected: &Selected, effects: &[Effect]) -> Result<(), TooLarge> {
        let mut fuel = Fuel::full();
        let words = self.regs.len().div_ceil(64);
        loop {
            let mut changed = false;
            for (pc, effect) in effects.iter().enumerate().rev() {
                fuel.burn(4 * words + effect.reads.len() + effect.writes.len() + 1)?;
                let (next, jump) = match selected.code[pc] {
                    Inst::Jump(to) => (to as usize, None),
                    Inst::JumpUnless { to, .. } | Inst::JumpIfNone { to } => (pc + 1, Some(to as usize)),
                    Inst::Check { exit, .. } => (pc + 1, Some(exit as usize)),
                    _ => (pc + 1, None),
                };
                let mut live = self.before[next].clone();
                if let Some(jump) = jump {
                    live.union(&self.before[jump]);
                }
                self.after[pc].union(&live);
                effect.writes.iter().for_each(|&reg| live.remove(reg));
                effect.reads.iter().for_each(|&reg| _ = live.insert(reg));
                changed |= self.before[pc].union(&live);
            }
            if !changed {
                return Ok(());
            }
        }
    }

    /// The registers live before an instruction.
    pub(super) fn before(&self, pc: usize) -> impl Iterator<Item = u32> {
        self.before[pc].iter().map(|number| self.regs[number as usize])
    }

    /// The registers live behind an instruction.
    pub(super) fn after(&self, pc: usize) -> impl Iterator<Item = u32> {
        self.after[pc].iter().map(|number| self.regs[number as usize])
    }

    /// True if the register is live behind the instruction.
    pub(super) fn is_live_after(&self, pc: usize, reg: u32) -> bool {
        self.number[reg as usize].is_some_and(|number| self.after[pc].contains(number))
    }

    /// True if an instruction hands the register on to another.
    pub(super) fn is_handed_on(&self, reg: usize) -> bool {
        self.number[reg].is_some_and(|number| self.handed_on.contains(number))
    }
}

/// The effects of the instructions.
fn effects(selected: &Selected) -> Vec<Effect> {
    // The instruction that wrote, or first read, a register last.
    let mut written_by = vec![usize::MAX; selected.regs.len()];
    let mut read_by = written_by.clone();
    let mut effects = Vec::with_capacity(selected.code.len());
    for (pc, inst) in selected.code.iter().enumerate() {
        let mut effect = Effect::default();
        if let Inst::Check { mask, .. } = inst {
            effect.reads.push(u32::from(*mask));
        }
        for step in &selected.steps[steps_of(inst)] {
            let mut step = *step;
            for (&mut reg, is_write) in step.planes() {
                let at = usize::from(reg);
                if !is_write && written_by[at] != pc && read_by[at] != pc {
                    read_by[at] = pc;
                    effect.reads.push(u32::from(reg));
                }
            }
            for (&mut reg, is_write) in step.planes() {
                let at = usize::from(reg);
                if is_write && written_by[at] != pc {
                    written_by[at] = pc;
                    effect.writes.push(u32::from(reg));
                }
            }
        }
        effects.push(effect);
    }
    effects
}

//! Instruction selection: from items to segments of steps, on virtual registers.
//!
//! A value that is used once, in the run of items in which it is defined, is not stored: it is computed in the
//! accumulator where it is used. A value used more often, or behind a jump, gets a register. A reading of a variable is
//! the variable's register itself, unless the variable is assigned before the last use.

mod aliases;
mod compute;
mod effects;
mod uniforms;
mod uses;

use std::collections::HashMap;

use self::aliases::Aliases;
use self::uses::Uses;
use super::flow::{Flow, Item, Mark};
use super::function::OPERANDS;
use super::limits::{MAX_PENDING, MAX_PLACES, TooLarge};
use super::steps::{Inst, Step, StepOp, UniformInst, UniformKind};
use super::tree::{Def, Value, Var};

/// What a virtual register holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Reg {
    Value(Value),
    Var(Var),
    /// A word of an array.
    Array {
        array: u32,
        word: u32,
    },
    /// A component of a source's element.
    Input {
        slot: u32,
        component: u32,
    },
    /// A component of the result.
    Output(u32),
}

/// Code on virtual registers. Jump targets are still marks.
#[derive(Debug, Default)]
pub(crate) struct Selected {
    pub(crate) code: Vec<Inst>,
    pub(crate) steps: Vec<Step>,
    /// The virtual registers, by number.
    pub(crate) regs: Vec<Reg>,
    /// Uniform values computed once a run.
    pub(crate) preamble: Vec<UniformInst>,
    /// Constants in the uniform file: place and word.
    pub(crate) constants: Vec<(u16, u32)>,
    /// Uniform arguments in the uniform file: place and index of the word.
    pub(crate) arguments: Vec<(u16, u32)>,
    /// Size of the uniform file.
    pub(crate) uniforms: u16,
    /// Where each mark stands in the code.
    pub(crate) marks: Vec<u32>,
    /// Where each loop with a check begins in the code.
    pub(crate) loop_heads: Vec<u32>,
}

/// Selects instructions.
pub(crate) fn select(flow: &Flow) -> Result<Selected, TooLarge> {
    let uses = Uses::count(flow);
    let mut pass = Pass {
        flow,
        uses,
        out: Selected {
            marks: vec![0; flow.marks as usize],
            loop_heads: vec![0; flow.loops as usize],
            ..Selected::default()
        },
        reg_of: HashMap::new(),
        uniform_of: HashMap::new(),
        uniform_var_of: HashMap::new(),
        is_static: uniforms::find_static(&flow.tree),
        home: HashMap::new(),
        spread: vec![],
        pending: vec![0; flow.tree.defs.len()],
        aliases: Aliases::default(),
        acc: None,
        acc_regs: vec![],
        segment_start: 0,
        overflow: false,
    };
    let mut start = 0;
    for (at, item) in flow.items.iter().enumerate() {
        if !is_straight(item) {
            pass.run(&flow.items[start..at], item);
            start = at + 1;
        }
    }
    pass.run(&flow.items[start..], &Item::End);
    if pass.overflow { Err(TooLarge::Places) } else { Ok(pass.out) }
}

/// Registers known to hold what the accumulator holds: more than a few are not worth to be remembered.
const MAX_ACC_REGS: usize = 32;

fn is_straight(item: &Item) -> bool {
    use Item::{Def, Effect, Set, Store, Write};
    matches!(item, Def(_) | Set { .. } | Store { .. } | Write { .. } | Effect { .. })
}

struct Pass<'a> {
    flow: &'a Flow,
    uses: Uses,
    out: Selected,
    reg_of: HashMap<Reg, u16>,
    uniform_of: HashMap<Value, u16>,
    uniform_var_of: HashMap<Var, u16>,
    /// Whether values depend on no variable and no input.
    is_static: Vec<bool>,
    /// Registers of values.
    home: HashMap<Value, u16>,
    /// Uniform values that have registers in this run.
    spread: Vec<Value>,
    /// Depth of what must be computed with a value when it is used.
    pending: Vec<u32>,
    /// Readings of variables that stand for the variable's register.
    aliases: Aliases,
    /// The value in the accumulator.
    acc: Option<Value>,
    /// Registers with the same content as the accumulator.
    acc_regs: Vec<u16>,
    segment_start: usize,
    overflow: bool,
}

impl Pass<'_> {
    fn def(&self, value: Value) -> Def {
        self.flow.tree.def(value)
    }

    fn is_uniform(&self, value: Value) -> bool {
        self.flow.uniformity.value(value)
    }

    fn uses(&self, value: Value) -> u32 {
        self.uses.count[value.0 as usize]
    }

    /// A run of straight items, and the item that ends it.
    fn run(&mut self, items: &[Item], end: &Item) {
        self.acc = None;
        self.acc_regs.clear();
        self.segment_start = self.out.steps.len();
        let mut at = 0;
        while at < items.len() {
            match items[at] {
                Item::Def(value) => {
                    let next = items.get(at + 1).copied();
                    if self.define(value, next) {
                        at += 1;
                    }
                }
                Item::Set { var, value } => self.set(var, value),
                Item::Store { array, offset, value, mask } => self.store(array.0, offset, value, mask),
                Item::Write { memory, offset, value, mask } => self.write(memory, offset, value, mask),
                Item::Effect { value, at } => self.effect(value, at),
                _ => {}
            }
            at += 1;
        }
        match *end {
            Item::JumpIfNone { mask, .. } | Item::Barrier { missing: Some(mask), .. } => {
                self.emit(mask);
                self.step(Step::new(StepOp::Count, 0));
            }
            Item::Check { mask, .. } => {
                self.emit(mask);
                self.register_of(mask);
                self.step(Step::new(StepOp::Count, 0));
            }
            _ => {}
        }
        self.flush_aliases();
        let (first, len) = (self.segment_start as u32, (self.out.steps.len() - self.segment_start) as u32);
        if len > 0 {
            self.out.code.push(Inst::Segment { first, len });
        }
        match *end {
            Item::Mark(mark) => self.out.marks[mark.0 as usize] = self.out.code.len() as u32,
            Item::Jump(to) => self.out.code.push(Inst::Jump(to.0)),
            Item::JumpUnless { cond, to } => {
                let cond = self.uniform(cond);
                self.out.code.push(Inst::JumpUnless { cond, to: to.0 });
            }
            Item::JumpIfNone { to, .. } => self.out.code.push(Inst::JumpIfNone { to: to.0 }),
            Item::Tick { loop_id } => {
                if let Some(loop_id) = loop_id {
                    self.out.loop_heads[loop_id as usize] = self.out.code.len() as u32;
                }
                self.out.code.push(Inst::Tick);
            }
            Item::Check { loop_id, mask, exit: Mark(exit) } => {
                let mask = self.register_of(mask);
                self.out.code.push(Inst::Check { loop_id, mask, exit });
            }
            Item::LoopEnd { loop_id } => self.out.code.push(Inst::LoopEnd { loop_id }),
            Item::Barrier { number, missing } => {
                self.out.code.push(Inst::Barrier { number, counts: missing.is_some() });
            }
            _ => {}
        }
        self.aliases.end_run();
        // A uniform value is spread over a register in this run only: another run may be reached without it.
        for value in std::mem::take(&mut self.spread) {
            self.home.remove(&value);
        }
    }

    fn step(&mut self, step: Step) {
        self.out.steps.push(step);
    }

    fn reg(&mut self, reg: Reg) -> u16 {
        let next = self.out.regs.len();
        let regs = &mut self.out.regs;
        let overflow = &mut self.overflow;
        *self.reg_of.entry(reg).or_insert_with(|| {
            regs.push(reg);
            *overflow |= next >= MAX_PLACES;
            next as u16
        })
    }

    fn var_reg(&mut self, var: Var) -> u16 {
        match self.flow.tree.outputs.iter().position(|&output| output == var) {
            Some(index) => self.reg(Reg::Output(index as u32)),
            None => self.reg(Reg::Var(var)),
        }
    }

    /// Handles a definition; true if the item behind it has been dealt with too.
    fn define(&mut self, value: Value, next: Option<Item>) -> bool {
        if self.uses(value) == 0 {
            return false;
        }
        if self.is_uniform(value) {
            if !self.is_static(value) {
                let (kind, args) = self.uniform_inst(value);
                let dst = self.new_uniform();
                self.uniform_of.insert(value, dst);
                self.out.code.push(Inst::Uniform(UniformInst { kind, dst, args }));
            }
            return false;
        }
        if let Def::Get(var) = self.def(value) {
            self.aliases.add(value, var, self.uses(value));
            return false;
        }
        let escapes = self.uses.escapes[value.0 as usize];
        let is_pure = match self.def(value) {
            Def::Load { .. } => false,
            Def::Read { memory, .. } => !self.flow.tree.is_written(memory),
            _ => true,
        };
        if is_pure && self.uses(value) == 1 && !escapes && self.put_off(value) {
            return false;
        }
        // Assigned to a variable right away and not needed behind the run: the variable's register will do.
        if let Some(Item::Set { var, value: assigned }) = next
            && assigned == value
            && !escapes
        {
            self.settle_readings(var, value);
            self.compute(value);
            self.store_var(var);
            self.aliases.add(value, var, self.uses(value) - 1);
            return true;
        }
        self.compute(value);
        let home = self.reg(Reg::Value(value));
        self.store_acc(home);
        self.settle_at(value, home);
        false
    }

    /// Leaves a value to be computed where it is used, unless too much would have to be computed with it.
    fn put_off(&mut self, value: Value) -> bool {
        let operands = self.flow.tree.operands(value);
        let depth = operands.map(|operand| self.pending[operand.0 as usize]).max().unwrap_or(0) + 1;
        let can_wait = depth <= MAX_PENDING;
        if can_wait {
            self.pending[value.0 as usize] = depth;
        }
        can_wait
    }

    /// Notes that the register holds the value from here on.
    fn settle_at(&mut self, value: Value, home: u16) {
        self.home.insert(value, home);
        self.pending[value.0 as usize] = 0;
        if self.is_uniform(value) {
            self.spread.push(value);
        }
    }

    /// Stores the accumulator in a register.
    fn store_acc(&mut self, reg: u16) {
        self.step(Step::new(StepOp::Store, reg));
        if !self.acc_regs.contains(&reg) && self.acc_regs.len() < MAX_ACC_REGS {
            self.acc_regs.push(reg);
        }
    }

    fn set(&mut self, var: Var, value: Value) {
        if self.flow.uniformity.var(var) {
            let (dst, src) = (self.uniform_var(var), self.uniform(value));
            self.out.code.push(Inst::Uniform(UniformInst {
                kind: UniformKind::Move,
                dst,
                args: [src; OPERANDS],
            }));
            return;
        }
        self.settle_readings(var, value);
        self.emit(value);
        self.store_var(var);
    }

    /// Copies the readings of a variable that are used later than in computing `value`, which will be assigned to it.
    fn settle_readings(&mut self, var: Var, value: Value) {
        let mut inside = HashMap::new();
        self.readings(value, &mut inside);
        for reading in self.aliases.readings(var) {
            if self.aliases.left(reading) > inside.get(&reading).copied().unwrap_or(0) {
                self.settle(reading);
            }
        }
    }

    /// Assigns the accumulator to a variable.
    fn store_var(&mut self, var: Var) {
        self.aliases.remove_all(var);
        let reg = self.var_reg(var);
        self.acc_regs.retain(|&other| other != reg);
        self.store_acc(reg);
    }

    /// Counts the readings of variables in the part of a value's expression that is not computed yet.
    fn readings(&self, value: Value, counts: &mut HashMap<Value, u32>) {
        if self.aliases.get(value).is_some() {
            *counts.entry(value).or_insert(0) += 1;
        } else if self.acc != Some(value) && !self.home.contains_key(&value) && !self.is_uniform(value) {
            for operand in self.flow.tree.operands(value) {
                self.readings(operand, counts);
            }
        }
    }

    /// Copies a reading of a variable to a register of its own.
    fn settle(&mut self, reading: Value) {
        let Some(var) = self.aliases.get(reading) else { return };
        let from = self.var_reg(var);
        self.load(from, reading);
        let home = self.reg(Reg::Value(reading));
        self.store_acc(home);
        self.aliases.remove(reading);
        self.settle_at(reading, home);
    }

    /// Copies the readings that are used behind an assignment behind the run.
    fn flush_aliases(&mut self) {
        // Those of earlier runs have been copied, or last.
        for reading in self.aliases.made() {
            if self.aliases.left(reading) > 0 && !self.uses.lasting[reading.0 as usize] {
                self.settle(reading);
            }
        }
    }

    fn load(&mut self, reg: u16, value: Value) {
        if !self.acc_regs.contains(&reg) {
            self.step(Step::new(StepOp::Load, reg));
            self.acc_regs.clear();
            self.acc_regs.push(reg);
        }
        self.acc = Some(value);
    }

    fn store(&mut self, array: u32, offset: Value, value: Value, mask: Option<Value>) {
        let words = self.flow.tree.arrays[array as usize];
        if let Some(offset) = self.flow.tree.constant(offset) {
            let reg = self.reg(Reg::Array { array, word: offset.min(words - 1) });
            match mask {
                Some(mask) => {
                    let mask = self.address(mask);
                    self.emit(value);
                    self.change_acc(None);
                    self.step(Step { op: StepOp::SelectAcceptV, f: 0, a: mask, b: reg, c: 0 });
                }
                None => self.emit(value),
            }
            self.store_acc(reg);
            return;
        }
        let offset = self.address(offset);
        let mask = mask.map(|mask| self.address(mask));
        self.emit(value);
        self.step(Step {
            op: StepOp::Scatter,
            f: u8::from(mask.is_some()),
            a: array as u16,
            b: offset,
            c: mask.unwrap_or(0),
        });
        // Whatever the accumulator was known to equal, a word of the array may not be that any more.
        let regs = &self.out.regs;
        self.acc_regs.retain(|&reg| !matches!(regs[reg as usize], Reg::Array { .. }));
    }

    fn change_acc(&mut self, value: Option<Value>) {
        self.acc = value;
        self.acc_regs.clear();
    }

    /// True if the value would have to be computed.
    fn is_pending(&self, value: Value) -> bool {
        !(self.is_uniform(value)
            || self.home.contains_key(&value)
            || self.aliases.get(value).is_some()
            || matches!(self.def(value), Def::Input { .. }))
    }

    /// The register of a value that need not be computed, without counting a use.
    fn register_of(&mut self, value: Value) -> u16 {
        if let Def::Input { slot, component } = self.def(value) {
            return self.reg(Reg::Input { slot, component });
        }
        if let Some(&home) = self.home.get(&value) {
            return home;
        }
        if let Some(var) = self.aliases.get(value) {
            return self.var_reg(var);
        }
        let home = self.reg(Reg::Value(value));
        if self.acc != Some(value) {
            self.compute(value);
        }
        self.store_acc(home);
        self.settle_at(value, home);
        home
    }

    /// The register of a value as an operand; uniform values are spread over one.
    fn address(&mut self, value: Value) -> u16 {
        let reg = self.register_of(value);
        self.aliases.used(value);
        reg
    }

    /// Brings a value into the accumulator, as an operand.
    fn emit(&mut self, value: Value) {
        if self.acc != Some(value) {
            if self.is_pending(value) {
                self.compute(value);
            } else if self.is_uniform(value) && !self.home.contains_key(&value) {
                let place = self.uniform(value);
                self.step(Step::new(StepOp::Splat, place));
                self.change_acc(Some(value));
            } else {
                let reg = self.register_of(value);
                self.load(reg, value);
            }
        }
        self.aliases.used(value);
    }
}

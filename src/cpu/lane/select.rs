//! Instruction selection: from items to segments of steps, on virtual registers.
//!
//! A value that is used once, in the run of items in which it is defined, is not stored: it is computed in the
//! accumulator where it is used. A value used more often, or behind a jump, gets a register. A reading of a variable is
//! the variable's register itself, unless the variable is assigned before the last use.

use std::collections::HashMap;

use super::flow::{Flow, Item, Mark};
use super::function::Function;
use super::fuse::fuse;
use super::op::Op;
use super::steps::{Inst, Step, StepOp, UniformInst, UniformKind, binary_step, unary_step};
use super::tree::{Def, Value, Var};
use crate::error::{Error, Result};

/// What a virtual register holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Reg {
    Value(Value),
    Var(Var),
    /// A word of an array.
    Array { array: u32, word: u32 },
    /// A component of a source's element.
    Input { slot: u32, component: u32 },
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
pub(crate) fn select(flow: &Flow) -> Result<Selected> {
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
        is_static: HashMap::new(),
        home: HashMap::new(),
        alias: HashMap::new(),
        left: HashMap::new(),
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
    if pass.overflow {
        return Err(Error::Unsupported { executor: "cpu".to_owned(), what: "a program of this size".to_owned() });
    }
    Ok(pass.out)
}

fn is_straight(item: &Item) -> bool {
    matches!(item, Item::Def(_) | Item::Set { .. } | Item::Store { .. })
}

/// How often values are used, and whether behind a jump.
struct Uses {
    count: Vec<u32>,
    escapes: Vec<bool>,
    /// Readings of variables that are not assigned again before the last use on any path.
    lasting: Vec<bool>,
}

impl Uses {
    fn count(flow: &Flow) -> Self {
        let len = flow.tree.defs.len();
        let mut this = Self { count: vec![0; len], escapes: vec![false; len], lasting: vec![false; len] };
        let mut used_in: Vec<Option<u32>> = vec![None; len];
        let mut run = 0;
        let mut use_of = |this: &mut Self, value: Value, run: u32| {
            let index = value.0 as usize;
            this.count[index] += 1;
            this.escapes[index] |= used_in[index].replace(run).is_some_and(|other| other != run);
        };
        // Every use stands behind its definition, so that going backwards a definition's uses are known.
        for item in flow.items.iter().rev() {
            match *item {
                Item::Def(value) => {
                    if this.count[value.0 as usize] > 0 {
                        flow.tree.operands(value).for_each(|operand| use_of(&mut this, operand, run));
                    }
                }
                Item::Set { value, .. } => use_of(&mut this, value, run),
                Item::Store { offset, value, mask, .. } => {
                    [Some(offset), Some(value), mask].into_iter().flatten().for_each(|v| use_of(&mut this, v, run));
                }
                Item::JumpUnless { cond, .. } => {
                    run += 1;
                    use_of(&mut this, cond, run);
                }
                Item::JumpIfNone { mask, .. } | Item::Check { mask, .. } => {
                    run += 1;
                    use_of(&mut this, mask, run);
                }
                _ => run += 1,
            }
        }
        // A definition in another run than its uses.
        run = 0;
        for item in flow.items.iter().rev() {
            match item {
                Item::Def(value) => {
                    let index = value.0 as usize;
                    this.escapes[index] |= used_in[index].is_some_and(|other| other != run);
                }
                item if !is_straight(item) => run += 1,
                _ => {}
            }
        }
        this.find_lasting(flow);
        this
    }

    fn find_lasting(&mut self, flow: &Flow) {
        let mut last_use = vec![0; self.count.len()];
        let mut sets: HashMap<Var, Vec<usize>> = HashMap::new();
        let mut marks = HashMap::new();
        let mut loops = vec![];
        for (at, item) in flow.items.iter().enumerate() {
            let mut used = |value: Value| last_use[value.0 as usize] = at;
            match *item {
                Item::Def(value) => flow.tree.operands(value).for_each(used),
                Item::Set { var, value } => {
                    used(value);
                    sets.entry(var).or_default().push(at);
                }
                Item::Store { offset, value, mask, .. } => {
                    [Some(offset), Some(value), mask].into_iter().flatten().for_each(used);
                }
                Item::JumpIfNone { mask, .. } | Item::Check { mask, .. } => used(mask),
                Item::Mark(mark) => drop(marks.insert(mark, at)),
                Item::Jump(to) => loops.extend(marks.get(&to).map(|&head| (head, at))),
                _ => {}
            }
        }
        for (at, item) in flow.items.iter().enumerate() {
            let Item::Def(value) = *item else { continue };
            let Def::Get(var) = flow.tree.def(value) else { continue };
            let mut last = last_use[value.0 as usize];
            // In a loop that began after the reading, a use is followed by the whole loop once more.
            while let Some(&(_, end)) = loops.iter().find(|&&(head, end)| at < head && head <= last && last < end) {
                last = end;
            }
            let assigned = |sets: &Vec<usize>| sets.iter().any(|&set| at < set && set < last);
            self.lasting[value.0 as usize] = !sets.get(&var).is_some_and(assigned);
        }
    }
}

struct Pass<'a> {
    flow: &'a Flow,
    uses: Uses,
    out: Selected,
    reg_of: HashMap<Reg, u16>,
    uniform_of: HashMap<Value, u16>,
    uniform_var_of: HashMap<Var, u16>,
    /// Whether uniform values depend on no variable, as far as asked for.
    is_static: HashMap<Value, bool>,
    /// Registers of values.
    home: HashMap<Value, u16>,
    /// Readings of variables that stand for the variable's register.
    alias: HashMap<Value, Var>,
    /// Uses of those that are still to come.
    left: HashMap<Value, u32>,
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
                _ => {}
            }
            at += 1;
        }
        match *end {
            Item::JumpIfNone { mask, .. } => {
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
        fuse(&mut self.out.steps, self.segment_start);
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
            _ => {}
        }
        let left = &self.left;
        self.alias.retain(|reading, _| left[reading] > 0);
        // A uniform value is spread over a register in this run only: another run may be reached without it.
        let uniformity = &self.flow.uniformity;
        self.home.retain(|&value, _| !uniformity.value(value));
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
            *overflow |= next >= usize::from(u16::MAX);
            next as u16
        })
    }

    fn var_reg(&mut self, var: Var) -> u16 {
        match self.flow.tree.outputs.iter().position(|&output| output == var) {
            Some(index) => self.reg(Reg::Output(index as u32)),
            None => self.reg(Reg::Var(var)),
        }
    }

    fn new_uniform(&mut self) -> u16 {
        self.overflow |= self.out.uniforms == u16::MAX;
        self.out.uniforms = self.out.uniforms.saturating_add(1);
        self.out.uniforms - 1
    }

    /// The place of a uniform value in the uniform file.
    fn uniform(&mut self, value: Value) -> u16 {
        if let Some(&place) = self.uniform_of.get(&value) {
            return place;
        }
        let inst = match self.def(value) {
            Def::Const(_) | Def::Uniform(_) => None,
            _ => Some(self.uniform_inst(value)),
        };
        let dst = self.new_uniform();
        self.uniform_of.insert(value, dst);
        match (self.def(value), inst) {
            (Def::Const(word), _) => self.out.constants.push((dst, word)),
            (Def::Uniform(word), _) => self.out.arguments.push((dst, word)),
            (_, Some((kind, args))) => self.out.preamble.push(UniformInst { kind, dst, args }),
            _ => {}
        }
        dst
    }

    fn uniform_inst(&mut self, value: Value) -> (UniformKind, [u16; 4]) {
        match self.def(value) {
            Def::Op(op, operands) => (UniformKind::Op(op), operands.map(|operand| self.uniform(operand))),
            Def::Lookup { table, index } => (UniformKind::Lookup(table), [self.uniform(index); 4]),
            Def::Get(var) => (UniformKind::Move, [self.uniform_var(var); 4]),
            _ => (UniformKind::Move, [0; 4]),
        }
    }

    fn uniform_var(&mut self, var: Var) -> u16 {
        if let Some(&place) = self.uniform_var_of.get(&var) {
            return place;
        }
        let place = self.new_uniform();
        self.uniform_var_of.insert(var, place);
        place
    }

    /// True for a uniform value that depends on no variable.
    fn is_static(&mut self, value: Value) -> bool {
        if let Some(&known) = self.is_static.get(&value) {
            return known;
        }
        let is_static = match self.def(value) {
            Def::Const(_) | Def::Uniform(_) => true,
            Def::Op(..) | Def::Lookup { .. } => {
                self.flow.tree.operands(value).all(|operand| self.is_static(operand))
            }
            _ => false,
        };
        self.is_static.insert(value, is_static);
        is_static
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
            self.alias.insert(value, var);
            self.left.insert(value, self.uses(value));
            return false;
        }
        let escapes = self.uses.escapes[value.0 as usize];
        let is_pure = !matches!(self.def(value), Def::Load { .. });
        if is_pure && self.uses(value) == 1 && !escapes {
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
            self.alias.insert(value, var);
            self.left.insert(value, self.uses(value) - 1);
            return true;
        }
        self.compute(value);
        let home = self.reg(Reg::Value(value));
        self.store_acc(home);
        self.home.insert(value, home);
        false
    }

    /// Stores the accumulator in a register.
    fn store_acc(&mut self, reg: u16) {
        self.step(Step::new(StepOp::Store, reg));
        if !self.acc_regs.contains(&reg) {
            self.acc_regs.push(reg);
        }
    }

    fn set(&mut self, var: Var, value: Value) {
        if self.flow.uniformity.var(var) {
            let (dst, src) = (self.uniform_var(var), self.uniform(value));
            self.out.code.push(Inst::Uniform(UniformInst { kind: UniformKind::Move, dst, args: [src; 4] }));
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
        let mut readings: Vec<Value> = self.alias.iter().filter(|(_, of)| **of == var).map(|(&v, _)| v).collect();
        readings.sort_unstable();
        for reading in readings {
            if self.left[&reading] > inside.get(&reading).copied().unwrap_or(0) {
                self.settle(reading);
            }
        }
    }

    /// Assigns the accumulator to a variable.
    fn store_var(&mut self, var: Var) {
        self.alias.retain(|_, of| *of != var);
        let reg = self.var_reg(var);
        self.acc_regs.retain(|&other| other != reg);
        self.store_acc(reg);
    }

    /// Counts the readings of variables in the part of a value's expression that is not computed yet.
    fn readings(&self, value: Value, counts: &mut HashMap<Value, u32>) {
        if self.alias.contains_key(&value) {
            *counts.entry(value).or_insert(0) += 1;
        } else if self.acc != Some(value) && !self.home.contains_key(&value) && !self.is_uniform(value) {
            for operand in self.flow.tree.operands(value) {
                self.readings(operand, counts);
            }
        }
    }

    /// Copies a reading of a variable to a register of its own.
    fn settle(&mut self, reading: Value) {
        let Some(&var) = self.alias.get(&reading) else { return };
        let from = self.var_reg(var);
        self.load(from, reading);
        let home = self.reg(Reg::Value(reading));
        self.store_acc(home);
        self.alias.remove(&reading);
        self.home.insert(reading, home);
    }

    /// Copies the readings that are used behind an assignment behind the run.
    fn flush_aliases(&mut self) {
        let unsettled = |reading: &Value| self.left[reading] > 0 && !self.uses.lasting[reading.0 as usize];
        let mut readings: Vec<Value> = self.alias.keys().copied().filter(unsettled).collect();
        readings.sort_unstable();
        for reading in readings {
            self.settle(reading);
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
            || self.alias.contains_key(&value)
            || matches!(self.def(value), Def::Input { .. }))
    }

    /// Notes that one use of a reading is done.
    fn used(&mut self, value: Value) {
        if let Some(left) = self.left.get_mut(&value) {
            *left = left.saturating_sub(1);
        }
    }

    /// The register of a value that need not be computed, without counting a use.
    fn register_of(&mut self, value: Value) -> u16 {
        if let Def::Input { slot, component } = self.def(value) {
            return self.reg(Reg::Input { slot, component });
        }
        if let Some(&home) = self.home.get(&value) {
            return home;
        }
        if let Some(&var) = self.alias.get(&value) {
            return self.var_reg(var);
        }
        let home = self.reg(Reg::Value(value));
        if self.acc != Some(value) {
            self.compute(value);
        }
        self.store_acc(home);
        self.home.insert(value, home);
        home
    }

    /// The register of a value as an operand; uniform values are spread over one.
    fn address(&mut self, value: Value) -> u16 {
        let reg = self.register_of(value);
        self.used(value);
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
        self.used(value);
    }

    /// Computes a value into the accumulator.
    fn compute(&mut self, value: Value) {
        match self.def(value) {
            Def::Op(op, operands) => match op.arity() {
                _ if self.is_uniform(value) => {
                    let place = self.uniform(value);
                    self.step(Step::new(StepOp::Splat, place));
                }
                1 => match unary_step(op) {
                    Some(step) => {
                        self.emit(operands[0]);
                        self.step(Step::new(step, 0));
                    }
                    None => self.call(op, &operands),
                },
                2 if binary_step(op, 0).is_some() => self.binary(op, operands[0], operands[1]),
                3 if op == Op::Select => self.select(operands[0], operands[1], operands[2]),
                _ => self.call(op, &operands),
            },
            Def::Lookup { table, index } => {
                self.emit(index);
                self.step(Step::new(StepOp::Lookup, table as u16));
            }
            Def::Load { array, offset } => {
                let words = self.flow.tree.arrays[array.0 as usize];
                match self.flow.tree.constant(offset) {
                    Some(offset) => {
                        let reg = self.reg(Reg::Array { array: array.0, word: offset.min(words - 1) });
                        self.load(reg, value);
                        return;
                    }
                    None => {
                        self.emit(offset);
                        self.step(Step::new(StepOp::Gather, array.0 as u16));
                    }
                }
            }
            Def::Const(_) | Def::Uniform(_) | Def::Get(_) | Def::Input { .. } => {
                debug_assert!(self.is_uniform(value), "a reading or input is not computed");
                let place = self.uniform(value);
                self.step(Step::new(StepOp::Splat, place));
            }
        }
        self.change_acc(Some(value));
    }

    fn binary(&mut self, op: Op, a: Value, b: Value) {
        // The accumulator is the operand that is there, else one that must be computed, else the first that varies.
        let (pending_a, pending_b) = (self.is_pending(a), self.is_pending(b));
        let right = binary_step(op, 1).is_some();
        let use_right = right
            && a != b
            && if self.acc == Some(a) && !pending_b {
                false
            } else if self.acc == Some(b) && !pending_a {
                true
            } else {
                (pending_b && !pending_a) || (self.is_uniform(a) && !pending_a)
            };
        let (acc, other, position) = if use_right { (b, a, 1) } else { (a, b, 0) };
        if self.is_pending(other) {
            // Both must be computed, or there is no form with the other one in the accumulator.
            self.register_of(other);
        } else if self.is_uniform(acc) && self.is_uniform(other) {
            self.register_of(acc);
        }
        let Some((plane, uniform)) = binary_step(op, position) else { return };
        if self.is_uniform(other) {
            let place = self.uniform(other);
            self.emit(acc);
            self.step(Step::new(uniform, place));
        } else {
            let reg = self.register_of(other);
            self.emit(acc);
            self.used(other);
            self.step(Step::new(plane, reg));
        }
    }

    fn select(&mut self, cond: Value, accept: Value, reject: Value) {
        let pending = [cond, accept, reject].map(|value| self.is_pending(value));
        let here = [cond, accept, reject].map(|value| self.acc == Some(value));
        // Where nothing is pending or at hand, the accepted value goes through the accumulator if it varies.
        let acc = match (pending, here) {
            ([true, ..], _) => 0,
            ([_, true, _], _) => 1,
            ([_, _, true], _) => 2,
            (_, [true, ..]) => 0,
            (_, [_, true, _]) => 1,
            (_, [_, _, true]) => 2,
            _ => 0,
        };
        let operands = [cond, accept, reject];
        for (at, &operand) in operands.iter().enumerate() {
            if at != acc && (self.is_pending(operand) || (at == 0 && self.is_uniform(operand))) {
                self.register_of(operand);
            }
        }
        let uniform = operands.map(|operand| self.is_uniform(operand));
        let mut place = [0; 3];
        for at in (0..3).filter(|&at| at != acc) {
            place[at] = if at != 0 && uniform[at] { self.uniform(operands[at]) } else { self.register_of(operands[at]) };
        }
        self.emit(operands[acc]);
        for at in (0..3).filter(|&at| at != acc) {
            self.used(operands[at]);
        }
        let (op, a, b) = match (acc, uniform) {
            (0, [_, false, false]) => (StepOp::SelectCondVV, place[1], place[2]),
            (0, [_, false, true]) => (StepOp::SelectCondVS, place[1], place[2]),
            (0, [_, true, false]) => (StepOp::SelectCondSV, place[1], place[2]),
            (0, _) => (StepOp::SelectCondSS, place[1], place[2]),
            (1, [_, _, false]) => (StepOp::SelectAcceptV, place[0], place[2]),
            (1, _) => (StepOp::SelectAcceptS, place[0], place[2]),
            (_, [_, false, _]) => (StepOp::SelectRejectV, place[0], place[1]),
            _ => (StepOp::SelectRejectS, place[0], place[1]),
        };
        self.step(Step { op, f: 0, a, b, c: 0 });
    }

    /// A built-in function: the first operand in the accumulator, the others in registers.
    fn call(&mut self, op: Op, operands: &[Value; 4]) {
        let Op::Call(function) = op else { return };
        let arity = function.arity();
        let mut place = [0; 3];
        for (place, &operand) in place.iter_mut().zip(&operands[1..arity]) {
            *place = self.register_of(operand);
        }
        self.emit(operands[0]);
        for &operand in &operands[1..arity] {
            self.used(operand);
        }
        let number = Function::ALL.iter().position(|&other| other == function).unwrap_or(0);
        let [a, b, c] = place;
        self.step(Step { op: StepOp::Call, f: number as u8, a, b, c });
    }
}

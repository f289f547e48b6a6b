//! Selection of one value: which operand goes through the accumulator, and in which form the others come.

use super::super::function::{Function, OPERANDS};
use super::super::op::Op;
use super::super::steps::{Step, StepOp, binary_step, unary_step};
use super::super::tree::{Def, Value};
use super::{Pass, Reg};

impl Pass<'_> {
    /// Computes a value into the accumulator.
    pub(super) fn compute(&mut self, value: Value) {
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
            Def::Read { memory, offset } if !self.is_uniform(value) => {
                self.emit(offset);
                self.step(Step::new(StepOp::Read, memory.0 as u16));
            }
            Def::Const(_)
            | Def::Uniform(_)
            | Def::Get(_)
            | Def::Input { .. }
            | Def::Read { .. }
            | Def::Effect { .. } => {
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
                !pending_a && (pending_b || self.is_uniform(a))
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
            self.aliases.used(other);
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
            place[at] = if at != 0 && uniform[at] {
                self.uniform(operands[at])
            } else {
                self.register_of(operands[at])
            };
        }
        self.emit(operands[acc]);
        for at in (0..3).filter(|&at| at != acc) {
            self.aliases.used(operands[at]);
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
    fn call(&mut self, op: Op, operands: &[Value; OPERANDS]) {
        let Op::Call(function) = op else { return };
        let arity = function.arity();
        let mut place = [0; OPERANDS - 1];
        for (place, &operand) in place.iter_mut().zip(&operands[1..arity]) {
            *place = self.register_of(operand);
        }
        self.emit(operands[0]);
        for &operand in &operands[1..arity] {
            self.aliases.used(operand);
        }
        let number = Function::ALL.iter().position(|&other| other == function).unwrap_or(0);
        let [a, b, c, d, e] = place;
        if arity > 4 {
            self.step(Step { op: StepOp::Further, f: arity as u8 - 4, a: d, b: e, c: 0 });
        }
        self.step(Step { op: StepOp::Call, f: number as u8, a, b, c });
    }
}

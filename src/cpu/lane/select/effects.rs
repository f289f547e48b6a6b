//! Selection of what touches memory or other lanes.

use super::super::steps::{Step, StepOp};
use super::super::tree::{Def, Memory, Value};
use super::{Pass, Reg};

impl Pass<'_> {
    /// An assignment of a word of memory.
    pub(super) fn write(&mut self, memory: Memory, offset: Value, value: Value, mask: Option<Value>) {
        let b = self.address(offset);
        let c = mask.map(|mask| self.address(mask));
        self.emit(value);
        let f = u8::from(c.is_some());
        self.step(Step { op: StepOp::Write, f, a: memory.0 as u16, b, c: c.unwrap_or(0) });
    }

    /// An effect, done whether or not its result is used.
    pub(super) fn effect(&mut self, value: Value, at: Value) {
        let Def::Effect { effect, memory, args } = self.def(value) else { return };
        let number = self.flow.tree.effects.iter().position(|&other| other == effect).unwrap_or(0);
        let has_second = effect.arity() > 1;
        let c = if has_second { self.address(args[1]) } else { 0 };
        let b = self.address(at);
        self.emit(args[0]);
        let op = if has_second { StepOp::Effect2 } else { StepOp::Effect };
        self.step(Step { op, f: number as u8, a: memory.0 as u16, b, c });
        self.change_acc(Some(value));
        if self.uses(value) > 0 {
            let home = self.reg(Reg::Value(value));
            self.store_acc(home);
            self.settle_at(value, home);
        }
    }
}

//! What touches memory or other lanes, under masks.

use super::super::op::Op;
use super::super::tree::{Def, Value};
use super::{Item, Mask, Pass};

impl Pass<'_> {
    /// The lanes that run the program.
    pub(super) fn active(&self) -> Mask {
        self.flow.tree.active.map_or(Mask::All, Mask::Value)
    }

    /// The lanes that have not returned from the whole program.
    pub(super) fn unfinished(&self) -> Mask {
        let whole = self.blocks.first().filter(|block| Some(block.label) == self.flow.tree.whole);
        whole.and_then(|block| block.mask).map_or(self.active(), Mask::Var)
    }

    /// A value is defined. What is read once for all lanes is read before any lane goes on: so lanes must not have
    /// written it before in the same run of items.
    pub(super) fn definition(&mut self, value: Value) {
        if let Def::Read { memory, .. } = self.flow.tree.def(value)
            && self.flow.uniformity.value(value)
            && self.written.contains(&memory)
        {
            self.item(Item::Cut);
        }
        self.item(Item::Def(value));
    }

    pub(super) fn effect(&mut self, value: Value, offset: Option<Value>, mask: Mask) {
        let mask = self.value_of(mask);
        let nobody = self.constant(u32::MAX);
        let at = match (offset, mask) {
            (Some(offset), Some(mask)) => {
                self.define(Def::Op(Op::Select, [mask, offset, nobody, mask, mask, mask]))
            }
            (Some(offset), None) => offset,
            (None, mask) => mask.unwrap_or(nobody),
        };
        self.item(Item::Effect { value, at });
    }

    /// A barrier. Lanes that are done need not come; of the others all or none must.
    pub(super) fn barrier(&mut self, number: u32, mask: Mask) {
        let unfinished = self.unfinished();
        if mask == unfinished {
            self.item(Item::Barrier { number, missing: None });
            return;
        }
        let behind = self.mark();
        if let Some(here) = self.value_of(mask) {
            self.item(Item::JumpIfNone { mask: here, to: behind });
            let missing = self.and_not(unfinished, here);
            self.item(Item::Barrier { number, missing: Some(missing) });
        }
        self.place(behind);
    }
}

//! From the tree to a list of items with jumps: divergent control flow becomes masks.
//!
//! Computation is never masked. An assignment is masked only where an inactive lane may read the variable later. Each
//! block that some lanes leave early has a mask variable of the lanes still in it; an exit clears lanes from the mask of
//! every block between here and the block it leaves. Loops end when the innermost such mask is empty.

mod effects;

use std::collections::HashMap;

use super::build::exits_where;
use super::effect::Effect;
use super::function::OPERANDS;
use super::limits::{MAX_ITEMS, TooLarge};
use super::live::Live;
use super::op::Op;
use super::tree::{Array, Def, Label, Memory, Stmt, Tree, Value, Var};
use super::uniform::{Surroundings, Uniformity};

/// A position to jump to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Mark(pub(crate) u32);

/// An item of the list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Item {
    /// Computes a value.
    Def(Value),
    /// Assigns a variable in all lanes.
    Set { var: Var, value: Value },
    /// Assigns a word of an array, in the lanes of the mask.
    Store { array: Array, offset: Value, value: Value, mask: Option<Value> },
    /// Assigns a word of memory, in the lanes of the mask.
    Write { memory: Memory, offset: Value, value: Value, mask: Option<Value> },
    /// An effect: of an atomic operation the offset, out of range in inactive lanes; of an exchange the mask.
    Effect { value: Value, at: Value },
    /// Separates what is before in all lanes from what is behind in any.
    Cut,
    /// A barrier, where the lanes of the mask are missing.
    Barrier { number: u32, missing: Option<Value> },
    /// A position.
    Mark(Mark),
    /// Jumps.
    Jump(Mark),
    /// Jumps where a uniform truth value is false.
    JumpUnless { cond: Value, to: Mark },
    /// Jumps where no lane is in the mask.
    JumpIfNone { mask: Value, to: Mark },
    /// One more iteration of a loop, which may have a check.
    Tick { loop_id: Option<u32> },
    /// Jumps where no lane is in the mask; else, where few are, may pack the active lanes of the block together until
    /// the loop's end.
    Check { loop_id: u32, mask: Value, exit: Mark },
    /// A loop with a check ends.
    LoopEnd { loop_id: u32 },
    /// The end of the program.
    End,
}

/// The list, with the tree whose values and variables were extended for it.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) tree: Tree,
    pub(crate) uniformity: Uniformity,
    pub(crate) items: Vec<Item>,
    /// Number of marks.
    pub(crate) marks: u32,
    /// Number of loops with a check.
    pub(crate) loops: u32,
}

/// Branch lists that cost less (see [`Op::cost`]) run without asking whether any lane is active.
const SKIP_COST: f64 = 24.0;

/// Linearises a tree.
pub(crate) fn linearise(tree: Tree, live: &Live, uniformity: Uniformity) -> Result<Flow, TooLarge> {
    let labels = tree.labels as usize;
    let mut pass = Pass {
        flow: Flow { tree, uniformity, items: vec![], marks: 0, loops: 0 },
        live,
        around: Surroundings::default(),
        blocks: vec![],
        loops: vec![],
        read: HashMap::new(),
        masked: vec![false; labels],
        written: vec![],
        too_large: false,
    };
    let body = std::mem::take(&mut pass.flow.tree.body);
    let active = pass.active();
    pass.list(&body, active);
    pass.flow.tree.body = body;
    if pass.too_large { Err(TooLarge::Size) } else { Ok(pass.flow) }
}

/// The active lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mask {
    All,
    Value(Value),
    /// The present content of a mask variable.
    Var(Var),
}

#[derive(Debug, Clone, Copy)]
struct OpenBlock {
    label: Label,
    /// The lanes still in the block, where some leave early.
    mask: Option<Var>,
    end: Mark,
    /// Number of loops around the block.
    loops: usize,
}

struct Pass<'a> {
    flow: Flow,
    live: &'a Live,
    around: Surroundings,
    blocks: Vec<OpenBlock>,
    /// Where the loops around are left, for those with a check.
    loops: Vec<Option<Mark>>,
    /// Values that hold the present content of mask variables.
    read: HashMap<Var, Value>,
    /// Labels of the blocks around that have a mask.
    masked: Vec<bool>,
    /// Memories written since control flow or a cut.
    written: Vec<Memory>,
    too_large: bool,
}

impl Pass<'_> {
    fn item(&mut self, item: Item) {
        match item {
            Item::Write { memory, .. } => self.written.push(memory),
            Item::Effect { value, .. } => {
                if let Def::Effect { effect, memory, .. } = self.flow.tree.def(value)
                    && effect != Effect::Note
                {
                    self.written.push(memory);
                }
            }
            Item::Def(_) | Item::Set { .. } | Item::Store { .. } => {}
            _ => self.written.clear(),
        }
        self.flow.items.push(item);
    }

    fn mark(&mut self) -> Mark {
        self.flow.marks += 1;
        Mark(self.flow.marks - 1)
    }

    fn place(&mut self, mark: Mark) {
        self.read.clear();
        self.item(Item::Mark(mark));
    }

    fn define(&mut self, def: Def) -> Value {
        self.flow.tree.defs.push(def);
        self.flow.uniformity.add_varying_value();
        let value = Value(self.flow.tree.defs.len() as u32 - 1);
        self.item(Item::Def(value));
        value
    }

    fn op(&mut self, op: Op, a: Value, b: Value) -> Value {
        self.define(Def::Op(op, [a, b, a, a, a, a]))
    }

    fn mask_var(&mut self) -> Var {
        self.flow.tree.vars += 1;
        self.flow.uniformity.add_varying_var();
        Var(self.flow.tree.vars - 1)
    }

    fn constant(&mut self, word: u32) -> Value {
        self.flow.tree.defs.push(Def::Const(word));
        self.flow.uniformity.add_uniform_value();
        Value(self.flow.tree.defs.len() as u32 - 1)
    }

    fn set(&mut self, var: Var, value: Value) {
        self.read.remove(&var);
        self.item(Item::Set { var, value });
    }

    /// The mask as a value.
    fn value_of(&mut self, mask: Mask) -> Option<Value> {
        match mask {
            Mask::All => None,
            Mask::Value(value) => Some(value),
            Mask::Var(var) => Some(match self.read.get(&var) {
                Some(&value) => value,
                None => {
                    let value = self.define(Def::Get(var));
                    self.read.insert(var, value);
                    value
                }
            }),
        }
    }

    /// The lanes of the mask where the condition holds.
    fn and(&mut self, mask: Mask, cond: Value) -> Value {
        match self.value_of(mask) {
            None => cond,
            Some(mask) => self.op(Op::And, mask, cond),
        }
    }

    /// The lanes of the mask where the condition does not hold.
    fn and_not(&mut self, mask: Mask, cond: Value) -> Value {
        match self.value_of(mask) {
            None => self.define(Def::Op(Op::Not, [cond; OPERANDS])),
            Some(mask) => match self.flow.tree.def(cond) {
                Def::Op(Op::And, [a, b, ..]) if a == mask => self.op(Op::AndNot, mask, b),
                Def::Op(Op::And, [a, b, ..]) if b == mask => self.op(Op::AndNot, mask, a),
                Def::Op(Op::AndNot, [a, b, ..]) if a == mask => self.op(Op::And, mask, b),
                Def::Op(Op::Not, [a, ..]) => self.op(Op::And, mask, a),
                _ => self.op(Op::AndNot, mask, cond),
            },
        }
    }

    /// The mask behind statements that had this mask before them and may have lost lanes to exits.
    fn remaining(&mut self, before: Mask) -> Mask {
        let innermost = self.blocks.iter().rev().find_map(|block| block.mask);
        match (before, innermost) {
            (Mask::Value(mask), Some(innermost)) => {
                let inside = self.value_of(Mask::Var(innermost)).unwrap_or(mask);
                Mask::Value(self.op(Op::And, mask, inside))
            }
            (Mask::All, Some(innermost)) => Mask::Var(innermost),
            _ => before,
        }
    }

    /// Linearises a list that the lanes of the mask enter.
    fn list(&mut self, stmts: &[Stmt], mut mask: Mask) {
        for stmt in stmts {
            // An exit takes items for every block that it leaves.
            self.too_large |= self.flow.items.len() > MAX_ITEMS;
            if self.too_large {
                return;
            }
            match stmt {
                Stmt::Def(value) => self.definition(*value),
                Stmt::Set(var, value) => self.assign(*var, *value, mask),
                Stmt::Store { array, offset, value } => {
                    let mask = self.value_of(mask);
                    self.item(Item::Store { array: *array, offset: *offset, value: *value, mask });
                }
                Stmt::Write { memory, offset, value } => {
                    let mask = self.value_of(mask);
                    self.item(Item::Write { memory: *memory, offset: *offset, value: *value, mask });
                }
                Stmt::Effect { value, offset } => self.effect(*value, *offset, mask),
                Stmt::Barrier { number } => self.barrier(*number, mask),
                Stmt::If { id, cond, accept, reject } => {
                    if self.flow.uniformity.value(*cond) {
                        self.uniform_branch(*cond, accept, reject, mask);
                    } else {
                        self.branch(*id, *cond, accept, reject, mask);
                    }
                    if self.loses_lanes(accept) || self.loses_lanes(reject) {
                        mask = self.remaining(mask);
                    }
                }
                Stmt::Block { label, body } => {
                    self.block(*label, body, mask);
                    if self.loses_lanes(body) {
                        mask = self.remaining(mask);
                    }
                }
                Stmt::Loop { body, .. } => {
                    self.repeat(body, mask);
                    if self.loses_lanes(body) {
                        mask = self.remaining(mask);
                    }
                }
                Stmt::Exit(label) => {
                    self.exit(*label, mask);
                    return;
                }
            }
        }
    }

    /// True if lanes can leave from the statements to a block around us that keeps a mask.
    fn loses_lanes(&self, stmts: &[Stmt]) -> bool {
        self.blocks.iter().any(|block| block.mask.is_some())
            && exits_where(stmts, &|label| self.masked[label.0 as usize])
    }

    fn assign(&mut self, var: Var, value: Value, mask: Mask) {
        let protected =
            !self.flow.uniformity.var(var) && self.flow.uniformity.is_protected(self.live, &self.around, var);
        match self.value_of(mask).filter(|_| protected) {
            Some(mask) => {
                let before = self.define(Def::Get(var));
                let merged = self.define(Def::Op(Op::Select, [mask, value, before, mask, mask, mask]));
                self.set(var, merged);
            }
            None => self.set(var, value),
        }
    }

    fn uniform_branch(&mut self, cond: Value, accept: &[Stmt], reject: &[Stmt], mask: Mask) {
        let (otherwise, end) = (self.mark(), self.mark());
        self.item(Item::JumpUnless { cond, to: otherwise });
        self.list(accept, mask);
        if !reject.is_empty() {
            self.item(Item::Jump(end));
        }
        self.place(otherwise);
        self.list(reject, mask);
        self.place(end);
    }

    fn branch(&mut self, id: u32, cond: Value, accept: &[Stmt], reject: &[Stmt], mask: Mask) {
        for (list, is_reject) in [(accept, false), (reject, true)] {
            if list.is_empty() {
                continue;
            }
            let inner = if is_reject { self.and_not(mask, cond) } else { self.and(mask, cond) };
            let skip = (self.cost(list) > SKIP_COST).then(|| self.mark());
            if let Some(to) = skip {
                self.item(Item::JumpIfNone { mask: inner, to });
            }
            self.around.enter_branch(id, is_reject);
            self.list(list, Mask::Value(inner));
            self.around.leave();
            if let Some(skip) = skip {
                self.place(skip);
            }
        }
    }

    /// Rough cost of running a list once.
    fn cost(&self, stmts: &[Stmt]) -> f64 {
        let tree = &self.flow.tree;
        stmts
            .iter()
            .map(|stmt| match stmt {
                Stmt::Def(value) => match tree.def(*value) {
                    _ if self.flow.uniformity.value(*value) => 0.0,
                    Def::Op(op, _) => op.cost(),
                    Def::Get(_) => 0.0,
                    _ => 10.0,
                },
                Stmt::Set(..) => 2.0,
                Stmt::Store { .. } | Stmt::Write { .. } | Stmt::Effect { .. } => 10.0,
                // Where nobody comes, nobody is missing.
                Stmt::Barrier { .. } => 1000.0,
                Stmt::If { accept, reject, .. } => 2.0 + self.cost(accept) + self.cost(reject),
                Stmt::Block { body, .. } => self.cost(body),
                Stmt::Loop { .. } => 1000.0,
                Stmt::Exit(_) => 2.0,
            })
            .sum()
    }

    fn block(&mut self, label: Label, body: &[Stmt], mask: Mask) {
        let end = self.mark();
        let inside = self.flow.uniformity.is_parted(label).then(|| self.mask_var());
        if let Some(var) = inside {
            let entering = match self.value_of(mask) {
                Some(value) => value,
                None => self.constant(u32::MAX),
            };
            self.set(var, entering);
        }
        self.masked[label.0 as usize] = inside.is_some();
        self.blocks.push(OpenBlock { label, mask: inside, end, loops: self.loops.len() });
        self.around.enter_block(label);
        self.list(body, inside.map_or(mask, Mask::Var));
        self.around.leave();
        self.blocks.pop();
        self.masked[label.0 as usize] = false;
        self.place(end);
    }

    fn exit(&mut self, to: Label, mask: Mask) {
        let target = self.blocks.iter().rposition(|block| block.label == to).unwrap_or(0);
        if !self.flow.uniformity.is_divergent_exit(&self.around, to) {
            let end = self.blocks[target].end;
            self.item(Item::Jump(end));
            return;
        }
        // From outside to inside: the mask is the innermost, or made from it, and must be read before it is cleared.
        let left_behind = self.blocks[target..].to_vec();
        for block in left_behind {
            let Some(var) = block.mask else { continue };
            let left = match mask {
                Mask::Var(active) if active == var => self.constant(0),
                Mask::All => self.constant(0),
                mask => {
                    let leaving = self.value_of(mask).unwrap_or(Value(0));
                    self.and_not(Mask::Var(var), leaving)
                }
            };
            self.set(var, left);
        }
        let block = self.blocks[target];
        if block.mask.is_some_and(|var| mask == Mask::Var(var)) {
            // Everybody who is left leaves: no need to run the rest of this block.
            let end = match self.loops.get(block.loops) {
                Some(Some(exit)) if self.loops.len() == block.loops + 1 => Some(*exit),
                Some(_) => None,
                None => Some(block.end),
            };
            if let Some(end) = end {
                self.item(Item::Jump(end));
            }
        }
    }

    fn repeat(&mut self, body: &[Stmt], mask: Mask) {
        let head = self.mark();
        if !self.loses_lanes(body) {
            self.place(head);
            self.item(Item::Tick { loop_id: None });
            self.loops.push(None);
            self.list(body, mask);
            self.loops.pop();
            self.item(Item::Jump(head));
            return;
        }
        let loop_id = self.flow.loops;
        self.flow.loops += 1;
        let exit = self.mark();
        self.place(head);
        self.item(Item::Tick { loop_id: Some(loop_id) });
        self.loops.push(Some(exit));
        // Lanes are counted once an iteration: behind the first branch in which lanes leave, or at the end.
        let first = body.iter().position(|stmt| match stmt {
            Stmt::If { cond, accept, reject, .. } => {
                !self.flow.uniformity.value(*cond) && (self.loses_lanes(accept) || self.loses_lanes(reject))
            }
            _ => false,
        });
        let entry = match mask {
            Mask::Value(_) => self.remaining(mask),
            mask => mask,
        };
        let (before, after) = body.split_at(first.map_or(body.len(), |first| first + 1));
        self.list(before, entry);
        if !matches!(before.last(), Some(Stmt::Exit(_))) {
            let remaining = if self.loses_lanes(before) { self.remaining(entry) } else { entry };
            if let Some(mask) = self.value_of(remaining) {
                self.item(Item::Check { loop_id, mask, exit });
            }
            self.list(after, remaining);
            if !matches!(after.last(), Some(Stmt::Exit(_))) {
                self.item(Item::Jump(head));
            }
        }
        self.loops.pop();
        self.place(exit);
        self.item(Item::LoopEnd { loop_id });
    }
}

//! Building a [`Tree`]: folding, common subexpressions, and loop-invariant values moved out of loops, on the fly.
//!
//! Every operation is pure and total, so a value may be computed earlier than the text says, also in lanes that would
//! not have got there. An operation whose operands all come from outside of a loop is placed in front of the loop.

use std::collections::HashMap;

use super::effect::Effect;
use super::function::OPERANDS;
use super::op::Op;

use super::scope::{Branch, Scope};
use super::tree::{Array, Def, Label, Memory, Stmt, Tree, Value, Var};

/// The tree under construction.
#[derive(Debug)]
pub(crate) struct Builder {
    /// What is finished of it.
    pub(crate) tree: Tree,
    scope: Scope,
    /// Loop depth that each value needs.
    depth: Vec<u32>,
    /// Constant tables, by content.
    tables: HashMap<Vec<u32>, u32>,
}

impl Builder {
    /// An empty tree.
    pub(crate) fn new() -> Self {
        Self { tree: Tree::default(), scope: Scope::new(), depth: vec![], tables: HashMap::new() }
    }

    /// The finished tree.
    pub(crate) fn finish(mut self, outputs: Vec<Var>) -> Tree {
        self.tree.body = self.scope.finish();
        self.tree.outputs = outputs;
        self.tree
    }

    /// Number of lists open.
    pub(crate) fn nesting(&self) -> usize {
        self.scope.nesting()
    }

    /// A new variable.
    pub(crate) fn var(&mut self) -> Var {
        self.tree.vars += 1;
        self.scope.add_var();
        Var(self.tree.vars - 1)
    }

    /// A new array of so many words a lane.
    pub(crate) fn array(&mut self, words: u32) -> Array {
        self.tree.arrays.push(words);
        Array(self.tree.arrays.len() as u32 - 1)
    }

    /// A new label.
    pub(crate) fn label(&mut self) -> Label {
        self.tree.labels += 1;
        Label(self.tree.labels - 1)
    }

    /// A constant.
    pub(crate) fn constant(&mut self, word: u32) -> Value {
        self.place(Def::Const(word), 0, false)
    }

    /// A float constant.
    pub(crate) fn float(&mut self, x: f32) -> Value {
        self.constant(x.to_bits())
    }

    /// A word of the uniform arguments.
    pub(crate) fn uniform(&mut self, word: u32) -> Value {
        self.place(Def::Uniform(word), 0, false)
    }

    /// A component of the element of a source.
    pub(crate) fn input(&mut self, slot: u32, component: u32) -> Value {
        self.place(Def::Input { slot, component }, 0, false)
    }

    /// A constant table, not empty.
    pub(crate) fn table(&mut self, words: Vec<u32>) -> u32 {
        if let Some(&table) = self.tables.get(&words) {
            return table;
        }
        let table = self.tree.tables.len() as u32;
        self.tree.tables.push(words.clone());
        self.tables.insert(words, table);
        table
    }

    /// A word of a constant table; an index out of range reads the last.
    pub(crate) fn lookup(&mut self, table: u32, index: Value) -> Value {
        if let Some(at) = self.tree.constant(index) {
            let words = &self.tree.tables[table as usize];
            let word = words[(at as usize).min(words.len() - 1)];
            return self.constant(word);
        }
        let depth = self.depth[index.0 as usize];
        self.place(Def::Lookup { table, index }, depth, true)
    }

    /// An operation of one operand.
    pub(crate) fn op1(&mut self, op: Op, a: Value) -> Value {
        self.op(op, &[a])
    }

    /// An operation of two operands.
    pub(crate) fn op2(&mut self, op: Op, a: Value, b: Value) -> Value {
        self.op(op, &[a, b])
    }

    /// `cond ? a : b`.
    pub(crate) fn select(&mut self, cond: Value, a: Value, b: Value) -> Value {
        self.op(Op::Select, &[cond, a, b])
    }

    /// An operation: folded, found again, or placed.
    pub(crate) fn op(&mut self, op: Op, operands: &[Value]) -> Value {
        let mut args = [operands[0]; OPERANDS];
        args[..operands.len()].copy_from_slice(operands);
        let constants = args.map(|arg| self.tree.constant(arg));
        if constants.iter().all(Option::is_some) {
            return self.constant(op.eval(constants.map(Option::unwrap_or_default)));
        }
        if op.commutes() && (constants[0].is_some() || (constants[1].is_none() && args[0] > args[1])) {
            args.swap(0, 1);
        }
        if let Some(value) = self.simplify(op, args) {
            return value;
        }
        let depth = operands.iter().map(|arg| self.depth[arg.0 as usize]).max().unwrap_or(0);
        let first = args[0];
        args[operands.len()..].fill(first);
        self.place(Def::Op(op, args), depth, true)
    }

    /// Identities that keep every bit (but may quieten a NaN).
    fn simplify(&mut self, op: Op, [a, b, c, ..]: [Value; OPERANDS]) -> Option<Value> {
        const ONE: u32 = 0x3f80_0000;
        let constant = self.tree.constant(b);
        let inner = |builder: &Self, value| match builder.tree.def(value) {
            Def::Op(op, args) => Some((op, args)),
            _ => None,
        };
        match (op, constant) {
            (Op::Select, _) => {
                if let Some(cond) = self.tree.constant(a) {
                    return Some(if cond != 0 { b } else { c });
                }
                match (constant, self.tree.constant(c)) {
                    _ if b == c => Some(b),
                    (Some(u32::MAX), Some(0)) => Some(a),
                    (Some(0), Some(u32::MAX)) => Some(self.op1(Op::Not, a)),
                    (_, Some(0)) => Some(self.op2(Op::And, a, b)),
                    (Some(u32::MAX), _) => Some(self.op2(Op::Or, a, c)),
                    (Some(0), _) => Some(self.op2(Op::AndNot, c, a)),
                    _ => match inner(self, a) {
                        Some((Op::Not, [cond, ..])) => Some(self.select(cond, c, b)),
                        _ => None,
                    },
                }
            }
            (Op::And | Op::Or, _) if a == b => Some(a),
            (Op::And, Some(u32::MAX)) => Some(a),
            (Op::And, Some(0)) => Some(b),
            (Op::Or, Some(u32::MAX)) => Some(b),
            (
                Op::Or | Op::Xor | Op::IAdd | Op::ISub | Op::Shl | Op::SShr | Op::UShr | Op::AndNot,
                Some(0),
            ) => Some(a),
            (Op::AndNot, _) if a == b => Some(self.constant(0)),
            (Op::AndNot, _) => {
                if self.tree.constant(a) == Some(u32::MAX) {
                    return Some(self.op1(Op::Not, b));
                }
                match inner(self, b) {
                    Some((Op::And, [x, y, ..])) if x == a => Some(self.op2(Op::AndNot, a, y)),
                    Some((Op::And, [x, y, ..])) if y == a => Some(self.op2(Op::AndNot, a, x)),
                    Some((Op::Not, [x, ..])) => Some(self.op2(Op::And, a, x)),
                    _ => None,
                }
            }
            (Op::IMul, Some(1)) | (Op::FMul | Op::FDiv, Some(ONE)) => Some(a),
            (Op::IMul, Some(0)) => Some(b),
            (Op::IMul, Some(factor)) if factor.is_power_of_two() => {
                let shift = self.constant(factor.trailing_zeros());
                Some(self.op2(Op::Shl, a, shift))
            }
            // Division by a power of two whose reciprocal is normal: both round the same real number.
            (Op::FDiv, Some(bits)) if bits & 0x007f_ffff == 0 && (1..=253).contains(&(bits >> 23 & 0xff)) => {
                let reciprocal = self.float(1.0 / f32::from_bits(bits));
                Some(self.op2(Op::FMul, a, reciprocal))
            }
            (Op::Not, _) => match inner(self, a)? {
                (Op::Not, [x, ..]) => Some(x),
                (compare, [x, y, ..]) => compare.negated().map(|negated| self.op2(negated, x, y)),
            },
            (Op::FNeg, _) => match inner(self, a)? {
                (Op::FNeg, [x, ..]) => Some(x),
                _ => None,
            },
            _ => None,
        }
    }

    /// The value with this definition: one that is in scope already, or a new one at its loop depth.
    fn place(&mut self, def: Def, depth: u32, is_statement: bool) -> Value {
        if let Some(value) = self.scope.find(&def) {
            return value;
        }
        let value = self.fresh(def, depth);
        self.scope.define(def, value, depth, is_statement);
        value
    }

    fn fresh(&mut self, def: Def, depth: u32) -> Value {
        self.tree.defs.push(def);
        self.depth.push(depth);
        Value(self.tree.defs.len() as u32 - 1)
    }

    fn push(&mut self, stmt: Stmt) {
        self.scope.push(stmt);
    }

    /// The variable's content.
    pub(crate) fn get(&mut self, var: Var) -> Value {
        if let Some(value) = self.scope.var(var) {
            return value;
        }
        let depth = self.scope.loop_depth();
        let value = self.fresh(Def::Get(var), depth);
        self.push(Stmt::Def(value));
        self.scope.know(var, Some(value));
        value
    }

    /// Assigns a variable in the active lanes.
    pub(crate) fn set(&mut self, var: Var, value: Value) {
        self.push(Stmt::Set(var, value));
        self.scope.know(var, Some(value));
    }

    /// A word of an array.
    pub(crate) fn load(&mut self, array: Array, offset: Value) -> Value {
        let depth = self.scope.loop_depth();
        let value = self.fresh(Def::Load { array, offset }, depth);
        self.push(Stmt::Def(value));
        value
    }

    /// Assigns a word of an array in the active lanes.
    pub(crate) fn store(&mut self, array: Array, offset: Value, value: Value) {
        self.push(Stmt::Store { array, offset, value });
    }

    /// A memory, and whether anybody writes it.
    pub(crate) fn memory(&mut self, is_written: bool) -> Memory {
        self.tree.memories.push(is_written);
        Memory(self.tree.memories.len() as u32 - 1)
    }

    /// A word of memory.
    pub(crate) fn read(&mut self, memory: Memory, offset: Value) -> Value {
        let def = Def::Read { memory, offset };
        if !self.tree.is_written(memory) {
            let depth = self.depth[offset.0 as usize];
            return self.place(def, depth, true);
        }
        let value = self.fresh(def, self.scope.loop_depth());
        self.push(Stmt::Def(value));
        value
    }

    /// Assigns a word of memory in the active lanes.
    pub(crate) fn write(&mut self, memory: Memory, offset: Value, value: Value) {
        self.push(Stmt::Write { memory, offset, value });
    }

    /// An atomic operation on a word of memory.
    pub(crate) fn atomic(
        &mut self,
        effect: Effect,
        memory: Memory,
        offset: Value,
        args: [Value; 2],
    ) -> Value {
        self.effect(effect, memory, Some(offset), args)
    }

    /// An exchange within the subgroup.
    pub(crate) fn exchange(&mut self, effect: Effect, args: [Value; 2]) -> Value {
        self.effect(effect, Memory(0), None, args)
    }

    /// Tells the checker of two values, in the active lanes, by the number of a place of the text.
    pub(crate) fn note(&mut self, site: u32, args: [Value; 2]) {
        self.effect(Effect::Note, Memory(site), None, args);
    }

    fn effect(&mut self, effect: Effect, memory: Memory, offset: Option<Value>, args: [Value; 2]) -> Value {
        if !self.tree.effects.contains(&effect) {
            self.tree.effects.push(effect);
        }
        let value = self.fresh(Def::Effect { effect, memory, args }, self.scope.loop_depth());
        self.push(Stmt::Effect { value, offset });
        value
    }

    /// A barrier.
    pub(crate) fn barrier(&mut self, number: u32) {
        self.push(Stmt::Barrier { number });
    }

    /// Opens a branch.
    pub(crate) fn open_branch(&mut self) {
        self.scope.open(self.scope.loop_depth());
    }

    /// Closes a branch, to be given to [`Builder::branch`].
    pub(crate) fn close_branch(&mut self) -> Branch {
        self.scope.close()
    }

    /// Closes and adds a branch without another side.
    pub(crate) fn close_if(&mut self, cond: Value) {
        let accept = self.close_branch();
        self.open_branch();
        let reject = self.close_branch();
        self.branch(cond, accept, reject);
    }

    /// Opens the list of a block.
    pub(crate) fn open_block(&mut self) {
        self.open_branch();
    }

    /// Closes and adds the block; a block that nobody exits to is its list.
    pub(crate) fn close_block(&mut self, label: Label) {
        let branch = self.scope.close();
        if exits_to(&branch.stmts, label) {
            self.forget_assigned(&branch.stmts);
            self.push(Stmt::Block { label, body: branch.stmts });
        } else {
            self.scope.append(branch);
        }
    }

    /// Opens the list of a loop in which `assigned` variables change.
    pub(crate) fn open_loop(&mut self, assigned: impl IntoIterator<Item = Var>) {
        for var in assigned {
            self.scope.know(var, None);
        }
        self.scope.open(self.scope.loop_depth() + 1);
    }

    /// Closes and adds the loop.
    pub(crate) fn close_loop(&mut self) {
        let body = self.scope.close().stmts;
        self.forget_assigned(&body);
        let id = self.node();
        self.push(Stmt::Loop { id, body });
    }

    /// Ends the active lanes' run of the labelled block.
    pub(crate) fn exit(&mut self, label: Label) {
        self.push(Stmt::Exit(label));
    }

    fn node(&mut self) -> u32 {
        self.tree.nodes += 1;
        self.tree.nodes - 1
    }

    /// Forgets the content of every variable assigned in the statements.
    pub(crate) fn forget_assigned(&mut self, stmts: &[Stmt]) {
        for stmt in stmts {
            match stmt {
                Stmt::Set(var, _) => self.scope.know(*var, None),
                Stmt::If { accept, reject, .. } => {
                    self.forget_assigned(accept);
                    self.forget_assigned(reject);
                }
                Stmt::Block { body, .. } | Stmt::Loop { body, .. } => self.forget_assigned(body),
                Stmt::Def(_) | Stmt::Store { .. } | Stmt::Exit(_) => {}
                Stmt::Write { .. } | Stmt::Effect { .. } | Stmt::Barrier { .. } => {}
            }
        }
    }

    /// Adds a branch whose two lists were built one after the other. Short lists without inner control flow become
    /// selections.
    pub(crate) fn branch(&mut self, cond: Value, accept: Branch, reject: Branch) {
        if let Some(total) =
            self.straight_cost(&accept.stmts).zip(self.straight_cost(&reject.stmts)).map(|(a, b)| a + b)
            && total <= FLATTEN_COST
        {
            return self.flatten(cond, accept, reject);
        }
        let leaves = |branch: &Branch| matches!(branch.stmts.last(), Some(Stmt::Exit(_)));
        let leaves = (leaves(&accept), leaves(&reject));
        let mut known = vec![];
        for &var in accept.after.keys().chain(reject.after.keys()) {
            let (a, r) = (self.after(&accept.after, var), self.after(&reject.after, var));
            // A value defined in a branch is out of scope behind it; but where only one branch comes through, lanes
            // that went the other way are gone, so that stale content there does not matter.
            known.push((
                var,
                match leaves {
                    (true, false) => r,
                    (false, true) => a,
                    _ if a == r => a,
                    _ => None,
                },
            ));
        }
        for (var, value) in known {
            self.scope.know(var, value);
        }
        let id = self.node();
        self.push(Stmt::If { id, cond, accept: accept.stmts, reject: reject.stmts });
    }

    /// What a variable is known to hold at the end of a list that changed this, before it is assigned here.
    fn after(&self, changes: &HashMap<Var, Option<Value>>, var: Var) -> Option<Value> {
        changes.get(&var).copied().unwrap_or(self.scope.var(var))
    }

    /// The cost of a list of definitions and assignments; `None` for anything else in it.
    fn straight_cost(&self, stmts: &[Stmt]) -> Option<f64> {
        let mut total = 0.0;
        for stmt in stmts {
            match stmt {
                Stmt::Def(value) => {
                    total += match self.tree.def(*value) {
                        Def::Op(op, _) => op.cost(),
                        Def::Get(_) => 0.0,
                        _ => 8.0,
                    }
                }
                Stmt::Set(..) => total += 1.0,
                _ => return None,
            }
        }
        Some(total)
    }

    fn flatten(&mut self, cond: Value, accept: Branch, reject: Branch) {
        let mut assigned = vec![];
        for branch in [&accept, &reject] {
            for stmt in &branch.stmts {
                match stmt {
                    Stmt::Set(var, _) => assigned.push(*var),
                    stmt => self.push(stmt.clone()),
                }
            }
        }
        assigned.sort_unstable();
        assigned.dedup();
        self.scope.adopt(accept.defined);
        self.scope.adopt(reject.defined);
        // What a branch does not assign it may have read: that reading stands here now, before any assignment.
        for var in assigned {
            let a = self.after(&accept.after, var).unwrap_or_else(|| self.get(var));
            let r = self.after(&reject.after, var).unwrap_or_else(|| self.get(var));
            let merged = self.select(cond, a, r);
            self.set(var, merged);
        }
    }
}

/// Branches of at most this total cost (see [`Op::cost`]) are computed in all lanes and selected from: a test whether any
/// lane is active, masked assignments and the loss of longer segments cost about as much.
const FLATTEN_COST: f64 = 40.0;

/// True when the statements can exit to the label.
fn exits_to(stmts: &[Stmt], label: Label) -> bool {
    exits_where(stmts, &|to| to == label)
}

/// True when the statements can exit to a label of this kind.
pub(crate) fn exits_where(stmts: &[Stmt], is_target: &impl Fn(Label) -> bool) -> bool {
    stmts.iter().any(|stmt| match stmt {
        Stmt::Exit(to) => is_target(*to),
        Stmt::If { accept, reject, .. } => exits_where(accept, is_target) || exits_where(reject, is_target),
        Stmt::Block { body, .. } | Stmt::Loop { body, .. } => exits_where(body, is_target),
        Stmt::Def(_) | Stmt::Set(..) | Stmt::Store { .. } => false,
        Stmt::Write { .. } | Stmt::Effect { .. } | Stmt::Barrier { .. } => false,
    })
}

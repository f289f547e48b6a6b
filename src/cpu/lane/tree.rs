//! The program as a tree: what lowering produces and the analyses read.
//!
//! Values are words, assigned once, and pure. What changes lives in variables (one word a lane each) and in arrays
//! (several words a lane, addressed by a computed offset). Control flow is structured: two-way branches, endless loops,
//! and labelled blocks that can be left from within; `return`, `break` and `continue` are all exits of blocks.

use super::effect::Effect;
use super::function::OPERANDS;
use super::op::Op;

/// A word computed once: an index into [`Tree::defs`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Value(pub(crate) u32);

/// A word that can be assigned again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Var(pub(crate) u32);

/// Words addressed by an offset that differs from lane to lane: an index into [`Tree::arrays`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Array(pub(crate) u32);

/// Memory that a shader shares with others: an index into [`Tree::memories`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Memory(pub(crate) u32);

/// A block that can be left from within.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Label(pub(crate) u32);

/// How a value comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Def {
    /// Known when compiling.
    Const(u32),
    /// A word of the uniform arguments.
    Uniform(u32),
    /// A component of the element of a source.
    Input { slot: u32, component: u32 },
    /// An operation; operands beyond its arity repeat the first.
    Op(Op, [Value; OPERANDS]),
    /// A word of a constant table; an index out of range reads the last.
    Lookup { table: u32, index: Value },
    /// The variable's content where the definition stands.
    Get(Var),
    /// The array's content where the definition stands; an offset out of range reads the last word.
    Load { array: Array, offset: Value },
    /// A word of memory; zero where the offset is out of range. Pure if the memory is never written.
    Read { memory: Memory, offset: Value },
    /// The result of an effect, which stands where its statement does. Memory matters to atomic operations only;
    /// operands beyond the arity repeat the first.
    Effect { effect: Effect, memory: Memory, args: [Value; 2] },
}

/// A statement.
#[derive(Debug, Clone)]
pub(crate) enum Stmt {
    /// Computes the value here.
    Def(Value),
    /// Assigns a variable in the active lanes.
    Set(Var, Value),
    /// Assigns a word of an array in the active lanes; an offset out of range writes the last word.
    Store { array: Array, offset: Value, value: Value },
    /// Assigns a word of memory in the active lanes where the offset is in range.
    Write { memory: Memory, offset: Value, value: Value },
    /// An effect of the active lanes, whose result is the value; atomic operations have an offset, and do nothing where
    /// it is out of range.
    Effect { value: Value, offset: Option<Value> },
    /// Waits until all lanes are here; the number says which barrier it is.
    Barrier { number: u32 },
    /// Runs one list in the lanes where the condition holds, the other in the rest.
    If { id: u32, cond: Value, accept: Vec<Stmt>, reject: Vec<Stmt> },
    /// Runs the list; lanes that exit to the label wait behind it.
    Block { label: Label, body: Vec<Stmt> },
    /// Repeats the list until no lane is left in it.
    Loop { id: u32, body: Vec<Stmt> },
    /// Ends the active lanes' run of the labelled block.
    Exit(Label),
}

/// A whole program.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// Values, by index; operands come before their users.
    pub(crate) defs: Vec<Def>,
    /// Number of variables.
    pub(crate) vars: u32,
    /// Words a lane of each array.
    pub(crate) arrays: Vec<u32>,
    /// Constant tables, none empty.
    pub(crate) tables: Vec<Vec<u32>>,
    /// Which memories are written, by anybody, while the program runs.
    pub(crate) memories: Vec<bool>,
    /// The effects in use.
    pub(crate) effects: Vec<Effect>,
    /// The truth value of the lanes that run at all; none for all of them.
    pub(crate) active: Option<Value>,
    /// The block that lanes leave when they are done.
    pub(crate) whole: Option<Label>,
    /// Number of labels.
    pub(crate) labels: u32,
    /// Number of `If` and `Loop` nodes.
    pub(crate) nodes: u32,
    /// The statements.
    pub(crate) body: Vec<Stmt>,
    /// The components of the result, assigned in `body`.
    pub(crate) outputs: Vec<Var>,
}

impl Tree {
    /// The definition of a value.
    pub(crate) fn def(&self, value: Value) -> Def {
        self.defs[value.0 as usize]
    }

    /// The constant that a value is, if it is one.
    pub(crate) fn constant(&self, value: Value) -> Option<u32> {
        match self.def(value) {
            Def::Const(word) => Some(word),
            _ => None,
        }
    }

    /// True if the memory changes while the program runs.
    pub(crate) fn is_written(&self, memory: Memory) -> bool {
        self.memories[memory.0 as usize]
    }

    /// The operands of a value, without variables.
    pub(crate) fn operands(&self, value: Value) -> impl Iterator<Item = Value> {
        let (operands, len) = match self.def(value) {
            Def::Op(op, operands) => (operands, op.arity()),
            Def::Lookup { index, .. } => ([index; OPERANDS], 1),
            Def::Load { offset, .. } | Def::Read { offset, .. } => ([offset; OPERANDS], 1),
            Def::Effect { effect, args: [a, b], .. } => ([a, b, a, a, a, a], effect.arity()),
            Def::Const(_) | Def::Uniform(_) | Def::Input { .. } | Def::Get(_) => ([value; OPERANDS], 0),
        };
        operands.into_iter().take(len)
    }
}

/// Number of statements, those inside of others included.
pub(crate) fn count(stmts: &[Stmt]) -> usize {
    let inside = |stmt: &Stmt| match stmt {
        Stmt::If { accept, reject, .. } => count(accept) + count(reject),
        Stmt::Block { body, .. } | Stmt::Loop { body, .. } => count(body),
        Stmt::Def(_) | Stmt::Set(..) | Stmt::Store { .. } | Stmt::Exit(_) => 0,
        Stmt::Write { .. } | Stmt::Effect { .. } | Stmt::Barrier { .. } => 0,
    };
    stmts.len() + stmts.iter().map(inside).sum::<usize>()
}

//! Pointers, and which locals need memory.
//!
//! A pointer is resolved while lowering to the variable behind it and an offset, part of which may be computed. Locals
//! that are only ever indexed by constants are taken apart into variables; the others become arrays.

use std::collections::HashSet;
use std::rc::Rc;

use naga::{Expression, Function, GlobalVariable, Handle, LocalVariable, Module, Statement, TypeInner};

use super::super::effect::{Atomic, Effect};
use super::super::function;
use super::super::op::Op;
use super::super::site::Mode;
use super::super::tree::{Array, Memory, Value, Var};
use super::layout::{Layout, Leaf, OUT_OF_RANGE, pairs};
use super::watch::Bound;
use super::{Frame, Lowering, Operand, types};
use crate::error::Result;

/// Where a local variable lives.
#[derive(Debug, Clone)]
pub(super) enum Storage {
    /// One variable a word.
    Vars(Rc<[Var]>),
    /// Memory of each lane.
    Array(Array),
    /// Memory that lanes share.
    Memory(Memory, Layout),
}

impl Storage {
    fn layout(&self) -> Layout {
        match self {
            Self::Vars(_) | Self::Array(_) => Layout::Packed,
            Self::Memory(_, layout) => *layout,
        }
    }
}

/// What a pointer points to.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) storage: Storage,
    /// Words from the start of the variable.
    pub(super) offset: u32,
    /// Further words, computed.
    dynamic: Option<Value>,
    /// Of a checked run.
    pub(super) bounds: Vec<Bound>,
}

impl Place {
    /// The whole variable.
    pub(super) fn start_of(storage: Storage) -> Self {
        Self::at(storage, 0)
    }

    /// A variable that begins so many words behind the start of the storage.
    pub(super) fn at(storage: Storage, offset: u32) -> Self {
        Self { storage, offset, dynamic: None, bounds: vec![] }
    }

    /// The memory, where lanes share it.
    pub(super) fn memory(&self) -> Option<(Memory, Layout)> {
        match self.storage {
            Storage::Memory(memory, layout) => Some((memory, layout)),
            Storage::Vars(_) | Storage::Array(_) => None,
        }
    }

    /// The variables that an assignment through the pointer can change.
    fn vars(&self) -> &[Var] {
        match &self.storage {
            Storage::Vars(vars) => vars,
            Storage::Array(_) | Storage::Memory(..) => &[],
        }
    }
}

impl Lowering {
    /// The element `index` of what a pointer points to; an index out of range means the last element.
    pub(super) fn index_place(
        &mut self,
        frame: &Frame,
        pointer: Handle<Expression>,
        place: &Place,
        (index, is_signed): (Value, bool),
    ) -> Result<Place> {
        let Some(inner) = types::pointee(frame.unit, frame.ty(pointer)) else {
            return Err(frame.unsupported("this pointer", pointer));
        };
        let (len, words) = place.storage.layout().elements(frame.unit, &inner)?;
        let offset = match len {
            Some(len) => self.element_offset(index, len, words),
            // A word behind the end of a buffer is not there: it is enough that the offset does not wrap around.
            None if words == 1 && place.offset == 0 => index,
            None => self.element_offset(index, OUT_OF_RANGE / words, words),
        };
        let mut place = place.clone();
        self.watch_index(frame, pointer, &mut place, (index, is_signed), len)?;
        if let Some(constant) = self.b.tree.constant(offset) {
            place.offset = place.offset.saturating_add(constant);
        } else if matches!(place.storage, Storage::Vars(_)) {
            return Err(frame.unsupported("this computed index", pointer));
        } else {
            place.dynamic = Some(match place.dynamic {
                Some(before) => self.b.op2(Op::IAdd, before, offset),
                None => offset,
            });
        }
        Ok(place)
    }

    /// Offset in words of the element `index` of `len`, clamped to the last.
    pub(super) fn element_offset(&mut self, index: Value, len: u32, words: u32) -> Value {
        let last = self.b.constant(len - 1);
        let index = self.b.op2(Op::UMin, index, last);
        let words = self.b.constant(words);
        self.b.op2(Op::IMul, index, words)
    }

    /// The member or element with a constant index of what a pointer points to.
    pub(super) fn member_place(
        &mut self,
        frame: &Frame,
        pointer: Handle<Expression>,
        place: &Place,
        index: u32,
    ) -> Result<Place> {
        let Some(inner) = types::pointee(frame.unit, frame.ty(pointer)) else {
            return Err(frame.unsupported("this pointer", pointer));
        };
        let offset = place.storage.layout().member(frame.unit, &inner, index)?;
        let mut member = Place { offset: place.offset + offset, ..place.clone() };
        if self.watch.is_some() && !matches!(*inner, TypeInner::Struct { .. }) {
            let len = place.storage.layout().elements(frame.unit, &inner)?.0;
            let index = self.b.constant(index);
            member.offset = place.offset;
            self.watch_index(frame, pointer, &mut member, (index, false), len)?;
            member.offset += offset;
        }
        Ok(member)
    }

    /// Reads a value of a type.
    pub(super) fn load(&mut self, frame: &Frame, place: &Place, inner: &TypeInner) -> Result<Rc<[Value]>> {
        let words = types::words(frame.unit, inner)?;
        let values: Rc<[Value]> = match &place.storage {
            Storage::Memory(memory, _) if is_wide_atomic(inner) => {
                self.wide_atomic_load(place, *memory).into()
            }
            Storage::Memory(memory, layout) => {
                let leaves = layout.leaves(frame.unit, inner)?;
                self.spend(frame.unit, leaves.len(), || naga::Span::UNDEFINED)?;
                let pairs = pairs(frame.unit, inner);
                let mut values = Vec::with_capacity(leaves.len());
                for leaf in leaves.chunk_by(|a, b| pairs && a.is_pair_with(*b)) {
                    self.read_leaves(place, *memory, leaf, &mut values);
                }
                values.into()
            }
            Storage::Vars(vars) => {
                vars[place.offset as usize..][..words as usize].iter().map(|&var| self.b.get(var)).collect()
            }
            Storage::Array(array) => (0..words)
                .map(|word| {
                    let offset = self.word_offset(place, word);
                    self.b.load(*array, offset)
                })
                .collect(),
        };
        let is_atomic = matches!(inner, TypeInner::Atomic(_));
        let mode = if is_atomic { Mode::AtomicRead } else { Mode::Read };
        self.watch_access(frame, place, inner, &values, mode)?;
        Ok(values)
    }

    /// Writes a value of a type.
    pub(super) fn store(
        &mut self,
        frame: &Frame,
        place: &Place,
        inner: &TypeInner,
        values: &[Value],
    ) -> Result<()> {
        match &place.storage {
            Storage::Memory(memory, _) if is_wide_atomic(inner) => {
                self.wide_atomic_store(place, *memory, [values[0], values[1]]);
            }
            Storage::Memory(memory, layout) => {
                let (leaves, pairs) = (layout.leaves(frame.unit, inner)?, pairs(frame.unit, inner));
                let mut values = values;
                for leaves in leaves.chunk_by(|a, b| pairs && a.is_pair_with(*b)) {
                    let (now, later) = values.split_at(leaves.len());
                    self.write_leaves(place, *memory, leaves, now);
                    values = later;
                }
            }
            Storage::Vars(vars) => {
                for (&var, &value) in vars[place.offset as usize..].iter().zip(values) {
                    self.b.set(var, value);
                }
            }
            Storage::Array(array) => {
                for (word, &value) in values.iter().enumerate() {
                    let offset = self.word_offset(place, word as u32);
                    self.b.store(*array, offset, value);
                }
            }
        }
        let is_atomic = matches!(inner, TypeInner::Atomic(_));
        let mode = if is_atomic { Mode::AtomicWrite } else { Mode::Write };
        self.watch_access(frame, place, inner, values, mode)
    }

    /// Reads one leaf, or the two halves of a word.
    fn read_leaves(&mut self, place: &Place, memory: Memory, leaves: &[Leaf], values: &mut Vec<Value>) {
        let at = self.memory_offset(place, leaves[0].offset);
        let word = self.b.read(memory, at);
        let mut half = |this: &mut Self, which| {
            values.push(this.b.op2(Op::Call(function::Function::Unpack2x16Float), word, which));
        };
        let one = self.b.constant(1);
        if leaves.len() == 2 {
            let zero = self.b.constant(0);
            half(self, zero);
            half(self, one);
        } else if leaves[0].is_half {
            let offset = self.word_offset(place, leaves[0].offset);
            let which = self.b.op2(Op::And, offset, one);
            half(self, which);
        } else {
            values.push(word);
        }
    }

    /// Writes one leaf, or the two halves of a word.
    fn write_leaves(&mut self, place: &Place, memory: Memory, leaves: &[Leaf], values: &[Value]) {
        let pack = Op::Call(function::Function::Pack2x16Float);
        let mut word = values[0];
        if let &[low, high] = values {
            word = self.b.op2(pack, low, high);
        } else if leaves[0].is_half {
            let offset = self.word_offset(place, leaves[0].offset);
            let zero = self.b.constant(0);
            let bits = self.b.op2(pack, word, zero);
            self.b.atomic(Effect::Atomic(Atomic::StoreHalf), memory, offset, [bits, bits]);
            return;
        }
        let offset = self.memory_offset(place, leaves[0].offset);
        self.b.write(memory, offset, word);
    }

    /// The word of memory that an offset from what a pointer points to is in.
    pub(super) fn memory_offset(&mut self, place: &Place, offset: u32) -> Value {
        let offset = self.word_offset(place, offset);
        match place.storage.layout() {
            Layout::Host { bytes: 2 } => {
                let one = self.b.constant(1);
                self.b.op2(Op::UShr, offset, one)
            }
            _ => offset,
        }
    }

    /// An offset from what a pointer points to, as the layout counts.
    pub(super) fn word_offset(&mut self, place: &Place, word: u32) -> Value {
        let constant = self.b.constant(place.offset + word);
        match place.dynamic {
            Some(dynamic) => self.b.op2(Op::IAdd, dynamic, constant),
            None => constant,
        }
    }

    /// The variables that statements may assign, directly or through pointers given to calls.
    pub(super) fn assigned_in(&self, frame: &Frame, block: &naga::Block, vars: &mut Vec<Var>) {
        let mut roots = HashSet::new();
        let mut add = |pointer: Handle<Expression>| {
            let Some(root) = root(frame.function, pointer).filter(|&root| roots.insert(root)) else { return };
            match root {
                Root::Local(local) => {
                    if let Storage::Vars(assigned) = &frame.locals[local.index()] {
                        vars.extend_from_slice(assigned);
                    }
                }
                Root::Argument(index) => {
                    if let Operand::Place(place) = &frame.args[index as usize] {
                        vars.extend_from_slice(place.vars());
                    }
                }
                Root::Global(global) => {
                    if let Some(place) = self.globals.places.get(&global) {
                        vars.extend_from_slice(place.vars());
                    }
                }
            }
        };
        let mut calls = false;
        for_each_statement(block, &mut |statement| match statement {
            Statement::Store { pointer, .. } => add(*pointer),
            Statement::Call { arguments, .. } => {
                calls = true;
                arguments.iter().for_each(|&argument| add(argument));
            }
            _ => {}
        });
        if calls {
            vars.extend(self.globals.places.values().flat_map(Place::vars));
        }
        self.watched_words(vars);
    }
}

/// True for an atomic of two words, which are read and written together.
fn is_wide_atomic(inner: &TypeInner) -> bool {
    matches!(inner, TypeInner::Atomic(scalar) if scalar.width == 8)
}

/// Which variable a pointer expression goes back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Root {
    Local(Handle<LocalVariable>),
    Argument(u32),
    Global(Handle<GlobalVariable>),
}

fn root(function: &Function, mut expr: Handle<Expression>) -> Option<Root> {
    loop {
        match function.expressions[expr] {
            Expression::Access { base, .. } | Expression::AccessIndex { base, .. } => expr = base,
            Expression::LocalVariable(local) => return Some(Root::Local(local)),
            Expression::FunctionArgument(index) => return Some(Root::Argument(index)),
            Expression::GlobalVariable(global) => return Some(Root::Global(global)),
            _ => return None,
        }
    }
}

pub(super) fn for_each_statement(block: &naga::Block, visit: &mut impl FnMut(&Statement)) {
    for statement in block {
        visit(statement);
        match statement {
            Statement::Block(block) => for_each_statement(block, visit),
            Statement::If { accept, reject, .. } => {
                for_each_statement(accept, visit);
                for_each_statement(reject, visit);
            }
            Statement::Switch { cases, .. } => {
                cases.iter().for_each(|case| for_each_statement(&case.body, visit))
            }
            Statement::Loop { body, continuing, .. } => {
                for_each_statement(body, visit);
                for_each_statement(continuing, visit);
            }
            _ => {}
        }
    }
}

/// The locals, pointer arguments and private variables of a function that are indexed by computed values.
#[derive(Debug, Clone, Default)]
pub(super) struct Dynamic {
    pub(super) locals: HashSet<Handle<LocalVariable>>,
    args: HashSet<u32>,
    pub(super) globals: HashSet<Handle<GlobalVariable>>,
}

impl Dynamic {
    fn add(&mut self, root: Option<Root>) {
        match root {
            Some(Root::Local(local)) => drop(self.locals.insert(local)),
            Some(Root::Argument(index)) => drop(self.args.insert(index)),
            Some(Root::Global(global)) => drop(self.globals.insert(global)),
            None => {}
        }
    }
}

/// Finds the locals of each function of a module that need memory, by the function's index; entry points follow.
pub(super) fn dynamic_locals(module: &Module) -> Rc<[Dynamic]> {
    let mut known: Vec<Dynamic> = Vec::with_capacity(module.functions.len());
    let functions = module.functions.iter().map(|(_, function)| function);
    for function in functions.chain(module.entry_points.iter().map(|entry| &entry.function)) {
        let mut dynamic = Dynamic::default();
        for (_, expr) in function.expressions.iter() {
            if let Expression::Access { base, index } = *expr
                && !matches!(function.expressions[index], Expression::Literal(_) | Expression::Constant(_))
            {
                dynamic.add(root(function, base));
            }
        }
        for_each_statement(&function.body, &mut |statement| {
            // Callees come before their callers.
            if let Statement::Call { function: callee, arguments, .. } = statement
                && let Some(callee) = known.get(callee.index())
            {
                for &index in &callee.args {
                    dynamic.add(root(function, arguments[index as usize]));
                }
            }
        });
        known.push(dynamic);
    }
    known.into()
}

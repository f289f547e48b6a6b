//! Pointers to locals, and which locals need memory.
//!
//! A pointer is resolved while lowering to the variable behind it and an offset, part of which may be computed. Locals
//! that are only ever indexed by constants are taken apart into variables; the others become arrays.

use std::collections::HashSet;
use std::rc::Rc;

use naga::{Expression, Function, Handle, LocalVariable, Module, Statement};

use super::super::op::Op;
use super::super::tree::{Array, Value, Var};
use super::{Frame, Lowering, Operand, types};
use crate::error::Result;

/// Where a local variable lives.
#[derive(Debug, Clone)]
pub(super) enum Storage {
    /// One variable a word.
    Vars(Rc<[Var]>),
    /// Memory.
    Array(Array),
}

/// What a pointer points to.
#[derive(Debug, Clone)]
pub(super) struct Place {
    storage: Storage,
    /// Words from the start of the variable.
    offset: u32,
    /// Further words, computed.
    dynamic: Option<Value>,
}

impl Place {
    /// The whole variable.
    pub(super) fn start_of(storage: Storage) -> Self {
        Self { storage, offset: 0, dynamic: None }
    }

    /// The variables that an assignment through the pointer can change.
    fn vars(&self) -> &[Var] {
        match &self.storage {
            Storage::Vars(vars) => vars,
            Storage::Array(_) => &[],
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
        index: Value,
    ) -> Result<Place> {
        let Some(inner) = types::pointee(frame.pure, frame.ty(pointer)) else {
            return Err(frame.unsupported("this pointer", pointer));
        };
        let (len, words) = types::elements(frame.pure, &inner)?;
        let offset = self.element_offset(index, len, words);
        let mut place = place.clone();
        if let Some(constant) = self.b.tree.constant(offset) {
            place.offset += constant;
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
        let Some(inner) = types::pointee(frame.pure, frame.ty(pointer)) else {
            return Err(frame.unsupported("this pointer", pointer));
        };
        let (offset, _) = types::member(frame.pure, &inner, index)?;
        Ok(Place { offset: place.offset + offset, ..place.clone() })
    }

    /// Reads words.
    pub(super) fn load_words(&mut self, place: &Place, words: u32) -> Rc<[Value]> {
        match &place.storage {
            Storage::Vars(vars) => {
                vars[place.offset as usize..][..words as usize].iter().map(|&var| self.b.get(var)).collect()
            }
            Storage::Array(array) => (0..words)
                .map(|word| {
                    let offset = self.word_offset(place, word);
                    self.b.load(*array, offset)
                })
                .collect(),
        }
    }

    /// Writes words.
    pub(super) fn store_words(&mut self, place: &Place, values: &[Value]) {
        match &place.storage {
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
    }

    fn word_offset(&mut self, place: &Place, word: u32) -> Value {
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
            }
        };
        for_each_statement(block, &mut |statement| match statement {
            Statement::Store { pointer, .. } => add(*pointer),
            Statement::Call { arguments, .. } => arguments.iter().for_each(|&argument| add(argument)),
            _ => {}
        });
    }
}

/// Which variable a pointer expression goes back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Root {
    Local(Handle<LocalVariable>),
    Argument(u32),
}

fn root(function: &Function, mut expr: Handle<Expression>) -> Option<Root> {
    loop {
        match function.expressions[expr] {
            Expression::Access { base, .. } | Expression::AccessIndex { base, .. } => expr = base,
            Expression::LocalVariable(local) => return Some(Root::Local(local)),
            Expression::FunctionArgument(index) => return Some(Root::Argument(index)),
            _ => return None,
        }
    }
}

fn for_each_statement(block: &naga::Block, visit: &mut impl FnMut(&Statement)) {
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

/// The locals and pointer arguments of a function that are indexed by computed values.
#[derive(Debug, Clone, Default)]
pub(super) struct Dynamic {
    pub(super) locals: HashSet<Handle<LocalVariable>>,
    args: HashSet<u32>,
}

impl Dynamic {
    fn add(&mut self, root: Option<Root>) {
        match root {
            Some(Root::Local(local)) => drop(self.locals.insert(local)),
            Some(Root::Argument(index)) => drop(self.args.insert(index)),
            None => {}
        }
    }
}

/// Finds the locals of each function of a module that need memory, by the function's index.
pub(super) fn dynamic_locals(module: &Module) -> Rc<[Dynamic]> {
    let mut known: Vec<Dynamic> = Vec::with_capacity(module.functions.len());
    for (_, function) in module.functions.iter() {
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

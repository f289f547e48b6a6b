//! From naga IR to the tree: calls inlined, composites taken apart into words, locals turned into variables or arrays.
//!
//! What a pure function cannot contain, or what is not made of words, is refused with `Error::Unsupported`.

mod access;
mod component;
mod convert;
mod expr;
mod geometry;
mod image;
mod kernel;
mod layout;
mod math;
mod matrix;
mod memory;
mod sample;
mod stmt;
mod synchronise;
mod texel;
mod types;
mod watch;
mod wide;
mod wide_effects;
mod wide_math;

use std::collections::HashMap;
use std::rc::Rc;

use naga::Handle;

use super::build::Builder;
use super::limits::{MAX_ARRAY_WORDS, MAX_VALUES, MAX_WORK, TooLarge};
use super::tree::{Label, Tree, Value, Var};
use crate::error::{Error, Result};
use crate::wgsl::PureFunction;
use crate::work::{Fused, Node};
use access::Globals;
pub(crate) use image::FACTS;
pub(crate) use kernel::{
    Binding, GRID, GROUP, Holds, Interface, LANE_INPUTS, LENGTHS, lane_inputs, lower_kernel, members,
};
use memory::{Dynamic, Place, Storage};
pub(crate) use sample::{MIRROR, REPEAT};

/// The tree of a whole fused graph.
pub(crate) fn lower(fused: &Fused) -> Result<Tree> {
    let mut lowering = Lowering::new();
    let mut values: Vec<Rc<[Value]>> = Vec::with_capacity(fused.nodes.len());
    for node in &fused.nodes {
        let words = match node {
            Node::Source { slot, ty } => {
                (0..ty.words() as u32).map(|component| lowering.b.input(*slot, component)).collect()
            }
            Node::Call { function, args, uniforms_at } => {
                let mut operands: Vec<Operand> =
                    args.iter().map(|&arg| Operand::Words(values[arg as usize].clone())).collect();
                let mut at = *uniforms_at;
                for param in &function.uniforms {
                    let words = param.ty.words() as u32;
                    operands.push(Operand::Words(
                        (at..at + words).map(|word| lowering.b.uniform(word)).collect(),
                    ));
                    at += words;
                }
                lowering.here = naga::Span::UNDEFINED;
                lowering.call(Unit::of(function), function.function, operands)?
            }
        };
        values.push(words);
    }
    let outputs = values[fused.output as usize].iter().map(|&value| {
        let var = lowering.b.var();
        lowering.b.set(var, value);
        var
    });
    let outputs = outputs.collect();
    Ok(lowering.b.finish(outputs))
}

/// The value of an expression: words, or for a pointer the place that it points to. A texture or sampler is a word, its
/// number, which is constant.
#[derive(Debug, Clone)]
enum Operand {
    Words(Rc<[Value]>),
    Place(Place),
}

/// The state of lowering.
struct Lowering {
    b: Builder,
    /// Words, statements and calls so far.
    work: u64,
    /// Statement lists around, of all functions.
    depth: usize,
    /// The place of the last expression that has one.
    here: naga::Span,
    /// The locals that need memory, of the functions of each module.
    dynamic: HashMap<*const naga::Module, Rc<[Dynamic]>>,
    /// What the global variables of a shader are.
    globals: Globals,
    /// Of a checked run.
    watch: Option<Box<watch::Watch>>,
}

/// The module that a function is of, and the text that errors point into.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit<'a> {
    /// The outermost function.
    pub(crate) name: &'a str,
    pub(crate) source: &'a str,
    pub(crate) module: &'a naga::Module,
    pub(crate) info: &'a naga::valid::ModuleInfo,
}

impl<'a> Unit<'a> {
    fn of(function: &'a PureFunction) -> Self {
        let PureFunction { name, source, module, info, .. } = function;
        Self { name, source, module, info }
    }
}

/// A function being inlined.
struct Frame<'a> {
    unit: Unit<'a>,
    function: &'a naga::Function,
    info: &'a naga::valid::FunctionInfo,
    args: Vec<Operand>,
    /// Values of the expressions emitted so far, by index.
    exprs: Vec<Option<Operand>>,
    /// Storage of the local variables, by index.
    locals: Vec<Storage>,
    /// Where the result goes.
    result: Vec<Var>,
    return_label: Label,
    /// Break and continue targets of the loops and switches around; a switch has the continue target of its loop.
    targets: Vec<(Label, Option<Label>)>,
}

impl<'a> Frame<'a> {
    fn module(&self) -> &'a naga::Module {
        self.unit.module
    }

    /// The type of an expression.
    fn ty(&self, expr: Handle<naga::Expression>) -> &'a naga::TypeInner {
        self.info[expr].ty.inner_with(&self.unit.module.types)
    }

    fn inner(&self, ty: Handle<naga::Type>) -> &'a naga::TypeInner {
        &self.unit.module.types[ty].inner
    }

    /// The place of an expression: its own, or where naga records none that of what it reads.
    fn span(&self, mut expr: Handle<naga::Expression>) -> naga::Span {
        loop {
            let span = self.function.expressions.get_span(expr);
            match self.function.expressions[expr] {
                _ if span.is_defined() => return span,
                naga::Expression::Load { pointer: base }
                | naga::Expression::Access { base, .. }
                | naga::Expression::AccessIndex { base, .. } => expr = base,
                naga::Expression::LocalVariable(local) => {
                    return self.function.local_variables.get_span(local);
                }
                _ => return span,
            }
        }
    }

    /// An error about an expression of the function.
    fn unsupported(&self, what: impl Into<String>, expr: Handle<naga::Expression>) -> Error {
        unsupported_at(self.unit, what, self.span(expr))
    }
}

/// An error about what an expression at a place is made of, with that place if it has none.
fn located(error: Error, unit: Unit, span: naga::Span) -> Error {
    match error {
        Error::Unsupported { what, .. } if what.ends_with(&format!(" in `{}`", unit.name)) => {
            let what = what.trim_end_matches(&format!(" in `{}`", unit.name)).to_owned();
            unsupported_at(unit, what, span)
        }
        other => other,
    }
}

/// An error about a place in the user's text.
fn unsupported_at(unit: Unit, what: impl Into<String>, span: naga::Span) -> Error {
    let mut what = what.into();
    if span.is_defined() {
        let line = span.location(unit.source).line_number;
        what = format!("{what} in `{}`, line {line}", unit.name);
    } else {
        what = format!("{what} in `{}`", unit.name);
    }
    Error::Unsupported { executor: "cpu".to_owned(), what }
}

impl Lowering {
    fn new() -> Self {
        Self {
            b: Builder::new(),
            work: 0,
            depth: 0,
            here: naga::Span::UNDEFINED,
            dynamic: HashMap::new(),
            globals: Globals::default(),
            watch: None,
        }
    }

    /// Counts words, statements or calls of a function against the limit; `place` says where it is asked for.
    fn spend(&mut self, unit: Unit, amount: usize, place: impl Fn() -> naga::Span) -> Result<()> {
        self.work += 1 + amount as u64;
        if self.work > MAX_WORK || self.b.tree.defs.len() > MAX_VALUES {
            return Err(unsupported_at(unit, TooLarge::Size.what(), place()));
        }
        Ok(())
    }

    /// Inlines a call and returns the words of its result.
    fn call(
        &mut self,
        unit: Unit,
        handle: Handle<naga::Function>,
        args: Vec<Operand>,
    ) -> Result<Rc<[Value]>> {
        let function = &unit.module.functions[handle];
        let result_words = match &function.result {
            Some(result) => types::words(unit, &unit.module.types[result.ty].inner)?,
            None => 0,
        };
        let locals = function.local_variables.len() + function.expressions.len() / 8;
        let here = self.here;
        self.spend(unit, locals + result_words as usize, || here)?;
        let mut frame = Frame {
            unit,
            function,
            info: &unit.info[handle],
            args,
            exprs: vec![None; function.expressions.len()],
            locals: vec![],
            result: (0..result_words).map(|_| self.b.var()).collect(),
            return_label: self.b.label(),
            targets: vec![],
        };
        self.b.open_block();
        self.declare_locals(&mut frame, handle.index())?;
        let tail = [frame.return_label];
        self.statements(&mut frame, &function.body, &tail)?;
        self.b.close_block(frame.return_label);
        Ok(frame.result.iter().map(|&var| self.b.get(var)).collect())
    }

    /// The locals of a module that need memory.
    fn dynamic_locals(&mut self, module: &naga::Module) -> Rc<[Dynamic]> {
        self.dynamic.entry(module).or_insert_with(|| memory::dynamic_locals(module)).clone()
    }

    /// Room for words of each lane, which may be indexed by computed values.
    fn lane_storage(
        &mut self,
        frame: &Frame,
        words: u32,
        is_dynamic: bool,
        span: naga::Span,
    ) -> Result<Storage> {
        if !is_dynamic {
            return Ok(Storage::Vars((0..words).map(|_| self.b.var()).collect()));
        }
        // A checked run keeps as much again beside them.
        let limit = if self.watch.is_some() { 2 * MAX_ARRAY_WORDS } else { MAX_ARRAY_WORDS };
        if self.b.tree.arrays.iter().sum::<u32>() + words > limit {
            return Err(unsupported_at(frame.unit, "local arrays of this size", span));
        }
        Ok(Storage::Array(self.b.array(words)))
    }

    /// Makes the local variables with their initial values.
    fn declare_locals(&mut self, frame: &mut Frame, index: usize) -> Result<()> {
        let module = frame.module();
        let dynamic = self.dynamic_locals(module);
        for (local, variable) in frame.function.local_variables.iter() {
            let words = types::words(frame.unit, frame.inner(variable.ty))?;
            let span = frame.function.local_variables.get_span(local);
            self.spend(frame.unit, words as usize, || span)?;
            let storage = self.lane_storage(frame, words, dynamic[index].locals.contains(&local), span)?;
            let initial = match variable.init {
                Some(init) => self.words(frame, init)?,
                None => std::iter::repeat_n(self.b.constant(0), words as usize).collect(),
            };
            self.store(frame, &Place::start_of(storage.clone()), frame.inner(variable.ty), &initial)?;
            self.watch_own(frame, &storage, variable.name.as_ref(), variable.ty, variable.init.is_some())?;
            frame.locals.push(storage);
        }
        Ok(())
    }
}

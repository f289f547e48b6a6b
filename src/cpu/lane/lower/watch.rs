//! Checked runs: steps that tell the checker of every access, before anything about it is lost.
//!
//! Memory that invocations share is told of word by word. An index is told of where its element is accessed, as the shader
//! computed it, before it is brought into range. For an invocation's own variables the program itself keeps a truth value
//! beside each word, whether it was written; where that is known when compiling, nothing is left to be done.
//!
//! A step that tells is an effect: nothing that it tells of is moved, merged or dropped.

mod describe;

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use naga::{Expression, Handle, TypeInner};

use super::super::function::Function;
use super::super::op::Op;
use super::super::site::{Access, Barrier, Mode, Site, Sites, Variable, Watched};
use super::super::tree::{Array, Def, Value, Var};
use super::layout::Layout;
use super::memory::{Place, Storage};
use super::{Frame, Lowering, Operand, Unit, types, unsupported_at};
use crate::error::Result;
use describe::{Uses, name_of, scalars, shape};

/// Rows of the table at most: steps name them with 16 bits.
const MAX_SITES: usize = u16::MAX as usize;

/// What lowering keeps for a checked run.
#[derive(Debug, Default)]
pub(super) struct Watch {
    pub(super) sites: Sites,
    numbers: HashMap<Site, u32>,
    /// Whether words of invocations' own variables were written.
    words: HashMap<Var, Var>,
    arrays: HashMap<Array, Array>,
    /// Their variables, by first word or array.
    owners: HashMap<Owner, usize>,
    /// What becomes of loads, of each function.
    uses: HashMap<*const naga::Function, Rc<Uses>>,
    /// The words of the next load that anything is made of; none for all.
    used: Option<Vec<bool>>,
    /// The next load.
    load: Option<Handle<Expression>>,
    /// Of structures and arrays loaded as a whole from an invocation's own variables, whether each word was written; by the
    /// address of the values of the function that is being inlined, and the load.
    copies: HashMap<(*const Option<Operand>, Handle<Expression>), Vec<Value>>,
    /// Whether there are barriers to arrive at.
    pub(super) has_barriers: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Owner {
    Word(Var),
    Array(Array),
}

/// An index on the way to a place, as the shader computed it.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    index: Value,
    len: Value,
    is_signed: bool,
    name: Rc<str>,
    range: Range<usize>,
}

impl Lowering {
    /// Tells of something at a place of the text.
    fn tell(&mut self, unit: Unit, range: Range<usize>, watched: Watched, args: [Value; 2]) -> Result<()> {
        let here = self.here;
        let Some(watch) = &mut self.watch else { return Ok(()) };
        let site = Site { range, watched };
        let next = watch.sites.sites.len();
        let number = match watch.numbers.get(&site) {
            Some(&number) => number,
            None if next >= MAX_SITES => {
                return Err(unsupported_at(unit, "a checked run of so many accesses", here));
            }
            None => {
                watch.sites.sites.push(site.clone());
                watch.numbers.insert(site, next as u32);
                next as u32
            }
        };
        self.b.note(number, args);
        Ok(())
    }

    fn range(&self) -> Range<usize> {
        self.here.to_range().unwrap_or_default()
    }

    /// Notes where a statement stands that accesses memory.
    pub(super) fn watch_statement(&mut self, statement: &naga::Statement) {
        let span = self.globals.span(statement);
        if self.watch.is_some() && span.is_defined() {
            self.here = span;
        }
    }

    /// A variable in memory that invocations share.
    pub(super) fn watch_shared(&mut self, frame: &Frame, place: &Place, variable: &naga::GlobalVariable) {
        let (Some(watch), Some((memory, layout))) = (&mut self.watch, place.memory()) else { return };
        let shape = shape(frame.unit, frame.inner(variable.ty), layout);
        let memories = &mut watch.sites.memories;
        let index = memory.0 as usize;
        memories.resize_with(memories.len().max(index + 1), Default::default);
        memories[index].units = if layout == (Layout::Host { bytes: 2 }) { 2 } else { 1 };
        memories[index].is_workgroup = variable.space == naga::AddressSpace::WorkGroup;
        let name = variable.name.clone().unwrap_or_default();
        memories[index].variables.push(Variable { start: place.offset, name, shape });
    }

    /// A variable of each invocation, behind what it starts with.
    pub(super) fn watch_own(
        &mut self,
        frame: &Frame,
        storage: &Storage,
        name: Option<&String>,
        ty: Handle<naga::Type>,
        is_written: bool,
    ) -> Result<()> {
        let Some(watch) = &mut self.watch else { return Ok(()) };
        let inner = frame.inner(ty);
        let shape = shape(frame.unit, inner, Layout::Packed);
        let owner = watch.sites.own.len();
        watch.sites.own.push(Variable { start: 0, name: name.cloned().unwrap_or_default(), shape });
        match storage {
            Storage::Vars(vars) => {
                for &var in vars.iter() {
                    let written = self.b.var();
                    watch.words.insert(var, written);
                }
                if let Some(&first) = vars.first() {
                    watch.owners.insert(Owner::Word(first), owner);
                }
            }
            Storage::Array(array) => {
                let words = self.b.tree.arrays[array.0 as usize];
                watch.arrays.insert(*array, self.b.array(words));
                watch.owners.insert(Owner::Array(*array), owner);
            }
            Storage::Memory(..) => return Ok(()),
        }
        let words = types::words(frame.unit, inner)?;
        self.mark(&Place::start_of(storage.clone()), words, is_written);
        Ok(())
    }

    /// Notes that words of an invocation's own variable were written, or that it begins anew.
    fn mark(&mut self, place: &Place, words: u32, is_written: bool) {
        let truth = self.b.constant(if is_written { u32::MAX } else { 0 });
        self.mark_each(place, &vec![truth; words as usize]);
    }

    /// Notes of words of an invocation's own variable whether they were written.
    fn mark_each(&mut self, place: &Place, truths: &[Value]) {
        let Some(watch) = &self.watch else { return };
        match &place.storage {
            Storage::Vars(vars) => {
                let vars = vars[place.offset as usize..].iter().zip(truths);
                let written = vars.filter_map(|(var, &truth)| Some((*watch.words.get(var)?, truth)));
                let written: Vec<(Var, Value)> = written.collect();
                written.into_iter().for_each(|(var, truth)| self.b.set(var, truth));
            }
            Storage::Array(array) => {
                let Some(&written) = watch.arrays.get(array) else { return };
                for (word, &truth) in truths.iter().enumerate() {
                    let offset = self.word_offset(place, word as u32);
                    self.b.store(written, offset, truth);
                }
            }
            Storage::Memory(..) => {}
        }
    }

    /// The truth values beside these variables, which change with them.
    pub(super) fn watched_words(&self, vars: &mut Vec<Var>) {
        let Some(watch) = &self.watch else { return };
        let written: Vec<Var> = vars.iter().filter_map(|var| watch.words.get(var).copied()).collect();
        vars.extend(written);
    }

    /// Remembers an index on the way to a place.
    pub(super) fn watch_index(
        &mut self,
        frame: &Frame,
        pointer: Handle<Expression>,
        place: &mut Place,
        (index, is_signed): (Value, bool),
        len: Option<u32>,
    ) -> Result<()> {
        if self.watch.is_none() {
            return Ok(());
        }
        let len = match len {
            Some(len) => self.b.constant(len),
            None => match types::pointee(frame.unit, frame.ty(pointer)) {
                Some(inner) => self.elements_in(frame, place, &inner)?,
                None => return Ok(()),
            },
        };
        if !self.is_below(index, len) {
            let name = name_of(frame, pointer).into();
            place.bounds.push(Bound { index, len, is_signed, name, range: self.range() });
        }
        Ok(())
    }

    /// An index of a value.
    pub(super) fn watch_value_index(
        &mut self,
        frame: &Frame,
        base: Handle<Expression>,
        (index, is_signed): (Value, bool),
    ) -> Result<()> {
        if self.watch.is_none() {
            return Ok(());
        }
        let (len, _) = types::elements(frame.unit, frame.ty(base))?;
        let len = self.b.constant(len);
        if self.is_below(index, len) {
            return Ok(());
        }
        let watched = Watched::Index { name: name_of(frame, base), is_signed, access: "read" };
        self.tell(frame.unit, self.range(), watched, [index, len])
    }

    /// True if an index is known to be in range.
    fn is_below(&self, index: Value, len: Value) -> bool {
        let constant = |value| self.b.tree.constant(value);
        let Some(len) = constant(len) else { return false };
        let most = constant(index).or_else(|| match self.b.tree.def(index) {
            // A remainder by zero is the number itself.
            Def::Op(Op::Call(Function::RemU32), [_, divisor, ..]) => {
                constant(divisor).and_then(|divisor| divisor.checked_sub(1))
            }
            Def::Op(Op::And | Op::UMin, [a, b, ..]) => constant(a).into_iter().chain(constant(b)).min(),
            _ => None,
        });
        most.is_some_and(|most| most < len)
    }

    /// Tells of the indices on the way to a place that is accessed; a truth value whether all are in range, none where
    /// there are none.
    fn tell_indices(&mut self, frame: &Frame, place: &Place, access: &'static str) -> Result<Option<Value>> {
        let mut all = None;
        for bound in &place.bounds {
            let Bound { index, len, is_signed, ref name, ref range } = *bound;
            let name = name.to_string();
            self.tell(frame.unit, range.clone(), Watched::Index { name, is_signed, access }, [index, len])?;
            let inside = self.b.op2(Op::ULt, index, len);
            all = Some(all.map_or(inside, |all| self.b.op2(Op::And, all, inside)));
        }
        Ok(all)
    }

    /// Tells of an access of a value of a type.
    pub(super) fn watch_access(
        &mut self,
        frame: &Frame,
        place: &Place,
        inner: &TypeInner,
        values: &[Value],
        mode: Mode,
    ) -> Result<()> {
        let Some(watch) = &mut self.watch else { return Ok(()) };
        let (used, load) = (watch.used.take(), watch.load.take());
        let is_used = |at: usize| used.as_ref().is_none_or(|used| used[at]);
        let range = self.range();
        if let Storage::Memory(memory, layout) = place.storage {
            let inside = self.tell_indices(frame, place, mode.name())?;
            if !self.b.tree.is_written(memory) {
                return Ok(());
            }
            let scalars = scalars(frame.unit, inner);
            let leaves = layout.leaves(frame.unit, inner)?;
            for (at, (leaf, &value)) in leaves.into_iter().zip(values).enumerate() {
                let mut offset = self.word_offset(place, leaf.offset);
                if let Some(inside) = inside {
                    let nowhere = self.b.constant(u32::MAX);
                    offset = self.b.select(inside, offset, nowhere);
                }
                let units = if !leaf.is_half && layout == (Layout::Host { bytes: 2 }) { 2 } else { 1 };
                let scalar = scalars[at % scalars.len().max(1)];
                let access = Access { memory: memory.0, mode, scalar, units, is_used: is_used(at) };
                self.tell(frame.unit, range.clone(), Watched::Access(access), [offset, value])?;
            }
            return Ok(());
        }
        let inside = self.tell_indices(frame, place, mode.name())?;
        if mode.writes() {
            self.mark(place, values.len() as u32, true);
            return Ok(());
        }
        let Some(variable) = self.owner(place) else { return Ok(()) };
        let is_copy = used.is_none() && matches!(inner, TypeInner::Struct { .. } | TypeInner::Array { .. });
        let mut any = self.b.constant(0);
        let mut copied = vec![];
        for word in 0..values.len() {
            if !is_copy && !is_used(word) {
                continue;
            }
            let Some(mut written) = self.is_written(place, word as u32) else { continue };
            if let Some(inside) = inside {
                let outside = self.b.op1(Op::Not, inside);
                written = self.b.op2(Op::Or, written, outside);
            }
            if is_copy {
                any = self.b.op2(Op::Or, any, written);
                copied.push(written);
            } else {
                self.tell_own(frame, place, word as u32, variable, written)?;
            }
        }
        if !is_copy {
            return Ok(());
        }
        if let (Some(watch), Some(load)) = (&mut self.watch, load) {
            watch.copies.insert((frame.exprs.as_ptr(), load), copied);
        }
        self.tell_own(frame, place, 0, variable, any)
    }

    fn tell_own(
        &mut self,
        frame: &Frame,
        place: &Place,
        word: u32,
        variable: usize,
        written: Value,
    ) -> Result<()> {
        if self.b.tree.constant(written) == Some(u32::MAX) {
            return Ok(());
        }
        let offset = self.word_offset(place, word);
        self.tell(frame.unit, self.range(), Watched::Own { variable }, [written, offset])
    }

    /// The variable of an invocation that a place is in.
    fn owner(&self, place: &Place) -> Option<usize> {
        let owner = match &place.storage {
            Storage::Vars(vars) => Owner::Word(*vars.first()?),
            Storage::Array(array) => Owner::Array(*array),
            Storage::Memory(..) => return None,
        };
        self.watch.as_ref()?.owners.get(&owner).copied()
    }

    /// Whether a word of an invocation's own variable was written.
    fn is_written(&mut self, place: &Place, word: u32) -> Option<Value> {
        let watch = self.watch.as_ref()?;
        match &place.storage {
            Storage::Vars(vars) => {
                let var = *watch.words.get(vars.get((place.offset + word) as usize)?)?;
                Some(self.b.get(var))
            }
            Storage::Array(array) => {
                let written = *watch.arrays.get(array)?;
                let offset = self.word_offset(place, word);
                Some(self.b.load(written, offset))
            }
            Storage::Memory(..) => None,
        }
    }

    /// Before a load: where it stands, and which words are used, where all that is made of it are some components.
    pub(super) fn watch_load(&mut self, frame: &Frame, load: Handle<Expression>) -> Result<()> {
        let Some(watch) = &mut self.watch else { return Ok(()) };
        let (function, spans) = (frame.function, &self.globals.spans);
        let uses = watch.uses.entry(function).or_insert_with(|| Rc::new(Uses::of(function, spans)));
        let uses = Rc::clone(uses);
        self.here = uses.spans.get(&load).copied().unwrap_or(self.here);
        let found = uses.readers.get(&load).map_or(&[][..], Vec::as_slice);
        (watch.used, watch.load) = (None, Some(load));
        // Of a function that was inlined before.
        watch.copies.remove(&(frame.exprs.as_ptr(), load));
        if found.is_empty() || found.len() != frame.info[load].ref_count {
            return Ok(());
        }
        let words = types::words(frame.unit, frame.ty(load))?;
        let mut used = vec![false; words as usize];
        for &reader in found {
            match frame.function.expressions[reader] {
                Expression::AccessIndex { index, .. } => {
                    let (offset, len) = types::member(frame.unit, frame.ty(load), index)?;
                    used[offset as usize..][..len as usize].fill(true);
                }
                Expression::Swizzle { size, pattern, .. } => {
                    let components = &pattern[..types::size(size)];
                    components.iter().for_each(|&component| used[component as usize] = true);
                }
                _ => {}
            }
        }
        watch.used = Some(used);
        Ok(())
    }

    /// Behind an assignment: a structure or an array is as much written as what it is a copy of; and the assignment may be
    /// that of a declaration without a value, in a loop, where the variable begins anew.
    pub(super) fn watch_assignment(
        &mut self,
        frame: &Frame,
        [pointer, value]: [Handle<Expression>; 2],
        place: &Place,
        words: usize,
    ) {
        let Some(watch) = &self.watch else { return };
        let expressions = &frame.function.expressions;
        if let Expression::Load { .. } = expressions[value]
            && let Some(truths) = watch.copies.get(&(frame.exprs.as_ptr(), value)).cloned()
        {
            return self.mark_each(place, &truths);
        }
        if let (Expression::LocalVariable(local), Expression::ZeroValue(_)) =
            (&expressions[pointer], &expressions[value])
            && expressions.get_span(value) == frame.function.local_variables.get_span(*local)
        {
            self.mark(place, words as u32, false);
        }
    }

    /// Tells who is at a barrier that comes next.
    pub(super) fn watch_barrier(&mut self, frame: &Frame, barrier: naga::Barrier) -> Result<()> {
        let range = self.range();
        let Some(watch) = &mut self.watch else { return Ok(()) };
        let number = watch.sites.barriers.len() as u32;
        watch.sites.barriers.push(Barrier {
            range: range.clone(),
            storage: barrier.contains(naga::Barrier::STORAGE),
            workgroup: barrier.contains(naga::Barrier::WORK_GROUP),
            subgroup: barrier.contains(naga::Barrier::SUB_GROUP),
        });
        let zero = self.b.constant(0);
        self.tell(frame.unit, range, Watched::Arrival(number), [zero; 2])
    }

    /// Tells who ends here.
    pub(super) fn watch_return(&mut self, frame: &Frame) -> Result<()> {
        let is_whole = self.b.tree.whole == Some(frame.return_label);
        if !is_whole || !self.watch.as_ref().is_some_and(|watch| watch.has_barriers) {
            return Ok(());
        }
        let zero = self.b.constant(0);
        self.tell(frame.unit, self.range(), Watched::Return, [zero; 2])
    }
}

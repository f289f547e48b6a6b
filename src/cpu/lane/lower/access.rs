//! The global variables of a shader: which memory each is in.

use std::collections::HashMap;

use naga::{AddressSpace, Expression, GlobalVariable, Handle, Span, Statement, TypeInner};

use super::super::function::Function;
use super::super::limits::MAX_SHARED_WORDS;
use super::super::op::Op;
use super::super::tree::{Memory, Value};
use super::image::{FACTS, Resource};
use super::kernel::{Binding, Holds, LENGTHS};
use super::layout::Layout;
use super::memory::{Place, Storage};
use super::{Frame, Lowering, Operand, types, unsupported_at};
use crate::error::Result;

/// The group and binding that stand for the immediates, of which a shader has one variable.
const IMMEDIATES: (u32, u32) = (u32::MAX, 0);

/// What is known of a shader beside its functions.
#[derive(Debug, Default)]
pub(super) struct Globals {
    /// The variables that are in use.
    pub(super) places: HashMap<Handle<GlobalVariable>, Place>,
    /// Where statements stand in the text, by address: of those that a block does not tell when it is a slice.
    pub(super) spans: HashMap<*const Statement, Span>,
    /// The textures and samplers that are in use, by number.
    pub(super) resources: Vec<Resource>,
    /// Their numbers.
    pub(super) numbers: HashMap<Handle<GlobalVariable>, u32>,
    /// The bindings in use: the first memories.
    pub(super) bindings: Vec<Binding>,
    /// Lines of the barriers, by number.
    pub(super) barriers: Vec<u32>,
}

impl Globals {
    /// Where a statement stands.
    pub(super) fn span(&self, statement: &Statement) -> Span {
        self.spans.get(&std::ptr::from_ref(statement)).copied().unwrap_or_default()
    }
}

impl Lowering {
    /// Gives the variables that the entry point uses their memory, and returns the words that a workgroup shares.
    pub(super) fn declare_globals(&mut self, frame: &mut Frame) -> Result<u32> {
        let module = frame.module();
        let used: Vec<_> =
            module.global_variables.iter().filter(|(handle, _)| !frame.info[*handle].is_empty()).collect();
        let is_inner = |space| matches!(space, AddressSpace::WorkGroup | AddressSpace::Private);
        let bindings = used.iter().filter(|(_, variable)| !is_inner(variable.space)).count() as u32;
        // Bindings first: their memories have the bindings' numbers.
        for &(handle, variable) in &used {
            let is_written = match variable.space {
                AddressSpace::Uniform | AddressSpace::Immediate => false,
                AddressSpace::Storage { access } => access.contains(naga::StorageAccess::STORE),
                AddressSpace::Handle => {
                    let facts = LENGTHS + bindings + FACTS * self.globals.resources.len() as u32;
                    self.declare_resource(frame, handle, facts)?;
                    continue;
                }
                _ => continue,
            };
            let span = module.global_variables.get_span(handle);
            let (group, binding) = match &variable.binding {
                Some(binding) => (binding.group, binding.binding),
                None => IMMEDIATES,
            };
            if matches!(frame.inner(variable.ty), TypeInner::BindingArray { .. }) {
                return Err(unsupported_at(frame.unit, "an array of bindings", span));
            }
            let memory = self.b.memory(is_written);
            let layout = Layout::of_buffer(frame.unit, variable.ty);
            let name = variable.name.clone().unwrap_or_default();
            self.globals.bindings.push(Binding { name, group, binding, is_written, holds: Holds::Words });
            let place = Place::start_of(Storage::Memory(memory, layout));
            self.watch_shared(frame, &place, variable);
            self.globals.places.insert(handle, place);
        }
        let shared = self.b.memory(true);
        let mut shared_words = 0u32;
        let dynamic = self.dynamic_locals(module);
        for (handle, variable) in used {
            let span = module.global_variables.get_span(handle);
            let inner = frame.inner(variable.ty);
            match variable.space {
                AddressSpace::Uniform | AddressSpace::Storage { .. } | AddressSpace::Immediate => {}
                AddressSpace::Handle => {}
                AddressSpace::WorkGroup => {
                    self.here = span;
                    let words = types::words(frame.unit, inner)?;
                    let place = Place::at(Storage::Memory(shared, Layout::Packed), shared_words);
                    self.watch_shared(frame, &place, variable);
                    self.globals.places.insert(handle, place);
                    shared_words = shared_words.saturating_add(words);
                    if shared_words > MAX_SHARED_WORDS {
                        return Err(unsupported_at(frame.unit, "workgroup memory of this size", span));
                    }
                }
                AddressSpace::Private => {
                    self.here = span;
                    let words = types::words(frame.unit, inner)?;
                    self.spend(frame.unit, words as usize, || span)?;
                    let is_dynamic = dynamic.iter().any(|function| function.globals.contains(&handle));
                    let storage = self.lane_storage(frame, words, is_dynamic, span)?;
                    let initial = match variable.init {
                        Some(init) => self.global(frame, init)?,
                        None => self.zeros(frame, variable.ty)?,
                    };
                    let place = Place::start_of(storage.clone());
                    self.store(frame, &place, inner, &initial)?;
                    let is_written = variable.init.is_some();
                    self.watch_own(frame, &storage, variable.name.as_ref(), variable.ty, is_written)?;
                    self.globals.places.insert(handle, place);
                }
                _ => return Err(unsupported_at(frame.unit, "a variable of this address space", span)),
            }
        }
        Ok(shared_words)
    }

    /// Where a global variable is.
    pub(super) fn global_place(&self, frame: &Frame, global: Handle<GlobalVariable>) -> Result<Place> {
        self.globals.places.get(&global).cloned().ok_or_else(|| {
            let span = frame.module().global_variables.get_span(global);
            unsupported_at(frame.unit, "a global variable", span)
        })
    }

    /// The number of elements of a runtime-sized array: as many whole ones as the buffer has room for.
    pub(super) fn array_length(&mut self, frame: &mut Frame, array: Handle<Expression>) -> Result<Value> {
        let place = match self.operand(frame, array)? {
            Operand::Place(place) => place,
            Operand::Words(_) => return Err(frame.unsupported("this array length", array)),
        };
        let (Some(_), Some(inner)) = (place.memory(), types::pointee(frame.unit, frame.ty(array))) else {
            return Err(frame.unsupported("this array length", array));
        };
        self.elements_in(frame, &place, &inner)
    }

    /// The number of elements of an array in a buffer.
    pub(super) fn elements_in(&mut self, frame: &Frame, place: &Place, inner: &TypeInner) -> Result<Value> {
        let Some((Memory(memory), layout)) = place.memory() else {
            return Ok(self.b.constant(0));
        };
        let (len, stride) = layout.elements(frame.unit, inner)?;
        if let Some(len) = len {
            return Ok(self.b.constant(len));
        }
        let before = self.word_offset(place, 0);
        let mut words = self.b.uniform(LENGTHS + memory);
        if layout == (Layout::Host { bytes: 2 }) {
            words = self.b.op2(Op::IAdd, words, words);
        }
        let words = self.b.op2(Op::UMax, words, before);
        let rest = self.b.op2(Op::ISub, words, before);
        let stride = self.b.constant(stride);
        Ok(self.b.op2(Op::Call(Function::DivU32), rest, stride))
    }
}

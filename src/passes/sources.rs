//! Sources of a work as a shader sees them.

use std::collections::BTreeMap;

use super::code::Code;
use super::memory::{self, Vectors};
use super::params::{self, Field};
use super::{Access, Resource};
use crate::element::ElementType;
use crate::work::{Fused, Node, Primitive, Source, Work};

/// How the elements of a slot are obtained.
enum Kind {
    /// Loaded from a storage buffer of this name.
    Memory(String),
    /// Counted from the value at this word of the uniform block.
    Counting(usize),
    /// The value at this word of the uniform block.
    Constant(usize),
}

/// The sources that a pass reads, by slot of the work.
pub(super) struct Sources {
    vectors: Vectors,
    slots: BTreeMap<u32, (ElementType, Kind)>,
}

/// The slots of sources that a graph uses, with their types.
pub(super) fn used(fused: &Fused) -> impl Iterator<Item = (u32, ElementType)> {
    fused.nodes.iter().filter_map(|node| match node {
        Node::Source { slot, ty } => Some((*slot, *ty)),
        Node::Call { .. } => None,
    })
}

impl Sources {
    /// No sources.
    pub(super) fn none(code: &Code) -> Self {
        Self { vectors: code.vectors, slots: BTreeMap::new() }
    }

    /// Declares what `slots` of the work need.
    pub(super) fn declare(
        code: &mut Code,
        work: &Work,
        slots: impl Iterator<Item = (u32, ElementType)>,
    ) -> Self {
        let mut sources = Self::none(code);
        for (slot, ty) in slots {
            if sources.slots.contains_key(&slot) {
                continue;
            }
            let kind = match &work.sources[slot as usize] {
                Source::Host(_) | Source::Array(_) => {
                    let name = format!("tw_s{slot}");
                    code.bind_elements(Resource::Source(slot), Access::Read, &name);
                    Kind::Memory(name)
                }
                Source::Counting { .. } => Kind::Counting(code.params.field(Field::Counting(slot), 1)),
                Source::Constant(_) => Kind::Constant(code.params.field(Field::Constant(slot), ty.words())),
            };
            sources.slots.insert(slot, (ty, kind));
        }
        sources
    }

    /// Appends the loads of quad `q` of the slots that `wanted` accepts; returns their lanes.
    pub(super) fn load_quads(
        &self,
        wanted: &dyn Fn(u32) -> bool,
        text: &mut String,
    ) -> BTreeMap<u32, [String; 4]> {
        let lanes = |slot: &u32, (ty, kind): &(ElementType, Kind), text: &mut String| match kind {
            Kind::Memory(buffer) => memory::load_quad(self.vectors, *ty, buffer, &format!("s{slot}"), text),
            Kind::Counting(word) => {
                std::array::from_fn(|lane| format!("({} + 4u * q + {lane}u)", params::word_at(*word)))
            }
            Kind::Constant(word) => std::array::from_fn(|_| params::value(*ty, *word)),
        };
        self.slots
            .iter()
            .filter(|(slot, _)| wanted(**slot))
            .map(|(slot, s)| (*slot, lanes(slot, s, text)))
            .collect()
    }

    /// The expressions of element `i` of all slots.
    pub(super) fn load_ones(&self) -> BTreeMap<u32, String> {
        let one = |(ty, kind): &(ElementType, Kind)| match kind {
            Kind::Memory(buffer) => memory::load_one(self.vectors, *ty, buffer),
            Kind::Counting(word) => format!("({} + i)", params::word_at(*word)),
            Kind::Constant(word) => params::value(*ty, *word),
        };
        self.slots.iter().map(|(slot, source)| (*slot, one(source))).collect()
    }
}

/// The slots that a work reads, in `fused` or after a scan, with the types of their elements.
pub(crate) fn source_types(work: &Work) -> BTreeMap<u32, ElementType> {
    let post = match &work.primitive {
        Primitive::Scan { post: Some(post), .. } => Some(post),
        _ => None,
    };
    let of_post = post.into_iter().flat_map(used).filter_map(|(slot, ty)| Some((slot.checked_sub(1)?, ty)));
    used(&work.fused).chain(of_post).collect()
}

//! Where pointers point to, and what is known of the memory there.

use std::borrow::Cow;

use naga::proc::IndexableLength;
use naga::{AddressSpace, Expression, GlobalVariable, Handle, Type, TypeInner};

use super::Analysis;
use super::range::{Kind, Range};
use super::value::{Place, Value};

/// Composites of more bytes are kept as unknown.
const MAX_BYTES: u32 = 512;

impl<'a> Analysis<'a> {
    /// What a pointer expression points to.
    pub(super) fn pointee(&self, pointer: Handle<Expression>) -> Option<Cow<'a, TypeInner>> {
        match *self.inner(pointer) {
            TypeInner::Pointer { base, .. } => Some(Cow::Borrowed(&self.module.types[base].inner)),
            TypeInner::ValuePointer { size: Some(size), scalar, .. } => {
                Some(Cow::Owned(TypeInner::Vector { size, scalar }))
            }
            TypeInner::ValuePointer { size: None, scalar, .. } => Some(Cow::Owned(TypeInner::Scalar(scalar))),
            _ => None,
        }
    }

    /// Bytes of a resource.
    pub(super) fn bytes(&self, global: Handle<GlobalVariable>) -> u64 {
        self.extent(global).map_or(0, |extent| extent.bytes)
    }

    /// Where a module's variable is.
    pub(super) fn global_place(&self, global: Handle<GlobalVariable>) -> Place {
        match self.module.global_variables[global].space {
            AddressSpace::Storage { .. } | AddressSpace::Uniform | AddressSpace::Immediate => {
                Place::Resource { global, lo: 0, hi: 0, is_inside: true }
            }
            AddressSpace::Private => match self.privates.iter().position(|&known| known == global) {
                Some(cell) => Place::Cell { cell, path: Vec::new() },
                None => Place::Elsewhere,
            },
            _ => Place::Elsewhere,
        }
    }

    /// An element of what `base` points to, which is at `place`.
    pub(super) fn element(&self, place: Place, base: Handle<Expression>, index: Range) -> Place {
        match place {
            Place::Cell { cell, mut path } => {
                path.push(index);
                Place::Cell { cell, path }
            }
            Place::Resource { global, lo, hi, is_inside } => {
                let end = self.bytes(global);
                let (len, stride) = match self.pointee(base).as_deref() {
                    Some(&TypeInner::Array { size, stride, .. }) => {
                        let stride = u64::from(stride.max(1));
                        match size.resolve(self.module.to_ctx()) {
                            Ok(IndexableLength::Known(len)) => (u64::from(len), stride),
                            _ => (end.saturating_sub(lo) / stride, stride),
                        }
                    }
                    Some(&TypeInner::Vector { size, scalar }) => (size as u64, u64::from(scalar.width)),
                    Some(&TypeInner::Matrix { columns, rows, scalar }) => {
                        let rows = if rows == naga::VectorSize::Bi { 2 } else { 4 };
                        (columns as u64, rows * u64::from(scalar.width))
                    }
                    _ => return Place::Resource { global, lo: 0, hi: end, is_inside: false },
                };
                let last = len.saturating_sub(1);
                // Out of range executors take the last element or none, where zeros are read.
                let (first, final_one, is_within) = match (u64::try_from(index.lo), u64::try_from(index.hi)) {
                    (Ok(first), Ok(final_one)) => (first.min(last), final_one.min(last), final_one < len),
                    _ => (0, last, false),
                };
                let (lo, hi) = (lo + first * stride, hi + final_one * stride);
                Place::Resource { global, lo, hi, is_inside: is_inside && is_within }
            }
            Place::Elsewhere => Place::Elsewhere,
        }
    }

    /// A part, known by its number, of what `base` points to.
    pub(super) fn member(&self, place: Place, base: Handle<Expression>, index: u32) -> Place {
        match (place, self.pointee(base).as_deref()) {
            (Place::Resource { global, lo, hi, is_inside }, Some(TypeInner::Struct { members, .. })) => {
                let offset = members.get(index as usize).map_or(0, |member| u64::from(member.offset));
                Place::Resource { global, lo: lo + offset, hi: hi + offset, is_inside }
            }
            (place, _) => self.element(place, base, Range::exactly(index.into())),
        }
    }

    /// The value that zero-initialised memory of a type holds.
    pub(super) fn zero(&self, ty: Handle<Type>) -> Value {
        self.build(&self.module.types[ty].inner, &|kind| Value::int(kind, 0))
    }

    /// A value of a type of which nothing is known, with the parts that can be kept apart.
    pub(super) fn anything(&self, inner: &TypeInner) -> Value {
        self.build(inner, &|kind| Value::Int(kind, kind.all()))
    }

    fn build(&self, inner: &TypeInner, scalar: &dyn Fn(Kind) -> Value) -> Value {
        match *inner {
            TypeInner::Scalar(_) => Kind::of(inner).map_or(Value::Unknown, scalar),
            TypeInner::Vector { size, .. } => match Kind::of(inner) {
                Some(kind) => Value::Parts(vec![scalar(kind); size as usize]),
                None => Value::Unknown,
            },
            TypeInner::Struct { ref members, .. } if self.is_small(inner) => {
                let of =
                    |member: &naga::StructMember| self.build(&self.module.types[member.ty].inner, scalar);
                Value::Parts(members.iter().map(of).collect())
            }
            TypeInner::Array { base, size, .. } => match size.resolve(self.module.to_ctx()) {
                Ok(IndexableLength::Known(len)) if self.is_small(inner) => {
                    Value::Parts(vec![self.build(&self.module.types[base].inner, scalar); len as usize])
                }
                _ => Value::Unknown,
            },
            _ => Value::Unknown,
        }
    }

    fn is_small(&self, inner: &TypeInner) -> bool {
        inner.try_size(self.module.to_ctx()).is_some_and(|bytes| bytes <= MAX_BYTES)
    }

    /// What a resource that nobody writes holds at a byte.
    pub(super) fn known_content(
        &self,
        global: Handle<GlobalVariable>,
        byte: u64,
        inner: &TypeInner,
    ) -> Value {
        let Some(words) = self.extent(global).and_then(|extent| extent.words.as_deref()) else {
            return self.anything(inner);
        };
        let scalar = |kind: Kind, at: u64| {
            let word = usize::try_from(at / 4).ok().and_then(|at| words.get(at));
            word.map_or(Value::Int(kind, kind.all()), |&word| Value::int(kind, kind.of_word(word)))
        };
        match (inner, Kind::of(inner)) {
            (TypeInner::Scalar(_), Some(kind)) => scalar(kind, byte),
            (TypeInner::Vector { size, .. }, Some(kind)) => {
                Value::Parts((0..*size as u64).map(|index| scalar(kind, byte + 4 * index)).collect())
            }
            (TypeInner::Struct { members, .. }, _) if self.is_small(inner) => {
                let of = |member: &naga::StructMember| {
                    let inner = &self.module.types[member.ty].inner;
                    self.known_content(global, byte + u64::from(member.offset), inner)
                };
                Value::Parts(members.iter().map(of).collect())
            }
            _ => self.anything(inner),
        }
    }
}

//! How the words of a value lie in memory.

use naga::{Handle, Scalar, Type, TypeInner, VectorSize};

use super::{Unit, types};
use crate::error::Result;

/// A layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One word after the other, as values have them.
    Packed,
    /// As WGSL lays out what a host shares; offsets count so many bytes: 4, or 2 where there are values of two bytes.
    Host { bytes: u32 },
}

/// A word of a value in memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf {
    /// From the start of the value.
    pub(super) offset: u32,
    /// Two bytes, which hold a binary16.
    pub(super) is_half: bool,
}

/// An offset beyond every buffer; a few more words, or three planes of a texture, do not wrap it around.
pub(super) const OUT_OF_RANGE: u32 = 1 << 31;

impl Layout {
    /// The layout of a buffer of a type.
    pub(super) fn of_buffer(unit: Unit, ty: Handle<Type>) -> Self {
        Self::Host { bytes: if has_halves(unit, ty) { 2 } else { 4 } }
    }

    /// Number of elements that a type is indexed by, none where only a buffer's size says, and the offset from each to the
    /// next.
    pub(super) fn elements(self, unit: Unit, inner: &TypeInner) -> Result<(Option<u32>, u32)> {
        let Self::Host { bytes } = self else {
            return types::elements(unit, inner).map(|(len, stride)| (Some(len), stride));
        };
        match *inner {
            TypeInner::Array { size, stride, .. } => Ok((types::length(unit, size)?, stride / bytes)),
            TypeInner::Matrix { columns, rows, scalar } => {
                Ok((Some(columns as u32), column(rows, scalar) / bytes))
            }
            TypeInner::Vector { size, scalar } => Ok((Some(size as u32), u32::from(scalar.width) / bytes)),
            _ => types::elements(unit, inner).map(|(len, stride)| (Some(len), stride)),
        }
    }

    /// Offset of element or member `index`.
    pub(super) fn member(self, unit: Unit, inner: &TypeInner, index: u32) -> Result<u32> {
        match (self, inner) {
            (Self::Packed, _) => types::member(unit, inner, index).map(|(offset, _)| offset),
            (Self::Host { bytes }, TypeInner::Struct { members, .. }) => {
                Ok(members[index as usize].offset / bytes)
            }
            (Self::Host { .. }, _) => {
                let (len, stride) = self.elements(unit, inner)?;
                // Where the length is not known, an offset that is out of range in any case is as good as a larger one.
                Ok(index.min(len.map_or(OUT_OF_RANGE / stride, |len| len - 1)) * stride)
            }
        }
    }

    /// Where the words of a value are.
    pub(super) fn leaves(self, unit: Unit, inner: &TypeInner) -> Result<Vec<Leaf>> {
        let len = types::words(unit, inner)?;
        match self {
            Self::Packed => Ok((0..len).map(|offset| Leaf { offset, is_half: false }).collect()),
            Self::Host { bytes } => {
                let mut leaves = Vec::with_capacity(len as usize);
                host_leaves(unit, inner, 0, &mut leaves);
                leaves.iter_mut().for_each(|leaf: &mut Leaf| leaf.offset /= bytes);
                Ok(leaves)
            }
        }
    }
}

impl Leaf {
    /// True if this is the low half of a word and `next` the high one, in a value that starts at a word.
    pub(super) fn is_pair_with(self, next: Self) -> bool {
        let are_halves = self.is_half && next.is_half;
        are_halves && self.offset.is_multiple_of(2) && next.offset == self.offset + 1
    }
}

/// True for a type of which every value starts at a word, so that halves can be read and written two at a time.
pub(super) fn pairs(unit: Unit, inner: &TypeInner) -> bool {
    let arena = &unit.module.types;
    match *inner {
        TypeInner::Scalar(scalar) | TypeInner::Atomic(scalar) => scalar.width >= 4,
        TypeInner::Array { base, .. } => pairs(unit, &arena[base].inner),
        TypeInner::Struct { ref members, .. } => {
            members.iter().any(|member| pairs(unit, &arena[member.ty].inner))
        }
        _ => true,
    }
}

/// Bytes from column to column of a matrix with so many rows.
fn column(rows: VectorSize, scalar: Scalar) -> u32 {
    u32::from(scalar.width) * if rows == VectorSize::Bi { 2 } else { 4 }
}

/// Adds the words of a value that starts at a byte.
fn host_leaves(unit: Unit, inner: &TypeInner, at: u32, leaves: &mut Vec<Leaf>) {
    let arena = &unit.module.types;
    let mut scalars = |at: u32, count: u32, scalar: Scalar| {
        let width = u32::from(scalar.width);
        // A scalar of 64 bits is two words.
        let step = width.min(4);
        leaves.extend(
            (0..count * width / step)
                .map(|at_step| Leaf { offset: at + at_step * step, is_half: width == 2 }),
        );
    };
    match *inner {
        TypeInner::Scalar(scalar) | TypeInner::Atomic(scalar) => scalars(at, 1, scalar),
        TypeInner::Vector { size, scalar } => scalars(at, size as u32, scalar),
        TypeInner::Matrix { columns, rows, scalar } => {
            for index in 0..columns as u32 {
                scalars(at + index * column(rows, scalar), rows as u32, scalar);
            }
        }
        TypeInner::Array { base, size, stride } => {
            for index in 0..types::length(unit, size).ok().flatten().unwrap_or(0) {
                host_leaves(unit, &arena[base].inner, at + index * stride, leaves);
            }
        }
        TypeInner::Struct { ref members, .. } => {
            for member in members {
                host_leaves(unit, &arena[member.ty].inner, at + member.offset, leaves);
            }
        }
        _ => {}
    }
}

/// True for a type with values of two bytes in it.
fn has_halves(unit: Unit, ty: Handle<Type>) -> bool {
    match unit.module.types[ty].inner {
        TypeInner::Array { base, .. } => has_halves(unit, base),
        TypeInner::Struct { ref members, .. } => members.iter().any(|member| has_halves(unit, member.ty)),
        ref inner => types::is_half(inner),
    }
}

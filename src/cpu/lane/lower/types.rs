//! Types as words: how composites are laid out when taken apart.

use std::borrow::Cow;

use naga::proc::IndexableLength;
use naga::{ArraySize, ScalarKind, TypeInner, VectorSize};

use super::{Unit, unsupported_at};
use crate::error::{Error, Result};

/// Number of words of a value.
pub(super) fn words(unit: Unit, inner: &TypeInner) -> Result<u32> {
    let of = |ty| words(unit, &unit.module.types[ty].inner);
    match inner {
        TypeInner::Scalar(scalar) | TypeInner::Atomic(scalar) => checked(unit, *scalar).map(|()| 1),
        TypeInner::Vector { size, scalar } => checked(unit, *scalar).map(|()| *size as u32),
        TypeInner::Matrix { columns, rows, scalar } => {
            checked(unit, *scalar).map(|()| *columns as u32 * *rows as u32)
        }
        TypeInner::Array { base, size, .. } if *size != ArraySize::Dynamic => of(*base)?
            .checked_mul(length(unit, *size)?.unwrap_or(1))
            .filter(|&words| words <= 1 << 20)
            .ok_or_else(|| unsupported_type(unit, "an array of this size")),
        TypeInner::Struct { members, .. } => members.iter().map(|member| of(member.ty)).sum(),
        _ => Err(unsupported_type(unit, "a type that is not made of 32-bit scalars")),
    }
}

/// The length of an array; none where only a buffer's size says.
fn length(unit: Unit, size: ArraySize) -> Result<Option<u32>> {
    match size.resolve(unit.module.to_ctx()) {
        Ok(IndexableLength::Known(len)) => Ok(Some(len)),
        Ok(IndexableLength::Dynamic) => Ok(None),
        Err(_) => Err(unsupported_type(unit, "an array whose size is not known")),
    }
}

/// Number of elements that a type is indexed by, and words of each.
pub(super) fn elements(unit: Unit, inner: &TypeInner) -> Result<(u32, u32)> {
    match inner {
        TypeInner::Vector { size, .. } => Ok((*size as u32, 1)),
        TypeInner::Matrix { columns, rows, .. } => Ok((*columns as u32, *rows as u32)),
        TypeInner::Array { base, size, .. } if *size != ArraySize::Dynamic => {
            let len = length(unit, *size)?.unwrap_or(1);
            Ok((len, words(unit, &unit.module.types[*base].inner)?))
        }
        _ => Err(unsupported_type(unit, "indexing of this type")),
    }
}

/// Offset in words and number of words of element or member `index`.
pub(super) fn member(unit: Unit, inner: &TypeInner, index: u32) -> Result<(u32, u32)> {
    if let TypeInner::Struct { members, .. } = inner {
        let mut offset = 0;
        for member in &members[..index as usize] {
            offset += words(unit, &unit.module.types[member.ty].inner)?;
        }
        let words = words(unit, &unit.module.types[members[index as usize].ty].inner)?;
        Ok((offset, words))
    } else {
        let (len, words) = elements(unit, inner)?;
        Ok((index.min(len - 1) * words, words))
    }
}

/// What a pointer points to.
pub(super) fn pointee<'a>(unit: Unit<'a>, inner: &TypeInner) -> Option<Cow<'a, TypeInner>> {
    match *inner {
        TypeInner::Pointer { base, .. } => Some(Cow::Borrowed(&unit.module.types[base].inner)),
        TypeInner::ValuePointer { size: Some(size), scalar, .. } => {
            Some(Cow::Owned(TypeInner::Vector { size, scalar }))
        }
        TypeInner::ValuePointer { size: None, scalar, .. } => Some(Cow::Owned(TypeInner::Scalar(scalar))),
        _ => None,
    }
}

/// How the words of a value lie in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One after the other, as values have them.
    Packed,
    /// As WGSL lays out what a host shares.
    Host,
}

impl Layout {
    /// Number of elements that a type is indexed by, none where only a buffer's size says, and words from each to the next.
    pub(super) fn elements(self, unit: Unit, inner: &TypeInner) -> Result<(Option<u32>, u32)> {
        match (self, inner) {
            (Self::Packed, _) => elements(unit, inner).map(|(len, stride)| (Some(len), stride)),
            (Self::Host, TypeInner::Array { size, stride, .. }) => Ok((length(unit, *size)?, stride / 4)),
            (Self::Host, TypeInner::Matrix { columns, rows, .. }) => {
                Ok((Some(*columns as u32), column(*rows)))
            }
            (Self::Host, _) => elements(unit, inner).map(|(len, stride)| (Some(len), stride)),
        }
    }

    /// Offset in words of element or member `index`.
    pub(super) fn member(self, unit: Unit, inner: &TypeInner, index: u32) -> Result<u32> {
        match (self, inner) {
            (Self::Host, TypeInner::Struct { members, .. }) => Ok(members[index as usize].offset / 4),
            (Self::Host, _) => {
                let (len, stride) = self.elements(unit, inner)?;
                // Where the length is not known, an offset that is out of range in any case is as good as a larger one.
                Ok(index.min(len.map_or(OUT_OF_RANGE / stride, |len| len - 1)) * stride)
            }
            (Self::Packed, _) => member(unit, inner, index).map(|(offset, _)| offset),
        }
    }

    /// Where the words of a value are, from its start.
    pub(super) fn words(self, unit: Unit, inner: &TypeInner) -> Result<Vec<u32>> {
        let len = words(unit, inner)?;
        if self == Self::Packed {
            return Ok((0..len).collect());
        }
        let mut all = Vec::with_capacity(len as usize);
        host_words(unit, inner, 0, &mut all);
        Ok(all)
    }
}

/// An offset in words beyond every buffer.
pub(super) const OUT_OF_RANGE: u32 = 1 << 31;

/// Words from column to column of a matrix with so many rows.
fn column(rows: VectorSize) -> u32 {
    if rows == VectorSize::Bi { 2 } else { 4 }
}

fn host_words(unit: Unit, inner: &TypeInner, at: u32, all: &mut Vec<u32>) {
    let types = &unit.module.types;
    match inner {
        TypeInner::Vector { size, .. } => all.extend(at..at + *size as u32),
        TypeInner::Matrix { columns, rows, .. } => {
            for start in (0..*columns as u32).map(|index| at + index * column(*rows)) {
                all.extend(start..start + *rows as u32);
            }
        }
        TypeInner::Array { base, size, stride } => {
            for index in 0..length(unit, *size).ok().flatten().unwrap_or(0) {
                host_words(unit, &types[*base].inner, at + index * stride / 4, all);
            }
        }
        TypeInner::Struct { members, .. } => {
            for member in members {
                host_words(unit, &types[member.ty].inner, at + member.offset / 4, all);
            }
        }
        _ => all.push(at),
    }
}

/// Kind of the scalars of a scalar, vector or matrix.
pub(super) fn kind(inner: &TypeInner) -> Option<ScalarKind> {
    match inner {
        TypeInner::Scalar(scalar) | TypeInner::Vector { scalar, .. } | TypeInner::Matrix { scalar, .. } => {
            Some(scalar.kind)
        }
        _ => None,
    }
}

/// Columns and rows of a matrix.
pub(super) fn matrix(inner: &TypeInner) -> Option<(usize, usize)> {
    match inner {
        TypeInner::Matrix { columns, rows, .. } => Some((size(*columns), size(*rows))),
        _ => None,
    }
}

/// True for a vector.
pub(super) fn is_vector(inner: &TypeInner) -> bool {
    matches!(inner, TypeInner::Vector { .. })
}

/// Number of components.
pub(super) fn size(size: VectorSize) -> usize {
    size as usize
}

fn checked(unit: Unit, scalar: naga::Scalar) -> Result<()> {
    match (scalar.kind, scalar.width) {
        (ScalarKind::Float | ScalarKind::Sint | ScalarKind::Uint, 4) | (ScalarKind::Bool, _) => Ok(()),
        (kind, width) => Err(unsupported_type(unit, &format!("{}-bit {kind:?}", u32::from(width) * 8))),
    }
}

fn unsupported_type(unit: Unit, what: &str) -> Error {
    unsupported_at(unit, what, naga::Span::UNDEFINED)
}

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
        TypeInner::Scalar(scalar) | TypeInner::Atomic(scalar) => checked(unit, *scalar),
        TypeInner::Vector { size, scalar } => checked(unit, *scalar).map(|words| *size as u32 * words),
        TypeInner::Matrix { columns, rows, scalar } => {
            checked(unit, *scalar).map(|words| *columns as u32 * *rows as u32 * words)
        }
        TypeInner::Array { base, size, .. } if *size != ArraySize::Dynamic => of(*base)?
            .checked_mul(length(unit, *size)?.unwrap_or(1))
            .filter(|&words| words <= 1 << 20)
            .ok_or_else(|| unsupported_type(unit, "an array of this size")),
        TypeInner::Struct { members, .. } => members.iter().map(|member| of(member.ty)).sum(),
        _ => Err(unsupported_type(unit, "a type that is not made of numbers")),
    }
}

/// The length of an array; none where only a buffer's size says.
pub(super) fn length(unit: Unit, size: ArraySize) -> Result<Option<u32>> {
    match size.resolve(unit.module.to_ctx()) {
        Ok(IndexableLength::Known(len)) => Ok(Some(len)),
        Ok(IndexableLength::Dynamic) => Ok(None),
        Err(_) => Err(unsupported_type(unit, "an array whose size is not known")),
    }
}

/// Number of elements that a type is indexed by, and words of each.
pub(super) fn elements(unit: Unit, inner: &TypeInner) -> Result<(u32, u32)> {
    match inner {
        TypeInner::Vector { size, scalar } => Ok((*size as u32, checked(unit, *scalar)?)),
        TypeInner::Matrix { columns, rows, scalar } => {
            Ok((*columns as u32, *rows as u32 * checked(unit, *scalar)?))
        }
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

/// True for a scalar, vector or matrix of binary16.
pub(super) fn is_half(inner: &TypeInner) -> bool {
    inner.scalar() == Some(naga::Scalar::F16)
}

/// True for what is made of scalars of 64 bits.
pub(super) fn is_wide(inner: &TypeInner) -> bool {
    scalar(inner).is_some_and(|scalar| scalar.width == 8)
}

/// The scalars of a scalar, vector or matrix, or the one of an atomic.
pub(super) fn scalar(inner: &TypeInner) -> Option<naga::Scalar> {
    match inner {
        TypeInner::Scalar(scalar)
        | TypeInner::Vector { scalar, .. }
        | TypeInner::Matrix { scalar, .. }
        | TypeInner::Atomic(scalar) => Some(*scalar),
        _ => None,
    }
}

/// Kind of the scalars of a scalar, vector or matrix.
pub(super) fn kind(inner: &TypeInner) -> Option<ScalarKind> {
    scalar(inner).map(|scalar| scalar.kind)
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

/// Number of words of a scalar.
fn checked(unit: Unit, scalar: naga::Scalar) -> Result<u32> {
    match (scalar.kind, scalar.width) {
        (ScalarKind::Float | ScalarKind::Sint | ScalarKind::Uint, 4) | (ScalarKind::Bool, _) => Ok(1),
        // A word that holds the same number, see `half`.
        (ScalarKind::Float, 2) => Ok(1),
        // The low word first, see `wide`.
        (ScalarKind::Float | ScalarKind::Sint | ScalarKind::Uint, 8) => Ok(2),
        (kind, width) => {
            let bits = u32::from(width) * 8;
            let what = match kind {
                ScalarKind::Sint => format!("the type i{bits}"),
                ScalarKind::Uint => format!("the type u{bits}"),
                _ => format!("{bits}-bit {kind:?}"),
            };
            Err(unsupported_type(unit, &what))
        }
    }
}

fn unsupported_type(unit: Unit, what: &str) -> Error {
    unsupported_at(unit, what, naga::Span::UNDEFINED)
}

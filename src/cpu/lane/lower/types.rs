//! Types as words: how composites are laid out when taken apart.

use std::borrow::Cow;

use naga::{ArraySize, ScalarKind, TypeInner, VectorSize};

use super::unsupported_at;
use crate::error::{Error, Result};
use crate::wgsl::PureFunction;

/// Number of words of a value.
pub(super) fn words(pure: &PureFunction, inner: &TypeInner) -> Result<u32> {
    let of = |ty| words(pure, &pure.module.types[ty].inner);
    match inner {
        TypeInner::Scalar(scalar) => checked(pure, *scalar).map(|()| 1),
        TypeInner::Vector { size, scalar } => checked(pure, *scalar).map(|()| *size as u32),
        TypeInner::Matrix { columns, rows, scalar } => {
            checked(pure, *scalar).map(|()| *columns as u32 * *rows as u32)
        }
        TypeInner::Array { base, size: ArraySize::Constant(len), .. } => of(*base)?
            .checked_mul(len.get())
            .filter(|&words| words <= 1 << 20)
            .ok_or_else(|| unsupported_type(pure, "an array of this size")),
        TypeInner::Struct { members, .. } => members.iter().map(|member| of(member.ty)).sum(),
        _ => Err(unsupported_type(pure, "a type that is not made of 32-bit scalars")),
    }
}

/// Number of elements that a type is indexed by, and words of each.
pub(super) fn elements(pure: &PureFunction, inner: &TypeInner) -> Result<(u32, u32)> {
    match inner {
        TypeInner::Vector { size, .. } => Ok((*size as u32, 1)),
        TypeInner::Matrix { columns, rows, .. } => Ok((*columns as u32, *rows as u32)),
        TypeInner::Array { base, size: ArraySize::Constant(len), .. } => {
            Ok((len.get(), words(pure, &pure.module.types[*base].inner)?))
        }
        _ => Err(unsupported_type(pure, "indexing of this type")),
    }
}

/// Offset in words and number of words of element or member `index`.
pub(super) fn member(pure: &PureFunction, inner: &TypeInner, index: u32) -> Result<(u32, u32)> {
    if let TypeInner::Struct { members, .. } = inner {
        let mut offset = 0;
        for member in &members[..index as usize] {
            offset += words(pure, &pure.module.types[member.ty].inner)?;
        }
        let words = words(pure, &pure.module.types[members[index as usize].ty].inner)?;
        Ok((offset, words))
    } else {
        let (len, words) = elements(pure, inner)?;
        Ok((index.min(len - 1) * words, words))
    }
}

/// What a pointer points to.
pub(super) fn pointee<'a>(pure: &'a PureFunction, inner: &TypeInner) -> Option<Cow<'a, TypeInner>> {
    match *inner {
        TypeInner::Pointer { base, .. } => Some(Cow::Borrowed(&pure.module.types[base].inner)),
        TypeInner::ValuePointer { size: Some(size), scalar, .. } => {
            Some(Cow::Owned(TypeInner::Vector { size, scalar }))
        }
        TypeInner::ValuePointer { size: None, scalar, .. } => Some(Cow::Owned(TypeInner::Scalar(scalar))),
        _ => None,
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

fn checked(pure: &PureFunction, scalar: naga::Scalar) -> Result<()> {
    match (scalar.kind, scalar.width) {
        (ScalarKind::Float | ScalarKind::Sint | ScalarKind::Uint, 4) | (ScalarKind::Bool, _) => Ok(()),
        (kind, width) => Err(unsupported_type(pure, &format!("{}-bit {kind:?}", u32::from(width) * 8))),
    }
}

fn unsupported_type(pure: &PureFunction, what: &str) -> Error {
    unsupported_at(pure, what, naga::Span::UNDEFINED)
}

//! Types of generated shaders, and the ways to a part of a value.

use std::fmt::{self, Display, Formatter};
use std::rc::Rc;

use crate::choices::Choices;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    U32,
    I32,
    F32,
    Bool,
}

pub(crate) use Scalar::{Bool, F32, I32, U32};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ty {
    /// A scalar is a vector of one.
    Vector(Scalar, usize),
    /// Columns and rows of floats.
    Matrix(usize, usize),
    Array(Rc<Ty>, usize),
    /// Number in the module, and members.
    Struct(usize, Rc<[Ty]>),
}

impl Display for Scalar {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            U32 => "u32",
            I32 => "i32",
            F32 => "f32",
            Bool => "bool",
        })
    }
}

impl Display for Ty {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vector(scalar, 1) => scalar.fmt(f),
            Self::Vector(scalar, n) => write!(f, "vec{n}<{scalar}>"),
            Self::Matrix(columns, rows) => write!(f, "mat{columns}x{rows}<f32>"),
            Self::Array(element, len) => write!(f, "array<{element}, {len}>"),
            Self::Struct(number, _) => write!(f, "S{number}"),
        }
    }
}

impl Ty {
    pub(crate) const U: Self = Self::Vector(U32, 1);
    pub(crate) const BOOL: Self = Self::Vector(Bool, 1);

    pub(crate) fn is_plain(&self) -> bool {
        matches!(self, Self::Vector(..))
    }

    /// True if values may lie in a buffer.
    pub(crate) fn is_host_shareable(&self) -> bool {
        match self {
            Self::Vector(scalar, _) => *scalar != Bool,
            Self::Matrix(..) => true,
            Self::Array(element, _) => element.is_host_shareable(),
            Self::Struct(_, members) => members.iter().all(Self::is_host_shareable),
        }
    }

    /// Scalars of a value.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Vector(_, n) => *n,
            Self::Matrix(columns, rows) => columns * rows,
            Self::Array(element, len) => element.size() * len,
            Self::Struct(_, members) => members.iter().map(Self::size).sum(),
        }
    }

    /// A scalar or a vector.
    pub(crate) fn plain(choices: &mut Choices<'_>) -> Self {
        let scalar = choices.of(&[U32, I32, F32, U32, I32, Bool]);
        Self::Vector(scalar, choices.of(&[1, 1, 1, 2, 3, 4]))
    }

    /// A scalar or a vector of what a buffer may hold.
    pub(crate) fn plain_host(choices: &mut Choices<'_>) -> Self {
        let scalar = choices.of(&[U32, I32, F32]);
        Self::Vector(scalar, choices.of(&[1, 1, 2, 3, 4]))
    }

    fn matrix(choices: &mut Choices<'_>) -> Self {
        Self::Matrix(2 + choices.below(3), 2 + choices.below(3))
    }

    /// Any type of at most `largest` scalars, made of known structures.
    pub(crate) fn any(
        choices: &mut Choices<'_>,
        depth: usize,
        structs: &[Self],
        largest: usize,
        host: bool,
    ) -> Self {
        let plain = if host { Self::plain_host } else { Self::plain };
        let ty = match choices.below(if depth == 0 { 5 } else { 9 }) {
            0..4 => plain(choices),
            4 => Self::matrix(choices),
            5 | 6 => {
                let element = Self::any(choices, depth - 1, structs, largest, host);
                Self::Array(Rc::new(element), choices.of(&[2, 1, 3, 4, 5, 7, 20]))
            }
            _ if structs.is_empty() => plain(choices),
            _ => structs[choices.below(structs.len())].clone(),
        };
        if ty.size() > largest || (host && !ty.is_host_shareable()) { plain(choices) } else { ty }
    }

    /// The declaration of a structure.
    pub(crate) fn declaration(number: usize, members: &[Self]) -> String {
        let members: Vec<String> = members.iter().enumerate().map(|(k, ty)| format!("m{k}: {ty}")).collect();
        format!("struct S{number} {{ {} }}\n", members.join(", "))
    }
}

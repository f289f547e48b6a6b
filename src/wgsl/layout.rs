//! How a type of WGSL lies in memory: offsets, strides and sizes as naga lays them out, without naga's arenas.

use naga::proc::GlobalCtx;
use naga::{ArraySize, Handle, Module, ScalarKind, Type, TypeInner};

/// A host-shareable type with the places of its parts, in bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Layout {
    /// A scalar or an atomic of it.
    Scalar {
        /// Its spelling: `f32`.
        name: &'static str,
        bytes: u32,
    },
    Vector {
        scalar: &'static str,
        scalar_bytes: u32,
        len: u32,
    },
    /// Columns of `rows` scalars, each `stride` bytes after the one before.
    Matrix {
        scalar: &'static str,
        scalar_bytes: u32,
        columns: u32,
        rows: u32,
        stride: u32,
    },
    Array {
        element: Box<Layout>,
        /// `None` for an array whose length is that of its buffer.
        len: Option<u32>,
        stride: u32,
    },
    Struct {
        name: String,
        members: Vec<Member>,
        span: u32,
    },
    /// Nothing that a buffer holds.
    Opaque(String),
}

/// A member of a structure.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) offset: u32,
    pub(crate) layout: Layout,
}

impl Layout {
    /// The layout of a type of a valid module.
    pub(super) fn of(module: &Module, ty: Handle<Type>) -> Self {
        let ctx = module.to_ctx();
        let opaque = || Self::Opaque(spell(ctx, ty));
        match &module.types[ty].inner {
            TypeInner::Scalar(scalar) | TypeInner::Atomic(scalar) => match scalar_name(*scalar) {
                Some(name) => Self::Scalar { name, bytes: u32::from(scalar.width) },
                None => opaque(),
            },
            TypeInner::Vector { size, scalar } => match scalar_name(*scalar) {
                Some(name) => {
                    Self::Vector { scalar: name, scalar_bytes: u32::from(scalar.width), len: *size as u32 }
                }
                None => opaque(),
            },
            TypeInner::Matrix { columns, rows, scalar } => match scalar_name(*scalar) {
                Some(name) => {
                    let scalar_bytes = u32::from(scalar.width);
                    // A column of three is aligned, and so spaced, like one of four.
                    let stride = (*rows as u32).next_power_of_two() * scalar_bytes;
                    let (columns, rows) = (*columns as u32, *rows as u32);
                    Self::Matrix { scalar: name, scalar_bytes, columns, rows, stride }
                }
                None => opaque(),
            },
            TypeInner::Array { base, size, stride } => {
                let element = Box::new(Self::of(module, *base));
                match size {
                    ArraySize::Constant(len) => {
                        Self::Array { element, len: Some(len.get()), stride: *stride }
                    }
                    ArraySize::Dynamic => Self::Array { element, len: None, stride: *stride },
                    ArraySize::Pending(_) => opaque(),
                }
            }
            TypeInner::Struct { members, span } => {
                let members = members.iter().map(|member| Member {
                    name: member.name.clone().unwrap_or_default(),
                    offset: member.offset,
                    layout: Self::of(module, member.ty),
                });
                let name = module.types[ty].name.clone().unwrap_or_default();
                Self::Struct { name, members: members.collect(), span: *span }
            }
            _ => opaque(),
        }
    }

    /// Bytes; of an array without a length, and of what ends in one, with one element.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Self::Scalar { bytes, .. } => u64::from(*bytes),
            Self::Vector { scalar_bytes, len, .. } => u64::from(scalar_bytes * len),
            Self::Matrix { columns, stride, .. } => u64::from(columns * stride),
            Self::Array { len, stride, .. } => u64::from(len.unwrap_or(1)) * u64::from(*stride),
            Self::Struct { span, .. } => u64::from(*span),
            Self::Opaque(_) => 0,
        }
    }

    /// The stride of the array without a length that this is or ends in.
    pub(crate) fn runtime_stride(&self) -> Option<u32> {
        match self {
            Self::Array { len: None, stride, .. } => Some(*stride),
            Self::Struct { members, .. } => members.last().and_then(|member| member.layout.runtime_stride()),
            _ => None,
        }
    }

    /// The scalar that starts at a byte.
    pub(super) fn scalar_at(&self, byte: u64) -> Option<&'static str> {
        let starts = |byte: u64, bytes: u32| byte.is_multiple_of(u64::from(bytes));
        match self {
            Self::Scalar { name, .. } => (byte == 0).then_some(*name),
            Self::Vector { scalar, scalar_bytes, .. } => {
                (starts(byte, *scalar_bytes) && byte < self.bytes()).then_some(*scalar)
            }
            Self::Matrix { scalar, scalar_bytes, rows, stride, .. } => {
                let in_column = byte % u64::from(*stride);
                let inside = in_column < u64::from(rows * scalar_bytes) && byte < self.bytes();
                (inside && starts(in_column, *scalar_bytes)).then_some(*scalar)
            }
            Self::Array { element, len, stride } => {
                let stride = u64::from(*stride);
                let inside = len.is_none_or(|len| byte / stride < u64::from(len));
                if inside { element.scalar_at(byte % stride) } else { None }
            }
            Self::Struct { members, .. } => {
                let member = members.iter().rfind(|member| u64::from(member.offset) <= byte)?;
                member.layout.scalar_at(byte - u64::from(member.offset))
            }
            Self::Opaque(_) => None,
        }
    }

    /// The spelling in WGSL, atomics as what they hold.
    pub(crate) fn wgsl(&self) -> String {
        match self {
            Self::Scalar { name, .. } => (*name).to_owned(),
            Self::Vector { scalar, len, .. } => format!("vec{len}<{scalar}>"),
            Self::Matrix { scalar, columns, rows, .. } => format!("mat{columns}x{rows}<{scalar}>"),
            Self::Array { element, len: Some(len), .. } => format!("array<{}, {len}>", element.wgsl()),
            Self::Array { element, len: None, .. } => format!("array<{}>", element.wgsl()),
            Self::Struct { name, .. } | Self::Opaque(name) => name.clone(),
        }
    }
}

/// A type's spelling in WGSL.
pub(super) fn spell(ctx: GlobalCtx<'_>, ty: Handle<Type>) -> String {
    use naga::common::wgsl::TypeContext as _;
    ctx.type_to_string(ty)
}

/// The spelling of a scalar, `None` for those that no buffer holds.
pub(super) fn scalar_name(scalar: naga::Scalar) -> Option<&'static str> {
    Some(match (scalar.kind, scalar.width) {
        (ScalarKind::Float, 2) => "f16",
        (ScalarKind::Float, 4) => "f32",
        (ScalarKind::Float, 8) => "f64",
        (ScalarKind::Sint, 2) => "i16",
        (ScalarKind::Sint, 4) => "i32",
        (ScalarKind::Sint, 8) => "i64",
        (ScalarKind::Uint, 2) => "u16",
        (ScalarKind::Uint, 4) => "u32",
        (ScalarKind::Uint, 8) => "u64",
        _ => return None,
    })
}

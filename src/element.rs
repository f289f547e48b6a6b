//! Elements: plain-old-data Rust types with a WGSL spelling.
//!
//! The set is closed for now (scalars f32, i32, u32 and arrays of two to four of them as vectors), so that every
//! executor can rely on an element being one to four 32-bit words without padding. A three-component element takes
//! 12 bytes in host and device memory alike: templates address it by word, never as `array<vec3<T>>`.

use std::fmt;

/// A 32-bit scalar type of WGSL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Scalar {
    /// IEEE 754 binary32.
    F32,
    /// Two's complement, wrapping.
    I32,
    /// Unsigned, wrapping.
    U32,
}

impl Scalar {
    /// The spelling in WGSL.
    pub const fn wgsl(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::I32 => "i32",
            Self::U32 => "u32",
        }
    }

    /// True for f32.
    pub const fn is_float(self) -> bool {
        matches!(self, Self::F32)
    }
}

/// The type of an element: a scalar, or a vector of two to four scalars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ElementType {
    /// Type of each component.
    pub scalar: Scalar,
    /// Number of components, 1 to 4; 1 is the scalar itself.
    pub width: u8,
}

impl ElementType {
    /// A scalar element.
    pub const fn scalar(scalar: Scalar) -> Self {
        Self { scalar, width: 1 }
    }

    /// Number of 32-bit words of one element.
    pub const fn words(self) -> usize {
        self.width as usize
    }

    /// Number of bytes of one element.
    pub const fn bytes(self) -> usize {
        4 * self.words()
    }

    /// The spelling in WGSL: `f32`, `vec3<u32>`.
    pub const fn wgsl(self) -> &'static str {
        match (self.scalar, self.width) {
            (scalar, 1) => scalar.wgsl(),
            (Scalar::F32, 2) => "vec2<f32>",
            (Scalar::F32, 3) => "vec3<f32>",
            (Scalar::F32, _) => "vec4<f32>",
            (Scalar::I32, 2) => "vec2<i32>",
            (Scalar::I32, 3) => "vec3<i32>",
            (Scalar::I32, _) => "vec4<i32>",
            (Scalar::U32, 2) => "vec2<u32>",
            (Scalar::U32, 3) => "vec3<u32>",
            (Scalar::U32, _) => "vec4<u32>",
        }
    }
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.wgsl())
    }
}

/// A Rust type that a WGSL function can take and return: `f32`, `i32`, `u32` and `[T; 2]`, `[T; 3]`, `[T; 4]` of them,
/// which WGSL calls `vec2<T>`, `vec3<T>`, `vec4<T>`.
///
/// Sealed: memory layouts of further types need work in every executor.
pub trait Element: bytemuck::Pod + PartialEq + fmt::Debug + Send + Sync + sealed::Sealed {
    /// The type's description.
    const TYPE: ElementType;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! elements {
    ($($rust:ty => $scalar:ident),*) => {$(
        impl sealed::Sealed for $rust {}
        impl Element for $rust {
            const TYPE: ElementType = ElementType::scalar(Scalar::$scalar);
        }
        elements!(@vector $rust, $scalar, 2, 3, 4);
    )*};
    (@vector $rust:ty, $scalar:ident, $($width:literal),*) => {$(
        impl sealed::Sealed for [$rust; $width] {}
        impl Element for [$rust; $width] {
            const TYPE: ElementType = ElementType { scalar: Scalar::$scalar, width: $width };
        }
    )*};
}

elements!(f32 => F32, i32 => I32, u32 => U32);

/// The words of elements, in place.
pub(crate) fn words_of<T: Element>(elements: &[T]) -> &[u32] {
    bytemuck::must_cast_slice(elements)
}

/// The words of elements, in place and writable.
pub(crate) fn words_of_mut<T: Element>(elements: &mut [T]) -> &mut [u32] {
    bytemuck::must_cast_slice_mut(elements)
}

//! Rust types that a binding can be made of: scalars, arrays of them, and structures declared with `kernel_struct!`.
//!
//! A shape says what a type holds, not where: places come from the shader's own layout, so that alignment and padding
//! are never the caller's business.

/// What a [`KernelType`] holds.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Shape {
    /// A scalar, by its spelling in WGSL: `f32`, `i32`, `u32`, `f64`, `i64`, `u64`.
    Scalar(&'static str),
    /// An array, which WGSL may call a vector, a matrix (of columns) or an array.
    Array(&'static Shape, usize),
    /// A structure.
    Struct {
        /// Its name in Rust.
        name: &'static str,
        /// Names and shapes of its fields.
        fields: &'static [(&'static str, &'static Shape)],
    },
}

impl Shape {
    /// 32-bit words of a value, without padding.
    pub const fn words(&self) -> usize {
        match self {
            Self::Scalar(name) => {
                if name.as_bytes()[1] == b'6' {
                    2
                } else {
                    1
                }
            }
            Self::Array(element, len) => element.words() * *len,
            Self::Struct { fields, .. } => {
                let (mut words, mut at) = (0, 0);
                while at < fields.len() {
                    words += fields[at].1.words();
                    at += 1;
                }
                words
            }
        }
    }

    /// The type in Rust.
    pub(super) fn rust(&self) -> String {
        match self {
            Self::Scalar(name) => (*name).to_owned(),
            Self::Array(element, len) => format!("[{}; {len}]", element.rust()),
            Self::Struct { name, .. } => (*name).to_owned(),
        }
    }
}

/// A Rust type that values and elements of bindings can have: `f32`, `i32`, `u32`, `f64`, `i64`, `u64`, arrays of them,
/// which stand for vectors, matrices (column by column) and arrays, and structures declared with
/// [`kernel_struct!`](crate::kernel_struct).
///
/// Slices of scalars and of arrays are used in place. Values, and slices of structures, are copied to the offsets that
/// the shader gives their parts.
pub trait KernelType: Sized + Send + Sync {
    /// What the type holds.
    const SHAPE: &'static Shape;

    /// Writes the value to [`Shape::words`] words: its scalars in order, the low word of 64-bit ones first.
    fn encode(&self, words: &mut [u32]);

    /// The value of [`Shape::words`] words.
    fn decode(words: &[u32]) -> Self;

    /// The words of elements in place, if that is how they lie in memory.
    fn words(_elements: &[Self]) -> Option<&[u32]> {
        None
    }

    /// Like [`words`](Self::words), writable.
    fn words_mut(_elements: &mut [Self]) -> Option<&mut [u32]> {
        None
    }
}

macro_rules! scalars {
    ($($scalar:ident: $width:literal),*) => {$(
        impl KernelType for $scalar {
            const SHAPE: &'static Shape = &Shape::Scalar(stringify!($scalar));

            fn encode(&self, words: &mut [u32]) {
                words.copy_from_slice(&bytemuck::must_cast::<Self, [u32; $width]>(*self));
            }

            fn decode(words: &[u32]) -> Self {
                let mut own = [0; $width];
                own.copy_from_slice(words);
                bytemuck::must_cast(own)
            }

            fn words(elements: &[Self]) -> Option<&[u32]> {
                Some(bytemuck::must_cast_slice(elements))
            }

            fn words_mut(elements: &mut [Self]) -> Option<&mut [u32]> {
                Some(bytemuck::must_cast_slice_mut(elements))
            }
        }
    )*};
}

scalars!(f32: 1, i32: 1, u32: 1, f64: 2, i64: 2, u64: 2);

impl<T: KernelType, const N: usize> KernelType for [T; N] {
    const SHAPE: &'static Shape = &Shape::Array(T::SHAPE, N);

    fn encode(&self, words: &mut [u32]) {
        let each = T::SHAPE.words();
        for (element, words) in self.iter().zip(words.chunks_mut(each.max(1))) {
            element.encode(words);
        }
    }

    fn decode(words: &[u32]) -> Self {
        let each = T::SHAPE.words();
        std::array::from_fn(|i| T::decode(&words[i * each..(i + 1) * each]))
    }

    fn words(elements: &[Self]) -> Option<&[u32]> {
        T::words(elements.as_flattened())
    }

    fn words_mut(elements: &mut [Self]) -> Option<&mut [u32]> {
        T::words_mut(elements.as_flattened_mut())
    }
}

/// Declares a structure that a kernel's bindings can hold.
///
/// Fields are matched by name with the members of the WGSL structure, and each has to be of the same type; offsets and
/// padding are those of WGSL. In Rust, vectors are arrays and matrices are arrays of columns.
///
/// ```
/// tilewright::kernel_struct! {
///     /// As in WGSL: `struct Body { position: vec3<f32>, mass: f32, velocity: vec3<f32> }`.
///     #[derive(Debug, Clone, Copy, PartialEq)]
///     pub struct Body {
///         pub position: [f32; 3],
///         pub mass: f32,
///         pub velocity: [f32; 3],
///     }
/// }
/// ```
#[macro_export]
macro_rules! kernel_struct {
    ($(#[$attribute:meta])* $vis:vis struct $name:ident {
        $($(#[$field_attribute:meta])* $field_vis:vis $field:ident: $ty:ty),+ $(,)?
    }) => {
        $(#[$attribute])*
        $vis struct $name {
            $($(#[$field_attribute])* $field_vis $field: $ty,)+
        }

        impl $crate::KernelType for $name {
            const SHAPE: &'static $crate::Shape = &$crate::Shape::Struct {
                name: stringify!($name),
                fields: &[$((stringify!($field), <$ty as $crate::KernelType>::SHAPE)),+],
            };

            fn encode(&self, words: &mut [u32]) {
                let rest = words;
                $(
                    let (words, rest) = rest.split_at_mut(<$ty as $crate::KernelType>::SHAPE.words());
                    $crate::KernelType::encode(&self.$field, words);
                )+
                let _ = rest;
            }

            fn decode(words: &[u32]) -> Self {
                let rest = words;
                $(
                    let (words, rest) = rest.split_at(<$ty as $crate::KernelType>::SHAPE.words());
                    let $field = <$ty as $crate::KernelType>::decode(words);
                )+
                let _ = rest;
                Self { $($field),+ }
            }
        }
    };
}

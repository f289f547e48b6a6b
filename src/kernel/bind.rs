//! What a launch takes as the memory of a binding.

use std::sync::Arc;

use bytemuck::Pod;

use super::shape::{KernelType, Shape};
use crate::array::{Array, ArrayData};
use crate::element::Element;
use crate::texture::{Sampler, Texture};

/// Memory for a binding: see [`Launch::bind`](super::Launch::bind).
///
/// Sealed: implemented for what is listed there, and no other.
pub trait Bind<'a>: sealed::Sealed {
    #[doc(hidden)]
    fn given(self) -> Bound<'a>;
}

mod sealed {
    pub trait Sealed {}
}

/// Words of any layout, the caller's affair: only their number is checked.
///
/// For structures whose fields already lie as WGSL lays them out, for what has a header before its elements, and for
/// types that have no [`KernelType`], such as `f16`. The last word is filled up with zeros.
///
/// ```
/// # use tilewright::{Context, Kernel, Raw};
/// let kernel = Kernel::new(
///     "@group(0) @binding(0) var<storage, read> halves: array<u32>; // two in a word
///     @group(0) @binding(1) var<storage, read_write> sums: array<f32>;
///     @compute @workgroup_size(32) fn main(@builtin(local_invocation_index) i: u32) {
///         let pair = unpack2x16float(halves[i]);
///         sums[i] = pair.x + pair.y;
///     }",
/// )?;
/// let halves: Vec<u16> = vec![0x3c00; 64]; // 1.0 in binary16
/// let mut sums = [0.0_f32; 32];
/// kernel.launch().bind("halves", Raw(&halves)).bind("sums", &mut sums).workgroups([1]).run(&Context::new())?;
/// assert_eq!(sums, [2.0; 32]);
/// # Ok::<(), tilewright::Error>(())
/// ```
#[derive(Debug)]
pub struct Raw<T>(pub T);

/// What was given for a binding, opaque here.
pub struct Bound<'a>(pub(super) Given<'a>);

/// Writes results back into what they came from.
pub(super) type Back<'a> = Box<dyn FnOnce(&[u32]) + Send + 'a>;

/// What was given for a binding.
pub(super) enum Given<'a> {
    /// Elements that lie in memory as their shape says.
    Slice { shape: &'static Shape, len: usize, host: Host<'a> },
    /// Elements, encoded one after the other.
    Copied { shape: &'static Shape, len: usize, words: Vec<u32>, back: Option<Back<'a>> },
    /// One value, encoded.
    Value { shape: &'static Shape, words: Vec<u32> },
    /// Words of any layout.
    Raw(Host<'a>),
    /// Words of any layout, copied since they are not whole or not aligned, and the bytes that they were made of.
    RawCopied { words: Vec<u32>, back: Option<Back<'a>> },
    /// An array that is read.
    Array { shape: &'static Shape, data: Arc<ArrayData> },
    /// An array that is replaced.
    ArrayMut { shape: &'static Shape, data: &'a mut Arc<ArrayData> },
    /// Texels that are read.
    Texture(&'a Texture),
    /// Texels that are replaced.
    TextureMut(&'a mut Texture),
    /// How textures are read between texels.
    Sampler(Sampler),
}

/// Words on the host.
pub(super) enum Host<'a> {
    Shared(&'a [u32]),
    Mut(&'a mut [u32]),
}

impl Host<'_> {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Shared(words) => words.len(),
            Self::Mut(words) => words.len(),
        }
    }
}

impl Given<'_> {
    /// One value.
    pub(super) fn value<T: KernelType>(value: &T) -> Self {
        Self::Value { shape: T::SHAPE, words: encode(std::slice::from_ref(value)) }
    }

    /// True if results can be put there.
    pub(super) fn is_writable(&self) -> bool {
        match self {
            Self::Slice { host, .. } | Self::Raw(host) => matches!(host, Host::Mut(_)),
            Self::Copied { back, .. } | Self::RawCopied { back, .. } => back.is_some(),
            Self::Value { .. } | Self::Array { .. } | Self::Texture(_) | Self::Sampler(_) => false,
            Self::ArrayMut { .. } | Self::TextureMut(_) => true,
        }
    }

    /// The words on the host, of arrays, textures and samplers none.
    pub(super) fn words(&self) -> &[u32] {
        match self {
            Self::Slice { host, .. } | Self::Raw(host) => match host {
                Host::Shared(words) => words,
                Host::Mut(words) => words,
            },
            Self::Copied { words, .. } | Self::Value { words, .. } | Self::RawCopied { words, .. } => words,
            Self::Array { .. } | Self::ArrayMut { .. } => &[],
            Self::Texture(_) | Self::TextureMut(_) | Self::Sampler(_) => &[],
        }
    }

    /// How it was given, in Rust.
    pub(super) fn rust(&self) -> String {
        let borrow = if self.is_writable() { "&mut " } else { "&" };
        match self {
            Self::Slice { shape, len, .. } | Self::Copied { shape, len, .. } => {
                format!("`{borrow}[{}]` of {len}", shape.rust())
            }
            Self::Value { shape, .. } => format!("a value of type `{}`", shape.rust()),
            Self::Raw(host) => format!("`Raw({borrow}[_])` of {} bytes", 4 * host.len()),
            Self::RawCopied { words, .. } => format!("`Raw({borrow}[_])` of {} bytes", 4 * words.len()),
            Self::Array { shape, data } => format!("`&Array<{}>` of {}", shape.rust(), data.len),
            Self::ArrayMut { shape, data } => format!("`&mut Array<{}>` of {}", shape.rust(), data.len),
            Self::Texture(texture) => format!("`&Texture` of {texture}"),
            Self::TextureMut(texture) => format!("`&mut Texture` of {texture}"),
            Self::Sampler(_) => "a `Sampler`".to_owned(),
        }
    }
}

fn encode<T: KernelType>(elements: &[T]) -> Vec<u32> {
    let each = T::SHAPE.words();
    let mut words = vec![0; elements.len() * each];
    for (element, words) in elements.iter().zip(words.chunks_mut(each.max(1))) {
        element.encode(words);
    }
    words
}

fn shared<'a, T: KernelType>(elements: &'a [T]) -> Bound<'a> {
    let (shape, len) = (T::SHAPE, elements.len());
    Bound(match T::words(elements) {
        Some(words) => Given::Slice { shape, len, host: Host::Shared(words) },
        None => Given::Copied { shape, len, words: encode(elements), back: None },
    })
}

fn exclusive<'a, T: KernelType>(elements: &'a mut [T]) -> Bound<'a> {
    let (shape, len) = (T::SHAPE, elements.len());
    if T::words(elements).is_none() {
        let words = encode(elements);
        let back = move |words: &[u32]| {
            for (element, words) in elements.iter_mut().zip(words.chunks(shape.words().max(1))) {
                *element = T::decode(words);
            }
        };
        return Bound(Given::Copied { shape, len, words, back: Some(Box::new(back)) });
    }
    let host = T::words_mut(elements).unwrap_or_default();
    Bound(Given::Slice { shape, len, host: Host::Mut(host) })
}

/// Whole words for bytes, the last one filled up with zeros.
fn words_of_bytes(bytes: &[u8]) -> Vec<u32> {
    let mut words = vec![0; bytes.len().div_ceil(4)];
    bytemuck::must_cast_slice_mut::<u32, u8>(&mut words)[..bytes.len()].copy_from_slice(bytes);
    words
}

macro_rules! slices {
    ($([$($generics:tt)*] $list:ty),*) => {$(
        impl<$($generics)*> sealed::Sealed for &$list {}
        impl<'a, $($generics)*> Bind<'a> for &'a $list {
            fn given(self) -> Bound<'a> {
                shared(self)
            }
        }
        impl<$($generics)*> sealed::Sealed for &mut $list {}
        impl<'a, $($generics)*> Bind<'a> for &'a mut $list {
            fn given(self) -> Bound<'a> {
                exclusive(self)
            }
        }
    )*};
}

slices!([T: KernelType] [T], [T: KernelType] Vec<T>, [T: KernelType, const N: usize] [T; N]);

impl<T: Element + KernelType> sealed::Sealed for &Array<T> {}
impl<'a, T: Element + KernelType> Bind<'a> for &'a Array<T> {
    fn given(self) -> Bound<'a> {
        Bound(Given::Array { shape: T::SHAPE, data: Arc::clone(self.data()) })
    }
}

impl<T: Element + KernelType> sealed::Sealed for &mut Array<T> {}
impl<'a, T: Element + KernelType> Bind<'a> for &'a mut Array<T> {
    fn given(self) -> Bound<'a> {
        Bound(Given::ArrayMut { shape: T::SHAPE, data: self.data_mut() })
    }
}

impl sealed::Sealed for &Texture {}
impl<'a> Bind<'a> for &'a Texture {
    fn given(self) -> Bound<'a> {
        Bound(Given::Texture(self))
    }
}

impl sealed::Sealed for &mut Texture {}
impl<'a> Bind<'a> for &'a mut Texture {
    fn given(self) -> Bound<'a> {
        Bound(Given::TextureMut(self))
    }
}

impl sealed::Sealed for Sampler {}
impl<'a> Bind<'a> for Sampler {
    fn given(self) -> Bound<'a> {
        Bound(Given::Sampler(self))
    }
}

/// Words that are read.
fn raw_shared<'a, T: Pod>(elements: &'a [T]) -> Bound<'a> {
    Bound(match bytemuck::try_cast_slice(elements) {
        Ok(words) => Given::Raw(Host::Shared(words)),
        Err(_) => Given::RawCopied { words: words_of_bytes(bytemuck::cast_slice(elements)), back: None },
    })
}

/// Words that are replaced.
fn raw_exclusive<'a, T: Pod>(elements: &'a mut [T]) -> Bound<'a> {
    if bytemuck::try_cast_slice::<T, u32>(elements).is_err() {
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(elements);
        let words = words_of_bytes(bytes);
        let back = move |words: &[u32]| {
            bytes.copy_from_slice(&bytemuck::must_cast_slice(words)[..bytes.len()]);
        };
        return Bound(Given::RawCopied { words, back: Some(Box::new(back)) });
    }
    Bound(Given::Raw(Host::Mut(bytemuck::cast_slice_mut(elements))))
}

macro_rules! raw_slices {
    ($([$($generics:tt)*] $list:ty),*) => {$(
        impl<$($generics)*> sealed::Sealed for Raw<&$list> {}
        impl<'a, $($generics)*> Bind<'a> for Raw<&'a $list> {
            fn given(self) -> Bound<'a> {
                raw_shared(self.0)
            }
        }
        impl<$($generics)*> sealed::Sealed for Raw<&mut $list> {}
        impl<'a, $($generics)*> Bind<'a> for Raw<&'a mut $list> {
            fn given(self) -> Bound<'a> {
                raw_exclusive(self.0)
            }
        }
    )*};
}

raw_slices!([T: Pod] [T], [T: Pod] Vec<T>, [T: Pod, const N: usize] [T; N]);

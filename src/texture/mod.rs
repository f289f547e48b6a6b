//! Textures and samplers as a kernel is given them: texels on the host, and how they are read between texels.
//!
//! Texels are kept as whole words, so that executors address them by words: a texel of fewer than 32 bits has a word of its
//! own, in its low bits. A texture has one mip level and one sample a texel.

mod format;
mod sampler;

use std::borrow::Cow;
use std::fmt;

use bytemuck::Pod;

pub(crate) use self::format::Encoding;
pub use self::format::{SampleKind, TexelFormat};
pub use self::sampler::{AddressMode, FilterMode, Sampler};
use crate::error::{Error, Result};

/// How the texels of a [`Texture`] are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TextureDimension {
    /// A row: `texture_1d`, `texture_storage_1d`.
    D1,
    /// A rectangle: `texture_2d`, `texture_storage_2d`, `texture_depth_2d`.
    D2,
    /// Layers of rectangles: `texture_2d_array`, `texture_storage_2d_array`, `texture_depth_2d_array`.
    D2Array,
    /// A box: `texture_3d`, `texture_storage_3d`.
    D3,
}

impl fmt::Display for TextureDimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::D1 => "1d",
            Self::D2 => "2d",
            Self::D2Array => "2d_array",
            Self::D3 => "3d",
        })
    }
}

/// Texels on the host, for a `texture_*` variable of a [`Kernel`](crate::Kernel).
///
/// Bound by name like other memory: `&texture` to what the shader samples, loads or reads, `&mut texture` to what it
/// writes. Rows follow each other without gaps, then layers or slices. There is one mip level.
///
/// ```
/// use tilewright::{Context, Kernel, TexelFormat, Texture};
///
/// let kernel = Kernel::new("
///     @group(0) @binding(0) var image: texture_2d<f32>;
///     @group(0) @binding(1) var inverse: texture_storage_2d<rgba8unorm, write>;
///
///     @compute @workgroup_size(8, 8)
///     fn invert(@builtin(global_invocation_id) id: vec3<u32>) {
///         let texel = textureLoad(image, id.xy, 0);
///         textureStore(inverse, id.xy, vec4(1.0 - texel.rgb, texel.a));
///     }
/// ")?;
/// let image = Texture::new_2d(TexelFormat::Rgba8Unorm, [2, 1], &[[0_u8, 10, 255, 255], [1, 2, 3, 4]])?;
/// let mut inverse = Texture::zeros_2d(TexelFormat::Rgba8Unorm, [2, 1])?;
/// let launch = kernel.launch().bind("image", &image).bind("inverse", &mut inverse);
/// launch.invocations([2, 1]).run(&Context::new())?;
/// assert_eq!(inverse.texels::<[u8; 4]>(), [[255, 245, 0, 255], [254, 253, 252, 4]]);
/// # Ok::<(), tilewright::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Texture {
    format: TexelFormat,
    dimension: TextureDimension,
    size: [u32; 3],
    /// [`TexelFormat::words`] of each texel.
    words: Vec<u32>,
}

/// Texels of a texture at most, so that offsets of the widest texels fit into 32 bits.
const MAX_TEXELS: u64 = 1 << 29;

impl Texture {
    /// A texture of any dimension from the bytes of its texels; `size` is width, height, and depth or layers, 1 where the
    /// dimension has none.
    ///
    /// `texels` may be of any plain type: `&[u8]`, `&[[f32; 4]]`, `&[u16]`.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] for a size with a zero, more than 2^29 texels or an extent that the dimension lacks, and for texels
    /// of another number of bytes than the size has.
    pub fn new<T: Pod>(
        format: TexelFormat,
        dimension: TextureDimension,
        size: [u32; 3],
        texels: &[T],
    ) -> Result<Self> {
        let mut texture = Self::zeros(format, dimension, size)?;
        let bytes: &[u8] = bytemuck::cast_slice(texels);
        let each = format.bytes();
        let expected = texture.texel_count() * each;
        if bytes.len() != expected {
            return Err(Error::Value {
                what: format!("texels of a texture of {texture}"),
                expected: format!("{expected} bytes"),
                given: format!("{} bytes", bytes.len()),
            });
        }
        texture.write(0, bytes);
        Ok(texture)
    }

    /// A texture of any dimension whose bits are zeros.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn zeros(format: TexelFormat, dimension: TextureDimension, size: [u32; 3]) -> Result<Self> {
        let given = || size.map(|extent| extent.to_string()).join(" x ");
        let wrong = |expected: &str| Error::Value {
            what: format!("size of a {dimension} texture"),
            expected: expected.to_owned(),
            given: given(),
        };
        let extra = match dimension {
            TextureDimension::D1 => &size[1..],
            TextureDimension::D2 => &size[2..],
            TextureDimension::D2Array | TextureDimension::D3 => &[],
        };
        if size.contains(&0) {
            return Err(wrong("at least 1 in every dimension"));
        }
        if extra.iter().any(|&extent| extent != 1) {
            return Err(wrong("1 in the dimensions that it lacks"));
        }
        let texels = size.iter().try_fold(1u64, |texels, &extent| texels.checked_mul(u64::from(extent)));
        let Some(texels) = texels.filter(|&texels| texels <= MAX_TEXELS) else {
            return Err(wrong("at most 2^29 texels"));
        };
        let words = texels as usize * format.words();
        let mut zeros = Vec::new();
        let room = zeros.try_reserve_exact(words);
        room.map_err(|_| Error::Memory {
            what: format!("a texture of {}", given()),
            elements: texels as usize,
            bytes: 4 * format.words(),
        })?;
        zeros.resize(words, 0);
        Ok(Self { format, dimension, size, words: zeros })
    }

    /// A row of texels.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn new_1d<T: Pod>(format: TexelFormat, width: u32, texels: &[T]) -> Result<Self> {
        Self::new(format, TextureDimension::D1, [width, 1, 1], texels)
    }

    /// A rectangle of texels, of width and height, row by row.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn new_2d<T: Pod>(format: TexelFormat, [width, height]: [u32; 2], texels: &[T]) -> Result<Self> {
        Self::new(format, TextureDimension::D2, [width, height, 1], texels)
    }

    /// Layers of width and height, one after the other.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn new_2d_array<T: Pod>(format: TexelFormat, size: [u32; 3], texels: &[T]) -> Result<Self> {
        Self::new(format, TextureDimension::D2Array, size, texels)
    }

    /// A box of width, height and depth, slice by slice.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn new_3d<T: Pod>(format: TexelFormat, size: [u32; 3], texels: &[T]) -> Result<Self> {
        Self::new(format, TextureDimension::D3, size, texels)
    }

    /// A rectangle whose bits are zeros: what a shader is to fill.
    ///
    /// # Errors
    ///
    /// As [`zeros`](Self::zeros).
    pub fn zeros_2d(format: TexelFormat, [width, height]: [u32; 2]) -> Result<Self> {
        Self::zeros(format, TextureDimension::D2, [width, height, 1])
    }

    /// How each texel is encoded.
    pub fn format(&self) -> TexelFormat {
        self.format
    }

    /// How the texels are arranged.
    pub fn dimension(&self) -> TextureDimension {
        self.dimension
    }

    /// Width, height, and depth or layers; 1 where the dimension has none.
    pub fn size(&self) -> [u32; 3] {
        self.size
    }

    /// The bytes of all texels, row by row without gaps.
    pub fn bytes(&self) -> Vec<u8> {
        self.packed().into_owned()
    }

    /// All texels as values of a plain type: `texels::<[u8; 4]>()` of an `rgba8unorm` texture. Bytes that are left over
    /// when the size of `T` does not divide their number are left out.
    pub fn texels<T: Pod>(&self) -> Vec<T> {
        let bytes = self.packed();
        let len = bytes.len().checked_div(size_of::<T>()).unwrap_or(0);
        let mut texels = vec![T::zeroed(); len];
        bytemuck::cast_slice_mut::<T, u8>(&mut texels).copy_from_slice(&bytes[..len * size_of::<T>()]);
        texels
    }

    /// The bytes of all texels.
    pub(crate) fn packed(&self) -> Cow<'_, [u8]> {
        let each = self.format.bytes();
        if each >= 4 {
            return Cow::Borrowed(bytemuck::must_cast_slice(&self.words));
        }
        Cow::Owned(self.words.iter().flat_map(|word| word.to_le_bytes().into_iter().take(each)).collect())
    }

    /// Replaces texels from one on, as many as there are bytes for.
    pub(crate) fn write(&mut self, first: usize, bytes: &[u8]) {
        let (each, words) = (self.format.bytes(), self.format.words());
        for (texel, bytes) in
            self.words[first * words..].chunks_exact_mut(words).zip(bytes.chunks_exact(each))
        {
            texel.fill(0);
            bytemuck::must_cast_slice_mut::<u32, u8>(texel)[..each].copy_from_slice(bytes);
        }
    }

    /// Number of texels.
    pub(crate) fn texel_count(&self) -> usize {
        self.size.iter().map(|&extent| extent as usize).product()
    }

    /// [`TexelFormat::words`] of each texel.
    pub(crate) fn words(&self) -> &[u32] {
        &self.words
    }

    /// The same, to be replaced.
    pub(crate) fn words_mut(&mut self) -> &mut [u32] {
        &mut self.words
    }
}

/// `4 x 4, 2d, rgba8unorm`.
impl fmt::Display for Texture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let extents = match self.dimension {
            TextureDimension::D1 => 1,
            TextureDimension::D2 => 2,
            TextureDimension::D2Array | TextureDimension::D3 => 3,
        };
        let size = self.size[..extents].iter().map(u32::to_string).collect::<Vec<_>>().join(" x ");
        write!(f, "{size}, {}, {}", self.dimension, self.format)
    }
}

impl fmt::Debug for Texture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Texture({self})")
    }
}

#[cfg(test)]
mod tests;

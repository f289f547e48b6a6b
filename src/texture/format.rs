//! Formats of texels: names, sizes, and how channels are encoded.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// What a shader gets of a texel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SampleKind {
    /// `f32`: of floats and normalised integers.
    Float,
    /// `i32`.
    Sint,
    /// `u32`.
    Uint,
    /// One `f32`, of depth formats.
    Depth,
}

impl fmt::Display for SampleKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Float => "f32",
            Self::Sint => "i32",
            Self::Uint => "u32",
            Self::Depth => "depths",
        })
    }
}

/// How channels are stored, the first in the low bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Encoding {
    Unorm8,
    Snorm8,
    Uint8,
    Sint8,
    /// Blue first.
    Bgra8,
    /// Colours by the sRGB curve, alpha linear.
    Srgb8,
    /// The same, blue first.
    BgraSrgb8,
    Unorm16,
    Snorm16,
    Uint16,
    Sint16,
    Float16,
    Uint32,
    Sint32,
    Float32,
    /// Three of 10 bits and one of 2.
    Unorm10,
    /// The same.
    Uint10,
    /// Two floats of 11 bits and one of 10, without sign.
    Ufloat11,
}

impl Encoding {
    /// Bits of a channel; of all by the number of channels where they differ.
    fn bits(self) -> usize {
        match self {
            Self::Unorm8 | Self::Snorm8 | Self::Uint8 | Self::Sint8 => 8,
            Self::Bgra8 | Self::Srgb8 | Self::BgraSrgb8 | Self::Unorm10 | Self::Uint10 => 8,
            Self::Unorm16 | Self::Snorm16 | Self::Uint16 | Self::Sint16 | Self::Float16 => 16,
            Self::Uint32 | Self::Sint32 | Self::Float32 | Self::Ufloat11 => 32,
        }
    }
}

macro_rules! formats {
    ($($(#[$doc:meta])* $name:ident $wgsl:literal $channels:literal $encoding:ident,)+) => {
        /// How a texel is stored: WebGPU's formats of colours without compression, and those of depth.
        ///
        /// Channels lie in memory in the order of their name. The formats of `texture_storage_*` are those that naga reads;
        /// a device may support fewer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum TexelFormat {
            $(
                #[doc = concat!("`", $wgsl, "`")]
                $(#[$doc])*
                $name,
            )+
        }

        impl TexelFormat {
            /// All formats.
            pub const ALL: &[TexelFormat] = &[$(TexelFormat::$name),+];

            /// The name in WGSL and WebGPU: `rgba8unorm`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $wgsl,)+
                }
            }

            /// The number of channels that are stored.
            pub(crate) fn channels(self) -> usize {
                match self {
                    $(Self::$name => $channels,)+
                }
            }

            pub(crate) fn encoding(self) -> Encoding {
                match self {
                    $(Self::$name => Encoding::$encoding,)+
                }
            }
        }
    };
}

formats! {
    R8Unorm "r8unorm" 1 Unorm8,
    R8Snorm "r8snorm" 1 Snorm8,
    R8Uint "r8uint" 1 Uint8,
    R8Sint "r8sint" 1 Sint8,
    Rg8Unorm "rg8unorm" 2 Unorm8,
    Rg8Snorm "rg8snorm" 2 Snorm8,
    Rg8Uint "rg8uint" 2 Uint8,
    Rg8Sint "rg8sint" 2 Sint8,
    Rgba8Unorm "rgba8unorm" 4 Unorm8,
    Rgba8UnormSrgb "rgba8unorm-srgb" 4 Srgb8,
    Rgba8Snorm "rgba8snorm" 4 Snorm8,
    Rgba8Uint "rgba8uint" 4 Uint8,
    Rgba8Sint "rgba8sint" 4 Sint8,
    Bgra8Unorm "bgra8unorm" 4 Bgra8,
    Bgra8UnormSrgb "bgra8unorm-srgb" 4 BgraSrgb8,
    R16Unorm "r16unorm" 1 Unorm16,
    R16Snorm "r16snorm" 1 Snorm16,
    R16Uint "r16uint" 1 Uint16,
    R16Sint "r16sint" 1 Sint16,
    R16Float "r16float" 1 Float16,
    Rg16Unorm "rg16unorm" 2 Unorm16,
    Rg16Snorm "rg16snorm" 2 Snorm16,
    Rg16Uint "rg16uint" 2 Uint16,
    Rg16Sint "rg16sint" 2 Sint16,
    Rg16Float "rg16float" 2 Float16,
    Rgba16Unorm "rgba16unorm" 4 Unorm16,
    Rgba16Snorm "rgba16snorm" 4 Snorm16,
    Rgba16Uint "rgba16uint" 4 Uint16,
    Rgba16Sint "rgba16sint" 4 Sint16,
    Rgba16Float "rgba16float" 4 Float16,
    R32Uint "r32uint" 1 Uint32,
    R32Sint "r32sint" 1 Sint32,
    R32Float "r32float" 1 Float32,
    Rg32Uint "rg32uint" 2 Uint32,
    Rg32Sint "rg32sint" 2 Sint32,
    Rg32Float "rg32float" 2 Float32,
    Rgba32Uint "rgba32uint" 4 Uint32,
    Rgba32Sint "rgba32sint" 4 Sint32,
    Rgba32Float "rgba32float" 4 Float32,
    Rgb10a2Uint "rgb10a2uint" 4 Uint10,
    Rgb10a2Unorm "rgb10a2unorm" 4 Unorm10,
    Rg11b10Ufloat "rg11b10ufloat" 3 Ufloat11,
    Depth16Unorm "depth16unorm" 1 Unorm16,
    Depth32Float "depth32float" 1 Float32,
}

impl TexelFormat {
    /// Bytes of a texel.
    pub fn bytes(self) -> usize {
        match self.encoding() {
            Encoding::Ufloat11 => 4,
            encoding => self.channels() * encoding.bits() / 8,
        }
    }

    /// What a shader gets of a texel.
    pub fn kind(self) -> SampleKind {
        match self.encoding() {
            _ if matches!(self, Self::Depth16Unorm | Self::Depth32Float) => SampleKind::Depth,
            Encoding::Uint8 | Encoding::Uint16 | Encoding::Uint32 | Encoding::Uint10 => SampleKind::Uint,
            Encoding::Sint8 | Encoding::Sint16 | Encoding::Sint32 => SampleKind::Sint,
            _ => SampleKind::Float,
        }
    }

    /// Words that a texel takes: at least one.
    pub(crate) fn words(self) -> usize {
        self.bytes().div_ceil(4)
    }
}

impl fmt::Display for TexelFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for TexelFormat {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let found = Self::ALL.iter().find(|format| format.name() == name);
        found.copied().ok_or_else(|| Error::Value {
            what: "format of texels".to_owned(),
            expected: "a format of WebGPU, such as `rgba8unorm`".to_owned(),
            given: format!("`{name}`"),
        })
    }
}

//! Textures and samplers as lane programs take them: texels unpacked to planes of channels, samplers as words.

use rayon::prelude::*;

use super::lane::{FACTS, MIRROR, REPEAT};
use super::math::{
    unpack_2x16_float, unpack_2x16_snorm, unpack_2x16_unorm, unpack_4x8_i, unpack_4x8_snorm, unpack_4x8_unorm,
};
use crate::texture::{AddressMode, Encoding, FilterMode, SampleKind, Sampler, TexelFormat, Texture};

/// Texels that a thread unpacks at once.
const CHUNK: usize = 1 << 14;

/// A word of each texel, channel after channel: four, or one of depths. Channels that a format lacks are 0, and alpha is 1.
pub(super) fn unpacked(texture: &Texture) -> Vec<u32> {
    let format = texture.format();
    let (each, channels) = (format.words(), if format.kind() == SampleKind::Depth { 1 } else { 4 });
    let count = texture.texel_count();
    let mut unpacked = vec![0; count * channels];
    let unpack: Vec<Channel> = (0..channels).map(|at| Channel::new(format, at)).collect();
    // A chunk of texels with its part of each plane.
    let mut parts: Vec<_> =
        texture.words().chunks(CHUNK * each).map(|from| (from, Vec::with_capacity(channels))).collect();
    for plane in unpacked.chunks_mut(count) {
        parts.iter_mut().zip(plane.chunks_mut(CHUNK)).for_each(|((_, planes), part)| planes.push(part));
    }
    parts.into_par_iter().for_each(|(from, planes)| {
        unpack.iter().zip(planes).for_each(|(channel, plane)| channel.unpack(from, each, plane));
    });
    unpacked
}

/// How a channel comes out of the words of texels.
enum Channel {
    /// The same everywhere.
    Constant(u32),
    /// What stands for each byte that starts at a bit of a word.
    Byte { shift: u32, table: Box<[u32; 256]> },
    /// Any other encoding, and which of its channels.
    Coded(Encoding, usize),
}

impl Channel {
    /// The channel that a shader sees at a place.
    fn new(format: TexelFormat, at: usize) -> Self {
        let encoding = format.encoding();
        if at >= format.channels() {
            let one = if format.kind() == SampleKind::Float { 1.0_f32.to_bits() } else { 1 };
            return Self::Constant(if at == 3 { one } else { 0 });
        }
        let stored = match (encoding, at) {
            (Encoding::Bgra8 | Encoding::BgraSrgb8, 0 | 2) => 2 - at,
            _ => at,
        };
        let value: fn(u32) -> u32 = match encoding {
            Encoding::Srgb8 | Encoding::BgraSrgb8 if at < 3 => |byte| linear(byte as f32 / 255.0).to_bits(),
            Encoding::Unorm8 | Encoding::Bgra8 | Encoding::Srgb8 | Encoding::BgraSrgb8 => {
                |byte| unpack_4x8_unorm(byte, 0).to_bits()
            }
            Encoding::Snorm8 => |byte| unpack_4x8_snorm(byte, 0).to_bits(),
            Encoding::Uint8 => |byte| byte,
            Encoding::Sint8 => |byte| unpack_4x8_i(byte, 0) as u32,
            _ => return Self::Coded(encoding, stored),
        };
        let table = Box::new(std::array::from_fn(|byte| value(byte as u32)));
        Self::Byte { shift: 8 * stored as u32, table }
    }

    /// Unpacks texels of `each` words.
    fn unpack(&self, from: &[u32], each: usize, to: &mut [u32]) {
        match self {
            Self::Constant(word) => to.fill(*word),
            Self::Byte { shift, table } => {
                for (to, word) in to.iter_mut().zip(from) {
                    *to = table[(word >> shift) as usize & 0xff];
                }
            }
            Self::Coded(encoding, at) => {
                for (to, texel) in to.iter_mut().zip(from.chunks_exact(each)) {
                    *to = decoded(*encoding, texel, *at);
                }
            }
        }
    }
}

/// A channel of more than 8 bits.
#[inline]
fn decoded(encoding: Encoding, words: &[u32], at: usize) -> u32 {
    let index = at as u32;
    let pair = || words[at / 2];
    match encoding {
        Encoding::Unorm16 => unpack_2x16_unorm(pair(), index % 2).to_bits(),
        Encoding::Snorm16 => unpack_2x16_snorm(pair(), index % 2).to_bits(),
        Encoding::Float16 => unpack_2x16_float(pair(), index % 2).to_bits(),
        Encoding::Uint16 => pair() >> (16 * (index % 2)) & 0xffff,
        Encoding::Sint16 => (((pair() >> (16 * (index % 2))) as i16) as i32) as u32,
        Encoding::Uint10 => ten(words[0], index),
        Encoding::Unorm10 => (ten(words[0], index) as f32 / ten(u32::MAX, index) as f32).to_bits(),
        Encoding::Ufloat11 => {
            let (bits, missing) = if at < 2 { (11, 4) } else { (10, 5) };
            let float = words[0] >> (11 * index) & ((1 << bits) - 1);
            unpack_2x16_float(float << missing, 0).to_bits()
        }
        _ => words[at],
    }
}

/// A channel of 10, 10, 10 and 2 bits.
fn ten(word: u32, index: u32) -> u32 {
    word >> (10 * index) & if index < 3 { 0x3ff } else { 3 }
}

/// The inverse of sRGB's curve (IEC 61966-2-1).
fn linear(x: f32) -> f32 {
    if x <= 0.04045 { x / 12.92 } else { ((x + 0.055) / 1.055).powf(2.4) }
}

/// A sampler as the lowering of samples reads it.
pub(super) fn facts(sampler: Sampler) -> [u32; FACTS as usize] {
    let truth = |filter| if filter == FilterMode::Linear { u32::MAX } else { 0 };
    let [x, y, z] = sampler.address.map(|mode| match mode {
        AddressMode::ClampToEdge => 0,
        AddressMode::Repeat => REPEAT,
        AddressMode::MirrorRepeat => MIRROR,
    });
    [truth(sampler.magnify), truth(sampler.minify), x, y, z]
}

#[cfg(test)]
mod tests;

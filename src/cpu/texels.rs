//! Textures and samplers as lane programs take them: texels unpacked to a word a channel, samplers as words.

use rayon::prelude::*;

use super::lane::{FACTS, MIRROR, REPEAT};
use super::math::{
    unpack_2x16_float, unpack_2x16_snorm, unpack_2x16_unorm, unpack_4x8_i, unpack_4x8_snorm, unpack_4x8_u,
    unpack_4x8_unorm,
};
use crate::texture::{AddressMode, Encoding, FilterMode, SampleKind, Sampler, TexelFormat, Texture};

/// Texels that a thread unpacks at once.
const CHUNK: usize = 1 << 14;

/// Four words of each texel, one of a depth. Channels that a format lacks are 0, and alpha is 1.
pub(super) fn unpacked(texture: &Texture) -> Vec<u32> {
    let format = texture.format();
    let (each, channels) = (format.words(), if format.kind() == SampleKind::Depth { 1 } else { 4 });
    let mut unpacked = vec![0; texture.texel_count() * channels];
    let srgb: [u32; 256] = std::array::from_fn(|byte| linear(byte as f32 / 255.0).to_bits());
    let chunks = unpacked.par_chunks_mut(CHUNK * channels).zip(texture.words().par_chunks(CHUNK * each));
    chunks.for_each(|(to, from)| {
        for (to, texel) in to.chunks_exact_mut(channels).zip(from.chunks_exact(each)) {
            to.copy_from_slice(&unpack(format, texel, &srgb)[..channels]);
        }
    });
    unpacked
}

/// The channels of a texel.
#[inline]
fn unpack(format: TexelFormat, words: &[u32], srgb: &[u32; 256]) -> [u32; 4] {
    let one = if format.kind() == SampleKind::Float { 1.0_f32.to_bits() } else { 1 };
    let mut channels = [0, 0, 0, one];
    let encoding = format.encoding();
    for (at, channel) in channels.iter_mut().take(format.channels()).enumerate() {
        let index = at as u32;
        let pair = || words[at / 2];
        *channel = match encoding {
            Encoding::Unorm8 | Encoding::Bgra8 => unpack_4x8_unorm(words[0], index).to_bits(),
            Encoding::Srgb8 | Encoding::BgraSrgb8 if at < 3 => srgb[unpack_4x8_u(words[0], index) as usize],
            Encoding::Srgb8 | Encoding::BgraSrgb8 => unpack_4x8_unorm(words[0], index).to_bits(),
            Encoding::Snorm8 => unpack_4x8_snorm(words[0], index).to_bits(),
            Encoding::Uint8 => unpack_4x8_u(words[0], index),
            Encoding::Sint8 => unpack_4x8_i(words[0], index) as u32,
            Encoding::Unorm16 => unpack_2x16_unorm(pair(), index % 2).to_bits(),
            Encoding::Snorm16 => unpack_2x16_snorm(pair(), index % 2).to_bits(),
            Encoding::Float16 => unpack_2x16_float(pair(), index % 2).to_bits(),
            Encoding::Uint16 => pair() >> (16 * (index % 2)) & 0xffff,
            Encoding::Sint16 => (((pair() >> (16 * (index % 2))) as i16) as i32) as u32,
            Encoding::Uint32 | Encoding::Sint32 | Encoding::Float32 => words[at],
            Encoding::Uint10 => ten(words[0], index),
            Encoding::Unorm10 => (ten(words[0], index) as f32 / ten(u32::MAX, index) as f32).to_bits(),
            Encoding::Ufloat11 => {
                let (bits, missing) = if at < 2 { (11, 4) } else { (10, 5) };
                let float = words[0] >> (11 * index) & ((1 << bits) - 1);
                unpack_2x16_float(float << missing, 0).to_bits()
            }
        };
    }
    if matches!(encoding, Encoding::Bgra8 | Encoding::BgraSrgb8) {
        channels.swap(0, 2);
    }
    channels
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

//! Textures and samplers of the corpus: `FORMAT:WxHxD:zeros`, `FORMAT:WxHxD:rand:SEED`, `sampler:FILTER:ADDRESS`.

use half::f16;
use tilewright::{Binding, SampleKind, Sampler, TexelFormat, Texture};

use crate::compare::{Scalar, Written};
use crate::shader::{random, unit};

/// A texture that is made for each run.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    format: TexelFormat,
    size: [u32; 3],
    seed: Option<u32>,
}

impl Spec {
    /// Reads what stands behind the `=`; none if it is no texture.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (format, rest) = text.split_once(':')?;
        let format = format.parse().ok()?;
        let (extents, fill) = rest.split_once(':').expect("a size and texels");
        let mut size = [1; 3];
        for (extent, text) in size.iter_mut().zip(extents.split('x')) {
            *extent = text.parse().expect("an extent");
        }
        let seed = fill.split_once(':').map(|(_, seed)| seed.parse().expect("a seed"));
        Some(Self { format, size, seed })
    }

    /// The texture for a binding.
    pub(crate) fn texture(&self, binding: Option<&Binding>) -> Texture {
        let bytes = self.format.bytes() * self.size.iter().product::<u32>() as usize;
        let texels = match self.seed {
            Some(seed) => texels(self.format, bytes, seed),
            None => vec![0; bytes],
        };
        let ty = binding.and_then(|binding| binding.texture);
        let dimension = ty.map_or(tilewright::TextureDimension::D3, |ty| ty.dimension);
        Texture::new(self.format, dimension, self.size, &texels).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// Random texels; floats are finite, and normal or zero.
fn texels(format: TexelFormat, bytes: usize, seed: u32) -> Vec<u8> {
    let words = random(bytes as u32, seed);
    let name = format.name();
    if name == "rg11b10ufloat" {
        // The highest and the lowest bit of each exponent: neither infinite nor subnormal.
        let normal = |word: u32| (word & !(1 << 10 | 1 << 21 | 1 << 31)) | 1 << 6 | 1 << 17 | 1 << 27;
        words.flat_map(|word| normal(word).to_le_bytes()).take(bytes).collect()
    } else if name.ends_with("32float") {
        words.flat_map(|word| unit(word).to_le_bytes()).take(bytes).collect()
    } else if name.ends_with("16float") {
        words.flat_map(|word| f16::from_f32(unit(word) * 8.0 - 4.0).to_le_bytes()).take(bytes).collect()
    } else {
        words.flat_map(u32::to_le_bytes).take(bytes).collect()
    }
}

/// A sampler: `sampler:linear:repeat`; none if it is something else.
pub(crate) fn sampler(text: &str) -> Option<Sampler> {
    let mut parts = text.strip_prefix("sampler:")?.split(':');
    let filtered = match parts.next()? {
        "linear" => Sampler::linear(),
        "nearest" => Sampler::nearest(),
        other => panic!("{other}"),
    };
    Some(match parts.next()? {
        "clamp" => filtered.clamp(),
        "repeat" => filtered.repeat(),
        "mirror" => filtered.mirror(),
        other => panic!("{other}"),
    })
}

/// What an entry point has left in a texture: a word for each channel, as a float where the shader sees one.
pub(crate) fn written(name: String, texture: &Texture) -> Written {
    let format = texture.format();
    let bytes = texture.bytes();
    let words: Vec<u32> = bytes.chunks(format.bytes()).flat_map(|texel| channels(format, texel)).collect();
    let is_float = format.kind() == SampleKind::Float;
    let scalar = if is_float { Scalar::Float } else { Scalar::Word };
    Written { name, scalars: vec![scalar; words.len()], words }
}

/// The channels of a texel.
fn channels(format: TexelFormat, texel: &[u8]) -> Vec<u32> {
    let name = format.name();
    let whole = texel.iter().rev().fold(0u128, |whole, &byte| whole << 8 | u128::from(byte));
    let widths: Vec<u32> = match name {
        "rgb10a2uint" | "rgb10a2unorm" => vec![10, 10, 10, 2],
        "rg11b10ufloat" => vec![11, 11, 10],
        _ => {
            let width = name.trim_start_matches(|c: char| c.is_alphabetic());
            let width = width.trim_end_matches(|c: char| !c.is_numeric()).parse().expect("bits of a channel");
            vec![width; 8 * texel.len() / width as usize]
        }
    };
    let mut at = 0;
    let channel = |width: u32| {
        let bits = (whole >> at & ((1 << width) - 1)) as u32;
        at += width;
        let signed = (bits << (32 - width)) as i32 >> (32 - width);
        let most = (1u64 << (width - 1)) as f32;
        let float = match width {
            _ if name.ends_with("unorm") => bits as f32 / (2.0 * most - 1.0),
            _ if name.ends_with("snorm") => (signed as f32 / (most - 1.0)).max(-1.0),
            10 | 11 if name.ends_with("float") => f16::from_bits((bits << (15 - width)) as u16).to_f32(),
            16 if name.ends_with("float") => f16::from_bits(bits as u16).to_f32(),
            _ => return bits,
        };
        float.to_bits()
    };
    widths.into_iter().map(channel).collect()
}

//! Textures and samplers of the corpus: `FORMAT:WxHxD:zeros`, `FORMAT:WxHxD:rand:SEED`, `sampler:FILTER:ADDRESS`.

use half::f16;
use tilewright::{Binding, Sampler, TexelFormat, Texture};

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
        let seed = match fill.split_once(':') {
            None => None,
            Some((_, seed)) => Some(seed.parse().expect("a seed")),
        };
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

/// What an entry point has left in a texture.
pub(crate) fn written(name: String, texture: &Texture) -> Written {
    let is_float = texture.format().name().ends_with("32float");
    let bytes = texture.bytes();
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte));
    // A texel of fewer bits is a word, so that a difference names the texel.
    let words: Vec<u32> = bytes.chunks(texture.format().bytes().min(4)).map(word).collect();
    let scalar = if is_float { Scalar::Float } else { Scalar::Word };
    Written { name, scalars: vec![scalar; words.len()], words }
}

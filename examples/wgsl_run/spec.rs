//! What stands behind the `=` of arguments: memory, numbers, places.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use tilewright::{Sampler, TexelFormat};

use super::common::Failure;

/// `KEY=VALUE`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Assignment<K, V>(pub(crate) K, pub(crate) V);

impl<K: FromStr, V: FromStr> FromStr for Assignment<K, V>
where
    K::Err: fmt::Display,
    V::Err: fmt::Display,
{
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) = text.split_once('=').ok_or("there must be a `=`")?;
        Ok(Self(
            key.parse().map_err(|e: K::Err| e.to_string())?,
            value.parse().map_err(|e: V::Err| e.to_string())?,
        ))
    }
}

/// A group and a binding: `G,B`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) group: u32,
    pub(crate) binding: u32,
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts =
            text.split_once(',').and_then(|(g, b)| Some((g.trim().parse().ok()?, b.trim().parse().ok()?)));
        let (group, binding) =
            parts.ok_or_else(|| format!("`{text}` is not a group and a binding: `0,1`"))?;
        Ok(Self { group, binding })
    }
}

/// A number, `true` or `false`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Number(pub(crate) f64);

impl FromStr for Number {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "true" => Ok(Self(1.0)),
            "false" => Ok(Self(0.0)),
            _ => text.parse().map(Self).map_err(|_| format!("`{text}` is neither a number, true nor false")),
        }
    }
}

/// `X`, `X,Y` or `X,Y,Z`.
pub(crate) fn grid(text: &str) -> Result<[u32; 3], String> {
    let parts: Result<Vec<u32>, _> = text.split(',').map(|part| part.trim().parse()).collect();
    match parts.as_deref() {
        Ok([x]) => Ok([*x, 1, 1]),
        Ok([x, y]) => Ok([*x, *y, 1]),
        Ok([x, y, z]) => Ok([*x, *y, *z]),
        _ => Err("one to three numbers, such as 16,16,1".to_owned()),
    }
}

/// Initial memory of a binding.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Spec {
    Zeros {
        bytes: usize,
    },
    IotaU32 {
        len: usize,
    },
    IotaF32 {
        len: usize,
    },
    RandU32 {
        len: usize,
        seed: u64,
    },
    RandF32 {
        len: usize,
        seed: u64,
    },
    Bytes(Vec<u8>),
    File(PathBuf),
    /// A texture.
    Texture {
        format: TexelFormat,
        size: [u32; 3],
        texels: Box<Spec>,
    },
    Sampler(Sampler),
}

/// Bytes of one binding at most: a slip of the finger is not to take all memory.
const MAX_BYTES: usize = 1 << 34;

impl FromStr for Spec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        let number = |text: &str| {
            let number: Result<usize, _> = text.parse();
            number.map_err(|_| format!("`{text}` is not a number, in `{kind}:{rest}`"))
        };
        let size = |text: &str, each: usize| {
            let len = number(text)?;
            let within = len.checked_mul(each).is_some_and(|bytes| bytes <= MAX_BYTES);
            within.then_some(len).ok_or_else(|| format!("`{kind}:{rest}` is more than {MAX_BYTES} bytes"))
        };
        let seeded = || {
            let (len, seed) = rest.split_once(':').ok_or_else(|| format!("`{kind}:N:SEED`, not `{text}`"))?;
            Ok::<_, String>((size(len, 4)?, number(seed)? as u64))
        };
        match kind {
            "zeros" => Ok(Self::Zeros { bytes: size(rest, 1)? }),
            "iota_u32" => Ok(Self::IotaU32 { len: size(rest, 4)? }),
            "iota_f32" => Ok(Self::IotaF32 { len: size(rest, 4)? }),
            "rand_u32" => seeded().map(|(len, seed)| Self::RandU32 { len, seed }),
            "rand_f32" => seeded().map(|(len, seed)| Self::RandF32 { len, seed }),
            "bytes" => hex(rest).map(Self::Bytes),
            "file" if !rest.is_empty() => Ok(Self::File(PathBuf::from(rest))),
            "sampler" => sampler(rest),
            _ if kind.parse::<TexelFormat>().is_ok() => texture(kind, rest),
            _ => Err(format!(
                "`{text}` is none of zeros:BYTES, iota_u32:N, iota_f32:N, rand_u32:N:SEED, rand_f32:N:SEED, bytes:HEX, \
                 file:PATH, FORMAT:WxHxD:TEXELS, sampler:FILTER:ADDRESS"
            )),
        }
    }
}

impl Spec {
    /// The words.
    pub(crate) fn words(&self) -> Result<Vec<u32>, Failure> {
        Ok(match self {
            Self::Zeros { bytes } => vec![0; bytes.div_ceil(4)],
            Self::IotaU32 { len } => (0..*len).map(|i| i as u32).collect(),
            Self::IotaF32 { len } => (0..*len).map(|i| (i as f32).to_bits()).collect(),
            Self::RandU32 { len, seed } => random(*seed).take(*len).collect(),
            Self::RandF32 { len, seed } => {
                let uniform = |word: u32| ((word >> 8) as f32 * 2f32.powi(-24)).to_bits();
                random(*seed).take(*len).map(uniform).collect()
            }
            Self::Bytes(bytes) => words_of(bytes),
            Self::File(path) => {
                let read = std::fs::read(path);
                let bytes =
                    read.map_err(|error| Failure::Usage(format!("reading `{}`: {error}", path.display())))?;
                words_of(&bytes)
            }
            // Made where the dimension is known.
            Self::Texture { texels, .. } => texels.words()?,
            Self::Sampler(_) => Vec::new(),
        })
    }
}

/// What stands behind a format: `WxHxD:TEXELS`, where texels are `zeros`, `rand:SEED`, or words as of a buffer.
fn texture(format: &str, rest: &str) -> Result<Spec, String> {
    let format: TexelFormat = format.parse().map_err(|error: tilewright::Error| error.to_string())?;
    let (extents, fill) =
        rest.split_once(':').ok_or_else(|| format!("`{format}:WxHxD:TEXELS`, not `{rest}`"))?;
    let given: Result<Vec<u32>, _> = extents.split('x').map(str::parse).collect();
    let size = match given.as_deref() {
        Ok([w]) => [*w, 1, 1],
        Ok([w, h]) => [*w, *h, 1],
        Ok([w, h, d]) => [*w, *h, *d],
        _ => return Err(format!("`{extents}` is no size of a texture: `64x64`")),
    };
    let texels = size.iter().try_fold(1usize, |texels, &extent| texels.checked_mul(extent as usize));
    let bytes = texels.and_then(|texels| texels.checked_mul(format.bytes()));
    let bytes = bytes.filter(|&bytes| bytes <= MAX_BYTES);
    let bytes = bytes.ok_or_else(|| format!("`{extents}` is more than {MAX_BYTES} bytes"))?;
    // Random bits of a float could be anything, so that those are from 0 to 1.
    let random = if format.name().ends_with("32float") { "rand_f32" } else { "rand_u32" };
    let texels = match fill.split_once(':') {
        None if fill == "zeros" => Spec::Zeros { bytes },
        Some(("rand", seed)) => format!("{random}:{}:{seed}", bytes.div_ceil(4)).parse()?,
        _ => fill.parse()?,
    };
    Ok(Spec::Texture { format, size, texels: Box::new(texels) })
}

/// `FILTER:ADDRESS`.
fn sampler(text: &str) -> Result<Spec, String> {
    let wrong = || format!("`{text}` is not nearest or linear, `:`, then clamp, repeat or mirror");
    let (filter, address) = text.split_once(':').ok_or_else(wrong)?;
    let filtered = match filter {
        "nearest" => Sampler::nearest(),
        "linear" => Sampler::linear(),
        _ => return Err(wrong()),
    };
    Ok(Spec::Sampler(match address {
        "clamp" => filtered.clamp(),
        "repeat" => filtered.repeat(),
        "mirror" => filtered.mirror(),
        _ => return Err(wrong()),
    }))
}

/// The high words of splitmix64 (Steele, Lea, Flood, *Fast splittable pseudorandom number generators*, 2014).
fn random(seed: u64) -> impl Iterator<Item = u32> {
    (1u64..).map(move |i| {
        let mut z = seed.wrapping_add(i.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 32) as u32
    })
}

fn hex(text: &str) -> Result<Vec<u8>, String> {
    let digit = |c: char| c.to_digit(16).map(|digit| digit as u8);
    let digits: Option<Vec<u8>> = text.chars().filter(|c| *c != '_').map(digit).collect();
    match digits {
        Some(digits) if digits.len() % 2 == 0 => {
            Ok(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
        }
        _ => Err(format!("`{text}` is not an even number of hexadecimal digits")),
    }
}

/// Little-endian words, the last one filled up with zeros.
fn words_of(bytes: &[u8]) -> Vec<u32> {
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
    bytes.chunks(4).map(word).collect()
}

/// The 64-bit FNV-1a hash of bytes (Fowler, Noll, Vo).
pub(crate) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

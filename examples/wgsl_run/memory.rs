//! What bindings hold, before and after a run.

use std::borrow::Cow;

use tilewright::{Binding, EntryPoint, Launch, Raw, Sampler, Texture};

use super::common::Failure;
use super::spec::{Place, Spec};

/// What a binding holds.
#[derive(Debug, Clone)]
pub(crate) enum Held {
    Words(Vec<u32>),
    Texture(Texture),
    Sampler(Sampler),
}

impl Held {
    /// What a SPEC means for the binding at a place.
    pub(crate) fn new(spec: &Spec, place: Place, entry: &EntryPoint) -> Result<Self, Failure> {
        Ok(match spec {
            Spec::Texture { format, size, .. } => {
                let Some(ty) = binding(entry, place).and_then(|binding| binding.texture) else {
                    let Place { group, binding } = place;
                    return Err(Failure::Usage(format!("--bind {group},{binding}: there is no texture")));
                };
                let bytes = format.bytes() * size.iter().product::<u32>() as usize;
                let words = spec.words()?;
                let given: &[u8] = bytemuck::cast_slice(&words);
                // The last word is filled up.
                let texels = &given[..bytes.min(given.len())];
                Self::Texture(Texture::new(*format, ty.dimension, *size, texels)?)
            }
            Spec::Sampler(sampler) => Self::Sampler(*sampler),
            spec => Self::Words(spec.words()?),
        })
    }

    /// Gives it to a launch.
    pub(crate) fn bind<'a>(&'a mut self, launch: Launch<'a>, place: Place) -> Launch<'a> {
        let Place { group, binding } = place;
        match self {
            Self::Words(words) => launch.bind_at(group, binding, Raw(words)),
            Self::Texture(texture) => launch.bind_at(group, binding, texture),
            Self::Sampler(sampler) => launch.bind_at(group, binding, *sampler),
        }
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Self::Words(words) => Cow::Borrowed(bytemuck::cast_slice(words)),
            Self::Texture(texture) => Cow::Owned(texture.bytes()),
            Self::Sampler(_) => Cow::Borrowed(&[]),
        }
    }
}

/// The binding of an entry point at a place.
fn binding(entry: &EntryPoint, place: Place) -> Option<&Binding> {
    entry.bindings.iter().find(|binding| (binding.group, binding.binding) == (place.group, place.binding))
}

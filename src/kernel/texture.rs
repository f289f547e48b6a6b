//! Whether a texture or a sampler that was given for a binding is what the shader declares.

use super::bind::Given;
use crate::error::{Error, Result};
use crate::wgsl::{Binding, BindingAccess};

/// Checks what was given for a texture or sampler of the entry point called `entry`.
pub(super) fn check(entry: &str, binding: &Binding, given: &Given<'_>) -> Result<()> {
    let refuse = |expected: String, why: String| {
        let given = given.rust() + &why;
        Err(Error::Binding { kernel: entry.to_owned(), name: binding.name.clone(), expected, given })
    };
    let ty = format!("`{}` ({})", binding.ty, binding.access);
    let Some(wanted) = binding.texture else {
        return match given {
            Given::Sampler(_) => Ok(()),
            _ => refuse(format!("{ty}, as a `Sampler`"), String::new()),
        };
    };
    let texture = match given {
        Given::Texture(texture) => texture,
        Given::TextureMut(texture) => &**texture,
        _ => return refuse(format!("{ty}, as a `Texture`"), String::new()),
    };
    let (format, kind) = (texture.format(), texture.format().kind());
    if texture.dimension() != wanted.dimension {
        return refuse(ty, String::new());
    }
    match wanted.format {
        Some(wanted) if wanted != format => return refuse(ty, String::new()),
        None if wanted.kind != kind => return refuse(ty, format!(", whose texels are {kind}")),
        _ => {}
    }
    if binding.access.is_written() && !given.is_writable() {
        return refuse(format!("{ty}, which the shader may write, as `&mut`"), String::new());
    }
    Ok(())
}

/// True for what [`check`] checks.
pub(super) fn is_resource(access: BindingAccess) -> bool {
    use BindingAccess::{Sampler, Texture, TextureRead, TextureReadWrite, TextureWrite};
    matches!(access, Texture | TextureRead | TextureWrite | TextureReadWrite | Sampler)
}

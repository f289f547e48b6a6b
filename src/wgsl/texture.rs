//! Reflection of textures and samplers: dimension, format, access.

use naga::valid::FunctionInfo;
use naga::{
    GlobalVariable, Handle, ImageClass, ImageDimension, Module, ScalarKind, StorageAccess, StorageFormat,
    TypeInner,
};

use super::reflect::BindingAccess;
use crate::texture::{SampleKind, TexelFormat, TextureDimension};

/// The type of a texture variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TextureType {
    /// How texels are arranged.
    pub dimension: TextureDimension,
    /// What the shader gets of a texel.
    pub kind: SampleKind,
    /// The format that a storage texture must have; `None` for others, which any format of the kind fits.
    pub format: Option<TexelFormat>,
    /// True for `texture_multisampled_2d` and `texture_depth_multisampled_2d`.
    pub is_multisampled: bool,
    /// Used together with a sampler.
    pub(crate) is_sampled: bool,
    /// Texels are operands of atomic operations.
    pub(crate) is_atomic: bool,
}

/// The access and type of a variable that is no memory; `Handle` for what executors cannot bind.
pub(super) fn reflect(
    module: &Module,
    variable: Handle<GlobalVariable>,
    uses: &FunctionInfo,
) -> (BindingAccess, Option<TextureType>) {
    let nothing = (BindingAccess::Handle, None);
    let ty = match module.types[module.global_variables[variable].ty].inner {
        TypeInner::Image { dim, arrayed, class } => (dim, arrayed, class),
        TypeInner::Sampler { comparison: false } => return (BindingAccess::Sampler, None),
        _ => return nothing,
    };
    let (dim, arrayed, class) = ty;
    let dimension = match (dim, arrayed) {
        (ImageDimension::D1, false) => TextureDimension::D1,
        (ImageDimension::D2, false) => TextureDimension::D2,
        (ImageDimension::D2, true) => TextureDimension::D2Array,
        (ImageDimension::D3, false) => TextureDimension::D3,
        _ => return nothing,
    };
    let mut texture = TextureType {
        dimension,
        kind: SampleKind::Depth,
        format: None,
        is_multisampled: false,
        is_sampled: uses.sampling_set.iter().any(|pair| pair.image == variable),
        is_atomic: false,
    };
    let access = match class {
        ImageClass::Sampled { kind, multi } => {
            texture.is_multisampled = multi;
            texture.kind = match kind {
                ScalarKind::Float => SampleKind::Float,
                ScalarKind::Sint => SampleKind::Sint,
                ScalarKind::Uint => SampleKind::Uint,
                _ => return nothing,
            };
            BindingAccess::Texture
        }
        ImageClass::Depth { multi } => {
            texture.is_multisampled = multi;
            BindingAccess::Texture
        }
        ImageClass::Storage { format, access } => {
            let Some(format) = texel_format(format) else { return nothing };
            texture.format = Some(format);
            texture.kind = format.kind();
            texture.is_atomic = access.contains(StorageAccess::ATOMIC);
            match (access.contains(StorageAccess::LOAD), access.contains(StorageAccess::STORE)) {
                _ if texture.is_atomic => BindingAccess::TextureReadWrite,
                (true, true) => BindingAccess::TextureReadWrite,
                (false, true) => BindingAccess::TextureWrite,
                _ => BindingAccess::TextureRead,
            }
        }
        ImageClass::External => return nothing,
    };
    (access, Some(texture))
}

/// True for a sampler that is used with a texture of numbers that can be mixed.
pub(super) fn filters(module: &Module, sampler: Handle<GlobalVariable>, uses: &FunctionInfo) -> bool {
    uses.sampling_set.iter().filter(|pair| pair.sampler == sampler).any(|pair| {
        let ty = module.global_variables[pair.image].ty;
        !matches!(
            module.types[ty].inner,
            TypeInner::Image {
                class: ImageClass::Sampled { kind: ScalarKind::Sint | ScalarKind::Uint, .. },
                ..
            }
        )
    })
}

/// The format of a storage texture; `None` for texels of 64-bit integers.
pub(crate) fn texel_format(format: StorageFormat) -> Option<TexelFormat> {
    use StorageFormat as From;
    use TexelFormat as To;
    Some(match format {
        From::R8Unorm => To::R8Unorm,
        From::R8Snorm => To::R8Snorm,
        From::R8Uint => To::R8Uint,
        From::R8Sint => To::R8Sint,
        From::R16Uint => To::R16Uint,
        From::R16Sint => To::R16Sint,
        From::R16Float => To::R16Float,
        From::Rg8Unorm => To::Rg8Unorm,
        From::Rg8Snorm => To::Rg8Snorm,
        From::Rg8Uint => To::Rg8Uint,
        From::Rg8Sint => To::Rg8Sint,
        From::R32Uint => To::R32Uint,
        From::R32Sint => To::R32Sint,
        From::R32Float => To::R32Float,
        From::Rg16Uint => To::Rg16Uint,
        From::Rg16Sint => To::Rg16Sint,
        From::Rg16Float => To::Rg16Float,
        From::Rgba8Unorm => To::Rgba8Unorm,
        From::Rgba8Snorm => To::Rgba8Snorm,
        From::Rgba8Uint => To::Rgba8Uint,
        From::Rgba8Sint => To::Rgba8Sint,
        From::Bgra8Unorm => To::Bgra8Unorm,
        From::Rgb10a2Uint => To::Rgb10a2Uint,
        From::Rgb10a2Unorm => To::Rgb10a2Unorm,
        From::Rg11b10Ufloat => To::Rg11b10Ufloat,
        From::R64Uint => return None,
        From::Rg32Uint => To::Rg32Uint,
        From::Rg32Sint => To::Rg32Sint,
        From::Rg32Float => To::Rg32Float,
        From::Rgba16Uint => To::Rgba16Uint,
        From::Rgba16Sint => To::Rgba16Sint,
        From::Rgba16Float => To::Rgba16Float,
        From::Rgba32Uint => To::Rgba32Uint,
        From::Rgba32Sint => To::Rgba32Sint,
        From::Rgba32Float => To::Rgba32Float,
        From::R16Unorm => To::R16Unorm,
        From::R16Snorm => To::R16Snorm,
        From::Rg16Unorm => To::Rg16Unorm,
        From::Rg16Snorm => To::Rg16Snorm,
        From::Rgba16Unorm => To::Rgba16Unorm,
        From::Rgba16Snorm => To::Rgba16Snorm,
    })
}

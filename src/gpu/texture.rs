//! Textures and samplers of kernels on a device: what it must support, texels brought there and back.
//!
//! A texture lives for one launch. Formats are the adapter's own where it may say so, else those that WebGPU promises.

use super::device::Device;
use super::encoder::Encoder;
use super::pool::{Buffer, Kind};
use crate::dispatch::{self, Data, Dispatch};
use crate::error::Result;
use crate::texture::{AddressMode, FilterMode, SampleKind, Sampler, TexelFormat, Texture, TextureDimension};
use crate::timeline::SpanKind;
use crate::wgsl::{Binding, BindingAccess, TextureType};

/// The features of wgpu that textures may use, where an adapter has them.
pub(super) const FEATURES: wgpu::Features = wgpu::Features::TEXTURE_ADAPTER_SPECIFIC_FORMAT_FEATURES
    .union(wgpu::Features::TEXTURE_FORMAT_16BIT_NORM)
    .union(wgpu::Features::TEXTURE_ATOMIC)
    .union(wgpu::Features::BGRA8UNORM_STORAGE)
    .union(wgpu::Features::FLOAT32_FILTERABLE);

/// A texture on the device.
pub(super) struct Held {
    raw: wgpu::Texture,
    pub(super) view: wgpu::TextureView,
}

/// Rows of a texture in a buffer start at multiples of these bytes.
const ROW_ALIGNMENT: u64 = wgpu::COPY_BYTES_PER_ROW_ALIGNMENT as u64;

/// Bytes of a row, without and with what aligns the next.
fn row_bytes(texture: &Texture) -> (u64, u64) {
    let bytes = u64::from(texture.size()[0]) * texture.format().bytes() as u64;
    (bytes, bytes.next_multiple_of(ROW_ALIGNMENT))
}

fn extent(texture: &Texture) -> wgpu::Extent3d {
    let [width, height, depth_or_array_layers] = texture.size();
    wgpu::Extent3d { width, height, depth_or_array_layers }
}

/// How a texture or sampler is bound; none for a buffer.
pub(super) fn binding_type(binding: &Binding) -> Option<wgpu::BindingType> {
    let Some(ty) = &binding.texture else {
        let sampler = match binding.filters {
            true => wgpu::SamplerBindingType::Filtering,
            false => wgpu::SamplerBindingType::NonFiltering,
        };
        let is_sampler = binding.access == BindingAccess::Sampler;
        return is_sampler.then_some(wgpu::BindingType::Sampler(sampler));
    };
    let view_dimension = view_dimension(ty.dimension);
    Some(match (ty.format, storage_access(binding)) {
        (Some(texels), Some(access)) => {
            wgpu::BindingType::StorageTexture { access, format: format(texels), view_dimension }
        }
        _ => {
            let sample_type = match ty.kind {
                SampleKind::Float => wgpu::TextureSampleType::Float { filterable: ty.is_sampled },
                SampleKind::Sint => wgpu::TextureSampleType::Sint,
                SampleKind::Uint => wgpu::TextureSampleType::Uint,
                SampleKind::Depth => wgpu::TextureSampleType::Depth,
            };
            wgpu::BindingType::Texture { sample_type, view_dimension, multisampled: ty.is_multisampled }
        }
    })
}

fn storage_access(binding: &Binding) -> Option<wgpu::StorageTextureAccess> {
    Some(match binding.access {
        _ if binding.texture.is_some_and(|ty| ty.is_atomic) => wgpu::StorageTextureAccess::Atomic,
        BindingAccess::TextureRead => wgpu::StorageTextureAccess::ReadOnly,
        BindingAccess::TextureWrite => wgpu::StorageTextureAccess::WriteOnly,
        BindingAccess::TextureReadWrite => wgpu::StorageTextureAccess::ReadWrite,
        _ => return None,
    })
}

fn view_dimension(dimension: TextureDimension) -> wgpu::TextureViewDimension {
    match dimension {
        TextureDimension::D1 => wgpu::TextureViewDimension::D1,
        TextureDimension::D2 => wgpu::TextureViewDimension::D2,
        TextureDimension::D2Array => wgpu::TextureViewDimension::D2Array,
        TextureDimension::D3 => wgpu::TextureViewDimension::D3,
    }
}

impl Device {
    /// Whether the device can do what a launch wants of its textures.
    pub(super) fn check_textures(&self, dispatch: &Dispatch<'_>) -> Result<()> {
        let bindings = &dispatch.shader.entries[dispatch.entry].bindings;
        for (binding, buffer) in bindings.iter().zip(&dispatch.buffers) {
            let texture = match &buffer.data {
                Data::Texture(texture) => texture,
                Data::TextureMut(texture) => &**texture,
                _ => continue,
            };
            if let Some(ty) = &binding.texture
                && let Some(what) = self.lacks(binding, ty, texture)
            {
                return Err(self.unable(format!("`{}` of `{}`: {what}", binding.name, dispatch.name())));
            }
        }
        Ok(())
    }

    /// What the device lacks for a texture.
    fn lacks(&self, binding: &Binding, ty: &TextureType, texture: &Texture) -> Option<String> {
        let (limits, size) = (self.raw.limits(), texture.size());
        let most = match ty.dimension {
            TextureDimension::D1 => [limits.max_texture_dimension_1d, 1, 1],
            TextureDimension::D2 => [limits.max_texture_dimension_2d; 3],
            TextureDimension::D2Array => {
                let side = limits.max_texture_dimension_2d;
                [side, side, limits.max_texture_array_layers]
            }
            TextureDimension::D3 => [limits.max_texture_dimension_3d; 3],
        };
        if size.iter().zip(most).any(|(&size, most)| size > most) {
            let most = most.map(|most| most.to_string()).join(" x ");
            return Some(format!("a texture of {texture}, the adapter's limit is {most}"));
        }
        if ty.is_multisampled {
            return Some("a multisampled texture of one sample".to_owned());
        }
        let texels = texture.format();
        if texels == TexelFormat::Depth32Float {
            return Some("texels of depth32float cannot be copied to a device".to_owned());
        }
        let (raw, access) = (format(texels), storage_access(binding));
        let can = self.format_features(raw);
        use wgpu::TextureFormatFeatureFlags as Flags;
        let flags = match access {
            Some(wgpu::StorageTextureAccess::ReadOnly) => Flags::STORAGE_READ_ONLY,
            Some(wgpu::StorageTextureAccess::WriteOnly) => Flags::STORAGE_WRITE_ONLY,
            Some(wgpu::StorageTextureAccess::ReadWrite) => Flags::STORAGE_READ_WRITE,
            Some(wgpu::StorageTextureAccess::Atomic) => Flags::STORAGE_ATOMIC,
            None if ty.is_sampled && ty.kind == SampleKind::Float => Flags::FILTERABLE,
            None => Flags::empty(),
        };
        let has_format = self.raw.features().contains(raw.required_features());
        if !has_format || !can.allowed_usages.contains(usage(binding)) || !can.flags.contains(flags) {
            let as_what = match access {
                Some(_) => binding.access.to_string(),
                None if ty.is_sampled => "texture with a sampler".to_owned(),
                None => "texture".to_owned(),
            };
            return Some(format!("{texels} as a {as_what}, which the adapter lacks"));
        }
        None
    }

    fn format_features(&self, format: wgpu::TextureFormat) -> wgpu::TextureFormatFeatures {
        let features = self.raw.features();
        if features.contains(wgpu::Features::TEXTURE_ADAPTER_SPECIFIC_FORMAT_FEATURES) {
            self.adapter.get_texture_format_features(format)
        } else {
            format.guaranteed_format_features(features)
        }
    }

    /// Brings a texture to the device.
    pub(super) fn bring_texture(&self, binding: &Binding, texture: &Texture) -> Result<Held> {
        let bytes = texture.packed();
        let _entered = tracing::debug_span!("upload", bytes = bytes.len()).entered();
        let _open = self.span(SpanKind::Upload).map(|open| open.about(None, bytes.len() as u64));
        let size = extent(texture);
        let dimension = match texture.dimension() {
            TextureDimension::D1 => wgpu::TextureDimension::D1,
            TextureDimension::D2 | TextureDimension::D2Array => wgpu::TextureDimension::D2,
            TextureDimension::D3 => wgpu::TextureDimension::D3,
        };
        self.refuse_at(bytes.len() as u64)?;
        self.scoped(bytes.len() as u64, || {
            let raw = self.raw.create_texture(&wgpu::TextureDescriptor {
                label: Some("tilewright"),
                size,
                mip_level_count: 1,
                sample_count: 1,
                dimension,
                format: format(texture.format()),
                usage: usage(binding),
                view_formats: &[],
            });
            let layout = wgpu::TexelCopyBufferLayout {
                offset: 0,
                bytes_per_row: Some(row_bytes(texture).0 as u32),
                rows_per_image: Some(size.height),
            };
            self.queue.write_texture(raw.as_image_copy(), &bytes, layout, size);
            let view = raw.create_view(&wgpu::TextureViewDescriptor {
                dimension: Some(view_dimension(texture.dimension())),
                ..Default::default()
            });
            Held { raw, view }
        })
    }

    /// The sampler of a binding. One that only gathers has no use for filters, which wgpu then wants to be off.
    pub(super) fn sampler(&self, binding: &Binding, sampler: Sampler) -> Result<wgpu::Sampler> {
        let filter = |filter| match filter {
            FilterMode::Linear if binding.filters => wgpu::FilterMode::Linear,
            FilterMode::Linear | FilterMode::Nearest => wgpu::FilterMode::Nearest,
        };
        let [address_mode_u, address_mode_v, address_mode_w] = sampler.address.map(|mode| match mode {
            AddressMode::ClampToEdge => wgpu::AddressMode::ClampToEdge,
            AddressMode::Repeat => wgpu::AddressMode::Repeat,
            AddressMode::MirrorRepeat => wgpu::AddressMode::MirrorRepeat,
        });
        let descriptor = wgpu::SamplerDescriptor {
            label: Some("tilewright"),
            address_mode_u,
            address_mode_v,
            address_mode_w,
            mag_filter: filter(sampler.magnify),
            min_filter: filter(sampler.minify),
            ..Default::default()
        };
        self.scoped(0, || self.raw.create_sampler(&descriptor))
    }

    /// Copies a texture to a buffer for the host, and returns its bytes with it.
    pub(super) fn texture_to_host(
        &self,
        encoder: &mut Encoder,
        held: &Held,
        texture: &Texture,
    ) -> Result<(Buffer, u64)> {
        let (_, row) = row_bytes(texture);
        let size = extent(texture);
        let bytes = row * u64::from(size.height) * u64::from(size.depth_or_array_layers);
        let target = self.buffer(Kind::Readback, bytes)?;
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(row as u32),
            rows_per_image: Some(size.height),
        };
        let to = wgpu::TexelCopyBufferInfo { buffer: target.raw(), layout };
        self.scoped(0, || {
            encoder.transfer(SpanKind::CopyOut, bytes, |encoder| {
                encoder.copy_texture_to_buffer(held.raw.as_image_copy(), to, size);
            });
        })?;
        Ok((target, bytes))
    }

    /// Takes texels from a buffer that is mapped.
    pub(super) fn read_texture(mapped: &wgpu::BufferView, texture: &mut Texture) {
        let (row, padded) = row_bytes(texture);
        let width = texture.size()[0] as usize;
        for (index, bytes) in mapped.chunks(padded as usize).enumerate() {
            texture.write(index * width, &bytes[..row as usize]);
        }
    }
}

/// Counts of resources and their limits: name, needed, limit.
pub(super) fn counts(bindings: &[Binding], limits: &wgpu::Limits) -> [(&'static str, usize, u32); 3] {
    let count = |is_meant: &dyn Fn(BindingAccess) -> bool| {
        bindings.iter().filter(|binding| is_meant(binding.access)).count()
    };
    use BindingAccess::{Texture, TextureRead, TextureReadWrite, TextureWrite};
    let storage = count(&|access| matches!(access, TextureRead | TextureWrite | TextureReadWrite));
    [
        ("textures", count(&|access| access == Texture), limits.max_sampled_textures_per_shader_stage),
        ("storage textures", storage, limits.max_storage_textures_per_shader_stage),
        ("samplers", count(&|access| access == BindingAccess::Sampler), limits.max_samplers_per_shader_stage),
    ]
}

/// What is done with the texture of a binding.
fn usage(binding: &Binding) -> wgpu::TextureUsages {
    use wgpu::TextureUsages as Usage;
    let bound = match storage_access(binding) {
        Some(wgpu::StorageTextureAccess::Atomic) => Usage::STORAGE_BINDING | Usage::STORAGE_ATOMIC,
        Some(_) => Usage::STORAGE_BINDING,
        None => Usage::TEXTURE_BINDING,
    };
    let back = if binding.access.is_written() { Usage::COPY_SRC } else { Usage::empty() };
    bound | Usage::COPY_DST | back
}

/// The binding that memory is given for.
pub(super) fn declared<'d>(dispatch: &'d Dispatch<'_>, buffer: &dispatch::Buffer<'_>) -> Option<&'d Binding> {
    let bindings = &dispatch.shader.entries[dispatch.entry].bindings;
    bindings.iter().find(|binding| (binding.group, binding.binding) == (buffer.group, buffer.binding))
}

/// wgpu's name for a format.
fn format(format: TexelFormat) -> wgpu::TextureFormat {
    use TexelFormat as From;
    use wgpu::TextureFormat as To;
    match format {
        From::R8Unorm => To::R8Unorm,
        From::R8Snorm => To::R8Snorm,
        From::R8Uint => To::R8Uint,
        From::R8Sint => To::R8Sint,
        From::Rg8Unorm => To::Rg8Unorm,
        From::Rg8Snorm => To::Rg8Snorm,
        From::Rg8Uint => To::Rg8Uint,
        From::Rg8Sint => To::Rg8Sint,
        From::Rgba8Unorm => To::Rgba8Unorm,
        From::Rgba8UnormSrgb => To::Rgba8UnormSrgb,
        From::Rgba8Snorm => To::Rgba8Snorm,
        From::Rgba8Uint => To::Rgba8Uint,
        From::Rgba8Sint => To::Rgba8Sint,
        From::Bgra8Unorm => To::Bgra8Unorm,
        From::Bgra8UnormSrgb => To::Bgra8UnormSrgb,
        From::R16Unorm => To::R16Unorm,
        From::R16Snorm => To::R16Snorm,
        From::R16Uint => To::R16Uint,
        From::R16Sint => To::R16Sint,
        From::R16Float => To::R16Float,
        From::Rg16Unorm => To::Rg16Unorm,
        From::Rg16Snorm => To::Rg16Snorm,
        From::Rg16Uint => To::Rg16Uint,
        From::Rg16Sint => To::Rg16Sint,
        From::Rg16Float => To::Rg16Float,
        From::Rgba16Unorm => To::Rgba16Unorm,
        From::Rgba16Snorm => To::Rgba16Snorm,
        From::Rgba16Uint => To::Rgba16Uint,
        From::Rgba16Sint => To::Rgba16Sint,
        From::Rgba16Float => To::Rgba16Float,
        From::R32Uint => To::R32Uint,
        From::R32Sint => To::R32Sint,
        From::R32Float => To::R32Float,
        From::Rg32Uint => To::Rg32Uint,
        From::Rg32Sint => To::Rg32Sint,
        From::Rg32Float => To::Rg32Float,
        From::Rgba32Uint => To::Rgba32Uint,
        From::Rgba32Sint => To::Rgba32Sint,
        From::Rgba32Float => To::Rgba32Float,
        From::Rgb10a2Uint => To::Rgb10a2Uint,
        From::Rgb10a2Unorm => To::Rgb10a2Unorm,
        From::Rg11b10Ufloat => To::Rg11b10Ufloat,
        From::Depth16Unorm => To::Depth16Unorm,
        From::Depth32Float => To::Depth32Float,
    }
}

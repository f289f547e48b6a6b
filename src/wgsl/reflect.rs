//! Reflection: what a shader has to be given, as plain data.

use std::fmt;

use naga::valid::ModuleInfo;
use naga::{AddressSpace, Module, ShaderStage, StorageAccess};

use super::layout::{self, Layout};
use super::texture::{self, TextureType};

/// A compute entry point of a shader.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EntryPoint {
    /// The function's name.
    pub name: String,
    /// Invocations of a workgroup in x, y and z, with overrides at their defaults; `None` when it depends on an override
    /// that has no default.
    pub workgroup_size: Option<[u32; 3]>,
    /// The bindings that the entry point or a function that it calls uses, by group and binding.
    pub bindings: Vec<Binding>,
    /// Index in the module's entry points.
    pub(crate) index: usize,
}

/// A resource that an entry point uses.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Binding {
    /// The number in `@group`; `u32::MAX` for an immediate, which has none.
    pub group: u32,
    /// The number in `@binding`.
    pub binding: u32,
    /// The variable's name.
    pub name: String,
    /// The variable's type, in WGSL.
    pub ty: String,
    /// What the shader may do with it.
    pub access: BindingAccess,
    /// Bytes that a buffer must have at least: those of the type, with one element of an array without a length.
    pub bytes: u64,
    /// Bytes from one element to the next of the array without a length that the type is or ends in.
    pub stride: Option<u32>,
    /// What a texture must be; `None` for all else.
    pub texture: Option<TextureType>,
    /// A sampler that may mix texels; false for one that only gathers integers.
    pub(crate) filters: bool,
    pub(crate) layout: Layout,
    /// Where the variable is declared.
    pub(crate) line: u32,
}

/// What a shader may do with a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BindingAccess {
    /// `var<uniform>`: a small block, read.
    Uniform,
    /// `var<storage, read>`: a buffer, read.
    Read,
    /// `var<storage, read_write>`: a buffer, read and written.
    ReadWrite,
    /// `var<immediate>`: a few words that travel with the launch, read.
    Immediate,
    /// `texture_2d<f32>` and its like: a texture, loaded or sampled.
    Texture,
    /// `texture_storage_2d<format, read>` and its like: a texture, loaded.
    TextureRead,
    /// `texture_storage_2d<format, write>` and its like: a texture, stored to.
    TextureWrite,
    /// `texture_storage_2d<format, read_write>` and its like: a texture, loaded and stored to.
    TextureReadWrite,
    /// `sampler`: how textures are read between texels.
    Sampler,
    /// Another resource that is not memory: no executor binds it.
    Handle,
}

impl Binding {
    /// Words of the least whole number of elements that is a whole number of words, of an array whose length is that of the
    /// buffer and that is bound alone: a window of it can be bound.
    pub(crate) fn element_words(&self) -> Option<usize> {
        match (&self.layout, self.access) {
            (Layout::Array { len: None, stride, .. }, BindingAccess::Read | BindingAccess::ReadWrite) => {
                let stride = *stride as usize;
                Some(if stride.is_multiple_of(4) { stride / 4 } else { stride })
            }
            _ => None,
        }
    }

    /// The scalar type that starts at a byte of the buffer: `f32`, `u32`, ...; `None` in padding and amid a scalar.
    pub fn scalar_at(&self, byte: u64) -> Option<&'static str> {
        self.layout.scalar_at(byte)
    }
}

impl BindingAccess {
    /// True for what a shader may write: storage buffers and storage textures.
    pub fn is_written(self) -> bool {
        matches!(self, Self::ReadWrite | Self::TextureWrite | Self::TextureReadWrite)
    }
}

impl fmt::Display for BindingAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Uniform => "uniform",
            Self::Read => "storage, read",
            Self::ReadWrite => "storage, read_write",
            Self::Immediate => "immediate",
            Self::Texture => "texture",
            Self::TextureRead => "storage texture, read",
            Self::TextureWrite => "storage texture, write",
            Self::TextureReadWrite => "storage texture, read_write",
            Self::Sampler => "sampler",
            Self::Handle => "handle",
        })
    }
}

/// A constant that each launch may set: `override name: type`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Override {
    /// Its name.
    pub name: String,
    /// The number in `@id`.
    pub id: Option<u16>,
    /// Its type in WGSL: `bool`, `i32`, `u32`, `f32`, ...
    pub ty: String,
    /// False when a launch of an entry point that uses it must set it.
    pub has_default: bool,
}

impl Override {
    /// The name by which naga and wgpu know it.
    pub(crate) fn key(&self) -> String {
        self.id.map_or_else(|| self.name.clone(), |id| id.to_string())
    }
}

/// The compute entry points, without their workgroup sizes where overrides decide them.
pub(super) fn entry_points(module: &Module, info: &ModuleInfo, text: &str) -> Vec<EntryPoint> {
    let compute = module.entry_points.iter().enumerate();
    let compute = compute.filter(|(_, entry)| entry.stage == ShaderStage::Compute);
    let describe = |(index, entry): (usize, &naga::EntryPoint)| {
        let fixed = entry.workgroup_size_overrides.is_none_or(|sizes| sizes.iter().all(Option::is_none));
        EntryPoint {
            name: entry.name.clone(),
            workgroup_size: fixed.then_some(entry.workgroup_size),
            bindings: bindings(module, info, index, text),
            index,
        }
    };
    compute.map(describe).collect()
}

fn bindings(module: &Module, info: &ModuleInfo, entry: usize, text: &str) -> Vec<Binding> {
    let uses = info.get_entry_point(entry);
    let mut found: Vec<Binding> = module
        .global_variables
        .iter()
        .filter(|(handle, _)| !uses[*handle].is_empty())
        .filter_map(|(handle, variable)| {
            let none = naga::ResourceBinding { group: u32::MAX, binding: 0 };
            let place = match variable.space {
                AddressSpace::Immediate => none,
                _ => variable.binding?,
            };
            let access = match variable.space {
                AddressSpace::Immediate => BindingAccess::Immediate,
                AddressSpace::Uniform => BindingAccess::Uniform,
                AddressSpace::Storage { access } if access.contains(StorageAccess::STORE) => {
                    BindingAccess::ReadWrite
                }
                AddressSpace::Storage { .. } => BindingAccess::Read,
                _ => BindingAccess::Handle,
            };
            let layout = Layout::of(module, variable.ty);
            // An array of bindings is no memory either.
            let (access, texture) = match layout {
                Layout::Opaque(_) => texture::reflect(module, handle, uses),
                _ => (access, None),
            };
            let span = module.global_variables.get_span(handle);
            Some(Binding {
                group: place.group,
                binding: place.binding,
                name: variable.name.clone().unwrap_or_default(),
                ty: layout::spell(module.to_ctx(), variable.ty),
                access,
                bytes: layout.bytes(),
                stride: layout.runtime_stride(),
                texture,
                filters: access == BindingAccess::Sampler && texture::filters(module, handle, uses),
                layout,
                line: if span.is_defined() { span.location(text).line_number } else { 0 },
            })
        })
        .collect();
    found.sort_by_key(|binding| (binding.group, binding.binding));
    found
}

/// The overrides of a module.
pub(super) fn overrides(module: &Module) -> Vec<Override> {
    let describe = |value: &naga::Override| Override {
        name: value.name.clone().unwrap_or_default(),
        id: value.id,
        ty: layout::spell(module.to_ctx(), value.ty),
        has_default: value.init.is_some(),
    };
    module.overrides.iter().map(|(_, value)| describe(value)).collect()
}

/// Name, group and binding of every resource.
pub(super) fn declared(module: &Module) -> Vec<(String, (u32, u32))> {
    let place = |variable: &naga::GlobalVariable| {
        let place = match variable.space {
            AddressSpace::Immediate => (u32::MAX, 0),
            _ => variable.binding.map(|place| (place.group, place.binding))?,
        };
        Some((variable.name.clone()?, place))
    };
    module.global_variables.iter().filter_map(|(_, variable)| place(variable)).collect()
}

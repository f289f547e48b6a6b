//! Pipelines of kernels, kept by shader, entry point and overrides.
//!
//! A user's shader is not trusted: it is compiled with all of wgpu's runtime checks, on a stack to match its nesting, and
//! a panic of the compiler is an error.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use super::device::Device;
use super::faults::lock;
use super::texture;
use crate::dispatch::Dispatch;
use crate::error::{Error, Result};
use crate::timeline::SpanKind;
use crate::wgsl::{Binding, BindingAccess, Feature, Partial, guarded};

/// Pipelines kept; past this many the cache starts anew.
const MAX_CACHED: usize = 256;

/// The cache.
#[derive(Default)]
pub(super) struct Kernels {
    by_key: Mutex<HashMap<Vec<u64>, Arc<KernelPipeline>>>,
}

/// An entry point with its overrides, compiled.
pub(super) struct KernelPipeline {
    pub(super) raw: wgpu::ComputePipeline,
    /// Layouts of the groups from 0 on, none where the entry point uses no binding of a group.
    pub(super) groups: Vec<Option<wgpu::BindGroupLayout>>,
    /// What runs parts of a grid: the group whose binding 0 says which part, and the bindings that windows may be bound to.
    pub(super) partial: Option<(u32, Vec<(u32, u32)>)>,
}

/// The features of wgpu that kernels may use, where an adapter has them.
pub(super) const FEATURES: wgpu::Features = wgpu::Features::SHADER_F16
    .union(wgpu::Features::SHADER_F64)
    .union(wgpu::Features::SHADER_I16)
    .union(wgpu::Features::SHADER_INT64)
    .union(wgpu::Features::SHADER_INT64_ATOMIC_MIN_MAX)
    .union(wgpu::Features::SHADER_INT64_ATOMIC_ALL_OPS)
    .union(wgpu::Features::SHADER_FLOAT32_ATOMIC)
    .union(wgpu::Features::SUBGROUP)
    .union(wgpu::Features::SUBGROUP_BARRIER)
    .union(wgpu::Features::IMMEDIATES)
    .union(texture::FEATURES);

/// Any of these gives a shader the feature.
const fn of_wgpu(feature: Feature) -> wgpu::Features {
    use wgpu::Features as F;
    match feature {
        Feature::F16 => F::SHADER_F16,
        Feature::F64 => F::SHADER_F64,
        Feature::I16 => F::SHADER_I16,
        Feature::I64 => F::SHADER_INT64,
        Feature::I64AtomicMinMax => F::SHADER_INT64_ATOMIC_MIN_MAX.union(F::SHADER_INT64_ATOMIC_ALL_OPS),
        Feature::I64Atomics => F::SHADER_INT64_ATOMIC_ALL_OPS,
        Feature::F32Atomics => F::SHADER_FLOAT32_ATOMIC,
        Feature::Subgroups => F::SUBGROUP,
        Feature::SubgroupBarrier => F::SUBGROUP_BARRIER,
        Feature::Immediates => F::IMMEDIATES,
        Feature::TextureAtomics => F::TEXTURE_ATOMIC,
        Feature::Norm16Storage => F::TEXTURE_FORMAT_16BIT_NORM,
        Feature::ExternalTextures => F::EXTERNAL_TEXTURE,
    }
}

impl Device {
    /// True when that is compiled.
    pub(super) fn has_kernel(&self, dispatch: &Dispatch<'_>, is_partial: bool) -> bool {
        let mut key = dispatch.program.key.clone();
        key.push(u64::from(is_partial));
        lock(&self.kernels.by_key).contains_key(&key)
    }

    /// The compiled entry point of a launch; of one that runs in parts if `is_partial`.
    pub(super) fn kernel(&self, dispatch: &Dispatch<'_>, is_partial: bool) -> Result<Arc<KernelPipeline>> {
        let mut key = dispatch.program.key.clone();
        key.push(u64::from(is_partial));
        if let Some(found) = lock(&self.kernels.by_key).get(&key) {
            return Ok(Arc::clone(found));
        }
        self.check_features(dispatch)?;
        self.check_bindings(dispatch, is_partial)?;
        let name = || format!("compile {}", dispatch.name());
        let _open = self.span(SpanKind::Compile).map(|open| open.name(name()));
        let _entered = tracing::debug_span!("compile", kernel = dispatch.name()).entered();
        let shader = dispatch.shader;
        let compiled = guarded(&shader.label, &shader.source, || self.compile_kernel(dispatch, is_partial));
        // The text is valid, so that what fails is the translation for this device.
        let compiled = compiled.map_err(|error| match error {
            Error::Wgsl { rendered, .. } => {
                self.unable(format!("`{}` does not compile for it: {rendered}", dispatch.name()))
            }
            other => other,
        })?;
        let compiled = Arc::new(compiled);
        let mut cache = lock(&self.kernels.by_key);
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        cache.insert(key, Arc::clone(&compiled));
        Ok(compiled)
    }

    fn check_features(&self, dispatch: &Dispatch<'_>) -> Result<()> {
        let has = self.raw.features();
        let missing =
            dispatch.program.features().into_iter().filter(|&needed| !has.intersects(of_wgpu(needed)));
        let missing: Vec<&str> = missing.map(Feature::name).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let name = dispatch.name();
        Err(self.unable(format!("`{name}` needs {}, which the adapter lacks", missing.join(", "))))
    }

    fn check_bindings(&self, dispatch: &Dispatch<'_>, is_partial: bool) -> Result<()> {
        let more = usize::from(is_partial);
        let limits = self.raw.limits();
        let bindings = &dispatch.shader.entries[dispatch.entry].bindings;
        let count = |accesses: &[BindingAccess]| {
            bindings.iter().filter(|binding| accesses.contains(&binding.access)).count()
        };
        let storage = count(&[BindingAccess::Read, BindingAccess::ReadWrite]);
        let uniform = count(&[BindingAccess::Uniform]);
        let groups = bindings.iter().filter_map(group).map(|group| group as usize + 1).max().unwrap_or(0);
        let checks = [
            ("storage buffers", storage, limits.max_storage_buffers_per_shader_stage),
            ("uniform buffers", uniform + more, limits.max_uniform_buffers_per_shader_stage),
            ("bind groups", groups + more, limits.max_bind_groups),
        ];
        let mut checks = checks.into_iter().chain(texture::counts(bindings, &limits));
        match checks.find(|(_, needed, limit)| *needed > *limit as usize) {
            None => Ok(()),
            Some((what, needed, limit)) => {
                let name = dispatch.name();
                Err(self.unable(format!("`{name}` with {needed} {what}, the adapter's limit is {limit}")))
            }
        }
    }

    fn compile_kernel(&self, dispatch: &Dispatch<'_>, is_partial: bool) -> Result<KernelPipeline> {
        let entry = &dispatch.shader.entries[dispatch.entry];
        let label = Some(entry.name.as_str());
        let used: BTreeSet<u32> = entry.bindings.iter().filter_map(group).collect();
        let count = used.last().map_or(0, |last| last + 1);
        let immediates = entry.bindings.iter().filter(|binding| binding.access == BindingAccess::Immediate);
        let immediate_size =
            immediates.map(|binding| binding.bytes.next_multiple_of(4) as u32).max().unwrap_or(0);
        let partial = is_partial.then(|| Partial::new(dispatch.program, count));
        let partial_place = partial.as_ref().map(|partial| (count, partial.windows.clone()));
        // In a partial module overrides are constants already.
        let constants = dispatch.program.constants.iter().filter(|_| !is_partial);
        let constants: Vec<(&str, f64)> = constants.map(|(name, value)| (name.as_str(), *value)).collect();
        let source = match partial {
            Some(partial) => wgpu::ShaderSource::Naga(Cow::Owned(partial.module)),
            None => wgpu::ShaderSource::Wgsl(dispatch.shader.source.as_str().into()),
        };
        self.scoped(0, || {
            let layout = |index: u32| {
                let bindings = entry.bindings.iter().filter(|binding| group(binding) == Some(index));
                let entries: Vec<_> = bindings.map(layout_entry).collect();
                let descriptor = wgpu::BindGroupLayoutDescriptor { label, entries: &entries };
                used.contains(&index).then(|| self.raw.create_bind_group_layout(&descriptor))
            };
            let mut groups: Vec<_> = (0..count).map(layout).collect();
            if is_partial {
                let ty = wgpu::BufferBindingType::Uniform;
                let ty = wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None };
                let entries = [entry_of(0, ty)];
                let descriptor = wgpu::BindGroupLayoutDescriptor { label, entries: &entries };
                groups.push(Some(self.raw.create_bind_group_layout(&descriptor)));
            }
            let layouts: Vec<_> = groups.iter().map(Option::as_ref).collect();
            let layout = self.raw.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label,
                bind_group_layouts: &layouts,
                immediate_size,
            });
            let module = self.raw.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some(&dispatch.shader.label),
                source,
            });
            let raw = self.raw.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label,
                layout: Some(&layout),
                module: &module,
                entry_point: Some(&entry.name),
                compilation_options: wgpu::PipelineCompilationOptions {
                    constants: &constants,
                    zero_initialize_workgroup_memory: true,
                },
                cache: None,
            });
            KernelPipeline { raw, groups, partial: partial_place }
        })
    }
}

/// The group of a binding, none of an immediate.
fn group(binding: &Binding) -> Option<u32> {
    (binding.access != BindingAccess::Immediate).then_some(binding.group)
}

fn layout_entry(binding: &Binding) -> wgpu::BindGroupLayoutEntry {
    let ty = match binding.access {
        BindingAccess::Uniform => wgpu::BufferBindingType::Uniform,
        BindingAccess::ReadWrite => wgpu::BufferBindingType::Storage { read_only: false },
        _ => wgpu::BufferBindingType::Storage { read_only: true },
    };
    let buffer = wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None };
    entry_of(binding.binding, texture::binding_type(binding).unwrap_or(buffer))
}

fn entry_of(binding: u32, ty: wgpu::BindingType) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry { binding, visibility: wgpu::ShaderStages::COMPUTE, ty, count: None }
}

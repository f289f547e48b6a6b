//! Compiled passes, kept in memory by what they are made of.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::device::Device;
use super::encoder::{Covered, Encoder, shown};
use super::faults::lock;
use super::pool::{Buffer, Kind};
use crate::error::{Error, Result};
use crate::passes::{self, Access, Checks, Chunk, Pass, Resource, Variant};
use crate::timeline::SpanKind;
use crate::work::Work;

/// A pass with its pipeline.
pub(super) struct Program {
    pub(super) pass: Pass,
    layout: wgpu::BindGroupLayout,
    pipeline: wgpu::ComputePipeline,
}

/// Which pass of a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Stage {
    Map,
    ReduceElements,
    ReduceStates,
    ScanElements(Variant),
    ScanStates,
    Carry,
    Lanes,
}

/// The pass, and what its code depends on.
type Key = (Stage, Vec<u64>);

/// The cache.
#[derive(Default)]
pub(super) struct Pipelines {
    by_key: Mutex<HashMap<Key, Arc<Program>>>,
}

/// A buffer, or a part of one, in the place of a resource.
#[derive(Clone, Copy)]
pub(super) struct Bound<'a> {
    pub(super) resource: Resource,
    pub(super) buffer: &'a wgpu::Buffer,
    pub(super) offset: u64,
    pub(super) bytes: u64,
}

impl Device {
    /// The compiled pass with this key; `lower` makes it at the first use.
    pub(super) fn program(
        &self,
        stage: Stage,
        key: Vec<u64>,
        lower: impl FnOnce() -> Result<Pass>,
    ) -> Result<Arc<Program>> {
        let key = (stage, key);
        if let Some(program) = lock(&self.pipelines.by_key).get(&key) {
            return Ok(program.clone());
        }
        let program = Arc::new(self.compile(lower()?)?);
        lock(&self.pipelines.by_key).insert(key, program.clone());
        Ok(program)
    }

    fn compile(&self, pass: Pass) -> Result<Program> {
        let _open =
            self.span(SpanKind::Compile).map(|open| open.name(format!("compile {}", shown(pass.label))));
        let _entered = tracing::debug_span!("compile", pass = pass.label).entered();
        let is_params = |access: Access| matches!(access, Access::Uniform | Access::Immediate);
        let storage = pass.bindings.iter().filter(|binding| !is_params(binding.access)).count();
        if storage > self.info.max_storage_buffers as usize {
            let what = format!(
                "{storage} arrays in one pass, and the adapter binds {}",
                self.info.max_storage_buffers
            );
            return Err(Error::Unsupported { executor: self.info.name.clone(), what });
        }
        let (layout, pipeline) = self.scoped(0, || {
            let entries: Vec<_> = (0..)
                .zip(&pass.bindings)
                .filter_map(|(index, binding)| entry(index, binding.access))
                .collect();
            let layout = self.raw.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
                label: Some(pass.label),
                entries: &entries,
            });
            let pipeline_layout = self.raw.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some(pass.label),
                bind_group_layouts: &[Some(&layout)],
                immediate_size: if has_immediates(&pass) { 16 * pass.params.vec4s() as u32 } else { 0 },
            });
            let descriptor = wgpu::ShaderModuleDescriptor {
                label: Some(pass.label),
                source: wgpu::ShaderSource::Wgsl(pass.wgsl.as_str().into()),
            };
            // SAFETY: templates index buffers and workgroup memory in range by construction (every access is guarded by
            // the number of elements, and buffers hold whole quads of them), their loops end, and they do not divide by
            // what may be zero. User functions reach no buffer; the checks that their own loops, divisions and local
            // arrays need stay on.
            let module =
                unsafe { self.raw.create_shader_module_trusted(descriptor, runtime_checks(pass.checks)) };
            let pipeline = self.raw.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some(pass.label),
                layout: Some(&pipeline_layout),
                module: &module,
                entry_point: Some(passes::ENTRY),
                compilation_options: wgpu::PipelineCompilationOptions {
                    zero_initialize_workgroup_memory: false,
                    ..Default::default()
                },
                cache: None,
            });
            (layout, pipeline)
        })?;
        Ok(Program { pass, layout, pipeline })
    }

    /// Records a dispatch over `len` elements. Returns its uniform buffer, if it has one, to be kept until the submission.
    pub(super) fn dispatch(
        &self,
        encoder: &mut Encoder,
        program: &Program,
        work: &Work,
        chunk: Chunk,
        bound: &[Bound],
    ) -> Result<Option<Buffer>> {
        let words = program.pass.params.fill(work, chunk);
        let bytes: &[u8] = bytemuck::must_cast_slice(&words);
        let uniform = match has_immediates(&program.pass) {
            true => None,
            false => Some(self.buffer(Kind::Uniform, bytes.len() as u64)?),
        };
        let size = |bytes| std::num::NonZeroU64::new(bytes);
        self.scoped(0, || {
            if let Some(uniform) = &uniform {
                self.queue.write_buffer(uniform.raw(), 0, bytes);
            }
            let entry = |(index, binding): (u32, &passes::Binding)| {
                let (buffer, offset, bytes) = match binding.resource {
                    Resource::Params => (uniform.as_ref()?.raw(), 0, bytes.len() as u64),
                    resource => {
                        let found = bound.iter().find(|bound| bound.resource == resource);
                        let bound = found.expect("every resource of a pass is bound by its caller");
                        (bound.buffer, bound.offset, bound.bytes)
                    }
                };
                let binding = wgpu::BufferBinding { buffer, offset, size: size(bytes) };
                let resource = wgpu::BindingResource::Buffer(binding);
                Some(wgpu::BindGroupEntry { binding: index, resource })
            };
            let entries: Vec<_> = (0..).zip(&program.pass.bindings).filter_map(entry).collect();
            let group = self.raw.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some(program.pass.label),
                layout: &program.layout,
                entries: &entries,
            });
            let [x, y] = program.pass.grid(chunk.len as usize, self.info.max_groups);
            let mut pass = encoder.pass(program.pass.label, covered(chunk, bound));
            pass.set_pipeline(&program.pipeline);
            pass.set_bind_group(0, &group, &[]);
            if uniform.is_none() {
                pass.set_immediates(0, bytes);
            }
            pass.dispatch_workgroups(x, y, 1);
        })?;
        Ok(uniform)
    }
}

/// What a pass over a chunk is about.
fn covered(chunk: Chunk, bound: &[Bound]) -> Covered {
    let is_of_states = |bound: &Bound| matches!(bound.resource, Resource::States | Resource::Spine);
    let first = chunk.base as usize;
    let elements = (!bound.iter().any(is_of_states)).then(|| first..first + chunk.len as usize);
    Covered { elements, bytes: bound.iter().map(|bound| bound.bytes).sum() }
}

fn runtime_checks(checks: Checks) -> wgpu::ShaderRuntimeChecks {
    wgpu::ShaderRuntimeChecks {
        bounds_checks: checks.bounds,
        force_loop_bounding: checks.loops,
        int_div_checks: checks.division,
        ..wgpu::ShaderRuntimeChecks::checked()
    }
}

/// True for a pass whose parameters travel with its commands.
fn has_immediates(pass: &Pass) -> bool {
    pass.bindings.iter().any(|binding| binding.access == Access::Immediate)
}

/// The entry of what is bound.
fn entry(index: u32, access: Access) -> Option<wgpu::BindGroupLayoutEntry> {
    let ty = match access {
        Access::Immediate => return None,
        Access::Uniform => wgpu::BufferBindingType::Uniform,
        Access::Read => wgpu::BufferBindingType::Storage { read_only: true },
        Access::ReadWrite => wgpu::BufferBindingType::Storage { read_only: false },
    };
    Some(wgpu::BindGroupLayoutEntry {
        binding: index,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    })
}

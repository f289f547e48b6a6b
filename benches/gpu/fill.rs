//! Words in device memory, made by the device: those of [`data::word`](crate::data::word), or all ones as poison.

use crate::data;
use crate::raw::Raw;
use crate::timing::Trouble;

/// Bytes of a binding: within every device's limit.
const SEGMENT: u64 = 64 << 20;

const GROUP: u64 = 256;

/// Two dimensions, because one has 65535 groups at most.
const ROW: u64 = 4096;

/// A compiled shader that fills buffers.
pub(crate) struct Fill {
    pipeline: wgpu::ComputePipeline,
}

impl Fill {
    pub(crate) fn new(raw: &Raw) -> Result<Self, Trouble> {
        let body = format!(
            "{}
@group(0) @binding(0) var<uniform> job: vec4<u32>; // first element, elements, seed, bits that are set in each
@group(0) @binding(1) var<storage, read_write> out: array<u32>;
@compute @workgroup_size({GROUP})
fn fill(@builtin(global_invocation_id) id: vec3<u32>) {{
    let i = id.y * {}u + id.x;
    if i < job.y {{ out[i] = word(job.x + i, job.z) | job.w; }}
}}",
            data::WGSL,
            ROW * GROUP,
        );
        let pipeline = raw.scoped(|| {
            let source = wgpu::ShaderSource::Wgsl(body.into());
            let descriptor = wgpu::ShaderModuleDescriptor { label: Some("bench: fill"), source };
            let module = raw.device.create_shader_module(descriptor);
            raw.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
                label: Some("bench: fill"),
                layout: None,
                module: &module,
                entry_point: Some("fill"),
                compilation_options: wgpu::PipelineCompilationOptions::default(),
                cache: None,
            })
        })?;
        Ok(Self { pipeline })
    }

    /// Fills `n` words with those of a seed.
    pub(crate) fn words(&self, raw: &Raw, buffer: &wgpu::Buffer, n: u64, seed: u32) -> Result<(), Trouble> {
        self.run(raw, buffer, n, [seed, 0])
    }

    /// Fills `n` words with ones, which as a float is a NaN.
    pub(crate) fn poison(&self, raw: &Raw, buffer: &wgpu::Buffer, n: u64) -> Result<(), Trouble> {
        self.run(raw, buffer, n, [0, u32::MAX])
    }

    fn run(&self, raw: &Raw, buffer: &wgpu::Buffer, n: u64, [seed, ones]: [u32; 2]) -> Result<(), Trouble> {
        let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        for first in (0..n).step_by((SEGMENT / 4) as usize) {
            let len = (SEGMENT / 4).min(n - first);
            let job = raw.buffer(16, usage)?;
            raw.queue.write_buffer(&job, 0, bytemuck::cast_slice(&[first as u32, len as u32, seed, ones]));
            let encoder = raw.scoped(|| {
                let binding =
                    wgpu::BufferBinding { buffer, offset: first * 4, size: wgpu::BufferSize::new(len * 4) };
                let group = raw.device.create_bind_group(&wgpu::BindGroupDescriptor {
                    label: Some("bench: fill"),
                    layout: &self.pipeline.get_bind_group_layout(0),
                    entries: &[
                        wgpu::BindGroupEntry { binding: 0, resource: job.as_entire_binding() },
                        wgpu::BindGroupEntry { binding: 1, resource: wgpu::BindingResource::Buffer(binding) },
                    ],
                });
                let mut encoder = raw.encoder();
                {
                    let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                    pass.set_pipeline(&self.pipeline);
                    pass.set_bind_group(0, &group, &[]);
                    let groups = len.div_ceil(GROUP);
                    pass.dispatch_workgroups(groups.min(ROW) as u32, groups.div_ceil(ROW) as u32, 1);
                }
                encoder
            })?;
            raw.finish(encoder)?;
        }
        Ok(())
    }
}

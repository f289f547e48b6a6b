//! A kernel on a device: memory brought there, one dispatch, results brought back or left.
//!
//! A launch is never cut: what the device cannot do at once is refused, with the limit, before anything runs.

use std::sync::{Arc, Mutex, OnceLock};

use super::device::Device;
use super::kernels::KernelPipeline;
use super::pool::{Buffer, Kind};
use super::resident::{Resident, host_words, padded_bytes};
use super::texture::{self, Held};
use crate::array::ArrayData;
use crate::dispatch::{self, Data, Dispatch};
use crate::error::{Error, Result};
use crate::wgsl::BindingAccess;

/// The memory of a binding on the device.
enum Memory {
    /// A buffer of the launch's own.
    Owned(Buffer),
    /// The only segment of an array.
    Segment(Arc<Resident>),
    /// Not in a buffer.
    Immediate(Vec<u32>),
    Texture(Held),
    Sampler(wgpu::Sampler),
}

/// A binding on the device.
struct Place {
    memory: Memory,
    /// Bytes that the shader sees.
    bytes: u64,
}

impl Place {
    fn resource(&self) -> Option<wgpu::BindingResource<'_>> {
        let buffer = match &self.memory {
            Memory::Owned(buffer) => buffer.raw(),
            Memory::Segment(array) => array.segment(0)?.raw(),
            Memory::Immediate(_) => return None,
            Memory::Texture(held) => return Some(wgpu::BindingResource::TextureView(&held.view)),
            Memory::Sampler(sampler) => return Some(wgpu::BindingResource::Sampler(sampler)),
        };
        let size = std::num::NonZeroU64::new(self.bytes);
        Some(wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset: 0, size }))
    }
}

impl Device {
    /// Runs a launch. The host's memory changes only when everything has succeeded.
    pub(super) async fn launch(self: &Arc<Self>, dispatch: &mut Dispatch<'_>) -> Result<()> {
        self.check_grid(dispatch)?;
        for buffer in &dispatch.buffers {
            self.check_buffer(dispatch, buffer)?;
        }
        self.check_textures(dispatch)?;
        let pipeline = self.kernel(dispatch)?;
        let mut encoder = self.encoder();
        let mut staging = Vec::new();
        let mut places = Vec::new();
        for index in 0..dispatch.buffers.len() {
            places.push(match self.bring_resource(dispatch, index)? {
                Some(memory) => Place { memory, bytes: 0 },
                None => self.bring(&mut encoder, &mut staging, &mut dispatch.buffers[index]).await?,
            });
        }
        self.encode(&mut encoder, dispatch, &pipeline, &places)?;
        let mut results = Vec::new();
        for (place, buffer) in places.iter_mut().zip(&dispatch.buffers) {
            results.push(self.result(&mut encoder, place, &buffer.data)?);
        }
        let submission = self.submit(encoder)?;
        drop(staging);
        let mut waits = vec![self.completion()];
        for result in &mut results {
            if let Leaving::Host { target, bytes } | Leaving::Texture { target, bytes } = result {
                waits.push(self.map(target, wgpu::MapMode::Read, *bytes));
            }
        }
        self.watch(Some(submission));
        for wait in &waits {
            self.finish(wait).await?;
        }
        for (result, buffer) in results.into_iter().zip(&mut dispatch.buffers) {
            match (result, &mut buffer.data) {
                (Leaving::Host { mut target, .. }, Data::Write(words)) => {
                    self.read_mapped(&target, 0, words)?;
                    target.raw().unmap();
                    target.mapped = false;
                }
                (Leaving::Texture { mut target, bytes }, Data::TextureMut(texture)) => {
                    self.read_texture(&target, bytes, texture)?;
                    target.raw().unmap();
                    target.mapped = false;
                }
                (Leaving::Array(resident), Data::ArrayMut(array)) => {
                    let device = Mutex::new(Some(Arc::new(resident).erased()));
                    **array =
                        Arc::new(ArrayData { ty: array.ty, len: array.len, host: OnceLock::new(), device });
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check_grid(&self, dispatch: &Dispatch<'_>) -> Result<()> {
        let limit = self.info.max_groups;
        for (axis, &groups) in ["x", "y", "z"].iter().zip(&dispatch.grid) {
            if groups > limit {
                return Err(self.unable(format!(
                    "`{}` with {groups} workgroups in {axis}, the adapter's limit is {limit}",
                    dispatch.name()
                )));
            }
        }
        let size = dispatch.program.workgroup_size;
        let limits = self.raw.limits();
        let most = [
            limits.max_compute_workgroup_size_x,
            limits.max_compute_workgroup_size_y,
            limits.max_compute_workgroup_size_z,
        ];
        let threads = size.iter().fold(1u64, |product, &n| product.saturating_mul(u64::from(n)));
        let within = u64::from(limits.max_compute_invocations_per_workgroup);
        if threads > within || size.iter().zip(most).any(|(&size, most)| size > most) {
            let by = |sizes: [u32; 3]| sizes.map(|size| size.to_string()).join(" x ");
            return Err(self.unable(format!(
                "`{}` with workgroups of {}, the adapter's limits are {} and {within} in all",
                dispatch.name(),
                by(size),
                by(most)
            )));
        }
        Ok(())
    }

    fn check_buffer(&self, dispatch: &Dispatch<'_>, buffer: &dispatch::Buffer<'_>) -> Result<()> {
        let limits = self.raw.limits();
        let (bytes, limit) = (buffer.data.words() as u64 * 4, self.max_binding());
        let limit = match buffer.access {
            BindingAccess::Uniform => limits.max_uniform_buffer_binding_size,
            BindingAccess::Immediate => u64::from(limits.max_immediate_size),
            BindingAccess::Read | BindingAccess::ReadWrite => limit,
            // Textures have limits of their own.
            _ => return Ok(()),
        };
        if bytes <= limit {
            return Ok(());
        }
        let (group, binding) = (buffer.group, buffer.binding);
        Err(self.unable(format!(
            "{bytes} bytes for @group({group}) @binding({binding}) of `{}`, the adapter's limit is {limit}",
            dispatch.name()
        )))
    }

    /// The error for something that this device cannot do, and another executor might.
    pub(super) fn unable(&self, what: String) -> Error {
        Error::Unsupported { executor: self.info.name.clone(), what }
    }

    /// Brings a texture or sampler to the device; none for other bindings.
    fn bring_resource(&self, dispatch: &Dispatch<'_>, index: usize) -> Result<Option<Memory>> {
        let buffer = &dispatch.buffers[index];
        let Some(binding) = texture::declared(dispatch, buffer) else { return Ok(None) };
        let texture = match &buffer.data {
            Data::Texture(texture) => texture,
            Data::TextureMut(texture) => &**texture,
            Data::Sampler(sampler) => return self.sampler(binding, *sampler).map(Memory::Sampler).map(Some),
            _ => return Ok(None),
        };
        self.bring_texture(binding, texture).map(Memory::Texture).map(Some)
    }

    /// Brings a binding's memory to the device.
    async fn bring(
        self: &Arc<Self>,
        encoder: &mut wgpu::CommandEncoder,
        staging: &mut Vec<Buffer>,
        buffer: &mut dispatch::Buffer<'_>,
    ) -> Result<Place> {
        let bytes = buffer.data.words() as u64 * 4;
        match buffer.access {
            BindingAccess::Uniform | BindingAccess::Immediate => {
                let words = match &buffer.data {
                    Data::Read(words) => words,
                    Data::Write(words) => &**words,
                    Data::Array(array) => host_words(array).await?,
                    Data::ArrayMut(array) => host_words(array).await?,
                    Data::Texture(_) | Data::TextureMut(_) | Data::Sampler(_) => &[],
                };
                if buffer.access == BindingAccess::Immediate {
                    return Ok(Place { memory: Memory::Immediate(words.to_vec()), bytes });
                }
                let uniform = self.buffer(Kind::Uniform, bytes.next_multiple_of(16))?;
                self.scoped(0, || {
                    self.queue.write_buffer(uniform.raw(), 0, bytemuck::must_cast_slice(words));
                })?;
                Ok(Place { memory: Memory::Owned(uniform), bytes: bytes.next_multiple_of(16) })
            }
            _ => {
                let memory = match &mut buffer.data {
                    Data::Read(words) => self.upload(encoder, staging, words).await?,
                    Data::Write(words) => self.upload(encoder, staging, words).await?,
                    Data::Array(array) => match self.array_here(array).await? {
                        Some(here) if here.segment_count() == 1 => Memory::Segment(here),
                        Some(here) => Memory::Owned(self.gathered(encoder, &here, bytes)?),
                        None => self.upload(encoder, staging, host_words(array).await?).await?,
                    },
                    Data::ArrayMut(array) => match self.here(array) {
                        // Nobody else can see it, and the host has no copy that would then be stale.
                        Some(here) if here.segment_count() == 1 && is_ours_alone(array) => {
                            Memory::Segment(here)
                        }
                        Some(here) => Memory::Owned(self.gathered(encoder, &here, bytes)?),
                        None => self.upload(encoder, staging, host_words(array).await?).await?,
                    },
                    Data::Texture(_) | Data::TextureMut(_) | Data::Sampler(_) => {
                        Memory::Immediate(Vec::new())
                    }
                };
                Ok(Place { memory, bytes })
            }
        }
    }

    async fn upload(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        staging: &mut Vec<Buffer>,
        words: &[u32],
    ) -> Result<Memory> {
        let mut storage = self.buffer(Kind::Storage, (words.len() as u64 * 4).next_multiple_of(16))?;
        staging.extend(self.send(encoder, &mut storage, words).await?);
        Ok(Memory::Owned(storage))
    }

    /// The array with all its data on this device, if it is there.
    fn here(self: &Arc<Self>, array: &ArrayData) -> Option<Arc<Resident>> {
        super::resident::resident(array).filter(|resident| resident.is_complete_on(self))
    }

    /// The array on this device, uploaded to stay if need be. `None` if it can only be streamed.
    async fn array_here(self: &Arc<Self>, array: &ArrayData) -> Result<Option<Arc<Resident>>> {
        let Some(here) = self.residence(array) else { return Ok(None) };
        let words = array.host.get().map_or(&[][..], Vec::as_slice);
        for segment in 0..here.segment_count() {
            here.upload(segment, words).await?;
        }
        Ok(Some(here))
    }

    /// A copy of an array in one buffer.
    fn gathered(&self, encoder: &mut wgpu::CommandEncoder, array: &Resident, bytes: u64) -> Result<Buffer> {
        let whole = self.buffer(Kind::Storage, bytes.next_multiple_of(16))?;
        self.copy_segments(array, |segment, at, bytes| {
            encoder.copy_buffer_to_buffer(segment.raw(), 0, whole.raw(), at, bytes);
        })?;
        Ok(whole)
    }

    /// Calls `copy` with each segment, its first byte in the array, and its bytes.
    fn copy_segments(&self, array: &Resident, mut copy: impl FnMut(&Buffer, u64, u64)) -> Result<()> {
        for index in 0..array.segment_count() {
            if let Some(segment) = array.segment(index) {
                let (at, bytes) = array.segment_place(index);
                self.scoped(0, || copy(segment, at, bytes))?;
            }
        }
        Ok(())
    }

    fn encode(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        dispatch: &Dispatch<'_>,
        pipeline: &KernelPipeline,
        places: &[Place],
    ) -> Result<()> {
        self.scoped(0, || {
            let label = Some(dispatch.name());
            let group = |(index, layout): (u32, &Option<wgpu::BindGroupLayout>)| {
                let bound = dispatch.buffers.iter().zip(places).filter(|(buffer, _)| buffer.group == index);
                let entries: Vec<_> = bound
                    .filter_map(|(buffer, place)| {
                        let resource = place.resource()?;
                        Some(wgpu::BindGroupEntry { binding: buffer.binding, resource })
                    })
                    .collect();
                let layout = layout.as_ref()?;
                let descriptor = wgpu::BindGroupDescriptor { label, layout, entries: &entries };
                Some((index, self.raw.create_bind_group(&descriptor)))
            };
            let groups: Vec<_> = (0..).zip(&pipeline.groups).filter_map(group).collect();
            let descriptor = wgpu::ComputePassDescriptor { label, timestamp_writes: None };
            let mut pass = encoder.begin_compute_pass(&descriptor);
            pass.set_pipeline(&pipeline.raw);
            for (index, group) in &groups {
                pass.set_bind_group(*index, group, &[]);
            }
            for place in places {
                if let Memory::Immediate(words) = &place.memory {
                    pass.set_immediates(0, bytemuck::must_cast_slice(words));
                }
            }
            let [x, y, z] = dispatch.grid;
            pass.dispatch_workgroups(x, y, z);
        })
    }

    /// Prepares what becomes of a binding after the dispatch.
    fn result(
        self: &Arc<Self>,
        encoder: &mut wgpu::CommandEncoder,
        place: &mut Place,
        data: &Data<'_>,
    ) -> Result<Leaving> {
        let memory = std::mem::replace(&mut place.memory, Memory::Immediate(Vec::new()));
        let bytes = place.bytes;
        match (data, memory) {
            (Data::Write(_), Memory::Owned(storage)) if self.direct => {
                Ok(Leaving::Host { target: storage, bytes })
            }
            (Data::Write(_), Memory::Owned(storage)) => {
                let target = self.buffer(Kind::Readback, bytes)?;
                self.scoped(0, || encoder.copy_buffer_to_buffer(storage.raw(), 0, target.raw(), 0, bytes))?;
                place.memory = Memory::Owned(storage);
                Ok(Leaving::Host { target, bytes })
            }
            (Data::ArrayMut(array), Memory::Owned(storage)) => {
                let resident = Resident::new(Arc::clone(self), array.ty, array.len);
                if resident.segment_count() == 1 && padded_bytes(array.ty, array.len) <= storage.raw().size()
                {
                    resident.fill(0, storage);
                    return Ok(Leaving::Array(resident));
                }
                for index in 0..resident.segment_count() {
                    let segment = self.buffer(Kind::Storage, resident.segment_bytes(index))?;
                    let (at, bytes) = resident.segment_place(index);
                    self.scoped(0, || {
                        encoder.copy_buffer_to_buffer(storage.raw(), at, segment.raw(), 0, bytes);
                    })?;
                    resident.fill(index, segment);
                }
                place.memory = Memory::Owned(storage);
                Ok(Leaving::Array(resident))
            }
            (Data::TextureMut(texture), Memory::Texture(held)) => {
                let (target, bytes) = self.texture_to_host(encoder, &held, texture)?;
                place.memory = Memory::Texture(held);
                Ok(Leaving::Texture { target, bytes })
            }
            (_, memory) => {
                place.memory = memory;
                Ok(Leaving::Nothing)
            }
        }
    }
}

/// What becomes of a binding.
enum Leaving {
    /// It stays as it is.
    Nothing,
    /// Its words go to the host.
    Host { target: Buffer, bytes: u64 },
    /// Its texels go to the host.
    Texture { target: Buffer, bytes: u64 },
    /// It is the array's new data.
    Array(Resident),
}

/// True if no other array shares this data, and it is nowhere but on a device.
fn is_ours_alone(array: &mut Arc<ArrayData>) -> bool {
    Arc::get_mut(array).is_some_and(|data| data.host.get().is_none())
}

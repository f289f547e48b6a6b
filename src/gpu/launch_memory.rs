//! The memory of a launch on a device: how it gets there, and what becomes of it.

use std::ops::Range;
use std::sync::Arc;

use super::device::Device;
use super::encoder::Encoder;
use super::pool::{Buffer, Kind};
use super::resident::{self, Resident, host_words, padded_bytes};
use super::texture::{self, Held};
use crate::array::ArrayData;
use crate::dispatch::{self, Data, Dispatch, Share};
use crate::error::Result;
use crate::timeline::SpanKind;
use crate::wgsl::BindingAccess;

/// The memory of a binding on the device.
pub(super) enum Memory {
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
pub(super) struct Place {
    pub(super) memory: Memory,
    /// Bytes that the shader sees.
    pub(super) bytes: u64,
}

impl Place {
    pub(super) fn resource(&self) -> Option<wgpu::BindingResource<'_>> {
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
    /// Brings a texture or sampler to the device; none for other bindings.
    pub(super) fn bring_resource(&self, dispatch: &Dispatch<'_>, index: usize) -> Result<Option<Memory>> {
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

    /// Brings what is needed of a binding's memory to the device.
    pub(super) async fn bring(
        self: &Arc<Self>,
        encoder: &mut Encoder,
        staging: &mut Vec<Buffer>,
        buffer: &mut dispatch::Buffer<'_>,
        share: &Share,
    ) -> Result<Place> {
        let bytes = share.words.len() as u64 * 4;
        let is_whole = share.words.len() == buffer.data.words();
        if let Some(merge) = share.merge {
            let copy = vec![merge.identity(); share.words.len()];
            return Ok(Place { memory: self.upload(encoder, staging, &copy).await?, bytes });
        }
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
                    Data::Read(words) => self.upload(encoder, staging, &words[share.words.clone()]).await?,
                    Data::Write(words) => self.upload(encoder, staging, &words[share.words.clone()]).await?,
                    Data::Array(array) if !is_whole => {
                        let words = &host_words(array).await?[share.words.clone()];
                        self.upload(encoder, staging, words).await?
                    }
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
        encoder: &mut Encoder,
        staging: &mut Vec<Buffer>,
        words: &[u32],
    ) -> Result<Memory> {
        let mut storage = self.buffer(Kind::Storage, (words.len() as u64 * 4).next_multiple_of(16))?;
        staging.extend(self.send(encoder, &mut storage, words, None).await?);
        Ok(Memory::Owned(storage))
    }

    /// The array with all its data on this device, if it is there.
    fn here(self: &Arc<Self>, array: &ArrayData) -> Option<Arc<Resident>> {
        resident::resident(array).filter(|resident| resident.is_complete_on(self))
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
    fn gathered(&self, encoder: &mut Encoder, array: &Resident, bytes: u64) -> Result<Buffer> {
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

    /// Prepares what becomes of a binding after the dispatches.
    pub(super) fn result(
        self: &Arc<Self>,
        encoder: &mut Encoder,
        place: &mut Place,
        share: &Share,
        data: &Data<'_>,
    ) -> Result<Leaving> {
        let memory = std::mem::replace(&mut place.memory, Memory::Immediate(Vec::new()));
        // Of what is on the device.
        let start = share.words.start;
        let places: Vec<_> =
            share.written.iter().map(|words| words.start - start..words.end - start).collect();
        match (data, memory) {
            (Data::Write(_), memory) if places.is_empty() => {
                place.memory = memory;
                Ok(Leaving::Nothing)
            }
            (Data::Write(_), Memory::Owned(storage)) if self.direct => {
                Ok(Leaving::Host { target: storage, places })
            }
            (Data::Write(_), Memory::Owned(storage)) => {
                let bytes = 4 * places.iter().map(|words| words.len() as u64).sum::<u64>();
                let target = self.buffer(Kind::Readback, bytes)?;
                let mut packed = Vec::with_capacity(places.len());
                let mut at = 0;
                for words in places {
                    let (from, to, bytes) = (4 * words.start as u64, 4 * at as u64, 4 * words.len() as u64);
                    self.scoped(0, || {
                        encoder.transfer(SpanKind::CopyOut, bytes, |encoder| {
                            encoder.copy_buffer_to_buffer(storage.raw(), from, target.raw(), to, bytes);
                        });
                    })?;
                    packed.push(at..at + words.len());
                    at += words.len();
                }
                place.memory = Memory::Owned(storage);
                Ok(Leaving::Host { target, places: packed })
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
pub(super) enum Leaving {
    /// It stays as it is.
    Nothing,
    /// Words of it go to the host: those that the part has written, and where they are in `target`.
    Host { target: Buffer, places: Vec<Range<usize>> },
    /// Its texels go to the host.
    Texture { target: Buffer, bytes: u64 },
    /// It is the array's new data.
    Array(Resident),
}

impl Leaving {
    /// Bytes that go to the host.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            Self::Host { places, .. } => 4 * places.iter().map(|place| place.len() as u64).sum::<u64>(),
            Self::Texture { bytes, .. } => *bytes,
            Self::Nothing | Self::Array(_) => 0,
        }
    }

    /// The buffer that the host maps.
    pub(super) fn target(&self) -> Option<&Buffer> {
        match self {
            Self::Host { target, .. } | Self::Texture { target, .. } => Some(target),
            Self::Nothing | Self::Array(_) => None,
        }
    }
}

/// True if no other array shares this data, and it is nowhere but on a device.
fn is_ours_alone(array: &mut Arc<ArrayData>) -> bool {
    Arc::get_mut(array).is_some_and(|data| data.host.get().is_none())
}

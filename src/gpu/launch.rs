//! A kernel on a device: memory brought there, dispatches, results brought back or left.
//!
//! A launch, or a part of one, is begun, and ended when its results are wanted; the host may do something else meanwhile. Its
//! grid may be larger than a dispatch: it takes several then. Its buffers have to fit; those of a part are windows of the
//! launch's.

use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use super::device::Device;
use super::encoder::{Covered, Encoder, Submission};
use super::faults::Wait;
use super::kernels::KernelPipeline;
use super::launch_memory::{Leaving, Memory, Place};
use super::pool::{Buffer, Kind};
use crate::array::ArrayData;
use crate::dispatch::{self, Data, Dispatch, Piece, Share};
use crate::error::{Error, Result};
use crate::wgsl::{BindingAccess, ORIGIN_WORDS, Part};

/// Dispatches of one launch, at most.
const MAX_DISPATCHES: u64 = 4096;

/// A part of a launch that a device is running.
pub(crate) struct Running {
    piece: Piece,
    results: Vec<Leaving>,
    waits: Vec<Wait>,
    submission: Submission,
    began: Instant,
    /// Not to be used again before the end.
    _places: Vec<Place>,
}

impl Running {
    /// When the device was done with it; `None` while it is not.
    pub(crate) fn ended(&self) -> Option<Instant> {
        self.waits.iter().map(Wait::ended).try_fold(self.began, |last, ended| Some(last.max(ended?)))
    }
}

/// Bytes up to the end of the last place, in words.
fn bytes_of(places: &[Range<usize>]) -> u64 {
    places.last().map_or(0, |place| 4 * place.end as u64)
}

impl Device {
    /// Runs a launch. The host's memory changes only when everything has succeeded.
    pub(super) async fn launch(self: &Arc<Self>, dispatch: &mut Dispatch<'_>) -> Result<()> {
        let piece = Piece::whole(dispatch);
        let running = self.begin(dispatch, piece).await?;
        self.end(running, dispatch).await
    }

    /// Checks a part of a launch and compiles what it needs: the seconds that took, if it was not there.
    pub(super) async fn prepare_kernel(
        self: &Arc<Self>,
        dispatch: &Dispatch<'_>,
        piece: &Piece,
    ) -> Result<Option<f64>> {
        let (_, is_partial) = self.checked(dispatch, piece)?;
        if self.has_kernel(dispatch, is_partial) {
            return Ok(None);
        }
        let start = Instant::now();
        self.kernel(dispatch, is_partial)?;
        Ok(Some(start.elapsed().as_secs_f64()))
    }

    /// The dispatches that a part of a launch takes, and whether it is one of a grid that runs in parts; or what this device
    /// cannot do of it.
    fn checked(&self, dispatch: &Dispatch<'_>, piece: &Piece) -> Result<(Vec<Part>, bool)> {
        self.check_workgroup(dispatch)?;
        let boxes = self.boxes(dispatch, &piece.part)?;
        for (buffer, share) in dispatch.buffers.iter().zip(&piece.shares) {
            self.check_buffer(dispatch, buffer, share)?;
        }
        self.check_textures(dispatch)?;
        let is_partial = boxes.len() > 1 || *piece != Piece::whole(dispatch);
        Ok((boxes, is_partial))
    }

    /// Starts a part of a launch: everything that it needs of the host has been copied when this returns.
    pub(super) async fn begin(
        self: &Arc<Self>,
        dispatch: &mut Dispatch<'_>,
        piece: Piece,
    ) -> Result<Running> {
        let (boxes, is_partial) = self.checked(dispatch, &piece)?;
        let pipeline = self.kernel(dispatch, is_partial)?;
        let mut encoder = self.encoder();
        let mut staging = Vec::new();
        let mut places = Vec::new();
        for (index, share) in piece.shares.iter().enumerate() {
            places.push(match self.bring_resource(dispatch, index)? {
                Some(memory) => Place { memory, bytes: 0 },
                None => self.bring(&mut encoder, &mut staging, &mut dispatch.buffers[index], share).await?,
            });
        }
        let origins = match &pipeline.partial {
            Some((_, windows)) => Some(self.origins(dispatch, &piece, &boxes, windows)?),
            None => None,
        };
        self.encode(&mut encoder, dispatch, &pipeline, &places, &boxes, origins.as_ref())?;
        let mut results = Vec::new();
        for ((place, share), buffer) in places.iter_mut().zip(&piece.shares).zip(&dispatch.buffers) {
            results.push(self.result(&mut encoder, place, share, &buffer.data)?);
        }
        let submission = self.submit(encoder)?;
        drop(staging);
        let mut waits = vec![self.completion()];
        for result in &mut results {
            match result {
                Leaving::Host { target, places } => {
                    waits.push(self.map(target, wgpu::MapMode::Read, bytes_of(places)));
                }
                Leaving::Texture { target, bytes } => {
                    waits.push(self.map(target, wgpu::MapMode::Read, *bytes));
                }
                Leaving::Nothing | Leaving::Array(_) => {}
            }
        }
        self.watch(Some(submission.index.clone()), &waits);
        Ok(Running { piece, results, waits, submission, began: Instant::now(), _places: places })
    }

    /// Waits for a part of a launch and puts its results where they belong.
    pub(super) async fn end(&self, running: Running, dispatch: &mut Dispatch<'_>) -> Result<()> {
        let bytes = running.results.iter().map(Leaving::bytes).sum();
        let _download = self.download(&running.submission, bytes);
        for wait in &running.waits {
            self.finish(wait).await?;
        }
        // The host's memory may be what the launch reads too: whoever runs it again must find it unchanged. So nothing is
        // written before everything is visible.
        let mut views = Vec::with_capacity(running.results.len());
        for result in &running.results {
            views.push(match result {
                Leaving::Host { target, places } => Some(self.mapped(target, bytes_of(places))?),
                Leaving::Texture { target, bytes } => Some(self.mapped(target, *bytes)?),
                Leaving::Nothing | Leaving::Array(_) => None,
            });
        }
        let copy = || {
            let results = running.results.iter().zip(&views).zip(&running.piece.shares);
            for (((result, view), share), buffer) in results.zip(&mut dispatch.buffers) {
                match (result, view, &mut buffer.data) {
                    (Leaving::Host { places, .. }, Some(view), Data::Write(out)) => {
                        self.copy_places(view, places, share, out);
                    }
                    (Leaving::Texture { .. }, Some(view), Data::TextureMut(texture)) => {
                        Self::read_texture(view, texture);
                    }
                    _ => {}
                }
            }
        };
        // One pin holds the memory of all.
        if let Some(target) = running.results.iter().rev().find_map(Leaving::target) {
            self.pinned(target, copy)?;
        }
        drop(views);
        for (result, buffer) in running.results.into_iter().zip(&mut dispatch.buffers) {
            match (result, &mut buffer.data) {
                (Leaving::Host { mut target, .. } | Leaving::Texture { mut target, .. }, _) => {
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

    /// Puts the words that a part has written where they belong.
    fn copy_places(&self, view: &wgpu::BufferView, places: &[Range<usize>], share: &Share, out: &mut [u32]) {
        for (from, to) in places.iter().zip(&share.written) {
            let out = &mut out[to.clone()];
            let Some(merge) = share.merge else {
                self.copy_words(view, from.start, out);
                continue;
            };
            let mut copy = vec![0; from.len()];
            self.copy_words(view, from.start, &mut copy);
            merge.apply(out, &copy);
        }
    }

    /// The dispatches that a part of a grid takes.
    fn boxes(&self, dispatch: &Dispatch<'_>, part: &Part) -> Result<Vec<Part>> {
        let limit = self.info.max_groups.max(1);
        let counts = part.clone().map(|range| range.len().div_ceil(limit as usize) as u64);
        if counts.iter().fold(1u64, |product, &n| product.saturating_mul(n)) > MAX_DISPATCHES {
            let by = part.clone().map(|range| range.len().to_string()).join(" x ");
            return Err(self.unable(format!(
                "`{}` with {by} workgroups, more than {MAX_DISPATCHES} dispatches of {limit} in each dimension",
                dispatch.name()
            )));
        }
        let cut = |range: &Range<u32>| -> Vec<Range<u32>> {
            let end = range.end;
            range.clone().step_by(limit as usize).map(|at| at..end.min(at.saturating_add(limit))).collect()
        };
        let [x, y, z] = [cut(&part[0]), cut(&part[1]), cut(&part[2])];
        let planes = z.iter().flat_map(|z| y.iter().map(move |y| (y, z)));
        Ok(planes.flat_map(|(y, z)| x.iter().map(move |x| [x.clone(), y.clone(), z.clone()])).collect())
    }

    /// The uniform of each dispatch, and the bytes from one to the next.
    fn origins(
        &self,
        dispatch: &Dispatch<'_>,
        piece: &Piece,
        boxes: &[Part],
        windows: &[(u32, u32)],
    ) -> Result<(Buffer, u64)> {
        let words = ORIGIN_WORDS + 4 * windows.len();
        let stride = words.next_multiple_of(64);
        let mut all = vec![0; stride * boxes.len()];
        for (uniform, part) in all.chunks_mut(stride).zip(boxes) {
            for axis in 0..3 {
                uniform[axis] = part[axis].start;
                uniform[4 + axis] = dispatch.grid[axis];
            }
            for (slot, place) in uniform[ORIGIN_WORDS..].chunks_mut(4).zip(windows) {
                let (buffers, entry) = (&dispatch.buffers, &dispatch.shader.entries[dispatch.entry]);
                let found = buffers.iter().position(|buffer| (buffer.group, buffer.binding) == *place);
                if let Some(index) = found {
                    let element = entry.bindings[index].stride.map_or(4, |stride| stride as usize);
                    slot[0] = (4 * piece.shares[index].words.start / element) as u32;
                    slot[1] = (4 * buffers[index].data.words() / element) as u32;
                }
            }
        }
        let buffer = self.buffer(Kind::Uniform, 4 * all.len() as u64)?;
        self.scoped(0, || self.queue.write_buffer(buffer.raw(), 0, bytemuck::must_cast_slice(&all)))?;
        Ok((buffer, 4 * stride as u64))
    }

    fn check_workgroup(&self, dispatch: &Dispatch<'_>) -> Result<()> {
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

    fn check_buffer(
        &self,
        dispatch: &Dispatch<'_>,
        buffer: &dispatch::Buffer<'_>,
        share: &Share,
    ) -> Result<()> {
        let limits = self.raw.limits();
        let (bytes, limit) = (share.words.len() as u64 * 4, self.max_binding());
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

    fn encode(
        &self,
        encoder: &mut Encoder,
        dispatch: &Dispatch<'_>,
        pipeline: &KernelPipeline,
        places: &[Place],
        boxes: &[Part],
        origins: Option<&(Buffer, u64)>,
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
            let own = pipeline.partial.as_ref().map_or(pipeline.groups.len(), |(group, _)| *group as usize);
            let groups: Vec<_> = (0..).zip(&pipeline.groups[..own]).filter_map(group).collect();
            let origin = |index: usize| {
                let (layout, (buffer, stride)) = (pipeline.groups.get(own)?.as_ref()?, origins?);
                let (buffer, size) = (buffer.raw(), std::num::NonZeroU64::new(*stride));
                let bound = wgpu::BufferBinding { buffer, offset: index as u64 * stride, size };
                let entries =
                    [wgpu::BindGroupEntry { binding: 0, resource: wgpu::BindingResource::Buffer(bound) }];
                let descriptor = wgpu::BindGroupDescriptor { label, layout, entries: &entries };
                Some(self.raw.create_bind_group(&descriptor))
            };
            let bytes = places.iter().map(|place| place.bytes).sum();
            let mut pass = encoder.pass(dispatch.name(), Covered { elements: None, bytes });
            pass.set_pipeline(&pipeline.raw);
            for (index, group) in &groups {
                pass.set_bind_group(*index, group, &[]);
            }
            for place in places {
                if let Memory::Immediate(words) = &place.memory {
                    pass.set_immediates(0, bytemuck::must_cast_slice(words));
                }
            }
            for (index, part) in boxes.iter().enumerate() {
                if let Some(origin) = origin(index) {
                    pass.set_bind_group(own as u32, &origin, &[]);
                }
                let [x, y, z] = part.clone().map(|range| range.len() as u32);
                pass.dispatch_workgroups(x, y, z);
            }
        })
    }
}

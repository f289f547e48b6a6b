//! Results on their way to the host: submitted, copied, and being mapped.

use std::collections::VecDeque;
use std::ops::Range;

use tracing::Instrument;

use super::device::Device;
use super::encoder::{Encoder, Submission};
use super::faults::Wait;
use super::inputs::Inputs;
use super::pool::{Buffer, Kind};
use crate::error::Result;
use crate::timeline::SpanKind;

/// Chunks in flight at once: one is uploaded, one computed, one downloaded.
pub(super) const DEPTH: usize = 3;

/// A submission that is recorded and not yet made.
pub(super) struct Prepared {
    encoder: Encoder,
    inputs: Inputs,
    others: Vec<Buffer>,
    target: Buffer,
}

impl Prepared {
    /// With inputs that the commands read.
    pub(super) fn with_inputs(self, inputs: Inputs) -> Self {
        Self { inputs, ..self }
    }

    /// Submits; the words of the result from `skip` on are for `out`.
    pub(super) fn launch<'o>(self, device: &Device, out: &'o mut [u32], skip: usize) -> Result<Flight<'o>> {
        let Self { encoder, inputs, others, mut target } = self;
        let submission = device.submit(encoder)?;
        let wait = device.map(&mut target, wgpu::MapMode::Read, (skip + out.len()) as u64 * 4);
        let mut keep = inputs.submitted();
        // Submissions run in order, so that the next one may use scratch buffers at once, unless the host might map them.
        if device.direct {
            keep.extend(others);
        }
        device.watch_unless_soon(&submission, &wait);
        Ok(Flight { wait, submission, target, _keep: keep, out, skip })
    }
}

/// A submission and the words that it will give.
pub(super) struct Flight<'o> {
    wait: Wait,
    submission: Submission,
    /// Mapped for reading when the wait is over.
    target: Buffer,
    /// What the submission reads; free again after it.
    _keep: Vec<Buffer>,
    out: &'o mut [u32],
    /// Words of the target before those of `out`.
    skip: usize,
}

impl<'o> Flight<'o> {
    pub(super) fn queue() -> VecDeque<Self> {
        VecDeque::with_capacity(DEPTH)
    }

    /// Submits `encoder`, whose commands end by writing `target`; its words from `skip` on are for `out`.
    async fn land(mut self, device: &Device) -> Result<()> {
        let _download = device.download(&self.submission, self.out.len() as u64 * 4);
        device.finish_submitted(&self.submission, &self.wait).await?;
        device.read_mapped(&self.target, self.skip, self.out)?;
        self.target.raw().unmap();
        self.target.mapped = false;
        Ok(())
    }
}

/// Waits until at most `left` flights are in the air.
pub(super) async fn land_all(device: &Device, flights: &mut VecDeque<Flight<'_>>, left: usize) -> Result<()> {
    while flights.len() > left {
        if let Some(flight) = flights.pop_front() {
            flight.land(device).await?;
        }
    }
    Ok(())
}

/// A submission whose result stays on the device.
pub(super) struct Running {
    wait: Wait,
    submission: Submission,
    _keep: Vec<Buffer>,
}

/// Waits until at most `left` submissions are running.
pub(super) async fn settle_all(device: &Device, running: &mut VecDeque<Running>, left: usize) -> Result<()> {
    while running.len() > left {
        if let Some(oldest) = running.pop_front() {
            device.finish_submitted(&oldest.submission, &oldest.wait).await?;
        }
    }
    Ok(())
}

impl Device {
    /// Submits work whose result stays, with the buffers that it uses.
    pub(super) fn start(&self, encoder: Encoder, inputs: Inputs, mut others: Vec<Buffer>) -> Result<Running> {
        let submission = self.submit(encoder)?;
        let wait = self.completion();
        others.extend(inputs.submitted());
        self.watch_unless_soon(&submission, &wait);
        Ok(Running { wait, submission, _keep: others })
    }

    /// Puts words at the start of a storage buffer: in place, or through a staging buffer that the caller keeps until
    /// the submission. They are those of `elements`, as a timeline shows it.
    pub(super) async fn send(
        &self,
        encoder: &mut Encoder,
        storage: &mut Buffer,
        words: &[u32],
        elements: Option<Range<usize>>,
    ) -> Result<Option<Buffer>> {
        let bytes = words.len() as u64 * 4;
        if bytes == 0 {
            return Ok(None);
        }
        let span = tracing::debug_span!("upload", ?elements, bytes);
        let _open = self.span(SpanKind::Upload).map(|open| open.about(elements, bytes));
        self.put(encoder, storage, words).instrument(span).await
    }

    /// As `send`, of some words.
    async fn put(
        &self,
        encoder: &mut Encoder,
        storage: &mut Buffer,
        words: &[u32],
    ) -> Result<Option<Buffer>> {
        let bytes = words.len() as u64 * 4;
        if self.direct {
            self.map_idle(storage, wgpu::MapMode::Write, bytes).await?;
            self.write_mapped(storage, words)?;
            storage.raw().unmap();
            storage.mapped = false;
            return Ok(None);
        }
        let mut staging = self.buffer(Kind::Upload, bytes)?;
        self.write_mapped(&staging, words)?;
        staging.raw().unmap();
        staging.mapped = false;
        self.scoped(0, || {
            encoder.transfer(SpanKind::CopyIn, bytes, |encoder| {
                encoder.copy_buffer_to_buffer(staging.raw(), 0, storage.raw(), 0, bytes);
            });
        })?;
        Ok(Some(staging))
    }

    /// Ends a recording whose result is the first `bytes` of `storage`: the host reads it in place where storage can be
    /// mapped, else a copy. `others` are buffers that the commands use.
    pub(super) fn receive(
        &self,
        mut encoder: Encoder,
        inputs: Inputs,
        mut others: Vec<Buffer>,
        storage: Buffer,
        bytes: u64,
    ) -> Result<Prepared> {
        if self.direct {
            return Ok(Prepared { encoder, inputs, others, target: storage });
        }
        let readback = self.copy_out(&mut encoder, &storage, 0, bytes)?;
        others.push(storage);
        Ok(Prepared { encoder, inputs, others, target: readback })
    }

    /// Ends a recording whose result is `bytes` of a buffer that others use too, from `offset`: always a copy.
    pub(super) fn receive_copy(
        &self,
        mut encoder: Encoder,
        storage: &Buffer,
        offset: u64,
        bytes: u64,
        others: Vec<Buffer>,
    ) -> Result<Prepared> {
        let target = self.copy_out(&mut encoder, storage, offset, bytes)?;
        Ok(Prepared { encoder, inputs: Inputs::default(), others, target })
    }

    fn copy_out(&self, encoder: &mut Encoder, from: &Buffer, offset: u64, bytes: u64) -> Result<Buffer> {
        let readback = self.buffer(Kind::Readback, bytes)?;
        self.scoped(0, || {
            encoder.transfer(SpanKind::CopyOut, bytes, |encoder| {
                encoder.copy_buffer_to_buffer(from.raw(), offset, readback.raw(), 0, bytes);
            });
        })?;
        Ok(readback)
    }
}

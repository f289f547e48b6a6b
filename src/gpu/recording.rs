//! The commands of one submission in the making.

use super::device::Device;
use super::encoder::Encoder;
use super::pipelines::{Bound, Program};
use super::pool::{Buffer, Kind};
use crate::error::Result;
use crate::passes::Chunk;
use crate::timeline::SpanKind;
use crate::work::Work;

/// Commands with the buffers that only they use. Those buffers must live until the submission.
pub(super) struct Recording<'r, 'a> {
    pub(super) device: &'r Device,
    pub(super) work: &'r Work<'a>,
    pub(super) encoder: Encoder,
    pub(super) others: Vec<Buffer>,
}

impl<'r, 'a> Recording<'r, 'a> {
    /// No commands yet, for passes of `work`.
    pub(super) fn new(device: &'r Device, work: &'r Work<'a>) -> Self {
        Self { device, work, encoder: device.encoder(), others: Vec::new() }
    }

    /// A dispatch over the elements or states of a chunk.
    pub(super) fn dispatch(&mut self, program: &Program, chunk: Chunk, bound: &[Bound]) -> Result<()> {
        let uniform = self.device.dispatch(&mut self.encoder, program, self.work, chunk, bound)?;
        self.others.extend(uniform);
        Ok(())
    }

    /// A copy of `bytes` from one buffer to another, each from an offset.
    pub(super) fn copy(&mut self, from: (&Buffer, u64), to: (&Buffer, u64), bytes: u64) -> Result<()> {
        self.device.scoped(0, || {
            self.encoder.copy_buffer_to_buffer(from.0.raw(), from.1, to.0.raw(), to.1, bytes);
        })
    }

    /// A new buffer of zeros.
    pub(super) fn zeros(&mut self, bytes: u64) -> Result<Buffer> {
        let buffer = self.device.buffer(Kind::Storage, bytes)?;
        self.device.scoped(0, || {
            self.encoder.transfer(SpanKind::CopyIn, bytes, |encoder| {
                encoder.clear_buffer(buffer.raw(), 0, Some(bytes));
            });
        })?;
        Ok(buffer)
    }
}

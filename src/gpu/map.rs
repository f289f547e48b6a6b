//! Map on a device: chunk after chunk, several in flight.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use super::device::Device;
use super::flight::{DEPTH, Flight, Prepared, land_all, settle_all};
use super::inputs::Inputs;
use super::pipelines::{Bound, Program, Stage};
use super::pool::{Buffer, Kind};
use super::recording::Recording;
use super::resident::{Resident, padded_bytes};
use crate::error::{Error, Fault, Result};
use crate::order::TILE_LEN;
use crate::passes::{self, Chunk, Resource};
use crate::work::Work;

impl Device {
    pub(super) fn map_program(&self, work: &Work) -> Result<Arc<Program>> {
        self.program(Stage::Map, work.key(), || passes::map(work, &self.tuning))
    }

    /// Elements `range` of the mapped sources to the host.
    pub(super) async fn map_to_host(
        self: &Arc<Self>,
        work: &Work<'_>,
        range: Range<usize>,
        out: &mut [u32],
    ) -> Result<()> {
        let program = self.map_program(work)?;
        let words = work.output_type().words();
        let mut limit = self.chunk_len(work, 0, false);
        let mut flights = Flight::queue();
        let (mut at, mut rest) = (range.start, out);
        while at < range.end {
            // Chunks start at multiples of a tile, whatever the range: what comes before is computed and skipped.
            let first = at - at % TILE_LEN;
            let end = (first - first % limit + limit).min(range.end);
            land_all(self, &mut flights, DEPTH - 1).await?;
            match self.prepare_map(&program, work, first..end).await {
                Ok(prepared) => {
                    let (head, tail) = std::mem::take(&mut rest).split_at_mut((end - at) * words);
                    rest = tail;
                    flights.push_back(prepared.launch(self, head, (at - first) * words)?);
                    at = end;
                }
                Err(Error::Device { fault: Fault::OutOfMemory { .. }, .. }) if limit > TILE_LEN => {
                    land_all(self, &mut flights, 0).await?;
                    self.free_idle();
                    limit /= 4;
                }
                Err(error) => return Err(error),
            }
        }
        land_all(self, &mut flights, 0).await
    }

    /// The whole map, left on the device.
    pub(super) async fn map_to_device(self: &Arc<Self>, work: &Work<'_>) -> Result<Resident> {
        let program = self.map_program(work)?;
        let result = Resident::new(self.clone(), work.output_type(), work.len);
        let limit = self.chunk_len(work, 0, true);
        let mut running = VecDeque::new();
        for first in (0..work.len).step_by(result.segment_len) {
            let segment = first / result.segment_len;
            let storage = self.buffer(Kind::Storage, result.segment_bytes(segment))?;
            let end = (first + result.segment_len).min(work.len);
            for at in (first..end).step_by(limit) {
                let len = limit.min(end - at);
                let mut recording = Recording::new(self, work);
                let inputs = self.inputs(&mut recording.encoder, work, at, len).await?;
                let offset = ((at - first) * work.output_type().bytes()) as u64;
                recording.map(&program, at..at + len, &inputs, (&storage, offset))?;
                let Recording { encoder, others, .. } = recording;
                running.push_back(self.start(encoder, inputs, others)?);
                settle_all(self, &mut running, DEPTH).await?;
            }
            result.fill(segment, storage);
        }
        // Only what is done is handed out: a fault until then is the call's, which the CPU can still do.
        settle_all(self, &mut running, 0).await?;
        Ok(result)
    }

    async fn prepare_map(
        self: &Arc<Self>,
        program: &Program,
        work: &Work<'_>,
        range: Range<usize>,
    ) -> Result<Prepared> {
        let mut recording = Recording::new(self, work);
        let inputs = self.inputs(&mut recording.encoder, work, range.start, range.len()).await?;
        let bytes = (range.len() * work.output_type().bytes()) as u64;
        let storage = self.buffer(Kind::Storage, padded_bytes(work.output_type(), range.len()))?;
        recording.map(program, range, &inputs, (&storage, 0))?;
        let Recording { encoder, others, .. } = recording;
        self.receive(encoder, inputs, others, storage, bytes)
    }
}

impl Recording<'_, '_> {
    /// The pass from elements `range` of the sources to `out` from byte `offset` on.
    fn map(
        &mut self,
        program: &Program,
        range: Range<usize>,
        inputs: &Inputs,
        (out, offset): (&Buffer, u64),
    ) -> Result<()> {
        let bytes = padded_bytes(self.work.output_type(), range.len());
        let output = Bound { resource: Resource::Output, buffer: out.raw(), offset, bytes };
        let bound: Vec<Bound> = inputs.bound().chain([output]).collect();
        let chunk = Chunk { len: range.len() as u32, base: range.start as u32, ..Chunk::default() };
        self.dispatch(program, chunk, &bound)
    }
}

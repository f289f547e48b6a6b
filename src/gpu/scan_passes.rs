//! The passes of one chunk of a scan.

use std::ops::Range;
use std::sync::Arc;

use super::device::Device;
use super::flight::Prepared;
use super::inputs::Inputs;
use super::pipelines::Bound;
use super::pool::{Buffer, Kind};
use super::reduce::Level;
use super::resident::padded_bytes;
use super::scan::{FLAGS_AT, Scan};
use crate::error::Result;
use crate::order::TILE_LEN;
use crate::passes::{self, Chunk, Resource, Variant};

impl Device {
    /// Records all passes of a chunk, whose results go to `out` from byte `offset`. Returns the buffers that they use.
    pub(super) async fn record_chunk(
        self: &Arc<Self>,
        encoder: &mut wgpu::CommandEncoder,
        scan: &Scan<'_, '_>,
        index: usize,
        out: &Buffer,
        offset: u64,
    ) -> Result<(Inputs, Vec<Buffer>)> {
        let range = scan.chunk(index);
        let inputs = self.inputs(encoder, scan.work, range.start, range.len()).await?;
        let mut others = Vec::new();

        // The prefix of the chunk.
        let chunks = scan.chunks();
        let carry =
            Chunk { len: index as u32, extra: [chunks as u32, 0], prefix: scan.prefix, ..Chunk::default() };
        let bound = [
            scan.climb.states(Resource::Spine, &scan.spine, passes::spine_len(chunks)),
            scan.climb.states(Resource::Prefixes, &scan.carried, 1),
        ];
        others.push(self.dispatch(encoder, &scan.carry, scan.work, carry, &bound)?);

        let bytes = padded_bytes(scan.work.output_type(), range.len());
        let output = Bound { resource: Resource::Output, buffer: out.raw(), offset, bytes };
        match scan.variant {
            Variant::SinglePass => {
                self.record_single_pass(encoder, scan, index, range, &inputs, output, &mut others)?
            }
            Variant::MultiPass => {
                self.record_passes(encoder, scan, index, range, &inputs, output, &mut others)?
            }
        }
        Ok((inputs, others))
    }

    #[allow(clippy::too_many_arguments, reason = "one recording, described")]
    fn record_single_pass(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        scan: &Scan,
        index: usize,
        range: Range<usize>,
        inputs: &Inputs,
        output: Bound,
        others: &mut Vec<Buffer>,
    ) -> Result<()> {
        let tiles = range.len().div_ceil(TILE_LEN);
        // A head of four words, and two words for each word of a node; all start as 0: nothing published.
        let bytes = 16 + 2 * scan.climb.state_bytes * passes::spine_len(tiles) as u64;
        let published = self.buffer(Kind::Storage, bytes)?;
        self.scoped(0, || encoder.clear_buffer(published.raw(), 0, Some(bytes)))?;
        let of_pass = [
            output,
            scan.climb.states(Resource::Prefixes, &scan.carried, 1),
            Bound { resource: Resource::Published, buffer: published.raw(), offset: 0, bytes },
            scan.climb.states(Resource::Aggregates, &scan.spine, passes::spine_len(scan.chunks())),
        ];
        let bound: Vec<Bound> = inputs.bound().chain(of_pass).collect();
        let extra = [tiles as u32, index as u32];
        let chunk = Chunk { len: range.len() as u32, base: range.start as u32, extra, ..Chunk::default() };
        others.push(self.dispatch(encoder, &scan.elements, scan.work, chunk, &bound)?);
        let flag = 4 * (FLAGS_AT + index) as u64;
        self.scoped(0, || encoder.copy_buffer_to_buffer(published.raw(), 4, scan.report.raw(), flag, 4))?;
        others.push(published);
        Ok(())
    }

    #[allow(clippy::too_many_arguments, reason = "one recording, described")]
    fn record_passes(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        scan: &Scan,
        index: usize,
        range: Range<usize>,
        inputs: &Inputs,
        output: Bound,
        others: &mut Vec<Buffer>,
    ) -> Result<()> {
        let (work, climb) = (scan.work, &scan.climb);
        let tiles = range.len().div_ceil(TILE_LEN);

        // Up: tiles, tiles of tiles, ..., the chunk.
        let mut levels: Vec<Level> = Vec::new();
        if tiles == 1 {
            self.record_tiles(encoder, climb, work, range.clone(), inputs, (&scan.spine, index), others)?;
        } else {
            let buffer = self.buffer(Kind::Storage, climb.bytes(tiles))?;
            self.record_tiles(encoder, climb, work, range.clone(), inputs, (&buffer, 0), others)?;
            let above =
                self.record_climb(encoder, climb, work, (&buffer, tiles), (&scan.spine, index), others)?;
            levels.push(Level { buffer, len: tiles });
            levels.extend(above);
        }

        // Down: the prefixes of each level from those above it, at first from the chunk's.
        let mut prefixes: Option<Level> = None;
        for level in levels.into_iter().rev() {
            let buffer = self.buffer(Kind::Storage, climb.bytes(level.len))?;
            let made = Level { buffer, len: level.len };
            let bound = [
                climb.states(Resource::States, &level.buffer, level.len),
                climb.states(Resource::Output, &made.buffer, level.len),
                scan.prefixes(prefixes.as_ref()),
            ];
            let chunk = Chunk { len: level.len as u32, ..Chunk::default() };
            others.push(self.dispatch(encoder, &scan.states, work, chunk, &bound)?);
            others.push(level.buffer);
            others.extend(prefixes.replace(made).map(|level| level.buffer));
        }

        // The elements.
        let bound: Vec<Bound> = inputs.bound().chain([output, scan.prefixes(prefixes.as_ref())]).collect();
        let chunk = Chunk { len: range.len() as u32, base: range.start as u32, ..Chunk::default() };
        others.push(self.dispatch(encoder, &scan.elements, work, chunk, &bound)?);
        others.extend(prefixes.map(|level| level.buffer));
        Ok(())
    }

    /// The aggregate of the range, and whether look-back gave up somewhere.
    pub(super) fn prepare_report(&self, scan: &Scan) -> Result<Prepared> {
        let mut encoder = self.encoder();
        let mut others = Vec::new();
        let chunks = scan.chunks();
        if chunks == 1 {
            let bytes = scan.climb.state_bytes;
            self.scoped(0, || {
                encoder.copy_buffer_to_buffer(scan.spine.raw(), 0, scan.report.raw(), 0, bytes)
            })?;
        } else {
            let levels = self.record_climb(
                &mut encoder,
                &scan.climb,
                scan.work,
                (&scan.spine, chunks),
                (&scan.report, 0),
                &mut others,
            )?;
            others.extend(levels.into_iter().map(|level| level.buffer));
        }
        self.receive_copy(encoder, &scan.report, 0, 4 * (FLAGS_AT + chunks) as u64, others)
    }
}

//! The passes of one chunk of a scan.

use std::ops::Range;
use std::sync::Arc;

use super::device::Device;
use super::flight::Prepared;
use super::inputs::Inputs;
use super::pipelines::Bound;
use super::pool::{Buffer, Kind};
use super::recording::Recording;
use super::reduce::Level;
use super::resident::padded_bytes;
use super::scan::{FLAGS_AT, Scan};
use crate::error::Result;
use crate::order::TILE_LEN;
use crate::passes::{self, Chunk, Resource, Variant};

/// Where look-back says that it gave up, with atomics of 32 bits or of 64.
const FLAG_BYTE: u64 = 8;

/// A chunk of a scan, with where it comes from and goes to.
struct Part<'p> {
    /// Which chunk.
    index: usize,
    range: Range<usize>,
    inputs: &'p Inputs,
    output: Bound<'p>,
}

impl Part<'_> {
    /// The elements, as a pass over them is told.
    fn elements(&self) -> Chunk {
        Chunk { len: self.range.len() as u32, base: self.range.start as u32, ..Chunk::default() }
    }

    fn tiles(&self) -> usize {
        self.range.len().div_ceil(TILE_LEN)
    }

    /// What a pass over the elements binds: sources, the output, and others.
    fn bound<'s>(&'s self, others: impl IntoIterator<Item = Bound<'s>>) -> Vec<Bound<'s>> {
        self.inputs.bound().chain([self.output]).chain(others).collect()
    }
}

impl Device {
    /// All passes of a chunk, whose results go to `out` from byte `offset`, and the inputs that they read.
    pub(super) async fn record_chunk<'s, 'a>(
        self: &'s Arc<Self>,
        scan: &'s Scan<'_, 'a>,
        index: usize,
        out: &Buffer,
        offset: u64,
    ) -> Result<(Recording<'s, 'a>, Inputs)> {
        let mut recording = Recording::new(self, scan.work);
        let range = scan.chunk(index);
        let inputs = self.inputs(&mut recording.encoder, scan.work, range.start, range.len()).await?;

        // The prefix of the chunk. Look-back finds that of the first one in its parameters.
        if index > 0 || scan.variant == Variant::MultiPass {
            let chunks = scan.chunks();
            let carry = Chunk {
                len: index as u32,
                extra: [chunks as u32, 0],
                prefix: scan.prefix,
                ..Chunk::default()
            };
            let bound = [
                scan.climb.states(Resource::Spine, &scan.spine, passes::spine_len(chunks)),
                scan.climb.states(Resource::Prefixes, &scan.carried, 1),
            ];
            recording.dispatch(&scan.carry, carry, &bound)?;
        }

        let bytes = padded_bytes(scan.work.output_type(), range.len());
        let output = Bound { resource: Resource::Output, buffer: out.raw(), offset, bytes };
        let part = Part { index, range, inputs: &inputs, output };
        match scan.variant {
            Variant::SinglePass => recording.single_pass(scan, &part)?,
            Variant::MultiPass => recording.multi_pass(scan, &part)?,
        }
        Ok((recording, inputs))
    }
}

impl Recording<'_, '_> {
    fn single_pass(&mut self, scan: &Scan, part: &Part) -> Result<()> {
        // What is published: one node for each workgroup, and their ancestors.
        let groups = scan.elements.pass.groups(part.range.len());
        // A head of four words, and two for each word of a node; all start as 0: nothing published.
        let bytes = 16 + 2 * scan.climb.state_bytes * passes::spine_len(groups) as u64;
        let published = self.zeros(bytes)?;
        let bound = part.bound([
            scan.climb.states(Resource::Prefixes, &scan.carried, 1),
            Bound { resource: Resource::Published, buffer: published.raw(), offset: 0, bytes },
            scan.climb.states(Resource::Aggregates, &scan.spine, passes::spine_len(scan.chunks())),
        ]);
        let extra = [groups as u32, part.index as u32];
        let chunk = Chunk { extra, prefix: scan.prefix, ..part.elements() };
        self.dispatch(&scan.elements, chunk, &bound)?;
        let flag = 4 * (FLAGS_AT + part.index) as u64;
        self.copy((&published, FLAG_BYTE), (&scan.report, flag), 4)?;
        self.others.push(published);
        Ok(())
    }

    fn multi_pass(&mut self, scan: &Scan, part: &Part) -> Result<()> {
        let climb = &scan.climb;
        let tiles = part.tiles();

        // Up: tiles, tiles of tiles, ..., the chunk.
        let mut levels: Vec<Level> = Vec::new();
        if tiles == 1 {
            self.tiles(climb, part.range.clone(), part.inputs, (&scan.spine, part.index))?;
        } else {
            let buffer = self.device.buffer(Kind::Storage, climb.bytes(tiles))?;
            self.tiles(climb, part.range.clone(), part.inputs, (&buffer, 0))?;
            let above = self.climb(climb, (&buffer, tiles), (&scan.spine, part.index))?;
            levels.push(Level { buffer, len: tiles });
            levels.extend(above);
        }

        // Down: the prefixes of each level from those above it, at first from the chunk's.
        let mut prefixes: Option<Level> = None;
        for level in levels.into_iter().rev() {
            let buffer = self.device.buffer(Kind::Storage, climb.bytes(level.len))?;
            let made = Level { buffer, len: level.len };
            let bound = [
                climb.states(Resource::States, &level.buffer, level.len),
                climb.states(Resource::Output, &made.buffer, level.len),
                scan.prefixes(prefixes.as_ref()),
            ];
            self.dispatch(&scan.states, Chunk { len: level.len as u32, ..Chunk::default() }, &bound)?;
            self.others.push(level.buffer);
            self.others.extend(prefixes.replace(made).map(|level| level.buffer));
        }

        // The elements.
        self.dispatch(&scan.elements, part.elements(), &part.bound([scan.prefixes(prefixes.as_ref())]))?;
        self.others.extend(prefixes.map(|level| level.buffer));
        Ok(())
    }
}

impl Device {
    /// Ends a recording, which may hold the last chunk, with the aggregate of the range and whether look-back gave up
    /// somewhere.
    pub(super) fn prepare_report(&self, mut recording: Recording<'_, '_>, scan: &Scan) -> Result<Prepared> {
        let chunks = scan.chunks();
        if chunks == 1 {
            recording.copy((&scan.spine, 0), (&scan.report, 0), scan.climb.state_bytes)?;
        } else {
            let levels = recording.climb(&scan.climb, (&scan.spine, chunks), (&scan.report, 0))?;
            recording.others.extend(levels.into_iter().map(|level| level.buffer));
        }
        let Recording { encoder, others, .. } = recording;
        self.receive_copy(encoder, &scan.report, 0, 4 * (FLAGS_AT + chunks) as u64, others)
    }
}

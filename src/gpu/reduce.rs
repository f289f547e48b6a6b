//! Reduce on a device: tile aggregates to the host, or down to one state on the device.

use std::ops::Range;
use std::sync::Arc;

use super::device::Device;
use super::flight::{DEPTH, Flight, Prepared, land_all};
use super::inputs::Inputs;
use super::pipelines::{Bound, Program, Stage};
use super::pool::{Buffer, Kind};
use super::recording::Recording;
use crate::error::{Error, Fault, Result};
use crate::monoid::MonoidSpec;
use crate::order::TILE_LEN;
use crate::passes::{self, Chunk, Resource};
use crate::work::{Primitive, Work};

/// The passes that climb the tree.
pub(super) struct Climb {
    elements: Arc<Program>,
    states: Arc<Program>,
    /// Bytes of a state.
    pub(super) state_bytes: u64,
}

/// Aggregates in memory, whole quads.
pub(super) struct Level {
    pub(super) buffer: Buffer,
    pub(super) len: usize,
}

impl Climb {
    /// The binding of `len` states from the start of a buffer, in whole quads.
    pub(super) fn states<'a>(&self, resource: Resource, buffer: &'a Buffer, len: usize) -> Bound<'a> {
        let bytes = len.next_multiple_of(4) as u64 * self.state_bytes;
        Bound { resource, buffer: buffer.raw(), offset: 0, bytes }
    }

    /// Bytes of `len` states, in whole quads.
    pub(super) fn bytes(&self, len: usize) -> u64 {
        len.max(1).next_multiple_of(4) as u64 * self.state_bytes
    }
}

impl Device {
    pub(super) fn climb(&self, work: &Work, monoid: &MonoidSpec) -> Result<Climb> {
        let elements = self.program(Stage::ReduceElements, elements_key(work, monoid), || {
            passes::reduce_elements(work, monoid, &self.tuning)
        })?;
        let states = self
            .program(Stage::ReduceStates, vec![monoid.id], || passes::reduce_states(monoid, &self.tuning))?;
        Ok(Climb { elements, states, state_bytes: monoid.state.bytes() as u64 })
    }
}

impl Recording<'_, '_> {
    /// The pass from elements to the aggregates of tiles. They go to `out` from state `at` on.
    pub(super) fn tiles(
        &mut self,
        climb: &Climb,
        range: Range<usize>,
        inputs: &Inputs,
        (out, at): (&Buffer, usize),
    ) -> Result<()> {
        let chunk = Chunk {
            len: range.len() as u32,
            base: range.start as u32,
            extra: [at as u32, 0],
            ..Chunk::default()
        };
        let out = climb.states(Resource::Aggregates, out, at + range.len().div_ceil(TILE_LEN));
        let bound: Vec<Bound> = inputs.bound().chain([out]).collect();
        self.dispatch(&climb.elements, chunk, &bound)
    }

    /// Passes from `len` states up to one, which goes to state `at` of `out`. Returns the levels between, from the
    /// lowest.
    pub(super) fn climb(
        &mut self,
        climb: &Climb,
        (states, len): (&Buffer, usize),
        (out, at): (&Buffer, usize),
    ) -> Result<Vec<Level>> {
        let mut levels: Vec<Level> = Vec::new();
        loop {
            let (below, below_len) = levels.last().map_or((states, len), |level| (&level.buffer, level.len));
            let above_len = below_len.div_ceil(TILE_LEN);
            let last = above_len == 1;
            let made =
                if last { None } else { Some(self.device.buffer(Kind::Storage, climb.bytes(above_len))?) };
            let at = if last { at } else { 0 };
            let bound = [
                climb.states(Resource::States, below, below_len),
                climb.states(Resource::Aggregates, made.as_ref().unwrap_or(out), at + above_len),
            ];
            let chunk = Chunk { len: below_len as u32, extra: [at as u32, 0], ..Chunk::default() };
            self.dispatch(&climb.states, chunk, &bound)?;
            match made {
                Some(buffer) => levels.push(Level { buffer, len: above_len }),
                None => return Ok(levels),
            }
        }
    }
}

impl Device {
    /// The aggregates of the tiles of `range` to the host.
    pub(super) async fn reduce_to_tiles(
        self: &Arc<Self>,
        work: &Work<'_>,
        range: Range<usize>,
        out: &mut [u32],
    ) -> Result<()> {
        let monoid = monoid(work)?;
        let climb = self.climb(work, monoid)?;
        let words = monoid.state.words();
        let mut limit = self.chunk_len(work, 0, self.is_resident(work)).max(TILE_LEN);
        let mut flights = Flight::queue();
        let (mut at, mut rest) = (range.start, out);
        while at < range.end {
            let end = (at - at % limit + limit).min(range.end);
            land_all(self, &mut flights, DEPTH - 1).await?;
            match self.prepare_tiles(&climb, work, at..end).await {
                Ok(prepared) => {
                    let tiles = (end - at).div_ceil(TILE_LEN);
                    let (head, tail) = std::mem::take(&mut rest).split_at_mut(tiles * words);
                    rest = tail;
                    flights.push_back(prepared.launch(self, head, 0)?);
                    at = end;
                }
                Err(error) if out_of_memory(&error) && limit > TILE_LEN => {
                    land_all(self, &mut flights, 0).await?;
                    self.free_idle();
                    limit /= 4;
                }
                Err(error) => return Err(error),
            }
        }
        land_all(self, &mut flights, 0).await
    }

    async fn prepare_tiles(
        self: &Arc<Self>,
        climb: &Climb,
        work: &Work<'_>,
        range: Range<usize>,
    ) -> Result<Prepared> {
        let mut recording = Recording::new(self, work);
        let inputs = self.inputs(&mut recording.encoder, work, range.start, range.len()).await?;
        let tiles = range.len().div_ceil(TILE_LEN);
        let storage = self.buffer(Kind::Storage, climb.bytes(tiles))?;
        recording.tiles(climb, range, &inputs, (&storage, 0))?;
        let Recording { encoder, others, .. } = recording;
        self.receive(encoder, inputs, others, storage, tiles as u64 * climb.state_bytes)
    }
}

impl Device {
    /// The aggregate of `range`, whose node starts at `range.start`, combined on the device down to one state.
    pub(super) async fn reduce_to_one(
        self: &Arc<Self>,
        work: &Work<'_>,
        range: Range<usize>,
    ) -> Result<[u32; 4]> {
        let monoid = monoid(work)?;
        let mut aggregate = monoid.identity;
        if range.is_empty() {
            return Ok(aggregate);
        }
        let climb = self.climb(work, monoid)?;
        let mut limit = self.chunk_len(work, 0, self.is_resident(work)).max(TILE_LEN);
        loop {
            match self
                .reduce_chunks(&climb, work, &range, limit, &mut aggregate[..monoid.state.words()])
                .await
            {
                Ok(()) => return Ok(aggregate),
                Err(error) if out_of_memory(&error) && limit > TILE_LEN => {
                    self.free_idle();
                    limit /= 4;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Chunks to one state each, in a row, and those to one.
    async fn reduce_chunks(
        self: &Arc<Self>,
        climb: &Climb,
        work: &Work<'_>,
        range: &Range<usize>,
        chunk_len: usize,
        out: &mut [u32],
    ) -> Result<()> {
        let chunks = range.len().div_ceil(chunk_len);
        let spine = self.buffer(Kind::Storage, climb.bytes(chunks))?;
        let mut flights = Flight::queue();
        if chunks == 1 {
            let prepared =
                self.prepare_aggregate(climb, work, range.clone(), (&spine, 0), climb.state_bytes).await?;
            flights.push_back(prepared.launch(self, out, 0)?);
            return land_all(self, &mut flights, 0).await;
        }
        // Each chunk's aggregate is read back only to know when the chunk is done.
        let mut done = vec![0; chunks];
        for ((index, first), done) in range.clone().step_by(chunk_len).enumerate().zip(&mut done) {
            land_all(self, &mut flights, DEPTH - 1).await?;
            let chunk = first..(first + chunk_len).min(range.end);
            let prepared = self.prepare_aggregate(climb, work, chunk, (&spine, index), 4).await?;
            flights.push_back(prepared.launch(self, std::slice::from_mut(done), 0)?);
        }
        let mut recording = Recording::new(self, work);
        let top = self.buffer(Kind::Storage, climb.bytes(1))?;
        let levels = recording.climb(climb, (&spine, chunks), (&top, 0))?;
        recording.others.extend(levels.into_iter().map(|level| level.buffer));
        let Recording { encoder, others, .. } = recording;
        flights
            .push_back(self.receive_copy(encoder, &top, 0, climb.state_bytes, others)?.launch(self, out, 0)?);
        land_all(self, &mut flights, 0).await
    }

    /// The passes from the elements of a chunk to state `at` of `out`, the first `bytes` of which come back.
    async fn prepare_aggregate(
        self: &Arc<Self>,
        climb: &Climb,
        work: &Work<'_>,
        chunk: Range<usize>,
        (out, at): (&Buffer, usize),
        bytes: u64,
    ) -> Result<Prepared> {
        let mut recording = Recording::new(self, work);
        let inputs = self.inputs(&mut recording.encoder, work, chunk.start, chunk.len()).await?;
        let tiles = chunk.len().div_ceil(TILE_LEN);
        if tiles == 1 {
            recording.tiles(climb, chunk, &inputs, (out, at))?;
        } else {
            let below = self.buffer(Kind::Storage, climb.bytes(tiles))?;
            recording.tiles(climb, chunk, &inputs, (&below, 0))?;
            let levels = recording.climb(climb, (&below, tiles), (out, at))?;
            recording.others.extend(levels.into_iter().map(|level| level.buffer).chain([below]));
        }
        let Recording { encoder, others, .. } = recording;
        let offset = at as u64 * climb.state_bytes;
        Ok(self.receive_copy(encoder, out, offset, bytes, others)?.with_inputs(inputs))
    }
}

/// The key of passes over elements: the graph and the monoid, whatever becomes of the scanned values.
fn elements_key(work: &Work, monoid: &MonoidSpec) -> Vec<u64> {
    let whole = work.key();
    match &work.primitive {
        Primitive::Reduce(_) | Primitive::Map => whole,
        // A scan's key holds what a reduce's does; sharing one program between both is not worth a second key.
        Primitive::Scan { .. } => [&[monoid.id], whole.as_slice()].concat(),
    }
}

/// The monoid of a reduce or scan.
pub(super) fn monoid<'w>(work: &'w Work) -> Result<&'w MonoidSpec> {
    passes::monoid_of(work).ok_or_else(|| Error::Unsupported {
        executor: "the GPU executor".to_owned(),
        what: "a map was given where a reduce or scan was expected".to_owned(),
    })
}

pub(super) fn out_of_memory(error: &Error) -> bool {
    matches!(error, Error::Device { fault: Fault::OutOfMemory { .. }, .. })
}

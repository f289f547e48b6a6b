//! Scan on a device, chunk after chunk.
//!
//! A chunk is a node of the tree. Its aggregate joins the spine, and the carry pass turns the spine into the prefix of
//! the next chunk: all on the device, so that chunks follow each other without a word to the host.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::device::Device;
use super::flight::{DEPTH, Flight, land_all, settle_all};
use super::pipelines::{Bound, Program, Stage};
use super::pool::{Buffer, Kind};
use super::recording::Recording;
use super::reduce::{Climb, Level, monoid, out_of_memory};
use super::resident::{Resident, padded_bytes};
use crate::error::{Error, Result};
use crate::monoid::MonoidSpec;
use crate::order::TILE_LEN;
use crate::passes::{self, Resource, Variant};
use crate::work::{Fused, Primitive, Work};

/// What the chunks of one scan share.
pub(super) struct Scan<'w, 'a> {
    pub(super) work: &'w Work<'a>,
    pub(super) range: Range<usize>,
    pub(super) prefix: [u32; 4],
    pub(super) chunk_len: usize,
    pub(super) variant: Variant,
    pub(super) climb: Climb,
    pub(super) elements: Arc<Program>,
    pub(super) states: Arc<Program>,
    pub(super) carry: Arc<Program>,
    /// Aggregates of chunks, by level.
    pub(super) spine: Buffer,
    /// The prefix of the current chunk: one state.
    pub(super) carried: Buffer,
    /// The aggregate of the range, and from word [`FLAGS_AT`] one word per chunk that is not 0 if look-back gave up.
    pub(super) report: Buffer,
}

/// Behind the largest quad of states.
pub(super) const FLAGS_AT: usize = 16;

impl Scan<'_, '_> {
    pub(super) fn chunks(&self) -> usize {
        self.range.len().div_ceil(self.chunk_len)
    }

    pub(super) fn chunk(&self, index: usize) -> Range<usize> {
        let first = self.range.start + index * self.chunk_len;
        first..(first + self.chunk_len).min(self.range.end)
    }

    /// The prefixes of a level; without one, of the chunk.
    pub(super) fn prefixes<'s>(&'s self, level: Option<&'s Level>) -> Bound<'s> {
        match level {
            Some(level) => self.climb.states(Resource::Prefixes, &level.buffer, level.len),
            None => self.climb.states(Resource::Prefixes, &self.carried, 1),
        }
    }

    fn report_words(&self) -> usize {
        FLAGS_AT + if self.variant == Variant::SinglePass { self.chunks() } else { 0 }
    }

    fn finished<T>(&self, value: T, report: &[u32]) -> Finished<T> {
        if report[FLAGS_AT..].iter().any(|&flag| flag != 0) {
            return Finished::GaveUp;
        }
        let mut aggregate = [0; 4];
        let words = self.climb.state_bytes as usize / 4;
        aggregate[..words].copy_from_slice(&report[..words]);
        Finished::Done(value, aggregate)
    }
}

/// A scan, and whether its look-back gave up.
enum Finished<T> {
    Done(T, [u32; 4]),
    GaveUp,
}

impl Device {
    /// The scan of `range` to the host; returns the aggregate.
    pub(super) async fn scan_to_host(
        self: &Arc<Self>,
        work: &Work<'_>,
        range: Range<usize>,
        prefix: [u32; 4],
        out: &mut [u32],
    ) -> Result<[u32; 4]> {
        if range.is_empty() {
            return Ok(monoid(work)?.identity);
        }
        let mut chunk_len = self.chunk_len(work, monoid(work)?.state.bytes(), false).max(TILE_LEN);
        let mut variant = self.scan_variant();
        loop {
            let scan = self.begin_scan(work, range.clone(), prefix, chunk_len, variant);
            let result = match scan {
                Ok(scan) => self.stream(&scan, out).await,
                Err(error) => Err(error),
            };
            match result {
                Ok(Finished::Done((), aggregate)) => return Ok(aggregate),
                Ok(Finished::GaveUp) => variant = self.distrust_look_back(),
                // The spine is laid out for a number of chunks: smaller ones start over.
                Err(error) if out_of_memory(&error) && chunk_len > TILE_LEN => {
                    self.free_idle();
                    chunk_len /= 4;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn stream(self: &Arc<Self>, scan: &Scan<'_, '_>, out: &mut [u32]) -> Result<Finished<()>> {
        let ty = scan.work.output_type();
        let mut rest = out;
        let mut flights = Flight::queue();
        for index in 0..scan.chunks() {
            land_all(self, &mut flights, DEPTH - 1).await?;
            let len = scan.chunk(index).len();
            let storage = self.buffer(Kind::Storage, padded_bytes(ty, len))?;
            let (recording, inputs) = self.record_chunk(scan, index, &storage, 0).await?;
            let Recording { encoder, others, .. } = recording;
            let prepared = self.receive(encoder, inputs, others, storage, (len * ty.bytes()) as u64)?;
            let (head, tail) = std::mem::take(&mut rest).split_at_mut(len * ty.words());
            rest = tail;
            flights.push_back(prepared.launch(self, head, 0)?);
        }
        let mut report = vec![0; scan.report_words()];
        let recording = Recording::new(self, scan.work);
        flights.push_back(self.prepare_report(recording, scan)?.launch(self, &mut report, 0)?);
        land_all(self, &mut flights, 0).await?;
        Ok(scan.finished((), &report))
    }

    /// The whole scan, left on the device.
    pub(super) async fn scan_to_device(self: &Arc<Self>, work: &Work<'_>) -> Result<Resident> {
        let monoid = monoid(work)?;
        let ty = work.output_type();
        let mut variant = self.scan_variant();
        loop {
            let result = Resident::new(self.clone(), ty, work.len);
            if work.len == 0 {
                return Ok(result);
            }
            let chunk_len = self.chunk_len(work, monoid.state.bytes(), true);
            let scan = self.begin_scan(work, 0..work.len, monoid.identity, chunk_len, variant)?;
            let mut storage = None;
            let mut running = VecDeque::new();
            let mut report = vec![0; scan.report_words()];
            for index in 0..scan.chunks() {
                let chunk = scan.chunk(index);
                let segment = chunk.start / result.segment_len;
                let first = segment * result.segment_len;
                let buffer = match storage.take() {
                    Some(buffer) => buffer,
                    None => self.buffer(Kind::Storage, result.segment_bytes(segment))?,
                };
                let offset = ((chunk.start - first) * ty.bytes()) as u64;
                let (recording, inputs) = self.record_chunk(&scan, index, &buffer, offset).await?;
                if index + 1 == scan.chunks() {
                    // The report comes with the last chunk, and after all others.
                    let last = self.prepare_report(recording, &scan)?.with_inputs(inputs);
                    let mut flights = Flight::queue();
                    flights.push_back(last.launch(self, &mut report, 0)?);
                    land_all(self, &mut flights, 0).await?;
                } else {
                    let Recording { encoder, others, .. } = recording;
                    running.push_back(self.start(encoder, inputs, others)?);
                    settle_all(self, &mut running, DEPTH).await?;
                }
                if chunk.end == (first + result.segment_len).min(work.len) {
                    result.fill(segment, buffer);
                } else {
                    storage = Some(buffer);
                }
            }
            match scan.finished(result, &report) {
                Finished::Done(result, _) => return Ok(result),
                Finished::GaveUp => variant = self.distrust_look_back(),
            }
        }
    }

    fn begin_scan<'w, 'a>(
        &self,
        work: &'w Work<'a>,
        range: Range<usize>,
        prefix: [u32; 4],
        chunk_len: usize,
        variant: Variant,
    ) -> Result<Scan<'w, 'a>> {
        let Primitive::Scan { monoid, inclusive, post } = &work.primitive else {
            return Err(Error::Unsupported {
                executor: self.info.name.clone(),
                what: "a scan without a monoid".to_owned(),
            });
        };
        let climb = self.climb(work, monoid)?;
        let elements = self.scan_program(work, monoid, *inclusive, post.as_ref(), variant)?;
        let states =
            self.program(Stage::ScanStates, vec![monoid.id], || passes::scan_states(monoid, &self.tuning))?;
        let carry = self.program(Stage::Carry, vec![monoid.id], || passes::carry(monoid, &self.tuning))?;
        let spine_len = passes::spine_len(range.len().div_ceil(chunk_len));
        let spine = self.buffer(Kind::Storage, climb.bytes(spine_len))?;
        let carried = self.buffer(Kind::Storage, climb.bytes(1))?;
        let report = self.buffer(Kind::Storage, 4 * (FLAGS_AT + range.len().div_ceil(chunk_len)) as u64)?;
        Ok(Scan {
            work,
            range,
            prefix,
            chunk_len,
            variant,
            climb,
            elements,
            states,
            carry,
            spine,
            carried,
            report,
        })
    }

    fn scan_program(
        &self,
        work: &Work<'_>,
        monoid: &MonoidSpec,
        inclusive: bool,
        post: Option<&Fused>,
        variant: Variant,
    ) -> Result<Arc<Program>> {
        self.program(Stage::ScanElements(variant), work.key(), || {
            passes::scan_elements(work, monoid, inclusive, post, variant, &self.tuning)
        })
    }

    /// Makes the programs of a work, whatever its primitive.
    pub(super) fn prepare(&self, work: &Work<'_>) -> Result<()> {
        match &work.primitive {
            Primitive::Map => self.map_program(work).map(drop),
            Primitive::Reduce(monoid) => self.climb(work, monoid).map(drop),
            Primitive::Scan { monoid, inclusive, post } => {
                self.climb(work, monoid)?;
                self.scan_program(work, monoid, *inclusive, post.as_ref(), self.scan_variant())?;
                self.program(Stage::ScanStates, vec![monoid.id], || {
                    passes::scan_states(monoid, &self.tuning)
                })?;
                self.program(Stage::Carry, vec![monoid.id], || passes::carry(monoid, &self.tuning)).map(drop)
            }
        }
    }

    fn scan_variant(&self) -> Variant {
        if self.tuning.prefix.is_look_back() && !self.look_back_gave_up.load(Ordering::Relaxed) {
            Variant::SinglePass
        } else {
            Variant::MultiPass
        }
    }

    /// Workgroups of this device do not always make progress while others wait for them: the multi-pass variant gives
    /// the same bits.
    fn distrust_look_back(&self) -> Variant {
        tracing::warn!(adapter = self.info.name, "look-back gave up; scans use several passes from now on");
        self.look_back_gave_up.store(true, Ordering::Relaxed);
        Variant::MultiPass
    }
}

//! Scan: one chained pass that reads each chunk from memory once.
//!
//! Threads claim chunks in order. Each folds its chunk's tiles while they come in from memory, waits for its turn to take
//! the chunk's canonical prefix from the spine and to push the chunk's aggregate, and scans the chunk again while it is
//! still in the second-level cache: 2n words move, not 3n. A chunk is a node of the tree, so that where chunks begin does
//! not change the result. The wait is short and bounded: the chunk before was claimed by a thread that is running.

use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::Cpu;
use super::compile::{Compiled, Planes, PlanesMut, bind};
use super::lane::{Input, Output, interleave};
use super::operator::Operator;
use super::reduce::{operator, tile_aggregates};
use super::scratch::{self, Scratch};
use crate::error::{Error, Result};
use crate::order::{RADIX, TILE_LEN, TILE_LEVEL};
use crate::run::{Spine, State};
use crate::work::{Fused, Primitive, Work};

/// Levels of a chunk above its tiles: 16 tiles, 256 KiB of scalars.
const CHUNK_LEVELS: u32 = 2;
/// Most tiles of a chunk, and the stride of the planes of tile states.
const CHUNK_TILES: usize = RADIX.pow(CHUNK_LEVELS);
/// Elements of a chunk. Ranges that begin and end at its multiples run fastest.
pub(crate) const SCAN_CHUNK_LEN: usize = CHUNK_TILES * TILE_LEN;

/// One scan of a range, shared by the threads that work on it.
struct Scan<'a, 'w> {
    cpu: &'a Cpu,
    compiled: &'a Compiled,
    operator: &'a Operator,
    work: &'a Work<'w>,
    inclusive: bool,
    post: Option<&'a Fused>,
    range: Range<usize>,
    /// Levels of a chunk above its tiles.
    chunk_levels: u32,
    spine: Mutex<Spine>,
    /// The chunk whose turn it is at the spine.
    turn: AtomicUsize,
    failed: AtomicBool,
}

pub(super) fn run(
    cpu: &Cpu,
    compiled: &Compiled,
    work: &Work<'_>,
    range: Range<usize>,
    spine: Spine,
    out: &mut [u32],
) -> Result<Spine> {
    let Primitive::Scan { inclusive, post, .. } = &work.primitive else {
        return Err(Error::Unsupported {
            executor: "cpu".into(),
            what: "a scan pass for another work".into(),
        });
    };
    // A chunk is a node: a range that starts or ends inside of one takes its tiles one by one, so that the spine is
    // right for what comes next.
    let starts = range.start.is_multiple_of(SCAN_CHUNK_LEN);
    let ends = range.end.is_multiple_of(SCAN_CHUNK_LEN) || range.end == work.len;
    let chunk_levels = if starts && ends { CHUNK_LEVELS } else { 0 };
    let chunk_len = RADIX.pow(chunk_levels) * TILE_LEN;
    let scan = Scan {
        cpu,
        compiled,
        operator: operator(compiled)?,
        work,
        inclusive: *inclusive,
        post: post.as_ref(),
        range,
        chunk_levels,
        spine: Mutex::new(spine),
        turn: AtomicUsize::new(0),
        failed: AtomicBool::new(false),
    };
    let words = work.output_type().words();
    let chunks = Mutex::new(out.chunks_mut(chunk_len * words).enumerate());
    let next = || chunks.lock().unwrap_or_else(|e| e.into_inner()).next();
    let worker = || -> Result<()> {
        let mut unless_done = FailUnlessDone { failed: &scan.failed, is_done: false };
        while let Some((index, out)) = next() {
            scratch::with(|scratch| scan.chunk(index, out, scratch))?;
        }
        unless_done.is_done = true;
        Ok(())
    };
    let workers = if cpu.is_small(compiled, scan.range.len()) {
        1
    } else {
        cpu.threads().min(scan.range.len().div_ceil(chunk_len))
    };
    if workers == 1 {
        worker()?;
    } else {
        let outcome = Mutex::new(Ok(()));
        cpu.install(|| {
            rayon::scope(|scope| {
                for _ in 0..workers {
                    scope.spawn(|_| {
                        if let Err(error) = worker() {
                            *outcome.lock().unwrap_or_else(|e| e.into_inner()) = Err(error);
                        }
                    });
                }
            });
        });
        outcome.into_inner().unwrap_or_else(|e| e.into_inner())?;
    }
    Ok(scan.spine.into_inner().unwrap_or_else(|e| e.into_inner()))
}

/// Tells the other threads when one ends early, by an error or a panic: the turn that they wait for never comes.
struct FailUnlessDone<'a> {
    failed: &'a AtomicBool,
    is_done: bool,
}

impl Drop for FailUnlessDone<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            self.failed.store(true, Ordering::Release);
        }
    }
}

impl Scan<'_, '_> {
    fn tile(&self, chunk: usize, k: usize) -> Range<usize> {
        let start = self.range.start + ((chunk << (2 * self.chunk_levels)) + k) * TILE_LEN;
        start..self.range.end.min(start + TILE_LEN)
    }

    fn chunk(&self, index: usize, out: &mut [u32], scratch: &mut Scratch) -> Result<()> {
        let state_words = self.operator.words();
        let out_words = self.work.output_type().words();
        let len = out.len() / out_words;
        let tiles = len.div_ceil(TILE_LEN);

        // Up: an aggregate a tile.
        let size = CHUNK_TILES * state_words;
        scratch.aggregates.resize(size, 0);
        scratch.prefixes.resize(size, 0);
        let range = self.tile(index, 0).start..self.tile(index, tiles - 1).end;
        let mut states = [0; 4 * CHUNK_TILES];
        let states = &mut states[..tiles * state_words];
        tile_aggregates(self.cpu, self.compiled, self.work, range, states, scratch)?;
        for (k, state) in states.chunks_exact(state_words).enumerate() {
            for (c, &word) in state.iter().enumerate() {
                scratch.aggregates[c * CHUNK_TILES + k] = word;
            }
        }

        // Spine: this chunk's prefix, in turn.
        let aggregate = {
            let Scratch { machine, aggregates, .. } = &mut *scratch;
            let planes = Planes { words: aggregates, stride: CHUNK_TILES };
            self.operator.reduce_states(&mut scratch::lanes(self.cpu, self.work, machine), planes, tiles)?
        };
        if !self.wait_for_turn(index) {
            return Ok(());
        }
        let prefix = {
            let mut lanes = scratch::lanes(self.cpu, self.work, &mut scratch.machine);
            let mut combine = |a: &State, b: &State| self.operator.combine(&mut lanes, a, b);
            let mut spine = self.spine.lock().unwrap_or_else(|e| e.into_inner());
            let prefix = spine.prefix(&mut combine)?;
            spine.push(TILE_LEVEL + self.chunk_levels, aggregate, &mut combine)?;
            prefix
        };
        self.turn.store(index + 1, Ordering::Release);

        // Down: a prefix a tile, then the elements.
        {
            let Scratch { machine, aggregates, prefixes, .. } = &mut *scratch;
            let planes = Planes { words: aggregates, stride: CHUNK_TILES };
            let mut lanes = scratch::lanes(self.cpu, self.work, machine);
            let out = PlanesMut { words: prefixes, stride: CHUNK_TILES };
            self.operator.scan(&mut lanes, prefix, planes, tiles, false, out)?;
        }
        for (k, out) in out.chunks_mut(TILE_LEN * out_words).enumerate() {
            let mut prefix = [0; 4];
            for (c, word) in prefix.iter_mut().enumerate().take(state_words) {
                *word = scratch.prefixes[c * CHUNK_TILES + k];
            }
            self.scan_tile(self.tile(index, k), prefix, out, scratch)?;
        }
        Ok(())
    }

    /// False when another thread failed, so that the turn never comes.
    fn wait_for_turn(&self, index: usize) -> bool {
        let mut spins = 0_u32;
        while self.turn.load(Ordering::Acquire) != index {
            if self.failed.load(Ordering::Acquire) {
                return false;
            }
            spins += 1;
            if spins < 200 { std::hint::spin_loop() } else { std::thread::yield_now() }
        }
        true
    }

    fn scan_tile(
        &self,
        tile: Range<usize>,
        prefix: State,
        out: &mut [u32],
        scratch: &mut Scratch,
    ) -> Result<()> {
        let Scratch { machine, elements, scanned, .. } = scratch;
        let len = tile.len();
        let budget = self.cpu.budget;
        let planes = self.compiled.elements(self.work, tile.clone(), machine, elements, budget)?;
        let mut lanes = scratch::lanes(self.cpu, self.work, machine);
        let words = self.operator.words();
        let Some(post) = self.post else {
            if words == 1 {
                let out = PlanesMut { words: out, stride: len };
                return self.operator.scan(&mut lanes, prefix, planes, len, self.inclusive, out);
            }
            scanned.resize((len * words).max(scanned.len()), 0);
            let states = PlanesMut { words: scanned, stride: len };
            self.operator.scan(&mut lanes, prefix, planes, len, self.inclusive, states)?;
            interleave(self.cpu.level, out, scanned, len, words);
            return Ok(());
        };
        scanned.resize((len * words).max(scanned.len()), 0);
        let states = PlanesMut { words: scanned, stride: len };
        self.operator.scan(&mut lanes, prefix, planes, len, self.inclusive, states)?;
        let Some(program) = &self.compiled.post else {
            return Err(Error::Unsupported {
                executor: "cpu".into(),
                what: "a scan without its program".into(),
            });
        };
        // Slot 0 of `post` is the scanned value, slot 1 + s is source s.
        let mut inputs = vec![Input::Planes { words: &scanned[..len * words], stride: len }];
        inputs.extend(bind(post, 1, &self.work.sources, tile));
        machine.run(program, &post.uniforms, &inputs, Output::Words(out), len, budget)
    }
}

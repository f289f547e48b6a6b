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
use super::compile::{Compiled, Planes, bind};
use super::lane::{Input, Output};
use super::operator::Operator;
use super::reduce::{operator, tile_aggregate};
use super::scratch::{self, Scratch};
use crate::error::{Error, Result};
use crate::order::{TILE_LEN, TILE_LEVEL};
use crate::run::{Spine, State};
use crate::work::{Fused, Primitive, Work};

/// Levels of a chunk above its tiles: 16 tiles, 256 KiB of scalars.
const CHUNK_LEVELS: u32 = 2;
const CHUNK_TILES: usize = 4usize.pow(CHUNK_LEVELS);
const CHUNK_LEN: usize = CHUNK_TILES * TILE_LEN;

/// One scan of a range, shared by the threads that work on it.
struct Scan<'a, 'w> {
    cpu: &'a Cpu,
    compiled: &'a Compiled,
    operator: &'a Operator,
    work: &'a Work<'w>,
    inclusive: bool,
    post: Option<&'a Fused>,
    range: Range<usize>,
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
    prefix: State,
    out: &mut [u32],
) -> Result<State> {
    let Primitive::Scan { inclusive, post, .. } = &work.primitive else {
        return Err(Error::Unsupported { executor: "cpu".into(), what: "a scan pass for another work".into() });
    };
    let scan = Scan {
        cpu,
        compiled,
        operator: operator(compiled)?,
        work,
        inclusive: *inclusive,
        post: post.as_ref(),
        range,
        spine: Mutex::new(Spine::new(prefix)),
        turn: AtomicUsize::new(0),
        failed: AtomicBool::new(false),
    };
    let words = work.output_type().words();
    let chunks = Mutex::new(out.chunks_mut(CHUNK_LEN * words).enumerate());
    let next = || chunks.lock().unwrap_or_else(|e| e.into_inner()).next();
    let worker = || -> Result<()> {
        while let Some((index, out)) = next() {
            scratch::with(|scratch| scan.chunk(index, out, scratch))
                .inspect_err(|_| scan.failed.store(true, Ordering::Release))?;
        }
        Ok(())
    };
    let workers = if cpu.is_small(compiled, scan.range.len()) {
        1
    } else {
        cpu.threads().min(scan.range.len().div_ceil(CHUNK_LEN))
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
    let spine = scan.spine.lock().unwrap_or_else(|e| e.into_inner());
    let total = scratch::with(|scratch| {
        let mut lanes = scratch::lanes(cpu, work, &mut scratch.machine);
        spine.total(&mut |a, b| scan.operator.combine(&mut lanes, a, b))
    })?;
    Ok(total.unwrap_or(prefix))
}

impl Scan<'_, '_> {
    fn tile(&self, chunk: usize, k: usize) -> Range<usize> {
        let start = self.range.start + chunk * CHUNK_LEN + k * TILE_LEN;
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
        for k in 0..tiles {
            let state = tile_aggregate(self.cpu, self.compiled, self.work, self.tile(index, k), scratch)?;
            for (c, &word) in state.iter().enumerate().take(state_words) {
                scratch.aggregates[c * CHUNK_TILES + k] = word;
            }
        }

        // Spine: this chunk's prefix, in turn.
        let aggregate = {
            let Scratch { machine, aggregates, .. } = &mut *scratch;
            let planes = Planes { words: aggregates, stride: CHUNK_TILES };
            self.operator.reduce_states(&mut scratch::lanes(self.cpu, self.work, machine), planes, tiles)?
        };
        self.wait_for_turn(index)?;
        let prefix = {
            let mut lanes = scratch::lanes(self.cpu, self.work, &mut scratch.machine);
            let mut combine = |a: &State, b: &State| self.operator.combine(&mut lanes, a, b);
            let mut spine = self.spine.lock().unwrap_or_else(|e| e.into_inner());
            let prefix = spine.prefix(&mut combine)?;
            spine.push(TILE_LEVEL + CHUNK_LEVELS, aggregate, &mut combine)?;
            prefix
        };
        self.turn.store(index + 1, Ordering::Release);

        // Down: a prefix a tile, then the elements.
        {
            let Scratch { machine, aggregates, prefixes, .. } = &mut *scratch;
            let planes = Planes { words: aggregates, stride: CHUNK_TILES };
            let mut lanes = scratch::lanes(self.cpu, self.work, machine);
            self.operator.scan(&mut lanes, prefix, planes, tiles, false, prefixes, CHUNK_TILES)?;
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

    fn wait_for_turn(&self, index: usize) -> Result<()> {
        let mut spins = 0_u32;
        while self.turn.load(Ordering::Acquire) != index {
            if self.failed.load(Ordering::Acquire) {
                return Err(Error::System {
                    what: "scan on the CPU".into(),
                    reason: "another thread failed first".into(),
                });
            }
            spins += 1;
            if spins < 200 { std::hint::spin_loop() } else { std::thread::yield_now() }
        }
        Ok(())
    }

    fn scan_tile(&self, tile: Range<usize>, prefix: State, out: &mut [u32], scratch: &mut Scratch) -> Result<()> {
        let Scratch { machine, elements, scanned, .. } = scratch;
        let len = tile.len();
        let budget = self.cpu.budget;
        let planes = self.compiled.elements(self.work, tile.clone(), machine, elements, budget)?;
        let mut lanes = scratch::lanes(self.cpu, self.work, machine);
        let words = self.operator.words();
        let Some(post) = self.post else {
            if words == 1 {
                return self.operator.scan(&mut lanes, prefix, planes, len, self.inclusive, out, len);
            }
            scanned.resize((len * words).max(scanned.len()), 0);
            self.operator.scan(&mut lanes, prefix, planes, len, self.inclusive, scanned, len)?;
            for (i, element) in out.chunks_exact_mut(words).enumerate() {
                for (c, word) in element.iter_mut().enumerate() {
                    *word = scanned[c * len + i];
                }
            }
            return Ok(());
        };
        scanned.resize((len * words).max(scanned.len()), 0);
        self.operator.scan(&mut lanes, prefix, planes, len, self.inclusive, scanned, len)?;
        let Some(program) = &self.compiled.post else {
            return Err(Error::Unsupported { executor: "cpu".into(), what: "a scan without its program".into() });
        };
        // Slot 0 of `post` is the scanned value, slot 1 + s is source s.
        let mut inputs = vec![Input::Planes { words: &scanned[..len * words], stride: len }];
        inputs.extend(bind(post, 1, &self.work.sources, tile));
        machine.run(program, &post.uniforms, &inputs, Output::Words(out), len, budget)
    }
}

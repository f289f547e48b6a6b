//! Reduce: one aggregate a tile, in parallel; then the levels above the tiles.

use std::ops::Range;

use rayon::prelude::*;

use super::Cpu;
use super::block::LANE_BLOCK;
use super::compile::{Compiled, Planes, bind};
use super::fold::PIECE_LEN;
use super::lane::Call;
use super::native::Kernels;
use super::operator::Operator;
use super::scratch::{self, Scratch};
use crate::error::{Error, Result};
use crate::order::{TILE_LEN, TILE_LEVEL};
use crate::run::{Spine, State};
use crate::work::Work;

/// Tiles that a thread takes at once.
const CHUNK_TILES: usize = 16;

/// The work's operator; absent only if a reduce or scan pass is asked of a map.
pub(super) fn operator(compiled: &Compiled) -> Result<&Operator> {
    compiled.operator.as_ref().ok_or_else(|| Error::Unsupported {
        executor: "cpu".into(),
        what: "a pass of reduce or scan for a work without a monoid".into(),
    })
}

pub(super) fn run(
    cpu: &Cpu,
    compiled: &Compiled,
    work: &Work<'_>,
    range: Range<usize>,
    out: &mut [u32],
) -> Result<()> {
    let words = operator(compiled)?.words();
    let chunk = |first_tile: usize, out: &mut [u32]| {
        let start = range.start + first_tile * TILE_LEN;
        let end = range.end.min(start + out.len() / words * TILE_LEN);
        scratch::with(|scratch| tile_aggregates(cpu, compiled, work, start..end, out, scratch))
    };
    if cpu.is_small(compiled, range.len()) {
        return chunk(0, out);
    }
    cpu.install(|| {
        let chunks = out.par_chunks_mut(CHUNK_TILES * words).enumerate();
        chunks.try_for_each(|(i, out)| chunk(i * CHUNK_TILES, out))
    })
}

/// The aggregates of the tiles of a range, one after the other.
pub(super) fn tile_aggregates(
    cpu: &Cpu,
    compiled: &Compiled,
    work: &Work<'_>,
    range: Range<usize>,
    out: &mut [u32],
    scratch: &mut Scratch,
) -> Result<()> {
    let operator = operator(compiled)?;
    let words = operator.words();
    let mut start = range.start;
    if let Some(kernels) = operator.native()
        && !compiled.is_in_place()
    {
        let full = range.len() / TILE_LEN;
        start += full * TILE_LEN;
        evaluate_and_fold(
            cpu,
            compiled,
            work,
            range.start..start,
            kernels,
            &mut out[..full * words],
            scratch,
        )?;
    }
    let done = (start - range.start) / TILE_LEN;
    for (tile, out) in out.chunks_exact_mut(words).enumerate().skip(done) {
        let start = range.start + tile * TILE_LEN;
        let tile = start..range.end.min(start + TILE_LEN);
        let Scratch { machine, elements, .. } = &mut *scratch;
        let planes = compiled.elements(work, tile.clone(), machine, elements, cpu.budget)?;
        let mut lanes = scratch::lanes(cpu, work, machine);
        let state = operator.reduce_elements(&mut lanes, planes, tile.len(), tile.start)?;
        out.copy_from_slice(&state[..words]);
    }
    Ok(())
}

/// The aggregates of full tiles of elements that are evaluated first: piece by piece, so that memory is not idle while
/// elements are folded.
fn evaluate_and_fold(
    cpu: &Cpu,
    compiled: &Compiled,
    work: &Work<'_>,
    range: Range<usize>,
    kernels: &Kernels,
    out: &mut [u32],
    scratch: &mut Scratch,
) -> Result<()> {
    let Scratch { machine, piece, sixteens, .. } = scratch;
    let len = range.len();
    let inputs = bind(&work.fused, 0, &work.sources, range);
    let call = Call {
        program: &compiled.fused,
        uniforms: &work.fused.uniforms,
        inputs: &inputs,
        budget: cpu.budget,
    };
    let words = work.fused.output_type().words();
    let planes = piece.0.as_flattened_mut();
    machine.run_pieces(&call, len, PIECE_LEN, planes, |range, planes| {
        let at = range.start % TILE_LEN / LANE_BLOCK;
        for (plane, sixteens) in planes.chunks_exact(PIECE_LEN).zip(&mut sixteens[..words]) {
            (kernels.sixteens)(cpu.level, plane, &mut sixteens[at..][..PIECE_LEN / LANE_BLOCK]);
        }
        if range.end.is_multiple_of(TILE_LEN) {
            let states = &mut out[(range.end / TILE_LEN - 1) * words..][..words];
            for (word, sixteens) in states.iter_mut().zip(sixteens.iter()) {
                *word = (kernels.reduce_sixteens)(cpu.level, sixteens);
            }
        }
    })
}

/// Folds the aggregates of tiles, level by level, to one.
pub(super) fn fold(cpu: &Cpu, compiled: &Compiled, work: &Work<'_>, mut states: Vec<u32>) -> Result<State> {
    let operator = operator(compiled)?;
    let words = operator.words();
    scratch::with(|scratch| {
        let mut planes = Vec::new();
        loop {
            let mut next = Vec::with_capacity(states.len() / TILE_LEN + words);
            for tile in states.chunks(TILE_LEN * words) {
                let len = tile.len() / words;
                to_planes(tile, words, &mut planes);
                let mut lanes = scratch::lanes(cpu, work, &mut scratch.machine);
                let planes = Planes { words: &planes, stride: len };
                next.extend_from_slice(&operator.reduce_states(&mut lanes, planes, len)?[..words]);
            }
            if next.len() == words {
                let mut state = [0; 4];
                state[..words].copy_from_slice(&next);
                return Ok(state);
            }
            states = next;
        }
    })
}

/// States one after the other to states by component.
pub(super) fn to_planes(states: &[u32], words: usize, planes: &mut Vec<u32>) {
    let len = states.len() / words;
    planes.clear();
    planes.extend((0..words).flat_map(|c| (0..len).map(move |i| states[i * words + c])));
}

pub(super) fn combine(
    cpu: &Cpu,
    compiled: &Compiled,
    work: &Work<'_>,
    a: &State,
    b: &State,
) -> Result<State> {
    let operator = operator(compiled)?;
    scratch::with(|scratch| operator.combine(&mut scratch::lanes(cpu, work, &mut scratch.machine), a, b))
}

/// The spine after the tiles whose aggregates are `states`, from index 0.
pub(super) fn spine(
    cpu: &Cpu,
    compiled: &Compiled,
    work: &Work<'_>,
    identity: State,
    states: &[u32],
) -> Result<Spine> {
    let operator = operator(compiled)?;
    scratch::with(|scratch| {
        let mut lanes = scratch::lanes(cpu, work, &mut scratch.machine);
        let mut spine = Spine::new(identity);
        for words in states.chunks_exact(operator.words()) {
            let mut state = [0; 4];
            state[..words.len()].copy_from_slice(words);
            spine.push(TILE_LEVEL, state, &mut |a, b| operator.combine(&mut lanes, a, b))?;
        }
        Ok(spine)
    })
}

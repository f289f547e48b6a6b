//! Map: the lane program over chunks of the output.

use std::ops::Range;

use rayon::prelude::*;

use super::Cpu;
use super::compile::{Compiled, bind};
use super::lane::{Machine, Output};
use super::scratch;
use crate::error::Result;
use crate::work::Work;

/// Elements that a thread takes at once: large enough to hide the pool, small enough to balance.
const CHUNK_LEN: usize = 1 << 15;

pub(super) fn run(
    cpu: &Cpu,
    compiled: &Compiled,
    work: &Work<'_>,
    range: Range<usize>,
    out: &mut [u32],
) -> Result<()> {
    let evaluate = |machine: &mut Machine, range: Range<usize>, out: &mut [u32]| {
        let inputs = bind(&work.fused, 0, &work.sources, range.clone());
        let output = Output::Words(out);
        machine.run(&compiled.fused, &work.fused.uniforms, &inputs, output, range.len(), cpu.budget)
    };
    if cpu.is_small(compiled, range.len()) {
        return scratch::with(|scratch| evaluate(&mut scratch.machine, range, out));
    }
    let words = work.output_type().words();
    // Costly elements (loops) come in smaller chunks, so that the last ones balance.
    let chunk_len = ((1e6 / compiled.cost.max(1.0)) as usize).clamp(1 << 10, CHUNK_LEN) & !255;
    cpu.install(|| {
        out.par_chunks_mut(chunk_len * words).enumerate().try_for_each(|(i, out)| {
            let start = range.start + i * chunk_len;
            scratch::with(|scratch| evaluate(&mut scratch.machine, start..start + out.len() / words, out))
        })
    })
}

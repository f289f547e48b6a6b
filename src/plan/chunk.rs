//! Sizes of chunks and of the grain of a split.
//!
//! All are nodes of the canonical tree: `4^k` elements, at least a tile. So each chunk has one aggregate, and the
//! result does not depend on the size that is chosen.

use super::profile::{CpuProfile, GpuProfile};
use super::shape::Shape;
use crate::order::{RADIX, TILE_LEN};

/// Below this many tiles, a split is too coarse to balance: it would lose more to rounding than it gains.
pub(super) const SPLIT_TILES: usize = 64;

/// Chunks that a pipeline of upload, kernel and download needs to run full.
const PIPELINE_DEPTH: usize = 8;

/// Bytes under which a transfer is dominated by its latency.
const TRANSFER_BYTES: usize = 4 << 20;

/// Chunks per thread that let a thread that is late be helped by the others.
const CHUNKS_PER_THREAD: usize = 4;

/// The largest node of at least a tile that has at most `limit` elements; a tile when none has.
pub(super) fn node_at_most(limit: usize) -> usize {
    let mut node = TILE_LEN;
    while node <= limit / RADIX {
        node *= RADIX;
    }
    node
}

/// The grain of a split: a 64th of the length at most, so that rounding costs less than what a co-run must gain.
pub(super) fn split_grain(len: usize) -> usize {
    node_at_most(len / SPLIT_TILES)
}

/// Grains of a call: chunks are multiples of one, so that two executors can meet within a 256th.
const GRAINS: usize = 256;

/// The grain of chunks.
pub(crate) fn grain(len: usize) -> usize {
    node_at_most(len / GRAINS)
}

/// Elements of a chunk that a device's memory has room for.
pub(super) fn in_memory(shape: &Shape, gpu: &GpuProfile) -> usize {
    let element_bytes = u64::from(shape.input_bytes() + shape.output_bytes).max(1);
    let learned = gpu.ceiling_bytes.unwrap_or(u64::MAX) / element_bytes;
    let resident = match gpu.memory_bytes {
        0 => u64::MAX,
        // Two chunks in flight, each with its staging.
        bytes => bytes / (4 * element_bytes),
    };
    usize::try_from(learned.min(resident)).unwrap_or(usize::MAX).max(1)
}

/// The multiple of `grain` nearest to `elements`, or `len` when that is nearer than any multiple below it.
pub(super) fn snap(elements: f64, len: usize, grain: usize) -> usize {
    if elements >= len as f64 {
        return len;
    }
    let nodes = (elements.max(0.0) / grain as f64).round() as usize;
    nodes.saturating_mul(grain).min(len)
}

/// Elements that one thread of the CPU takes at once: they stay in its cache, and there are enough for balance.
pub(super) fn cpu_chunk(shape: &Shape, cpu: &CpuProfile) -> usize {
    let element_bytes = (shape.input_bytes() + shape.output_bytes).max(1) as usize;
    let cached = cpu.cache_bytes / element_bytes;
    node_at_most(cached.min(shape.len / (cpu.threads * CHUNKS_PER_THREAD)))
}

/// Elements of one submission to the GPU: within a binding and the memory, and few enough to overlap transfers.
pub(super) fn gpu_chunk(shape: &Shape, gpu: &GpuProfile, transfers: bool) -> usize {
    let element_bytes = u64::from(shape.input_bytes() + shape.output_bytes).max(1);
    let bound = gpu.max_binding / u64::from(shape.widest_bytes.max(1));
    let mut limit = usize::try_from(bound).unwrap_or(usize::MAX).min(in_memory(shape, gpu));
    if transfers && gpu.overlaps {
        limit = limit.min((shape.len / PIPELINE_DEPTH).max(TRANSFER_BYTES / element_bytes as usize));
    }
    // One chunk that covers everything needs no more than that.
    node_at_most(limit.min(shape.len.saturating_mul(RADIX)))
}

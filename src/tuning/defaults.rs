//! What suits an adapter: measured where one was at hand, otherwise derived from what it is.

use super::{Ladder, MapShape, Prefix, TileShape, Traits, Tuning};
use crate::order::TILE_LEVEL;

pub(super) fn of(traits: &Traits) -> Tuning {
    let mut tuning = if traits.software { software() } else { hardware(traits) };
    tuning.workgroup_bytes = tuning.workgroup_bytes.min(traits.workgroup_bytes);
    tuning.immediate_bytes = tuning.immediate_bytes.min(traits.immediate_bytes);
    tuning.map.threads = tuning.map.threads.min(traits.max_threads);
    for shape in
        [Some(&mut tuning.reduce), Some(&mut tuning.scan), tuning.loops.as_mut()].into_iter().flatten()
    {
        while shape.threads > traits.max_threads {
            *shape = narrower(*shape);
        }
    }
    tuning
}

/// Measured on lavapipe. An invocation is a loop over scalars there, and a barrier ends it.
fn software() -> Tuning {
    Tuning {
        map: MapShape { threads: 64, quads: 1 },
        reduce: TileShape { threads: 16, tiles: 4, node_level: 5, ladder: Ladder::Shared },
        scan: TileShape { threads: 16, tiles: 4, node_level: 5, ladder: Ladder::Shared },
        // llvmpipe ends the loops of an invocation after 65535 iterations in all, without a word: the fewer elements an
        // invocation takes, the longer a function may loop for each.
        loops: Some(TileShape { threads: 256, tiles: 1, node_level: 2, ladder: Ladder::Shared }),
        prefix: Prefix::MultiPass,
        look_back_rounds: 1024,
        vector_words: 4,
        checked: false,
        immediate_bytes: 128,
        workgroup_bytes: 16 << 10,
        stream_len: 1 << 20,
    }
}

/// Derived: neighbouring invocations read neighbouring vectors, enough bytes are in flight to hide the latency of memory
/// (64 an invocation, at 2048 invocations a multiprocessor), and elements stay in registers between the two halves of a
/// scan.
fn hardware(traits: &Traits) -> Tuning {
    let ladder = match traits.subgroup {
        // Less than four lanes combine nothing.
        Some(size) if (16..=128).contains(&size) => Ladder::Subgroup(size),
        _ => Ladder::Shared,
    };
    let prefix = match (traits.forward_progress, traits.atomics_64) {
        (false, _) => Prefix::MultiPass,
        (true, false) => Prefix::LookBack,
        (true, true) => Prefix::LookBack64,
    };
    Tuning {
        map: MapShape { threads: 256, quads: 1 },
        reduce: TileShape { threads: 256, tiles: 1, node_level: 1, ladder },
        scan: TileShape { threads: 256, tiles: 1, node_level: 1, ladder },
        loops: None,
        prefix,
        look_back_rounds: 1024,
        vector_words: 4,
        checked: false,
        immediate_bytes: 128,
        workgroup_bytes: 24 << 10,
        stream_len: 1 << 22,
    }
}

/// A quarter of the invocations, each with as many nodes if it can be.
fn narrower(shape: TileShape) -> TileShape {
    let node_level = (shape.node_level + 1).min(TILE_LEVEL);
    let threads = shape.threads / 4;
    let ladder = match shape.ladder {
        Ladder::Subgroup(size) if threads % size == 0 => shape.ladder,
        _ => Ladder::Shared,
    };
    TileShape { threads, node_level, ladder, ..shape }
}

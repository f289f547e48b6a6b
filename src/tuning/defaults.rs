//! What suits an adapter: measured where one was at hand, otherwise derived from what it is.

use super::{Ladder, MapShape, Prefix, TileShape, Traits, Tuning, shipped};
use crate::order::TILE_LEVEL;

pub(super) fn of(traits: &Traits) -> Tuning {
    let entries = shipped().iter().filter(|entry| entry.adapter.matches(traits));
    let mut measured = entries.map(|entry| within(entry.tuning, traits));
    let fits = measured.find(|tuning| tuning.check(traits).is_ok());
    fits.unwrap_or_else(|| within(derived(traits), traits))
}

/// Within the limits of an adapter.
fn within(mut tuning: Tuning, traits: &Traits) -> Tuning {
    tuning.workgroup_bytes = tuning.workgroup_bytes.min(traits.workgroup_bytes);
    tuning.immediate_bytes = tuning.immediate_bytes.min(traits.immediate_bytes);
    tuning.map.threads = tuning.map.threads.min(traits.max_threads);
    for shape in tuning.shapes_mut() {
        while shape.threads > traits.max_threads {
            *shape = narrower(*shape);
        }
    }
    tuning
}

/// Derived: neighbouring invocations read neighbouring vectors, enough bytes are in flight to hide the latency of memory
/// (64 an invocation, at 2048 invocations a multiprocessor), and elements stay in registers between the two halves of a
/// scan.
fn derived(traits: &Traits) -> Tuning {
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
    TileShape { tiles: shape.tiles.min(threads), node_level, ..shape.with_threads(threads) }
}

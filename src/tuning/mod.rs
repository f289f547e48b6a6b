//! Tuning: how GPU passes are shaped for an adapter.
//!
//! [`Tuning::of`] is a pure function from what an adapter is ([`Traits`]) to a plain struct that prints itself. No result
//! depends on a tuning, only how long it takes: every variant computes the same bits. What suits an adapter is measured
//! (`cargo bench --bench gpu -- tune`), and can be given to a context with
//! [`Builder::tuning`](crate::Builder::tuning).
//!
//! ```
//! use tilewright::tuning::{Traits, Tuning};
//!
//! let gpu = Traits { workgroup_bytes: 48 << 10, max_threads: 1024, forward_progress: true, ..Traits::default() };
//! let mut tuning = Tuning::of(&gpu);
//! tuning.map.threads = 256;
//! tuning.check(&gpu)?;
//! println!("{tuning}");
//! # Ok::<(), tilewright::Error>(())
//! ```

mod chosen;
mod defaults;
mod shape;
mod shipped;
mod text;
mod traits;
mod variants;

use serde::{Deserialize, Serialize};

pub use chosen::{Chosen, Source};
pub use shape::{Ladder, MapShape, TileShape};
pub use shipped::{Entry, Pattern, shipped};
pub use traits::Traits;
pub use variants::{Part, Variant};

use crate::error::{Error, Result};

/// The shape of passes, and how they are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Tuning {
    /// Map.
    pub map: MapShape,
    /// Reduce, and the upward passes of a scan of several passes.
    pub reduce: TileShape,
    /// The pass of a scan that writes the results.
    pub scan: TileShape,
    /// Reduce and scan where a function of the user loops, if that wants another shape. (llvmpipe ends the loops of an
    /// invocation after 65535 iterations in all, without a word: the fewer elements an invocation takes, the longer a function
    /// may loop for each.)
    pub loops: Option<TileShape>,
    /// How a tile of a scan comes by its prefix.
    pub prefix: Prefix,
    /// How long look-back waits: rounds of 256 looks, each some tens of microseconds at least on hardware.
    pub look_back_rounds: u32,
    /// Words of 32 bits of one access to elements in memory: 1, 2 or 4.
    pub vector_words: u32,
    /// Compiles the library's own passes with all run-time checks. They index in range by construction, so that the checks
    /// cost time and protect nothing.
    pub checked: bool,
    /// Bytes of parameters that travel with the commands, where a pass has no more; else they lie in a uniform buffer, which
    /// takes the host another copy and another binding.
    pub immediate_bytes: u32,
    /// Bytes of workgroup memory that a pass may take: more leave room for fewer workgroups at a time.
    pub workgroup_bytes: u32,
    /// Elements of a streamed chunk, at most: a power of four.
    pub stream_len: usize,
}

/// How a tile of a scan comes by its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prefix {
    /// Passes before it have reduced all tiles and scanned what came of them: elements are read twice.
    MultiPass,
    /// Look-back: tiles publish their aggregates, and those of the nodes that they complete, while all of them run.
    /// Elements are read once. A word travels as two atomics of 32 bits, with 16 bits of payload each.
    LookBack,
    /// Look-back in atomics of 64 bits, a word and its flag in each.
    LookBack64,
}

impl Prefix {
    /// True for look-back of either kind.
    pub fn is_look_back(self) -> bool {
        self != Self::MultiPass
    }
}

impl Tuning {
    /// The tuning that the library uses for an adapter: the first of those [`shipped`] that matches it and runs there, within
    /// its limits, otherwise one that is derived from what the adapter is.
    pub fn of(traits: &Traits) -> Self {
        defaults::of(traits)
    }

    /// Says whether passes of this tuning run on an adapter.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] that names the field, what is expected of it and what it is.
    pub fn check(&self, traits: &Traits) -> Result<()> {
        let Self { map, reduce, scan, loops, prefix, vector_words, workgroup_bytes, stream_len, .. } = self;
        map.check(traits)?;
        reduce.check("tuning.reduce", traits)?;
        scan.check("tuning.scan", traits)?;
        if let Some(loops) = loops {
            loops.check("tuning.loops", traits)?;
        }
        if prefix.is_look_back() && !traits.forward_progress {
            return value(
                "tuning.prefix",
                "multi_pass: workgroups that wait may keep others from running",
                prefix,
            );
        }
        if *prefix == Prefix::LookBack64 && !traits.atomics_64 {
            return value("tuning.prefix", "no atomics of 64 bits, which the adapter lacks", prefix);
        }
        let rounds = if traits.software { MAX_ROUNDS } else { MAX_ROUNDS >> 6 };
        if self.look_back_rounds > rounds {
            let expected = format!("at most {rounds}");
            return value("tuning.look_back_rounds", &expected, self.look_back_rounds);
        }
        if ![1, 2, 4].contains(vector_words) {
            return value("tuning.vector_words", "1, 2 or 4", vector_words);
        }
        if !(MIN_WORKGROUP_BYTES..=traits.workgroup_bytes.max(MIN_WORKGROUP_BYTES)).contains(workgroup_bytes)
        {
            let expected = format!("{MIN_WORKGROUP_BYTES} to {}", traits.workgroup_bytes);
            return value("tuning.workgroup_bytes", &expected, workgroup_bytes);
        }
        if self.immediate_bytes > traits.immediate_bytes {
            let expected = format!("at most {}", traits.immediate_bytes);
            return value("tuning.immediate_bytes", &expected, self.immediate_bytes);
        }
        let is_power_of_four = stream_len.is_power_of_two() && stream_len.ilog2() % 2 == 0;
        if !is_power_of_four || !(crate::order::TILE_LEN..=1 << 28).contains(stream_len) {
            return value("tuning.stream_len", "a power of four from 2^12 to 2^28", stream_len);
        }
        Ok(())
    }

    /// All shapes of tiles.
    pub(crate) fn shapes_mut(&mut self) -> impl Iterator<Item = &mut TileShape> {
        [&mut self.reduce, &mut self.scan].into_iter().chain(&mut self.loops)
    }

    /// The shape of a reduce whose functions loop, or do not.
    pub(crate) fn reduce_shape(&self, loops: bool, state_bytes: usize) -> TileShape {
        self.shape(self.reduce, loops).fitted(state_bytes as u32, self.workgroup_bytes, 2)
    }

    /// The shape of the last pass of a scan. By look-back, a workgroup takes a node, and the siblings of that node and of its
    /// ancestors lie beside the ladder.
    pub(crate) fn scan_shape(&self, loops: bool, state_bytes: usize, look_back: bool) -> TileShape {
        let shape = self.shape(self.scan, loops);
        let state_bytes = state_bytes as u32;
        if !look_back {
            return shape.fitted(state_bytes, self.workgroup_bytes, 2);
        }
        let node = shape.with_tiles(1 << (shape.tiles.ilog2() & !1));
        let beside = (3 * LOOK_BACK_LEVELS + 1) * state_bytes;
        node.fitted(state_bytes, self.workgroup_bytes.saturating_sub(beside), 4)
    }
}

/// Levels of nodes that look-back publishes: enough for 4^12 workgroups.
pub(crate) const LOOK_BACK_LEVELS: u32 = 12;

impl Tuning {
    /// The shape for functions that loop, or do not. Lanes exchange what is not there too, on which a loop need not end.
    fn shape(&self, shape: TileShape, loops: bool) -> TileShape {
        if loops { TileShape { ladder: Ladder::Shared, ..self.loops.unwrap_or(shape) } } else { shape }
    }
}

/// Rounds of look-back on software, whose threads may be kept waiting; on hardware a 64th of it is seconds, which more than that
/// would be a hang to whoever waits.
const MAX_ROUNDS: u32 = 1 << 20;

/// What WGSL promises every adapter is 16 KiB; less than this holds no ladder.
const MIN_WORKGROUP_BYTES: u32 = 2 << 10;

fn value<T>(what: &str, expected: &str, given: impl std::fmt::Debug) -> Result<T> {
    Err(Error::Value { what: what.into(), expected: expected.into(), given: format!("{given:?}") })
}

#[cfg(test)]
mod tests;

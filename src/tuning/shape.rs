//! Shapes of workgroups.

use serde::{Deserialize, Serialize};

use super::{Traits, value};
use crate::error::Result;
use crate::order::{TILE_LEN, TILE_LEVEL};

/// The shape of a map: each invocation computes some quads of four consecutive elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapShape {
    /// Invocations of a workgroup.
    pub threads: u32,
    /// Quads of an invocation. Neighbouring invocations take neighbouring quads, all loads before the first store.
    pub quads: u32,
}

/// The shape of a reduce or scan.
///
/// A workgroup takes `tiles` tiles of 4096 elements, `threads` invocations share them, and each folds nodes of the
/// canonical tree of `4^node_level` consecutive elements, all of the workgroup's nodes dealt out in turn: with
/// `node_level` 1, neighbouring invocations read neighbouring vectors of four elements. The ladder combines what they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TileShape {
    /// Invocations of a workgroup: a power of two.
    pub threads: u32,
    /// Tiles of a workgroup: a power of two, no more than invocations. A scan by look-back takes the power of four below.
    pub tiles: u32,
    /// Level of the nodes that an invocation folds by itself, 1 to 6.
    pub node_level: u32,
    /// How the levels above are combined.
    pub ladder: Ladder,
}

/// How nodes that invocations have folded are combined to a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ladder {
    /// Through workgroup memory, one level and one barrier at a time.
    Shared,
    /// The first levels by exchange within subgroups of this many invocations, the others through workgroup memory.
    Subgroup(u32),
}

/// Nodes in the registers of one invocation, at most.
const MAX_NODES: u32 = 16;

impl MapShape {
    pub(super) fn check(&self, traits: &Traits) -> Result<()> {
        if self.threads == 0 || self.threads > traits.max_threads {
            return value("tuning.map.threads", &format!("1 to {}", traits.max_threads), self.threads);
        }
        if !(1..=MAX_NODES).contains(&self.quads) {
            return value("tuning.map.quads", &format!("1 to {MAX_NODES}"), self.quads);
        }
        Ok(())
    }
}

impl TileShape {
    pub(super) fn check(&self, what: &str, traits: &Traits) -> Result<()> {
        let Self { threads, tiles, node_level, ladder } = *self;
        let is_size = |number: u32, most: u32| number.is_power_of_two() && number <= most;
        if !is_size(threads, traits.max_threads) {
            let expected = format!("a power of two up to {}", traits.max_threads);
            return value(&format!("{what}.threads"), &expected, threads);
        }
        if !is_size(tiles, 64) {
            return value(&format!("{what}.tiles"), "a power of two up to 64", tiles);
        }
        if !(1..=TILE_LEVEL).contains(&node_level) {
            return value(&format!("{what}.node_level"), &format!("1 to {TILE_LEVEL}"), node_level);
        }
        let nodes = self.nodes_at(node_level);
        if threads > nodes || nodes / threads > MAX_NODES {
            let expected = format!("{} to {nodes} for {nodes} nodes", nodes.div_ceil(MAX_NODES));
            return value(&format!("{what}.threads"), &expected, threads);
        }
        if tiles > threads {
            // An invocation for each tile stores what came of it.
            return value(&format!("{what}.tiles"), &format!("at most {threads}, one an invocation"), tiles);
        }
        match ladder {
            Ladder::Subgroup(size) if traits.subgroup != Some(size) || threads % size != 0 => {
                let expected = match traits.subgroup {
                    None => "shared: subgroups of the adapter cannot be relied on".to_owned(),
                    Some(size) => format!("subgroup({size}), with a multiple of it as threads"),
                };
                value(&format!("{what}.ladder"), &expected, ladder)
            }
            _ => Ok(()),
        }
    }

    /// Elements of a workgroup.
    pub(crate) fn group_len(&self) -> u32 {
        self.tiles * TILE_LEN as u32
    }

    /// Nodes of a level in a workgroup.
    pub(crate) fn nodes_at(&self, level: u32) -> u32 {
        self.group_len() >> (2 * level)
    }

    /// Nodes that each invocation folds.
    pub(crate) fn nodes_of_thread(&self) -> u32 {
        self.nodes_at(self.node_level) / self.threads
    }

    /// Levels that subgroups combine.
    pub(crate) fn subgroup_levels(&self) -> u32 {
        match self.ladder {
            Ladder::Shared => 0,
            Ladder::Subgroup(size) => (size.ilog2() / 2).min(TILE_LEVEL - self.node_level),
        }
    }

    /// The lowest level that is kept in workgroup memory.
    pub(crate) fn shared_level(&self) -> u32 {
        self.node_level + self.subgroup_levels()
    }

    /// Nodes in workgroup memory.
    pub(crate) fn shared_nodes(&self) -> u32 {
        (self.shared_level()..=TILE_LEVEL).map(|level| self.nodes_at(level)).sum()
    }

    /// The same for fewer tiles.
    pub(crate) fn with_tiles(&self, tiles: u32) -> Self {
        let shape = Self { tiles, ..*self };
        shape.with_threads(self.threads.min(shape.nodes_at(shape.node_level)))
    }

    /// The same for other invocations, which subgroups share evenly or not at all.
    pub(super) fn with_threads(self, threads: u32) -> Self {
        let ladder = match self.ladder {
            Ladder::Subgroup(size) if threads.is_multiple_of(size) => self.ladder,
            _ => Ladder::Shared,
        };
        Self { threads, ladder, ..self }
    }

    /// The largest shape like it whose ladder of states fits: fewer tiles first, a `step`-th each time, then larger nodes.
    pub(super) fn fitted(self, state_bytes: u32, workgroup_bytes: u32, step: u32) -> Self {
        let mut shape = self;
        while (shape.shared_nodes() + shape.tiles / 2) * state_bytes > workgroup_bytes {
            shape = if shape.tiles > 1 {
                shape.with_tiles((shape.tiles / step).max(1))
            } else if shape.node_level < TILE_LEVEL {
                let coarser = Self { node_level: shape.node_level + 1, ..shape };
                coarser.with_threads(coarser.threads.min(coarser.nodes_at(coarser.node_level)))
            } else {
                break;
            };
        }
        shape
    }
}

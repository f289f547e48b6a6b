//! Tuning: how passes are shaped for an adapter. A pure function of what the adapter is; no result depends on it.

use crate::order;

/// What tuning wants to know of an adapter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Traits {
    /// Runs on the CPU's cores (lavapipe, WARP): barriers are expensive and memory access is scalar.
    pub(crate) software: bool,
    /// Workgroups that have started keep making progress while others spin.
    pub(crate) forward_progress: bool,
    /// Bytes of workgroup memory.
    pub(crate) workgroup_bytes: u32,
    /// Invocations of a workgroup.
    pub(crate) max_threads: u32,
}

/// The shape of passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Tuning {
    /// Invocations of a workgroup in map.
    pub(crate) map_threads: u32,
    /// Invocations that share a tile in reduce and scan: a power of four up to 256.
    pub(crate) tile_threads: u32,
    /// Tiles of a workgroup in reduce and scan.
    pub(crate) group_tiles: u32,
    /// Scan in one pass, with look-back.
    pub(crate) single_pass: bool,
    /// Elements of a streamed chunk, at most: a power of four.
    pub(crate) stream_len: usize,
}

impl Tuning {
    /// The tuning for an adapter.
    pub(crate) fn of(traits: &Traits) -> Self {
        let mut tuning = if traits.software {
            Self { map_threads: 64, tile_threads: 4, group_tiles: 4, single_pass: false, stream_len: 1 << 20 }
        } else {
            Self {
                map_threads: 128,
                tile_threads: 256,
                group_tiles: 1,
                single_pass: traits.forward_progress,
                stream_len: 1 << 22,
            }
        };
        // The widest state, and all levels of the ladder: 4/3 of a vec4 per thread.
        while tuning.tile_threads * 22 > traits.workgroup_bytes || tuning.tile_threads > traits.max_threads {
            tuning.tile_threads /= 4;
        }
        tuning.map_threads = tuning.map_threads.min(traits.max_threads);
        tuning
    }

    /// Elements of a tile that one invocation folds: `4^thread_level`.
    pub(super) fn thread_len(&self) -> u32 {
        order::TILE_LEN as u32 / self.tile_threads
    }

    /// Level of the nodes that one invocation folds.
    pub(super) fn thread_level(&self) -> u32 {
        self.thread_len().trailing_zeros() / 2
    }

    /// Invocations of a workgroup in reduce and scan.
    pub(super) fn threads(&self) -> u32 {
        self.tile_threads * self.group_tiles
    }
}

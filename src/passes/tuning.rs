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
    /// The same where a user's function loops, if more; then a workgroup takes one tile.
    pub(crate) loop_tile_threads: u32,
    /// Tiles of a workgroup in reduce and scan.
    pub(crate) group_tiles: u32,
    /// Scan in one pass, with look-back.
    pub(crate) single_pass: bool,
    /// How long look-back waits: rounds of 256 looks, each some tens of microseconds at least on hardware.
    pub(crate) look_back_rounds: u32,
    /// Elements of a streamed chunk, at most: a power of four.
    pub(crate) stream_len: usize,
}

impl Tuning {
    /// The tuning for an adapter.
    pub(crate) fn of(traits: &Traits) -> Self {
        let look_back_rounds = 1024;
        let mut tuning = if traits.software {
            Self {
                map_threads: 64,
                tile_threads: 4,
                // llvmpipe ends the loops of an invocation after 65535 iterations in all, without a word: the fewer
                // elements an invocation takes, the longer a function may loop for each.
                loop_tile_threads: 256,
                group_tiles: 4,
                single_pass: false,
                look_back_rounds,
                stream_len: 1 << 20,
            }
        } else {
            Self {
                map_threads: 128,
                tile_threads: 256,
                loop_tile_threads: 256,
                group_tiles: 1,
                single_pass: traits.forward_progress,
                look_back_rounds,
                stream_len: 1 << 22,
            }
        };
        // The widest state, and all levels of the ladder: 4/3 of a vec4 per thread.
        for threads in [&mut tuning.tile_threads, &mut tuning.loop_tile_threads] {
            while *threads * 22 > traits.workgroup_bytes || *threads > traits.max_threads {
                *threads /= 4;
            }
        }
        tuning.map_threads = tuning.map_threads.min(traits.max_threads);
        tuning
    }

    /// The shape of a reduce or scan whose functions loop, or do not.
    pub(super) fn of_functions(&self, loops: bool) -> Self {
        if loops && self.loop_tile_threads > self.tile_threads {
            return Self { tile_threads: self.loop_tile_threads, group_tiles: 1, ..*self };
        }
        *self
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

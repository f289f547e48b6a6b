//! Which blocks of workgroups run, so that one that waits for another is told from one that never ends.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};

use super::super::lane::Watch;

/// What the threads of a launch do.
pub(super) struct Progress {
    end: u64,
    /// The first block that no thread has taken.
    next: AtomicU64,
    /// At most the block that each thread runs; the largest number when it is done.
    running: Vec<AtomicU64>,
    failed: AtomicBool,
}

impl Progress {
    /// Of so many threads that run a range of blocks.
    pub(super) fn new(blocks: Range<u64>, threads: usize) -> Self {
        let running = (0..threads).map(|_| AtomicU64::new(u64::MAX)).collect();
        Self { end: blocks.end, next: AtomicU64::new(blocks.start), running, failed: AtomicBool::new(false) }
    }

    /// The next blocks, at most so many, for a thread.
    pub(super) fn take(&self, thread: usize, chunk: u64) -> Option<Range<u64>> {
        // Whatever it gets, it gets none before this one.
        self.running[thread].store(self.next.load(SeqCst), SeqCst);
        let start = self.next.fetch_add(chunk, SeqCst);
        if start >= self.end || self.failed.load(SeqCst) {
            self.running[thread].store(u64::MAX, SeqCst);
            return None;
        }
        Some(start..self.end.min(start + chunk))
    }

    /// Blocks that may be waiting need not go on.
    pub(super) fn fail(&self) {
        self.failed.store(true, SeqCst);
    }
}

/// One thread of a launch.
pub(super) struct Thread<'a> {
    pub(super) progress: &'a Progress,
    pub(super) thread: usize,
}

impl Watch for Thread<'_> {
    fn begins(&self, block: u64) {
        self.progress.running[self.thread].store(block, SeqCst);
    }

    fn may_wait(&self, block: u64) -> bool {
        let lowest = self.progress.running.iter().map(|running| running.load(SeqCst)).min();
        let may_wait = lowest.is_some_and(|lowest| lowest < block) && !self.progress.failed.load(SeqCst);
        if may_wait {
            std::thread::yield_now();
        }
        may_wait
    }
}

/// A thread that runs all blocks: those before have ended.
pub(super) struct Alone;

impl Watch for Alone {
    fn begins(&self, _: u64) {}

    fn may_wait(&self, _: u64) -> bool {
        false
    }
}

//! The one trait that executors implement, so that the ledger does not care which of them computes a range.

use std::future::Future;
use std::ops::Range;
use std::pin::Pin;

use crate::error::Result;
use crate::work::Work;

/// A piece of work under way.
pub(crate) type Job<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// What computes ranges of a described work. Results are words, [`ElementType::words`](crate::ElementType::words) per
/// element, in the canonical order of [`crate::order`].
pub(crate) trait Executor: Send + Sync {
    /// Name shown in explanations and errors.
    fn name(&self) -> String;

    /// Elements `range` of the result into `out`, which has room for exactly these.
    fn map<'a>(&'a self, work: &'a Work<'a>, range: Range<usize>, out: &'a mut [u32]) -> Job<'a, ()>;

    /// Aggregates of the tiles of `range`, one state each. `range` starts at a multiple of
    /// [`TILE_LEN`](crate::order::TILE_LEN); its last tile may be partial.
    fn reduce<'a>(&'a self, work: &'a Work<'a>, range: Range<usize>, out: &'a mut [u32]) -> Job<'a, ()>;

    /// Scan of `range`, which lies in a node of the tree that starts at `range.start`; `prefix` is the canonical
    /// prefix of that node. Returns the canonical aggregate of the range (the identity when it is empty).
    fn scan<'a>(
        &'a self,
        work: &'a Work<'a>,
        range: Range<usize>,
        prefix: [u32; 4],
        out: &'a mut [u32],
    ) -> Job<'a, [u32; 4]>;
}

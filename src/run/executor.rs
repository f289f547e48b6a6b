//! What an executor does: a described pass over a range of elements.

use std::future::Future;
use std::ops::Range;
use std::pin::Pin;

use crate::error::Result;
use crate::work::Work;

/// The words of one state of a monoid; unused words are 0.
pub(crate) type State = [u32; 4];

/// A pass under way. Work of the CPU happens in the first poll; work of a GPU is awaited.
pub(crate) type Job<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Runs passes over ranges of a work. Ranges of `reduce` and `scan` start at a tile boundary.
pub(crate) trait Executor: Send + Sync {
    /// Elements `range` of the result into `out`, which holds exactly their words.
    fn map<'a>(&'a self, work: &'a Work<'a>, range: Range<usize>, out: &'a mut [u32]) -> Job<'a, ()>;

    /// The aggregates of the tiles of `range` into `out`, state by state. The last tile may be partial.
    fn reduce<'a>(&'a self, work: &'a Work<'a>, range: Range<usize>, out: &'a mut [u32]) -> Job<'a, ()>;

    /// The scan of `range`, which is aligned: it starts where a node of the tree starts and lies in that node, whose
    /// canonical prefix is `prefix`. Returns the aggregate of the range.
    fn scan<'a>(
        &'a self,
        work: &'a Work<'a>,
        range: Range<usize>,
        prefix: State,
        out: &'a mut [u32],
    ) -> Job<'a, State>;
}

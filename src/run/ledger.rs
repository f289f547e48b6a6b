//! The ledger of a call: which elements are pending, leased, or committed. Pure; whoever runs chunks asks it.
//!
//! An element is committed once. A lease carries a number that is never used again, its generation: what comes back under
//! a number that was revoked is stale and is not taken.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::plan::Executor;

/// Elements handed to an executor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lease {
    /// Never used twice.
    pub(crate) generation: u64,
    /// Whose.
    pub(crate) executor: Executor,
    /// Which elements.
    pub(crate) range: Range<usize>,
}

/// Which end of what is pending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Lowest indices first.
    Front,
    /// Highest first.
    Back,
}

/// What became of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Commit {
    /// The elements are done.
    Fresh,
    /// The lease was revoked: the result must be thrown away.
    Stale,
}

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    len: usize,
    grain: usize,
    /// Disjoint, in order, not touching.
    pending: Vec<Range<usize>>,
    leased: BTreeMap<u64, Lease>,
    committed: usize,
    generations: u64,
}

impl Ledger {
    /// All of `0..len` pending. Leases begin at multiples of `grain`, and end there or at `len`.
    pub(crate) fn new(len: usize, grain: usize) -> Self {
        let pending = (len > 0).then_some(0..len).into_iter().collect();
        Self { len, grain: grain.max(1), pending, leased: BTreeMap::new(), committed: 0, generations: 0 }
    }

    /// Leases up to `most` elements, rounded up to a grain, from an end of what is pending within `within`. `None` when
    /// nothing is pending there.
    pub(crate) fn lease(
        &mut self,
        executor: Executor,
        end: End,
        most: usize,
        within: Range<usize>,
    ) -> Option<Lease> {
        let most = most.max(1).next_multiple_of(self.grain);
        let clip = |range: &Range<usize>| range.start.max(within.start)..range.end.min(within.end);
        let open = |range: &&Range<usize>| !clip(range).is_empty();
        let found = match end {
            End::Front => self.pending.iter().position(|range| open(&range)),
            End::Back => self.pending.iter().rposition(|range| open(&range)),
        }?;
        let whole = self.pending[found].clone();
        let usable = clip(&whole);
        let range = match end {
            End::Front => usable.start..usable.end.min(usable.start.saturating_add(most)),
            End::Back => {
                // From the end of a grain: the last one may be ragged.
                let aligned = usable.end.next_multiple_of(self.grain);
                usable.start.max(aligned.saturating_sub(most))..usable.end
            }
        };
        let rest = [whole.start..range.start, range.end..whole.end];
        self.pending.splice(found..=found, rest.into_iter().filter(|range| !range.is_empty()));
        self.generations += 1;
        let lease = Lease { generation: self.generations, executor, range };
        self.leased.insert(lease.generation, lease.clone());
        Some(lease)
    }

    /// Ends a lease with its elements done.
    pub(crate) fn commit(&mut self, generation: u64) -> Commit {
        match self.leased.remove(&generation) {
            Some(lease) => {
                self.committed += lease.range.len();
                Commit::Fresh
            }
            None => Commit::Stale,
        }
    }

    /// Ends a lease with nothing done: its elements are pending again. False when it was over before.
    pub(crate) fn requeue(&mut self, generation: u64) -> bool {
        let Some(lease) = self.leased.remove(&generation) else { return false };
        let at = self.pending.partition_point(|range| range.start < lease.range.start);
        self.pending.insert(at, lease.range);
        self.pending.dedup_by(|next, before| {
            let touches = before.end == next.start;
            if touches {
                before.end = next.end;
            }
            touches
        });
        true
    }

    /// Requeues all that an executor has: it is gone.
    pub(crate) fn revoke(&mut self, executor: Executor) -> usize {
        let of: Vec<u64> =
            self.leased.values().filter(|lease| lease.executor == executor).map(|l| l.generation).collect();
        of.iter().filter(|generation| self.requeue(**generation)).count()
    }

    /// What nobody has, in order.
    pub(crate) fn pending_ranges(&self) -> &[Range<usize>] {
        &self.pending
    }

    /// The pending range that a lease from an end would be taken from, clipped to `within`.
    pub(crate) fn pending_at(&self, end: End, within: &Range<usize>) -> Option<Range<usize>> {
        let clip = |range: &Range<usize>| range.start.max(within.start)..range.end.min(within.end);
        let mut ranges = self.pending.iter().map(clip).filter(|range| !range.is_empty());
        match end {
            End::Front => ranges.next(),
            End::Back => ranges.next_back(),
        }
    }

    /// Elements that nobody has.
    pub(crate) fn pending(&self) -> usize {
        self.pending.iter().map(Range::len).sum()
    }

    /// Elements pending within a range.
    pub(crate) fn pending_within(&self, within: &Range<usize>) -> usize {
        let clip =
            |range: &Range<usize>| range.end.min(within.end).saturating_sub(range.start.max(within.start));
        self.pending.iter().map(clip).sum()
    }

    /// Elements done.
    pub(crate) fn committed(&self) -> usize {
        self.committed
    }

    /// All elements.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// True when every element is done.
    pub(crate) fn is_done(&self) -> bool {
        self.committed == self.len
    }

    /// True when an executor has something.
    pub(crate) fn has_leased(&self, executor: Executor) -> bool {
        self.leased.values().any(|lease| lease.executor == executor)
    }
}

#[cfg(test)]
mod tests;

//! Shadow memory: who accessed each location last, and whether that was ordered before an access now.
//!
//! A location keeps its last write and two readers, which is enough to tell whether any access of it races: the idea of
//! FastTrack (Flanagan and Freund, *FastTrack: efficient and precise dynamic race detection*, 2009), that an access is
//! compared with the last one of each kind rather than with a vector of clocks. Barriers are the only synchronisation of
//! WGSL, as its atomics are relaxed, so that a clock is the number of barriers so far: an access is before another of the same
//! workgroup if a barrier that orders this memory lies between. Nothing orders accesses of two workgroups.
//!
//! Two readers are enough: a write by one of them races with the other; where one is of another workgroup, every write races
//! with it; two subgroups have one each, so that a barrier of a subgroup orders one of them at most. A write that was compared with the readers takes their place, since what races with one of them later races with
//! the write as well, or is ordered behind it.

use super::super::effect::SUBGROUP;

/// An access that a location remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Past {
    /// Barriers before it in the whole run; 0 for no access.
    pub(super) time: u32,
    /// The workgroup, by linear index.
    pub(super) group: u32,
    pub(super) lane: u16,
    pub(super) site: u16,
    pub(super) value: u32,
}

impl Past {
    const NONE: Self = Self { time: 0, group: 0, lane: 0, site: 0, value: 0 };

    fn is_some(&self) -> bool {
        self.time != 0
    }
}

/// What is known of a location.
#[derive(Debug, Clone, Copy)]
struct Location {
    write: Past,
    reads: [Past; 2],
}

const EMPTY: Location = Location { write: Past::NONE, reads: [Past::NONE; 2] };

/// Locations of a page: memory that nobody touches has none.
const PAGE: usize = 256;

/// The shadow of a memory.
#[derive(Debug, Default)]
pub(super) struct Shadow {
    pages: Vec<Option<Box<[Location; PAGE]>>>,
    /// What orders accesses of it.
    is_workgroup: bool,
}

/// Where the present workgroup stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Clock {
    /// Barriers so far in the whole run, and starts of workgroups; counted from 1.
    pub(super) now: u32,
    pub(super) group: u32,
    /// When a barrier that orders storage, workgroup memory, or accesses of a subgroup was last passed.
    pub(super) storage: u32,
    pub(super) workgroup: u32,
    pub(super) subgroup: u32,
    /// The last barrier, by number.
    pub(super) last: usize,
}

/// What an access turns out to be.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Verdict {
    /// An access that it races with.
    pub(super) race: Option<Past>,
    /// Whether this workgroup has written the location before.
    pub(super) was_written: bool,
}

/// An access as a location sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    pub(super) past: Past,
    pub(super) writes: bool,
    pub(super) is_atomic: bool,
}

impl Shadow {
    /// The shadow of a memory of so many locations.
    pub(super) fn new(len: usize, is_workgroup: bool) -> Self {
        let mut pages = vec![];
        pages.resize_with(len.div_ceil(PAGE), || None);
        Self { pages, is_workgroup }
    }

    /// Takes note of an access; `is_atomic` says so of a past one by its site.
    pub(super) fn access(
        &mut self,
        offset: u32,
        clock: &Clock,
        now: Now,
        is_atomic: impl Fn(u16) -> bool,
    ) -> Verdict {
        let (page, at) = (offset as usize / PAGE, offset as usize % PAGE);
        let Some(page) = self.pages.get_mut(page) else { return Verdict::default() };
        let location = &mut page.get_or_insert_with(|| Box::new([EMPTY; PAGE]))[at];
        let ordered = if self.is_workgroup { clock.workgroup } else { clock.storage };
        if self.is_workgroup {
            // What the workgroup before did to the memory that it had.
            for past in [&mut location.write].into_iter().chain(&mut location.reads) {
                if past.group != clock.group {
                    *past = Past::NONE;
                }
            }
        }
        let is_workgroup = self.is_workgroup;
        let races = |past: &Past| {
            if !past.is_some() || (now.is_atomic && is_atomic(past.site)) {
                return false;
            }
            if past.group != clock.group {
                return !is_workgroup;
            }
            let (lane, other) = (now.past.lane, past.lane);
            let same_subgroup = usize::from(lane) / SUBGROUP == usize::from(other) / SUBGROUP;
            lane != other && ordered <= past.time && !(same_subgroup && clock.subgroup > past.time)
        };
        let was_written = location.write.is_some();
        let mut race = Some(location.write).filter(races);
        if now.writes {
            race = race.or_else(|| location.reads.into_iter().find(races));
            location.reads = [Past::NONE; 2];
            location.write = now.past;
        } else {
            let [first, second] = location.reads;
            let subgroup = |past: &Past| usize::from(past.lane) / SUBGROUP;
            let is_near = |past: &Past| subgroup(past) == subgroup(&now.past);
            // Who races with such a reader later races with this one as well, or is ordered behind it.
            let is_replaced = |past: &Past| {
                let same_group = past.group == clock.group;
                let passed = past.time < ordered || (is_near(past) && past.time < clock.subgroup);
                !past.is_some() || (same_group && (past.lane == now.past.lane || passed))
            };
            let is_other_side = subgroup(&first) == subgroup(&second) && !is_near(&second);
            if is_replaced(&first) {
                location.reads[0] = now.past;
            } else if is_replaced(&second) || second.group != clock.group || is_other_side {
                location.reads[1] = now.past;
            }
        }
        Verdict { race, was_written }
    }
}

#[cfg(test)]
mod tests;

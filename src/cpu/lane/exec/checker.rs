//! The checker of a run: takes what steps tell, strip by strip, and keeps what is wrong.
//!
//! It sees what happened, not what might: what no invocation of this launch did is not found. Of what is wrong at one place
//! of the text, or a pair of places, it keeps the first occurrence and counts the others.

mod report;

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::super::site::{Access, Mode, Scalar, Sites, Watched};
use super::shadow::{Clock, Now, Past, Shadow};
use crate::findings::FindingKind;

/// Findings kept; what occurs at further places is counted.
const MAX_FINDINGS: usize = 100;

/// Watches a run.
#[derive(Debug)]
pub(crate) struct Checker {
    sites: Arc<Sites>,
    /// By index of the memory.
    shadows: Vec<Shadow>,
    /// Locations of each memory.
    lens: Vec<usize>,
    size: [u32; 3],
    grid: [u32; 3],
    clock: Clock,
    /// The lanes that arrived at the barrier that comes next, and those that have returned.
    arrived: Vec<bool>,
    returned: Vec<bool>,
    found: Vec<Found>,
    numbers: HashMap<Key, usize>,
    dropped: u64,
    /// True once invocations wait for ever.
    is_stuck: bool,
}

/// What occurs at the same places is one finding.
type Key = (FindingKind, Range<usize>, Range<usize>);

/// A lane of a workgroup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Who {
    group: u32,
    lane: u16,
}

#[derive(Debug)]
struct Found {
    kind: FindingKind,
    what: What,
    count: u64,
}

/// The first occurrence.
#[derive(Debug)]
enum What {
    Race {
        memory: u32,
        offset: u32,
        later: Past,
        earlier: Past,
        hint: Option<usize>,
    },
    Index {
        site: u16,
        who: Who,
        index: u32,
        len: u32,
    },
    /// Memory that invocations share: its index; else a variable of each invocation.
    Unwritten {
        site: u16,
        who: Who,
        memory: Option<u32>,
        variable: usize,
        offset: u32,
    },
    Barrier {
        barrier: usize,
        group: u32,
        arrived: Vec<u16>,
        missing: Vec<u16>,
        returned: usize,
        is_stuck: bool,
    },
}

impl Checker {
    /// A checker for memories of so many words, a workgroup size and a grid.
    pub(in crate::cpu::lane) fn new(
        sites: Arc<Sites>,
        words: &[usize],
        size: [u32; 3],
        grid: [u32; 3],
    ) -> Self {
        // Where memory is counted in halves there are twice as many locations.
        let memory = |(index, &words): (usize, &usize)| {
            let shared = sites.memories.get(index);
            (
                words * shared.map_or(1, |memory| memory.units),
                shared.is_some_and(|memory| memory.is_workgroup),
            )
        };
        let memories: Vec<_> = words.iter().enumerate().map(memory).collect();
        let lanes = size.iter().product::<u32>() as usize;
        Self {
            shadows: memories.iter().map(|&(len, is_workgroup)| Shadow::new(len, is_workgroup)).collect(),
            lens: memories.into_iter().map(|(len, _)| len).collect(),
            sites,
            size,
            grid,
            clock: Clock::default(),
            arrived: vec![false; lanes],
            returned: vec![false; lanes],
            found: vec![],
            numbers: HashMap::new(),
            dropped: 0,
            is_stuck: false,
        }
    }

    /// A workgroup begins.
    pub(super) fn begin(&mut self, group: u32) {
        self.clock.now = self.clock.now.saturating_add(1);
        self.clock.group = group;
        self.arrived.fill(false);
        self.returned.fill(false);
    }

    /// Takes what a strip tells from lane `first` on, in the lanes of a mask.
    pub(super) fn note(&mut self, site: u16, first: usize, mask: &[u32], args: [&[u32]; 2]) {
        let sites = Arc::clone(&self.sites);
        let Some(place) = sites.sites.get(site as usize) else { return };
        // Lanes that fill up the last strip are none of the workgroup.
        let count = self.arrived.len().saturating_sub(first).min(mask.len());
        let ([a, b], group) = (args, self.clock.group);
        let active = (0..count).filter(|&at| mask[at] != 0);
        let who = |at: usize| Who { group, lane: (first + at) as u16 };
        match &place.watched {
            Watched::Access(access) => {
                active.for_each(|at| self.access(&sites, (site, access), who(at), a[at], b[at]));
            }
            Watched::Index { .. } => {
                for at in active.filter(|&at| a[at] >= b[at]) {
                    let what = || What::Index { site, who: who(at), index: a[at], len: b[at] };
                    self.find(FindingKind::OutOfBounds, &place.range, &(0..0), what);
                }
            }
            &Watched::Own { variable } => {
                for at in active.filter(|&at| a[at] == 0) {
                    let what =
                        || What::Unwritten { site, who: who(at), memory: None, variable, offset: b[at] };
                    self.find(FindingKind::Uninitialized, &place.range, &(0..0), what);
                }
            }
            Watched::Arrival(_) => active.for_each(|at| self.arrived[first + at] = true),
            Watched::Return => active.for_each(|at| self.returned[first + at] = true),
        }
    }

    fn access(&mut self, sites: &Sites, (site, access): (u16, &Access), who: Who, offset: u32, value: u32) {
        let Access { memory, mode, units, .. } = *access;
        let index = memory as usize;
        if offset == u32::MAX || self.lens.get(index).is_none_or(|&len| offset as usize >= len) {
            return;
        }
        let past = Past { time: self.clock.now, group: who.group, lane: who.lane, site, value };
        let now = Now { past, writes: mode.writes(), is_atomic: mode.is_atomic() };
        let is_atomic = |site: u16| {
            let watched = &sites.sites[site as usize].watched;
            matches!(watched, Watched::Access(access) if access.mode.is_atomic())
        };
        // Counters that begin at the zero that WGSL promises are common; so atomic operations are not held to it.
        let is_held = mode == Mode::Read && access.is_used && sites.memories[index].is_workgroup;
        for offset in offset..offset + units {
            let verdict = self.shadows[index].access(offset, &self.clock, now, is_atomic);
            if let Some(earlier) = verdict.race {
                self.race(sites, memory, offset, [past, earlier]);
            }
            if is_held && !verdict.was_written {
                let what = || What::Unwritten { site, who, memory: Some(memory), variable: 0, offset };
                self.find(FindingKind::Uninitialized, &sites.sites[site as usize].range, &(0..0), what);
            }
        }
    }

    fn race(&mut self, sites: &Sites, memory: u32, offset: u32, [later, earlier]: [Past; 2]) {
        let [a, b] = [later, earlier].map(|past| &sites.sites[past.site as usize].range);
        let (a, b) = if a.start <= b.start { (a, b) } else { (b, a) };
        let hint = self.hint(&earlier);
        self.find(FindingKind::Race, a, b, || What::Race { memory, offset, later, earlier, hint });
    }

    /// A barrier between two accesses of a workgroup that orders other memory than theirs.
    fn hint(&self, earlier: &Past) -> Option<usize> {
        let is_between = earlier.group == self.clock.group && earlier.time < self.clock.now;
        is_between.then_some(self.clock.last)
    }

    /// All who come are at a barrier; `is_stuck` says that others never come.
    pub(super) fn barrier(&mut self, number: u32, is_stuck: bool) {
        let sites = Arc::clone(&self.sites);
        let Some(barrier) = sites.barriers.get(number as usize) else { return };
        if self.arrived.contains(&false) && self.arrived.contains(&true) {
            let group = self.clock.group;
            let lanes = |arrived: bool| -> Vec<u16> {
                (0..self.arrived.len())
                    .filter(|&lane| self.arrived[lane] == arrived)
                    .map(|lane| lane as u16)
                    .collect()
            };
            let (arrived, missing) = (lanes(true), lanes(false));
            let returned = missing.iter().filter(|&&lane| self.returned[usize::from(lane)]).count();
            let what =
                || What::Barrier { barrier: number as usize, group, arrived, missing, returned, is_stuck };
            self.find(FindingKind::NonUniformBarrier, &barrier.range, &(0..0), what);
        }
        self.is_stuck |= is_stuck;
        self.arrived.fill(false);
        let clock = &mut self.clock;
        clock.now = clock.now.saturating_add(1);
        clock.last = number as usize;
        for (is_ordered, at) in [
            (barrier.storage, &mut clock.storage),
            (barrier.workgroup, &mut clock.workgroup),
            (barrier.subgroup, &mut clock.subgroup),
        ] {
            if is_ordered {
                *at = clock.now;
            }
        }
    }

    /// True if the run ended since invocations would have waited for ever: that is among the findings.
    pub(in crate::cpu::lane) fn is_stuck(&self) -> bool {
        self.is_stuck
    }

    fn find(&mut self, kind: FindingKind, a: &Range<usize>, b: &Range<usize>, what: impl FnOnce() -> What) {
        let key = (kind, a.clone(), b.clone());
        match self.numbers.get(&key) {
            Some(&number) => self.found[number].count += 1,
            None if self.found.len() >= MAX_FINDINGS => self.dropped += 1,
            None => {
                self.numbers.insert(key, self.found.len());
                self.found.push(Found { kind, what: what(), count: 1 });
            }
        }
    }

    /// What a value is at a place.
    fn scalar(&self, site: u16) -> Scalar {
        match self.sites.sites[site as usize].watched {
            Watched::Access(access) => access.scalar,
            Watched::Index { is_signed: true, .. } => Scalar::Sint,
            _ => Scalar::Uint,
        }
    }
}

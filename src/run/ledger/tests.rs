//! The ledger against a naive model: an owner for each grain.

use proptest::prelude::*;

use super::*;

/// Who has a grain.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Owner {
    Nobody,
    Leased(u64, Executor),
    Done,
}

/// Every grain by itself.
struct Model {
    grains: Vec<Owner>,
    grain: usize,
    len: usize,
}

impl Model {
    fn new(len: usize, grain: usize) -> Self {
        Self { grains: vec![Owner::Nobody; len.div_ceil(grain)], grain, len }
    }

    fn grains(&self, range: &Range<usize>) -> Range<usize> {
        range.start / self.grain..range.end.div_ceil(self.grain)
    }

    fn elements(&self, of: impl Fn(Owner) -> bool) -> usize {
        let width = |grain: usize| self.len.min((grain + 1) * self.grain) - grain * self.grain;
        self.grains.iter().enumerate().filter(|(_, owner)| of(**owner)).map(|(grain, _)| width(grain)).sum()
    }

    fn replace(&mut self, of: impl Fn(Owner) -> bool, by: Owner) -> bool {
        let mut any = false;
        for owner in self.grains.iter_mut().filter(|owner| of(**owner)) {
            *owner = by;
            any = true;
        }
        any
    }

    fn is_of(generation: u64) -> impl Fn(Owner) -> bool {
        move |owner| matches!(owner, Owner::Leased(of, _) if of == generation)
    }
}

#[derive(Debug, Clone)]
enum Step {
    Lease { gpu: bool, front: bool, most: usize, from: usize, to: usize },
    Commit { which: usize },
    Requeue { which: usize },
    Revoke { gpu: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let lease = (any::<bool>(), any::<bool>(), 0usize..200, 0usize..64, 0usize..64)
        .prop_map(|(gpu, front, most, from, to)| Step::Lease { gpu, front, most, from, to });
    prop_oneof![
        4 => lease,
        3 => (0usize..100).prop_map(|which| Step::Commit { which }),
        2 => (0usize..100).prop_map(|which| Step::Requeue { which }),
        1 => any::<bool>().prop_map(|gpu| Step::Revoke { gpu }),
    ]
}

fn executor(gpu: bool) -> Executor {
    if gpu { Executor::Gpu } else { Executor::Cpu }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_does_what_an_owner_for_each_grain_does(
        len in 0usize..500,
        grain in 1usize..20,
        steps in prop::collection::vec(step(), 0..60),
    ) {
        let (mut ledger, mut model) = (Ledger::new(len, grain), Model::new(len, grain));
        let mut leases: Vec<Lease> = Vec::new();
        for step in steps {
            match step {
                Step::Lease { gpu, front, most, from, to } => {
                    let within = (from * grain).min(len)..(to * grain).min(len).max((from * grain).min(len));
                    let end = if front { End::Front } else { End::Back };
                    let offered = ledger.pending_at(end, &within);
                    let Some(lease) = ledger.lease(executor(gpu), end, most, within.clone()) else {
                        prop_assert!(offered.is_none());
                        let open = model.grains(&within).any(|grain| model.grains[grain] == Owner::Nobody);
                        prop_assert!(within.is_empty() || !open);
                        continue;
                    };
                    let (offered, range) = (offered.expect("what was leased"), &lease.range);
                    prop_assert!(!range.is_empty() && range.start >= within.start && range.end <= within.end);
                    let at_end = if front { range.start == offered.start } else { range.end == offered.end };
                    prop_assert!(at_end);
                    prop_assert!(range.start % grain == 0 && (range.end % grain == 0 || range.end == len));
                    prop_assert!(range.len() <= most.max(1).next_multiple_of(grain));
                    for grain in model.grains(range) {
                        prop_assert_eq!(model.grains[grain], Owner::Nobody);
                        model.grains[grain] = Owner::Leased(lease.generation, lease.executor);
                    }
                    prop_assert!(leases.iter().all(|before| before.generation < lease.generation));
                    leases.push(lease);
                }
                Step::Commit { which } if !leases.is_empty() => {
                    let generation = leases[which % leases.len()].generation;
                    let fresh = model.replace(Model::is_of(generation), Owner::Done);
                    let expected = if fresh { Commit::Fresh } else { Commit::Stale };
                    prop_assert_eq!(ledger.commit(generation), expected);
                }
                Step::Requeue { which } if !leases.is_empty() => {
                    let generation = leases[which % leases.len()].generation;
                    let back = model.replace(Model::is_of(generation), Owner::Nobody);
                    prop_assert_eq!(ledger.requeue(generation), back);
                }
                Step::Revoke { gpu } => {
                    let of = |owner| matches!(owner, Owner::Leased(_, of) if of == executor(gpu));
                    let any = model.replace(of, Owner::Nobody);
                    prop_assert_eq!(ledger.revoke(executor(gpu)) > 0, any);
                }
                _ => {}
            }
            prop_assert_eq!(ledger.pending(), model.elements(|owner| owner == Owner::Nobody));
            prop_assert_eq!(ledger.committed(), model.elements(|owner| owner == Owner::Done));
            prop_assert_eq!(ledger.is_done(), model.grains.iter().all(|owner| *owner == Owner::Done));
            for gpu in [false, true] {
                let has = |owner: &Owner| matches!(owner, Owner::Leased(_, of) if *of == executor(gpu));
                prop_assert_eq!(ledger.has_leased(executor(gpu)), model.grains.iter().any(has));
            }
            let ranges = ledger.pending_ranges();
            prop_assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start), "{:?}", ranges);
            let half = 0..len / 2 / grain * grain;
            let within: usize = half.clone().filter(|i| model.grains[i / grain] == Owner::Nobody).count();
            prop_assert_eq!(ledger.pending_within(&half), within);
        }
    }
}

#[test]
fn nothing_is_done_at_once() {
    assert!(Ledger::new(0, 4).is_done());
    assert_eq!(Ledger::new(0, 4).lease(Executor::Cpu, End::Front, 1, 0..0), None);
}

#[test]
fn the_ragged_grain_at_the_end_goes_first_to_whom_begins_at_the_back() {
    let mut ledger = Ledger::new(10, 4);
    let last = ledger.lease(Executor::Cpu, End::Back, 1, 0..10).expect("all is pending");
    assert_eq!(last.range, 8..10);
    assert_eq!(ledger.lease(Executor::Gpu, End::Front, 5, 0..10).map(|lease| lease.range), Some(0..8));
}

#[test]
fn what_comes_back_joins_its_neighbours() {
    let mut ledger = Ledger::new(12, 4);
    let leases: Vec<Lease> =
        (0..3).filter_map(|_| ledger.lease(Executor::Gpu, End::Front, 4, 0..12)).collect();
    for index in [0, 2, 1] {
        assert!(ledger.requeue(leases[index].generation));
    }
    assert_eq!((ledger.pending_ranges().len(), &ledger.pending_ranges()[0]), (1, &(0..12)));
    assert!(!ledger.requeue(leases[1].generation), "once");
}

//! Shadow memory against every pair of accesses.

use super::*;

/// An access, as the oracle keeps it.
#[derive(Debug, Clone, Copy)]
struct Access {
    time: u32,
    group: u32,
    lane: u16,
    writes: bool,
    is_atomic: bool,
}

/// A barrier: when, and whether it orders this memory, and a subgroup.
#[derive(Debug, Clone, Copy)]
struct Passed {
    time: u32,
    memory: bool,
    subgroup: bool,
}

/// By the definition.
fn races(a: &Access, b: &Access, barriers: &[Passed], is_workgroup: bool) -> bool {
    let conflict = (a.writes || b.writes) && !(a.is_atomic && b.is_atomic);
    if a.group != b.group {
        return conflict && !is_workgroup;
    }
    let same_subgroup = usize::from(a.lane) / SUBGROUP == usize::from(b.lane) / SUBGROUP;
    let between = |barrier: &&Passed| a.time < barrier.time && barrier.time <= b.time;
    let orders = |barrier: &Passed| barrier.memory || (same_subgroup && barrier.subgroup);
    conflict && a.lane != b.lane && !barriers.iter().filter(between).any(orders)
}

fn random(state: &mut u64, below: u32) -> u32 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    ((*state >> 33) as u32) % below
}

/// Of a location, the first access that races is told, and what it races with does race.
#[test]
fn the_first_race_of_a_location_is_found() {
    let mut found = 0;
    for seed in 0..60_000 {
        let state = &mut (seed * 7919 + 1);
        let is_workgroup = seed % 2 == 0;
        let mut shadow = Shadow::new(1, is_workgroup);
        let mut clock = Clock { now: 1, ..Clock::default() };
        let mut accesses: Vec<Access> = vec![];
        let mut barriers = vec![];
        let writes_of = 2 + random(state, 6);
        for _ in 0..14 {
            match random(state, 8) {
                0 => {
                    clock.now += 1;
                    clock.group += 1;
                }
                1 | 2 => {
                    clock.now += 1;
                    let [memory, subgroup] = [random(state, 2) == 0, random(state, 2) == 0];
                    barriers.push(Passed { time: clock.now, memory, subgroup });
                    let at = if is_workgroup { &mut clock.workgroup } else { &mut clock.storage };
                    *at = if memory { clock.now } else { *at };
                    clock.subgroup = if subgroup { clock.now } else { clock.subgroup };
                }
                _ => {
                    let lane = [0, 1, 2, 40, 41][random(state, 5) as usize];
                    let writes = random(state, writes_of) == 0;
                    // A location is accessed by atomic operations, or by others.
                    let is_atomic = seed % 16 == 5;
                    let access = Access { time: clock.now, group: clock.group, lane, writes, is_atomic };
                    let past = Past { time: clock.now, group: clock.group, lane, site: 0, value: 0 };
                    let verdict = shadow.access(0, &clock, Now { past, writes, is_atomic }, |_| is_atomic);
                    let racing = |earlier: &Access| races(earlier, &access, &barriers, is_workgroup);
                    let expected = accesses.iter().any(racing);
                    assert_eq!(
                        verdict.race.is_some(),
                        expected,
                        "seed {seed}: {accesses:?}, then {access:?}"
                    );
                    if let Some(Past { time, group, lane, .. }) = verdict.race {
                        let same =
                            |other: &&Access| (other.time, other.group, other.lane) == (time, group, lane);
                        assert!(accesses.iter().filter(same).any(racing), "seed {seed}");
                        found += 1;
                        break;
                    }
                    let wrote =
                        |other: &Access| other.writes && (!is_workgroup || other.group == clock.group);
                    assert_eq!(verdict.was_written, accesses.iter().any(wrote), "seed {seed}");
                    accesses.push(access);
                }
            }
        }
    }
    assert!(found > 10_000, "{found}");
}

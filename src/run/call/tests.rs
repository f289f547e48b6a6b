//! Calls in scripted steps: who gets what, and what becomes of it when something fails.

use super::*;
use crate::plan::static_course;

const LEN: usize = 1 << 20;

/// A guided call of two executors that were never seen, both ready.
fn guided() -> Call {
    Call::new(Course { mode: Mode::Guided, ..shared(LEN / 2) }, LEN, 0.0)
}

/// The same, of which the CPU has done its first chunk: the device may begin.
fn under_way() -> Call {
    let mut call = guided();
    let first = lease(&mut call, Executor::Cpu, 0.0);
    assert_eq!(call.commit(&first, 1e-3), Commit::Fresh);
    call
}

fn shared(gpu_elements: usize) -> Course {
    static_course(LEN, gpu_elements, usize::MAX, false)
}

fn lease(call: &mut Call, executor: Executor, now_s: f64) -> Lease {
    match call.next(executor, now_s) {
        Next::Run(lease) => lease,
        next => panic!("{executor:?} was told {next:?}"),
    }
}

fn out_of_memory() -> Fault {
    Fault::OutOfMemory { bytes: 1 }
}

fn gone() -> Fault {
    Fault::Lost("pulled out".into())
}

/// Runs everything that is left, one millisecond a chunk. Returns how many chunks there were.
fn finish(call: &mut Call, executor: Executor, mut now_s: f64) -> usize {
    let mut chunks = 0;
    while let Next::Run(lease) = call.next(executor, now_s) {
        now_s += 1e-3;
        assert_eq!(call.commit(&lease, now_s), Commit::Fresh);
        chunks += 1;
        assert!(chunks < 10_000);
    }
    chunks
}

#[test]
fn fixed_shares_are_handed_out_as_planned_in_one_chunk_each() {
    let mut call = Call::new(shared(LEN / 4), LEN, 0.0);
    let (gpu, cpu) = (lease(&mut call, Executor::Gpu, 0.0), lease(&mut call, Executor::Cpu, 0.0));
    assert_eq!((gpu.range.clone(), cpu.range.clone()), (0..LEN / 4, LEN / 4..LEN));
    assert_eq!(call.commit(&gpu, 1.0), Commit::Fresh);
    assert_eq!(call.next(Executor::Gpu, 1.0), Next::Wait, "the CPU may still hand its part back");
    assert_eq!(call.commit(&cpu, 2.0), Commit::Fresh);
    assert!(call.is_done());
    assert_eq!(call.next(Executor::Gpu, 2.0), Next::Done);
    assert_eq!(call.committed(), LEN);
}

#[test]
fn the_cpu_takes_the_share_of_a_device_that_is_lost() {
    let mut call = Call::new(shared(LEN / 4), LEN, 0.0);
    let (gpu, cpu) = (lease(&mut call, Executor::Gpu, 0.0), lease(&mut call, Executor::Cpu, 0.0));
    assert_eq!(call.fault(&gpu, &gone(), 5e-3), After::Retire, "it could not come back in time to help");
    assert_eq!(call.next(Executor::Gpu, 5e-3), Next::Done);
    assert_eq!(call.commit(&cpu, 1e-2), Commit::Fresh);
    let rest = lease(&mut call, Executor::Cpu, 1e-2);
    assert_eq!(rest.range, 0..LEN / 4);
    call.commit(&rest, 2e-2);
    assert!(call.is_done());
}

#[test]
fn a_device_helps_with_the_share_of_a_cpu_that_is_gone_unless_it_is_a_scans() {
    for chained in [false, true] {
        let mut call = Call::new(static_course(LEN, LEN / 4, usize::MAX, chained), LEN, 0.0);
        call.retire(Executor::Cpu);
        let head = lease(&mut call, Executor::Gpu, 0.0);
        call.commit(&head, 1e-3);
        match call.next(Executor::Gpu, 1e-3) {
            Next::Run(lease) => assert!(!chained && lease.range == (LEN / 4..LEN)),
            next => assert!(chained, "{next:?}"),
        }
    }
}

#[test]
fn chunks_are_halved_until_memory_suffices() {
    let mut call = Call::new(shared(LEN), LEN, 0.0);
    let mut lengths = Vec::new();
    for _ in 0..3 {
        let chunk = lease(&mut call, Executor::Gpu, 0.0);
        lengths.push(chunk.range.len());
        assert_eq!(call.fault(&chunk, &out_of_memory(), 0.0), After::Retry);
    }
    assert_eq!(lengths, [LEN, LEN / 2, LEN / 4]);
    assert_eq!(call.ceiling(), Some(LEN / 8));
    assert_eq!(finish(&mut call, Executor::Gpu, 0.0), 8);
    assert!(call.is_done());
}

#[test]
fn a_device_without_memory_for_one_grain_is_out() {
    let course = shared(LEN);
    let grain = course.grain;
    let mut call = Call::new(course, LEN, 0.0);
    for _ in 0..100 {
        let chunk = lease(&mut call, Executor::Gpu, 0.0);
        let after = call.fault(&chunk, &out_of_memory(), 0.0);
        if chunk.range.len() == grain {
            assert_eq!(after, After::Retire);
            assert!(call.is_stuck(), "nobody is left");
            return;
        }
        assert_eq!(after, After::Retry);
    }
    panic!("it never gives up");
}

#[test]
fn what_a_lost_device_commits_is_stale() {
    let mut call = under_way();
    let before = call.committed();
    let chunk = lease(&mut call, Executor::Gpu, 1e-3);
    call.lost(0.5);
    assert_eq!(call.commit(&chunk, 1.0), Commit::Stale);
    assert_eq!((call.committed(), call.chunks().len()), (before, 1));
    assert_eq!(call.fault(&chunk, &gone(), 1.0), After::Retire, "it was dealt with before");
    finish(&mut call, Executor::Cpu, 1.0);
    assert!(call.is_done());
    assert_eq!(call.commit(&chunk, 9.0), Commit::Stale);
    assert_eq!(call.committed(), LEN);
}

#[test]
fn a_lost_device_is_opened_again_only_so_often_and_with_growing_pauses() {
    // Without a CPU, which would take over.
    let mut call = Call::new(shared(LEN), LEN, 0.0);
    let mut pauses = Vec::new();
    loop {
        let chunk = lease(&mut call, Executor::Gpu, 0.0);
        match call.fault(&chunk, &gone(), 0.0) {
            After::Reopen { pause_s } => pauses.push(pause_s),
            After::Retire => break,
            After::Retry => panic!("a device that is lost cannot go on"),
        }
        call.ready();
    }
    assert_eq!(pauses, [0.5, 1.0]);
    assert!(call.is_stuck());
}

#[test]
fn a_device_that_fails_otherwise_is_out_of_the_call() {
    let mut call = under_way();
    let chunk = lease(&mut call, Executor::Gpu, 1e-3);
    assert_eq!(call.fault(&chunk, &Fault::Rejected("no".into()), 0.0), After::Retire);
    assert_eq!(call.next(Executor::Gpu, 0.0), Next::Done);
    finish(&mut call, Executor::Cpu, 0.0);
    assert!(call.is_done());
}

#[test]
fn a_call_stops_handing_out_at_its_deadline_and_takes_what_is_under_way() {
    let mut call = guided();
    call.set_deadline(1.0);
    let chunk = lease(&mut call, Executor::Cpu, 0.5);
    assert_eq!(call.next(Executor::Gpu, 1.0), Next::Done);
    assert_eq!(call.stopped(), Some(Stop::Deadline));
    assert_eq!(call.commit(&chunk, 1.5), Commit::Fresh);
    assert_eq!(call.next(Executor::Cpu, 1.5), Next::Done);
    assert_eq!(call.committed(), chunk.range.len());
}

#[test]
fn the_first_reason_to_stop_counts_and_none_counts_after_the_end() {
    let mut call = guided();
    call.stop(Stop::Cancelled);
    call.stop(Stop::Deadline);
    assert_eq!(call.stopped(), Some(Stop::Cancelled));
    assert_eq!(call.next(Executor::Cpu, 0.0), Next::Done);
    let mut call = Call::new(shared(0), LEN, 0.0);
    finish(&mut call, Executor::Cpu, 0.0);
    call.stop(Stop::Cancelled);
    assert_eq!(call.stopped(), None);
}

#[test]
fn the_device_waits_until_the_cpu_has_shown_how_fast_it_is_alone() {
    let mut call = guided();
    assert_eq!(call.next(Executor::Gpu, 0.0), Next::Wait);
    let chunk = lease(&mut call, Executor::Cpu, 0.0);
    assert_eq!(call.next(Executor::Gpu, 0.0), Next::Wait);
    call.commit(&chunk, 1e-3);
    lease(&mut call, Executor::Gpu, 1e-3);
}

#[test]
fn the_cpu_begins_while_the_device_opens() {
    let mut course = Course { mode: Mode::Guided, ..shared(LEN / 2) };
    course.gpu.iter_mut().for_each(|gpu| gpu.ready_in_s = 5.0);
    let mut call = Call::new(course, LEN, 0.0);
    let chunk = lease(&mut call, Executor::Cpu, 0.0);
    assert_eq!(chunk.range.end, LEN, "from the back");
    call.commit(&chunk, 1e-3);
    call.ready();
    assert_eq!(lease(&mut call, Executor::Gpu, 1e-3).range.start, 0, "from the front");
}

#[test]
fn a_probe_takes_no_more_than_it_is_given() {
    let mut course = Course { mode: Mode::Guided, ..shared(LEN / 2) };
    let probe = 3 * course.grain;
    course.gpu.iter_mut().for_each(|gpu| gpu.probe = Some(probe));
    let mut call = Call::new(course, LEN, 0.0);
    assert!(call.is_probing());
    let (mut now_s, mut probed) = (0.0, 0);
    while !call.is_done() {
        for executor in [Executor::Cpu, Executor::Gpu] {
            if let Next::Run(lease) = call.next(executor, now_s) {
                now_s += 1e-3;
                probed += if executor == Executor::Gpu { lease.range.len() } else { 0 };
                call.commit(&lease, now_s);
            }
        }
        assert!(now_s < 10.0);
    }
    assert!(probed <= probe, "{probed}");
}

mod random {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever is asked, ends or fails in whatever order: both never wait at once while something is left, and the
        /// CPU ends what the device does not.
        #[test]
        fn both_never_wait_and_every_element_is_committed_once(
            steps in prop::collection::vec((0..7u8, 1u32..1000), 0..200),
            gpu_share in 0usize..=8,
            guided in any::<bool>(),
            chained in any::<bool>(),
        ) {
            let mut course = static_course(LEN, LEN / 8 * gpu_share, usize::MAX, chained);
            if guided {
                course.mode = Mode::Guided;
            }
            let has_cpu = course.cpu.is_some();
            let mut call = Call::new(course, LEN, 0.0);
            let (mut now_s, mut owners) = (0.0, [None, None]);
            let mut committed: Vec<Range<usize>> = Vec::new();
            let mut late: Vec<Lease> = Vec::new();
            let mut opens = false;
            let endless = std::iter::repeat_n((0, 1), 4000).chain([]);
            for (what, micros) in steps.into_iter().chain(endless) {
                now_s += f64::from(micros) * 1e-6;
                if opens {
                    call.ready();
                    opens = false;
                }
                let may_ask = |owner: &Option<Lease>| owner.is_none();
                for (slot, executor) in [(0, Executor::Cpu), (1, Executor::Gpu)] {
                    if may_ask(&owners[slot])
                        && let Next::Run(lease) = call.next(executor, now_s)
                    {
                        prop_assert!(!lease.range.is_empty());
                        owners[slot] = Some(lease);
                    }
                }
                if call.is_done() || call.is_stuck() {
                    break;
                }
                prop_assert!(
                    owners.iter().any(Option::is_some),
                    "both wait with {} of {LEN}", call.committed()
                );
                let slot = match (&owners[0], &owners[1]) {
                    (Some(_), Some(_)) => usize::from(micros % 2 == 0),
                    (Some(_), None) => 0,
                    _ => 1,
                };
                let Some(lease) = owners[slot].clone() else { continue };
                match what {
                    4..=6 if slot == 1 => {
                        let fault = [out_of_memory(), gone(), Fault::Rejected("no".into())][usize::from(what - 4)].clone();
                        opens = matches!(call.fault(&lease, &fault, now_s), After::Reopen { .. });
                        owners[1] = None;
                        late.push(lease);
                    }
                    _ => {
                        prop_assert_eq!(call.commit(&lease, now_s), Commit::Fresh);
                        committed.push(lease.range);
                        owners[slot] = None;
                    }
                }
                if let Some(lease) = late.last().filter(|_| what == 3) {
                    prop_assert_eq!(call.commit(lease, now_s), Commit::Stale);
                }
            }
            if has_cpu {
                prop_assert!(call.is_done(), "{} of {LEN}", call.committed());
            }
            committed.sort_by_key(|range| range.start);
            prop_assert!(committed.windows(2).all(|pair| pair[0].end <= pair[1].start));
            prop_assert_eq!(committed.iter().map(Range::len).sum::<usize>(), call.committed());
        }
    }
}

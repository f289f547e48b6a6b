//! Tests of the simulator itself: its clock, its machine and its oracle.

use super::clock::{Alarm, Clock, Happening};
use super::machine::Machine;
use super::*;
use crate::plan::Executor;
use crate::run::Lease;

fn scenario(more: &str) -> Scenario {
    let text = format!(
        r#"{{ "name": "x", "work": {{ "kind": "map", "len": 16777216, "cost_ns": 10.0 {more} }},
             "cpu": {{ "noise": 0.0 }},
             "gpu": {{ "kind": "discrete", "open": true, "unit_ps": 100.0, "noise": 0.0, "contention": 0.0 }} }}"#
    );
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}"))
}

fn lease(executor: Executor, generation: u64) -> Lease {
    Lease { generation, executor, range: 0..1 }
}

#[test]
fn both_at_once_slow_each_other_only_while_both_are_at_work() {
    let mut clock = Clock::new(1.0);
    clock.begin(&lease(Executor::Cpu, 1), 1.0);
    clock.begin(&lease(Executor::Gpu, 2), 3.0);
    assert_eq!(clock.step(), Some(Happening::Ended(lease(Executor::Cpu, 1))));
    assert_eq!(clock.now_s, 2.0, "a second of work at half the speed");
    assert_eq!(clock.step(), Some(Happening::Ended(lease(Executor::Gpu, 2))));
    assert_eq!(clock.now_s, 4.0, "two more, alone");
    assert_eq!(clock.step(), None);
}

#[test]
fn alarms_come_in_their_order_and_before_what_ends_at_the_same_time() {
    let mut clock = Clock::new(0.0);
    clock.begin(&lease(Executor::Cpu, 1), 2.0);
    clock.alarm_in(2.0, Alarm::Ready);
    clock.alarm_in(1.0, Alarm::Folded(0..1));
    assert_eq!(clock.step(), Some(Happening::Alarm(Alarm::Folded(0..1))));
    assert_eq!(clock.step(), Some(Happening::Alarm(Alarm::Ready)));
    assert_eq!(clock.step(), Some(Happening::Ended(lease(Executor::Cpu, 1))));
    assert_eq!(clock.now_s, 2.0);
}

#[test]
fn what_never_ends_does_not_end() {
    let mut clock = Clock::new(0.0);
    clock.begin(&lease(Executor::Gpu, 1), f64::INFINITY);
    assert_eq!(clock.step(), None);
    assert!(clock.is_busy(Executor::Gpu));
    clock.drop_chunk(Executor::Gpu);
    assert!(!clock.is_busy(Executor::Gpu));
}

#[test]
fn irregular_costs_keep_their_mean() {
    let shapes = [
        r#", "irregular": { "shape": "ramp", "factor": 8.0 }"#,
        r#", "irregular": { "shape": "block", "from": 0.25, "to": 0.5, "factor": 10.0 }"#,
    ];
    for shape in shapes {
        let (even, uneven) = (scenario(""), scenario(shape));
        let (even, uneven) = (Machine::new(&even, 0, 0), Machine::new(&uneven, 0, 0));
        let parts = |machine: &Machine<'_>| -> Vec<f64> {
            (0..16).map(|part| machine.gpu_s(&(part << 20..(part + 1) << 20), 0)).collect()
        };
        let (flat, rough) = (parts(&even), parts(&uneven));
        let sum = |parts: &[f64]| parts.iter().sum::<f64>();
        assert!((sum(&rough) / sum(&flat) - 1.0).abs() < 0.5, "{rough:?}");
        assert!(rough[4..8].iter().sum::<f64>() != flat[4..8].iter().sum::<f64>());
        let whole = 0..1 << 24;
        assert!((uneven.cpu_s(&whole, 0) / even.cpu_s(&whole, 0) - 1.0).abs() < 1e-9);
    }
}

#[test]
fn drift_counts_from_its_run_on() {
    let mut drifting = scenario("");
    drifting.drift = vec![Drift { run: 2, cpu: 3.0, gpu: 1.0 }];
    let time = |run| Machine::new(&drifting, run, 0).cpu_s(&(0..1 << 20), 0);
    assert!((time(1) / time(0) - 3.0).abs() < 1e-9 && time(2) == time(1));
}

#[test]
fn the_oracle_is_no_worse_than_either_executor_alone() {
    let outcome = run(&scenario("")).unwrap_or_else(|error| panic!("{error}"));
    for call in &outcome.calls {
        assert!(call.oracle_s <= call.best_single_s && call.best_single_s <= call.cpu_s);
        assert!((0.0..=1.0).contains(&call.oracle_share));
    }
    // Both take 1.25 ns or so an element: halves are best.
    assert!((0.3..0.7).contains(&outcome.calls[9].oracle_share), "{}", outcome.calls[9].oracle_share);
}

#[test]
fn a_wrong_result_that_is_not_verified_is_seen_to_be_wrong() {
    let mut wrong = scenario("");
    wrong.faults = vec![ScriptedFault { run: 1, chunk: 0, kind: FaultKind::WrongResult }];
    wrong.work.cost_ns = 50.0;
    let outcome = run(&wrong).unwrap_or_else(|error| panic!("{error}"));
    assert!(!outcome.calls[0].correct && outcome.calls[1].correct);
    wrong.verify = 1.0;
    let outcome = run(&wrong).unwrap_or_else(|error| panic!("{error}"));
    assert!(outcome.is_correct() && outcome.faults() == 1);
}

#[test]
fn summaries_count_what_is_better_than_the_oracle_as_one() {
    let outcomes = [1.5, 0.5, 0.8].map(|efficiency| {
        let mut outcome = run(&scenario("")).unwrap_or_else(|error| panic!("{error}"));
        outcome.calls.iter_mut().for_each(|call| call.seconds = call.oracle_s / efficiency);
        outcome
    });
    let third = Summary::of(&outcomes).third.expect("three calls");
    assert!((third.geometric_mean - (0.5_f64 * 0.8).cbrt()).abs() < 1e-9);
    assert!((third.minimum - 0.5).abs() < 1e-9 && (third.percentile_5 - 0.5).abs() < 1e-9);
    let mut faulty = outcomes[0].clone();
    faulty.scripted_faults = 1;
    let summary = Summary::of([&faulty]);
    assert_eq!((summary.scenarios, summary.without_faults, summary.third), (1, 0, None));
}

//! The planner on the machines of `tests/scenarios/*.toml`, held to its bars; see `README.md` there for the keys.
//!
//! Everything is virtual and seeded: a figure that changes has been changed by the code.

mod bad;
#[path = "../support/scenarios.rs"]
mod files;
mod random;
mod readme;

use std::path::Path;
use std::sync::OnceLock;

use files::File;
use tilewright::simulator::{CallOutcome, EventKind, FaultKind, Outcome, Summary, run};

const FOLDER: &str = "tests/scenarios";

/// Every scenario of the folder with what became of it. Played once for all tests.
fn played() -> &'static [(File, Outcome)] {
    static PLAYED: OnceLock<Vec<(File, Outcome)>> = OnceLock::new();
    PLAYED.get_or_init(|| {
        let files = files::read_folder(Path::new(FOLDER)).unwrap_or_else(|error| panic!("{error}"));
        let outcomes = files::play(files.iter().map(|file| &file.scenario));
        let outcomes = outcomes.unwrap_or_else(|error| panic!("{error}"));
        files.into_iter().zip(outcomes).collect()
    })
}

/// Those in which nothing is scripted to fail: static splits do not survive faults, so that they are no measure of it.
fn without_faults() -> impl Iterator<Item = &'static (File, Outcome)> {
    played().iter().filter(|(_, outcome)| outcome.scripted_faults == 0)
}

fn assert_none(broken: Vec<String>) {
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

/// A line of a call below its bar, with all calls of its scenario.
fn describe(file: &File, outcome: &Outcome, run: usize, what: &str) -> String {
    let mut text = format!("{} (seed {}), run {run}: {what}", file.stem, outcome.seed);
    for (index, call) in outcome.calls.iter().enumerate() {
        let CallOutcome { choice, seconds, predicted_s, oracle_s, best_single_s, cpu_s, .. } = call;
        text += &format!(
            "\n    run {}: {choice:?}, {:.3} ms (predicted {:.3}, oracle {:.3} at share {:.3}, single {:.3}, cpu {:.3}), \
             share {:.3} in {} chunks",
            index + 1,
            seconds * 1e3,
            predicted_s * 1e3,
            oracle_s * 1e3,
            call.oracle_share,
            best_single_s * 1e3,
            cpu_s * 1e3,
            call.gpu_share,
            call.chunks,
        );
    }
    for event in outcome.trace.iter().filter(|event| event.run == run) {
        text += &format!("\n        {:.3} ms {:?}", event.at_s * 1e3, event.kind);
    }
    text
}

#[test]
fn efficiency_is_within_its_bars() {
    let summary = Summary::of(played().iter().map(|(_, outcome)| outcome));
    println!("{summary}");
    assert!(summary.without_faults >= 60, "{summary}");
    let (first, third) =
        (summary.first.as_ref().expect("a call"), summary.third.as_ref().expect("three calls"));
    assert_eq!(third.scenarios, summary.without_faults, "every scenario has three calls");
    assert!(first.geometric_mean >= 0.82, "{summary}");
    assert!(third.geometric_mean >= 0.93, "{summary}");
    assert_none(
        without_faults()
            .filter_map(|(file, outcome)| {
                let efficiency = outcome.call(3)?.efficiency();
                (efficiency < 0.65).then(|| describe(file, outcome, 3, &format!("η = {efficiency:.3}")))
            })
            .collect(),
    );
}

#[test]
fn the_tenth_call_is_as_quick_as_the_better_executor_alone() {
    assert!(without_faults().filter(|(_, outcome)| outcome.call(10).is_some()).count() >= 60);
    assert_none(
        without_faults()
            .filter_map(|(file, outcome)| {
                let ratio = outcome.call(10)?.against_best_single();
                (ratio < 0.97).then(|| describe(file, outcome, 10, &format!("{ratio:.3} of the best single")))
            })
            .collect(),
    );
}

#[test]
fn a_software_gpu_costs_nothing_after_two_calls() {
    let software: Vec<_> = without_faults()
        .filter(|(file, _)| file.scenario.gpu.as_ref().is_some_and(|gpu| gpu.kind == "software"))
        .collect();
    assert!(software.len() >= 5);
    let mut broken = Vec::new();
    for (file, outcome) in software {
        for (index, call) in outcome.calls.iter().enumerate().skip(2) {
            if call.seconds > 1.03 * call.cpu_s {
                let times = call.seconds / call.cpu_s;
                broken.push(describe(file, outcome, index + 1, &format!("{times:.3} times the CPU's time")));
            }
        }
    }
    assert_none(broken);
}

#[test]
fn learning_takes_no_more_than_its_share() {
    for (file, outcome) in played() {
        let share = outcome.exploration_share;
        assert!((0.0..=0.02).contains(&share), "{}: {share}", file.stem);
    }
}

#[test]
fn every_result_is_right() {
    assert!(played().len() >= 90);
    for (file, outcome) in played() {
        assert_eq!(outcome.calls.len(), file.scenario.runs, "{}", file.stem);
        for (index, call) in outcome.calls.iter().enumerate() {
            assert!(call.correct, "{}, run {}", file.stem, index + 1);
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_trace_and_another_seed_another() {
    for name in ["discrete_balanced", "noisy_both", "fault_late_commit", "fault_reopening", "cold_reduce"] {
        let (file, outcome) =
            played().iter().find(|(file, _)| file.stem == name).expect("a file of that name");
        let again = run(&file.scenario).unwrap_or_else(|error| panic!("{error}"));
        assert!(!again.trace.is_empty());
        assert_eq!(&again, outcome, "{name}");
        let mut other = file.scenario.clone();
        other.seed += 1;
        let other = run(&other).unwrap_or_else(|error| panic!("{error}"));
        assert_ne!(other.trace, outcome.trace, "{name}");
    }
}

const KINDS: [FaultKind; 11] = [
    FaultKind::OutOfMemory,
    FaultKind::LostBeforeSubmit,
    FaultKind::LostInFlight,
    FaultKind::LostBeforeMap,
    FaultKind::LostDuringMap,
    FaultKind::LostDuringReopening,
    FaultKind::NoCallback,
    FaultKind::Hang,
    FaultKind::LateCommit,
    FaultKind::WrongResult,
    FaultKind::Panic,
];

#[test]
fn every_kind_of_fault_is_scripted_happens_and_is_survived() {
    for kind in KINDS {
        let of_kind: Vec<_> = played()
            .iter()
            .filter(|(file, _)| file.scenario.faults.iter().any(|fault| fault.kind == kind))
            .collect();
        assert!(!of_kind.is_empty(), "no scenario has {kind:?}");
        let mut happened = 0;
        for (file, outcome) in of_kind {
            assert!(outcome.is_correct(), "{}", file.stem);
            let is_it = |event: &EventKind| matches!(event, EventKind::Fault { fault, .. } if *fault == kind);
            happened += outcome.trace.iter().filter(|event| is_it(&event.kind)).count();
        }
        assert!(happened > 0, "{kind:?} never happens");
    }
}

#[test]
fn faults_are_counted_as_they_happen() {
    for (file, outcome) in played() {
        for (index, call) in outcome.calls.iter().enumerate() {
            let is_fault = |kind: &EventKind| matches!(kind, EventKind::Fault { .. });
            let of_run = outcome.trace.iter().filter(|event| event.run == index + 1);
            let seen = of_run.filter(|event| is_fault(&event.kind)).count();
            assert_eq!(call.faults, seen, "{}, run {}", file.stem, index + 1);
        }
        // Where memory is short, more chunks are refused than are scripted.
        if file.scenario.gpu.as_ref().is_some_and(|gpu| gpu.memory_mib.is_none()) {
            assert!(outcome.faults() <= outcome.scripted_faults, "{}", file.stem);
        }
    }
}

#[test]
fn what_comes_late_is_thrown_away() {
    let (_, outcome) =
        played().iter().find(|(file, _)| file.stem == "fault_late_commit").expect("a file of that name");
    let stale = outcome.trace.iter().filter(|event| matches!(event.kind, EventKind::Stale { .. })).count();
    assert!(stale > 0);
    assert!(outcome.is_correct());
}

//! Any machine with any faults: what holds for all of them.

use proptest::prelude::*;
use tilewright::Choice;
use tilewright::simulator::{
    Cliff, CpuModel, Drift, EventKind, FaultKind, GpuModel, Irregular, Pattern, Scenario, ScriptedFault,
    WarmUp, WorkModel, run,
};

use super::KINDS;

/// Any number between two, by its logarithm.
fn log(low: f64, high: f64) -> impl Strategy<Value = f64> + Clone {
    (low.ln()..high.ln()).prop_map(f64::exp)
}

fn work() -> impl Strategy<Value = WorkModel> {
    let kind = prop_oneof![Just(Pattern::Map), Just(Pattern::Reduce), Just(Pattern::Scan)];
    let irregular = prop_oneof![
        3 => Just(None),
        1 => log(0.1, 10.0).prop_map(|factor| Some(Irregular::Ramp { factor })),
        1 => (0.0..0.9, 0.01..0.1, log(0.1, 20.0))
            .prop_map(|(from, width, factor)| Some(Irregular::Block { from, to: from + width, factor })),
    ];
    // Bits are compared for as many tiles as there are grains: these are 1024 at most, whatever the length.
    let len = prop_oneof![1 => log(1.0, 1e5), 4 => log(1e5, 1e9)];
    (kind, len, log(0.05, 500.0), log(0.2, 5.0), (1u32..32, 1u32..32), any::<bool>(), irregular).prop_map(
        |(kind, len, cost_ns, estimate_error, (bytes_in, bytes_out), resident, irregular)| WorkModel {
            kind,
            len: len as usize,
            cost_ns,
            estimate_error,
            bytes_in,
            bytes_out,
            resident,
            irregular,
        },
    )
}

fn cpu() -> impl Strategy<Value = CpuModel> {
    (1usize..64, log(5.0, 200.0), log(0.3, 3.0), log(1.0, 50.0), 0.0..0.3, 0.0..0.2).prop_map(
        |(threads, memory_gbps, speed, fork_us, noise, spikes)| CpuModel {
            threads,
            memory_gbps,
            core_memory_gbps: memory_gbps / 4.0,
            speed,
            fork_us,
            call_us: 0.5,
            noise,
            spikes,
        },
    )
}

fn gpu() -> impl Strategy<Value = GpuModel> {
    let kind = prop_oneof![Just("discrete"), Just("integrated"), Just("software")];
    let opening = (any::<bool>(), log(1.0, 3000.0), log(1.0, 500.0), log(2.0, 5000.0));
    let rates = (log(0.5, 60.0), log(0.5, 60.0), log(10.0, 3000.0), log(0.3, 2000.0));
    let odd = (
        prop_oneof![Just(0.0), log(1e3, 1e7)],
        prop::option::of((log(1e4, 1e8), log(0.5, 5.0))),
        prop::option::of((1usize..10, log(1.0, 10.0))),
        prop::option::weighted(0.3, log(1.0, 1e4)),
    );
    let rest = (any::<bool>(), 0.0..2.0, 0.0..0.3, log(0.2, 5.0));
    (kind, opening, rates, odd, rest).prop_map(
        |(
            kind,
            (open, open_ms, compile_ms, launch_us),
            (upload_gbps, download_gbps, memory_gbps, unit_ps),
            (half_rate_len, cliff, warm_up, memory_mib),
            (overlaps, contention, noise, calibration_error),
        )| GpuModel {
            kind: kind.into(),
            open,
            open_ms,
            compile_ms,
            launch_us,
            upload_gbps,
            download_gbps,
            memory_gbps,
            unit_ps,
            half_rate_len,
            cliff: cliff.map(|(above, factor)| Cliff { above: above as usize, factor }),
            warm_up: warm_up.map(|(chunks, factor)| WarmUp { chunks, factor }),
            memory_mib: memory_mib.map(|mib| mib as u64),
            overlaps,
            contention,
            noise,
            calibration_error,
        },
    )
}

const RUNS: usize = 4;

/// 400 cases over some number, or `PROPTEST_CASES` over it.
fn config(over: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(400_u32);
    ProptestConfig {
        cases: cases / over,
        failure_persistence: None,
        max_shrink_iters: 300,
        ..ProptestConfig::default()
    }
}

fn faults() -> impl Strategy<Value = Vec<ScriptedFault>> {
    let fault = (1..=RUNS, 0usize..6, prop::sample::select(KINDS.to_vec())).prop_map(|(run, chunk, kind)| {
        let chunk = if kind == FaultKind::LostDuringReopening { chunk / 3 + 1 } else { chunk };
        ScriptedFault { run, chunk, kind }
    });
    prop::collection::vec(fault, 0..12)
}

fn scenario() -> impl Strategy<Value = Scenario> {
    let drift = prop::collection::vec(
        (1..=RUNS, log(0.2, 5.0), log(0.2, 5.0)).prop_map(|(run, cpu, gpu)| Drift { run, cpu, gpu }),
        0..2,
    );
    let rest = (any::<u64>(), prop_oneof![Just(0.0), log(1.0, 2000.0)], any::<bool>());
    (work(), cpu(), gpu(), drift, faults(), rest).prop_map(
        |(work, cpu, gpu, drift, faults, (seed, pause_ms, allow_software))| Scenario {
            name: "any".into(),
            seed,
            runs: RUNS,
            pause_ms,
            work,
            cpu,
            gpu: Some(gpu),
            drift,
            faults,
            allow_software,
            // A wrong result that nobody looks at stays wrong.
            verify: 1.0,
        },
    )
}

proptest! {
    #![proptest_config(config(1))]

    /// Every element is committed once, the result has the oracle's bits, nothing gets stuck, nothing happens after its
    /// call, and learning stays within its share.
    #[test]
    fn any_machine_with_any_faults_finishes_right(scenario in scenario()) {
        scenario.validate().map_err(|error| TestCaseError::fail(error.to_string()))?;
        let outcome = run(&scenario).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(outcome.is_correct());
        prop_assert_eq!(outcome.calls.len(), RUNS);
        prop_assert!(outcome.exploration_share <= 0.02 + 1e-9, "{}", outcome.exploration_share);
        for (index, call) in outcome.calls.iter().enumerate() {
            let of_run = || outcome.trace.iter().filter(|event| event.run == index + 1);
            let mut committed: Vec<(usize, usize)> = of_run().filter_map(|event| match event.kind {
                EventKind::Committed { start, end, .. } => Some((start, end)),
                _ => None,
            }).collect();
            prop_assert_eq!(committed.len(), call.chunks);
            committed.sort_unstable();
            let mut next = 0;
            for (start, end) in committed {
                prop_assert!(start == next && start < end, "{start}..{end} after {next}");
                next = end;
            }
            prop_assert_eq!(next, scenario.work.len);
            prop_assert!(call.seconds.is_finite() && call.seconds > 0.0);
            prop_assert!(of_run().all(|event| event.at_s <= call.seconds));
            prop_assert!(of_run().zip(of_run().skip(1)).all(|(a, b)| a.at_s <= b.at_s));
        }
    }
}

/// A machine without noise, faults, drift or oddities: whatever differs between two of them is their doing.
fn smooth() -> impl Strategy<Value = Scenario> {
    scenario().prop_map(|mut scenario| {
        scenario.faults.clear();
        scenario.drift.clear();
        scenario.work.irregular = None;
        (scenario.cpu.noise, scenario.cpu.spikes) = (0.0, 0.0);
        if let Some(gpu) = &mut scenario.gpu {
            gpu.noise = 0.0;
            // Of a device that is not open, the latency is not known.
            gpu.open = true;
            (gpu.cliff, gpu.warm_up, gpu.memory_mib) = (None, None, None);
        }
        scenario.runs = 1;
        scenario
    })
}

/// The coarsest, as a share: plans split at 64ths.
const GRAIN: f64 = 1.0 / 64.0;

proptest! {
    #![proptest_config(config(4))]

    /// Of the first plan, before anything is learned, up to a grain. What is learned depends on what was tried, and that on
    /// the latency in more ways than one; that the same holds of speeds that are known is a test of the planner's own.
    #[test]
    fn a_larger_launch_latency_never_raises_the_gpus_share(scenario in smooth(), times in log(1.0, 100.0)) {
        let mut slower = scenario.clone();
        slower.gpu.iter_mut().for_each(|gpu| gpu.launch_us *= times);
        let planned = |scenario: &Scenario| {
            let outcome = run(scenario).map_err(|error| TestCaseError::fail(error.to_string()))?;
            Ok::<f64, TestCaseError>(match outcome.calls[0].choice {
                Choice::Cpu => 0.0,
                Choice::Split { gpu_elements } => gpu_elements as f64 / scenario.work.len as f64,
                _ => 1.0,
            })
        };
        let (quick, slow) = (planned(&scenario)?, planned(&slower)?);
        prop_assert!(slow <= quick + GRAIN, "{} after {}", slow, quick);
    }
}

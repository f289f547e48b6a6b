//! Calls whose device fails: whole calls, from a view to the result, the report, and the next call.
//!
//! The devices are real ones that fail on demand: they refuse every allocation above a size, or are destroyed after a
//! number of submissions.

mod injected;
mod recovery;
mod soak;

use std::ops::Range;
use std::time::Duration;

use super::Context;
use crate::error::{Error, Fault, Result};
use crate::func::Func;
use crate::gpu::{AdapterInfo, Choice as Adapter, Event, Gpu, Options, Script};
use crate::monoid::Sum;
use crate::order::TILE_LEN;
use crate::plan::{
    AdapterKind, CanonicalOrder, Choice, Course, DeviceState, Estimate, Executor, GpuProfile, Placement,
    Provenance,
};

/// Elements of a call: many chunks for each side of a split, and a ragged end.
pub(super) const LEN: usize = 40 * TILE_LEN + 11;

/// Chunks of four tiles, so that a device can fail between two of them.
pub(super) const SMALL_BINDING: Option<u64> = Some(4 * 4 * TILE_LEN as u64);

const PLACEMENTS: [Placement; 3] = [Placement::Gpu, Placement::Auto, Placement::Split { gpu: 0.5 }];

/// Every allocation of more bytes is refused.
pub(super) fn refuse_above(over: u64) -> Script {
    Script::of(Event::OutOfMemory { over }, 1, u32::MAX)
}

/// The device is lost while it runs a submission.
pub(super) fn lose_after_submission(at: u32) -> Script {
    Script::of(Event::LostInFlight, at, 1)
}

/// As [`context_in`], with the script of `options` at its beginning.
pub(super) fn context(options: &Options, placement: Placement, fallback: bool) -> Option<Context> {
    context_in(&Options { script: options.script.rewound(), ..options.clone() }, placement, fallback)
}

/// A context whose device is opened with `options`. `Auto` takes that device for one that is faster than any CPU.
fn context_in(options: &Options, placement: Placement, fallback: bool) -> Option<Context> {
    let gpu = match Gpu::open_with(&Adapter { name: None, software: true }, options) {
        Ok(gpu) => gpu,
        Err(error) => {
            assert!(std::env::var_os("REQUIRE_GPU").is_none_or(|v| v != "1"), "REQUIRE_GPU=1, and {error}");
            eprintln!("ignored: no adapter ({error})");
            return None;
        }
    };
    let max_binding = options.max_binding_bytes.unwrap_or(gpu.info().max_binding_bytes);
    let profile = fast(gpu.info(), max_binding);
    let builder = Context::builder().threads(2).history(false).placement(placement).cpu_fallback(fallback);
    let cx = builder.build().expect("valid settings");
    cx.shared.devices.adopt(gpu, profile);
    Some(cx)
}

/// The adapter that devices are opened on, or a line that says that there is none.
fn adapter_or_skip() -> Option<AdapterInfo> {
    let info = Gpu::adapters().into_iter().find(|info| info.unusable.is_none());
    if info.is_none() {
        assert!(std::env::var_os("REQUIRE_GPU").is_none_or(|v| v != "1"), "REQUIRE_GPU=1, and no adapter");
        eprintln!("ignored: no adapter");
    }
    info
}

/// An open device that is faster than any CPU.
pub(super) fn fast(info: &AdapterInfo, max_binding: u64) -> GpuProfile {
    let known = |value| Estimate::new(value, Provenance::Calibrated).expect("a number of the test's own");
    let (instant, endless) = (known(1e-12), known(1e14));
    GpuProfile {
        state: DeviceState::Open,
        canonical: CanonicalOrder::Passed,
        open_s: instant,
        compile_s: instant,
        launch_s: instant,
        upload_latency_s: instant,
        upload_rate: endless,
        download_latency_s: instant,
        download_rate: endless,
        memory_rate: endless,
        unit_s: instant,
        max_binding,
        ..GpuProfile::prior(&info.name, AdapterKind::Discrete, 2)
    }
}

/// What tests have calls do.
#[derive(Clone, Copy, Default)]
pub(super) struct Hooks {
    /// Changes the course of every call, and has it run in chunks.
    pub(super) course: Option<fn(&mut Course)>,
    /// Called by whoever is about to run a chunk.
    pub(super) chunk: Option<fn(Executor, Range<usize>)>,
    /// Changes what a device has computed, before anybody looks at it.
    pub(super) spoil: Option<fn(&mut [u32])>,
}

impl Context {
    pub(super) fn hooks(&self) -> Hooks {
        *self.shared.hooks.lock().expect("nobody panics with it")
    }

    pub(super) fn hook(&self, hooks: Hooks) {
        *self.shared.hooks.lock().expect("nobody panics with it") = hooks;
    }
}

/// A terminal call, by what it gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Call {
    Map,
    Reduce,
    Scan,
    Array,
    ScanArray,
}

pub(super) const CALLS: [Call; 5] = [Call::Map, Call::Reduce, Call::Scan, Call::Array, Call::ScanArray];

pub(super) fn xs() -> Vec<u32> {
    (0..LEN as u32).map(|i| i.wrapping_mul(0x9e37_79b9) ^ i >> 3).collect()
}

/// Iterations of the loop in the function that calls apply. With 1024 elements an invocation, llvmpipe would end it too
/// soon in a scan.
const STEPS: u32 = 40;

/// The call's elements; one for a reduce.
pub(super) fn run(cx: &Context, call: Call, xs: &[u32]) -> Result<Vec<u32>> {
    let text = "fn f(x: u32) -> u32 { var y = x; for (var i = 0u; i < 40u; i++) { y = y * 1664525u + x; } return y; }";
    let f: Func<fn(u32) -> u32> = Func::new(text)?;
    let view = cx.view(xs).map(&f);
    match call {
        Call::Map => view.collect(),
        Call::Reduce => view.reduce(Sum).map(|sum| vec![sum]),
        Call::Scan => view.inclusive_scan(Sum).collect(),
        Call::Array => cx.read(&view.to_array()?).map(<[u32]>::to_vec),
        Call::ScanArray => cx.read(&view.inclusive_scan(Sum).to_array()?).map(<[u32]>::to_vec),
    }
}

pub(super) fn oracle(call: Call, xs: &[u32]) -> Vec<u32> {
    let f = |&x: &u32| (0..STEPS).fold(x, |y, _| y.wrapping_mul(1_664_525).wrapping_add(x));
    let mapped: Vec<u32> = xs.iter().map(f).collect();
    let prefixes = mapped.iter().scan(0_u32, |sum, &x| {
        *sum = sum.wrapping_add(x);
        Some(*sum)
    });
    match call {
        Call::Map | Call::Array => mapped,
        Call::Reduce => prefixes.last().into_iter().collect(),
        Call::Scan | Call::ScanArray => prefixes.collect(),
    }
}

/// Runs every call on a device that fails: once with the CPU to finish it, once with the CPU forbidden, and each time
/// once more.
fn check(options: &Options, is_expected: fn(&Fault) -> bool, next: fn(&Context, &Result<Vec<u32>>)) {
    let xs = xs();
    for call in CALLS {
        let expected = oracle(call, &xs);
        for placement in PLACEMENTS {
            let Some(cx) = context(options, placement, true) else { return };
            let what = format!("{call:?}, {placement:?}");
            let found = run(&cx, call, &xs).unwrap_or_else(|error| panic!("{what}: {error}"));
            assert!(found == expected, "{what}");
            let report = cx.last_report().unwrap_or_else(|| panic!("{what}: no report"));
            let split = matches!(placement, Placement::Split { .. });
            assert_eq!(split, matches!(report.plan.choice, Choice::Split { .. }), "{what}: {report}");
            assert_eq!(split, report.plan.choice != Choice::Gpu, "{what}: {report}");
            assert_eq!(report.incidents.len(), 1, "{what}: {report}");
            let incident = &report.incidents[0];
            assert_eq!(Some(&incident.executor), report.plan.adapter.as_ref(), "{what}");
            assert_eq!(incident.action, "the CPU did the work", "{what}");
            let again = run(&cx, call, &xs);
            assert!(again.as_ref().is_ok_and(|found| *found == expected), "{what}, again: {:?}", again.err());
            next(&cx, &again);

            let Some(cx) = context(options, placement, false) else { return };
            let error = run(&cx, call, &xs).expect_err("the CPU is forbidden");
            let fault = match &error {
                Error::Device { fault, .. } => fault,
                other => panic!("{what}: {other}"),
            };
            assert!(is_expected(fault), "{what}: {error}");
            next(&cx, &run(&cx, call, &xs));
        }
    }
}

#[test]
fn memory_that_the_device_refuses() {
    // Not even a tile of words.
    let options = Options { script: refuse_above(4 * TILE_LEN as u64 / 2), ..Options::default() };
    check(
        &options,
        |fault| matches!(fault, Fault::OutOfMemory { .. }),
        |cx, _| {
            // The device is still there, and does what it has the memory for.
            let few: Vec<u32> = (0..1000).collect();
            let cx = cx.with_placement(Placement::Gpu);
            for call in CALLS {
                assert!(run(&cx, call, &few).expect("fits") == oracle(call, &few), "{call:?}");
                let report = cx.last_report().expect("a plan");
                assert!(report.plan.choice == Choice::Gpu && report.incidents.is_empty(), "{report}");
            }
        },
    );
}

#[test]
fn a_device_that_vanishes_in_the_middle_of_a_call() {
    for lose_after in [1, 3] {
        let script = lose_after_submission(lose_after);
        let options = Options { script, max_binding_bytes: SMALL_BINDING, ..Options::default() };
        check(
            &options,
            |fault| matches!(fault, Fault::Lost(_)),
            |cx, again| {
                // The device is left alone for a while: the CPU takes the call, or nobody if it may not.
                let report = cx.last_report();
                match again {
                    Ok(_) => {
                        let report = report.expect("a plan");
                        assert!(report.plan.choice == Choice::Cpu && report.incidents.is_empty(), "{report}");
                        assert!(report.plan.to_string().contains("device failed"), "{report}");
                    }
                    Err(Error::NoAdapter { reason }) => {
                        assert!(reason.contains("pausing after a failure: "), "{reason}")
                    }
                    Err(error) => panic!("{error}"),
                }
            },
        );
    }
}

#[test]
fn a_device_that_was_lost_is_opened_again_after_a_pause() {
    let xs = xs();
    for fallback in [false, true] {
        let options = Options { script: lose_after_submission(1), ..Options::default() };
        let Some(cx) = context(&options, Placement::Gpu, fallback) else { return };
        assert_eq!(run(&cx, Call::Map, &xs).is_ok(), fallback);
        std::thread::sleep(Duration::from_millis(600));
        for call in CALLS {
            assert!(run(&cx, call, &xs).expect("a new device") == oracle(call, &xs), "{call:?}");
            let report = cx.last_report().expect("a plan");
            assert!(report.plan.choice == Choice::Gpu && report.incidents.is_empty(), "{report}");
        }
    }
}

#[test]
fn data_that_was_on_a_lost_device_only_is_an_error_and_not_a_wrong_result() {
    let xs = xs();
    let options = Options { script: lose_after_submission(4), ..Options::default() };
    let Some(cx) = context(&options, Placement::Gpu, true) else { return };
    let kept = cx.view(&xs).inclusive_scan(Sum).to_array().expect("the device is there");
    while run(&cx, Call::Map, &xs).is_ok_and(|_| cx.last_report().is_some_and(|r| r.incidents.is_empty())) {}
    for _ in 0..2 {
        let lost = [cx.read(&kept).map(drop), cx.view(&kept).reduce(Sum).map(drop)];
        for outcome in lost {
            let error = outcome.expect_err("the data is gone");
            assert!(matches!(error, Error::Device { fault: Fault::Lost(_), .. }), "{error}");
        }
    }
}

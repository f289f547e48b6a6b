//! Calls in many small chunks, with lanes that fail: results, and what the reports say of the chunks.

use super::super::Context;
use super::super::report::Report;
use super::super::tests::{CALLS, Call, Hooks, LEN, context, lose_after_submission, oracle, run, xs};
use crate::element::Element;
use crate::error::{Error, Fault};
use crate::gpu::Options;
use crate::order::TILE_LEN;
use crate::plan::{Choice, Course, DeviceState, Executor, Mode, Placement};
use crate::work::{Fused, Node, Primitive, Source, Work};

/// Two tiles a chunk of the device, and about as many of the CPU, as long as that takes itself for slow.
fn small_chunks(course: &mut Course) {
    course.grain = TILE_LEN;
    if let Some(gpu) = &mut course.gpu {
        gpu.most = 2 * TILE_LEN;
    }
    if let Some(cpu) = &mut course.cpu {
        (0..4).for_each(|_| cpu.observe(TILE_LEN as f64, 0.1));
    }
}

/// As speeds turn out: both take from what is left, also of a scan.
fn small_guided_chunks(course: &mut Course) {
    small_chunks(course);
    course.mode = Mode::Guided;
    // Equals, as far as they know, so that each gets a part whatever this machine has.
    if let (Some(cpu), Some(gpu)) = (&course.cpu, &mut course.gpu) {
        gpu.model = cpu.clone();
    }
}

/// A work without data.
fn counting() -> Work<'static> {
    let nodes = vec![Node::Source { slot: 0, ty: u32::TYPE }];
    let fused = Fused { nodes, output: 0, uniforms: Vec::new() };
    Work { primitive: Primitive::Map, len: LEN, sources: vec![Source::Counting { start: 0 }], fused }
}

const HOST_CALLS: [Call; 3] = [Call::Map, Call::Reduce, Call::Scan];

/// The chunks of a report cover every element once.
fn assert_once(report: &Report, what: &str) {
    let chunks = report.executors.iter().flat_map(|executor| &executor.chunks);
    let mut ranges: Vec<_> = chunks.map(|chunk| chunk.range.clone()).collect();
    ranges.sort_by_key(|range| range.start);
    let mut at = 0;
    for range in ranges {
        assert_eq!(range.start, at, "{what}: {:?}", report.executors);
        at = range.end;
    }
    assert_eq!(at, LEN, "{what}");
}

fn of(report: &Report, executor: Executor) -> usize {
    report.executor(executor).map_or(0, |executor| executor.chunks.len())
}

fn checked(cx: &Context, call: Call) -> std::sync::Arc<Report> {
    let xs = xs();
    let found = run(cx, call, &xs).unwrap_or_else(|error| panic!("{call:?}: {error}"));
    assert!(found == oracle(call, &xs), "{call:?}");
    let report = cx.last_report().expect("large enough for a plan");
    assert_once(&report, &format!("{call:?}"));
    report
}

#[test]
fn many_chunks_of_both_give_the_whole() {
    // Slow chunks of the CPU leave the device time to take part.
    let slow = |executor, _| {
        if executor == Executor::Cpu {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    };
    for course in [small_chunks as fn(&mut Course), small_guided_chunks] {
        let Some(cx) = context(&Options::default(), Placement::Split { gpu: 0.5 }, true) else { return };
        cx.hook(Hooks { course: Some(course), chunk: Some(slow), spoil: None });
        for call in HOST_CALLS {
            let report = checked(&cx, call);
            assert!(
                of(&report, Executor::Gpu) > 0 && of(&report, Executor::Cpu) > 0,
                "{call:?}: {:?}",
                report.executors
            );
            assert!(report.incidents.is_empty(), "{report}");
        }
    }
}

#[test]
fn one_executor_runs_in_chunks_where_somebody_watches() {
    for placement in [Placement::Gpu, Placement::Cpu] {
        let Some(cx) = context(&Options::default(), placement, true) else { return };
        cx.hook(Hooks { course: Some(small_chunks), ..Hooks::default() });
        for call in HOST_CALLS {
            let report = checked(&cx, call);
            let (own, other) = match placement {
                Placement::Gpu => (Executor::Gpu, Executor::Cpu),
                _ => (Executor::Cpu, Executor::Gpu),
            };
            assert!(of(&report, own) > 1 && of(&report, other) == 0, "{call:?}: {:?}", report.executors);
        }
    }
}

#[test]
fn a_device_that_panics_midway_leaves_the_rest_to_the_cpu() {
    let panic_late = |executor, range: std::ops::Range<usize>| {
        assert!(executor == Executor::Cpu || range.start < 8 * TILE_LEN, "as asked");
    };
    for placement in [Placement::Gpu, Placement::Split { gpu: 0.5 }, Placement::Auto] {
        let Some(cx) = context(&Options::default(), placement, true) else { return };
        cx.hook(Hooks { course: Some(small_chunks), chunk: Some(panic_late), spoil: None });
        for call in HOST_CALLS {
            let report = checked(&cx, call);
            assert_eq!(report.incidents.len(), 1, "{report}");
            assert!(report.incidents[0].fault.contains("it panicked: as asked"), "{report}");
            assert_eq!(report.incidents[0].action, "the CPU did the work");
            assert!(
                of(&report, Executor::Gpu) > 1 && of(&report, Executor::Cpu) > 0,
                "{call:?}: {:?}",
                report.executors
            );
        }
    }
}

#[test]
fn a_thread_of_the_cpu_that_panics_is_an_error_and_hangs_nobody() {
    let panics = |executor, _| assert!(executor == Executor::Gpu, "as asked");
    for placement in [Placement::Cpu, Placement::Split { gpu: 0.5 }] {
        let Some(cx) = context(&Options::default(), placement, true) else { return };
        cx.hook(Hooks { course: Some(small_chunks), chunk: Some(panics), spoil: None });
        for call in HOST_CALLS {
            let error = run(&cx, call, &xs()).expect_err("the CPU's part is missing");
            assert!(matches!(&error, Error::System { reason, .. } if reason.contains("as asked")), "{error}");
        }
    }
}

#[test]
fn a_device_that_is_lost_midway_keeps_what_it_has_done() {
    for placement in [Placement::Gpu, Placement::Split { gpu: 0.5 }] {
        for call in HOST_CALLS {
            let options = Options { script: lose_after_submission(5), ..Options::default() };
            let Some(cx) = context(&options, placement, true) else { return };
            cx.hook(Hooks { course: Some(small_chunks), ..Hooks::default() });
            let report = checked(&cx, call);
            assert_eq!(report.incidents.len(), 1, "{report}");
            assert!(
                of(&report, Executor::Gpu) > 0 && of(&report, Executor::Cpu) > 0,
                "{call:?}: {:?}",
                report.executors
            );
        }
    }
}

#[test]
fn a_wrong_result_is_found_and_the_device_left_alone_for_that_function() {
    for placement in [Placement::Gpu, Placement::Split { gpu: 0.5 }] {
        for call in HOST_CALLS {
            let Some(mut cx) = context(&Options::default(), placement, true) else { return };
            std::sync::Arc::get_mut(&mut cx.shared).expect("only here").verify = 1.0;
            assert!(checked(&cx, call).incidents.is_empty(), "a device that is right");
            cx.hook(Hooks { course: Some(small_chunks), chunk: None, spoil: Some(|words| words[0] ^= 1) });
            let report = checked(&cx, call);
            assert_eq!(report.incidents.len(), 1, "{report}");
            assert!(report.incidents[0].fault.contains("wrong result"), "{report}");
            assert_eq!(of(&report, Executor::Gpu), 0, "{call:?}: {:?}", report.executors);
            cx.hook(Hooks::default());
            let report = checked(&cx, call);
            assert_eq!(report.plan.choice, Choice::Cpu, "{report}");
            assert!(report.plan.to_string().contains("a wrong result before"), "{report}");
        }
    }
}

#[test]
fn a_wrong_result_is_an_error_where_the_cpu_is_forbidden() {
    let Some(mut cx) = context(&Options::default(), Placement::Gpu, false) else { return };
    std::sync::Arc::get_mut(&mut cx.shared).expect("only here").verify = 1.0;
    cx.hook(Hooks { course: None, chunk: None, spoil: Some(|words| words[0] ^= 1) });
    let error = run(&cx, Call::Map, &xs()).expect_err("wrong");
    assert!(matches!(&error, Error::Device { fault: Fault::Rejected(_), .. }), "{error}");
}

#[test]
fn a_device_is_opened_once_and_in_the_background() {
    let cx = Context::builder()
        .threads(2)
        .history(false)
        .placement(Placement::Gpu)
        .build()
        .expect("valid settings");
    let devices = &cx.shared.devices;
    if devices.adapters().is_empty() {
        assert!(std::env::var_os("REQUIRE_GPU").is_none_or(|v| v != "1"), "REQUIRE_GPU=1, and no adapter");
        eprintln!("ignored: no adapter");
        return;
    }
    devices.prepare_in_background(2, &counting());
    let opening = |state: &DeviceState| matches!(state, DeviceState::Opening { .. } | DeviceState::Open);
    while !opening(&devices.profiles(2)[0].state) {
        std::thread::yield_now();
    }
    // Whoever comes meanwhile waits for the thread, and gets the same device.
    let (waited, opened_s) = devices.open_timed(2).expect("a device");
    assert_eq!(opened_s, None);
    assert!(std::sync::Arc::ptr_eq(&waited, &devices.open(2).expect("open")));
    assert_eq!(devices.profiles(2)[0].state, DeviceState::Open);
    for call in CALLS {
        let xs = xs();
        assert!(run(&cx, call, &xs).expect("a device") == oracle(call, &xs), "{call:?}");
    }
    let cx = Context::builder().threads(2).history(false).build().expect("valid settings");
    cx.shared.devices.prepare_in_background(2, &counting());
    let devices = std::sync::Arc::downgrade(&cx.shared.devices);
    drop(cx);
    assert!(devices.upgrade().is_none(), "the thread ended before the context did");
}

#[test]
fn what_calls_took_is_remembered() {
    let folder = std::env::temp_dir().join(format!("tilewright-drive-{}", std::process::id()));
    let builder = Context::builder().threads(2).history(true).cache_dir(&folder).placement(Placement::Cpu);
    let cx = builder.build().expect("valid settings");
    let xs = xs();
    run(&cx, Call::Map, &xs).expect("the CPU");
    let first = cx.last_report().expect("a plan");
    run(&cx, Call::Map, &xs).expect("the CPU");
    let second = cx.last_report().expect("a plan");
    assert!(!first.plan.to_string().contains("measured, 1 call"), "{first}");
    assert!(second.plan.to_string().contains("measured, 1 call"), "{second}");
    drop(cx);
    std::fs::remove_dir_all(&folder).expect("it was made by now");
    let cx = Context::builder().threads(2).placement(Placement::Cpu).history(false).build().expect("valid");
    (0..2).for_each(|_| drop(run(&cx, Call::Map, &xs).expect("the CPU")));
    assert_eq!(cx.last_report().expect("a plan").plan, first.plan);
}

#[test]
fn the_cpu_does_not_wait_for_a_device_that_opens() {
    let placement = Placement::Split { gpu: 0.5 };
    let cx =
        Context::builder().threads(2).placement(placement).history(false).build().expect("valid settings");
    if cx.shared.devices.adapters().is_empty() {
        assert!(std::env::var_os("REQUIRE_GPU").is_none_or(|v| v != "1"), "REQUIRE_GPU=1, and no adapter");
        eprintln!("ignored: no adapter");
        return;
    }
    cx.hook(Hooks { course: Some(small_chunks), ..Hooks::default() });
    for call in HOST_CALLS {
        let report = checked(&cx, call);
        let first = |executor| {
            let chunks = report.executor(executor).map_or(&[][..], |executor| &executor.chunks);
            chunks.iter().map(|chunk| chunk.began_s).fold(f64::INFINITY, f64::min)
        };
        match report.executor(Executor::Gpu).and_then(|gpu| gpu.open_s) {
            Some(open_s) => {
                assert_eq!(call, Call::Map, "only the first call opens it");
                assert!(
                    first(Executor::Cpu) < open_s && open_s <= first(Executor::Gpu),
                    "{:?}",
                    report.executors
                );
            }
            None => assert_ne!(call, Call::Map),
        }
    }
}

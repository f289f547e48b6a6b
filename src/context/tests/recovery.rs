//! What becomes of a context after a fault: devices are opened again after a pause, calls meanwhile go to the CPU, and a
//! device that fails again and again is left alone.

use std::time::{Duration, Instant};

use super::injected::{CALLS, Call, Program, within, xs};
use super::{adapter_or_skip, fast};
use crate::context::Context;
use crate::context::devices::Opening;
use crate::error::{Error, Fault};
use crate::func::Func;
use crate::gpu::{Event, Injection, Options, Script};
use crate::order::TILE_LEN;
use crate::plan::{CanonicalOrder, Choice, Placement};

const LEN: usize = 2 * TILE_LEN + 5;

/// Long enough for a call to fall into it.
const PAUSE: Duration = Duration::from_millis(150);

/// A context that opens every device, the first one too, with a script.
fn context(script: &Script, first_pause: Duration, fallback: bool) -> Option<Context> {
    let info = adapter_or_skip()?;
    let builder = Context::builder().threads(2).placement(Placement::Gpu).cpu_fallback(fallback);
    let cx = builder.build().expect("valid settings");
    let options = Options { script: script.clone(), ..Options::default() };
    cx.shared.devices.open_as(Opening {
        options,
        first_pause,
        profile: Some(fast(&info, u64::MAX)),
        ..Opening::default()
    });
    Some(cx)
}

/// Runs a map and says who did it, and after how many incidents.
fn who(cx: &Context, program: &Program, xs: &[u32], expected: &[u32]) -> (Choice, usize) {
    let found = within("a call", || program.run(cx, Call::Map, xs));
    assert!(found.expect("someone does it").expect("it is on the host") == expected);
    let report = cx.last_report().expect("a plan");
    (report.plan.choice, report.incidents.len())
}

#[test]
fn a_device_recovers_after_the_pause_and_runs_every_call() {
    let (program, xs) = (Program::new(), xs(LEN));
    for event in [Event::LostInFlight, Event::LostBeforeMap, Event::Open] {
        let script = Script::of(event, 1, 1);
        let Some(cx) = context(&script, PAUSE, true) else { return };
        let expected = program.expected(Call::Map, &xs);
        assert_eq!(who(&cx, &program, &xs, &expected), (Choice::Gpu, 1), "{event:?}");
        let failed_at = Instant::now();
        let next = who(&cx, &program, &xs, &expected);
        if failed_at.elapsed() < PAUSE {
            assert_eq!(next, (Choice::Cpu, 0), "{event:?}, in the pause");
        }
        std::thread::sleep(PAUSE);
        for call in CALLS {
            let found = program.run(&cx, call, &xs).expect("a new device").expect("it is in order");
            assert!(found == program.expected(call, &xs), "{event:?}, {call:?}");
            let report = cx.last_report().expect("a plan");
            assert!(report.plan.choice == Choice::Gpu && report.incidents.is_empty(), "{event:?}: {report}");
        }
        let (gpu, failures) = cx.shared.devices.state();
        assert!(gpu.is_some() && failures == 1, "{event:?}: {failures}");
    }
}

#[test]
fn pauses_double_and_the_third_failure_is_the_last() {
    let (program, xs) = (Program::new(), xs(LEN));
    let expected = program.expected(Call::Map, &xs);
    for event in [Event::LostBeforeSubmit, Event::Open] {
        let Some(cx) = context(&Script::of(event, 1, u32::MAX), PAUSE, true) else { return };
        assert_eq!(who(&cx, &program, &xs, &expected), (Choice::Gpu, 1), "{event:?}, the first failure");
        std::thread::sleep(PAUSE);
        assert_eq!(who(&cx, &program, &xs, &expected), (Choice::Gpu, 1), "{event:?}, the second failure");
        let failed_at = Instant::now();
        std::thread::sleep(PAUSE);
        let next = who(&cx, &program, &xs, &expected);
        if failed_at.elapsed() >= 2 * PAUSE {
            eprintln!("{event:?}: the machine is too busy to say when the second pause ends");
            continue;
        }
        assert_eq!(next, (Choice::Cpu, 0), "{event:?}, the second pause is longer");
        std::thread::sleep(PAUSE);
        assert_eq!(who(&cx, &program, &xs, &expected), (Choice::Gpu, 1), "{event:?}, the third failure");
        std::thread::sleep(5 * PAUSE);
        assert_eq!(who(&cx, &program, &xs, &expected), (Choice::Cpu, 0), "{event:?}, left alone");
        let plan = cx.last_report().expect("a plan").plan.to_string();
        assert!(plan.contains("left alone after 3 failures"), "{plan}");
    }
}

/// No script: work that really takes longer than the device may.
#[test]
fn long_work_past_the_deadline_is_done_by_the_cpu() {
    if adapter_or_skip().is_none_or(|info| !info.software) {
        eprintln!("ignored: only a software adapter is slow enough");
        return;
    }
    let xs = xs(LEN);
    let script = Script::default();
    let Some(cx) = context(&script, Duration::ZERO, true) else { return };
    let deadline = Some(Duration::from_millis(2));
    let options = Options { deadline, ..Options::default() };
    let profile = cx.shared.devices.profiles(2).pop();
    cx.shared.devices.open_as(Opening {
        options,
        first_pause: Duration::ZERO,
        profile,
        ..Opening::default()
    });
    let text = "fn f(x: u32) -> u32 { var y = x; for (var i = 0u; i < 9000u; i++) { y = y * 1664525u + x; } return y; }";
    let f: Func<fn(u32) -> u32> = Func::new(text).expect("valid WGSL");
    let expected = cx.with_placement(Placement::Cpu).view(&xs).map(&f).collect().expect("the CPU does it");
    for placement in [Placement::Gpu, Placement::Split { gpu: 0.5 }] {
        let cx = cx.with_placement(placement);
        let found = within("long work", || cx.view(&xs).map(&f).collect());
        assert!(found.expect("the CPU does it") == expected);
        let incidents = &cx.last_report().expect("a plan").incidents;
        assert!(incidents.len() == 1 && incidents[0].fault.starts_with("no answer within"), "{incidents:?}");
    }
}

#[test]
fn without_the_cpu_the_pause_is_an_error() {
    let (program, xs) = (Program::new(), xs(LEN));
    let Some(cx) = context(&Script::of(Event::Open, 1, 1), Duration::from_secs(60), false) else { return };
    let error = program.run(&cx, Call::Scan, &xs).expect_err("no device");
    assert!(matches!(error, Error::NoAdapter { .. }), "{error}");
    let error = program.run(&cx, Call::Launch, &xs).expect_err("no device");
    assert!(error.to_string().contains("pausing after a failure"), "{error}");
}

#[test]
fn faults_of_a_device_before_are_not_held_against_the_open_one() {
    let (program, xs) = (Program::new(), xs(LEN));
    let script = Script::of(Event::LostInFlight, u32::MAX, 1);
    let Some(cx) = context(&script, Duration::ZERO, true) else { return };
    let kept = cx.view(&xs).to_array().expect("the device is there");
    script.add(Injection { event: Event::LostInFlight, at: 1, times: 1 });
    let expected = program.expected(Call::Map, &xs);
    assert_eq!(who(&cx, &program, &xs, &expected), (Choice::Gpu, 1));
    assert_eq!(who(&cx, &program, &xs, &expected), (Choice::Gpu, 0));
    for _ in 0..5 {
        let error = cx.view(&kept).reduce(crate::monoid::Sum).expect_err("the data is gone");
        assert!(matches!(error, Error::Device { fault: Fault::Lost(_), .. }), "{error}");
    }
    let (gpu, failures) = cx.shared.devices.state();
    assert!(gpu.is_some() && failures == 1, "{failures}");
    assert_eq!(who(&cx, &program, &xs, &expected), (Choice::Gpu, 0));
}

#[test]
fn a_device_lost_while_an_array_is_read_does_not_meet_the_next_call() {
    let (program, xs) = (Program::new(), xs(LEN));
    let script = Script::of(Event::Open, u32::MAX, 1);
    let Some(cx) = context(&script, Duration::ZERO, true) else { return };
    let kept = cx.view(&xs).to_array().expect("the device is there");
    script.add(Injection { event: Event::LostInFlight, at: 1, times: 1 });
    let error = cx.read(&kept).expect_err("the data is gone");
    assert!(matches!(error, Error::Device { fault: Fault::Lost(_), .. }), "{error}");
    let expected = program.expected(Call::Map, &xs);
    assert_eq!(who(&cx, &program, &xs, &expected), (Choice::Gpu, 0));
}

#[test]
fn a_device_that_lies_to_the_probe_is_not_trusted_with_floats() {
    let Some(_) = adapter_or_skip() else { return };
    // The first words that are read are those of the probe.
    let options = Options { script: Script::of(Event::WrongWord, 1, 1), ..Options::default() };
    let cx = Context::builder().placement(Placement::Gpu).build().expect("valid settings");
    cx.shared.devices.open_as(Opening { options, ..Opening::default() });
    let (program, xs) = (Program::new(), xs(LEN));
    assert!(program.run(&cx, Call::Map, &xs).is_ok());
    let profile = cx.shared.devices.profiles(2).remove(0);
    assert!(matches!(profile.user_floats, CanonicalOrder::Failed(_)), "{profile:?}");
}

//! Where kernels run, as exact text.

use insta::assert_snapshot;

use super::*;
use crate::error::Error;

fn shape() -> LaunchShape {
    LaunchShape {
        label: "main, 4 x 1 x 1 workgroups of 64 x 1 x 1".into(),
        invocations: 256,
        cpu: Ok(()),
        pipeline_cached: true,
        up_bytes: 0,
        down_bytes: 0,
        split: None,
        share: None,
        parts: None,
    }
}

fn asked(placement: Placement) -> Request {
    Request { placement, ..Request::default() }
}

fn failed() -> GpuProfile {
    GpuProfile { state: DeviceState::Failed("unplugged".into()), ..discrete() }
}

fn decided_as(shape: &LaunchShape, gpus: &[GpuProfile], request: &Request) -> Plan {
    let decision = decide_launch(shape, &machine(gpus.to_vec()), request);
    decision.unwrap_or_else(|error| panic!("{error}")).plan
}

fn decided(gpus: &[GpuProfile], request: &Request) -> Plan {
    decided_as(&shape(), gpus, request)
}

#[test]
fn auto_takes_hardware() {
    assert_snapshot!(decided(&[software(), discrete()], &asked(Placement::Auto)), @r"
    main, 4 x 1 x 1 workgroups of 64 x 1 x 1, 256 invocations: gpu `Discrete`
      placement: auto (default)
      rejected:
        gpu `Software`: software adapter, not allowed
    ");
    assert_snapshot!(decided(&[failed(), software()], &asked(Placement::Auto)), @r"
    main, 4 x 1 x 1 workgroups of 64 x 1 x 1, 256 invocations: cpu
      placement: auto (default)
      rejected:
        gpu `Discrete`: device failed: unplugged
        gpu `Software`: software adapter, not allowed
    ");
    let allowed = Request { allow_software: true, ..asked(Placement::Auto) };
    assert_eq!(decided(&[software()], &allowed).adapter.as_deref(), Some("Software"));
    assert_eq!(decided(&[], &asked(Placement::Auto)).choice, Choice::Cpu);
}

#[test]
fn a_gpu_that_is_asked_for() {
    assert_snapshot!(decided(&[software()], &asked(Placement::Gpu)), @r"
    main, 4 x 1 x 1 workgroups of 64 x 1 x 1, 256 invocations: gpu `Software`
      placement: gpu (default)
      rejected:
        cpu: not asked for
    ");
    for gpus in [&[][..], &[failed()]] {
        let refused = decide_launch(&shape(), &machine(gpus.to_vec()), &asked(Placement::Gpu));
        assert!(matches!(refused, Err(Error::NoAdapter { .. })), "{refused:?}");
    }
    let fallback = Request { cpu_fallback: true, ..asked(Placement::Gpu) };
    assert_snapshot!(decided(&[failed()], &fallback), @r"
    main, 4 x 1 x 1 workgroups of 64 x 1 x 1, 256 invocations: cpu
      placement: gpu (default)
      rejected:
        gpu `Discrete`: device failed: unplugged
      note: no device is in order, so the CPU takes it
    ");
}

#[test]
fn splits() {
    let request = asked(Placement::Split { gpu: 0.3 });
    let with = |split, gpus: &[GpuProfile]| {
        let shape = LaunchShape { split: Some(split), ..shape() };
        decided_as(&shape, gpus, &request)
    };
    assert_snapshot!(with(Ok(64), &[discrete()]), @r"
    main, 4 x 1 x 1 workgroups of 64 x 1 x 1, 256 invocations: 0.250 on gpu `Discrete`, the others on the cpu
      placement: split:0.3 (default)
      rejected:
        cpu: not asked for
    ");
    assert_snapshot!(with(Err("line 7 writes everything".into()), &[discrete()]), @r"
    main, 4 x 1 x 1 workgroups of 64 x 1 x 1, 256 invocations: cpu
      placement: split:0.3 (default)
      rejected:
        split with gpu `Discrete`: cannot be cut: line 7 writes everything
        gpu `Discrete`: not asked for
    ");
    let plan = decided(&[discrete()], &asked(Placement::Split { gpu: 0.7 }));
    assert_eq!((plan.choice, plan.gpu_range()), (Choice::Gpu, 0..256));
    assert!(decide_launch(&shape(), &machine(Vec::new()), &asked(Placement::Split { gpu: 1.5 })).is_err());
}

#[test]
fn memory_beyond_a_binding() {
    let with = |parts| {
        let shape = LaunchShape { parts: Some(parts), ..shape() };
        decided_as(&shape, &[discrete()], &asked(Placement::Gpu)).notes
    };
    assert_eq!(with(Ok(3)), ["more memory than the device binds at once: in 3 parts"]);
    let uncut = "more memory than the device binds at once, and it cannot be cut: line 7 writes everything";
    assert_eq!(with(Err("line 7 writes everything".into())), [uncut]);
}

/// A machine that has seen the kernel, in `budget_s` seconds of calls.
fn seen(gpu: GpuProfile, cpu_s: Option<f64>, gpu_s: Option<f64>, budget_s: f64) -> Profile {
    let mut profile = machine(vec![gpu]);
    profile.budget = Some(Budget { spent_s: budget_s, explored_s: 0.0 });
    let observe = |samples: &mut Samples, seconds: Option<f64>| {
        // Of two sizes, so that the part at once is known to be small.
        for (elements, share) in [(1e6, 1.0), (1e5, 0.1)] {
            seconds.iter().for_each(|seconds| samples.observe(elements, seconds * share, None));
        }
    };
    observe(&mut profile.cpu.samples, cpu_s);
    observe(&mut profile.gpus[0].samples, gpu_s);
    profile
}

fn million() -> LaunchShape {
    LaunchShape { invocations: 1_000_000, label: "main".into(), ..shape() }
}

fn auto(shape: &LaunchShape, profile: &Profile) -> LaunchDecision {
    let decision = decide_launch(shape, profile, &asked(Placement::Auto));
    decision.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn nothing_is_predicted_of_what_nobody_has_run() {
    let plan = auto(&million(), &seen(discrete(), None, None, 1e6)).plan;
    assert_eq!((plan.choice, plan.predicted, plan.terms.len()), (Choice::Gpu, Seconds::ZERO, 0));
    assert!(!plan.to_string().contains("predicted"), "{plan}");
}

#[test]
fn the_sooner_of_two_that_were_seen() {
    let quick_gpu = auto(&million(), &seen(discrete(), Some(2e-3), Some(0.5e-3), 0.0));
    assert_snapshot!(quick_gpu.plan.without_times(), @r"
    main, 1000000 invocations: gpu `Discrete`
      placement: auto (default)
      gpu: invocations 0..1000000
        start    (measured)
        work     (measured)
      rejected:
        cpu: slower
    ");
    let quick_cpu = auto(&million(), &seen(discrete(), Some(0.5e-3), Some(2e-3), 0.0));
    assert_snapshot!(quick_cpu.plan.without_times(), @r"
    main, 1000000 invocations: cpu
      placement: auto (default)
      cpu: invocations 0..1000000, 2 threads
        start    (measured)
        work     (measured)
      rejected:
        gpu `Discrete`: slower
    ");
    assert_eq!(quick_cpu.otherwise_s, None);
    let within = |seconds: Seconds, of: f64| (seconds.expected / of - 1.0).abs() < 0.2;
    assert!(within(quick_cpu.plan.predicted, 0.5e-3), "{}", quick_cpu.plan);
    let slower = quick_cpu.plan.rejected[0].predicted.expect("it is predicted");
    assert!(within(slower, 2e-3), "{}", quick_cpu.plan);
}

#[test]
fn who_was_not_seen_is_tried_within_the_budget() {
    // The CPU is given it where what it may lose is at most 2% of all time.
    let choice = |budget_s| auto(&million(), &seen(discrete(), None, Some(0.5e-3), budget_s));
    assert_eq!(choice(0.0).plan.choice, Choice::Gpu);
    assert_eq!(choice(0.0).otherwise_s, None);
    let trial = choice(1e4);
    assert_snapshot!(trial.plan.without_times(), @r"
    main, 1000000 invocations: cpu
      placement: auto (default)
      cpu: invocations 0..1000000, 2 threads
        start    (prior)
        work     (prior)
      rejected:
        gpu `Discrete`: another is tried this once
      note: `cpu` is given the launch, to learn how fast it is
    ");
    let otherwise_s = trial.otherwise_s.expect("a trial");
    assert!((0.3e-3..0.7e-3).contains(&otherwise_s), "{otherwise_s}");
    // Once nothing is left, no more.
    let mut poor = seen(discrete(), None, Some(0.5e-3), 1e4);
    poor.budget = Some(Budget { spent_s: 1e4, explored_s: 200.0 });
    assert_eq!(auto(&million(), &poor).plan.choice, Choice::Gpu);
    // A device for which the CPU's time speaks needs no budget.
    let slow_cpu = auto(&million(), &seen(discrete(), Some(0.1), None, 0.0));
    assert_eq!(slow_cpu.plan.choice, Choice::Gpu, "{}", slow_cpu.plan);
    assert!(slow_cpu.otherwise_s.is_some());
    // What the CPU cannot run it does not try.
    let cpu = Err("a barrier in a loop".to_owned());
    let shape = LaunchShape { cpu, ..million() };
    assert_snapshot!(auto(&shape, &seen(discrete(), None, Some(0.5e-3), 1e4)).plan.without_times(), @r"
    main, 1000000 invocations: gpu `Discrete`
      placement: auto (default)
      gpu: invocations 0..1000000
        start    (measured)
        work     (measured)
      rejected:
        cpu: cannot run this: a barrier in a loop
    ");
}

#[test]
fn both_where_the_kernel_can_be_cut() {
    let equals = seen(discrete(), Some(20e-3), Some(20e-3), 0.0);
    let asks = auto(&million(), &equals);
    let balance = asks.balance.expect("sharing would gain");
    assert!((0.4e6..0.6e6).contains(&balance), "{balance}");
    assert!(!matches!(asks.plan.choice, Choice::Split { .. }));
    let shape = |share| LaunchShape { share: Some(share), ..million() };
    let shared = auto(&shape(Ok(125_000)), &equals).plan;
    assert_snapshot!(shared.without_times(), @r"
    main, 1000000 invocations: 0.500 on gpu `Discrete`, the others on the cpu
      placement: auto (default)
      gpu: invocations 0..500000
        start    (measured)
        work     (measured)
      cpu: invocations 500000..1000000, 2 threads
        start    (measured)
        work     (measured)
      rejected:
        cpu: slower
        gpu `Discrete`: slower
    ");
    assert!((9e-3..13e-3).contains(&shared.predicted.expected), "{shared}");
    let uncut = auto(&shape(Err("line 7 writes everything".into())), &equals);
    assert_eq!(uncut.balance, None);
    assert!(uncut.plan.to_string().contains("cannot be cut: line 7 writes everything"), "{}", uncut.plan);
    // One that is fifty times as fast gains nothing from the other.
    let unlike = auto(&million(), &seen(discrete(), Some(1.0), Some(20e-3), 0.0));
    assert_eq!((unlike.balance, unlike.plan.choice), (None, Choice::Gpu));
    assert!(unlike.plan.to_string().contains("gains less than 3%"), "{}", unlike.plan);
    // Nor does one that has the cores of the other.
    let request = Request { allow_software: true, ..asked(Placement::Auto) };
    let software = decide_launch(&million(), &seen(software(), Some(20e-3), Some(20e-3), 0.0), &request);
    let software = software.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(software.balance, None);
    assert!(software.plan.to_string().contains("shares the cores"), "{}", software.plan);
    // Short launches are not worth an analysis.
    assert_eq!(auto(&million(), &seen(discrete(), Some(2e-3), Some(2e-3), 0.0)).balance, None);
}

#[test]
fn a_device_that_is_closed_is_opened_beside() {
    let closed = GpuProfile { state: DeviceState::NotOpened, ..discrete() };
    let decision = auto(&million(), &seen(closed, Some(5e-3), Some(0.5e-3), 0.0));
    assert_eq!((decision.plan.choice, decision.plan.prepares), (Choice::Cpu, Some(0)));
    assert_snapshot!(decision.plan.without_times(), @r"
    main, 1000000 invocations: cpu
      placement: auto (default)
      cpu: invocations 0..1000000, 2 threads
        start    (measured)
        work     (measured)
      rejected:
        gpu `Discrete`: the CPU is done before a device is open
    ");
    // What is compiled once serves all launches to come, if the budget pays for it.
    let shape = LaunchShape { pipeline_cached: false, ..million() };
    let choice = |budget_s| auto(&shape, &seen(discrete(), Some(5e-3), Some(0.5e-3), budget_s)).plan.choice;
    assert_eq!((choice(0.0), choice(10.0)), (Choice::Cpu, Choice::Gpu));
}

#[test]
fn forced_launches_are_predicted_too() {
    let known = seen(discrete(), Some(20e-3), None, 0.0);
    let plan = |placement, shape: &LaunchShape| {
        let decision = decide_launch(shape, &known, &asked(placement));
        decision.unwrap_or_else(|error| panic!("{error}")).plan
    };
    assert_snapshot!(plan(Placement::Gpu, &million()).without_times(), @r"
    main, 1000000 invocations: gpu `Discrete`
      placement: gpu (default)
      gpu: invocations 0..1000000
        start    (prior)
        work     (prior)
      rejected:
        cpu: not asked for
    ");
    let shape = LaunchShape { split: Some(Ok(500_000)), ..million() };
    assert_snapshot!(plan(Placement::Split { gpu: 0.5 }, &shape).without_times(), @r"
    main, 1000000 invocations: 0.500 on gpu `Discrete`, the others on the cpu
      placement: split:0.5 (default)
      gpu: invocations 0..500000
        start    (prior)
        work     (prior)
      cpu: invocations 500000..1000000, 2 threads
        start    (measured)
        work     (measured)
      rejected:
        cpu: not asked for
    ");
}

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

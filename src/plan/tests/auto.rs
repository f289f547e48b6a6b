//! What `Auto` chooses.

use super::*;

#[test]
fn without_an_adapter_the_cpu_takes_everything() {
    let plan = decide(&map(1 << 24, 1.0), &machine(vec![]), &auto()).unwrap();
    assert_eq!(plan.choice, Choice::Cpu);
    assert_eq!((plan.gpu_range(), plan.cpu_range()), (0..0, 0..1 << 24));
    assert_eq!(plan.rejected, []);
}

#[test]
fn nothing_to_do_is_done_on_the_cpu_wherever_it_was_asked_for() {
    for placement in [Placement::Auto, Placement::Cpu, Placement::Gpu, Placement::Split { gpu: 0.5 }] {
        let plan = decide(&map(0, 1.0), &machine(vec![]), &request(placement)).unwrap();
        assert_eq!(plan.choice, Choice::Cpu);
        assert_eq!(plan.predicted.expected, cpu().call_s.value());
    }
}

#[test]
fn heavy_work_on_resident_data_goes_to_the_gpu() {
    let shape = Shape { cost_ns: 50.0, ..resident_sum(1 << 26) };
    let plan = decide(&shape, &machine(vec![discrete()]), &auto()).unwrap();
    assert_eq!((plan.choice, plan.threads), (Choice::Gpu, 0));
    assert_eq!(plan.adapter.as_deref(), Some("Discrete"));
}

#[test]
fn light_work_from_the_host_stays_on_the_cpu() {
    let shape = map(1 << 24, 0.2);
    let gpu = GpuProfile { upload_rate: calibrated(0.5e9), ..discrete() };
    let plan = decide(&shape, &machine(vec![gpu]), &auto()).unwrap();
    assert_eq!(plan.choice, Choice::Cpu);
    assert_eq!(reason_against_gpu(&plan), Some(&Reason::Slower));
}

#[test]
fn work_that_the_cpu_finishes_before_the_device_opens_leaves_the_device_closed() {
    let gpu = GpuProfile { state: DeviceState::NotOpened, ..discrete() };
    let shape = map(1 << 20, 100.0);
    let plan = decide(&shape, &machine(vec![gpu]), &auto()).unwrap();
    assert_eq!(plan.choice, Choice::Cpu);
    assert_eq!(reason_against_gpu(&plan), Some(&Reason::OpensLater));

    let plan = decide(&shape, &machine(vec![discrete()]), &auto()).unwrap();
    assert_ne!(plan.choice, Choice::Cpu, "the same work is worth a device that is open");
}

#[test]
fn a_device_that_is_nearly_open_costs_what_is_left() {
    let at = |elapsed_s| {
        let gpu = GpuProfile { state: DeviceState::Opening { elapsed_s }, ..discrete() };
        decide(&map(1 << 22, 50.0), &machine(vec![gpu]), &request(Placement::Gpu)).unwrap().predicted
    };
    assert!((at(0.0).expected - at(0.2).expected - 0.2).abs() < 1e-9);
    assert!(at(f64::NAN).expected.is_finite());
}

#[test]
fn software_adapters_are_left_out_unless_allowed() {
    let gpu = GpuProfile { memory_rate: calibrated(1e12), unit_s: calibrated(1e-13), ..software() };
    let (shape, machine) = (map(1 << 22, 100.0), machine(vec![gpu]));
    let plan = decide(&shape, &machine, &auto()).unwrap();
    assert_eq!((plan.choice, reason_against_gpu(&plan)), (Choice::Cpu, Some(&Reason::Software)));

    let plan = decide(&shape, &machine, &allowing_software()).unwrap();
    assert_eq!((plan.choice, reason_against_split(&plan)), (Choice::Gpu, Some(&Reason::SharesCores)));
}

#[test]
fn two_executors_of_like_speed_share_the_work() {
    let gpu = GpuProfile { upload_rate: calibrated(8e9), download_rate: calibrated(8e9), ..discrete() };
    let plan = decide(&map(1 << 26, 0.2), &machine(vec![gpu]), &auto()).unwrap();
    let Choice::Split { gpu_elements } = plan.choice else { panic!("{plan}") };
    assert!((1 << 24..1 << 26).contains(&gpu_elements));
    let slower = |rejected: &Rejected| {
        rejected.reason == Reason::Slower
            && rejected.predicted.is_some_and(|s| s.expected > plan.predicted.expected)
    };
    assert_eq!(plan.rejected.len(), 2);
    assert!(plan.rejected.iter().all(slower), "{plan}");
}

#[test]
fn a_co_run_that_gains_too_little_is_rejected() {
    let gpu = GpuProfile {
        contention: 0.9,
        upload_rate: calibrated(8e9),
        download_rate: calibrated(8e9),
        ..discrete()
    };
    let plan = decide(&map(1 << 26, 0.2), &machine(vec![gpu]), &auto()).unwrap();
    assert_eq!(reason_against_split(&plan), Some(&Reason::GainsLittle));
}

#[test]
fn an_adapter_that_failed_the_probe_gets_no_reproducible_work_but_may_map() {
    let odd = CanonicalOrder::Failed("flushes subnormals".into());
    let machine = machine(vec![GpuProfile { canonical: odd, ..discrete() }]);
    let sum = Shape { cost_ns: 50.0, ..resident_sum(1 << 26) };
    let plan = decide(&sum, &machine, &auto()).unwrap();
    assert_eq!(plan.choice, Choice::Cpu);
    assert_eq!(reason_against_gpu(&plan), Some(&Reason::NotReproducible("flushes subnormals".into())));
    let integers = Shape { reproducible: false, ..sum };
    assert_eq!(decide(&integers, &machine, &auto()).unwrap().choice, Choice::Gpu);
}

#[test]
fn an_operator_of_the_users_on_floats_is_not_mixed_where_an_adapter_takes_liberties() {
    // Balanced, so that any other work is split.
    let scan = Shape { kind: ShapeKind::Scan, label: "affine".into(), ..map(1 << 26, 0.2) };
    let users = Shape { reproducible: true, user_floats: true, ..scan.clone() };
    let plan_of = |shape: &Shape, user_floats: CanonicalOrder| {
        let slow = GpuProfile { upload_rate: calibrated(8e9), download_rate: calibrated(8e9), ..discrete() };
        decide(shape, &machine(vec![GpuProfile { user_floats, ..slow }]), &auto()).unwrap()
    };
    let liberties = CanonicalOrder::Failed("it simplifies a + b - a to b".into());
    let is_split = |plan: &Plan| matches!(plan.choice, Choice::Split { .. });
    assert!(is_split(&plan_of(&users, CanonicalOrder::Passed)));
    assert!(is_split(&plan_of(&scan, liberties.clone())));
    for unsure in [liberties, CanonicalOrder::Unknown] {
        let plan = plan_of(&users, unsure);
        assert!(!is_split(&plan), "{plan}");
        let reason = reason_against_split(&plan).unwrap().to_string();
        assert!(reason.starts_with("the operator's bits would depend on the split: "), "{reason}");
    }
}

#[test]
fn work_that_the_cpu_cannot_run_goes_to_a_gpu_however_small() {
    let shape = Shape { cpu: Err("textures".into()), ..map(10, 1.0) };
    let plan = decide(&shape, &machine(vec![discrete()]), &auto()).unwrap();
    assert_eq!(plan.choice, Choice::Gpu);
    assert_eq!(plan.rejected[0].reason, Reason::Unsupported("textures".into()));
}

#[test]
fn work_that_nothing_can_run_says_why_of_each() {
    let shape = Shape { cpu: Err("textures".into()), gpu: Err("f64".into()), ..map(10, 1.0) };
    let error = decide(&shape, &machine(vec![discrete()]), &auto()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unsupported on every executor allowed: cpu: cannot run this: textures; \
         Discrete: cannot run this: f64"
    );
}

#[test]
fn of_two_adapters_the_sooner_one_is_taken_and_data_stays_where_it_is() {
    let other = GpuProfile { name: "Other".into(), ..discrete() };
    let shape = Shape { cost_ns: 50.0, resident_on: Some(1), ..resident_sum(1 << 26) };
    let plan = decide(&shape, &machine(vec![discrete(), other]), &auto()).unwrap();
    assert_eq!((plan.adapter.as_deref(), plan.adapter_index), (Some("Other"), Some(1)));
}

#[test]
fn data_on_the_device_only_costs_the_cpu_its_download() {
    let shape = Shape { shared_bytes: 0, device_bytes: 4, ..resident_sum(1 << 24) };
    let machine = machine(vec![discrete()]);
    let fetched = decide(&shape, &machine, &request(Placement::Cpu)).unwrap();
    let at_hand = decide(&resident_sum(1 << 24), &machine, &request(Placement::Cpu)).unwrap();
    let fetch = fetched.terms.iter().find(|term| term.name == "fetch").unwrap();
    let difference = fetched.predicted.expected - at_hand.predicted.expected;
    assert!((difference - fetch.seconds.expected).abs() < 1e-9);
}

#[test]
fn work_of_a_few_microseconds_needs_no_plan() {
    assert!(quick_cpu(1000, 1.0) && quick_cpu(0, 1e9));
    assert!(!quick_cpu(1 << 20, 0.0) && !quick_cpu(1000, 100.0) && !quick_cpu(1, f64::NAN.max(1e9)));
}

#[test]
fn adapters_are_looked_for_only_when_the_cpu_takes_longer_than_that() {
    assert!(cpu_outruns_discovery(&map(1 << 20, 1.0), &cpu()));
    assert!(!cpu_outruns_discovery(&map(1 << 26, 10.0), &cpu()));
    let elsewhere = Shape { cpu: Err("textures".into()), ..map(10, 1.0) };
    assert!(!cpu_outruns_discovery(&elsewhere, &cpu()));
    assert!(!cpu_outruns_discovery(&resident_sum(10), &cpu()));

    let machine = Profile { searched: false, ..machine(vec![]) };
    let plan = decide(&map(1 << 20, 1.0), &machine, &auto()).unwrap();
    let any = Rejected { alternative: Alternative::AnyGpu, predicted: None, reason: Reason::OpensLater };
    assert_eq!(plan.rejected, [any]);
}

#[test]
fn a_cost_that_is_not_a_number_is_refused() {
    let error = decide(&map(10, f64::NAN), &machine(vec![]), &auto()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "estimated cost of `square`: expected nanoseconds per element from 0 to 1e12, given NaN"
    );
}

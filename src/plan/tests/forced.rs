//! What a forced placement gets.

use super::*;

fn split(gpu: f64) -> Request {
    request(Placement::Split { gpu })
}

#[test]
fn cpu_leaves_every_adapter_out() {
    let plan = decide(&map(1 << 26, 500.0), &machine(vec![discrete()]), &request(Placement::Cpu)).unwrap();
    assert_eq!((plan.choice, reason_against_gpu(&plan)), (Choice::Cpu, Some(&Reason::Placement)));
}

#[test]
fn cpu_for_work_that_it_cannot_run_is_an_error() {
    let shape = Shape { cpu: Err("textures".into()), ..map(10, 1.0) };
    let error = decide(&shape, &machine(vec![discrete()]), &request(Placement::Cpu)).unwrap_err();
    assert!(matches!(error, crate::Error::Unsupported { .. }), "{error}");
}

#[test]
fn gpu_takes_work_that_the_cpu_would_finish_sooner() {
    let plan = decide(&map(100, 1.0), &machine(vec![discrete()]), &request(Placement::Gpu)).unwrap();
    assert_eq!(plan.choice, Choice::Gpu);
}

#[test]
fn gpu_means_hardware_if_there_is_any_and_software_if_not() {
    let adapter = |gpus| {
        let plan = decide(&map(1 << 20, 1.0), &machine(gpus), &request(Placement::Gpu)).unwrap();
        plan.adapter.unwrap()
    };
    assert_eq!(adapter(vec![software(), discrete()]), "Discrete");
    assert_eq!(adapter(vec![software()]), "Software");
}

#[test]
fn gpu_without_an_adapter_is_an_error() {
    for placement in [Placement::Gpu, Placement::Split { gpu: 0.5 }] {
        let error = decide(&map(10, 1.0), &machine(vec![]), &request(placement)).unwrap_err();
        assert_eq!(error.to_string(), "no usable GPU adapter: none was found");
    }
}

#[test]
fn gpu_with_failed_devices_alone_names_each_failure() {
    let failed = GpuProfile { state: DeviceState::Failed("lost twice".into()), ..discrete() };
    let error = decide(&map(10, 1.0), &machine(vec![failed]), &request(Placement::Gpu)).unwrap_err();
    assert_eq!(error.to_string(), "no usable GPU adapter: Discrete: device failed: lost twice");
}

#[test]
fn gpu_with_failed_devices_alone_is_the_cpu_where_that_is_allowed() {
    let failed = GpuProfile { state: DeviceState::Failed("lost twice".into()), ..discrete() };
    for placement in [Placement::Gpu, Placement::Split { gpu: 0.5 }] {
        let request = Request { cpu_fallback: true, ..request(placement) };
        let plan = decide(&map(1 << 20, 1.0), &machine(vec![failed.clone()]), &request).unwrap();
        assert_eq!(plan.choice, Choice::Cpu);
        assert_eq!(reason_against_gpu(&plan), Some(&Reason::Failed("lost twice".into())));
        assert_eq!(plan.notes, ["no device is in order, so the CPU takes it"]);
        let error = decide(&map(10, 1.0), &machine(vec![]), &request).unwrap_err();
        assert!(matches!(error, crate::Error::NoAdapter { .. }), "{error}");
    }
}

#[test]
fn work_that_no_gpu_can_run_goes_to_the_cpu_and_the_plan_says_why() {
    let shape = Shape { gpu: Err("the adapter has no f64".into()), ..map(10, 1.0) };
    let plan = decide(&shape, &machine(vec![discrete()]), &request(Placement::Gpu)).unwrap();
    assert_eq!(plan.choice, Choice::Cpu);
    assert_eq!(reason_against_gpu(&plan), Some(&Reason::Unsupported("the adapter has no f64".into())));
    assert_eq!(plan.notes, ["no GPU can run this, so the CPU takes it"]);
}

#[test]
fn an_adapter_that_failed_the_probe_is_used_when_forced_with_a_note() {
    let odd = CanonicalOrder::Failed("flushes subnormals".into());
    let machine = machine(vec![GpuProfile { canonical: odd, ..discrete() }]);
    let plan = decide(&resident_sum(1 << 20), &machine, &request(Placement::Gpu)).unwrap();
    assert_eq!(plan.choice, Choice::Gpu);
    assert_eq!(plan.notes, ["`Discrete` gives other bits than the canonical order: flushes subnormals"]);
}

#[test]
fn a_split_that_mixes_bits_of_a_users_operator_is_made_with_a_note() {
    let liberties = CanonicalOrder::Failed("it simplifies a + b - a to b".into());
    let machine = machine(vec![GpuProfile { user_floats: liberties, ..discrete() }]);
    let shape = Shape { user_floats: true, ..resident_sum(1 << 20) };
    let plan = decide(&shape, &machine, &split(0.5)).unwrap();
    assert!(matches!(plan.choice, Choice::Split { .. }));
    let note = "the operator's bits may depend on the split: it simplifies a + b - a to b";
    assert_eq!(plan.notes, [note]);
    let whole = decide(&shape, &machine, &request(Placement::Gpu)).unwrap();
    assert_eq!(whole.notes, [""; 0]);
}

#[test]
fn a_split_is_rounded_to_a_node() {
    let machine = machine(vec![software()]);
    let gpu_elements = |len, share| decide(&map(len, 1.0), &machine, &split(share)).unwrap().gpu_range().end;
    assert_eq!(gpu_elements(1 << 20, 0.3), 19 * 16384);
    assert_eq!(gpu_elements(10_000, 0.5), 4096);
    assert_eq!(gpu_elements(10_000, 1.0), 10_000);
    assert_eq!(gpu_elements(10_000, 0.0), 0);
}

#[test]
fn a_split_of_less_than_half_a_node_is_the_cpu_alone_with_a_note() {
    let plan = decide(&map(1000, 1.0), &machine(vec![software()]), &split(0.9)).unwrap();
    assert_eq!(plan.choice, Choice::Cpu);
    assert_eq!(plan.notes, ["a share of 0.9 is less than half a node of 4096 elements"]);
}

#[test]
fn a_split_with_a_cpu_that_cannot_run_the_work_is_the_gpu_alone_with_a_note() {
    let shape = Shape { cpu: Err("textures".into()), ..map(1 << 20, 1.0) };
    let plan = decide(&shape, &machine(vec![discrete()]), &split(0.5)).unwrap();
    assert_eq!(plan.choice, Choice::Gpu);
    assert_eq!(plan.notes, ["the CPU cannot run this (textures), so the GPU takes all of it"]);
}

#[test]
fn a_share_outside_of_its_domain_is_refused() {
    for share in [f64::NAN, f64::INFINITY, -0.1, 1.1] {
        for len in [0, 1 << 20] {
            let error = decide(&map(len, 1.0), &machine(vec![discrete()]), &split(share)).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("the GPU's share of a split: expected a number from 0 to 1, given {share}")
            );
        }
    }
}

#[test]
fn chunks_fit_the_binding_and_the_memory() {
    let shape = map(1 << 28, 1.0);
    let chunk_len =
        |gpu| decide(&shape, &machine(vec![gpu]), &request(Placement::Gpu)).unwrap().gpu_chunk_len;
    assert_eq!(chunk_len(software()), 1 << 24, "128 MiB of f32 is 2^25, the node below is 4^12");
    assert_eq!(chunk_len(GpuProfile { memory_bytes: 64 << 20, ..software() }), 1 << 20);
}

//! Properties of every plan, on any machine.

use proptest::prelude::*;

use super::*;
use crate::order::TILE_LEN;

fn estimate(low: f64, high: f64) -> impl Strategy<Value = Estimate> {
    let source = prop_oneof![
        Just(Provenance::Prior),
        Just(Provenance::Calibrated),
        (1u32..100).prop_map(|calls| Provenance::Measured { calls }),
    ];
    ((low.ln()..high.ln()).prop_map(f64::exp), source)
        .prop_map(|(value, source)| Estimate::new(value, source).expect("a value in the domain"))
}

fn any_kind() -> impl Strategy<Value = AdapterKind> {
    prop_oneof![Just(AdapterKind::Discrete), Just(AdapterKind::Integrated), Just(AdapterKind::Software)]
}

fn any_gpu() -> impl Strategy<Value = GpuProfile> {
    let state = prop_oneof![
        Just(DeviceState::NotOpened),
        (0.0..1.0).prop_map(|elapsed_s| DeviceState::Opening { elapsed_s }),
        Just(DeviceState::Open),
    ];
    let latencies = (estimate(1e-6, 1e-3), estimate(1e-6, 1e-3), estimate(1e-6, 1e-3));
    let rates = (estimate(1e9, 1e11), estimate(1e9, 1e11), estimate(1e9, 1e12), estimate(1e-13, 1e-9));
    let limits = (20u32..40, prop_oneof![Just(0u64), 1u64 << 20..1 << 36]);
    (any_kind(), state, latencies, rates, limits, any::<(bool, bool)>()).prop_map(
        |(kind, state, latencies, rates, (binding, memory_bytes), (overlaps, single_pass_scan))| GpuProfile {
            state,
            launch_s: latencies.0,
            upload_latency_s: latencies.1,
            download_latency_s: latencies.2,
            upload_rate: rates.0,
            download_rate: rates.1,
            memory_rate: rates.2,
            unit_s: rates.3,
            max_binding: 1 << binding,
            memory_bytes,
            overlaps,
            single_pass_scan,
            ..GpuProfile::prior("Any", kind, 2)
        },
    )
}

fn any_cpu() -> impl Strategy<Value = CpuProfile> {
    (
        1usize..128,
        (estimate(1e9, 1e12), estimate(1e9, 1e11)),
        estimate(1e-10, 1e-8),
        estimate(1e-7, 1e-5),
        estimate(1e-6, 1e-4),
    )
        .prop_map(|(threads, (memory_rate, core_memory_rate), unit_s, call_s, fork_s)| CpuProfile {
            memory_rate,
            core_memory_rate,
            unit_s,
            call_s,
            fork_s,
            ..CpuProfile::prior(threads)
        })
}

fn any_shape() -> impl Strategy<Value = Shape> {
    let kind = prop_oneof![Just(ShapeKind::Map), Just(ShapeKind::Reduce), Just(ShapeKind::Scan)];
    let len = prop_oneof![0usize..10_000, 0usize..1 << 24, 0usize..1 << 40];
    let bytes = (0u32..=64, 0u32..=64, 0u32..=64);
    (kind, len, bytes, 0.0..1000.0, any::<[bool; 3]>()).prop_map(|(kind, len, bytes, cost_ns, flags)| Shape {
        kind,
        host_bytes: bytes.0,
        device_bytes: bytes.1,
        shared_bytes: bytes.2,
        resident_on: (bytes.1 + bytes.2 > 0).then_some(0),
        output_bytes: if kind == ShapeKind::Reduce { 0 } else { 4 },
        result_on_host: flags[0],
        reproducible: flags[1],
        pipeline_cached: flags[2],
        ..map(len, cost_ns)
    })
}

fn any_request() -> impl Strategy<Value = Request> {
    let placement = prop_oneof![
        Just(Placement::Auto),
        Just(Placement::Cpu),
        Just(Placement::Gpu),
        (0.0..=1.0).prop_map(|gpu| Placement::Split { gpu }),
    ];
    (placement, any::<bool>())
        .prop_map(|(placement, allow_software)| Request { allow_software, ..request(placement) })
}

/// A machine where a co-run is often worth it.
fn balanced_gpu() -> impl Strategy<Value = GpuProfile> {
    let rates = (estimate(4e9, 4e10), estimate(4e9, 4e10), estimate(1e-12, 1e-9));
    (rates, 0.0..0.3, any::<bool>()).prop_map(|(rates, contention, overlaps)| GpuProfile {
        upload_rate: rates.0,
        download_rate: rates.1,
        unit_s: rates.2,
        contention,
        overlaps,
        ..discrete()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn predictions_are_finite_positive_and_within_their_bounds(
        shape in any_shape(), cpu in any_cpu(), gpu in any_gpu(), request in any_request(),
    ) {
        let plan = decide(&shape, &Profile { cpu, gpus: vec![gpu], searched: true, budget: None, density: Density::default() }, &request).unwrap();
        let Seconds { low, expected, high } = plan.predicted;
        prop_assert!(0.0 < low && low <= expected && expected <= high && high.is_finite());
        for term in &plan.terms {
            prop_assert!(term.seconds.expected.is_finite() && term.seconds.expected >= 0.0);
        }
    }

    #[test]
    fn the_parts_cover_all_elements_once_and_meet_at_a_node(
        shape in any_shape(), cpu in any_cpu(), gpu in any_gpu(), request in any_request(),
    ) {
        let plan = decide(&shape, &Profile { cpu, gpus: vec![gpu], searched: true, budget: None, density: Density::default() }, &request).unwrap();
        let (gpu, cpu) = (plan.gpu_range(), plan.cpu_range());
        prop_assert_eq!((gpu.start, gpu.end, cpu.end), (0, cpu.start, shape.len));
        if let Choice::Split { gpu_elements } = plan.choice {
            prop_assert!(0 < gpu_elements && gpu_elements < shape.len);
            let grain = super::super::chunk::split_grain(shape.len);
            prop_assert_eq!(gpu_elements % grain, 0);
            prop_assert!(grain == TILE_LEN || grain <= shape.len / 64);
        }
    }

    #[test]
    fn chunks_are_nodes_of_the_canonical_tree(
        shape in any_shape(), cpu in any_cpu(), gpu in any_gpu(), request in any_request(),
    ) {
        let plan = decide(&shape, &Profile { cpu, gpus: vec![gpu], searched: true, budget: None, density: Density::default() }, &request).unwrap();
        let parts = [(plan.gpu_range(), plan.gpu_chunk_len), (plan.cpu_range(), plan.cpu_chunk_len)];
        for (range, chunk) in parts {
            let is_node = chunk >= TILE_LEN && chunk.is_power_of_two() && chunk.trailing_zeros() % 2 == 0;
            prop_assert!(range.is_empty() || is_node, "{chunk} elements are no node");
        }
    }

    #[test]
    fn auto_never_co_runs_with_a_software_adapter_nor_takes_one_that_was_not_allowed(
        shape in any_shape(), cpu in any_cpu(), gpu in any_gpu(), allow_software: bool,
    ) {
        let gpu = GpuProfile { kind: AdapterKind::Software, ..gpu };
        let request = Request { allow_software, ..auto() };
        let plan = decide(&shape, &Profile { cpu, gpus: vec![gpu], searched: true, budget: None, density: Density::default() }, &request).unwrap();
        prop_assert!(plan.choice == Choice::Cpu || (allow_software && plan.choice == Choice::Gpu));
    }

    #[test]
    fn what_is_chosen_is_the_soonest_of_what_was_evaluated(
        shape in any_shape(), cpu in any_cpu(), gpu in any_gpu(), other in any_gpu(), allow_software: bool,
    ) {
        let request = Request { allow_software, ..auto() };
        let plan = decide(&shape, &Profile { cpu, gpus: vec![gpu, other], searched: true, budget: None, density: Density::default() }, &request).unwrap();
        for rejected in &plan.rejected {
            // A split may be a little sooner than the others, and not worth it.
            let margin = if rejected.reason == Reason::GainsLittle { 0.96 } else { 1.0 };
            if let Some(seconds) = rejected.predicted {
                prop_assert!(seconds.expected >= margin * plan.predicted.expected, "{plan}");
            }
        }
    }

    #[test]
    fn a_slower_launch_never_gives_the_gpu_more(
        shape in any_shape(), cpu in any_cpu(), gpu in balanced_gpu(), factor in 1.0..100.0,
    ) {
        let elements = |gpu| {
            decide(&shape, &Profile { cpu: cpu.clone(), gpus: vec![gpu], searched: true, budget: None, density: Density::default() }, &auto()).unwrap().gpu_range().end
        };
        let slower = Estimate::new(gpu.launch_s.value() * factor, gpu.launch_s.source()).unwrap();
        let before = elements(gpu.clone());
        let after = elements(GpuProfile { launch_s: slower, ..gpu });
        prop_assert!(after <= before, "{after} > {before}");
    }

    #[test]
    fn a_device_that_is_not_open_is_left_alone_where_the_cpu_is_done_sooner(
        shape in any_shape(), cpu in any_cpu(), gpu in any_gpu(),
    ) {
        let gpu = GpuProfile { state: DeviceState::NotOpened, ..gpu };
        let open_s = gpu.open_s.value();
        let profile = Profile { cpu, gpus: vec![gpu], searched: true, budget: None, density: Density::default() };
        let alone = decide(&shape, &profile, &request(Placement::Cpu)).unwrap();
        if alone.predicted.expected <= open_s {
            prop_assert_eq!(decide(&shape, &profile, &allowing_software()).unwrap().choice, Choice::Cpu);
        }
    }
}

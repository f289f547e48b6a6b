//! What the planner is told of a scenario's machine: what it would know of a real one.

use super::device::Device;
use super::scenario::{Pattern, Scenario};
use crate::plan::{
    AdapterKind, CanonicalOrder, CpuProfile, Density, DeviceState, GpuProfile, Profile, Shape, ShapeKind,
};

/// The work as the planner sees it.
pub(super) fn shape(scenario: &Scenario, device: &Device) -> Shape {
    let work = &scenario.work;
    let kind = match work.kind {
        Pattern::Map => ShapeKind::Map,
        Pattern::Reduce => ShapeKind::Reduce,
        Pattern::Scan => ShapeKind::Scan,
    };
    let output_bytes = if kind == ShapeKind::Reduce { 0 } else { work.bytes_out };
    let (host_bytes, shared_bytes) = if work.resident { (0, work.bytes_in) } else { (work.bytes_in, 0) };
    Shape {
        kind,
        label: scenario.name.clone(),
        code: 1,
        len: work.len,
        host_bytes,
        device_bytes: 0,
        shared_bytes,
        resident_on: work.resident.then_some(0),
        widest_bytes: 4,
        output_bytes,
        result_on_host: true,
        cost_ns: work.cost_ns,
        reproducible: kind != ShapeKind::Map,
        user_floats: false,
        pipeline_cached: device.is_compiled(),
        compiling_for_s: device.compiling_for_s(scenario),
        cpu: Ok(()),
        gpu: Ok(()),
    }
}

/// The machine as the planner sees it. Rates of an open device are calibrated; how fast anything computes is assumed.
pub(super) fn profile(scenario: &Scenario, state: DeviceState) -> Profile {
    let mut cpu = CpuProfile::prior(scenario.cpu.threads);
    cpu.memory_rate.calibrate(scenario.cpu.memory_gbps * 1e9);
    let gpus = scenario.gpu.iter().map(|model| {
        let kind = match model.kind.as_str() {
            "integrated" => AdapterKind::Integrated,
            "software" => AdapterKind::Software,
            _ => AdapterKind::Discrete,
        };
        let mut gpu = GpuProfile::prior("simulated", kind, scenario.cpu.threads);
        gpu.max_binding = (1 << 31) - 1;
        gpu.overlaps = model.overlaps;
        if state == DeviceState::Open {
            let error = model.calibration_error;
            gpu.canonical = CanonicalOrder::Passed;
            gpu.user_floats = CanonicalOrder::Passed;
            gpu.launch_s.calibrate(model.launch_us * 1e-6);
            gpu.upload_rate.calibrate(model.upload_gbps * 1e9 * error);
            gpu.download_rate.calibrate(model.download_gbps * 1e9 * error);
            gpu.memory_rate.calibrate(model.memory_gbps * 1e9 * error);
        }
        gpu.state = state.clone();
        gpu
    });
    Profile { cpu, gpus: gpus.collect(), searched: true, budget: None, density: Density::default() }
}

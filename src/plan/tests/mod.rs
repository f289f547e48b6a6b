//! Tests of the planner, and the machines and works that they share.

mod auto;
mod explain;
mod forced;
mod launch;
mod learn;
mod pace;
mod placement;
mod properties;

use super::*;

/// A number that was timed on the machine.
fn calibrated(value: f64) -> Estimate {
    Estimate::new(value, Provenance::Calibrated).expect("a number of the tests' own")
}

/// Two threads that move 16 GB/s.
fn cpu() -> CpuProfile {
    CpuProfile { memory_rate: calibrated(16e9), core_memory_rate: calibrated(10e9), ..CpuProfile::prior(2) }
}

/// An open discrete GPU behind a fast bus.
fn discrete() -> GpuProfile {
    GpuProfile {
        state: DeviceState::Open,
        canonical: CanonicalOrder::Passed,
        user_floats: CanonicalOrder::Passed,
        upload_rate: calibrated(24e9),
        download_rate: calibrated(20e9),
        max_binding: (1 << 31) - 1,
        ..GpuProfile::prior("Discrete", AdapterKind::Discrete, 2)
    }
}

/// An open software adapter.
fn software() -> GpuProfile {
    GpuProfile {
        state: DeviceState::Open,
        canonical: CanonicalOrder::Passed,
        user_floats: CanonicalOrder::Passed,
        ..GpuProfile::prior("Software", AdapterKind::Software, 2)
    }
}

fn machine(gpus: Vec<GpuProfile>) -> Profile {
    Profile { cpu: cpu(), gpus, searched: true, budget: None, density: Density::default() }
}

/// A map of one f32 to another, from host to host.
fn map(len: usize, cost_ns: f64) -> Shape {
    Shape {
        kind: ShapeKind::Map,
        label: "square".into(),
        code: 0,
        len,
        host_bytes: 4,
        device_bytes: 0,
        shared_bytes: 0,
        resident_on: None,
        widest_bytes: 4,
        output_bytes: 4,
        result_on_host: true,
        cost_ns,
        reproducible: false,
        user_floats: false,
        pipeline_cached: true,
        compiling_for_s: None,
        cpu: Ok(()),
        gpu: Ok(()),
    }
}

/// A float sum of what is on the first adapter.
fn resident_sum(len: usize) -> Shape {
    Shape {
        kind: ShapeKind::Reduce,
        label: "Sum".into(),
        host_bytes: 0,
        shared_bytes: 4,
        resident_on: Some(0),
        output_bytes: 0,
        reproducible: true,
        ..map(len, 0.3)
    }
}

fn request(placement: Placement) -> Request {
    Request { placement, origin: Origin::Argument, ..Request::default() }
}

fn auto() -> Request {
    Request::default()
}

fn allowing_software() -> Request {
    Request { allow_software: true, ..Request::default() }
}

/// The reasons given for an adapter alone.
fn reason_against_gpu(plan: &Plan) -> Option<&Reason> {
    let of_gpu = |rejected: &&Rejected| matches!(rejected.alternative, Alternative::Gpu { .. });
    plan.rejected.iter().find(of_gpu).map(|rejected| &rejected.reason)
}

/// The reasons given for a split.
fn reason_against_split(plan: &Plan) -> Option<&Reason> {
    let of_split = |rejected: &&Rejected| matches!(rejected.alternative, Alternative::Split { .. });
    plan.rejected.iter().find(of_split).map(|rejected| &rejected.reason)
}

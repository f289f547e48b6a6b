//! What is known of an adapter: assumed while it is closed, measured when it has been opened.

use pollster::block_on;

use crate::gpu::{AdapterInfo, Gpu};
use crate::plan::{AdapterKind, CanonicalOrder, DeviceState, GpuProfile};

/// What is assumed of an adapter that is not open.
pub(super) fn prior(info: &AdapterInfo, threads: usize) -> GpuProfile {
    let kind = match info.kind {
        _ if info.software => AdapterKind::Software,
        "integrated" => AdapterKind::Integrated,
        _ => AdapterKind::Discrete,
    };
    let mut profile = GpuProfile::prior(&info.name, kind, threads);
    profile.max_binding = info.max_binding_bytes;
    profile
}

/// Bytes that the calibration of an adapter's transfers moves: a few milliseconds.
const CALIBRATION_BYTES: usize = 8 << 20;

/// The profile with what a short calibration of the open device found. What cannot be measured stays assumed.
pub(super) fn measured(gpu: &Gpu, mut profile: GpuProfile, open_s: f64) -> GpuProfile {
    profile.state = DeviceState::Open;
    profile.open_s.calibrate(open_s);
    let found = |findings: Vec<&str>| match findings[..] {
        [] => CanonicalOrder::Passed,
        _ => CanonicalOrder::Failed(findings.join(", ")),
    };
    (profile.canonical, profile.user_floats) = match block_on(gpu.probe()) {
        Ok(verdict) => {
            let of_users = [&verdict.departures[..], &verdict.liberties].concat();
            (found(verdict.departures), found(of_users))
        }
        Err(error) => {
            let failed = CanonicalOrder::Failed(format!("the probe did not run: {error}"));
            (failed.clone(), failed)
        }
    };
    if let Ok(costs) = block_on(gpu.measure(CALIBRATION_BYTES)) {
        let latency_s = costs.latency.as_secs_f64();
        profile.launch_s.calibrate(latency_s);
        profile.upload_rate.calibrate(costs.upload_bytes_per_s);
        profile.download_rate.calibrate(costs.download_bytes_per_s);
        profile.memory_rate.calibrate(costs.memory_bytes_per_s);
    }
    profile
}

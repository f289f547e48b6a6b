//! What wgpu says of the adapter, and the machine around it, as lines of `name: value`.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::environment::machine;
use crate::raw::Raw;

/// Writes the file.
pub(super) fn record(raw: &Raw, first_open_us: f64, path: &Path) -> Result<(), String> {
    let mut text = String::new();
    let first_open = ("first open of the process, ms", format!("{:.1}", first_open_us / 1000.0));
    for (name, value) in machine().into_iter().chain(adapter(raw)).chain([first_open]) {
        let _ = writeln!(text, "{name}: {value}");
    }
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}

fn adapter(raw: &Raw) -> Vec<(&'static str, String)> {
    use wgpu::Features;
    let (info, limits, features) = (&raw.info, raw.adapter.limits(), raw.adapter.features());
    let has = |feature: Features| if features.contains(feature) { "yes" } else { "no" }.to_owned();
    vec![
        ("gpu", info.name.clone()),
        ("driver", format!("{} {}", info.driver, info.driver_info).trim().to_owned()),
        ("backend", info.backend.to_str().to_owned()),
        ("device type", format!("{:?}", info.device_type)),
        ("vendor and device", format!("{:#06x} {:#06x}", info.vendor, info.device)),
        ("wgpu", version_of("wgpu").unwrap_or("unknown").to_owned()),
        ("workgroup memory", limits.max_compute_workgroup_storage_size.to_string()),
        ("workgroup invocations", limits.max_compute_invocations_per_workgroup.to_string()),
        ("workgroups per dimension", limits.max_compute_workgroups_per_dimension.to_string()),
        ("subgroup size, least", info.subgroup_min_size.to_string()),
        ("subgroup size, most", info.subgroup_max_size.to_string()),
        ("subgroups", has(Features::SUBGROUP)),
        ("subgroup barrier", has(Features::SUBGROUP_BARRIER)),
        ("int64", has(Features::SHADER_INT64)),
        ("int64 atomics, all", has(Features::SHADER_INT64_ATOMIC_ALL_OPS)),
        ("int64 atomics, minimum and maximum", has(Features::SHADER_INT64_ATOMIC_MIN_MAX)),
        ("f64", has(Features::SHADER_F64)),
        ("f16", has(Features::SHADER_F16)),
        ("timestamps", has(Features::TIMESTAMP_QUERY)),
        ("timestamps between commands", has(Features::TIMESTAMP_QUERY_INSIDE_ENCODERS)),
        ("timestamps within passes", has(Features::TIMESTAMP_QUERY_INSIDE_PASSES)),
        ("timestamp period, ns", raw.queue.get_timestamp_period().to_string()),
        ("passthrough shaders", has(Features::PASSTHROUGH_SHADERS)),
        ("immediate data", limits.max_immediate_size.to_string()),
        ("mappable storage", has(Features::MAPPABLE_PRIMARY_BUFFERS)),
        ("buffer, most bytes", limits.max_buffer_size.to_string()),
        ("storage binding, most bytes", limits.max_storage_buffer_binding_size.to_string()),
        ("storage buffers per stage", limits.max_storage_buffers_per_shader_stage.to_string()),
        // wgpu does not tell; of NVIDIA's, nvidia-smi above has the size.
        ("memory heaps", "not reported by wgpu".to_owned()),
    ]
}

/// The version of a package that this program is built with.
fn version_of(package: &str) -> Option<&'static str> {
    let lock = include_str!("../../../Cargo.lock");
    let (_, after) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    after.split('"').next()
}

//! Adapters: which GPUs there are, which one is used, and why others are not.
//!
//! Real GPUs come before software ones (discrete, integrated, virtual, then the CPU's own cores). Nothing here panics
//! or prints when there is no driver at all: the list is empty and the reason says what was looked for.

use std::sync::OnceLock;

use crate::error::{Error, Result};
use crate::tuning::Traits;

/// An adapter as people and planners see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AdapterInfo {
    /// Name that the driver gives: `NVIDIA H100`, `llvmpipe (LLVM 15.0.6, 256 bits)`.
    pub(crate) name: String,
    /// `vulkan`, `metal` or `dx12`.
    pub(crate) backend: String,
    /// `discrete`, `integrated`, `virtual`, `software` or `other`.
    pub(crate) kind: &'static str,
    /// Driver and its version, as it describes itself.
    pub(crate) driver: String,
    /// Runs on the CPU's cores.
    pub(crate) software: bool,
    /// Bytes of one storage binding, at most.
    pub(crate) max_binding_bytes: u64,
    /// Bytes of one buffer, at most.
    pub(crate) max_buffer_bytes: u64,
    /// Storage buffers of one pass, at most.
    pub(crate) max_storage_buffers: u32,
    /// Bytes of workgroup memory.
    pub(crate) workgroup_bytes: u32,
    /// Invocations of a workgroup, at most.
    pub(crate) max_threads: u32,
    /// Workgroups of one dimension of a dispatch, at most.
    pub(crate) max_groups: u32,
    /// The CPU can write and read storage buffers in place.
    pub(crate) mappable: bool,
    /// Invocations of a subgroup, from and to; none where shaders cannot exchange values in them.
    pub(crate) subgroups: Option<[u32; 2]>,
    /// Bytes of parameters that travel with commands.
    pub(crate) immediate_bytes: u32,
    /// Atomics of 64 bits in storage buffers.
    pub(crate) atomics_64: bool,
    /// Why the adapter cannot be used, if so.
    pub(crate) unusable: Option<String>,
}

/// Which adapter to open.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choice {
    /// Part of the name, in any case; empty or `None` accepts all.
    pub(crate) name: Option<String>,
    /// Accept adapters that run on the CPU's cores.
    pub(crate) software: bool,
}

impl AdapterInfo {
    /// What tuning depends on.
    pub(crate) fn traits(&self) -> Traits {
        Traits {
            name: self.name.clone(),
            kind: self.kind.to_owned(),
            software: self.software,
            // Metal schedules workgroups without a promise of progress.
            forward_progress: !self.software && matches!(self.backend.as_str(), "vulkan" | "dx12"),
            workgroup_bytes: self.workgroup_bytes,
            max_threads: self.max_threads,
            subgroup: self.subgroups.filter(|[least, most]| least == most).map(|[size, _]| size),
            immediate_bytes: self.immediate_bytes,
            atomics_64: self.atomics_64,
        }
    }
}

const BACKENDS: wgpu::Backends =
    wgpu::Backends::VULKAN.union(wgpu::Backends::METAL).union(wgpu::Backends::DX12);

/// Storage buffers that the simplest pass needs.
const MIN_STORAGE_BUFFERS: u32 = 4;

/// The way to the drivers, for as long as the process lives: with the last instance a driver would be unloaded, perhaps by
/// another thread while the process ends and runs what that driver has registered for its end.
fn instance() -> &'static wgpu::Instance {
    static INSTANCE: OnceLock<wgpu::Instance> = OnceLock::new();
    INSTANCE.get_or_init(|| {
        wgpu::Instance::new(wgpu::InstanceDescriptor {
            backends: BACKENDS,
            flags: wgpu::InstanceFlags::empty(),
            ..wgpu::InstanceDescriptor::new_without_display_handle()
        })
    })
}

/// All adapters, the preferred ones first.
pub(super) fn enumerate() -> Vec<(wgpu::Adapter, AdapterInfo)> {
    let adapters = pollster::block_on(instance().enumerate_adapters(BACKENDS));
    let mut adapters: Vec<_> = adapters.into_iter().map(|adapter| (describe(&adapter), adapter)).collect();
    adapters.sort_by_key(|(info, adapter)| (info.unusable.is_some(), rank(adapter.get_info().device_type)));
    adapters.into_iter().map(|(info, adapter)| (adapter, info)).collect()
}

/// The adapter that `choice` means, or why there is none.
pub(super) fn choose(choice: &Choice) -> Result<(wgpu::Adapter, AdapterInfo)> {
    let mut refused = Vec::new();
    for (adapter, info) in enumerate() {
        match refusal(&info, choice) {
            None => return Ok((adapter, info)),
            Some(why) => refused.push(format!("`{}` ({}): {why}", info.name, info.backend)),
        }
    }
    let reason = if refused.is_empty() {
        "no Vulkan, Metal or DirectX 12 driver was found".to_owned()
    } else {
        refused.join("; ")
    };
    Err(Error::NoAdapter { reason })
}

fn refusal(info: &AdapterInfo, choice: &Choice) -> Option<String> {
    let wanted = choice.name.as_deref().unwrap_or_default().to_lowercase();
    if !info.name.to_lowercase().contains(&wanted) {
        return Some(format!("its name does not contain `{wanted}`"));
    }
    if info.software && !choice.software {
        return Some("it runs on the CPU's cores, and software adapters are not allowed".to_owned());
    }
    info.unusable.clone()
}

fn rank(kind: wgpu::DeviceType) -> u8 {
    match kind {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    }
}

fn describe(adapter: &wgpu::Adapter) -> AdapterInfo {
    let (info, limits, features) = (adapter.get_info(), adapter.limits(), adapter.features());
    let compute = adapter.get_downlevel_capabilities().flags.contains(wgpu::DownlevelFlags::COMPUTE_SHADERS);
    let unusable = if !compute {
        Some("it has no compute shaders".to_owned())
    } else if limits.max_storage_buffers_per_shader_stage < MIN_STORAGE_BUFFERS {
        let given = limits.max_storage_buffers_per_shader_stage;
        Some(format!("a pass can bind {given} storage buffers, {MIN_STORAGE_BUFFERS} are needed"))
    } else {
        None
    };
    let kind = match info.device_type {
        wgpu::DeviceType::DiscreteGpu => "discrete",
        wgpu::DeviceType::IntegratedGpu => "integrated",
        wgpu::DeviceType::VirtualGpu => "virtual",
        wgpu::DeviceType::Cpu => "software",
        wgpu::DeviceType::Other => "other",
    };
    let driver = [info.driver.as_str(), info.driver_info.as_str()].join(" ").trim().to_owned();
    AdapterInfo {
        name: info.name,
        backend: info.backend.to_str().to_owned(),
        kind,
        driver,
        software: info.device_type == wgpu::DeviceType::Cpu,
        max_binding_bytes: limits.max_storage_buffer_binding_size,
        max_buffer_bytes: limits.max_buffer_size,
        max_storage_buffers: limits.max_storage_buffers_per_shader_stage,
        workgroup_bytes: limits.max_compute_workgroup_storage_size,
        max_threads: limits.max_compute_invocations_per_workgroup.min(limits.max_compute_workgroup_size_x),
        max_groups: limits.max_compute_workgroups_per_dimension,
        mappable: features.contains(wgpu::Features::MAPPABLE_PRIMARY_BUFFERS),
        subgroups: features
            .contains(wgpu::Features::SUBGROUP)
            .then_some([info.subgroup_min_size, info.subgroup_max_size]),
        immediate_bytes: match features.contains(wgpu::Features::IMMEDIATES) {
            true => limits.max_immediate_size,
            false => 0,
        },
        atomics_64: features
            .contains(wgpu::Features::SHADER_INT64.union(wgpu::Features::SHADER_INT64_ATOMIC_ALL_OPS)),
        unusable,
    }
}

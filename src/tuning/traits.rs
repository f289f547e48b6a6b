//! What an adapter is, as far as tuning depends on it.

use serde::{Deserialize, Serialize};

/// An adapter, as plain numbers. [`Adapter::traits`](crate::Adapter::traits) has those of a real one; the default is what
/// WebGPU promises of every adapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traits {
    /// The name that the driver gives.
    pub name: String,
    /// `discrete`, `integrated`, `virtual`, `software` or `other`.
    pub kind: String,
    /// Runs on the CPU's cores (lavapipe, WARP): barriers are expensive and memory access is scalar.
    pub software: bool,
    /// Workgroups that have started keep making progress while others spin.
    pub forward_progress: bool,
    /// Bytes of workgroup memory.
    pub workgroup_bytes: u32,
    /// Invocations of a workgroup.
    pub max_threads: u32,
    /// Invocations of a subgroup, where all subgroups have as many and shaders may exchange values in them.
    pub subgroup: Option<u32>,
    /// Bytes of parameters that travel with commands (Vulkan's push constants).
    pub immediate_bytes: u32,
    /// Atomic loads, stores and additions of 64 bits in storage buffers.
    pub atomics_64: bool,
}

impl Default for Traits {
    fn default() -> Self {
        Self {
            name: String::new(),
            kind: "other".into(),
            software: false,
            forward_progress: false,
            workgroup_bytes: 16 << 10,
            max_threads: 256,
            subgroup: None,
            immediate_bytes: 0,
            atomics_64: false,
        }
    }
}

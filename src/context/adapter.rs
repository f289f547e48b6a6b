//! Adapters as users see them.

use std::fmt;

use super::Context;
use crate::gpu::AdapterInfo;
use crate::tuning::Traits;

/// An adapter of this machine: what it is, its limits, and whether it can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Adapter {
    /// The name that the driver gives.
    pub name: String,
    /// `vulkan`, `metal` or `dx12`.
    pub backend: String,
    /// `discrete`, `integrated`, `virtual`, `software` or `other`.
    pub kind: String,
    /// Driver and its version, as it describes itself.
    pub driver: String,
    /// True when it runs on the cores of the CPU: never chosen by `Auto` unless allowed.
    pub software: bool,
    /// Bytes of one binding, at most; longer data is cut into chunks.
    pub max_binding_bytes: u64,
    /// Bytes of workgroup memory.
    pub workgroup_bytes: u32,
    /// Invocations of a workgroup, at most.
    pub max_threads: u32,
    /// Workgroups of one dimension of a dispatch, at most; larger grids are folded.
    pub max_groups: u32,
    /// True when the CPU reads and writes its memory in place, without staging.
    pub mappable: bool,
    /// Invocations of a subgroup, from and to; `None` where shaders cannot exchange values in them.
    pub subgroups: Option<[u32; 2]>,
    /// Why it cannot be used, if so.
    pub unusable: Option<String>,
    traits: Traits,
}

impl Adapter {
    /// What the [tuning](crate::tuning) of its passes depends on.
    pub fn traits(&self) -> &Traits {
        &self.traits
    }
}

impl From<&AdapterInfo> for Adapter {
    fn from(info: &AdapterInfo) -> Self {
        Self {
            name: info.name.clone(),
            backend: info.backend.clone(),
            kind: info.kind.to_owned(),
            driver: info.driver.clone(),
            software: info.software,
            max_binding_bytes: info.max_binding_bytes,
            workgroup_bytes: info.workgroup_bytes,
            max_threads: info.max_threads,
            max_groups: info.max_groups,
            mappable: info.mappable,
            subgroups: info.subgroups,
            unusable: info.unusable.clone(),
            traits: info.traits(),
        }
    }
}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {}", self.name, self.backend, self.kind)?;
        if !self.driver.is_empty() {
            write!(f, ", {}", self.driver)?;
        }
        write!(f, ")")?;
        match &self.unusable {
            Some(why) => write!(f, ", cannot be used: {why}"),
            None => Ok(()),
        }
    }
}

impl Context {
    /// The adapters of this machine, the preferred one first; none without a driver. Looks for them at the first call,
    /// and opens none.
    pub fn adapters(&self) -> Vec<Adapter> {
        self.shared.devices.adapters().iter().map(Adapter::from).collect()
    }
}

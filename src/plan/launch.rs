//! Where a launch of a kernel runs: whole on one executor, or, where it is asked for and the kernel can be cut, on both.
//!
//! Nothing is known of a kernel's cost, so nothing is predicted: `Auto` takes a GPU that is no software adapter where
//! there is one, else the CPU.

use super::outcome::{Alternative, Choice, Plan, Reason, Rejected};
use super::placement::{Placement, Request};
use super::profile::{DeviceState, GpuProfile};
use super::seconds::Seconds;
use crate::error::{Error, Result};

/// A launch as the planner sees it.
#[derive(Debug)]
pub(crate) struct LaunchShape {
    /// `main, 4 x 1 x 1 workgroups of 64 x 1 x 1`.
    pub(crate) label: String,
    pub(crate) invocations: usize,
    /// Where a split is asked for: the invocations that the device would take, or why the kernel cannot be cut.
    pub(crate) split: Option<Result<usize, String>>,
    /// Where a device cannot bind the launch's memory at once: the parts that it would take, or why it cannot be cut.
    pub(crate) parts: Option<Result<usize, String>>,
}

/// Decides where a launch runs. `gpus` may be empty where the placement is `Cpu`; `threads` are the CPU's.
///
/// # Errors
///
/// - [`Error::Value`]: the share of a split is out of its domain.
/// - [`Error::NoAdapter`]: the placement asks for a GPU and none is usable.
pub(crate) fn decide_launch(
    shape: &LaunchShape,
    gpus: &[GpuProfile],
    threads: usize,
    request: &Request,
) -> Result<Plan> {
    let placement = request.placement.validated()?;
    let mut notes = Vec::new();
    let wants_gpu = match placement {
        Placement::Cpu => false,
        Placement::Auto | Placement::Gpu => true,
        // Of a kernel that is not cut, the executor with the larger share takes everything.
        Placement::Split { gpu } => gpu >= 0.5 || matches!(shape.split, Some(Ok(_))),
    };
    let forced = wants_gpu && placement != Placement::Auto;
    let refusal = |gpu: &GpuProfile| match &gpu.state {
        DeviceState::Failed(why) => Some(Reason::Failed(why.clone())),
        _ if !wants_gpu => Some(Reason::Placement),
        _ if !forced && gpu.is_software() && !request.allow_software => Some(Reason::Software),
        _ => None,
    };
    let reject = |alternative, reason| Rejected { alternative, predicted: None, reason };
    let mut rejected = Vec::new();
    if let (Some(Err(why)), Some(gpu)) = (&shape.split, gpus.first()) {
        let alternative = Alternative::Split { adapter: gpu.name.clone(), gpu_elements: None };
        rejected.push(reject(alternative, Reason::Uncut(why.clone())));
    }
    let mut chosen = None;
    for (index, gpu) in gpus.iter().enumerate() {
        match refusal(gpu) {
            Some(reason) => rejected.push(reject(Alternative::Gpu { adapter: gpu.name.clone() }, reason)),
            None if chosen.is_none() => chosen = Some(index),
            None => {
                rejected.push(reject(Alternative::Gpu { adapter: gpu.name.clone() }, Reason::Placement));
            }
        }
    }
    if forced && chosen.is_none() {
        let reasons = rejected.iter().map(|rejected| rejected.reason.to_string());
        let reason = match gpus {
            [] => "none was found".to_owned(),
            _ => reasons.collect::<Vec<_>>().join("; "),
        };
        if gpus.is_empty() || !request.cpu_fallback {
            return Err(Error::NoAdapter { reason });
        }
        notes.push("no device is in order, so the CPU takes it".into());
    }
    let choice = match (chosen, &shape.split) {
        (None, _) => Choice::Cpu,
        (Some(_), Some(Ok(gpu_elements))) => Choice::Split { gpu_elements: *gpu_elements },
        (Some(_), _) => Choice::Gpu,
    };
    if choice == Choice::Gpu {
        match &shape.parts {
            Some(Ok(parts)) => {
                notes.push(format!("more memory than the device binds at once: in {parts} parts"))
            }
            Some(Err(why)) => {
                notes.push(format!("more memory than the device binds at once, and it cannot be cut: {why}"));
            }
            None => {}
        }
    }
    if chosen.is_some() && forced {
        rejected.push(reject(Alternative::Cpu, Reason::Placement));
    }
    Ok(Plan {
        label: shape.label.clone(),
        unit: "invocation",
        len: shape.invocations,
        placement: request.placement,
        origin: request.origin,
        choice,
        adapter: chosen.map(|index| gpus[index].name.clone()),
        adapter_index: chosen,
        threads: if choice == Choice::Gpu { 0 } else { threads },
        cpu_chunk_len: 0,
        gpu_chunk_len: 0,
        predicted: Seconds::ZERO,
        contention: 0.0,
        terms: Vec::new(),
        rejected,
        notes,
        course: None,
        prepares: None,
    })
}

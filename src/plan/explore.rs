//! What a plan does beyond the soonest alternative: insurance where speeds are only assumed, and learning within a budget.
//!
//! - Work that would go to a device whose speed for it was never seen is shared with the CPU, which works from the other
//!   end until the speed is known. If the device is as fast as assumed, the CPU's part is small.
//! - Work that goes to the CPU, while a device might be faster within the bounds of what is assumed, gives that device a
//!   small part at the same time. What this costs at most is taken from the budget of exploration.
//! - A device that would be faster if it were open is opened in the background, for the calls to come.

use super::chunk;
use super::cost::GpuCost;
use super::decide::{Candidate, Planner};
use super::learn::Budget;
use super::outcome::Choice;
use super::profile::{CanonicalOrder, DeviceState};
use super::shape::{Shape, ShapeKind};
use super::share;

/// Share of the CPU's time that a probe may take at most, if the device is as slow as it might be.
const PROBE_SHARE: f64 = 0.3;

/// Share of the budget that a probe is planned to take: it may take longer than expected.
const SAFETY: f64 = 0.4;

/// Share of the CPU's time within which a device must be ready to join the call.
const IN_TIME: f64 = 0.8;

/// A device that was seen to be slower than the CPU by more than this factor is not looked at again.
const STILL_NEAR: f64 = 20.0;

/// Calls shorter than this make no device ready.
const LEAST_PREPARING_S: f64 = 0.5e-3;

/// What a plan does beyond its choice.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Hedge {
    /// An adapter to learn about, and the elements that it is given.
    pub(super) probe: Option<(usize, usize)>,
    /// An adapter to open, and whose pipelines to compile, in the background.
    pub(super) prepares: Option<usize>,
    /// One of those that may join the call when it is ready.
    pub(super) joins: Option<usize>,
}

/// Insures a choice of `Auto`, or learns beside it. `usable` are the adapters that it may choose.
pub(super) fn hedge(planner: &mut Planner<'_>, chosen: Candidate, usable: &[usize]) -> (Candidate, Hedge) {
    match chosen {
        Candidate { choice: Choice::Gpu, adapter: Some(index), .. } => {
            (insured(planner, chosen, index), Hedge::default())
        }
        Candidate { choice: Choice::Cpu, .. } => {
            let first = usable.iter().copied().find(|&index| !planner.profile.gpus[index].is_software());
            (chosen, first.map_or_else(Hedge::default, |index| beside(planner, &chosen, index)))
        }
        _ => (chosen, Hedge::default()),
    }
}

/// True when a device might be faster than the CPU: one that was never seen at this work, within the bounds of what is
/// assumed; one that was, if it was not far slower, now and then: it may have been busy with something else.
fn is_worth_a_look(planner: &Planner<'_>, cost: &GpuCost, cpu_s: f64) -> bool {
    let ready = cost.once_ready(planner.len);
    if !cost.model().fit().is_measured() {
        return ready.low < cpu_s;
    }
    let seldom = planner.profile.budget.is_some_and(|budget| budget.is_half_full(cpu_s));
    seldom && ready.expected < STILL_NEAR * cpu_s
}

/// True when two executors can share the work in chunks that either may take.
fn can_share(planner: &Planner<'_>, index: usize) -> bool {
    let (shape, gpu) = (planner.shape, &planner.profile.gpus[index]);
    shape.cpu.is_ok()
        && shape.kind != ShapeKind::Scan
        && shape.result_on_host
        && shape.len >= chunk::SPLIT_TILES * crate::order::TILE_LEN
        && !gpu.is_software()
        && planner.mixes_bits(gpu).is_none()
}

fn insured(planner: &mut Planner<'_>, chosen: Candidate, index: usize) -> Candidate {
    let cost = GpuCost::new(planner.shape, planner.profile, index, true);
    if cost.model().fit().is_measured() || !can_share(planner, index) || planner.profile.budget.is_none() {
        return chosen;
    }
    let len = planner.shape.len;
    let grain = chunk::split_grain(len);
    let balance = share::balance(planner.shape, &planner.cpu, &cost);
    let gpu_elements = chunk::snap(balance, len, grain).clamp(grain, len - grain);
    planner.notes.push("how fast the device does this is not known yet, so the CPU works beside it".into());
    Candidate { choice: Choice::Split { gpu_elements }, ..chosen }
}

/// Opens and compiles in the background what might pay later, or in this very call if the CPU is slower than assumed.
fn prepared(planner: &Planner<'_>, index: usize, cost: &GpuCost, cpu_s: f64, budget: &Budget) -> Hedge {
    let gpu = &planner.profile.gpus[index];
    if cpu_s < LEAST_PREPARING_S || matches!(gpu.state, DeviceState::Failed(_)) {
        return Hedge::default();
    }
    // One thread is busy with it meanwhile.
    let price_s = cost.ready_in().expected / planner.profile.cpu.threads.max(1) as f64;
    let ready = cost.once_ready(planner.len);
    let pays = pays_once_ready(planner, index);
    let might_pay = ready.low < cpu_s && price_s < budget.left(cpu_s);
    let in_time = cost.ready_in().expected < IN_TIME * cpu_s || !planner.cpu.model().fit().is_measured();
    let joins = can_share(planner, index) && in_time;
    Hedge {
        prepares: (pays || might_pay).then_some(index),
        joins: (joins && (pays || might_pay)).then_some(index),
        ..Hedge::default()
    }
}

/// True when the work would not go to the CPU alone, were the device open and the pipelines compiled.
fn pays_once_ready(planner: &Planner<'_>, index: usize) -> bool {
    let shape = Shape { pipeline_cached: true, ..planner.shape.clone() };
    let mut profile = planner.profile.clone();
    let gpu = &mut profile.gpus[index];
    gpu.state = DeviceState::Open;
    // What only an open device can tell is taken for granted.
    if gpu.user_floats == CanonicalOrder::Unknown {
        gpu.user_floats = CanonicalOrder::Passed;
    }
    Planner::new(&shape, &profile, planner.request).soonest().is_ok_and(|chosen| chosen.choice != Choice::Cpu)
}

fn beside(planner: &mut Planner<'_>, chosen: &Candidate, index: usize) -> Hedge {
    let gpu = &planner.profile.gpus[index];
    let Some(budget) = planner.profile.budget else { return Hedge::default() };
    let cost = GpuCost::new(planner.shape, planner.profile, index, true);
    let cpu_s = chosen.predicted.expected;
    if cost.ready_in().expected > 0.0 {
        return prepared(planner, index, &cost, cpu_s, &budget);
    }
    if !can_share(planner, index) || !is_worth_a_look(planner, &cost, cpu_s) {
        return Hedge::default();
    }
    let most_s = PROBE_SHARE * cpu_s;
    let contention = gpu.contention.max(0.02);
    // Beside the CPU a probe costs only what it slows that by.
    let affordable_s = most_s.min(SAFETY * budget.left(cpu_s) / contention);
    let grain = chunk::grain(planner.shape.len);
    let grains = (affordable_s / cost.once_ready(grain as f64).high).floor();
    // No number, or less than nothing, is none.
    let elements = (grains.max(0.0) as usize * grain).min(planner.shape.len / 8 / grain * grain);
    if elements == 0 {
        return Hedge::default();
    }
    planner.notes.push(format!("`{}` is given {elements} elements, to learn how fast it is", gpu.name));
    Hedge { probe: Some((index, elements)), ..Hedge::default() }
}

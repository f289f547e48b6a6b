//! What a call has taught, for the history.

use super::call::Call;
use crate::plan::{Executor, History, Observation, WorkKey};

/// What the history needs to know of a call besides the call itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Facts {
    /// What it computed.
    pub(crate) key: WorkKey,
    /// Name of the device that took part, if one did.
    pub(crate) device: Option<String>,
    /// Seconds that opening it took, if the call did that.
    pub(crate) open_s: Option<f64>,
    /// Seconds that compiling its pipelines took.
    pub(crate) compile_s: Option<f64>,
    /// Bytes of an element on the device: its sources and its result.
    pub(crate) element_bytes: u64,
    /// How long the call took in all.
    pub(crate) took_s: f64,
    /// How much of that was for learning.
    pub(crate) explored_s: f64,
}

/// Adds a call to the history.
pub(crate) fn learn(history: &mut History, call: &Call, facts: &Facts) {
    let device = facts.device.as_deref();
    let density = call.settled_density();
    for chunk in call.chunks() {
        let seen = Observation {
            executor: chunk.executor,
            elements: density.weight(&chunk.range, call.len()),
            seconds: chunk.alone_s,
            expected: chunk.expected,
        };
        history.observe(facts.key, device, &seen);
    }
    history.set_density(facts.key, &density);
    if let Some(device) = device {
        if let Some(contention) = call.contention() {
            history.contend(facts.key, device, contention);
        }
        let known = history.device_mut(device);
        facts.open_s.iter().for_each(|&seconds| known.open_s.add(seconds));
        facts.compile_s.iter().for_each(|&seconds| known.compile_s.add(seconds));
        if let Some(elements) = call.ceiling() {
            let bytes = (elements as u64).saturating_mul(facts.element_bytes);
            known.ceiling_bytes = Some(known.ceiling_bytes.unwrap_or(u64::MAX).min(bytes));
        } else if let Some(ceiling) = known.ceiling_bytes {
            // Memory that somebody else had may be free again: what was had is tried twice as large.
            let of = call.chunks().iter().filter(|chunk| chunk.executor == Executor::Gpu);
            let largest = of.map(|chunk| chunk.range.len()).max().unwrap_or(0) as u64 * facts.element_bytes;
            if largest > ceiling / 2 {
                known.ceiling_bytes = Some(ceiling.saturating_mul(2));
            }
        }
    }
    history.budget.spend(facts.took_s, facts.explored_s);
}

/// Seconds of a call that were spent to learn: those in which the CPU waited for a probe, and what the probe slowed it by.
pub(crate) fn explored_s(call: &Call, contention: f64, ended_s: f64) -> f64 {
    if !call.is_probing() {
        return 0.0;
    }
    let of = |executor| call.chunks().iter().filter(move |chunk| chunk.executor == executor);
    let cpu_ended_s = of(Executor::Cpu).map(|chunk| chunk.ended_s).fold(0.0, f64::max);
    let beside_s: f64 = of(Executor::Gpu).map(|chunk| chunk.seconds() * chunk.shared).sum();
    (ended_s - cpu_ended_s).max(0.0) + beside_s * contention / (1.0 + contention)
}

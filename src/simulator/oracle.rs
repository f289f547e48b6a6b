//! The oracle: the best of 41 static splits of a call, on the same machine in the same state.

use super::device::Device;
use super::faults::Faults;
use super::machine::Machine;
use super::play::play_call;
use super::scenario::Scenario;
use crate::error::Result;
use crate::plan::{Course, grain, static_course};

/// Steps of the device's share: 41 splits with both ends, which are the singles.
const STEPS: usize = 40;

/// Times of the best alternatives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Best {
    pub(super) seconds: f64,
    pub(super) share: f64,
    pub(super) cpu_s: f64,
    pub(super) single_s: f64,
}

/// Plays every static split of a call.
pub(super) fn best(scenario: &Scenario, machine: &Machine<'_>, device: &Device) -> Result<Best> {
    let len = scenario.work.len;
    let time = |elements: usize| -> Result<f64> {
        let course: Course = static_course(len, elements, machine.gpu_most(), scenario.is_chained());
        Ok(play_call(scenario, machine, course, &mut device.clone(), &Faults::none(), None)?.seconds)
    };
    let cpu_s = time(0)?;
    // A device without room for one grain can have no part of a static split.
    if scenario.gpu.is_none() || machine.gpu_most() < grain(len) {
        return Ok(Best { seconds: cpu_s, share: 0.0, cpu_s, single_s: cpu_s });
    }
    let gpu_s = time(len)?;
    let single_s = cpu_s.min(gpu_s);
    let mut best = Best { seconds: single_s, share: if gpu_s < cpu_s { 1.0 } else { 0.0 }, cpu_s, single_s };
    for step in 1..STEPS {
        let share = step as f64 / STEPS as f64;
        let seconds = time((share * len as f64) as usize)?;
        if seconds < best.seconds {
            best = Best { seconds, share, ..best };
        }
    }
    Ok(best)
}

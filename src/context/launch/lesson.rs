//! What a launch is told of those before it, and teaches those after it.

use super::super::Context;
use super::super::code::launch_code;
use super::super::cut::Cut;
use super::super::report::Actual;
use crate::dispatch::{Data, Dispatch, Piece};
use crate::plan::{Executor, Model, Observation, WorkKey};
use crate::run::{Call, Facts};

/// What is kept of a launch until it has ended.
#[derive(Debug, Clone, Default)]
pub(super) struct Lesson {
    /// What history knows the kernel by.
    pub(super) key: WorkKey,
    /// How long it would have taken if it did not try something to learn.
    pub(super) otherwise_s: Option<f64>,
}

impl Context {
    pub(super) fn key_of(&self, dispatch: &Dispatch<'_>) -> WorkKey {
        let kernel = self.shared.memory.kernel_code(dispatch);
        let code = launch_code(kernel, dispatch, |array| self.shared.devices.holds(array));
        WorkKey { code, residency: 0 }
    }

    /// Adds a launch that one executor ran whole, in so many seconds of the call's `took_s`.
    pub(super) fn learn_whole(&self, lesson: &Lesson, actual: &Actual, took_s: f64) {
        let device = self.device_of(actual);
        for chunk in &actual.chunks {
            let seen = Observation {
                executor: chunk.executor,
                elements: chunk.range.len() as f64,
                seconds: chunk.ended_s - chunk.began_s,
                expected: None,
            };
            self.shared.memory.observe(&seen, &self.facts(lesson, actual, device.clone(), took_s));
        }
    }

    /// Adds a launch whose parts went through a call.
    pub(super) fn learn_cut(&self, lesson: &Lesson, call: &Call, actual: &Actual, took_s: f64) {
        let device = self.device_of(actual);
        self.shared.memory.learn(call, &self.facts(lesson, actual, device, took_s));
    }

    fn device_of(&self, actual: &Actual) -> Option<String> {
        let is_gpu = actual.chunks.iter().any(|chunk| chunk.executor == Executor::Gpu);
        is_gpu.then(|| self.shared.devices.history_names().first().cloned()).flatten()
    }

    fn facts(&self, lesson: &Lesson, actual: &Actual, device: Option<String>, took_s: f64) -> Facts {
        Facts {
            key: lesson.key,
            device,
            open_s: actual.open_s,
            compile_s: actual.compile_s,
            element_bytes: 0,
            took_s,
            explored_s: lesson.otherwise_s.map_or(0.0, |otherwise_s| (took_s - otherwise_s).max(0.0)),
        }
    }

    /// Bytes of a part that go to a device and come back from it, beside what is there already.
    pub(super) fn moved(&self, dispatch: &Dispatch<'_>, piece: &Piece) -> (u64, u64) {
        let mut moved = (0, 0);
        for (buffer, share) in dispatch.buffers.iter().zip(&piece.shares) {
            let up = 4 * share.words.len() as u64;
            let down: u64 = share.written.iter().map(|words| 4 * words.len() as u64).sum();
            let is_here = match &buffer.data {
                Data::Array(array) => self.shared.devices.holds(array),
                Data::ArrayMut(array) => self.shared.devices.holds(array),
                _ => false,
            };
            let (up, down) = match &buffer.data {
                Data::Sampler(_) => (0, 0),
                Data::Array(_) | Data::ArrayMut(_) => (if is_here { 0 } else { up }, 0),
                // A copy begins with what merging does not change.
                _ if share.merge.is_some() => (0, down),
                _ => (up, down),
            };
            moved = (moved.0 + up, moved.1 + down);
        }
        moved
    }
}

/// Elements that the CPU runs at once, so that a device is looked after about as often as it ends a piece.
pub(super) fn slice(cut: &Cut, cpu: Option<&Model>, gpu: Option<&Model>) -> usize {
    let of = |model: &Model| model.expectation(cut.grain as f64).map(|(seconds, _)| seconds);
    let (Some(cpu_s), Some(gpu_s)) = (cpu.and_then(of), gpu.and_then(of)) else { return usize::MAX };
    let elements = cut.grain as f64 * (gpu_s / cpu_s).clamp(1.0 / 64.0, 1.0);
    (elements as usize / cut.step).max(1) * cut.step
}

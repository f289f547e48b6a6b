//! The machine: how long chunks truly take. Nothing here is told to the planner.

use std::ops::Range;

use super::scenario::{Irregular, Pattern, Scenario};
use crate::plan::Executor;

/// Bytes of one step of a pipeline of transfers and kernels.
const STEP_BYTES: f64 = (8 << 20) as f64;

/// Times of one call on the machine of a scenario.
#[derive(Debug, Clone)]
pub(super) struct Machine<'s> {
    scenario: &'s Scenario,
    /// The call, from 0: noise differs between calls.
    run: usize,
    /// Times of either executor are multiplied by this.
    cpu_factor: f64,
    gpu_factor: f64,
    /// Chunks that the device ran before this call.
    warm_chunks: usize,
}

impl<'s> Machine<'s> {
    pub(super) fn new(scenario: &'s Scenario, run: usize, warm_chunks: usize) -> Self {
        let (mut cpu_factor, mut gpu_factor) = (1.0, 1.0);
        for drift in scenario.drift.iter().filter(|drift| drift.run <= run + 1) {
            cpu_factor *= drift.cpu;
            gpu_factor *= drift.gpu;
        }
        Self { scenario, run, cpu_factor, gpu_factor, warm_chunks }
    }

    /// How much running at once slows both.
    pub(super) fn contention(&self) -> f64 {
        self.scenario.gpu.as_ref().map_or(0.0, |gpu| gpu.contention)
    }

    /// Seconds of the CPU for a chunk, alone; `index` counts its chunks. Of a whole call, the calling thread may do it.
    pub(super) fn cpu_s(&self, range: &Range<usize>, index: usize) -> f64 {
        let (work, cpu) = (&self.scenario.work, &self.scenario.cpu);
        let len = range.len() as f64;
        let evaluations = if work.kind == Pattern::Scan { 2.0 } else { 1.0 };
        let compute_s =
            evaluations * work.cost_ns * work.estimate_error / cpu.speed * 1e-9 * self.density(range);
        let bytes = self.bytes();
        let serial_s = (bytes / (cpu.core_memory_gbps * 1e9)).max(compute_s);
        let parallel_s = (bytes / (cpu.memory_gbps * 1e9)).max(compute_s / cpu.threads as f64);
        let parallel = cpu.fork_us * 1e-6 + len * parallel_s;
        let whole = range.len() == work.len;
        let best = if whole { parallel.min(len * serial_s) } else { parallel };
        let noisy = self.noise(Executor::Cpu, index, cpu.noise);
        let spike = if self.uniform(Executor::Cpu, index, 7) < cpu.spikes { 3.0 } else { 1.0 };
        (cpu.call_us * 1e-6 + best) * noisy * spike * self.cpu_factor
    }

    /// Seconds of the CPU to fold what lies before its own part of a scan.
    pub(super) fn fold_s(&self, range: &Range<usize>) -> f64 {
        if range.is_empty() {
            return 0.0;
        }
        let (work, cpu) = (&self.scenario.work, &self.scenario.cpu);
        let compute_s = work.cost_ns * work.estimate_error / cpu.speed * 1e-9 * self.density(range);
        let memory_s = f64::from(work.bytes_in) / (cpu.memory_gbps * 1e9);
        let per_element = memory_s.max(compute_s / cpu.threads as f64);
        (cpu.fork_us * 1e-6 + range.len() as f64 * per_element) * self.cpu_factor
    }

    /// Seconds of the device for a chunk, alone; `index` counts its chunks in this call.
    pub(super) fn gpu_s(&self, range: &Range<usize>, index: usize) -> f64 {
        let Some(gpu) = &self.scenario.gpu else { return f64::INFINITY };
        let work = &self.scenario.work;
        let len = range.len() as f64;
        let compute_s = work.cost_ns * gpu.unit_ps * 1e-12 * self.density(range);
        let kernel_s = (self.bytes() / (gpu.memory_gbps * 1e9)).max(compute_s);
        let up_s = if work.resident { 0.0 } else { f64::from(work.bytes_in) / (gpu.upload_gbps * 1e9) };
        let down_s = self.bytes_out() / (gpu.download_gbps * 1e9);
        let (sum, most) = (up_s + kernel_s + down_s, up_s.max(kernel_s).max(down_s));
        let moving = if gpu.overlaps {
            let step = (STEP_BYTES / (f64::from(work.bytes_in) + self.bytes_out())).min(len);
            most * len + (sum - most) * step
        } else {
            sum * len
        };
        let filling = kernel_s * gpu.half_rate_len;
        let cliff = gpu.cliff.filter(|cliff| range.len() > cliff.above).map_or(1.0, |cliff| cliff.factor);
        let warming = gpu.warm_up.filter(|warm_up| self.warm_chunks + index < warm_up.chunks);
        let warming = warming.map_or(1.0, |warm_up| warm_up.factor);
        let work_s = (moving + filling) * cliff * warming;
        (gpu.launch_us * 1e-6 + work_s) * self.noise(Executor::Gpu, index, gpu.noise) * self.gpu_factor
    }

    /// Elements of a chunk that the device has memory for.
    pub(super) fn gpu_most(&self) -> usize {
        let Some(mib) = self.scenario.gpu.as_ref().and_then(|gpu| gpu.memory_mib) else { return usize::MAX };
        let bytes = f64::from(self.scenario.work.bytes_in) + self.bytes_out();
        (((mib << 20) as f64 / bytes) as usize).max(1)
    }

    /// Bytes that memory moves per element.
    fn bytes(&self) -> f64 {
        f64::from(self.scenario.work.bytes_in) + self.bytes_out()
    }

    fn bytes_out(&self) -> f64 {
        if self.scenario.work.kind == Pattern::Reduce { 0.0 } else { f64::from(self.scenario.work.bytes_out) }
    }

    /// Mean cost of a range's elements over the mean of all.
    fn density(&self, range: &Range<usize>) -> f64 {
        let len = self.scenario.work.len as f64;
        let (from, to) = (range.start as f64 / len, range.end as f64 / len);
        match self.scenario.work.irregular {
            None => 1.0,
            Some(Irregular::Ramp { factor }) => {
                let at = |x: f64| 1.0 + (factor - 1.0) * x;
                at(0.5 * (from + to)) / at(0.5)
            }
            Some(Irregular::Block { from: low, to: high, factor }) => {
                let inside = (to.min(high) - from.max(low)).max(0.0) / (to - from).max(1e-12);
                let mean = 1.0 + (factor - 1.0) * (high - low);
                (1.0 + (factor - 1.0) * inside) / mean
            }
        }
    }

    fn noise(&self, executor: Executor, index: usize, deviation: f64) -> f64 {
        // Box-Muller.
        let (u, v) = (self.uniform(executor, index, 1), self.uniform(executor, index, 2));
        let normal = (-2.0 * u.max(1e-12).ln()).sqrt() * (std::f64::consts::TAU * v).cos();
        (deviation * normal).exp()
    }

    /// From 0 to 1, by what it is for.
    fn uniform(&self, executor: Executor, index: usize, purpose: u64) -> f64 {
        let who = if executor == Executor::Cpu { 11 } else { 13 };
        let parts = [self.scenario.seed, self.run as u64, who, index as u64, purpose];
        let hash = parts.iter().fold(0x9e37_79b9_7f4a_7c15, |hash, &part| mix(hash ^ part));
        (hash >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A step of SplitMix64 (Steele, Lea, Flood, 2014).
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ x >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

//! The history: what each executor took for each function, and what is known of each device.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::budget::Budget;
use super::density::Density;
use super::samples::Samples;
use crate::plan::outcome::Executor;

/// Share of its weight that an average keeps when a number is added.
const KEEP: f64 = 0.8;

/// Works of an executor that are kept; the rarest go first.
const MAX_WORKS: usize = 4096;

/// What work is told apart by, between processes too: a hash of its text and structure, and where its data lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub(crate) struct WorkKey {
    /// Hash of functions, operator, primitive and types.
    pub(crate) code: u64,
    /// Which transfers the GPU needs, and whether the CPU has to fetch: see [`super::super::Shape::residency`].
    pub(crate) residency: u8,
}

impl WorkKey {
    fn text(self) -> String {
        format!("{:016x}-{:x}", self.code, self.residency)
    }
}

/// A forgetting average.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Average {
    weight: f64,
    sum: f64,
}

impl Average {
    pub(crate) fn add(&mut self, value: f64) {
        if value.is_finite() {
            self.weight = self.weight * KEEP + 1.0;
            self.sum = self.sum * KEEP + value;
        }
    }

    pub(crate) fn mean(&self) -> Option<f64> {
        (self.weight > 0.0).then(|| self.sum / self.weight)
    }

    /// Numbers that count, rounded.
    pub(crate) fn count(&self) -> u32 {
        self.weight.round().max(0.0) as u32
    }

    fn merge(&mut self, other: &Self) {
        let full = 1.0 / (1.0 - KEEP);
        self.weight += other.weight;
        self.sum += other.sum;
        if self.weight > full {
            self.sum *= full / self.weight;
            self.weight = full;
        }
    }

    fn is_sound(&self) -> bool {
        self.sum.is_finite() && self.weight.is_finite() && self.weight >= 0.0
    }
}

/// What is known of one device.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceHistory {
    /// Seconds to open it.
    pub(crate) open_s: Average,
    /// Seconds to compile the pipelines of a work.
    pub(crate) compile_s: Average,
    /// How much running beside the CPU slows both, by work; the empty name holds all works.
    pub(super) contention: BTreeMap<String, Average>,
    /// Bytes of one chunk that the device had no memory for.
    pub(crate) ceiling_bytes: Option<u64>,
    /// Times by work.
    pub(super) works: BTreeMap<String, Samples>,
}

impl DeviceHistory {
    /// How much running beside the CPU slows both, for a work or, where that was never seen, for any.
    pub(crate) fn contention(&self, key: WorkKey) -> Option<f64> {
        let of = |name: &str| self.contention.get(name).and_then(Average::mean);
        of(&key.text()).or_else(|| of(""))
    }

    fn is_sound(&self) -> bool {
        let averages = [&self.open_s, &self.compile_s].into_iter().chain(self.contention.values());
        averages.into_iter().all(Average::is_sound) && self.works.values().all(Samples::is_sound)
    }
}

/// One measured chunk or call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Observation {
    /// Whose.
    pub(crate) executor: Executor,
    pub(crate) elements: f64,
    /// How long it took, less what sharing cost.
    pub(crate) seconds: f64,
    /// What had been predicted, and the standard deviation of its logarithm.
    pub(crate) expected: Option<(f64, f64)>,
}

/// Everything that calls have taught.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct History {
    /// Times of the CPU by work.
    pub(super) cpu: BTreeMap<String, Samples>,
    /// By name and driver.
    pub(super) devices: BTreeMap<String, DeviceHistory>,
    /// How costs vary along the data, by work; absent where they do not.
    #[serde(default)]
    pub(super) densities: BTreeMap<String, Density>,
    /// Of all calls.
    pub(crate) budget: Budget,
}

impl History {
    /// Times of an executor for a work; `device` names the GPU.
    pub(crate) fn samples(&self, executor: Executor, device: &str, key: WorkKey) -> Option<&Samples> {
        let works = match executor {
            Executor::Cpu => &self.cpu,
            Executor::Gpu => &self.devices.get(device)?.works,
        };
        works.get(&key.text())
    }

    /// How costs of a work vary along its data.
    pub(crate) fn density(&self, key: WorkKey) -> Density {
        self.densities.get(&key.text()).cloned().unwrap_or_default()
    }

    /// Replaces that.
    pub(crate) fn set_density(&mut self, key: WorkKey, density: &Density) {
        if density.is_flat() {
            self.densities.remove(&key.text());
        } else if self.densities.len() < MAX_WORKS {
            self.densities.insert(key.text(), density.clone());
        }
    }

    /// What is known of a device.
    pub(crate) fn device(&self, device: &str) -> Option<&DeviceHistory> {
        self.devices.get(device)
    }

    /// The same, to add to.
    pub(crate) fn device_mut(&mut self, device: &str) -> &mut DeviceHistory {
        self.devices.entry(device.to_owned()).or_default()
    }

    /// Adds a chunk or a call. `device` is needed for those of a GPU.
    pub(crate) fn observe(&mut self, key: WorkKey, device: Option<&str>, seen: &Observation) {
        let works = match (seen.executor, device) {
            (Executor::Cpu, _) => &mut self.cpu,
            (Executor::Gpu, Some(device)) => &mut self.device_mut(device).works,
            (Executor::Gpu, None) => return,
        };
        let name = key.text();
        if !works.contains_key(&name) && works.len() >= MAX_WORKS {
            let rarest =
                works.iter().min_by_key(|(_, samples)| samples.calls()).map(|(name, _)| name.clone());
            rarest.map(|name| works.remove(&name));
        }
        works.entry(name).or_default().observe(seen.elements, seen.seconds, seen.expected);
    }

    /// Adds how much running beside the CPU was seen to slow both.
    pub(crate) fn contend(&mut self, key: WorkKey, device: &str, contention: f64) {
        let contention = contention.clamp(0.0, 1.5);
        let averages = &mut self.device_mut(device).contention;
        averages.entry(key.text()).or_default().add(contention);
        averages.entry(String::new()).or_default().add(contention);
    }

    /// Adds what another process has learned.
    pub(crate) fn merge(&mut self, other: &Self) {
        let merge = |ours: &mut BTreeMap<String, Samples>, theirs: &BTreeMap<String, Samples>| {
            for (name, samples) in theirs {
                ours.entry(name.clone()).or_default().merge(samples);
            }
        };
        merge(&mut self.cpu, &other.cpu);
        for (name, theirs) in &other.devices {
            let ours = self.device_mut(name);
            ours.open_s.merge(&theirs.open_s);
            ours.compile_s.merge(&theirs.compile_s);
            for (name, average) in &theirs.contention {
                ours.contention.entry(name.clone()).or_default().merge(average);
            }
            ours.ceiling_bytes = ours.ceiling_bytes.into_iter().chain(theirs.ceiling_bytes).min();
            merge(&mut ours.works, &theirs.works);
        }
        for (name, density) in &other.densities {
            self.densities.entry(name.clone()).or_default().merge(density);
        }
        self.budget.merge(&other.budget);
    }

    /// False when a number cannot come from this code: a file that was edited or damaged.
    pub(crate) fn is_sound(&self) -> bool {
        self.cpu.values().all(Samples::is_sound)
            && self.devices.values().all(DeviceHistory::is_sound)
            && self.densities.values().all(Density::is_sound)
            && self.budget.is_sound()
    }
}

//! Scenarios: a work, a machine, and what happens to it. Plain data, with the units in the names.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A work on a machine. Read it from TOML or JSON with serde; unknown keys are errors, and [`Scenario::validate`] refuses
/// numbers that no machine has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it is called in tables.
    pub name: String,
    /// Of all noise.
    #[serde(default = "one")]
    pub seed: u64,
    /// Calls of the work, one after the other, in one process.
    #[serde(default = "ten")]
    pub runs: usize,
    /// Seconds between calls, in milliseconds: time in which a device may be opened.
    #[serde(default)]
    pub pause_ms: f64,
    /// What is computed.
    pub work: WorkModel,
    /// The processors.
    #[serde(default)]
    pub cpu: CpuModel,
    /// The device; none where it is absent.
    #[serde(default)]
    pub gpu: Option<GpuModel>,
    /// How the machine changes from call to call.
    #[serde(default)]
    pub drift: Vec<Drift>,
    /// What goes wrong.
    #[serde(default)]
    pub faults: Vec<ScriptedFault>,
    /// True when `Auto` may choose a software adapter.
    #[serde(default)]
    pub allow_software: bool,
    /// Share of the device's chunks that are computed a second time on the CPU and compared, from 0 to 1.
    #[serde(default)]
    pub verify: f64,
}

/// The primitive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// An element out for each element in.
    Map,
    /// One element out.
    Reduce,
    /// Prefixes.
    Scan,
}

/// What is computed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkModel {
    /// The primitive.
    pub kind: Pattern,
    /// Elements.
    pub len: usize,
    /// Nanoseconds per element on one core, as the lane compiler estimates.
    pub cost_ns: f64,
    /// True cost over estimated cost.
    #[serde(default = "unit")]
    pub estimate_error: f64,
    /// Bytes read per element.
    #[serde(default = "four")]
    pub bytes_in: u32,
    /// Bytes written per element; ignored of a reduction.
    #[serde(default = "four")]
    pub bytes_out: u32,
    /// True when the input is on the device as well as on the host.
    #[serde(default)]
    pub resident: bool,
    /// How the cost varies along the data.
    #[serde(default)]
    pub irregular: Option<Irregular>,
}

/// Costs that vary along the data; the mean stays.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "shape", rename_all = "snake_case", deny_unknown_fields)]
pub enum Irregular {
    /// From the first element to the last, in a straight line; the last one costs so many times the first.
    Ramp {
        /// Last over first.
        factor: f64,
    },
    /// Elements of a part cost so many times the others.
    Block {
        /// Where the part begins, from 0 to 1.
        from: f64,
        /// Where it ends.
        to: f64,
        /// Inside over outside.
        factor: f64,
    },
}

/// The processors.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CpuModel {
    /// Threads.
    pub threads: usize,
    /// Bytes that all threads move, in 10^9 a second.
    pub memory_gbps: f64,
    /// Bytes that one thread moves, in 10^9 a second.
    pub core_memory_gbps: f64,
    /// Work of one core against what the lane compiler estimates.
    pub speed: f64,
    /// Microseconds to wake the threads and to join.
    pub fork_us: f64,
    /// Microseconds of any call.
    pub call_us: f64,
    /// Standard deviation of the logarithm of a chunk's time.
    pub noise: f64,
    /// Share of chunks that take three times as long.
    pub spikes: f64,
}

impl Default for CpuModel {
    fn default() -> Self {
        Self {
            threads: 8,
            memory_gbps: 40.0,
            core_memory_gbps: 12.0,
            speed: 1.0,
            fork_us: 10.0,
            call_us: 0.5,
            noise: 0.03,
            spikes: 0.0,
        }
    }
}

/// The device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GpuModel {
    /// `discrete`, `integrated` or `software`.
    pub kind: String,
    /// True when it is open before the first call, and measured.
    #[serde(default)]
    pub open: bool,
    /// Milliseconds to open it.
    #[serde(default = "open_ms")]
    pub open_ms: f64,
    /// Milliseconds to compile the work's pipelines.
    #[serde(default = "compile_ms")]
    pub compile_ms: f64,
    /// Microseconds of a submission until its result is known.
    #[serde(default = "launch_us")]
    pub launch_us: f64,
    /// Bytes to the device, in 10^9 a second.
    #[serde(default = "bus_gbps")]
    pub upload_gbps: f64,
    /// Bytes from the device, in 10^9 a second.
    #[serde(default = "bus_gbps")]
    pub download_gbps: f64,
    /// Bytes that its own memory moves, in 10^9 a second.
    #[serde(default = "device_gbps")]
    pub memory_gbps: f64,
    /// Picoseconds that the whole device takes for what is estimated as a nanosecond of one core.
    pub unit_ps: f64,
    /// Elements at which it runs at half its rate.
    #[serde(default)]
    pub half_rate_len: f64,
    /// A length above which it is slower.
    #[serde(default)]
    pub cliff: Option<Cliff>,
    /// First chunks that are slower.
    #[serde(default)]
    pub warm_up: Option<WarmUp>,
    /// Memory for one chunk, in 2^20 bytes; without it, enough.
    #[serde(default)]
    pub memory_mib: Option<u64>,
    /// True when transfers overlap with kernels.
    #[serde(default = "yes")]
    pub overlaps: bool,
    /// How much it and the CPU slow each other: 0 not at all, 1 to double the time.
    #[serde(default = "contention")]
    pub contention: f64,
    /// Standard deviation of the logarithm of a chunk's time.
    #[serde(default = "noise")]
    pub noise: f64,
    /// Measured rates over true rates, as the calibration finds them.
    #[serde(default = "unit")]
    pub calibration_error: f64,
}

/// A length above which a device is slower.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cliff {
    /// Elements of a chunk.
    pub above: usize,
    /// Times as long.
    pub factor: f64,
}

/// First chunks that are slower.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WarmUp {
    /// How many.
    pub chunks: usize,
    /// Times as long.
    pub factor: f64,
}

/// A change of the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// The call before which it happens, from 1.
    pub run: usize,
    /// Times of the CPU are multiplied by this from then on.
    #[serde(default = "unit")]
    pub cpu: f64,
    /// Times of the device are multiplied by this from then on.
    #[serde(default = "unit")]
    pub gpu: f64,
}

/// What goes wrong with a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// No memory for the chunk.
    OutOfMemory,
    /// The device is lost before the chunk is submitted.
    LostBeforeSubmit,
    /// The device is lost while the chunk runs.
    LostInFlight,
    /// The device is lost when the chunk is done, before its result can be read.
    LostBeforeMap,
    /// The device is lost while the result is read.
    LostDuringMap,
    /// The device is lost while it is opened again.
    LostDuringReopening,
    /// The callback that tells of the end never comes.
    NoCallback,
    /// The chunk does not end.
    Hang,
    /// The device is given up for lost, and commits afterwards.
    LateCommit,
    /// The result is wrong.
    WrongResult,
    /// The thread that serves the device panics.
    Panic,
}

/// A fault at a certain chunk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScriptedFault {
    /// The call, from 1.
    pub run: usize,
    /// The device's chunk in that call, from 0; of [`FaultKind::LostDuringReopening`], which reopening, from 1.
    #[serde(default)]
    pub chunk: usize,
    /// What goes wrong.
    pub kind: FaultKind,
}

const fn one() -> u64 {
    1
}
const fn ten() -> usize {
    10
}
const fn unit() -> f64 {
    1.0
}
const fn four() -> u32 {
    4
}
const fn open_ms() -> f64 {
    250.0
}
const fn compile_ms() -> f64 {
    30.0
}
const fn launch_us() -> f64 {
    60.0
}
const fn bus_gbps() -> f64 {
    12.0
}
const fn device_gbps() -> f64 {
    400.0
}
const fn contention() -> f64 {
    0.05
}
const fn noise() -> f64 {
    0.03
}
const fn yes() -> bool {
    true
}

/// Most elements of a work.
const MAX_LEN: usize = 1 << 40;

impl Scenario {
    /// Refuses what no machine has.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] that names the key, the values allowed and the one given.
    pub fn validate(&self) -> Result<()> {
        let refuse = |what: &str, expected: &str, given: String| {
            Err(Error::Value {
                what: format!("`{what}` of scenario `{}`", self.name),
                expected: expected.into(),
                given,
            })
        };
        let (work, cpu) = (&self.work, &self.cpu);
        if !(1..=1000).contains(&self.runs) {
            return refuse("runs", "1 to 1000", self.runs.to_string());
        }
        if !(1..=MAX_LEN).contains(&work.len) {
            return refuse("work.len", "1 to 2^40", work.len.to_string());
        }
        if !(1..=4096).contains(&cpu.threads) {
            return refuse("cpu.threads", "1 to 4096", cpu.threads.to_string());
        }
        let mut positive = vec![
            ("work.cost_ns", work.cost_ns),
            ("work.estimate_error", work.estimate_error),
            ("cpu.memory_gbps", cpu.memory_gbps),
            ("cpu.core_memory_gbps", cpu.core_memory_gbps),
            ("cpu.speed", cpu.speed),
        ];
        let mut natural =
            vec![("pause_ms", self.pause_ms), ("cpu.fork_us", cpu.fork_us), ("cpu.call_us", cpu.call_us)];
        let mut shares = vec![("verify", self.verify), ("cpu.noise", cpu.noise), ("cpu.spikes", cpu.spikes)];
        match work.irregular {
            Some(Irregular::Ramp { factor }) => positive.push(("work.irregular.factor", factor)),
            Some(Irregular::Block { from, to, factor }) => {
                positive.push(("work.irregular.factor", factor));
                shares.extend([("work.irregular.from", from), ("work.irregular.to", to)]);
                if to <= from {
                    return refuse("work.irregular.to", "more than `from`", to.to_string());
                }
            }
            None => {}
        }
        if let Some(gpu) = &self.gpu {
            if !["discrete", "integrated", "software"].contains(&gpu.kind.as_str()) {
                return refuse("gpu.kind", "discrete, integrated or software", format!("`{}`", gpu.kind));
            }
            positive.extend([
                ("gpu.upload_gbps", gpu.upload_gbps),
                ("gpu.download_gbps", gpu.download_gbps),
                ("gpu.memory_gbps", gpu.memory_gbps),
                ("gpu.unit_ps", gpu.unit_ps),
                ("gpu.launch_us", gpu.launch_us),
                ("gpu.calibration_error", gpu.calibration_error),
            ]);
            positive.extend(gpu.cliff.map(|cliff| ("gpu.cliff.factor", cliff.factor)));
            positive.extend(gpu.warm_up.map(|warm_up| ("gpu.warm_up.factor", warm_up.factor)));
            natural.extend([
                ("gpu.open_ms", gpu.open_ms),
                ("gpu.compile_ms", gpu.compile_ms),
                ("gpu.half_rate_len", gpu.half_rate_len),
            ]);
            shares.push(("gpu.noise", gpu.noise));
            if !(0.0..=4.0).contains(&gpu.contention) {
                return refuse("gpu.contention", "a number from 0 to 4", gpu.contention.to_string());
            }
            if gpu.memory_mib == Some(0) {
                return refuse("gpu.memory_mib", "at least 1", "0".into());
            }
        }
        for drift in &self.drift {
            positive.extend([("drift.cpu", drift.cpu), ("drift.gpu", drift.gpu)]);
        }
        let drifts = self.drift.iter().map(|drift| ("drift.run", drift.run));
        for (what, run) in drifts.chain(self.faults.iter().map(|fault| ("faults.run", fault.run))) {
            if !(1..=self.runs).contains(&run) {
                return refuse(what, &format!("1 to {}, the number of runs", self.runs), run.to_string());
            }
        }
        let reopening = |fault: &&ScriptedFault| fault.kind == FaultKind::LostDuringReopening;
        if self.faults.iter().filter(reopening).any(|fault| fault.chunk == 0) {
            return refuse("faults.chunk", "the number of a reopening, from 1", "0".into());
        }
        if self.gpu.is_none() && !self.faults.is_empty() {
            return refuse("faults", "none without a device", format!("{} faults", self.faults.len()));
        }
        for (what, value) in positive {
            if !(1e-9..=1e9).contains(&value) {
                return refuse(what, "a number from 1e-9 to 1e9", value.to_string());
            }
        }
        for (what, value) in natural {
            if !(0.0..=1e12).contains(&value) {
                return refuse(what, "a number from 0 to 1e12", value.to_string());
            }
        }
        for (what, value) in shares {
            if !(0.0..=1.0).contains(&value) {
                return refuse(what, "a number from 0 to 1", value.to_string());
            }
        }
        Ok(())
    }
}

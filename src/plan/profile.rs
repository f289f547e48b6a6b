//! The profile of a machine: plain numbers, each with where it came from.

use std::fmt;

use serde::Serialize;

use super::learn::{Budget, Density, Samples};

/// Where a number came from, from best to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Provenance {
    /// Fitted to real calls.
    Measured {
        /// How many.
        calls: u32,
    },
    /// Timed once on this machine by a short calibration.
    Calibrated,
    /// Assumed for machines of this class.
    Prior,
}

impl Provenance {
    /// The factor by which a number from here may be wrong in either direction.
    pub(crate) fn spread(self) -> f64 {
        match self {
            Self::Measured { calls } => 1.0 + (0.5 / f64::from(calls.max(1)).sqrt()).max(0.05),
            Self::Calibrated => 1.25,
            Self::Prior => 3.0,
        }
    }
}

impl Provenance {
    /// The standard deviation of the logarithm of a number from here.
    pub(crate) fn deviation(self) -> f64 {
        match self {
            Self::Prior => 1.1,
            Self::Calibrated => 0.4,
            Self::Measured { .. } => self.spread().ln().max(0.1),
        }
    }
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Measured { calls: 1 } => write!(f, "measured, 1 call"),
            Self::Measured { calls } => write!(f, "measured, {calls} calls"),
            Self::Calibrated => write!(f, "calibrated"),
            Self::Prior => write!(f, "prior"),
        }
    }
}

/// A positive number with its provenance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    value: f64,
    source: Provenance,
}

impl Estimate {
    /// Refuses values outside of 1e-15 to 1e15 with `None`: no time or rate lies there, and the caller keeps what it
    /// had. So predictions are always finite and positive.
    pub(crate) fn new(value: f64, source: Provenance) -> Option<Self> {
        (1e-15..=1e15).contains(&value).then_some(Self { value, source })
    }

    /// An assumption of the library's own.
    const fn prior(value: f64) -> Self {
        Self { value, source: Provenance::Prior }
    }

    /// Becomes what a calibration found, unless that is no number; see [`new`](Self::new).
    pub(crate) fn calibrate(&mut self, value: f64) {
        *self = Self::new(value, Provenance::Calibrated).unwrap_or(*self);
    }

    /// The number.
    pub(crate) fn value(self) -> f64 {
        self.value
    }

    /// Where it came from.
    pub(crate) fn source(self) -> Provenance {
        self.source
    }
}

/// The CPU.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CpuProfile {
    /// Threads of the pool, at least 1.
    pub(crate) threads: usize,
    /// Bytes per second that all threads together read and write.
    pub(crate) memory_rate: Estimate,
    /// Bytes per second that one thread alone reads and writes.
    pub(crate) core_memory_rate: Estimate,
    /// Seconds that one core takes for one unit of [`super::Shape::cost_ns`]: 1e-9 if the lane compiler's estimates are
    /// right.
    pub(crate) unit_s: Estimate,
    /// Seconds of any call.
    pub(crate) call_s: Estimate,
    /// Seconds to wake the pool and to join.
    pub(crate) fork_s: Estimate,
    /// Bytes of second-level cache of one core that a chunk should not exceed.
    pub(crate) cache_bytes: usize,
    /// What it took for this work before.
    pub(crate) samples: Samples,
}

impl CpuProfile {
    /// What is assumed before anything is measured.
    pub(crate) fn prior(threads: usize) -> Self {
        let threads = threads.max(1);
        Self {
            threads,
            memory_rate: Estimate::prior(12e9 * (threads as f64).min(4.0)),
            core_memory_rate: Estimate::prior(12e9),
            unit_s: Estimate::prior(1e-9),
            call_s: Estimate::prior(0.5e-6),
            fork_s: Estimate::prior(8e-6),
            cache_bytes: 512 << 10,
            samples: Samples::default(),
        }
    }
}

/// What sort of adapter, as far as costs differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AdapterKind {
    /// With memory of its own.
    Discrete,
    /// Shares the memory of the CPU.
    Integrated,
    /// Runs on the cores of the CPU.
    Software,
}

/// How far a device has come.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum DeviceState {
    /// Nobody has asked for it.
    NotOpened,
    /// A thread is opening it.
    Opening {
        /// Seconds since it began.
        elapsed_s: f64,
    },
    /// Ready.
    Open,
    /// Cannot be opened, was lost, or is in quarantine: why.
    Failed(String),
}

/// Whether floats on an adapter keep to the canonical order and to round-to-nearest.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CanonicalOrder {
    /// The probe has not run, since the device is not open.
    Unknown,
    /// The probe gave the expected bits.
    Passed,
    /// The probe gave other bits: which.
    Failed(String),
}

/// One adapter and its device.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GpuProfile {
    /// The adapter's name.
    pub(crate) name: String,
    /// Its sort.
    pub(crate) kind: AdapterKind,
    /// How far the device has come.
    pub(crate) state: DeviceState,
    /// Whether it may do reproducible float work.
    pub(crate) canonical: CanonicalOrder,
    /// Whether users' float functions get the bits of the CPU, as far as the probe tries.
    pub(crate) user_floats: CanonicalOrder,
    /// Seconds to open the device.
    pub(crate) open_s: Estimate,
    /// Seconds to compile the pipelines of one work.
    pub(crate) compile_s: Estimate,
    /// Seconds to record and submit one chunk.
    pub(crate) launch_s: Estimate,
    /// Seconds before the first byte of an upload arrives.
    pub(crate) upload_latency_s: Estimate,
    /// Bytes per second from host to device.
    pub(crate) upload_rate: Estimate,
    /// Seconds before the first byte of a download arrives: waiting and mapping.
    pub(crate) download_latency_s: Estimate,
    /// Bytes per second from device to host.
    pub(crate) download_rate: Estimate,
    /// Bytes per second that the device's own memory moves.
    pub(crate) memory_rate: Estimate,
    /// Seconds that the whole device takes for one unit of [`super::Shape::cost_ns`].
    pub(crate) unit_s: Estimate,
    /// How much co-running slows both sides: 0 not at all, 1 to double the time.
    pub(crate) contention: f64,
    /// True when transfers of one chunk overlap with the kernel of another.
    pub(crate) overlaps: bool,
    /// True when scans run in a single pass.
    pub(crate) single_pass_scan: bool,
    /// Largest binding in bytes.
    pub(crate) max_binding: u64,
    /// Bytes of device memory that may be used; 0 when unknown.
    pub(crate) memory_bytes: u64,
    /// What it took for this work before.
    pub(crate) samples: Samples,
    /// Bytes of a chunk that its memory was seen to have room for, where it lacked room for more.
    pub(crate) ceiling_bytes: Option<u64>,
}

impl GpuProfile {
    /// What is assumed of an adapter of a sort before anything is measured.
    pub(crate) fn prior(name: &str, kind: AdapterKind, threads: usize) -> Self {
        let pick = |discrete, integrated, software| {
            Estimate::prior(match kind {
                AdapterKind::Discrete => discrete,
                AdapterKind::Integrated => integrated,
                AdapterKind::Software => software,
            })
        };
        let hardware = kind != AdapterKind::Software;
        Self {
            name: name.into(),
            kind,
            state: DeviceState::NotOpened,
            canonical: CanonicalOrder::Unknown,
            user_floats: CanonicalOrder::Unknown,
            open_s: pick(0.25, 0.15, 0.05),
            compile_s: pick(30e-3, 30e-3, 60e-3),
            launch_s: pick(20e-6, 20e-6, 60e-6),
            upload_latency_s: pick(30e-6, 20e-6, 20e-6),
            upload_rate: pick(10e9, 10e9, 8e9),
            download_latency_s: pick(60e-6, 40e-6, 40e-6),
            download_rate: pick(8e9, 8e9, 8e9),
            memory_rate: pick(300e9, 40e9, 12e9),
            unit_s: pick(2e-12, 2e-11, 2e-9 / threads.max(1) as f64),
            contention: match kind {
                AdapterKind::Discrete => 0.05,
                AdapterKind::Integrated => 0.35,
                AdapterKind::Software => 1.0,
            },
            overlaps: hardware,
            single_pass_scan: hardware,
            max_binding: 128 << 20,
            memory_bytes: 0,
            samples: Samples::default(),
            ceiling_bytes: None,
        }
    }

    /// True for an adapter that runs on the cores of the CPU.
    pub(crate) fn is_software(&self) -> bool {
        self.kind == AdapterKind::Software
    }
}

/// The machine.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Profile {
    /// The CPU.
    pub(crate) cpu: CpuProfile,
    /// The adapters found, best first.
    pub(crate) gpus: Vec<GpuProfile>,
    /// False when nothing has looked for adapters; see [`super::cpu_outruns_discovery`].
    pub(crate) searched: bool,
    /// What may be spent on learning; `None` where nothing is to be learned.
    pub(crate) budget: Option<Budget>,
    /// How the cost of this work varies along its data.
    pub(crate) density: Density,
}

//! The plan: what was decided, from which numbers, and what was decided against. Plain data.

use std::fmt;
use std::ops::Range;

use serde::Serialize;

use super::course::Course;
use super::placement::{Origin, Placement};
use super::profile::Provenance;
use super::seconds::Seconds;

/// What runs a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Executor {
    /// The CPU.
    Cpu,
    /// The adapter of the plan.
    Gpu,
}

/// Who gets which elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Choice {
    /// All on the CPU.
    Cpu,
    /// All on the GPU.
    Gpu,
    /// The first `gpu_elements` on the GPU, the others on the CPU, at the same time. More than none and less than all.
    Split {
        /// A multiple of a node of the canonical tree.
        gpu_elements: usize,
    },
}

/// Why an alternative was not taken.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", content = "detail", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// Predicted to take longer.
    Slower,
    /// The CPU is done before the device is open.
    OpensLater,
    /// Predicted to be too little faster than one executor alone to be worth it.
    GainsLittle,
    /// One executor is done with everything before the other has begun.
    NoBalance,
    /// Too few tiles for a split that balances.
    TooFewTiles,
    /// A software adapter, which was not allowed.
    Software,
    /// A software adapter shares the cores of the CPU.
    SharesCores,
    /// The executor cannot run this: the type, feature or construct that is lacking.
    Unsupported(String),
    /// The device cannot be used: why.
    Failed(String),
    /// Float results on this adapter have other bits than the canonical order: what the probe saw.
    NotReproducible(String),
    /// The bits of a user's operator on floats would depend on the split, since the adapter evaluates the operator in
    /// another way than the CPU: what the probe saw.
    MixedBits(String),
    /// The kernel cannot be cut: the access that prevents it.
    Uncut(String),
    /// This once another executor is tried, to learn how fast that is.
    Trial,
    /// The placement that was asked for leaves it out.
    Placement,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slower => write!(f, "slower"),
            Self::OpensLater => write!(f, "the CPU is done before a device is open"),
            Self::GainsLittle => write!(f, "gains less than 3% over one executor"),
            Self::NoBalance => write!(f, "one executor is done before the other has begun"),
            Self::TooFewTiles => write!(f, "too few tiles to balance"),
            Self::Software => write!(f, "software adapter, not allowed"),
            Self::SharesCores => write!(f, "software adapter, shares the cores of the CPU"),
            Self::Unsupported(what) => write!(f, "cannot run this: {what}"),
            Self::Failed(why) => write!(f, "device failed: {why}"),
            Self::NotReproducible(what) => write!(f, "other bits than the canonical order: {what}"),
            Self::MixedBits(what) => write!(f, "the operator's bits would depend on the split: {what}"),
            Self::Uncut(why) => write!(f, "cannot be cut: {why}"),
            Self::Trial => write!(f, "another is tried this once"),
            Self::Placement => write!(f, "not asked for"),
        }
    }
}

/// A way to run the work.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Alternative {
    /// The CPU alone.
    Cpu,
    /// Any adapter: none was looked for.
    AnyGpu,
    /// One adapter alone.
    Gpu {
        /// Its name.
        adapter: String,
    },
    /// One adapter and the CPU.
    Split {
        /// The adapter's name.
        adapter: String,
        /// Elements for the GPU; `None` when the alternative was rejected before its best share was known.
        gpu_elements: Option<usize>,
    },
}

/// An alternative that was not taken.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Rejected {
    /// The alternative.
    pub alternative: Alternative,
    /// Its predicted time, if it was evaluated.
    pub predicted: Option<Seconds>,
    /// Why it was not taken.
    pub reason: Reason,
}

/// A number of the prediction.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Term {
    /// Whose time.
    pub executor: Executor,
    /// What takes it: `memory`, `compute`, `fork`, `call` of the CPU, `fold` for what it does of a GPU's part of a scan;
    /// `open`, `compile`, `upload`, `kernel`, `download`, `launch` of the GPU; `fetch` where data comes from a device;
    /// `start` and `work` of an executor that was measured at this work.
    pub name: &'static str,
    /// How long. Terms that overlap do not add up to the prediction.
    pub seconds: Seconds,
    /// Bytes moved in that time, 0 when it is no transfer.
    pub bytes: f64,
    /// Where the number came from.
    pub source: Provenance,
}

/// What was decided. Prints itself; [`Plan::without_times`] prints what does not vary from run to run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// What runs: `map of saxpy`.
    pub label: String,
    /// What is counted: `element`, or `invocation` for a kernel.
    pub(crate) unit: &'static str,
    /// Number of elements, or of a kernel's invocations.
    pub len: usize,
    /// The placement that was asked for.
    pub placement: Placement,
    /// Who asked for it.
    pub origin: Origin,
    /// Who gets which elements.
    pub choice: Choice,
    /// Name of the adapter that takes part, if one does.
    pub adapter: Option<String>,
    /// Index of that adapter in the profile.
    #[serde(skip)]
    pub(crate) adapter_index: Option<usize>,
    /// Threads of the CPU that take part; 0 when it does not, 1 for the calling thread alone.
    pub threads: usize,
    /// Elements that a thread of the CPU takes at once: a node of the canonical tree.
    pub cpu_chunk_len: usize,
    /// Elements of one submission to the GPU: a node of the canonical tree.
    pub gpu_chunk_len: usize,
    /// The predicted time.
    pub predicted: Seconds,
    /// Share of the time that both executors lose by running at once; 0 when one runs alone.
    pub contention: f64,
    /// The numbers it was predicted from.
    pub terms: Vec<Term>,
    /// What was decided against, and why.
    pub rejected: Vec<Rejected>,
    /// What the user should know of the decision beyond that.
    pub notes: Vec<String>,
    /// What is settled while the call runs; `None` for kernels.
    #[serde(skip)]
    pub(crate) course: Option<Course>,
    /// Index of an adapter whose device is to be opened, and whose pipelines are to be compiled, in the background.
    #[serde(skip)]
    pub(crate) prepares: Option<usize>,
}

impl Plan {
    /// The elements of the GPU: a prefix.
    pub fn gpu_range(&self) -> Range<usize> {
        match self.choice {
            Choice::Cpu => 0..0,
            Choice::Gpu => 0..self.len,
            Choice::Split { gpu_elements } => 0..gpu_elements,
        }
    }

    /// The elements of the CPU: those after the GPU's.
    pub fn cpu_range(&self) -> Range<usize> {
        self.gpu_range().end..self.len
    }
}

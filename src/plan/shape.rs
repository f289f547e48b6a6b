//! The shape of work: everything the planner needs to know of it, in plain numbers.

use super::learn::WorkKey;
use crate::error::{Error, Result};

/// The primitive, as far as costs differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShapeKind {
    /// Each element read once, one written per index.
    Map,
    /// Each element read once, one written in all.
    Reduce,
    /// Each element combined twice on the CPU and in a multi-pass scan: for the aggregates, then for the prefixes.
    Scan,
}

impl ShapeKind {
    /// The word for it in an explanation.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Map => "map",
            Self::Reduce => "reduce",
            Self::Scan => "scan",
        }
    }
}

/// One terminal call as the planner sees it. Byte counts are per element.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// The primitive.
    pub(crate) kind: ShapeKind,
    /// What is computed, for the explanation: `saxpy`, `Sum of square`.
    pub(crate) label: String,
    /// What history knows the work by: a hash of its text and structure that is the same in every process.
    pub(crate) code: u64,
    /// Number of elements.
    pub(crate) len: usize,
    /// Bytes read that are on the host only.
    pub(crate) host_bytes: u32,
    /// Bytes read that are on a device only: the one of [`Shape::resident_on`].
    pub(crate) device_bytes: u32,
    /// Bytes read that are both on the host and on the device of [`Shape::resident_on`].
    pub(crate) shared_bytes: u32,
    /// Index in [`super::Profile::gpus`] of the adapter that holds device and shared bytes.
    pub(crate) resident_on: Option<usize>,
    /// Bytes of the widest array that is bound by itself: the widest source or the result.
    pub(crate) widest_bytes: u32,
    /// Bytes written per element; 0 for a reduce.
    pub(crate) output_bytes: u32,
    /// True when the result must end on the host; false when it may stay where it was computed.
    pub(crate) result_on_host: bool,
    /// Cost of the function and the operator: nanoseconds per element on one core, as the lane compiler estimates.
    pub(crate) cost_ns: f64,
    /// True when the bits depend on the order of combination: a float reduce or scan, or a user's operator.
    pub(crate) reproducible: bool,
    /// True for a reduce or scan whose operator is a user's function of floats.
    pub(crate) user_floats: bool,
    /// True when the GPU's pipelines for this work exist.
    pub(crate) pipeline_cached: bool,
    /// Seconds since their compilation began in the background, if it did and has not ended.
    pub(crate) compiling_for_s: Option<f64>,
    /// Whether the CPU can run this, else the construct that it cannot run.
    pub(crate) cpu: Result<(), String>,
    /// Whether a GPU can run this, else the type or feature that is lacking.
    pub(crate) gpu: Result<(), String>,
}

impl Shape {
    /// Bytes read per element, wherever they are.
    pub(crate) fn input_bytes(&self) -> u32 {
        self.host_bytes + self.device_bytes + self.shared_bytes
    }

    /// What tells this work's times apart from those of others: its code, and which transfers it needs.
    pub(crate) fn key(&self) -> WorkKey {
        let needs = [self.host_bytes > 0, self.device_bytes > 0, self.shared_bytes > 0, self.result_on_host];
        let residency = needs.iter().fold(0, |bits, &need| bits << 1 | u8::from(need));
        WorkKey { code: self.code, residency }
    }

    /// Bytes that the memory of an executor moves per element. `reads` is how often each input is read.
    pub(crate) fn moved_bytes(&self, reads: u32) -> f64 {
        f64::from(reads) * f64::from(self.input_bytes()) + f64::from(self.output_bytes)
    }

    /// How often the function and the operator are evaluated per element.
    pub(crate) fn evaluations(&self, single_pass: bool) -> u32 {
        if self.kind == ShapeKind::Scan && !single_pass { 2 } else { 1 }
    }

    /// Refuses a cost that is not a number.
    pub(crate) fn validate(&self) -> Result<()> {
        if (0.0..1e12).contains(&self.cost_ns) {
            return Ok(());
        }
        Err(Error::Value {
            what: format!("estimated cost of `{}`", self.label),
            expected: "nanoseconds per element from 0 to 1e12".into(),
            given: self.cost_ns.to_string(),
        })
    }
}

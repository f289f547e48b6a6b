//! The one error type: a variant per thing that a caller can act on.

use std::fmt;

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, with what was expected and what was given.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The WGSL text does not parse or does not validate. `rendered` points into the user's own text, as naga
    /// renders it, with line and column.
    #[error("invalid WGSL in `{label}`:\n{rendered}")]
    Wgsl {
        /// Name of the function or shader that was being read.
        label: String,
        /// The diagnostic with the source line, ready to print.
        rendered: String,
        /// 1-based line in the user's text, 0 when unknown.
        line: u32,
        /// 1-based column in the user's text, 0 when unknown.
        column: u32,
    },
    /// A valid WGSL function has another signature than its Rust type asks for.
    #[error("`{function}` has the wrong signature\n  expected: {expected}\n     given: {given}")]
    Signature {
        /// Name of the WGSL function.
        function: String,
        /// The signature that the Rust type asks for, in WGSL.
        expected: String,
        /// The signature that was found, in WGSL.
        given: String,
    },
    /// A construct that is valid WGSL but cannot be part of a pure function.
    #[error("`{function}` is not a pure function: {what}\n{rendered}")]
    Impure {
        /// Name of the WGSL function.
        function: String,
        /// The construct and why it is refused.
        what: String,
        /// The place in the user's text.
        rendered: String,
    },
    /// A named extra parameter that the function does not have, lacks a value, or has another type.
    #[error("argument `{name}` of `{function}`: expected {expected}, given {given}")]
    Argument {
        /// Name of the WGSL function.
        function: String,
        /// Name of the parameter.
        name: String,
        /// What the function declares.
        expected: String,
        /// What the caller gave.
        given: String,
    },
    /// A binding of a kernel that was given no memory, or memory that does not fit what the shader declares.
    #[error("binding `{name}` of `{kernel}`: expected {expected}, given {given}")]
    Binding {
        /// Name of the entry point.
        kernel: String,
        /// Name of the variable.
        name: String,
        /// What the shader declares.
        expected: String,
        /// What the caller gave.
        given: String,
    },
    /// An operator breaks a law of monoids, so that its reductions and scans would depend on how they are grouped.
    #[error("`{monoid}` breaks {law} for {operands}\n   left: {left}\n  right: {right}")]
    Law {
        /// Name of the operator.
        monoid: String,
        /// The law.
        law: Law,
        /// The counterexample: values of a, b, c, in WGSL.
        operands: String,
        /// Value of the law's left side.
        left: String,
        /// Value of the law's right side.
        right: String,
    },
    /// Two lengths that must be equal differ.
    #[error("length mismatch in {what}: expected {expected} elements, given {given}")]
    Length {
        /// The call and the operand.
        what: String,
        /// Number of elements that was expected.
        expected: usize,
        /// Number of elements that was given.
        given: usize,
    },
    /// The host has not as much memory as a result takes.
    #[error("no memory on the host for {what}: {elements} elements of {bytes} bytes")]
    Memory {
        /// What was to be stored.
        what: String,
        /// Number of elements.
        elements: usize,
        /// Bytes of each.
        bytes: usize,
    },
    /// A value outside of its domain: a placement, a split, a limit.
    #[error("{what}: expected {expected}, given {given}")]
    Value {
        /// The name of the value.
        what: String,
        /// The values allowed.
        expected: String,
        /// The value found.
        given: String,
    },
    /// A construct of WGSL that the executor asked for cannot run, and no other executor was allowed.
    #[error("unsupported on {executor}: {what}")]
    Unsupported {
        /// `cpu`, or the name of the adapter.
        executor: String,
        /// The construct or the missing feature.
        what: String,
    },
    /// A loop of a shader ran past the step budget of the context on the CPU.
    #[error(
        "`{function}` ran past its budget of {budget} loop steps per block of lanes; raise `Builder::step_budget` if it is right to run that long"
    )]
    StepBudget {
        /// The outermost function.
        function: String,
        /// The budget that was set.
        budget: u64,
    },
    /// Some invocations of a workgroup wait at a barrier that others, which have not returned, do not reach.
    #[error(
        "`{kernel}`, line {line}: {missing} invocations of the workgroup do not reach this barrier, where others wait"
    )]
    NonUniformBarrier {
        /// The entry point.
        kernel: String,
        /// 1-based line of the barrier in the user's text, 0 when unknown.
        line: u32,
        /// Invocations that are neither there nor finished.
        missing: usize,
    },
    /// A GPU was asked for by placement and none can be used.
    #[error("no usable GPU adapter: {reason}")]
    NoAdapter {
        /// What was looked for and why each adapter found was refused.
        reason: String,
    },
    /// The device failed and the caller forbade the CPU.
    #[error("GPU `{adapter}`: {fault}")]
    Device {
        /// Name of the adapter.
        adapter: String,
        /// What happened.
        fault: Fault,
    },
    /// The caller's [`CancelToken`](crate::CancelToken) has ended the call, before it began or between two chunks.
    #[error("cancelled with {done} of {total} done")]
    Cancelled {
        /// Elements that were done, or invocations of a kernel.
        done: usize,
        /// All of them.
        total: usize,
    },
    /// The call was not done when its deadline passed.
    #[error("deadline of {limit_ms} ms passed with {done} of {total} done")]
    Deadline {
        /// How long the call was given, in milliseconds.
        limit_ms: u64,
        /// Elements that were done, or invocations of a kernel.
        done: usize,
        /// All of them.
        total: usize,
    },
    /// The system could not start a thread pool, or read or write a file of the library's own.
    #[error("{what}: {reason}")]
    System {
        /// What was being done.
        what: String,
        /// What the system said.
        reason: String,
    },
}

/// A law of monoids, with the operator written `⊕` and its identity `e`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Law {
    /// `e ⊕ a = a`.
    LeftIdentity,
    /// `a ⊕ e = a`.
    RightIdentity,
    /// `(a ⊕ b) ⊕ c = a ⊕ (b ⊕ c)`.
    Associativity,
}

impl fmt::Display for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LeftIdentity => "the law of the left identity, e ⊕ a = a,",
            Self::RightIdentity => "the law of the right identity, a ⊕ e = a,",
            Self::Associativity => "associativity, (a ⊕ b) ⊕ c = a ⊕ (b ⊕ c),",
        })
    }
}

/// How a device failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// An allocation was refused: bytes asked for, 0 when unknown.
    OutOfMemory {
        /// Size of the allocation in bytes.
        bytes: u64,
    },
    /// The device was lost.
    Lost(String),
    /// The device did not answer within the deadline.
    Timeout {
        /// How long was waited, in milliseconds.
        after_ms: u64,
    },
    /// wgpu rejected what the library asked for, or the driver failed to compile it.
    Rejected(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfMemory { bytes: 0 } => write!(f, "out of device memory"),
            Self::OutOfMemory { bytes } => {
                write!(f, "out of device memory (asked for {bytes} bytes)")
            }
            Self::Lost(why) => write!(f, "device lost: {why}"),
            Self::Timeout { after_ms } => write!(f, "no answer within {after_ms} ms"),
            Self::Rejected(why) => write!(f, "rejected: {why}"),
        }
    }
}

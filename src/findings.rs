//! What a checked run finds, as data and as text.
//!
//! The executor fills it in; [`CheckReport`] is what a caller gets.

use std::fmt;
use std::ops::Range;

/// What a checked run found: see [`Launch::check`](crate::Launch::check).
///
/// Prints as the diagnostics of all findings, each with the source lines that it is about.
#[derive(Debug, Clone, Default)]
pub struct CheckReport {
    pub(crate) findings: Vec<Finding>,
    pub(crate) dropped: u64,
}

/// One kind of mistake at one place of the text, or at a pair of places.
#[derive(Debug, Clone)]
pub struct Finding {
    pub(crate) kind: FindingKind,
    pub(crate) message: String,
    pub(crate) accesses: Vec<FoundAccess>,
    pub(crate) notes: Vec<String>,
    pub(crate) count: u64,
    pub(crate) rendered: String,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FindingKind {
    /// Two invocations access the same location, at least one by a plain write, and no barrier orders them.
    Race,
    /// An index is not below the number of elements.
    OutOfBounds,
    /// Memory is read that nothing has written: WGSL makes it zero, and few programs mean to rely on it.
    Uninitialized,
    /// Not all invocations of a workgroup come to a barrier.
    NonUniformBarrier,
}

/// One side of a finding: who did what, where in the text.
#[derive(Debug, Clone)]
pub struct FoundAccess {
    pub(crate) range: Range<usize>,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) what: &'static str,
    pub(crate) invocation: Invocation,
    pub(crate) value: Option<String>,
}

/// An invocation of a launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Invocation {
    /// `@builtin(workgroup_id)`.
    pub workgroup: [u32; 3],
    /// `@builtin(local_invocation_id)`.
    pub local: [u32; 3],
    /// `@builtin(global_invocation_id)`.
    pub global: [u32; 3],
}

impl CheckReport {
    /// The findings, in the order in which the run came to them.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// True if there are none.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }

    /// Occurrences at further places, beyond the number of findings that a report keeps.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl Finding {
    /// What is wrong.
    pub fn kind(&self) -> FindingKind {
        self.kind
    }

    /// The first line of the diagnostic.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The accesses of the first occurrence: both sides of a race, the later one first; else one.
    pub fn accesses(&self) -> &[FoundAccess] {
        &self.accesses
    }

    /// What else there is to say, a line each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// How often it occurred.
    pub fn count(&self) -> u64 {
        self.count
    }
}

impl FoundAccess {
    /// 1-based line in the shader's text, 0 when unknown.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// 1-based column in the shader's text, 0 when unknown.
    pub fn column(&self) -> u32 {
        self.column
    }

    /// What was done: `write`, `read`, `atomic`, `index`, `barrier`.
    pub fn what(&self) -> &'static str {
        self.what
    }

    /// Who did it.
    pub fn invocation(&self) -> Invocation {
        self.invocation
    }

    /// The value read or written, or the index, in WGSL; none of numbers of 64 bits, whose halves are looked at apart.
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_clean() {
            return f.write_str("no findings\n");
        }
        for finding in &self.findings {
            writeln!(f, "{finding}\n")?;
        }
        let plural = if self.findings.len() == 1 { "" } else { "s" };
        write!(f, "{} finding{plural}", self.findings.len())?;
        if self.dropped > 0 {
            write!(f, ", and {} occurrences at further places", self.dropped)?;
        }
        writeln!(f)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rendered)
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Race => "data race",
            Self::OutOfBounds => "out of bounds",
            Self::Uninitialized => "uninitialised memory",
            Self::NonUniformBarrier => "non-uniform barrier",
        })
    }
}

/// `global (5, 0, 0)`, with the workgroup and the place in it.
impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let triple = |[x, y, z]: [u32; 3]| format!("({x}, {y}, {z})");
        let (global, local, group) = (triple(self.global), triple(self.local), triple(self.workgroup));
        write!(f, "invocation {global}, local {local} of workgroup {group}")
    }
}

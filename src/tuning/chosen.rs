//! The tuning that a context uses, and who chose it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Tuning;

/// Who chose a tuning, the first of these that has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// The program: [`Builder::tuning`](crate::Builder::tuning).
    Program,
    /// Whoever has measured this machine: [`Context::keep_tuning`](crate::Context::keep_tuning).
    Kept,
    /// The library: [`Tuning::of`].
    Library,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Program => "set by the program",
            Self::Kept => "kept for this machine",
            Self::Library => "the library's",
        })
    }
}

/// The tuning that [`Context::tuning`](crate::Context::tuning) has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Chosen {
    /// Name of the adapter.
    pub adapter: String,
    /// Who chose it.
    pub source: Source,
    /// What was chosen; once the adapter is open, what it has turned out to run of that.
    pub tuning: Tuning,
    /// Where it does not run what was chosen, and why.
    pub departures: Vec<String>,
}

impl fmt::Display for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}\n{}", self.adapter, self.source, self.tuning)?;
        self.departures.iter().try_for_each(|departure| write!(f, "\n{departure}"))
    }
}

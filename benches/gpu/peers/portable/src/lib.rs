//! The harness that the portable peers share: cases, data, oracle, timing and rows of the benchmarks on a real GPU.
//!
//! A peer implements [`System`] and [`Job`] and nothing else: what is measured, how often, and whether the answer is
//! right is decided here, the same for each of them.

pub mod case;
pub mod data;
pub mod harness;
pub mod options;
pub mod oracle;
pub mod table;
pub mod timing;

pub use case::{Case, Dtype};
pub use harness::{Job, Outcome, System, run};
pub use options::Options;

//! What calls have taught: times by size, lines fitted to them, and the history that keeps both.
//!
//! Nothing here reads a clock or a file. Observations come in as numbers, and the history is plain data that can be
//! written, read and merged by whoever has a disk.

mod apply;
mod budget;
mod density;
mod fit;
mod history;
mod persist;
mod samples;
mod solve;

pub(crate) use budget::Budget;
pub(crate) use density::Density;
pub(crate) use fit::{Fit, Prior, Regime};
#[cfg(test)]
pub(crate) use history::DeviceHistory;
pub(crate) use history::{History, Observation, WorkKey};
pub(crate) use samples::Samples;

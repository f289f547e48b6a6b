//! The planner: decides which executor gets which elements, and can say why.
//!
//! Pure: a [`Shape`] of the work, a [`Profile`] of the machine and a [`Request`] go in, a [`Plan`] comes out. No clock
//! is read and no device is touched here; every time is a number that somebody measured, calibrated or assumed before,
//! and says so. What is refused: a placement outside of its domain, a GPU asked for where there is none, work that no
//! allowed executor can run.
//!
//! - *Cost*, see [`cost`]: a line in the number of elements for each executor alone, and for both together where the lines
//!   meet, times what they slow each other by.
//! - *Learning*, see [`learn`]: lines are assumed of a device's kind, then fitted to what calls took, by work and size. The
//!   idea is that of history-based performance models (StarPU: Augonnet, Thibault, Namyst, Wacrenier, 2011) and of execution
//!   plans trained over sizes (SkePU: Dastgeer, Enmyren, Kessler, 2011), with a posterior instead of a table, so that the
//!   first call counts. Old times fade, and what surprises twice is a change.
//! - *Density*: how costs vary along the data. Where it does, weights are balanced instead of lengths.
//! - *Pacing*, see [`pace`]: a plan's shares are where a call begins. While it runs, who asks is given a chunk by what both
//!   have shown until then: guided self-scheduling (Polychronopoulos, Kuck, 1987).
//! - *Exploration*, see [`explore`]: what is done only to learn is charged to a ledger of a fiftieth of all time.

mod chunk;
mod cost;
mod course;
mod decide;
mod explain;
mod explore;
mod json;
mod launch;
mod launch_cost;
mod learn;
mod outcome;
mod pace;
mod placement;
mod profile;
mod seconds;
mod shape;
mod share;
#[cfg(test)]
mod tests;

pub use explain::WithoutTimes;
pub use outcome::{Alternative, Choice, Executor, Plan, Reason, Rejected, Term};
pub use placement::{Origin, Placement};
pub use profile::Provenance;
pub use seconds::Seconds;

pub(crate) use chunk::grain;
pub(crate) use course::{Course, Mode, Model, static_course};
pub(crate) use decide::{cpu_outruns_discovery, decide, quick_cpu};
pub(crate) use json::{pretty, strip_times};
pub(crate) use launch::{LaunchDecision, LaunchShape, decide_launch};
pub(crate) use launch_cost::{CutCourse, launch_course};
#[cfg(test)]
pub(crate) use learn::{Budget, Samples};
pub(crate) use learn::{Density, History, Observation, WorkKey};
pub(crate) use pace::{Bounds, Other, Speed, next_chunk};
pub(crate) use placement::{PLACEMENT_VARIABLE, Request};
pub(crate) use profile::{
    AdapterKind, CanonicalOrder, CpuProfile, DeviceState, Estimate, GpuProfile, Profile,
};
pub(crate) use seconds::bytes_text;
pub(crate) use shape::{Shape, ShapeKind};

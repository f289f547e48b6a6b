//! The planner: decides which executor gets which elements, and can say why.
//!
//! Pure: a [`Shape`] of the work, a [`Profile`] of the machine and a [`Request`] go in, a [`Plan`] comes out. No clock
//! is read and no device is touched here; every time is a number that somebody measured, calibrated or assumed before,
//! and says so. What is refused: a placement outside of its domain, a GPU asked for where there is none, work that no
//! allowed executor can run.
//!
//! The cost model is linear in the number of elements, for each executor alone and for both together; see [`cost`].

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
pub(crate) use learn::{Budget, Density, DeviceHistory, History, Observation, Samples, WorkKey};
pub(crate) use pace::{Bounds, Other, Speed, next_chunk};
pub(crate) use placement::{PLACEMENT_VARIABLE, Request};
pub(crate) use profile::{
    AdapterKind, CanonicalOrder, CpuProfile, DeviceState, Estimate, GpuProfile, Profile,
};
pub(crate) use seconds::bytes_text;
pub(crate) use shape::{Shape, ShapeKind};

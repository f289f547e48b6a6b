//! Running a plan: the executors behind one trait.

mod executor;
mod spine;

pub(crate) use executor::{Executor, Job, State};
pub(crate) use spine::Spine;

//! Running a plan: the executors behind one trait.

mod call;
mod executor;
mod lane;
mod ledger;
mod lessons;
mod spine;

pub(crate) use call::{After, Call, Chunk, Next, Stop};
pub(crate) use executor::{Executor, Job, State};
pub(crate) use ledger::{Commit, Lease};
pub(crate) use lessons::{Facts, explored_s, learn};
pub(crate) use spine::Spine;

//! tilewright

mod array;
mod element;
mod error;
mod monoid;
mod order;
mod plan;
mod wgsl;
mod work;

pub use element::{Element, ElementType, Scalar};
pub use error::{Error, Fault, Result};
pub use plan::{
    Alternative, Choice, Executor, Origin, Placement, Plan, Provenance, Reason, Rejected, Seconds, Term,
    WithoutTimes,
};

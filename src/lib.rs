//! tilewright: map, reduce and scan from one WGSL function, on any GPU, on the CPU, or on both at once.

mod array;
mod context;
mod cpu;
mod element;
mod error;
mod func;
mod gpu;
mod monoid;
mod ops;
mod order;
mod passes;
mod plan;
pub mod prelude;
mod run;
mod view;
mod wgsl;
mod work;

pub use array::Array;
pub use context::{Adapter, Builder, Context, Incident, Report};
pub use element::{Element, ElementType, Scalar};
pub use error::{Error, Fault, Law, Result};
pub use func::{Func, Signature};
pub use monoid::{
    And, ArgMax, ArgMin, Extremum, IntegerElement, Max, Min, Monoid, Or, Product, ReduceOperator,
    ScalarElement, ScanOperator, Sum, Xor,
};
pub use plan::{
    Alternative, Choice, Executor, Origin, Placement, Plan, Provenance, Reason, Rejected, Seconds, Term,
    WithoutTimes,
};
pub use view::{Append, Items, View, Viewable};

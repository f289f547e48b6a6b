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
mod run;
mod view;
mod wgsl;
mod work;

pub use array::Array;
pub use context::{Builder, Context, Incident, Report};
pub use element::{Element, ElementType, Scalar};
pub use error::{Error, Fault, Result};
pub use func::{Func, Signature};
pub use plan::{Placement, Plan};
pub use view::{Append, Items, View, Viewable};

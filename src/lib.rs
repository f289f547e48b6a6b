//! tilewright

mod array;
mod element;
mod error;
mod func;
mod monoid;
mod gpu;
mod order;
mod passes;
mod run;
mod wgsl;
mod work;

pub use element::{Element, ElementType, Scalar};
pub use error::{Error, Fault, Law, Result};
pub use func::{Func, Signature};
pub use monoid::{
    And, ArgMax, ArgMin, Extremum, IntegerElement, Max, Min, Monoid, Or, Product, ReduceOperator, ScalarElement,
    ScanOperator, Sum, Xor,
};

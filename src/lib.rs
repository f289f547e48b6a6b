//! tilewright

mod array;
mod element;
mod error;
mod func;
mod monoid;
mod order;
mod wgsl;
mod work;

pub use element::{Element, ElementType, Scalar};
pub use error::{Error, Fault, Result};
pub use func::{Func, Signature};

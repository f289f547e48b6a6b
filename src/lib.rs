//! tilewright

mod array;
mod cpu;
mod element;
mod error;
mod monoid;
mod order;
mod wgsl;
mod work;

pub use element::{Element, ElementType, Scalar};
pub use error::{Error, Fault, Result};

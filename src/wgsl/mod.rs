//! WGSL as the library sees it: parsed and validated once by naga, reflected, and spliced into templates.

mod pure;
mod template;

pub(crate) use pure::{Param, PureFunction};
pub(crate) use template::fill;

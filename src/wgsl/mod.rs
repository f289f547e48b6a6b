//! WGSL as the library sees it: parsed and validated once by naga, reflected, and spliced into templates.

mod pure;

pub(crate) use pure::{Param, PureFunction};

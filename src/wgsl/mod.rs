//! WGSL as the library sees it: parsed and validated once by naga, reflected, and spliced into templates.

mod diagnostic;
mod emit;
mod flatten;
mod limits;
mod nesting;
mod parse;
mod pure;
mod purity;
mod signature;
mod template;
mod value;

pub(crate) use emit::emit;
pub(crate) use parse::parse;
pub(crate) use pure::{Param, PureFunction};
pub(crate) use signature::Expected;
pub(crate) use template::fill;
pub(crate) use value::spell_value;

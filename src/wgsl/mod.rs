//! WGSL as the library sees it: parsed and validated once by naga, reflected, and spliced into templates.

mod diagnostic;
mod directive;
mod emit;
mod flatten;
mod footprint;
mod guard;
mod layout;
mod limits;
mod nesting;
mod offset;
mod operands;
mod parse;
mod pure;
mod purity;
mod rebase;
mod reflect;
mod shader;
mod signature;
mod specialize;
mod stage;
mod template;
mod value;

pub(crate) use diagnostic::Text;
pub(crate) use emit::emit;
pub(crate) use footprint::{Extent, Footprint, Merge, Part, Window, Windows, footprint, windows};
pub(crate) use guard::guarded;
pub(crate) use layout::Layout;
pub(crate) use offset::{ORIGIN_WORDS, Partial};
pub(crate) use parse::parse;
pub(crate) use pure::{Param, PureFunction};
pub use reflect::{Binding, BindingAccess, EntryPoint, Override};
pub(crate) use shader::Shader;
pub(crate) use signature::Expected;
pub(crate) use specialize::{Feature, Specialized};
pub(crate) use template::fill;
pub(crate) use value::spell_value;

//! WGSL as the library sees it: parsed and validated once by naga, reflected, and spliced into templates.

mod diagnostic;
mod emit;
mod flatten;
mod guard;
mod layout;
mod limits;
mod nesting;
mod parse;
mod pure;
mod purity;
mod reflect;
mod shader;
mod signature;
mod specialize;
mod template;
mod texture;
mod value;

pub(crate) use emit::emit;
pub(crate) use guard::guarded;
pub(crate) use layout::Layout;
pub(crate) use parse::parse;
pub(crate) use pure::{Param, PureFunction};
pub use reflect::{Binding, BindingAccess, EntryPoint, Override};
pub(crate) use shader::Shader;
pub(crate) use signature::Expected;
pub(crate) use specialize::{Feature, Specialized};
pub(crate) use template::fill;
pub use texture::TextureType;
pub(crate) use texture::texel_format;
pub(crate) use value::spell_value;

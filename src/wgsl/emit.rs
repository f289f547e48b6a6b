//! A pure function back as WGSL text, ready to be put into a shader beside others.
//!
//! The text comes from the parsed module, not from the user: comments, aliases, attributes and directives are gone, and
//! every name at module scope starts with a prefix of the caller's choice, so that functions of the same names from
//! different texts do not meet. Values and order of operations are the user's.

use naga::back::wgsl::WriterFlags;
use naga::proc::{CaseInsensitiveKeywordSet, NameKey, Namer};
use naga::{Module, TypeInner, keywords};

use super::flatten;
use super::pure::PureFunction;
use crate::error::{Error, Result};

/// A function as WGSL text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Emitted {
    /// Structs, constants, helper functions and the function itself.
    pub(crate) text: String,
    /// The function's name in `text`.
    pub(crate) name: String,
}

/// Writes `function` and all that it uses, with `prefix` before every name at module scope.
///
/// Deep expressions are written in parts, so that the text nests less than what a parser accepts (naga's accepts 200
/// levels, and counts the parentheses that its writer adds). The prefix is a plain identifier that ends in `_` and holds no `__`; texts with different prefixes, of which none
/// starts another, have no name in common.
pub(crate) fn emit(function: &PureFunction, prefix: &str) -> Result<Emitted> {
    debug_assert!(
        prefix.ends_with('_') && !prefix.contains("__") && prefix.starts_with(|c: char| c.is_alphabetic())
    );
    let refuse = |what: String| Error::Unsupported { executor: "gpu".to_owned(), what };
    let mut module = function.module.clone();
    for (handle, written) in module.functions.iter_mut() {
        flatten::name_deep_expressions(written, &function.info[handle], &function.module.types);
        if flatten::block_depth(&written.body) > flatten::MAX_BLOCK_DEPTH {
            return Err(refuse(format!("`{}` nests blocks too deeply to be written as WGSL", function.name)));
        }
    }
    add_prefix(&mut module, prefix);
    let text = naga::back::wgsl::write_string(&module, &function.info, WriterFlags::empty());
    let text = text.map_err(|error| refuse(format!("`{}` as WGSL: {error}", function.name)))?;
    let name = written_name(&module, NameKey::Function(function.function));
    Ok(Emitted { text, name })
}

/// Renames structs, constants and functions; handles stay as they are, so that validation results stay true.
fn add_prefix(module: &mut Module, prefix: &str) {
    let add = |name: &mut Option<String>| {
        if let Some(name) = name {
            name.insert_str(0, prefix);
        }
    };
    let predeclared: Vec<_> = module.special_types.predeclared_types.values().copied().collect();
    let structs = module.types.iter().filter(|(_, ty)| matches!(ty.inner, TypeInner::Struct { .. }));
    let structs: Vec<_> =
        structs.map(|(handle, _)| handle).filter(|handle| !predeclared.contains(handle)).collect();
    for handle in structs {
        let mut ty = module.types[handle].clone();
        add(&mut ty.name);
        module.types.replace(handle, ty);
    }
    module.constants.iter_mut().for_each(|(_, constant)| add(&mut constant.name));
    module.functions.iter_mut().for_each(|(_, function)| add(&mut function.name));
}

/// The name that the writer gives to an item: naga makes names unique and avoids reserved words.
fn written_name(module: &Module, key: NameKey) -> String {
    let mut names = naga::FastHashMap::default();
    Namer::default().reset(
        module,
        &keywords::wgsl::RESERVED_SET,
        &keywords::wgsl::BUILTIN_IDENTIFIER_SET,
        CaseInsensitiveKeywordSet::empty(),
        &["__", "_naga"],
        &mut names,
    );
    names.remove(&key).unwrap_or_default()
}

#[cfg(test)]
mod tests;

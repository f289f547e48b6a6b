//! Text to pure function: parse, choose the function, check its signature and purity, validate, drop the rest.
//!
//! A mistake is reported in the user's own text, as naga renders it. The function is the one that no other function of
//! the text calls, or the one named.

use std::hash::{DefaultHasher, Hash, Hasher};

use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{Function, Handle, Module, Span, Statement};

use super::guard::guarded;
use super::pure::PureFunction;
use super::signature::Expected;
use super::{diagnostic, limits, purity};
use crate::error::{Error, Result};

/// Reads a pure function from `text`: the one called `name`, or without a name the one that no other function calls.
pub(crate) fn parse(text: &str, name: Option<&str>, expected: Expected) -> Result<PureFunction> {
    let label = name.unwrap_or_else(|| likely_name(text));
    guarded(label, text, || parse_unguarded(text, label, name, expected))
}

fn parse_unguarded(text: &str, label: &str, name: Option<&str>, expected: Expected) -> Result<PureFunction> {
    let mut module =
        naga::front::wgsl::parse_str(text).map_err(|error| diagnostic::from_parse(label, text, &error))?;
    let mut function = choose(&module, name)?;
    let name = module.functions[function].name.clone().unwrap_or_default();
    let matched = expected.matches(&module, function)?;
    let reached = purity::reach(&module, function);
    purity::check(&module, &reached).map_err(|impurity| Error::Impure {
        function: name.clone(),
        rendered: diagnostic::render(&name, text, "not allowed in a pure function".to_owned(), impurity.span),
        what: impurity.what,
    })?;
    let mut info = validate(&module, &name, text)?;
    limits::check(&module, &reached).map_err(|limit| Error::Unsupported {
        executor: "every executor".to_owned(),
        what: format!("`{name}` takes {limit}"),
    })?;
    if module.functions.len() != reached.len() || !holds_functions_only(&module) {
        function = prune(&mut module, function);
        info = validate(&module, &name, text)?;
    }
    let mut hasher = DefaultHasher::new();
    (text, &name, expected.parameters.len()).hash(&mut hasher);
    Ok(PureFunction {
        id: hasher.finish(),
        name,
        source: text.to_owned(),
        module,
        info,
        function,
        elements: matched.elements,
        uniforms: matched.uniforms,
        result: expected.result,
    })
}

/// The function called `name`, or the only one that nothing calls.
fn choose(module: &Module, name: Option<&str>) -> Result<Handle<Function>> {
    let name_of = |handle: Handle<Function>| module.functions[handle].name.as_deref().unwrap_or_default();
    let list = |handles: &[Handle<Function>]| match handles {
        [] => "none".to_owned(),
        handles => {
            handles.iter().map(|&handle| format!("`{}`", name_of(handle))).collect::<Vec<_>>().join(", ")
        }
    };
    let all: Vec<_> = module.functions.iter().map(|(handle, _)| handle).collect();
    if let Some(name) = name {
        return all.iter().copied().find(|&handle| name_of(handle) == name).ok_or_else(|| Error::Value {
            what: "name of the function".to_owned(),
            expected: format!("a function of the text ({})", list(&all)),
            given: format!("`{name}`"),
        });
    }
    let bodies = module.functions.iter().map(|(_, function)| &function.body);
    let entries = module.entry_points.iter().map(|entry| &entry.function.body);
    let called: Vec<_> = bodies.chain(entries).flat_map(purity::callees).collect();
    let roots: Vec<_> = all.into_iter().filter(|handle| !called.contains(handle)).collect();
    let entries: Vec<_> = module.entry_points.iter().map(|entry| format!("`{}`", entry.name)).collect();
    match roots[..] {
        [root] => Ok(root),
        [] => Err(Error::Value {
            what: "functions of the text".to_owned(),
            expected: "a function that is not an entry point".to_owned(),
            given: match &entries[..] {
                [] => "no function".to_owned(),
                entries => format!("only the entry points {}", entries.join(", ")),
            },
        }),
        _ => Err(Error::Value {
            what: "functions that no other function of the text calls".to_owned(),
            expected: "exactly one; to choose a function use `Func::named`".to_owned(),
            given: list(&roots),
        }),
    }
}

fn validate(module: &Module, label: &str, text: &str) -> Result<ModuleInfo> {
    // Half precision inside 32-bit values (`pack2x16float`, `quantizeToF16`) needs no 16-bit types.
    let capabilities = Capabilities::SHADER_FLOAT16_IN_FLOAT32;
    Validator::new(ValidationFlags::all(), capabilities)
        .validate(module)
        .map_err(|error| diagnostic::from_validation(label, text, &error))
}

fn holds_functions_only(module: &Module) -> bool {
    module.entry_points.is_empty() && module.global_variables.is_empty() && module.overrides.is_empty()
}

/// Drops everything that `root` does not reach, and returns its new handle.
///
/// naga keeps what entry points reach: for the time of the compaction, an entry point calls `root`.
fn prune(module: &mut Module, root: Handle<Function>) -> Handle<Function> {
    let mut caller = Function::default();
    caller
        .body
        .push(Statement::Call { function: root, arguments: Vec::new(), result: None }, Span::UNDEFINED);
    module.entry_points = vec![naga::EntryPoint {
        name: String::new(),
        stage: naga::ShaderStage::Compute,
        early_depth_test: None,
        workgroup_size: [1; 3],
        workgroup_size_overrides: None,
        function: caller,
        mesh_info: None,
        task_payload: None,
        incoming_ray_payload: None,
    }];
    naga::compact::compact(module, naga::compact::KeepUnused::No);
    module.entry_points.clear();
    // Callees come before their callers, and only callees of the root are left.
    module.functions.iter().next_back().map_or(root, |(handle, _)| handle)
}

/// The name by which to call a text that does not parse: the last that follows `fn`.
fn likely_name(text: &str) -> &str {
    let mut words = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
    let mut name = None;
    while let Some(word) = words.next() {
        if word == "fn" {
            name = words.next().or(name);
        }
    }
    name.unwrap_or("wgsl")
}

#[cfg(test)]
pub(super) mod robust;
#[cfg(test)]
mod tests;

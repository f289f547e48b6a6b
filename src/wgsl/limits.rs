//! What a function may take of memory and code, so that a short text cannot ask for more than a machine has.
//!
//! Executors keep the local variables of hundreds of invocations at once, and expand calls in place; both grow with what
//! is written here in no proportion to the text's length.

use std::collections::HashMap;

use naga::{Function, Handle, Module};

use super::purity;

/// Bytes of one type, and of all local variables of the functions reached. WGSL promises 8192 for the variables of a
/// function (section 2.4, limits).
const MAX_BYTES: u64 = 64 << 10;

/// Calls, when each call site has its own copy of the function.
const MAX_CALLS: u64 = 10_000;

/// Compares the functions of a valid module, the outermost first, with the limits; the error says which is passed.
pub(super) fn check(module: &Module, reached: &[Handle<Function>]) -> Result<(), String> {
    let size = |ty: Handle<naga::Type>| u64::from(module.types[ty].inner.size(module.to_ctx()));
    if let Some(bytes) = module.types.iter().map(|(ty, _)| size(ty)).find(|&bytes| bytes > MAX_BYTES) {
        return Err(format!("a type of {bytes} bytes; the limit is {MAX_BYTES}"));
    }
    let locals = reached.iter().flat_map(|&function| module.functions[function].local_variables.iter());
    let bytes: u64 = locals.map(|(_, local)| size(local.ty)).sum();
    if bytes > MAX_BYTES {
        return Err(format!("local variables of {bytes} bytes; the limit is {MAX_BYTES}"));
    }
    // In the arena, callees come before their callers.
    let mut calls: HashMap<Handle<Function>, u64> = HashMap::new();
    for (handle, function) in module.functions.iter() {
        let callees = purity::callees(&function.body);
        let of = |callee| calls.get(callee).copied().unwrap_or(0).saturating_add(1);
        let total = callees.iter().fold(0u64, |total, callee| total.saturating_add(of(callee)));
        calls.insert(handle, total);
    }
    match reached.first().and_then(|outermost| calls.get(outermost)) {
        Some(&total) if total > MAX_CALLS => Err(format!("more than {MAX_CALLS} calls when expanded")),
        _ => Ok(()),
    }
}

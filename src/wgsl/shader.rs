//! A whole shader: parsed and validated once, reflected, and made specific to an entry point with its overrides.
//!
//! All that naga validates for compute is let through, whatever one device lacks: who runs it asks for the features that
//! it needs.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};

use naga::Module;
use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};

use super::diagnostic;
use super::directive::without_needless;
use super::guard::guarded;
use super::reflect::{self, EntryPoint, Override};
use super::specialize::Specialized;
use super::stage::forbidden;
use crate::error::{Error, Result};

/// Specialisations kept; past this many the cache starts anew.
const MAX_CACHED: usize = 256;

/// An entry point and the bits of overrides that are set, by index.
type Key = (usize, Vec<(usize, u64)>);

/// A validated WGSL module with its compute entry points.
#[derive(Debug)]
pub(crate) struct Shader {
    /// Equal for shaders of the same text.
    pub(crate) id: u64,
    /// What diagnostics call the text.
    pub(crate) label: String,
    /// The user's text, without directives that naga need not be given.
    pub(crate) source: String,
    pub(super) module: Module,
    pub(super) info: ModuleInfo,
    /// The compute entry points.
    pub(crate) entries: Vec<EntryPoint>,
    pub(crate) overrides: Vec<Override>,
    /// Name, group and binding of every resource, used or not.
    pub(crate) declared: Vec<(String, (u32, u32))>,
    specialized: Mutex<HashMap<Key, Arc<Specialized>>>,
}

impl Shader {
    /// Reads a text.
    pub(crate) fn parse(label: &str, text: &str) -> Result<Self> {
        let mut shader = guarded(label, text, || Self::parse_unguarded(label, text))?;
        for entry in 0..shader.entries.len() {
            if shader.entries[entry].workgroup_size.is_none() {
                let specialized = shader.specialized(entry, &[]);
                shader.entries[entry].workgroup_size = specialized.ok().map(|program| program.workgroup_size);
            }
        }
        Ok(shader)
    }

    fn parse_unguarded(label: &str, text: &str) -> Result<Self> {
        let known = without_needless(text);
        let module = naga::front::wgsl::parse_str(&known)
            .map_err(|error| diagnostic::from_parse(label, text, &error))?;
        let info = Validator::new(ValidationFlags::all(), Capabilities::all()).validate(&module).map_err(
            |error| match forbidden(&module, error.as_inner()) {
                Some((what, span)) => diagnostic::refused(label, text, what, span),
                None => diagnostic::from_validation(label, text, &error),
            },
        )?;
        let entries = reflect::entry_points(&module, &info, text);
        if entries.is_empty() {
            return Err(Error::Value {
                what: format!("entry points of `{label}`"),
                expected: "at least one function with `@compute`".to_owned(),
                given: "none".to_owned(),
            });
        }
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        Ok(Self {
            id: hasher.finish(),
            label: label.to_owned(),
            source: known.into_owned(),
            overrides: reflect::overrides(&module),
            declared: reflect::declared(&module),
            module,
            info,
            entries,
            specialized: Mutex::default(),
        })
    }

    /// The entry point `entry` with these overrides set, by their index; each at most once.
    pub(crate) fn specialized(&self, entry: usize, overrides: &[(usize, f64)]) -> Result<Arc<Specialized>> {
        let mut set: Vec<_> = overrides.iter().map(|&(index, value)| (index, value.to_bits())).collect();
        set.sort_unstable();
        let key = (entry, set);
        // A poisoned lock only means that another thread panicked between two map operations; the map is whole.
        let cache = || self.specialized.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(found) = cache().get(&key) {
            return Ok(Arc::clone(found));
        }
        let made = guarded(&self.label, &self.source, || Specialized::new(self, entry, overrides))?;
        let made = Arc::new(made);
        let mut cache = cache();
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        cache.insert(key, Arc::clone(&made));
        Ok(made)
    }
}

#[cfg(test)]
mod tests;

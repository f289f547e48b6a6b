//! What the arguments give, held against what the entry point wants, before anything runs.

use std::collections::BTreeSet;

use tilewright::{Binding, EntryPoint};

use super::common::Failure;
use super::spec::{Assignment, Place};

/// Refuses bindings that are given twice or not at all, and dumps of what is not given.
pub(crate) fn check<M, D>(
    bindings: &[Assignment<Place, M>],
    dumps: &[Assignment<Place, D>],
    entry: &EntryPoint,
) -> Result<(), Failure> {
    let mut given = BTreeSet::new();
    for Assignment(place, _) in bindings {
        if !given.insert(*place) {
            let Place { group, binding } = place;
            return Err(Failure::Usage(format!("--bind {group},{binding} is given twice")));
        }
    }
    let place = |binding: &Binding| Place { group: binding.group, binding: binding.binding };
    let missing = entry.bindings.iter().filter(|binding| !given.contains(&place(binding)));
    let missing: Vec<String> = missing.map(|binding| format!("  {}", wanted(binding))).collect();
    if !missing.is_empty() {
        let (name, list) = (&entry.name, missing.join("\n"));
        return Err(Failure::Usage(format!("`{name}` has bindings that are given nothing:\n{list}")));
    }
    if let Some(Assignment(place, _)) = dumps.iter().find(|dump| !given.contains(&dump.0)) {
        let Place { group, binding } = place;
        return Err(Failure::Usage(format!("--dump {group},{binding}: there is no such binding")));
    }
    Ok(())
}

/// The argument that gives a binding what it wants.
fn wanted(binding: &Binding) -> String {
    let Binding { group, binding: index, name, ty, access, bytes, stride, .. } = binding;
    let further = stride.map_or(String::new(), |stride| format!(" and {stride} for each further element"));
    let size = if *bytes == 0 { String::new() } else { format!(": at least {bytes} bytes{further}") };
    format!("--bind {group},{index}=SPEC for `{name}`, `{ty}` ({access}){size}")
}

//! Which kinds of statements and expressions of naga's shaders have.

use std::collections::BTreeSet;

use super::support::parse;

/// Those that a compute shader in WGSL can have once overrides are resolved, without textures and rays.
const KINDS: [&str; 44] = [
    "Literal",
    "Constant",
    "ZeroValue",
    "Compose",
    "Access",
    "AccessIndex",
    "Splat",
    "Swizzle",
    "FunctionArgument",
    "GlobalVariable",
    "LocalVariable",
    "Load",
    "Unary",
    "Binary",
    "Select",
    "Relational",
    "Math",
    "As",
    "CallResult",
    "AtomicResult",
    "WorkGroupUniformLoadResult",
    "ArrayLength",
    "SubgroupBallotResult",
    "SubgroupOperationResult",
    "Emit",
    "Block",
    "If",
    "Switch",
    "Loop",
    "Break",
    "Continue",
    "Return",
    "ControlBarrier",
    "Store",
    "Atomic",
    "WorkGroupUniformLoad",
    "Call",
    "SubgroupBallot",
    "SubgroupGather",
    "SubgroupCollectiveOperation",
    "WORK_GROUP",
    "STORAGE",
    "break_if: Some",
    "fall_through: true",
];

/// The kinds that are in none of the texts.
pub(super) fn missing<'a>(sources: impl Iterator<Item = &'a str>) -> Vec<&'static str> {
    let mut found = BTreeSet::new();
    let mut listed = String::new();
    for source in sources {
        let (module, _) = parse(source);
        let functions = module.functions.iter().map(|(_, function)| function);
        for function in functions.chain(module.entry_points.iter().map(|entry| &entry.function)) {
            for (_, expression) in function.expressions.iter() {
                found.insert(name(&format!("{expression:?}")));
            }
            // Statements in statements are part of the outer one's listing.
            listed += &format!("{:?}", function.body);
        }
    }
    let is_there = |kind: &&str| {
        found.contains(*kind)
            || listed.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == *kind)
            || (kind.contains(": ") && listed.contains(*kind))
    };
    KINDS.into_iter().filter(|kind| !is_there(kind)).collect()
}

/// The variant of what is shown.
fn name(shown: &str) -> String {
    shown.split([' ', '(']).next().unwrap_or_default().to_owned()
}

//! Tunings that were measured, as data: `shipped.json`, which `cargo bench --bench gpu -- tune --ship` adds to.
//!
//! Nothing is there that was not measured. What no entry knows is derived, in `defaults`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{Traits, Tuning};

/// The text of the file. A test holds it to what is expected of it.
const TEXT: &str = include_str!("shipped.json");

/// A tuning that the library brings along, with the adapter that it was measured on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The adapters that it is for.
    pub adapter: Pattern,
    /// With what, and on what machine: for readers.
    pub measured: String,
    /// The adapter that it was measured on.
    pub traits: Traits,
    /// What was the fastest there.
    pub tuning: Tuning,
}

/// A set of adapters: those that everything given is true of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// A part of the name, in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// As [`Traits::kind`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// As [`Traits::software`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<bool>,
}

impl Pattern {
    /// True for an adapter of the set.
    pub fn matches(&self, traits: &Traits) -> bool {
        let is_named = |name: &String| traits.name.to_ascii_lowercase().contains(&name.to_ascii_lowercase());
        self.name.as_ref().is_none_or(is_named)
            && self.kind.as_ref().is_none_or(|kind| *kind == traits.kind)
            && self.software.is_none_or(|software| software == traits.software)
    }
}

/// All entries; of those that match an adapter, [`Tuning::of`] takes the first that runs there.
///
/// ```
/// use tilewright::tuning::{Traits, shipped};
///
/// let lavapipe = Traits { software: true, ..Traits::default() };
/// assert!(shipped().iter().any(|entry| entry.adapter.matches(&lavapipe)));
/// ```
pub fn shipped() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| serde_json::from_str(TEXT).unwrap_or_default());
    &ENTRIES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_parses_and_every_entry_fits_what_it_was_measured_on() {
        let entries: Vec<Entry> = serde_json::from_str(TEXT).expect("shipped.json is a list of entries");
        assert!(!entries.is_empty() && entries == shipped());
        for entry in &entries {
            let name = &entry.traits.name;
            assert!(entry.adapter.matches(&entry.traits), "{name}: its pattern is of others");
            assert!(entry.adapter != Pattern::default(), "{name}: it would be for every adapter");
            entry.tuning.check(&entry.traits).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!entry.measured.is_empty(), "{name}: not measured");
        }
    }

    #[test]
    fn the_file_is_as_the_tool_writes_it() {
        let text = serde_json::to_string_pretty(shipped()).expect("plain data");
        assert_eq!(TEXT, text + "\n", "what tools add would change other lines too");
    }

    #[test]
    fn an_entry_is_taken_where_it_was_measured() {
        for (index, entry) in shipped().iter().enumerate() {
            let earlier = shipped()[..index].iter().any(|other| other.adapter.matches(&entry.traits));
            assert!(!earlier, "{}: an entry before it hides it", entry.traits.name);
            assert_eq!(Tuning::of(&entry.traits), entry.tuning, "{}", entry.traits.name);
        }
    }

    #[test]
    fn a_pattern_matches_what_all_of_it_is_true_of() {
        let gpu =
            Traits { name: "NVIDIA H100 80GB HBM3".into(), kind: "discrete".into(), ..Traits::default() };
        let named = |name: &str| Pattern { name: Some(name.into()), ..Pattern::default() };
        assert!(named("h100").matches(&gpu) && !named("A100").matches(&gpu));
        assert!(Pattern { kind: Some("discrete".into()), ..named("H100") }.matches(&gpu));
        assert!(!Pattern { kind: Some("integrated".into()), ..named("H100") }.matches(&gpu));
        assert!(!Pattern { software: Some(true), ..Pattern::default() }.matches(&gpu));
        assert!(Pattern { software: Some(false), ..Pattern::default() }.matches(&gpu));
    }
}

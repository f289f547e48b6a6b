//! Holds `README.md` to the keys and the defaults of scenarios.

use std::collections::BTreeMap;

use serde_json::Value;
use tilewright::simulator::Scenario;

/// Everything that can be given: two kinds of irregular costs, which share a table.
const WHOLE: [&str; 2] = [
    r#"name = "x"
    work = { kind = "map", len = 1, cost_ns = 1.0, irregular = { shape = "ramp", factor = 2.0 } }
    gpu = { kind = "discrete", unit_ps = 1.0, memory_mib = 1, cliff = { above = 1, factor = 2.0 }, warm_up = { chunks = 1, factor = 2.0 } }
    drift = [{ run = 1 }]
    faults = [{ run = 1, kind = "hang" }]"#,
    r#"name = "x"
    work = { kind = "map", len = 1, cost_ns = 1.0, irregular = { shape = "block", from = 0.1, to = 0.2, factor = 2.0 } }"#,
];

/// What has to be given, and nothing else.
const LEAST: &str = r#"name = "x"
    work = { kind = "map", len = 1, cost_ns = 1.0 }
    gpu = { kind = "discrete", unit_ps = 1.0 }
    drift = [{ run = 1 }]
    faults = [{ run = 1, kind = "hang" }]"#;

/// Default by key, as the README has them.
fn documented() -> BTreeMap<String, String> {
    let text = include_str!("README.md");
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.split(" | ").collect();
        assert_eq!(cells.len(), 4, "{row}");
        (cells[0].trim_end_matches('`').to_owned(), cells[2].to_owned())
    })
    .collect()
}

/// Value by key, tables and the first of lists by their parts.
fn flatten(prefix: &str, value: &Value, into: &mut BTreeMap<String, Value>) {
    let object = match value {
        Value::Array(list) => list.first().and_then(Value::as_object),
        _ => value.as_object(),
    };
    for (key, value) in object.into_iter().flatten() {
        let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        flatten(&key, value, into);
        into.insert(key, value.clone());
    }
}

fn keys(text: &str) -> BTreeMap<String, Value> {
    let scenario: Scenario = toml::from_str(text).unwrap_or_else(|error| panic!("{error}"));
    let mut keys = BTreeMap::new();
    flatten("", &serde_json::to_value(scenario).expect("numbers and text"), &mut keys);
    keys
}

#[test]
fn every_key_is_documented_and_every_documented_key_exists() {
    let mut existing: Vec<String> = WHOLE.into_iter().flat_map(keys).map(|(key, _)| key).collect();
    existing.sort();
    existing.dedup();
    assert_eq!(documented().into_keys().collect::<Vec<_>>(), existing);
}

#[test]
fn documented_defaults_are_the_defaults() {
    let defaults = keys(LEAST);
    let mut checked = 0;
    for (key, documented) in documented() {
        let Some(value) = defaults.get(&key) else { continue };
        match documented.as_str() {
            // Has to be given, or is checked by its parts.
            "-" | "all defaults" => continue,
            "none" => assert!(value.is_null() || key == "gpu", "{key}: {value}"),
            "empty" => assert!(value.is_array(), "{key}: {value}"),
            "true" | "false" => assert_eq!(value.to_string(), documented, "{key}"),
            number => {
                let number: f64 = number.parse().unwrap_or_else(|error| panic!("{key}: {error}"));
                assert_eq!(value.as_f64(), Some(number), "{key}");
            }
        }
        checked += 1;
    }
    assert!(checked > 30);
}

#[test]
fn keys_without_a_default_have_to_be_given() {
    for (key, default) in documented() {
        let (table, key) = key.rsplit_once('.').unwrap_or(("", &key));
        // Tables within tables are in one line.
        if default != "-" || key == "work" || table.contains('.') {
            continue;
        }
        let less: Vec<String> = LEAST.lines().map(|line| without(line, table, key)).collect();
        let error = toml::from_str::<Scenario>(&less.join("\n")).expect_err(key).to_string();
        assert!(error.contains(&format!("missing field `{key}`")), "{error}");
    }
}

/// A line of [`LEAST`] without a key, if the line is of its table.
fn without(line: &str, table: &str, key: &str) -> String {
    let (name, rest) = line.trim().split_once(" = ").expect("a key and a value");
    match table {
        "" if name == key => String::new(),
        table if name == table => {
            let (open, inner) = rest.split_once("{ ").expect("a table");
            let (inner, close) = inner.split_once(" }").expect("a table");
            let prefix = format!("{key} = ");
            let kept: Vec<&str> = inner.split(", ").filter(|part| !part.starts_with(&prefix)).collect();
            format!("{name} = {open}{{ {} }}{close}", kept.join(", "))
        }
        _ => line.to_owned(),
    }
}

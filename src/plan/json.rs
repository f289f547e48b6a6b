//! Plans and reports as JSON.
//!
//! Text for machines: its keys stay as they are as long as `version` does. Times are in seconds, sizes in bytes, and a
//! number that is not known or not finite is `null`.

use serde::Serialize;

use super::outcome::Plan;

/// Of the schema of plans and of reports. Further keys do not change it.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Versioned<'a, T> {
    version: u32,
    #[serde(flatten)]
    what: &'a T,
}

impl Plan {
    /// The plan as JSON, indented.
    ///
    /// ```text
    /// version         1
    /// label, len      what runs: "reduce of Sum"; how many of `unit`, which is "element", or "invocation" of a kernel
    /// placement       "auto", "cpu", "gpu" or "split:0.3"; `origin` is "argument", "environment" or "default"
    /// choice          {"kind": "cpu"}, {"kind": "gpu"} or {"kind": "split", "gpu_elements": 4096}
    /// adapter         the name of the one that takes part, or null
    /// threads, cpu_chunk_len, gpu_chunk_len
    /// predicted       {"low": s, "expected": s, "high": s}; zeros for a kernel that nobody has run
    /// contention      share of the time that both executors lose by running at once
    /// terms           [{"executor": "cpu", "name": "memory", "seconds": as `predicted`, "bytes": n,
    ///                   "source": {"kind": "prior"}, {"kind": "calibrated"} or {"kind": "measured", "calls": n}}]
    /// rejected        [{"alternative": {"kind": "gpu", "adapter": ...}, "predicted": as above or null,
    ///                   "reason": {"kind": "slower"} or {"kind": "unsupported", "detail": ...}}]
    /// notes           texts
    /// ```
    ///
    /// ```
    /// use tilewright::prelude::*;
    ///
    /// let cx = Context::new().with_placement(Placement::Cpu);
    /// let plan = cx.view(&[1_u32, 2, 3]).explain_reduce(Sum)?;
    /// assert!(plan.to_json().starts_with("{\n  \"version\": 1,\n  \"label\": \"reduce of Sum\""));
    /// # Ok::<(), tilewright::Error>(())
    /// ```
    pub fn to_json(&self) -> String {
        pretty(self)
    }
}

/// Indented JSON with a version.
pub(crate) fn pretty(what: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(&Versioned { version: VERSION, what });
    // Plain data: only maps with other keys than text, and code of others, could fail.
    text.unwrap_or_else(|error| format!("{{\"version\": {VERSION}, \"error\": \"{error}\"}}"))
}

/// The same with `null` for numbers that differ from run to run: times, and how many calls were measured.
///
/// Indented JSON has one number in a line, with its key. So the order of keys stays, which a tree of values would lose.
pub(crate) fn strip_times(json: &str) -> String {
    let strip = |line: &str| {
        let Some((key, value)) = line.split_once("\": ") else { return line.to_owned() };
        let name = key.trim_start().trim_start_matches('"');
        let is_number = value.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        if !is_number || !varies(name) {
            return line.to_owned();
        }
        format!("{key}\": null{}", if value.ends_with(',') { "," } else { "" })
    };
    json.lines().map(strip).collect::<Vec<_>>().join("\n")
}

fn varies(key: &str) -> bool {
    const KEYS: [&str; 7] = ["low", "expected", "high", "calls", "contention", "prediction_error", "shared"];
    KEYS.contains(&key) || key.ends_with("_s")
}

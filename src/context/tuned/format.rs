//! The text of a file with a tuning: JSON with a version, so that a later library knows what it reads.
//!
//! ```text
//! {"version": 1, "library": "0.1.0", "of": "NVIDIA H100 (NVIDIA 580.82)", "tuning": {...}}
//! ```

use std::io;

use serde::{Deserialize, Serialize};

use crate::tuning::Tuning;

/// Of the format. A change of what passes make of a tuning is a new version too.
const VERSION: u64 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u64,
    library: String,
    of: String,
    tuning: Tuning,
}

/// What every version has.
#[derive(Deserialize)]
struct Header {
    version: u64,
}

pub(super) fn encode(tuning: &Tuning, of: &str) -> io::Result<Vec<u8>> {
    let library = env!("CARGO_PKG_VERSION").to_owned();
    let file = File { version: VERSION, library, of: of.to_owned(), tuning: *tuning };
    let mut text = serde_json::to_vec_pretty(&file)?;
    text.push(b'\n');
    Ok(text)
}

/// The tuning, or why there is none.
pub(super) fn decode(text: &[u8], of: &str) -> Result<Tuning, String> {
    let damaged = |error: serde_json::Error| format!("it is damaged: {error}");
    let Header { version } = serde_json::from_slice(text).map_err(damaged)?;
    if version != VERSION {
        return Err(format!("it has version {version}, and this library reads {VERSION}"));
    }
    let file: File = serde_json::from_slice(text).map_err(damaged)?;
    if file.of != of {
        return Err(format!("it is of `{}`", file.of));
    }
    Ok(file.tuning)
}

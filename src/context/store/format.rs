//! The text of a file of history: JSON with a version, so that a later library knows what it reads.
//!
//! ```text
//! {"version": 1, "library": "0.1.0", "of": "2 threads, AVX-512, machine code", "history": {...}}
//! ```

use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};

use crate::plan::History;

/// Of the format. A change of what numbers mean is a new version too.
const VERSION: u64 = 1;

#[derive(Serialize)]
struct Written<'a> {
    version: u64,
    library: &'a str,
    of: &'a str,
    history: &'a History,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    #[serde(rename = "version")]
    _version: u64,
    #[serde(rename = "library")]
    _library: String,
    of: String,
    history: History,
}

/// What every version has.
#[derive(Deserialize)]
struct Header {
    version: u64,
}

/// Why a text is not a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Of another version of the format.
    Version(u64),
    /// Of something else: two names met in one file name.
    Of(String),
    /// Truncated, edited, or of somebody else.
    Damaged(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(version) => write!(f, "it has version {version}, and this library reads {VERSION}"),
            Self::Of(other) => write!(f, "it is of `{other}`"),
            Self::Damaged(what) => write!(f, "it is damaged: {what}"),
        }
    }
}

pub(super) fn encode(history: &History, of: &str) -> io::Result<Vec<u8>> {
    let library = env!("CARGO_PKG_VERSION");
    Ok(serde_json::to_vec(&Written { version: VERSION, library, of, history })?)
}

pub(super) fn decode(text: &[u8], of: &str) -> Result<History, Unreadable> {
    let damaged = |error: serde_json::Error| Unreadable::Damaged(error.to_string());
    let header: Header = serde_json::from_slice(text).map_err(damaged)?;
    if header.version != VERSION {
        return Err(Unreadable::Version(header.version));
    }
    let read: Read = serde_json::from_slice(text).map_err(damaged)?;
    if read.of != of {
        return Err(Unreadable::Of(read.of));
    }
    if !read.history.is_sound() {
        return Err(Unreadable::Damaged("numbers that no measurement gives".into()));
    }
    Ok(read.history)
}

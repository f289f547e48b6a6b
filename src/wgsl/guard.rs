//! No text brings the caller down: what reads or compiles a user's text runs in here.
//!
//! naga is trusted to refuse bad text with an error, not to be free of bugs: a panic of its own is caught and reported
//! as an error. Nesting is bounded beforehand, and what nests more than usual is read on a thread with a stack to match.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use super::nesting::Excess;
use super::{diagnostic, nesting};
use crate::error::{Error, Result};

/// Depth that any stack bears.
const SHALLOW: usize = 16;

/// Stack that naga takes for one level of nesting when it is compiled without optimisation, with a margin: 34 KiB were
/// measured for a chain of `else if`, 22 KiB for nested calls; a tenth of it with optimisation.
const STACK_PER_LEVEL: usize = 64 << 10;

/// Runs `read`, which recurses no deeper than `text` nests. `label` names the text in errors.
///
/// Nothing that a panic of `read` can leave half done may be used afterwards.
pub(crate) fn guarded<T: Send>(
    label: &str,
    text: &str,
    read: impl FnOnce() -> Result<T> + Send,
) -> Result<T> {
    let depth = nesting::depth(text).map_err(|excess| too_much(label, text, excess))?;
    let caught = || catch_unwind(AssertUnwindSafe(read));
    let outcome = if depth <= SHALLOW {
        caught()
    } else {
        let stack = depth * STACK_PER_LEVEL;
        thread::scope(|scope| {
            let reader = thread::Builder::new().name("tilewright-wgsl".to_owned()).stack_size(stack);
            let reader = reader.spawn_scoped(scope, caught).map_err(|error| Error::System {
                what: format!("starting a thread with a stack of {stack} bytes to read `{label}`"),
                reason: error.to_string(),
            })?;
            Ok(reader.join().and_then(|outcome| outcome))
        })?
    };
    outcome.unwrap_or_else(|panic| {
        let message = panic.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
        let rendered = format!("naga failed on this text: {message}");
        Err(Error::Wgsl { label: label.to_owned(), rendered, line: 0, column: 0 })
    })
}

fn too_much(label: &str, text: &str, excess: Excess) -> Error {
    let (message, at) = match excess {
        Excess::Depth(at) => {
            let limit = nesting::MAX_DEPTH;
            let message = "operators, brackets and `else`; name parts of it with `let`";
            (format!("nested deeper than {limit} {message}"), at)
        }
        Excess::Length(at) => {
            let limit = nesting::MAX_TOKENS;
            (format!("longer than {limit} words and signs; split it into functions"), at)
        }
    };
    diagnostic::refusal(label, text, message, at)
}

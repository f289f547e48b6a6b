//! The ledger of exploration: what was spent to learn, against all that was spent.

use serde::{Deserialize, Serialize};

/// Share of all time that may go to learning what would not have been done otherwise.
pub(crate) const EXPLORATION: f64 = 0.02;

/// Seconds of calls, and of exploration in them.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Budget {
    /// Seconds that calls took.
    pub(crate) spent_s: f64,
    /// Seconds of those that were spent to learn.
    pub(crate) explored_s: f64,
}

impl Budget {
    /// Seconds that a call of about `call_s` may spend on learning.
    pub(crate) fn left(&self, call_s: f64) -> f64 {
        (EXPLORATION * (self.spent_s + call_s) - self.explored_s).max(0.0)
    }

    /// True when at most half of what may be spent was, so that there is something left for what is new.
    pub(crate) fn is_half_full(&self, call_s: f64) -> bool {
        self.left(call_s) >= 0.5 * EXPLORATION * (self.spent_s + call_s)
    }

    /// Adds a call.
    pub(crate) fn spend(&mut self, call_s: f64, explored_s: f64) {
        let number = |seconds: f64| if seconds.is_finite() { seconds.max(0.0) } else { 0.0 };
        self.spent_s += number(call_s);
        self.explored_s += number(explored_s);
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.spend(other.spent_s, other.explored_s);
    }

    pub(crate) fn is_sound(&self) -> bool {
        [self.spent_s, self.explored_s].iter().all(|seconds| seconds.is_finite() && *seconds >= 0.0)
    }
}

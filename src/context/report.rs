//! What a call did.

use std::fmt;
use std::time::Duration;

use crate::plan::Plan;

/// Something that went wrong on the way and was made good.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Incident {
    /// Where: the adapter's name.
    pub executor: String,
    /// What happened.
    pub fault: String,
    /// What was done about it.
    pub action: String,
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.executor, self.fault, self.action)
    }
}

/// The report of one terminal call.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Report {
    /// What was planned.
    pub plan: Plan,
    /// How long the call took, from plan to result.
    pub elapsed: Duration,
    /// Faults that were made good, in order.
    pub incidents: Vec<Incident>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.plan)?;
        write!(f, "took {:.3} ms", self.elapsed.as_secs_f64() * 1e3)?;
        for incident in &self.incidents {
            write!(f, "\nincident: {incident}")?;
        }
        Ok(())
    }
}

//! A simulator of machines: what the planner does on hardware that is not here.
//!
//! A [`Scenario`] describes a work and a machine in plain numbers: rates with saturation and cliffs, warm-up, noise,
//! bandwidth that CPU and GPU share, costs that vary along the data, drift, and faults. [`run`] plays calls on it in virtual
//! time. The planner, its history, and the ledger that hands out chunks are those of real calls; and each chunk that is
//! committed runs the real function on the CPU, so that results are checked. What is simulated is the time that chunks
//! take, and the faults.
//!
//! Each call is compared with an oracle: the best of 41 static splits of the same call on the same machine in the same
//! state, which include the CPU alone and the GPU alone.
//!
//! Everything is a function of the scenario and its seed: the same scenario gives the same trace, event by event.
//!
//! ```
//! use tilewright::simulator::{Scenario, run};
//!
//! let scenario: Scenario = serde_json::from_str(
//!     r#"{ "name": "a quick GPU", "work": { "kind": "map", "len": 67108864, "cost_ns": 20.0 },
//!          "gpu": { "kind": "discrete", "unit_ps": 2.0 } }"#,
//! )?;
//! let outcome = run(&scenario)?;
//! assert!(outcome.is_correct());
//! assert!(outcome.calls[2].efficiency() > 0.9);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod belief;
mod check;
mod clock;
mod device;
mod faults;
mod machine;
mod oracle;
mod outcome;
mod play;
mod scenario;
mod summary;
#[cfg(test)]
mod tests;

pub use outcome::{CallOutcome, Event, EventKind, Outcome};
pub use play::run;
pub use scenario::{
    Cliff, CpuModel, Drift, FaultKind, GpuModel, Irregular, Pattern, Scenario, ScriptedFault, WarmUp,
    WorkModel,
};
pub use summary::{Distribution, Summary};

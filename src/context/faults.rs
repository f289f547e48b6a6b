//! A device that fails in a call: what its lane does next, and what the report says.

use std::time::{Duration, Instant};

use super::drive::{Drive, Standing};
use super::output::Piece;
use super::report::Incident;
use crate::error::{Error, Fault};
use crate::plan::Executor;
use crate::run::{After, Lease};

/// What is done about memory that is short.
const SMALLER_CHUNKS: &str = "smaller chunks";

impl<'t> Drive<'_, 't> {
    /// The device has failed, with a chunk or before it had one. Says what its lane shall do.
    pub(super) fn gpu_failed(&self, had: Option<(&Lease, Vec<Piece<'t>>)>, error: Error) -> After {
        self.cx.shared.devices.failed(&error);
        let fault = match &error {
            Error::Device { fault, .. } => fault.clone(),
            other => Fault::Rejected(other.to_string()),
        };
        let of_device = matches!(
            error,
            Error::Device { .. } | Error::NoAdapter { .. } | Error::Unsupported { .. } | Error::System { .. }
        );
        let is_short = matches!(fault, Fault::OutOfMemory { .. });
        let may_go_on = of_device && (self.cx.shared.fallback || is_short);
        let now_s = self.now_s();
        let mut standing = self.lock();
        let state = &mut *standing;
        let after = match had {
            Some((lease, pieces)) => {
                state.pieces.give(pieces);
                if may_go_on {
                    state.call.fault(lease, &fault, now_s)
                } else {
                    state.call.retire(Executor::Gpu)
                }
            }
            None => state.call.retire(Executor::Gpu),
        };
        let action = match after {
            After::Retry => SMALLER_CHUNKS,
            After::Reopen { .. } => "it was opened again",
            After::Retire if !of_device || !self.cx.shared.fallback || state.call.is_stuck() => {
                state.error.get_or_insert(error);
                self.changed.notify_all();
                return after;
            }
            After::Retire => "the CPU did the work",
        };
        let text = match error {
            Error::Device { fault, .. } => fault.to_string(),
            other => other.to_string(),
        };
        self.incident(state, text, action);
        self.changed.notify_all();
        after
    }

    fn incident(&self, standing: &mut Standing<'t>, fault: String, action: &str) {
        let executor = self.cx.shared.devices.adapter_name().unwrap_or_else(|| "gpu".to_owned());
        tracing::warn!(adapter = executor, fault, action, "a GPU failed in a call");
        // One that ran short of memory time and again is told of once.
        standing.incidents.pop_if(|last| last.action == SMALLER_CHUNKS);
        standing.incidents.push(Incident { executor, fault, action: action.to_owned() });
    }

    /// Waits until the device may be opened again; false when nobody needs it any more.
    pub(super) fn pause(&self, pause_s: f64) -> bool {
        let until = Instant::now() + Duration::from_secs_f64(pause_s.clamp(0.0, 60.0));
        let mut standing = self.lock();
        loop {
            self.between_chunks(&mut standing.call);
            let call = &standing.call;
            if standing.error.is_some() || call.stopped().is_some() || call.is_done() {
                return false;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            standing = self.wait(standing, left);
        }
    }
}

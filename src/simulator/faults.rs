//! Faults of a scenario, by call and chunk.

use super::scenario::{FaultKind, Scenario};
use crate::error::Fault;

/// The faults of one call.
#[derive(Debug, Clone)]
pub(super) struct Faults {
    of_chunks: Vec<(usize, FaultKind)>,
    of_reopenings: Vec<usize>,
}

impl Faults {
    /// No faults at all.
    pub(super) fn none() -> Self {
        Self { of_chunks: Vec::new(), of_reopenings: Vec::new() }
    }

    /// Those of a call, from 0.
    pub(super) fn of(scenario: &Scenario, run: usize) -> Self {
        let mut faults = Self::none();
        for fault in scenario.faults.iter().filter(|fault| fault.run == run + 1) {
            match fault.kind {
                FaultKind::LostDuringReopening => faults.of_reopenings.push(fault.chunk),
                kind => faults.of_chunks.push((fault.chunk, kind)),
            }
        }
        faults
    }

    /// What goes wrong with a chunk of the device.
    pub(super) fn of_chunk(&self, index: usize) -> Option<FaultKind> {
        self.of_chunks.iter().find(|(chunk, _)| *chunk == index).map(|(_, kind)| *kind)
    }

    /// True when a reopening of the device fails.
    pub(super) fn of_reopening(&self, index: usize) -> bool {
        self.of_reopenings.contains(&index)
    }
}

/// The fault as an executor reports it.
pub(super) fn reported(kind: FaultKind, bytes: u64) -> Fault {
    match kind {
        FaultKind::OutOfMemory => Fault::OutOfMemory { bytes },
        FaultKind::NoCallback | FaultKind::Hang => {
            Fault::Timeout { after_ms: (super::play::DEADLINE_S * 1e3) as u64 }
        }
        FaultKind::WrongResult => Fault::Rejected("a result that was computed twice differs".into()),
        FaultKind::LostBeforeSubmit => Fault::Lost("before a submission".into()),
        FaultKind::LostInFlight => Fault::Lost("in flight".into()),
        FaultKind::LostBeforeMap => Fault::Lost("before a result was read".into()),
        FaultKind::LostDuringMap => Fault::Lost("while a result was read".into()),
        FaultKind::LostDuringReopening => Fault::Lost("while it was opened again".into()),
        FaultKind::LateCommit => Fault::Lost("it did not answer".into()),
        FaultKind::Panic => Fault::Rejected("the thread of the device panicked".into()),
    }
}

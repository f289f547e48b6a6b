//! Why a block did not run to its end.

use super::super::program::Program;
use crate::error::Error;

/// Why a block did not run to its end.
#[derive(Debug, Clone, Copy)]
pub(in crate::cpu::lane) enum Stop {
    /// The budget of loop iterations is used up.
    Budget(u64),
    /// Lanes are missing at a barrier.
    Barrier { number: u32, missing: usize },
}

impl Stop {
    /// The error, with the lines that barriers stand in.
    pub(in crate::cpu::lane) fn error(self, program: &Program, line: impl Fn(u32) -> u32) -> Error {
        let name = program.name.clone();
        match self {
            Self::Budget(budget) => Error::StepBudget { function: name, budget },
            Self::Barrier { number, missing } => {
                Error::NonUniformBarrier { kernel: name, line: line(number), missing }
            }
        }
    }
}

//! How large a program may be, so that no text, however short, takes more time, memory or stack than a machine has.
//!
//! Calls are expanded in place, and analyses go to a fixed point, so that neither follows from the length of a text. Each
//! pass counts what it does against a limit here; what passes a limit is refused, and never computed in part.

use crate::error::Error;

/// Values of a tree.
pub(super) const MAX_VALUES: usize = 1 << 18;

/// Items of a flow.
pub(super) const MAX_ITEMS: usize = 1 << 20;

/// Words that local arrays take a lane in total.
pub(super) const MAX_ARRAY_WORDS: u32 = 1 << 14;

/// Words, statements and calls that lowering goes through: what a function makes of composites need not be values.
pub(super) const MAX_WORK: u64 = 1 << 22;

/// Levels of blocks, branches and loops of a tree, and of statements of all functions in each other. Passes recurse over
/// them: without optimisation, lowering takes 5 KiB of stack for each.
pub(super) const MAX_NESTING: usize = 200;

/// Beyond this nesting, control flow is no longer nested for the sake of better code.
pub(super) const EASY_NESTING: usize = 100;

/// Cases of a switch that are tested one within the other; more are tested one after the other.
pub(super) const NESTED_CASES: usize = 32;

/// Operations that a value used once puts off until it is used, in depth. Selection recurses over them.
pub(super) const MAX_PENDING: u32 = 64;

/// Bits of all sets that an analysis keeps.
pub(super) const MAX_SET_BITS: usize = 1 << 29;

/// Steps of an analysis until it reaches its fixed point: statements, or words of sets.
pub(super) const MAX_STEPS: u64 = 1 << 28;

/// Planes, inputs, outputs, or uniform values: steps address them with 16 bits.
pub(super) const MAX_PLACES: usize = u16::MAX as usize;

/// Words that the lanes of a workgroup share.
pub(super) const MAX_SHARED_WORDS: u32 = 1 << 22;

/// Words of all planes of a workgroup.
pub(super) const MAX_BLOCK_WORDS: usize = 1 << 26;

/// A limit that a program passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TooLarge {
    /// Too many values, items or steps.
    Size,
    /// Too many values that need a place: all uniform ones, and those used more than once or behind a jump.
    Places,
    /// Too many variables for so many branches, or assigned in too unfortunate an order.
    Analysis,
}

impl TooLarge {
    /// What is refused.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Size => "a program of this size",
            Self::Places => "a program that keeps so many values",
            Self::Analysis => "a program with so many variables and branches",
        }
    }

    /// The error for the function of this name.
    pub(super) fn error(self, name: &str) -> Error {
        Error::Unsupported { executor: "cpu".to_owned(), what: format!("{} in `{name}`", self.what()) }
    }
}

/// Counts steps against a limit.
#[derive(Debug)]
pub(super) struct Fuel(u64);

impl Fuel {
    /// The fuel of one analysis.
    pub(super) fn full() -> Self {
        Self(MAX_STEPS)
    }

    /// Takes steps.
    pub(super) fn burn(&mut self, steps: usize) -> Result<(), TooLarge> {
        self.0 = self.0.checked_sub(steps as u64).ok_or(TooLarge::Analysis)?;
        Ok(())
    }
}

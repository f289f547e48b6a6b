//! What invocations do to each other: atomic operations on memory, and exchanges within a subgroup.
//!
//! Both have a place in the program's order and are done by the active lanes only, unlike the operations of
//! [`super::op`].

use super::op::Op;

/// Lanes of a subgroup. A strip of every instruction set is a whole number of subgroups, so that one never spans two.
pub(crate) const SUBGROUP: usize = 32;

/// An operation with an effect on, or from, other lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Effect {
    /// On a word of memory; gives the word that was there before.
    Atomic(Atomic),
    /// Among the active lanes of a subgroup.
    Subgroup(Subgroup),
    /// Tells the checker of two values; the number of the place of the text stands for a memory.
    Note,
}

/// An atomic operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Atomic {
    /// Stores what the operation makes of the word and the operand: commutative ones, or minimum and maximum.
    Update(Op),
    /// Stores the operand.
    Exchange,
    /// Stores the low half of the operand in one half of a word; the offset counts halves.
    StoreHalf,
    /// Stores the operand where the word equals the second operand.
    CompareExchange,
}

/// An exchange within a subgroup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Subgroup {
    /// A bit for each lane whose truth value holds.
    Ballot,
    /// The fold of all lanes' values, from the first to the last.
    Reduce(Op),
    /// The fold up to the lane itself.
    Inclusive(Op),
    /// The fold up to the lane before.
    Exclusive(Op),
    /// The value of the first active lane.
    First,
    /// The value of the lane that the second operand says.
    Shuffle,
    /// The value of the lane that is so many further.
    Down,
    /// The value of the lane that is so many before.
    Up,
    /// The value of the lane whose number differs in these bits.
    Xor,
    /// The value of a lane of the own four.
    QuadBroadcast,
}

impl Effect {
    /// Number of operands beside the place in memory and the mask.
    pub(crate) fn arity(self) -> usize {
        use Subgroup::{Down, QuadBroadcast, Shuffle, Up, Xor};
        match self {
            Self::Atomic(Atomic::CompareExchange)
            | Self::Subgroup(Shuffle | Down | Up | Xor | QuadBroadcast)
            | Self::Note => 2,
            _ => 1,
        }
    }

    /// True if lanes must be where the shader has them: they may not be packed.
    pub(crate) fn needs_order(self) -> bool {
        matches!(self, Self::Subgroup(_) | Self::Note)
    }
}

/// The word that leaves every value as it is when folded with it.
pub(crate) fn identity(op: Op) -> u32 {
    match op {
        Op::FMul => 1.0f32.to_bits(),
        Op::IMul => 1,
        Op::And | Op::UMin => u32::MAX,
        Op::SMin => i32::MAX as u32,
        Op::SMax => i32::MIN as u32,
        Op::FMin => f32::INFINITY.to_bits(),
        Op::FMax => f32::NEG_INFINITY.to_bits(),
        // A sum of negative zeros is one.
        Op::FAdd => (-0.0f32).to_bits(),
        _ => 0,
    }
}

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
    /// On numbers of 64 bits.
    Wide(WideEffect),
}

/// An effect on numbers of 64 bits, whose operands are low and high words; gives a low word, and keeps the high one for the
/// effect behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum WideEffect {
    /// Keeps the operands for the effect behind it.
    Latch,
    /// Gives the high word that the effect before it kept.
    High,
    /// The atomic operation that gives two words of memory.
    Load,
    /// The atomic operation that stores what is made of two words and the operands.
    Atomic(Fold),
    /// The atomic operation that stores the operands.
    Exchange,
    /// The one that does so where the words equal the operands of the `Latch` before it.
    CompareExchange,
    /// The fold of the lanes' values.
    Subgroup(Collective, Fold),
}

/// Which values of a subgroup a lane gets folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Collective {
    /// Those of all lanes.
    Reduce,
    /// Those up to the lane itself.
    Inclusive,
    /// Those up to the lane before.
    Exclusive,
}

/// How two numbers of 64 bits are folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Fold {
    Add,
    Mul,
    And,
    Or,
    Xor,
    SMin,
    SMax,
    UMin,
    UMax,
    FAdd,
    FMul,
    FMin,
    FMax,
}

impl Fold {
    /// The fold of the numbers.
    pub(crate) fn eval(self, a: u64, b: u64) -> u64 {
        let (x, y) = (f64::from_bits(a), f64::from_bits(b));
        match self {
            Self::Add => a.wrapping_add(b),
            Self::Mul => a.wrapping_mul(b),
            Self::And => a & b,
            Self::Or => a | b,
            Self::Xor => a ^ b,
            Self::SMin => (a as i64).min(b as i64) as u64,
            Self::SMax => (a as i64).max(b as i64) as u64,
            Self::UMin => a.min(b),
            Self::UMax => a.max(b),
            Self::FAdd => (x + y).to_bits(),
            Self::FMul => (x * y).to_bits(),
            Self::FMin => {
                if y < x || x.is_nan() {
                    b
                } else {
                    a
                }
            }
            Self::FMax => {
                if y > x || x.is_nan() {
                    b
                } else {
                    a
                }
            }
        }
    }

    /// The number that leaves every other as it is when folded with it.
    pub(crate) fn identity(self) -> u64 {
        match self {
            Self::Add | Self::Or | Self::Xor | Self::UMax => 0,
            Self::Mul => 1,
            Self::And | Self::UMin => u64::MAX,
            Self::SMin => i64::MAX as u64,
            Self::SMax => i64::MIN as u64,
            // A sum of negative zeros is one.
            Self::FAdd => (-0.0f64).to_bits(),
            Self::FMul => 1f64.to_bits(),
            Self::FMin => f64::INFINITY.to_bits(),
            Self::FMax => f64::NEG_INFINITY.to_bits(),
        }
    }
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
            Self::Wide(WideEffect::High) => 1,
            Self::Wide(_) => 2,
            _ => 1,
        }
    }

    /// True if lanes must be where the shader has them: they may not be packed.
    pub(crate) fn needs_order(self) -> bool {
        matches!(self, Self::Subgroup(_) | Self::Note | Self::Wide(WideEffect::Subgroup(..)))
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

//! Pure operations on 32-bit words, each defined once on one lane.
//!
//! [`Op::eval`] is the meaning of an operation: constants are folded with it, uniform values are computed with it, and
//! the vector code of `exec` must give the same bits. Every operation is total. Truth values are words of all zeros or
//! all ones.

use super::function::{Function, OPERANDS};
use crate::cpu::math;

/// An operation of one to six words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    FAdd,
    FSub,
    FMul,
    FDiv,
    FMin,
    FMax,
    FNeg,
    FAbs,
    FSqrt,
    FFloor,
    FCeil,
    FTrunc,
    FRound,
    FEq,
    FNe,
    FLt,
    FLe,
    FGt,
    FGe,
    IAdd,
    ISub,
    IMul,
    IEq,
    INe,
    SLt,
    SLe,
    SGt,
    SGe,
    ULt,
    ULe,
    UGt,
    UGe,
    SMin,
    SMax,
    UMin,
    UMax,
    And,
    /// `a & !b`.
    AndNot,
    Or,
    Xor,
    Not,
    Shl,
    SShr,
    UShr,
    /// Signed integer to float.
    SToF,
    /// Unsigned integer to float.
    UToF,
    /// Float to signed integer, clamped.
    FToS,
    /// Float to unsigned integer, clamped.
    FToU,
    /// `a ? b : c`, with a truth value `a`.
    Select,
    /// A built-in function that is a loop of its own.
    Call(Function),
}

impl Op {
    /// Number of operands.
    pub(crate) fn arity(self) -> usize {
        match self {
            Op::FNeg | Op::FAbs | Op::FSqrt | Op::FFloor | Op::FCeil | Op::FTrunc | Op::FRound | Op::Not => 1,
            Op::SToF | Op::UToF | Op::FToS | Op::FToU => 1,
            Op::Select => 3,
            Op::Call(function) => function.arity(),
            _ => 2,
        }
    }

    /// True when exchanging the two operands gives the same bits, up to the payload of a NaN. Not minimum and maximum of
    /// floats: of two equal zeros the first wins.
    pub(crate) fn commutes(self) -> bool {
        use Op::*;
        matches!(
            self,
            FAdd | FMul | FEq | FNe | IAdd | IMul | IEq | INe | SMin | SMax | UMin | UMax | And | Or | Xor
        )
    }

    /// True for operations that give truth values from numbers.
    pub(crate) fn is_comparison(self) -> bool {
        use Op::*;
        matches!(
            self,
            FEq | FNe | FLt | FLe | FGt | FGe | IEq | INe | SLt | SLe | SGt | SGe | ULt | ULe | UGt | UGe
        )
    }

    /// The comparison that holds exactly when this one does not, where there is one: NaN leaves floats only equality.
    pub(crate) fn negated(self) -> Option<Op> {
        Some(match self {
            Op::FEq => Op::FNe,
            Op::FNe => Op::FEq,
            Op::IEq => Op::INe,
            Op::INe => Op::IEq,
            Op::SLt => Op::SGe,
            Op::SLe => Op::SGt,
            Op::SGt => Op::SLe,
            Op::SGe => Op::SLt,
            Op::ULt => Op::UGe,
            Op::ULe => Op::UGt,
            Op::UGt => Op::ULe,
            Op::UGe => Op::ULt,
            _ => return None,
        })
    }

    /// The operation with exchanged operands that gives the same result, where there is one.
    pub(crate) fn swapped(self) -> Option<Op> {
        Some(match self {
            op if op.commutes() => op,
            Op::FLt => Op::FGt,
            Op::FLe => Op::FGe,
            Op::FGt => Op::FLt,
            Op::FGe => Op::FLe,
            Op::SLt => Op::SGt,
            Op::SLe => Op::SGe,
            Op::SGt => Op::SLt,
            Op::SGe => Op::SLe,
            Op::ULt => Op::UGt,
            Op::ULe => Op::UGe,
            Op::UGt => Op::ULt,
            Op::UGe => Op::ULe,
            _ => return None,
        })
    }

    /// Rough time on one lane in units of one float addition from memory, about 0.02 ns.
    pub(crate) fn cost(self) -> f64 {
        match self {
            Op::FDiv | Op::FSqrt => 4.0,
            Op::FMin | Op::FMax | Op::FToS | Op::FToU | Op::UToF | Op::IMul => 2.0,
            Op::Call(function) => function.cost(),
            _ => 1.0,
        }
    }

    /// The result on one lane; unused operands are ignored.
    pub(crate) fn eval(self, args: [u32; OPERANDS]) -> u32 {
        let [a, b, c, ..] = args;
        let float = f32::from_bits;
        let (x, y) = (float(a), float(b));
        let (s, t) = (a as i32, b as i32);
        let truth = |b: bool| if b { !0 } else { 0 };
        match self {
            Op::FAdd => (x + y).to_bits(),
            Op::FSub => (x - y).to_bits(),
            Op::FMul => (x * y).to_bits(),
            Op::FDiv => (x / y).to_bits(),
            Op::FMin => math::min(x, y).to_bits(),
            Op::FMax => math::max(x, y).to_bits(),
            Op::FNeg => a ^ 0x8000_0000,
            Op::FAbs => a & 0x7fff_ffff,
            Op::FSqrt => x.sqrt().to_bits(),
            Op::FFloor => x.floor().to_bits(),
            Op::FCeil => x.ceil().to_bits(),
            Op::FTrunc => x.trunc().to_bits(),
            Op::FRound => x.round_ties_even().to_bits(),
            Op::FEq => truth(x == y),
            Op::FNe => truth(x != y),
            Op::FLt => truth(x < y),
            Op::FLe => truth(x <= y),
            Op::FGt => truth(x > y),
            Op::FGe => truth(x >= y),
            Op::IAdd => a.wrapping_add(b),
            Op::ISub => a.wrapping_sub(b),
            Op::IMul => a.wrapping_mul(b),
            Op::IEq => truth(a == b),
            Op::INe => truth(a != b),
            Op::SLt => truth(s < t),
            Op::SLe => truth(s <= t),
            Op::SGt => truth(s > t),
            Op::SGe => truth(s >= t),
            Op::ULt => truth(a < b),
            Op::ULe => truth(a <= b),
            Op::UGt => truth(a > b),
            Op::UGe => truth(a >= b),
            Op::SMin => s.min(t) as u32,
            Op::SMax => s.max(t) as u32,
            Op::UMin => a.min(b),
            Op::UMax => a.max(b),
            Op::And => a & b,
            Op::AndNot => a & !b,
            Op::Or => a | b,
            Op::Xor => a ^ b,
            Op::Not => !a,
            Op::Shl => a << (b & 31),
            Op::SShr => (s >> (b & 31)) as u32,
            Op::UShr => a >> (b & 31),
            Op::SToF => (s as f32).to_bits(),
            Op::UToF => (a as f32).to_bits(),
            Op::FToS => math::f32_to_i32(x) as u32,
            Op::FToU => math::f32_to_u32(x),
            Op::Select => {
                if a != 0 {
                    b
                } else {
                    c
                }
            }
            Op::Call(function) => function.eval(args),
        }
    }
}

//! Operations as instructions. Every one gives the bits of [`Op::eval`].
//!
//! The target is a register that holds no operand, so that it can be written before the last operand is read.

use iced_x86::Code;

use super::super::op::Op;
use super::asm::{Asm, Result, Shift};
use super::operand::{Const, Isa, Source, Vector};

/// Predicates of float comparisons.
pub(super) mod float {
    pub(in super::super) const EQ: u32 = 0x00;
    pub(super) const UNORDERED: u32 = 0x03;
    pub(super) const NE: u32 = 0x04;
    pub(super) const ORDERED: u32 = 0x07;
    pub(in super::super) const LT: u32 = 0x11;
    pub(in super::super) const LE: u32 = 0x12;
    pub(super) const GE: u32 = 0x1d;
    pub(super) const GT: u32 = 0x1e;
}

/// Directions of rounding, without the inexact exception.
pub(super) mod round {
    pub(in super::super) const EVEN: u32 = 0x08;
    pub(in super::super) const DOWN: u32 = 0x09;
    pub(in super::super) const UP: u32 = 0x0a;
    pub(in super::super) const ZERO: u32 = 0x0b;
}

fn float_predicate(op: Op) -> Option<u32> {
    Some(match op {
        Op::FEq => float::EQ,
        Op::FNe => float::NE,
        Op::FLt => float::LT,
        Op::FLe => float::LE,
        Op::FGt => float::GT,
        Op::FGe => float::GE,
        _ => return None,
    })
}

/// Whether an integer comparison is signed, and its predicate.
fn integer_predicate(op: Op) -> Option<(bool, u32)> {
    Some(match op {
        Op::IEq => (true, 0),
        Op::INe => (true, 4),
        Op::SLt => (true, 1),
        Op::SLe => (true, 2),
        Op::SGe => (true, 5),
        Op::SGt => (true, 6),
        Op::ULt => (false, 1),
        Op::ULe => (false, 2),
        Op::UGe => (false, 5),
        Op::UGt => (false, 6),
        _ => return None,
    })
}

impl Asm {
    /// The target times `b` plus `c`, rounded once.
    pub(super) fn multiply_add(&mut self, to: Vector, b: Vector, c: Vector) -> Result {
        let code = match self.isa {
            Isa::Avx2 => Code::VEX_Vfmadd213ps_ymm_ymm_ymmm256,
            Isa::Avx512 => Code::EVEX_Vfmadd213ps_zmm_k1z_zmm_zmmm512b32_er,
        };
        self.binary(code, to, b, c.into())
    }

    /// An operation of one operand; false if there is none such.
    pub(super) fn unary_op(&mut self, op: Op, to: Vector, a: Vector) -> Result<bool> {
        match op {
            Op::FNeg => self.xor(to, a, Const::SignBit),
            Op::FAbs => self.and(to, a, Const::AllButSign),
            Op::Not => self.xor(to, a, Const::Ones),
            Op::FSqrt => self.sqrt(to, a),
            Op::FFloor => self.round(to, a.into(), round::DOWN),
            Op::FCeil => self.round(to, a.into(), round::UP),
            Op::FTrunc => self.round(to, a.into(), round::ZERO),
            Op::FRound => self.round(to, a.into(), round::EVEN),
            Op::SToF => self.s_to_f(to, a),
            Op::UToF => match self.isa {
                Isa::Avx512 => self.u_to_f(to, a.into()),
                Isa::Avx2 => self.u_to_f_by_halves(to, a),
            },
            Op::FToS => self.float_to_signed(to, a),
            Op::FToU => self.float_to_unsigned(to, a),
            _ => return Ok(false),
        }?;
        Ok(true)
    }

    /// The float nearest to an unsigned integer: both halves as floats with an exponent of their own, added with one
    /// rounding.
    fn u_to_f_by_halves(&mut self, to: Vector, a: Vector) -> Result {
        let [high, _] = self.isa.scratch();
        self.shift_by(Shift::RightU, high, a, 16)?;
        self.or(high, high, Const::TwoTo39)?;
        self.sub_f(high, high, Const::BothBiases)?;
        self.and(to, a, Const::LowHalf)?;
        self.or(to, to, Const::TwoTo23)?;
        self.add_f(to, high, to)
    }

    fn float_to_signed(&mut self, to: Vector, a: Vector) -> Result {
        let [x, number] = self.isa.scratch();
        // The smaller of both; NaN stays. What is too small becomes the least integer, as it should.
        self.load(x, Const::MaxSigned)?;
        self.min_f(x, x, a)?;
        self.f_to_s(to, x)?;
        self.compare_f(number, a, a.into(), float::ORDERED)?;
        if self.isa == Isa::Avx512 {
            self.mask_to_words(number)?;
        }
        self.and(to, to, number)
    }

    fn float_to_unsigned(&mut self, to: Vector, a: Vector) -> Result {
        let [x, zero] = self.isa.scratch();
        self.load(x, Const::MaxUnsigned)?;
        self.min_f(x, x, a)?;
        self.xor(zero, zero, zero)?;
        self.max_f(x, x, zero)?;
        if self.isa == Isa::Avx512 {
            return self.f_to_u(to, x.into());
        }
        // From 2^31 on the signed conversion gives the sign bit alone; then the rest above 2^31 is put to it.
        let above = zero;
        self.f_to_s(to, x)?;
        self.sub_f(x, x, Const::TwoTo31)?;
        self.f_to_s(x, x)?;
        self.shift_by(Shift::RightS, above, to, 31)?;
        self.and(x, x, above)?;
        self.or(to, to, x)
    }

    /// An operation of two operands, the second of them possibly a known number; false if there is none such.
    pub(super) fn binary_op(
        &mut self,
        op: Op,
        to: Vector,
        a: Vector,
        b: Source,
        known: Option<u32>,
    ) -> Result<bool> {
        match op {
            Op::FAdd => self.add_f(to, a, b),
            Op::FSub => self.sub_f(to, a, b),
            Op::FMul => self.mul_f(to, a, b),
            Op::FDiv => self.div_f(to, a, b),
            Op::FMin | Op::FMax => self.extremum(op, to, a, b),
            Op::IAdd => self.add_i(to, a, b),
            Op::ISub => self.sub_i(to, a, b),
            Op::IMul => self.mul_i(to, a, b),
            Op::SMin => self.min_s(to, a, b),
            Op::SMax => self.max_s(to, a, b),
            Op::UMin => self.min_u(to, a, b),
            Op::UMax => self.max_u(to, a, b),
            Op::And => self.and(to, a, b),
            Op::Or => self.or(to, a, b),
            Op::Xor => self.xor(to, a, b),
            Op::AndNot => {
                let [second, _] = self.isa.scratch();
                self.load(second, b)?;
                self.not_and(to, second, a)
            }
            Op::Shl | Op::SShr | Op::UShr => self.shift(op, to, a, b, known),
            op if op.is_comparison() => {
                self.comparison(op, to, a, b)?;
                match self.isa {
                    Isa::Avx512 => self.mask_to_words(to),
                    Isa::Avx2 => Ok(()),
                }
            }
            _ => return Ok(false),
        }?;
        Ok(true)
    }

    /// Minimum or maximum: the other operand where one is NaN, the first where both are equal.
    fn extremum(&mut self, op: Op, to: Vector, a: Vector, b: Source) -> Result {
        let [second, other] = self.isa.scratch();
        let second = match b {
            Source::Register(b) => b,
            b => {
                self.load(second, b)?;
                second
            }
        };
        // b < a ? b : a, which is a where one is NaN; so b where a is.
        match op {
            Op::FMin => self.min_f(other, second, a)?,
            _ => self.max_f(other, second, a)?,
        }
        self.compare_f(to, a, a.into(), float::UNORDERED)?;
        match self.isa {
            Isa::Avx512 => self.blend_by_mask(to, other, second.into()),
            Isa::Avx2 => self.blend_by_sign(to, other, second.into(), to),
        }
    }

    fn shift(&mut self, op: Op, to: Vector, a: Vector, b: Source, known: Option<u32>) -> Result {
        if let Some(bits) = known {
            let shift = match op {
                Op::Shl => Shift::Left,
                Op::SShr => Shift::RightS,
                _ => Shift::RightU,
            };
            return self.shift_by(shift, to, a, bits & 31);
        }
        let [bits, _] = self.isa.scratch();
        self.load(bits, b)?;
        self.and(bits, bits, Const::ShiftMask)?;
        match op {
            Op::Shl => self.shift_left(to, a, bits),
            Op::SShr => self.shift_right_s(to, a, bits),
            _ => self.shift_right_u(to, a, bits),
        }
    }

    /// Compares: AVX-512 into the mask register, AVX2 into `to`.
    fn comparison(&mut self, op: Op, to: Vector, a: Vector, b: Source) -> Result {
        if let Some(predicate) = float_predicate(op) {
            return self.compare_f(to, a, b, predicate);
        }
        if self.isa == Isa::Avx512 {
            let (is_signed, predicate) = integer_predicate(op).unwrap_or_default();
            return self.compare_i(is_signed, a, b, predicate);
        }
        let [second, _] = self.isa.scratch();
        match op {
            Op::IEq | Op::INe => self.equal_i(to, a, b)?,
            Op::SGt | Op::SLe => self.above_s(to, a, b)?,
            Op::SLt | Op::SGe => {
                self.load(second, b)?;
                self.above_s(to, second, a.into())?;
            }
            Op::UGe | Op::ULt => {
                self.max_u(second, a, b)?;
                self.equal_i(to, a, second.into())?;
            }
            _ => {
                self.min_u(second, a, b)?;
                self.equal_i(to, a, second.into())?;
            }
        }
        match op {
            Op::INe | Op::SLe | Op::SGe | Op::ULt | Op::UGt => self.xor(to, to, Const::Ones),
            _ => Ok(()),
        }
    }

    /// `accept` where the word of the condition is not zero, else `reject`.
    pub(super) fn select(&mut self, to: Vector, cond: Vector, accept: Source, reject: Vector) -> Result {
        match self.isa {
            Isa::Avx512 => {
                self.words_to_mask(cond)?;
                self.blend_by_mask(to, reject, accept)
            }
            Isa::Avx2 => {
                let [zero, other] = self.isa.scratch();
                self.load(other, accept)?;
                self.xor(zero, zero, zero)?;
                self.equal_i(zero, zero, cond.into())?;
                self.blend_by_sign(to, other, reject.into(), zero)
            }
        }
    }

    /// `accept` where the comparison holds, else `reject`.
    pub(super) fn select_if(
        &mut self,
        op: Op,
        to: Vector,
        [a, b]: [Vector; 2],
        accept: Source,
        reject: Vector,
    ) -> Result {
        let [_, holds] = self.isa.scratch();
        self.comparison(op, holds, a, b.into())?;
        match self.isa {
            Isa::Avx512 => self.blend_by_mask(to, reject, accept),
            Isa::Avx2 => self.blend_by_sign(to, reject, accept, holds),
        }
    }
}

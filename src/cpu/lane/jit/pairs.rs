//! Arithmetic on scalars of 64 bits, whose low and high words are in vectors of their own.
//!
//! Words are interleaved within each 128 bits of a register, which gives the scalars of half of the lanes, then of the
//! other half; results are taken apart in the same way. Both halves of a result are made at once where the code asks for
//! the other one soon.

use iced_x86::{Code, Instruction, Register};

use super::super::function::{Function, OPERANDS};
use super::asm::{Asm, K, Result};
use super::operand::{Isa, Vector};
use super::ops::{float, round};
use super::part::Part;
use super::values::{Id, Value};

/// An operation on scalars of 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PairOp {
    Add,
    Sub,
    Mul,
    Div,
    Fma,
    Sqrt,
    Floor,
    Ceil,
    Trunc,
    Round,
    Equal,
    Less,
    LessEqual,
    /// The product of the low words, all of it.
    Product,
}

/// Which words of the scalars are the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    Low,
    High,
}

impl Half {
    /// Selects these words of two registers.
    fn selector(self) -> u32 {
        match self {
            Self::Low => 0x88,
            Self::High => 0xdd,
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Low => Self::High,
            Self::High => Self::Low,
        }
    }
}

/// How far ahead the other half of a result is looked for.
const AHEAD: usize = 64;

/// A built-in function as an operation on pairs of words.
pub(super) fn of(function: Function, args: [Id; OPERANDS]) -> Option<Value> {
    use Function as F;
    use Half::{High, Low};
    let (op, half) = match function {
        F::F64AddLow => (PairOp::Add, Low),
        F::F64AddHigh => (PairOp::Add, High),
        F::F64SubLow => (PairOp::Sub, Low),
        F::F64SubHigh => (PairOp::Sub, High),
        F::F64MulLow => (PairOp::Mul, Low),
        F::F64MulHigh => (PairOp::Mul, High),
        F::F64DivLow => (PairOp::Div, Low),
        F::F64DivHigh => (PairOp::Div, High),
        F::F64FmaLow => (PairOp::Fma, Low),
        F::F64FmaHigh => (PairOp::Fma, High),
        F::F64SqrtLow => (PairOp::Sqrt, Low),
        F::F64SqrtHigh => (PairOp::Sqrt, High),
        F::F64FloorLow => (PairOp::Floor, Low),
        F::F64FloorHigh => (PairOp::Floor, High),
        F::F64CeilLow => (PairOp::Ceil, Low),
        F::F64CeilHigh => (PairOp::Ceil, High),
        F::F64TruncLow => (PairOp::Trunc, Low),
        F::F64TruncHigh => (PairOp::Trunc, High),
        F::F64RoundLow => (PairOp::Round, Low),
        F::F64RoundHigh => (PairOp::Round, High),
        F::F64Eq => (PairOp::Equal, Low),
        F::F64Lt => (PairOp::Less, Low),
        F::F64Le => (PairOp::LessEqual, Low),
        F::MulHigh => {
            let [a, b, ..] = args;
            return Some(Value::Pair { op: PairOp::Product, half: High, args: [a, a, b, b, a, a], arity: 4 });
        }
        _ => return None,
    };
    Some(Value::Pair { op, half, args, arity: function.arity() as u8 })
}

impl Part<'_> {
    /// Computes such a value, and the other half of the result if that is wanted soon.
    pub(super) fn pair(&mut self, id: Id, op: PairOp, half: Half, args: &[Id]) -> Result<Vector> {
        let mut words = Vec::with_capacity(OPERANDS);
        for &arg in args {
            words.push(self.register(arg)?);
        }
        let ahead = id as usize + 1..self.range.end.min(id as usize + AHEAD);
        let other = ahead.into_iter().find(|&at| {
            matches!(self.values.list[at], Value::Pair { op: o, half: h, args: a, arity }
                if o == op && h == half.other() && a[..usize::from(arity)] == *args)
        });
        let to = self.free_register()?;
        let (x, y) = (self.free_register()?, self.free_register()?);
        let [a, b] = self.asm.isa.scratch();
        for (target, unpack) in [(x, Asm::unpack_low as Unpack), (y, Asm::unpack_high as Unpack)] {
            unpack(self.asm, target, words[0], words[1])?;
            if let [_, _, low, high, ..] = words[..] {
                unpack(self.asm, a, low, high)?;
            }
            if let [_, _, _, _, low, high] = words[..] {
                unpack(self.asm, b, low, high)?;
            }
            self.asm.pair_op(op, target, a, b)?;
        }
        self.asm.select_words(to, x, y, half.selector())?;
        if let Some(other) = other {
            self.asm.select_words(x, x, y, half.other().selector())?;
            self.finished(other as Id, x)?;
            self.early.insert(other as Id);
        }
        Ok(to)
    }
}

type Unpack = fn(&mut Asm, Vector, Vector, Vector) -> Result;

impl Asm {
    /// The scalars of two low and two high words of every 128 bits.
    fn unpack_low(&mut self, to: Vector, low: Vector, high: Vector) -> Result {
        let code = match self.isa {
            Isa::Avx2 => Code::VEX_Vpunpckldq_ymm_ymm_ymmm256,
            Isa::Avx512 => Code::EVEX_Vpunpckldq_zmm_k1z_zmm_zmmm512b32,
        };
        self.binary(code, to, low, high.into())
    }

    /// Those of the other two.
    fn unpack_high(&mut self, to: Vector, low: Vector, high: Vector) -> Result {
        let code = match self.isa {
            Isa::Avx2 => Code::VEX_Vpunpckhdq_ymm_ymm_ymmm256,
            Isa::Avx512 => Code::EVEX_Vpunpckhdq_zmm_k1z_zmm_zmmm512b32,
        };
        self.binary(code, to, low, high.into())
    }

    /// Two words of one register, and two of another, of every 128 bits.
    fn select_words(&mut self, to: Vector, a: Vector, b: Vector, which: u32) -> Result {
        let code = match self.isa {
            Isa::Avx2 => Code::VEX_Vshufps_ymm_ymm_ymmm256_imm8,
            Isa::Avx512 => Code::EVEX_Vshufps_zmm_k1z_zmm_zmmm512b32_imm8,
        };
        let [to, a, b] = [to, a, b].map(|vector| self.register(vector));
        self.push(Instruction::with4(code, to, a, b, which)?)
    }

    /// The operation on the first operand, which is replaced, and others.
    fn pair_op(&mut self, op: PairOp, x: Vector, y: Vector, z: Vector) -> Result {
        let is_small = self.isa == Isa::Avx2;
        let code = match op {
            PairOp::Add if is_small => Code::VEX_Vaddpd_ymm_ymm_ymmm256,
            PairOp::Add => Code::EVEX_Vaddpd_zmm_k1z_zmm_zmmm512b64_er,
            PairOp::Sub if is_small => Code::VEX_Vsubpd_ymm_ymm_ymmm256,
            PairOp::Sub => Code::EVEX_Vsubpd_zmm_k1z_zmm_zmmm512b64_er,
            PairOp::Mul if is_small => Code::VEX_Vmulpd_ymm_ymm_ymmm256,
            PairOp::Mul => Code::EVEX_Vmulpd_zmm_k1z_zmm_zmmm512b64_er,
            PairOp::Div if is_small => Code::VEX_Vdivpd_ymm_ymm_ymmm256,
            PairOp::Div => Code::EVEX_Vdivpd_zmm_k1z_zmm_zmmm512b64_er,
            PairOp::Product if is_small => Code::VEX_Vpmuludq_ymm_ymm_ymmm256,
            PairOp::Product => Code::EVEX_Vpmuludq_zmm_k1z_zmm_zmmm512b64,
            PairOp::Fma => {
                // x times y plus z.
                let code = if is_small {
                    Code::VEX_Vfmadd213pd_ymm_ymm_ymmm256
                } else {
                    Code::EVEX_Vfmadd213pd_zmm_k1z_zmm_zmmm512b64_er
                };
                return self.binary(code, x, y, z.into());
            }
            PairOp::Sqrt if is_small => return self.unary(Code::VEX_Vsqrtpd_ymm_ymmm256, x, x.into()),
            PairOp::Sqrt => return self.unary(Code::EVEX_Vsqrtpd_zmm_k1z_zmmm512b64_er, x, x.into()),
            PairOp::Floor => return self.round_pairs(x, round::DOWN),
            PairOp::Ceil => return self.round_pairs(x, round::UP),
            PairOp::Trunc => return self.round_pairs(x, round::ZERO),
            PairOp::Round => return self.round_pairs(x, round::EVEN),
            PairOp::Equal => return self.compare_pairs(x, y, float::EQ),
            PairOp::Less => return self.compare_pairs(x, y, float::LT),
            PairOp::LessEqual => return self.compare_pairs(x, y, float::LE),
        };
        self.binary(code, x, x, y.into())
    }

    /// Rounds floats of 64 bits to integers in a direction.
    fn round_pairs(&mut self, x: Vector, direction: u32) -> Result {
        let code = match self.isa {
            Isa::Avx2 => Code::VEX_Vroundpd_ymm_ymmm256_imm8,
            Isa::Avx512 => Code::EVEX_Vrndscalepd_zmm_k1z_zmmm512b64_imm8_sae,
        };
        let x = self.register(x);
        self.push(Instruction::with3(code, x, x, direction)?)
    }

    /// Compares floats of 64 bits: all ones or zeros.
    fn compare_pairs(&mut self, x: Vector, y: Vector, predicate: u32) -> Result {
        let (target, a, b) = (self.register(x), self.register(x), self.register(y));
        let (code, to): (Code, Register) = match self.isa {
            Isa::Avx2 => (Code::VEX_Vcmppd_ymm_ymm_ymmm256_imm8, target),
            Isa::Avx512 => (Code::EVEX_Vcmppd_kr_k1_zmm_zmmm512b64_imm8_sae, K),
        };
        self.push(Instruction::with4(code, to, a, b, predicate)?)?;
        match self.isa {
            Isa::Avx2 => Ok(()),
            Isa::Avx512 => self.push(Instruction::with2(Code::EVEX_Vpmovm2q_zmm_kr, target, K)?),
        }
    }
}

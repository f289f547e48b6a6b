//! Scalars of 64 bits as two words, the low one first.
//!
//! Operations on integers are spelled out in operations on words, which every executor has; division, and what is done on
//! floats, are functions that give one word of the result each.

use std::rc::Rc;

use naga::{ScalarKind, UnaryOperator};

use super::super::function::Function;
use super::super::op::Op;
use super::super::tree::Value;
use super::Lowering;
use super::component::Component;
use crate::cpu::math::{Binary, Division, Unary};

/// Low and high word.
pub(super) type Wide = [Value; 2];

/// The bit of a float's high word that is its sign.
const SIGN: u32 = 1 << 31;

impl Lowering {
    /// A constant.
    pub(super) fn wide_constant(&mut self, bits: u64) -> Wide {
        [self.b.constant(bits as u32), self.b.constant((bits >> 32) as u32)]
    }

    /// `cond ? accept : reject`.
    pub(super) fn wide_select(&mut self, cond: Value, accept: Wide, reject: Wide) -> Wide {
        [self.b.select(cond, accept[0], reject[0]), self.b.select(cond, accept[1], reject[1])]
    }

    /// A function that is told by a number what to do, and which half to give.
    pub(super) fn wide_numbered(
        &mut self,
        function: Function,
        operands: &[Value],
        number: impl Fn(bool) -> u32,
    ) -> Wide {
        [false, true].map(|high| {
            let number = self.b.constant(number(high));
            let operands: Vec<Value> = operands.iter().copied().chain([number]).collect();
            self.b.op(Op::Call(function), &operands)
        })
    }

    /// A function that has one form for each half.
    pub(super) fn wide_halves(&mut self, functions: [Function; 2], operands: &[Value]) -> Wide {
        functions.map(|function| self.b.op(Op::Call(function), operands))
    }

    /// A function of one f64.
    pub(super) fn wide_unary(&mut self, function: Unary, [low, high]: Wide) -> Wide {
        self.wide_numbered(Function::F64Unary, &[low, high], |high| function.number(high))
    }

    /// The counterpart of an operation of one word.
    pub(super) fn wide_one(&mut self, op: Op, a: Wide) -> Wide {
        let [low, high] = a;
        match op {
            Op::FNeg => {
                let sign = self.b.constant(SIGN);
                [low, self.b.op2(Op::Xor, high, sign)]
            }
            Op::FAbs => {
                let others = self.b.constant(!SIGN);
                [low, self.b.op2(Op::And, high, others)]
            }
            Op::FSqrt => self.wide_halves([Function::F64SqrtLow, Function::F64SqrtHigh], &a),
            Op::FFloor => self.wide_halves([Function::F64FloorLow, Function::F64FloorHigh], &a),
            Op::FCeil => self.wide_halves([Function::F64CeilLow, Function::F64CeilHigh], &a),
            Op::FTrunc => self.wide_halves([Function::F64TruncLow, Function::F64TruncHigh], &a),
            Op::FRound => self.wide_halves([Function::F64RoundLow, Function::F64RoundHigh], &a),
            // What is done bit by bit.
            _ => [self.b.op1(op, low), self.b.op1(op, high)],
        }
    }

    /// The counterpart of an operation of two words that gives a word.
    pub(super) fn wide_two(&mut self, op: Op, a: Wide, b: Wide) -> Wide {
        use Function as F;
        let floats = [a[0], a[1], b[0], b[1]];
        match op {
            Op::FAdd => self.wide_halves([F::F64AddLow, F::F64AddHigh], &floats),
            Op::FSub => self.wide_halves([F::F64SubLow, F::F64SubHigh], &floats),
            Op::FMul => self.wide_halves([F::F64MulLow, F::F64MulHigh], &floats),
            Op::FDiv => self.wide_halves([F::F64DivLow, F::F64DivHigh], &floats),
            Op::FMin | Op::FMax => {
                // The other where one is NaN, and of two equal zeros the first.
                let other = self.wide_compare(if op == Op::FMin { Op::FLt } else { Op::FGt }, b, a);
                let is_nan = self.wide_compare(Op::FNe, a, a);
                let take = self.b.op2(Op::Or, other, is_nan);
                self.wide_select(take, b, a)
            }
            Op::IAdd => {
                let low = self.b.op2(Op::IAdd, a[0], b[0]);
                // A carry is all ones, minus one.
                let carry = self.b.op2(Op::ULt, low, a[0]);
                let high = self.b.op2(Op::IAdd, a[1], b[1]);
                [low, self.b.op2(Op::ISub, high, carry)]
            }
            Op::ISub => {
                let low = self.b.op2(Op::ISub, a[0], b[0]);
                let borrow = self.b.op2(Op::ULt, a[0], b[0]);
                let high = self.b.op2(Op::ISub, a[1], b[1]);
                [low, self.b.op2(Op::IAdd, high, borrow)]
            }
            Op::IMul => {
                let low = self.b.op2(Op::IMul, a[0], b[0]);
                let high = self.b.op2(Op::Call(F::MulHigh), a[0], b[0]);
                let across = [self.b.op2(Op::IMul, a[0], b[1]), self.b.op2(Op::IMul, a[1], b[0])];
                let high = self.b.op2(Op::IAdd, high, across[0]);
                [low, self.b.op2(Op::IAdd, high, across[1])]
            }
            Op::Call(F::Rem) => self.wide_binary(Binary::Rem, a, b),
            Op::Call(F::DivU32) => self.wide_division(Division::Quotient, a, b),
            Op::Call(F::RemU32) => self.wide_division(Division::Remainder, a, b),
            Op::Call(F::DivI32) => self.wide_division(Division::SignedQuotient, a, b),
            Op::Call(F::RemI32) => self.wide_division(Division::SignedRemainder, a, b),
            Op::SMin | Op::UMin | Op::SMax | Op::UMax => {
                let less = if matches!(op, Op::SMin | Op::SMax) { Op::SLt } else { Op::ULt };
                let is_less = self.wide_compare(less, a, b);
                let (accept, reject) = if matches!(op, Op::SMin | Op::UMin) { (a, b) } else { (b, a) };
                self.wide_select(is_less, accept, reject)
            }
            // A shift by what the low word says.
            Op::Shl | Op::SShr | Op::UShr => self.wide_shift(op, a, b[0]),
            // What is done bit by bit.
            _ => [self.b.op2(op, a[0], b[0]), self.b.op2(op, a[1], b[1])],
        }
    }

    /// A unary operator on the words of numbers.
    pub(super) fn wide_words_of_unary(
        &mut self,
        op: UnaryOperator,
        kind: Option<ScalarKind>,
        words: &[Value],
    ) -> Rc<[Value]> {
        let a = Wide::of_words(words);
        let result = match (op, kind) {
            (UnaryOperator::Negate, Some(ScalarKind::Float)) => self.map(Op::FNeg, &a),
            (UnaryOperator::Negate, _) => {
                let zero = self.wide_constant(0);
                self.map2(Op::ISub, &[zero], &a)
            }
            (UnaryOperator::LogicalNot | UnaryOperator::BitwiseNot, _) => self.map(Op::Not, &a),
        };
        Wide::words(&result)
    }

    fn wide_division(&mut self, division: Division, a: Wide, b: Wide) -> Wide {
        let operands = [a[0], a[1], b[0], b[1]];
        self.wide_numbered(Function::Divide64, &operands, |high| division.number(high))
    }

    /// A comparison.
    pub(super) fn wide_compare(&mut self, op: Op, a: Wide, b: Wide) -> Value {
        let mut float = |function, x: Wide, y: Wide| self.b.op(Op::Call(function), &[x[0], x[1], y[0], y[1]]);
        match op {
            Op::FEq => float(Function::F64Eq, a, b),
            Op::FNe => {
                let equal = float(Function::F64Eq, a, b);
                self.b.op1(Op::Not, equal)
            }
            Op::FLt => float(Function::F64Lt, a, b),
            Op::FLe => float(Function::F64Le, a, b),
            Op::FGt => float(Function::F64Lt, b, a),
            Op::FGe => float(Function::F64Le, b, a),
            Op::IEq | Op::INe => {
                let (low, high) = (self.b.op2(op, a[0], b[0]), self.b.op2(op, a[1], b[1]));
                self.b.op2(if op == Op::IEq { Op::And } else { Op::Or }, low, high)
            }
            _ => {
                // The high words decide unless they are equal.
                let (low, high) = match op {
                    Op::SLt => (Op::ULt, Op::SLt),
                    Op::SLe => (Op::ULe, Op::SLt),
                    Op::SGt => (Op::UGt, Op::SGt),
                    Op::SGe => (Op::UGe, Op::SGt),
                    Op::ULe => (Op::ULe, Op::ULt),
                    Op::UGe => (Op::UGe, Op::UGt),
                    op => (op, op),
                };
                let low = self.b.op2(low, a[0], b[0]);
                let high = self.b.op2(high, a[1], b[1]);
                let equal = self.b.op2(Op::IEq, a[1], b[1]);
                self.b.select(equal, low, high)
            }
        }
    }

    /// A shift, by a number of bits modulo 64.
    pub(super) fn wide_shift(&mut self, op: Op, a: Wide, by: Value) -> Wide {
        let is_left = op == Op::Shl;
        // The word that bits come from, the word that they go to, and the shift the other way.
        let (from, to, back) = if is_left { (a[0], a[1], Op::UShr) } else { (a[1], a[0], Op::Shl) };
        let along = if is_left { Op::Shl } else { Op::UShr };
        // Shifts of words are by a number of bits modulo 32: what goes over is shifted by 32 less that number, in two
        // steps because that may be 32.
        let (one, rest) = (self.b.constant(1), self.b.op1(Op::Not, by));
        let over = self.b.op2(back, from, one);
        let over = self.b.op2(back, over, rest);
        let near = self.b.op2(op, from, by);
        let far = self.b.op2(along, to, by);
        let far = self.b.op2(Op::Or, far, over);
        let fill = if op == Op::SShr {
            let all = self.b.constant(31);
            self.b.op2(Op::SShr, from, all)
        } else {
            self.b.constant(0)
        };
        let bit = self.b.constant(32);
        let zero = self.b.constant(0);
        let is_long = self.b.op2(Op::And, by, bit);
        let is_long = self.b.op2(Op::INe, is_long, zero);
        let (far, near) = (self.b.select(is_long, near, far), self.b.select(is_long, fill, near));
        if is_left { [near, far] } else { [far, near] }
    }

    /// A word as an integer of 64 bits.
    pub(super) fn widened(&mut self, word: Value, is_signed: bool) -> Wide {
        let high = if is_signed {
            let all = self.b.constant(31);
            self.b.op2(Op::SShr, word, all)
        } else {
            self.b.constant(0)
        };
        [word, high]
    }

    /// An index as a word: one that is too large for it is out of range all the same.
    pub(super) fn index_word(&mut self, words: &[Value]) -> Value {
        match *words {
            [low, high] => {
                let (zero, last) = (self.b.constant(0), self.b.constant(u32::MAX));
                let is_small = self.b.op2(Op::IEq, high, zero);
                self.b.select(is_small, low, last)
            }
            _ => words[0],
        }
    }
}

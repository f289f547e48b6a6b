//! Built-in functions of numbers of 64 bits.

use std::rc::Rc;

use naga::{Expression, Handle, MathFunction, ScalarKind};

use super::super::function::Function;
use super::super::op::Op;
use super::super::tree::Value;
use super::component::Component;
use super::wide::Wide;
use super::{Frame, Lowering, types};
use crate::cpu::math::{Binary, Unary};
use crate::error::Result;

impl Lowering {
    /// A built-in function whose first argument, of the expression `handle`, is made of such numbers.
    pub(super) fn wide_math(
        &mut self,
        frame: &Frame,
        handle: Handle<Expression>,
        fun: MathFunction,
        kind: ScalarKind,
        args: &[Rc<[Value]>],
    ) -> Result<Rc<[Value]>> {
        let Expression::Math { arg, .. } = frame.function.expressions[handle] else {
            return Err(frame.unsupported("this built-in", handle));
        };
        let found = match kind {
            ScalarKind::Float => self.wide_float(fun, args, types::matrix(frame.ty(arg))),
            kind => self.wide_integer(fun, args, kind == ScalarKind::Sint),
        };
        found.ok_or_else(|| frame.unsupported(format!("the built-in {fun:?}"), handle))
    }

    fn wide_float(
        &mut self,
        fun: MathFunction,
        args: &[Rc<[Value]>],
        matrix: Option<(usize, usize)>,
    ) -> Option<Rc<[Value]>> {
        use MathFunction as Fun;
        if fun == Fun::Ldexp {
            // The exponents are words.
            let scaled: Vec<Wide> = Wide::of_words(&args[0])
                .into_iter()
                .zip(args[1].iter())
                .map(|(x, &exponent)| self.wide_binary(Binary::Ldexp, x, [exponent; 2]))
                .collect();
            return Some(Wide::words(&scaled));
        }
        let args: Vec<Vec<Wide>> = args.iter().map(|words| Wide::of_words(words)).collect();
        if let Some(result) = self.formula(fun, &args, matrix) {
            return Some(Wide::words(&result));
        }
        let a = &args[0];
        let result = match fun {
            Fun::Abs => self.map(Op::FAbs, a),
            Fun::Ceil => self.map(Op::FCeil, a),
            Fun::Floor => self.map(Op::FFloor, a),
            Fun::Round => self.map(Op::FRound, a),
            Fun::Trunc => self.map(Op::FTrunc, a),
            Fun::Sqrt => self.map(Op::FSqrt, a),
            Fun::Min => self.map2(Op::FMin, a, &args[1]),
            Fun::Max => self.map2(Op::FMax, a, &args[1]),
            Fun::Clamp => {
                let above = self.map2(Op::FMax, a, &args[1]);
                self.map2(Op::FMin, &above, &args[2])
            }
            Fun::Sign => {
                let [zero, one, less] = [0.0, 1.0, -1.0].map(|x| Wide::float(self, x));
                a.iter()
                    .map(|&x| {
                        let is_more = self.wide_compare(Op::FGt, x, zero);
                        let is_less = self.wide_compare(Op::FLt, x, zero);
                        let sign = self.wide_select(is_less, less, x);
                        self.wide_select(is_more, one, sign)
                    })
                    .collect()
            }
            Fun::Fma => {
                let halves = [Function::F64FmaLow, Function::F64FmaHigh];
                let operands = |i: usize| [a[i], args[1][i], args[2][i]].concat();
                (0..a.len()).map(|i| self.wide_halves(halves, &operands(i))).collect()
            }
            Fun::Modf => {
                let fract: Vec<Wide> = a.iter().map(|&x| self.wide_unary(Unary::ModfFract, x)).collect();
                let whole = self.map(Op::FTrunc, a);
                [fract, whole].concat()
            }
            Fun::Frexp => {
                let fract: Vec<Wide> = a.iter().map(|&x| self.wide_unary(Unary::FrexpFract, x)).collect();
                // naga gives the exponent as many bits.
                let exponents = a.iter().map(|&x| {
                    let [exponent, _] = self.wide_unary(Unary::FrexpExp, x);
                    self.widened(exponent, true)
                });
                fract.into_iter().chain(exponents.collect::<Vec<_>>()).collect()
            }
            Fun::Pow => (0..a.len()).map(|i| self.wide_binary(Binary::Pow, a[i], args[1][i])).collect(),
            Fun::Atan2 => (0..a.len()).map(|i| self.wide_binary(Binary::Atan2, a[i], args[1][i])).collect(),
            fun => {
                let function = unary_of(fun)?;
                a.iter().map(|&x| self.wide_unary(function, x)).collect()
            }
        };
        Some(Wide::words(&result))
    }

    /// A function of two f64.
    pub(super) fn wide_binary(&mut self, function: Binary, a: Wide, b: Wide) -> Wide {
        self.wide_numbered(Function::F64Binary, &[a[0], a[1], b[0], b[1]], |high| function.number(high))
    }

    fn wide_integer(
        &mut self,
        fun: MathFunction,
        words: &[Rc<[Value]>],
        is_signed: bool,
    ) -> Option<Rc<[Value]>> {
        use MathFunction as Fun;
        let args: Vec<Vec<Wide>> = words.iter().map(|words| Wide::of_words(words)).collect();
        let a = &args[0];
        let (min, max) = if is_signed { (Op::SMin, Op::SMax) } else { (Op::UMin, Op::UMax) };
        let shift = if is_signed { Op::SShr } else { Op::UShr };
        let result = match fun {
            Fun::Abs if !is_signed => a.clone(),
            Fun::Abs => a.iter().map(|&x| self.wide_abs(x)).collect(),
            Fun::Sign => a.iter().map(|&x| self.wide_sign(x)).collect(),
            Fun::Min => self.map2(min, a, &args[1]),
            Fun::Max => self.map2(max, a, &args[1]),
            Fun::Clamp => {
                let above = self.map2(max, a, &args[1]);
                self.map2(min, &above, &args[2])
            }
            Fun::Dot => vec![self.sum_of_products(Op::IMul, Op::IAdd, a, &args[1])],
            Fun::CountOneBits => {
                let zero = self.b.constant(0);
                let mut count = |x: Wide| {
                    let [low, high] = x.map(|word| self.b.op1(Op::Call(Function::CountOneBits), word));
                    [self.b.op2(Op::IAdd, low, high), zero]
                };
                a.iter().map(|&x| count(x)).collect()
            }
            Fun::CountLeadingZeros => {
                a.iter().map(|&x| self.zeros_before(Function::CountLeadingZeros, x)).collect()
            }
            Fun::CountTrailingZeros => a
                .iter()
                .map(|&[low, high]| self.zeros_before(Function::CountTrailingZeros, [high, low]))
                .collect(),
            Fun::ReverseBits => a
                .iter()
                .map(|&[low, high]| [high, low].map(|word| self.b.op1(Op::Call(Function::ReverseBits), word)))
                .collect(),
            Fun::FirstTrailingBit => a
                .iter()
                .map(|&[low, high]| {
                    let [zeros, _] = self.zeros_before(Function::CountTrailingZeros, [high, low]);
                    let (all, none) = (self.b.constant(64), self.b.constant(u32::MAX));
                    let is_zero = self.b.op2(Op::IEq, zeros, all);
                    let first = self.b.select(is_zero, none, zeros);
                    self.widened(first, true)
                })
                .collect(),
            Fun::FirstLeadingBit => a.iter().map(|&x| self.first_leading_bit(x, is_signed)).collect(),
            Fun::ExtractBits => {
                let (offset, count) = self.field(words[1][0], words[2][0]);
                let all = self.b.constant(64);
                let unused = self.b.op2(Op::ISub, all, count);
                let left = self.b.op2(Op::ISub, unused, offset);
                let zero = self.b.constant(0);
                let is_empty = self.b.op2(Op::IEq, count, zero);
                a.iter()
                    .map(|&x| {
                        let x = self.wide_shift(Op::Shl, x, left);
                        let bits = self.wide_shift(shift, x, unused);
                        self.wide_select(is_empty, [zero; 2], bits)
                    })
                    .collect()
            }
            Fun::InsertBits => {
                let (offset, count) = self.field(words[2][0], words[3][0]);
                let (all, zero) = (self.b.constant(64), self.b.constant(0));
                let ones = self.wide_constant(u64::MAX);
                let unused = self.b.op2(Op::ISub, all, count);
                let mask = self.wide_shift(Op::UShr, ones, unused);
                let mask = self.wide_shift(Op::Shl, mask, offset);
                let is_empty = self.b.op2(Op::IEq, count, zero);
                let mask = self.wide_select(is_empty, [zero; 2], mask);
                (0..a.len())
                    .map(|i| {
                        let new = self.wide_shift(Op::Shl, args[1][i], offset);
                        let (new, kept) =
                            (self.wide_two(Op::And, new, mask), self.wide_two(Op::AndNot, a[i], mask));
                        self.wide_two(Op::Or, new, kept)
                    })
                    .collect()
            }
            _ => return None,
        };
        Some(Wide::words(&result))
    }

    fn wide_abs(&mut self, x: Wide) -> Wide {
        let zero = self.b.constant(0);
        let is_negative = self.b.op2(Op::SLt, x[1], zero);
        let opposite = self.wide_two(Op::ISub, [zero; 2], x);
        self.wide_select(is_negative, opposite, x)
    }

    /// -1, 0 or 1.
    fn wide_sign(&mut self, [low, high]: Wide) -> Wide {
        let (zero, one, all) = (self.b.constant(0), self.b.constant(1), self.b.constant(31));
        let any = self.b.op2(Op::Or, low, high);
        let differs = self.b.op2(Op::INe, any, zero);
        let positive = self.b.op2(Op::And, differs, one);
        let negative = self.b.op2(Op::SShr, high, all);
        [self.b.op2(Op::Or, positive, negative), negative]
    }

    /// The zeros of the second word as the function of words counts them, and where that is all of them, of the first.
    fn zeros_before(&mut self, count: Function, [then, first]: Wide) -> Wide {
        let (zero, bits) = (self.b.constant(0), self.b.constant(32));
        let (first_count, then_count) =
            (self.b.op1(Op::Call(count), first), self.b.op1(Op::Call(count), then));
        let both = self.b.op2(Op::IAdd, then_count, bits);
        let is_zero = self.b.op2(Op::IEq, first, zero);
        let count = self.b.select(is_zero, both, first_count);
        [count, zero]
    }

    /// The position of the highest bit that is set, or of a signed integer that differs from the sign; all ones where
    /// there is none.
    fn first_leading_bit(&mut self, x: Wide, is_signed: bool) -> Wide {
        let mut x = x;
        if is_signed {
            let all = self.b.constant(31);
            let sign = self.b.op2(Op::SShr, x[1], all);
            x = x.map(|word| self.b.op2(Op::Xor, word, sign));
        }
        let [zeros, _] = self.zeros_before(Function::CountLeadingZeros, x);
        let last = self.b.constant(63);
        let first = self.b.op2(Op::ISub, last, zeros);
        self.widened(first, true)
    }

    /// Offset and count clamped so that the field lies in 64 bits.
    fn field(&mut self, offset: Value, count: Value) -> (Value, Value) {
        let all = self.b.constant(64);
        let offset = self.b.op2(Op::UMin, offset, all);
        let left = self.b.op2(Op::ISub, all, offset);
        (offset, self.b.op2(Op::UMin, count, left))
    }
}

/// The function behind a built-in of one argument.
fn unary_of(fun: MathFunction) -> Option<Unary> {
    use MathFunction as Fun;
    Some(match fun {
        Fun::Cos => Unary::Cos,
        Fun::Cosh => Unary::Cosh,
        Fun::Sin => Unary::Sin,
        Fun::Sinh => Unary::Sinh,
        Fun::Tan => Unary::Tan,
        Fun::Tanh => Unary::Tanh,
        Fun::Acos => Unary::Acos,
        Fun::Asin => Unary::Asin,
        Fun::Atan => Unary::Atan,
        Fun::Asinh => Unary::Asinh,
        Fun::Acosh => Unary::Acosh,
        Fun::Atanh => Unary::Atanh,
        Fun::Exp => Unary::Exp,
        Fun::Exp2 => Unary::Exp2,
        Fun::Log => Unary::Log,
        Fun::Log2 => Unary::Log2,
        _ => return None,
    })
}

//! Built-in numeric functions: each is an operation, or spelled out in operations as WGSL defines it.

use std::rc::Rc;

use naga::{Expression, Handle, MathFunction, ScalarKind};

use super::super::function::Function;
use super::super::op::Op;
use super::super::tree::Value;
use super::{Frame, Lowering, types};
use crate::error::Result;

impl Lowering {
    pub(super) fn math(
        &mut self,
        frame: &mut Frame,
        handle: Handle<Expression>,
        fun: MathFunction,
        exprs: &[Handle<Expression>],
    ) -> Result<Rc<[Value]>> {
        use MathFunction as Fun;
        let mut args: Vec<Rc<[Value]>> = Vec::with_capacity(4);
        for &expr in exprs {
            args.push(self.words(frame, expr)?);
        }
        let a = args[0].clone();
        let ty = frame.ty(exprs[0]);
        let kind = types::kind(ty).unwrap_or(ScalarKind::Float);
        let by_kind = |float: Op, signed: Op, unsigned: Op| match kind {
            ScalarKind::Float => float,
            ScalarKind::Sint => signed,
            _ => unsigned,
        };
        let min = by_kind(Op::FMin, Op::SMin, Op::UMin);
        let max = by_kind(Op::FMax, Op::SMax, Op::UMax);
        let call = Op::Call;
        Ok(match fun {
            Fun::Abs if kind == ScalarKind::Uint => a,
            Fun::Abs => self.each(by_kind(Op::FAbs, call(Function::AbsI32), Op::Not), &a),
            Fun::Min => self.zip(min, &a, &args[1]),
            Fun::Max => self.zip(max, &a, &args[1]),
            Fun::Clamp => {
                let low = self.zip(max, &a, &args[1]);
                self.zip(min, &low, &args[2])
            }
            Fun::Saturate => self.saturate(&a),
            Fun::Sign => self.each(by_kind(call(Function::Sign), call(Function::SignI32), Op::Not), &a),
            Fun::Ceil => self.each(Op::FCeil, &a),
            Fun::Floor => self.each(Op::FFloor, &a),
            Fun::Round => self.each(Op::FRound, &a),
            Fun::Trunc => self.each(Op::FTrunc, &a),
            Fun::Fract => {
                let floor = self.each(Op::FFloor, &a);
                self.zip(Op::FSub, &a, &floor)
            }
            Fun::Sqrt => self.each(Op::FSqrt, &a),
            Fun::InverseSqrt => {
                let one = self.b.float(1.0);
                let root = self.each(Op::FSqrt, &a);
                self.zip(Op::FDiv, &[one], &root)
            }
            Fun::Radians => {
                let factor = self.b.float(0.017_453_292);
                self.zip(Op::FMul, &a, &[factor])
            }
            Fun::Degrees => {
                let factor = self.b.float(57.295_78);
                self.zip(Op::FMul, &a, &[factor])
            }
            Fun::Modf => {
                let fract = self.each(call(Function::ModfFract), &a);
                let whole = self.each(Op::FTrunc, &a);
                fract.iter().chain(whole.iter()).copied().collect()
            }
            Fun::Frexp => {
                let fract = self.each(call(Function::FrexpFract), &a);
                let exp = self.each(call(Function::FrexpExp), &a);
                fract.iter().chain(exp.iter()).copied().collect()
            }
            Fun::Fma => {
                let fma = |i: usize| [a[i], args[1][i], args[2][i]];
                (0..a.len()).map(|i| self.b.op(call(Function::Fma), &fma(i))).collect()
            }
            Fun::Mix => self.mix(&a, &args[1], &args[2]),
            Fun::Step => {
                let (one, zero) = (self.b.float(1.0), self.b.float(0.0));
                let reached = self.zip(Op::FLe, &a, &args[1]);
                reached.iter().map(|&reached| self.b.select(reached, one, zero)).collect()
            }
            Fun::SmoothStep => self.smoothstep(&a, &args[1], &args[2]),
            Fun::Dot if kind == ScalarKind::Float => [self.dot(&a, &args[1])].into(),
            Fun::Dot => [self.sum_of_products(Op::IMul, Op::IAdd, &a, &args[1])].into(),
            Fun::Cross => (0..3).map(|i| self.cross(&a, &args[1], (i + 1) % 3, (i + 2) % 3)).collect(),
            Fun::Length => [self.length(&a)].into(),
            Fun::Distance => {
                let difference = self.zip(Op::FSub, &a, &args[1]);
                [self.length(&difference)].into()
            }
            Fun::Normalize => {
                let length = self.length(&a);
                self.zip(Op::FDiv, &a, &[length])
            }
            Fun::FaceForward => {
                let (dot, zero) = (self.dot(&args[1], &args[2]), self.b.float(0.0));
                let keep = self.b.op2(Op::FLt, dot, zero);
                let opposite = self.each(Op::FNeg, &a);
                (0..a.len()).map(|i| self.b.select(keep, a[i], opposite[i])).collect()
            }
            Fun::Reflect => {
                let (dot, two) = (self.dot(&args[1], &a), self.b.float(2.0));
                let factor = self.b.op2(Op::FMul, two, dot);
                let normal = self.zip(Op::FMul, &[factor], &args[1]);
                self.zip(Op::FSub, &a, &normal)
            }
            Fun::Refract => self.refract(&a, &args[1], args[2][0]),
            Fun::Outer => {
                let b = args[1].clone();
                b.iter().flat_map(|&b| self.zip(Op::FMul, &a, &[b]).to_vec()).collect()
            }
            Fun::Transpose => match types::matrix(ty) {
                Some(shape) => self.transpose(&a, shape),
                None => return Err(frame.unsupported("this transpose", handle)),
            },
            Fun::Determinant => match types::matrix(ty) {
                Some((size, _)) => [self.determinant(&a, size)].into(),
                None => return Err(frame.unsupported("this determinant", handle)),
            },
            Fun::ExtractBits => {
                let function = if kind == ScalarKind::Sint {
                    Function::ExtractBitsI32
                } else {
                    Function::ExtractBitsU32
                };
                a.iter().map(|&a| self.b.op(call(function), &[a, args[1][0], args[2][0]])).collect()
            }
            Fun::InsertBits => (0..a.len())
                .map(|i| self.b.op(call(Function::InsertBits), &[a[i], args[1][i], args[2][0], args[3][0]]))
                .collect(),
            Fun::FirstLeadingBit if kind == ScalarKind::Sint => {
                self.each(call(Function::FirstLeadingBitI32), &a)
            }
            Fun::Pack4x8snorm => self.pack(Function::Pack4x8Snorm, &a),
            Fun::Pack4x8unorm => self.pack(Function::Pack4x8Unorm, &a),
            Fun::Pack2x16snorm => self.pack(Function::Pack2x16Snorm, &a),
            Fun::Pack2x16unorm => self.pack(Function::Pack2x16Unorm, &a),
            Fun::Pack2x16float => self.pack(Function::Pack2x16Float, &a),
            Fun::Pack4xI8 | Fun::Pack4xU8 => self.pack(Function::Pack4x8, &a),
            Fun::Pack4xI8Clamp => self.pack(Function::Pack4x8IClamp, &a),
            Fun::Pack4xU8Clamp => self.pack(Function::Pack4x8UClamp, &a),
            Fun::Unpack4x8snorm => self.unpack(Function::Unpack4x8Snorm, a[0], 4),
            Fun::Unpack4x8unorm => self.unpack(Function::Unpack4x8Unorm, a[0], 4),
            Fun::Unpack2x16snorm => self.unpack(Function::Unpack2x16Snorm, a[0], 2),
            Fun::Unpack2x16unorm => self.unpack(Function::Unpack2x16Unorm, a[0], 2),
            Fun::Unpack2x16float => self.unpack(Function::Unpack2x16Float, a[0], 2),
            Fun::Unpack4xI8 => self.unpack(Function::Unpack4x8I, a[0], 4),
            Fun::Unpack4xU8 => self.unpack(Function::Unpack4x8U, a[0], 4),
            fun => match (function_of(fun), args.len()) {
                (Some(function), 1) => self.each(call(function), &a),
                (Some(function), 2) => self.zip(call(function), &a, &args[1]),
                _ => return Err(frame.unsupported(format!("the built-in {fun:?}"), handle)),
            },
        })
    }

    /// Clamps to 0 to 1; NaN becomes 0.
    fn saturate(&mut self, a: &[Value]) -> Rc<[Value]> {
        let (zero, one) = (self.b.float(0.0), self.b.float(1.0));
        a.iter()
            .map(|&x| {
                let positive = self.b.op2(Op::FGt, x, zero);
                let x = self.b.select(positive, x, zero);
                let small = self.b.op2(Op::FLt, x, one);
                self.b.select(small, x, one)
            })
            .collect()
    }

    /// `a * (1 - t) + b * t`.
    fn mix(&mut self, a: &[Value], b: &[Value], t: &[Value]) -> Rc<[Value]> {
        let one = self.b.float(1.0);
        let rest = self.zip(Op::FSub, &[one], t);
        let (a, b) = (self.zip(Op::FMul, a, &rest), self.zip(Op::FMul, b, t));
        self.zip(Op::FAdd, &a, &b)
    }

    fn smoothstep(&mut self, low: &[Value], high: &[Value], x: &[Value]) -> Rc<[Value]> {
        let (range, above) = (self.zip(Op::FSub, high, low), self.zip(Op::FSub, x, low));
        let t = self.zip(Op::FDiv, &above, &range);
        let t = self.saturate(&t);
        let (two, three) = (self.b.float(2.0), self.b.float(3.0));
        let (square, double) = (self.zip(Op::FMul, &t, &t), self.zip(Op::FMul, &[two], &t));
        let factor = self.zip(Op::FSub, &[three], &double);
        self.zip(Op::FMul, &square, &factor)
    }

    /// `a[i] * b[j] - a[j] * b[i]`.
    fn cross(&mut self, a: &[Value], b: &[Value], i: usize, j: usize) -> Value {
        let (left, right) = (self.b.op2(Op::FMul, a[i], b[j]), self.b.op2(Op::FMul, a[j], b[i]));
        self.b.op2(Op::FSub, left, right)
    }

    fn length(&mut self, a: &[Value]) -> Value {
        match a {
            [x] => self.b.op1(Op::FAbs, *x),
            _ => {
                let square = self.dot(a, a);
                self.b.op1(Op::FSqrt, square)
            }
        }
    }

    fn refract(&mut self, incident: &[Value], normal: &[Value], ratio: Value) -> Rc<[Value]> {
        let (zero, one) = (self.b.float(0.0), self.b.float(1.0));
        let cosine = self.dot(normal, incident);
        let square = self.b.op2(Op::FMul, cosine, cosine);
        let sine = self.b.op2(Op::FSub, one, square);
        let ratio_square = self.b.op2(Op::FMul, ratio, ratio);
        let scaled = self.b.op2(Op::FMul, ratio_square, sine);
        let k = self.b.op2(Op::FSub, one, scaled);
        let reflected = self.b.op2(Op::FLt, k, zero);
        let root = self.b.op1(Op::FSqrt, k);
        let along = self.b.op2(Op::FMul, ratio, cosine);
        let factor = self.b.op2(Op::FAdd, along, root);
        let bent = self.zip(Op::FMul, &[ratio], incident);
        let towards = self.zip(Op::FMul, &[factor], normal);
        let refracted = self.zip(Op::FSub, &bent, &towards);
        refracted.iter().map(|&x| self.b.select(reflected, zero, x)).collect()
    }

    fn pack(&mut self, function: Function, words: &[Value]) -> Rc<[Value]> {
        [self.b.op(Op::Call(function), words)].into()
    }

    fn unpack(&mut self, function: Function, word: Value, components: u32) -> Rc<[Value]> {
        (0..components)
            .map(|index| {
                let index = self.b.constant(index);
                self.b.op2(Op::Call(function), word, index)
            })
            .collect()
    }
}

/// The function behind a built-in that goes component by component.
fn function_of(fun: MathFunction) -> Option<Function> {
    use MathFunction as Fun;
    Some(match fun {
        Fun::Cos => Function::Cos,
        Fun::Cosh => Function::Cosh,
        Fun::Sin => Function::Sin,
        Fun::Sinh => Function::Sinh,
        Fun::Tan => Function::Tan,
        Fun::Tanh => Function::Tanh,
        Fun::Acos => Function::Acos,
        Fun::Asin => Function::Asin,
        Fun::Atan => Function::Atan,
        Fun::Atan2 => Function::Atan2,
        Fun::Asinh => Function::Asinh,
        Fun::Acosh => Function::Acosh,
        Fun::Atanh => Function::Atanh,
        Fun::Ldexp => Function::Ldexp,
        Fun::Exp => Function::Exp,
        Fun::Exp2 => Function::Exp2,
        Fun::Log => Function::Log,
        Fun::Log2 => Function::Log2,
        Fun::Pow => Function::Pow,
        Fun::QuantizeToF16 => Function::QuantizeToF16,
        Fun::CountTrailingZeros => Function::CountTrailingZeros,
        Fun::CountLeadingZeros => Function::CountLeadingZeros,
        Fun::CountOneBits => Function::CountOneBits,
        Fun::ReverseBits => Function::ReverseBits,
        Fun::FirstTrailingBit => Function::FirstTrailingBit,
        Fun::FirstLeadingBit => Function::FirstLeadingBitU32,
        Fun::Dot4I8Packed => Function::Dot4x8I,
        Fun::Dot4U8Packed => Function::Dot4x8U,
        _ => return None,
    })
}

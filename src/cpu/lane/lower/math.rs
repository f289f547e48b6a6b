//! Built-in numeric functions: each is an operation, a function of its own, or spelled out in operations as WGSL defines
//! it.

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
        if types::is_wide(ty) {
            return self.wide_math(frame, handle, fun, kind, &args);
        }
        if kind == ScalarKind::Float {
            let components: Vec<Vec<Value>> = args.iter().map(|arg| arg.to_vec()).collect();
            if let Some(result) = self.formula(fun, &components, types::matrix(ty)) {
                return Ok(result.into());
            }
        }
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
            Fun::Sign => self.each(by_kind(call(Function::Sign), call(Function::SignI32), Op::Not), &a),
            Fun::Ceil => self.each(Op::FCeil, &a),
            Fun::Floor => self.each(Op::FFloor, &a),
            Fun::Round => self.each(Op::FRound, &a),
            Fun::Trunc => self.each(Op::FTrunc, &a),
            Fun::Sqrt => self.each(Op::FSqrt, &a),
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
            Fun::Dot => [self.sum_of_products(Op::IMul, Op::IAdd, &a, &args[1])].into(),
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

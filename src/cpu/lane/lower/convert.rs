//! Conversions between scalars, component by component.

use std::rc::Rc;

use naga::{Expression, Handle, Scalar, ScalarKind};

use super::super::function::Function;
use super::super::op::Op;
use super::super::tree::Value;
use super::component::Component;
use super::wide::Wide;
use super::{Frame, Lowering, types};
use crate::cpu::math::Target;
use crate::error::Result;

impl Lowering {
    /// An expression converted to so many bytes, or its bits as they are.
    pub(super) fn convert(
        &mut self,
        frame: &mut Frame,
        expr: Handle<Expression>,
        kind: ScalarKind,
        convert: Option<u8>,
    ) -> Result<Rc<[Value]>> {
        let words = self.words(frame, expr)?;
        let Some((from, width)) = types::scalar(frame.ty(expr)).zip(convert) else { return Ok(words) };
        let to = Scalar { kind, width };
        let wide = |scalar: Scalar| scalar.width == 8 && scalar.kind != ScalarKind::Bool;
        Ok(match (wide(from), wide(to)) {
            _ if from.kind == to.kind && wide(from) == wide(to) => words,
            (false, false) => self.convert_words(&words, from.kind, to.kind),
            (false, true) => {
                let wide: Vec<Wide> =
                    words.iter().map(|&word| self.widen(word, from.kind, to.kind)).collect();
                Wide::words(&wide)
            }
            (true, false) => {
                Wide::of_words(&words).into_iter().map(|x| self.narrow(x, from.kind, to)).collect()
            }
            (true, true) => {
                let wide = Wide::of_words(&words);
                let wide: Vec<Wide> =
                    wide.into_iter().map(|x| self.convert_wide(x, from.kind, to.kind)).collect();
                Wide::words(&wide)
            }
        })
    }

    fn convert_words(&mut self, words: &[Value], from: ScalarKind, to: ScalarKind) -> Rc<[Value]> {
        use ScalarKind::{Bool, Float, Sint, Uint};
        match (from, to) {
            (Sint, Float) => self.each(Op::SToF, words),
            (Uint, Float) => self.each(Op::UToF, words),
            (Float, Sint) => self.each(Op::FToS, words),
            (Float, Uint) => self.each(Op::FToU, words),
            (Bool, Float) => {
                let one = self.b.float(1.0);
                self.zip(Op::And, words, &[one])
            }
            (Bool, _) => {
                let one = self.b.constant(1);
                self.zip(Op::And, words, &[one])
            }
            (from, Bool) => {
                let zero = self.b.constant(0);
                let differs = if from == Float { Op::FNe } else { Op::INe };
                self.zip(differs, words, &[zero])
            }
            _ => words.into(),
        }
    }

    /// A word as a number of 64 bits.
    fn widen(&mut self, word: Value, from: ScalarKind, to: ScalarKind) -> Wide {
        use ScalarKind::{Bool, Float, Sint};
        match (from, to) {
            (Bool, to) => {
                let one = self.wide_constant(if to == Float { 1f64.to_bits() } else { 1 });
                one.map(|one| self.b.op2(Op::And, word, one))
            }
            (Float, to) => {
                let x = self.wide_halves([Function::F64OfF32Low, Function::F64OfF32High], &[word]);
                match to {
                    Float => x,
                    Sint => self.integer_of(Target::I64OfF32, x),
                    _ => self.integer_of(Target::U64OfF32, x),
                }
            }
            (from, to) => {
                let x = self.widened(word, from == Sint);
                self.convert_wide(x, from, to)
            }
        }
    }

    /// A number of 64 bits as a word.
    fn narrow(&mut self, x: Wide, from: ScalarKind, to: Scalar) -> Value {
        use ScalarKind::{Bool, Float, Sint, Uint};
        match (from, to.kind) {
            (from, Bool) => {
                let zero = self.wide_constant(0);
                self.wide_compare(if from == Float { Op::FNe } else { Op::INe }, x, zero)
            }
            (Float, Float) if to.width == 2 => self.b.op(Op::Call(Function::F64ToOddF32), &x),
            (Float, Float) => self.b.op(Op::Call(Function::F64ToF32), &x),
            (Float, Sint) => self.integer_of(Target::I32, x)[0],
            (Float, Uint) => self.integer_of(Target::U32, x)[0],
            (from, Float) => {
                let is_signed = self.b.constant(u32::from(from == Sint));
                self.b.op(Op::Call(Function::F32OfInteger64), &[x[0], x[1], is_signed])
            }
            _ => x[0],
        }
    }

    /// A number of 64 bits as another.
    fn convert_wide(&mut self, x: Wide, from: ScalarKind, to: ScalarKind) -> Wide {
        use ScalarKind::{Float, Sint};
        match (from, to) {
            (Float, Float) => x,
            (Float, Sint) => self.integer_of(Target::I64, x),
            (Float, _) => self.integer_of(Target::U64, x),
            (from, Float) => {
                let is_signed = u32::from(from == Sint) << 1;
                self.wide_numbered(Function::F64OfInteger, &x, |high| is_signed | u32::from(high))
            }
            _ => x,
        }
    }

    fn integer_of(&mut self, target: Target, x: Wide) -> Wide {
        self.wide_numbered(Function::F64ToInteger, &x, |high| target.number(high))
    }
}

//! Expressions, component by component.

use std::rc::Rc;

use naga::{
    BinaryOperator, Expression, Handle, Literal, RelationalFunction, ScalarKind, TypeInner, UnaryOperator,
};

use super::super::function::Function;
use super::super::limits::MAX_ARRAY_WORDS;
use super::super::op::Op;
use super::super::tree::Value;
use super::component::Component;
use super::wide::Wide;
use super::{Frame, Lowering, Operand, located, types, unsupported_at};
use crate::error::Result;

impl Lowering {
    /// Computes an expression and remembers its value.
    pub(super) fn emit(&mut self, frame: &mut Frame, handle: Handle<Expression>) -> Result<()> {
        let span = frame.span(handle);
        self.here = if span.is_defined() { span } else { self.here };
        // A value of a type that has no words is not made on the way to one that has.
        let inner = frame.ty(handle);
        let known = if inner.scalar().is_some() { types::words(frame.unit, inner).map(drop) } else { Ok(()) };
        let operand = known.and_then(|()| self.evaluate(frame, handle));
        let operand = operand.map_err(|error| located(error, frame.unit, span))?;
        // What is written to memory word by word has been read so.
        let words = if let Operand::Words(words) = &operand { words.len() } else { 0 };
        self.spend_at(frame, words, handle)?;
        frame.exprs[handle.index()] = Some(operand);
        Ok(())
    }

    /// Counts the words of an expression.
    fn spend_at(&mut self, frame: &Frame, words: usize, handle: Handle<Expression>) -> Result<()> {
        self.spend(frame.unit, words, || frame.span(handle))
    }

    /// The value of an expression: as emitted, or computed now where naga does not emit (constants, arguments).
    pub(super) fn operand(&mut self, frame: &mut Frame, handle: Handle<Expression>) -> Result<Operand> {
        match &frame.exprs[handle.index()] {
            Some(operand) => Ok(operand.clone()),
            None => self.evaluate(frame, handle),
        }
    }

    /// The words of an expression that is not a pointer.
    pub(super) fn words(&mut self, frame: &mut Frame, handle: Handle<Expression>) -> Result<Rc<[Value]>> {
        match self.operand(frame, handle)? {
            Operand::Words(words) => Ok(words),
            Operand::Place(_) => Err(frame.unsupported("a pointer used as a value", handle)),
        }
    }

    /// The word of a scalar expression.
    pub(super) fn word(&mut self, frame: &mut Frame, handle: Handle<Expression>) -> Result<Value> {
        Ok(self.words(frame, handle)?[0])
    }

    fn evaluate(&mut self, frame: &mut Frame, handle: Handle<Expression>) -> Result<Operand> {
        let words: Rc<[Value]> = match frame.function.expressions[handle] {
            Expression::Literal(literal) => self.literal(frame, literal)?,
            Expression::Constant(constant) => {
                let words = self.global(frame, frame.module().constants[constant].init)?;
                self.spend_at(frame, words.len(), handle)?;
                words
            }
            Expression::ZeroValue(ty) => {
                let words = self.zeros(frame, ty)?;
                self.spend_at(frame, words.len(), handle)?;
                words
            }
            Expression::Compose { ref components, .. } => {
                let mut words = vec![];
                for &component in components {
                    words.extend_from_slice(&self.words(frame, component)?);
                }
                words.into()
            }
            Expression::Access { base, index } => {
                let is_signed = types::kind(frame.ty(index)) == Some(ScalarKind::Sint);
                let index = self.words(frame, index)?;
                let index = self.index_word(&index);
                match self.operand(frame, base)? {
                    Operand::Place(place) => {
                        let index = (index, is_signed);
                        return self.index_place(frame, base, &place, index).map(Operand::Place);
                    }
                    Operand::Words(words) => {
                        self.watch_value_index(frame, base, (index, is_signed))?;
                        self.index_words(frame, base, &words, index)?
                    }
                }
            }
            Expression::AccessIndex { base, index } => match self.operand(frame, base)? {
                Operand::Place(place) => {
                    return self.member_place(frame, base, &place, index).map(Operand::Place);
                }
                Operand::Words(words) => {
                    let (offset, len) = types::member(frame.unit, frame.ty(base), index)?;
                    words[offset as usize..][..len as usize].into()
                }
            },
            Expression::Splat { size, value } => self.words(frame, value)?.repeat(types::size(size)).into(),
            Expression::Swizzle { size, vector, pattern } => {
                let words = self.words(frame, vector)?;
                let (_, each) = types::elements(frame.unit, frame.ty(vector))?;
                let component =
                    |at: naga::SwizzleComponent| &words[(at as u32 * each) as usize..][..each as usize];
                pattern[..types::size(size)].iter().flat_map(|&at| component(at)).copied().collect()
            }
            Expression::FunctionArgument(index) => return Ok(frame.args[index as usize].clone()),
            Expression::LocalVariable(local) => {
                let storage = frame.locals[local.index()].clone();
                return Ok(Operand::Place(super::Place::start_of(storage)));
            }
            Expression::Load { pointer } => match self.operand(frame, pointer)? {
                Operand::Place(place) => {
                    let Some(inner) = types::pointee(frame.unit, frame.ty(pointer)) else {
                        return Err(frame.unsupported("this pointer", pointer));
                    };
                    // `_ = buffer;` keeps a binding in use, and reads nothing, however large it is. A checker is told of
                    // what an index may miss.
                    let is_small = || matches!(*inner, TypeInner::Scalar(_) | TypeInner::Vector { .. });
                    if frame.info[handle].ref_count == 0 && !(self.watch.is_some() && is_small()) {
                        return Ok(Operand::Words([].into()));
                    }
                    self.watch_load(frame, handle)?;
                    self.load(frame, &place, &inner)?
                }
                Operand::Words(_) => return Err(frame.unsupported("this load", handle)),
            },
            Expression::Unary { op, expr } => self.unary(frame, op, expr)?,
            Expression::Binary { op, left, right } => self.binary(frame, op, left, right)?,
            Expression::Select { condition, accept, reject } => {
                let condition = self.words(frame, condition)?;
                let (accept, reject) = (self.words(frame, accept)?, self.words(frame, reject)?);
                // One condition goes with every word, or each with the words of a component.
                let each = accept.len() / condition.len();
                (0..accept.len()).map(|i| self.b.select(condition[i / each], accept[i], reject[i])).collect()
            }
            Expression::Relational { fun, argument } => self.relational(frame, fun, argument)?,
            Expression::Math { fun, arg, arg1, arg2, arg3 } => {
                let args: Vec<_> = [Some(arg), arg1, arg2, arg3].into_iter().flatten().collect();
                self.math(frame, handle, fun, &args)?
            }
            Expression::As { expr, kind, convert } => self.convert(frame, expr, kind, convert)?,
            Expression::GlobalVariable(global) => {
                if let Some(resource) = self.resource_number(global) {
                    return Ok(resource);
                }
                return self.global_place(frame, global).map(Operand::Place);
            }
            Expression::ArrayLength(array) => [self.array_length(frame, array)?].into(),
            Expression::ImageLoad { .. } | Expression::ImageQuery { .. } | Expression::ImageSample { .. } => {
                self.image_expression(frame, handle)?
            }
            Expression::Override(_) => return Err(frame.unsupported("an override", handle)),
            Expression::Derivative { .. } => return Err(frame.unsupported("a derivative", handle)),
            ref other => return Err(frame.unsupported(name(other), handle)),
        };
        let computes = matches!(
            frame.function.expressions[handle],
            Expression::Unary { .. }
                | Expression::Binary { .. }
                | Expression::Math { .. }
                | Expression::As { .. }
        );
        Ok(Operand::Words(if computes && types::is_half(frame.ty(handle)) {
            self.round_to_half(&words)
        } else {
            words
        }))
    }

    /// Values of binary16 are kept as floats of 32 bits that hold the same numbers. An operation is done on those and
    /// rounded once more, which gives what rounding once would: they have more than twice the digits and two more.
    pub(super) fn round_to_half(&mut self, words: &[Value]) -> Rc<[Value]> {
        self.each(Op::Call(Function::QuantizeToF16), words)
    }

    fn literal(&mut self, frame: &Frame, literal: Literal) -> Result<Rc<[Value]>> {
        let word = match literal {
            Literal::F32(x) => self.b.float(x),
            Literal::F16(x) => self.b.float(x.to_f32()),
            Literal::I32(x) => self.b.constant(x as u32),
            Literal::U32(x) => self.b.constant(x),
            Literal::Bool(x) => self.b.constant(if x { u32::MAX } else { 0 }),
            Literal::F64(x) => return Ok(self.wide_constant(x.to_bits()).into()),
            Literal::I64(x) => return Ok(self.wide_constant(x as u64).into()),
            Literal::U64(x) => return Ok(self.wide_constant(x).into()),
            Literal::I16(_) | Literal::U16(_) | Literal::AbstractInt(_) | Literal::AbstractFloat(_) => {
                return Err(unsupported_at(frame.unit, "a literal of this type", naga::Span::UNDEFINED));
            }
        };
        Ok([word].into())
    }

    pub(super) fn zeros(&mut self, frame: &Frame, ty: Handle<naga::Type>) -> Result<Rc<[Value]>> {
        let len = types::words(frame.unit, frame.inner(ty))?;
        let zero = self.b.constant(0);
        Ok(vec![zero; len as usize].into())
    }

    /// A constant expression at module scope.
    pub(super) fn global(&mut self, frame: &Frame, handle: Handle<Expression>) -> Result<Rc<[Value]>> {
        let module = frame.module();
        Ok(match module.global_expressions[handle] {
            Expression::Literal(literal) => self.literal(frame, literal)?,
            Expression::Constant(constant) => self.global(frame, module.constants[constant].init)?,
            Expression::ZeroValue(ty) => self.zeros(frame, ty)?,
            Expression::Compose { ref components, .. } => {
                let mut words = vec![];
                for &component in components {
                    words.extend_from_slice(&self.global(frame, component)?);
                }
                words.into()
            }
            Expression::Splat { size, value } => self.global(frame, value)?.repeat(types::size(size)).into(),
            _ => {
                let span = module.global_expressions.get_span(handle);
                return Err(unsupported_at(frame.unit, "this constant expression", span));
            }
        })
    }

    /// Element `index` of a composite value.
    fn index_words(
        &mut self,
        frame: &Frame,
        base: Handle<Expression>,
        words: &[Value],
        index: Value,
    ) -> Result<Rc<[Value]>> {
        let (len, stride) = types::elements(frame.unit, frame.ty(base))?;
        self.spend_at(frame, words.len(), base)?;
        let offset = self.element_offset(index, len, stride);
        if let Some(offset) = self.b.tree.constant(offset) {
            return Ok(words[offset as usize..][..stride as usize].into());
        }
        if let Some(table) =
            words.iter().map(|&word| self.b.tree.constant(word)).collect::<Option<Vec<u32>>>()
        {
            let table = self.b.table(table);
            return Ok((0..stride)
                .map(|word| {
                    let word = self.b.constant(word);
                    let at = self.b.op2(Op::IAdd, offset, word);
                    self.b.lookup(table, at)
                })
                .collect());
        }
        if len <= 8 {
            // The last element is the answer unless an earlier one is asked for.
            let mut result: Vec<Value> = words[((len - 1) * stride) as usize..].to_vec();
            for element in (0..len - 1).rev() {
                let element_index = self.b.constant(element);
                let chosen = self.b.op2(Op::IEq, index, element_index);
                for (word, value) in result.iter_mut().enumerate() {
                    *value = self.b.select(chosen, words[(element * stride) as usize + word], *value);
                }
            }
            return Ok(result.into());
        }
        if self.b.tree.arrays.iter().sum::<u32>() + len * stride > MAX_ARRAY_WORDS {
            return Err(frame.unsupported("local arrays of this size", base));
        }
        let array = self.b.array(len * stride);
        for (at, &word) in words.iter().enumerate() {
            let at = self.b.constant(at as u32);
            self.b.store(array, at, word);
        }
        Ok((0..stride)
            .map(|word| {
                let word = self.b.constant(word);
                let at = self.b.op2(Op::IAdd, offset, word);
                self.b.load(array, at)
            })
            .collect())
    }

    /// Applies an operation to each component.
    pub(super) fn each(&mut self, op: Op, a: &[Value]) -> Rc<[Value]> {
        a.iter().map(|&a| self.b.op1(op, a)).collect()
    }

    /// Applies an operation to pairs of components; a scalar goes with every component.
    pub(super) fn zip(&mut self, op: Op, a: &[Value], b: &[Value]) -> Rc<[Value]> {
        let len = a.len().max(b.len());
        let at = |words: &[Value], i: usize| words[if words.len() == 1 { 0 } else { i }];
        (0..len).map(|i| self.b.op2(op, at(a, i), at(b, i))).collect()
    }

    fn unary(
        &mut self,
        frame: &mut Frame,
        op: UnaryOperator,
        expr: Handle<Expression>,
    ) -> Result<Rc<[Value]>> {
        let words = self.words(frame, expr)?;
        if types::is_wide(frame.ty(expr)) {
            return Ok(self.wide_words_of_unary(op, types::kind(frame.ty(expr)), &words));
        }
        Ok(match (op, types::kind(frame.ty(expr))) {
            (UnaryOperator::Negate, Some(ScalarKind::Float)) => self.each(Op::FNeg, &words),
            (UnaryOperator::Negate, _) => {
                let zero = self.b.constant(0);
                self.zip(Op::ISub, &[zero], &words)
            }
            (UnaryOperator::LogicalNot | UnaryOperator::BitwiseNot, _) => self.each(Op::Not, &words),
        })
    }

    fn binary(
        &mut self,
        frame: &mut Frame,
        op: BinaryOperator,
        left: Handle<Expression>,
        right: Handle<Expression>,
    ) -> Result<Rc<[Value]>> {
        let (a, b) = (self.words(frame, left)?, self.words(frame, right)?);
        let (left, right) = (frame.ty(left), frame.ty(right));
        let is_shift = matches!(op, BinaryOperator::ShiftLeft | BinaryOperator::ShiftRight);
        let (wide, wide_right) = (types::is_wide(left), types::is_wide(right));
        // A shift is by a number that fits into a word, whatever its type.
        let b = if is_shift && wide_right { b.iter().copied().step_by(2).collect() } else { b };
        if is_shift && wide {
            let op = binary_op(op, types::kind(left));
            let (a, by) = (Wide::of_words(&a), |at: usize| b[at]);
            let shifted: Vec<Wide> =
                a.iter().enumerate().map(|(at, &a)| self.wide_shift(op, a, by(at))).collect();
            return Ok(Wide::words(&shifted));
        }
        if wide {
            return Ok(self.binary_of::<Wide>(op, (left, &a), (right, &b)));
        }
        Ok(self.binary_of::<Value>(op, (left, &a), (right, &b)))
    }

    fn binary_of<C: Component>(
        &mut self,
        op: BinaryOperator,
        (left, a): (&TypeInner, &[Value]),
        (right, b): (&TypeInner, &[Value]),
    ) -> Rc<[Value]> {
        let (a, b) = (C::of_words(a), C::of_words(b));
        if op == BinaryOperator::Multiply
            && let Some(product) = self.matrix_product(left, &a, right, &b)
        {
            return C::words(&product);
        }
        let op = binary_op(op, types::kind(left));
        if op.is_comparison() {
            return self.compare(op, &a, &b).into();
        }
        let result = self.map2(op, &a, &b);
        C::words(&result)
    }

    fn relational(
        &mut self,
        frame: &mut Frame,
        fun: RelationalFunction,
        argument: Handle<Expression>,
    ) -> Result<Rc<[Value]>> {
        let words = self.words(frame, argument)?;
        let fold = match fun {
            RelationalFunction::All => Op::And,
            RelationalFunction::Any => Op::Or,
            RelationalFunction::IsNan | RelationalFunction::IsInf if types::is_wide(frame.ty(argument)) => {
                let x = Wide::of_words(&words);
                if fun == RelationalFunction::IsNan {
                    return Ok(self.compare(Op::FNe, &x, &x).into());
                }
                let (magnitude, infinity) = (self.map(Op::FAbs, &x), Wide::float(self, f64::INFINITY));
                return Ok(self.compare(Op::IEq, &magnitude, &[infinity]).into());
            }
            RelationalFunction::IsNan => return Ok(self.zip(Op::FNe, &words, &words)),
            RelationalFunction::IsInf => {
                let magnitude = self.each(Op::FAbs, &words);
                let infinity = self.b.float(f32::INFINITY);
                return Ok(self.zip(Op::IEq, &magnitude, &[infinity]));
            }
        };
        let mut result = words[0];
        for &word in &words[1..] {
            result = self.b.op2(fold, result, word);
        }
        Ok([result].into())
    }
}

fn binary_op(op: BinaryOperator, kind: Option<ScalarKind>) -> Op {
    let is_float = kind == Some(ScalarKind::Float);
    let is_signed = kind == Some(ScalarKind::Sint);
    let choose = |float, signed, unsigned| match (is_float, is_signed) {
        (true, _) => float,
        (_, true) => signed,
        _ => unsigned,
    };
    match op {
        BinaryOperator::Add => choose(Op::FAdd, Op::IAdd, Op::IAdd),
        BinaryOperator::Subtract => choose(Op::FSub, Op::ISub, Op::ISub),
        BinaryOperator::Multiply => choose(Op::FMul, Op::IMul, Op::IMul),
        BinaryOperator::Divide => choose(Op::FDiv, Op::Call(Function::DivI32), Op::Call(Function::DivU32)),
        BinaryOperator::Modulo => {
            choose(Op::Call(Function::Rem), Op::Call(Function::RemI32), Op::Call(Function::RemU32))
        }
        BinaryOperator::Equal => choose(Op::FEq, Op::IEq, Op::IEq),
        BinaryOperator::NotEqual => choose(Op::FNe, Op::INe, Op::INe),
        BinaryOperator::Less => choose(Op::FLt, Op::SLt, Op::ULt),
        BinaryOperator::LessEqual => choose(Op::FLe, Op::SLe, Op::ULe),
        BinaryOperator::Greater => choose(Op::FGt, Op::SGt, Op::UGt),
        BinaryOperator::GreaterEqual => choose(Op::FGe, Op::SGe, Op::UGe),
        BinaryOperator::And | BinaryOperator::LogicalAnd => Op::And,
        BinaryOperator::ExclusiveOr => Op::Xor,
        BinaryOperator::InclusiveOr | BinaryOperator::LogicalOr => Op::Or,
        BinaryOperator::ShiftLeft => Op::Shl,
        BinaryOperator::ShiftRight => choose(Op::UShr, Op::SShr, Op::UShr),
    }
}

/// What is said of an expression that is not supported.
fn name(expression: &Expression) -> &'static str {
    match expression {
        Expression::RayQueryVertexPositions { .. }
        | Expression::RayQueryProceedResult
        | Expression::RayQueryGetIntersection { .. } => "a ray query",
        Expression::CooperativeLoad { .. } | Expression::CooperativeMultiplyAdd { .. } => {
            "a cooperative matrix"
        }
        _ => "this built-in",
    }
}

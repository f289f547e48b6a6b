//! Components of numbers of one width: what formulas of vectors and matrices are written in, once for all widths.
//!
//! An operation is named by the one on words of 32 bits; for a component of 64 bits its counterpart is meant.

use std::rc::Rc;

use super::super::op::Op;
use super::super::tree::Value;
use super::Lowering;
use super::wide::Wide;

/// A number of a vector: one word, or two.
pub(super) trait Component: Copy {
    /// The components of words.
    fn of_words(words: &[Value]) -> Vec<Self>;
    /// Adds the words.
    fn push_to(self, words: &mut Vec<Value>);
    /// A float constant.
    fn float(lowering: &mut Lowering, x: f64) -> Self;
    /// An operation of one operand.
    fn one(lowering: &mut Lowering, op: Op, a: Self) -> Self;
    /// An operation of two operands that gives a number.
    fn two(lowering: &mut Lowering, op: Op, a: Self, b: Self) -> Self;
    /// A comparison.
    fn compare(lowering: &mut Lowering, op: Op, a: Self, b: Self) -> Value;
    /// `cond ? accept : reject`.
    fn select(lowering: &mut Lowering, cond: Value, accept: Self, reject: Self) -> Self;

    /// The words of components.
    fn words(components: &[Self]) -> Rc<[Value]> {
        let mut words = Vec::with_capacity(size_of_val(components) / size_of::<Value>());
        components.iter().for_each(|component| component.push_to(&mut words));
        words.into()
    }
}

impl Component for Value {
    fn of_words(words: &[Value]) -> Vec<Self> {
        words.to_vec()
    }

    fn push_to(self, words: &mut Vec<Value>) {
        words.push(self);
    }

    fn float(lowering: &mut Lowering, x: f64) -> Self {
        lowering.b.float(x as f32)
    }

    fn one(lowering: &mut Lowering, op: Op, a: Self) -> Self {
        lowering.b.op1(op, a)
    }

    fn two(lowering: &mut Lowering, op: Op, a: Self, b: Self) -> Self {
        lowering.b.op2(op, a, b)
    }

    fn compare(lowering: &mut Lowering, op: Op, a: Self, b: Self) -> Value {
        lowering.b.op2(op, a, b)
    }

    fn select(lowering: &mut Lowering, cond: Value, accept: Self, reject: Self) -> Self {
        lowering.b.select(cond, accept, reject)
    }
}

impl Component for Wide {
    fn of_words(words: &[Value]) -> Vec<Self> {
        words.as_chunks().0.to_vec()
    }

    fn push_to(self, words: &mut Vec<Value>) {
        words.extend(self);
    }

    fn float(lowering: &mut Lowering, x: f64) -> Self {
        lowering.wide_constant(x.to_bits())
    }

    fn one(lowering: &mut Lowering, op: Op, a: Self) -> Self {
        lowering.wide_one(op, a)
    }

    fn two(lowering: &mut Lowering, op: Op, a: Self, b: Self) -> Self {
        lowering.wide_two(op, a, b)
    }

    fn compare(lowering: &mut Lowering, op: Op, a: Self, b: Self) -> Value {
        lowering.wide_compare(op, a, b)
    }

    fn select(lowering: &mut Lowering, cond: Value, accept: Self, reject: Self) -> Self {
        lowering.wide_select(cond, accept, reject)
    }
}

impl Lowering {
    /// Applies an operation to each component.
    pub(super) fn map<C: Component>(&mut self, op: Op, a: &[C]) -> Vec<C> {
        a.iter().map(|&a| C::one(self, op, a)).collect()
    }

    /// Applies an operation to pairs of components; a scalar goes with every component.
    pub(super) fn map2<C: Component>(&mut self, op: Op, a: &[C], b: &[C]) -> Vec<C> {
        pairs(a, b).map(|(a, b)| C::two(self, op, a, b)).collect()
    }

    /// Compares pairs of components.
    pub(super) fn compare<C: Component>(&mut self, op: Op, a: &[C], b: &[C]) -> Vec<Value> {
        pairs(a, b).map(|(a, b)| C::compare(self, op, a, b)).collect()
    }
}

/// Components that go together; a scalar goes with every one.
fn pairs<'c, C: Copy>(a: &'c [C], b: &'c [C]) -> impl Iterator<Item = (C, C)> + use<'c, C> {
    let at = |of: &[C], i: usize| of[if of.len() == 1 { 0 } else { i }];
    (0..a.len().max(b.len())).map(move |i| (at(a, i), at(b, i)))
}

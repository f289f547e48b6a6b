//! The operators that every executor has natively.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::operator::sealed::{Describe, Spec};
use super::{Builtin, Extremum, MonoidSpec, Operator, ReduceOperator, ScanOperator};
use crate::element::{Element, ElementType, Scalar};
use crate::order;

/// An element of integers: `i32`, `u32` and vectors of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an integer element",
    note = "integer elements are `i32`, `u32` and arrays of two to four of them"
)]
pub trait IntegerElement: Element {}

/// An element of one component: `f32`, `i32`, `u32`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a scalar element",
    note = "scalar elements are `f32`, `i32` and `u32`"
)]
pub trait ScalarElement: Element {}

macro_rules! mark {
    ($mark:ident: $($ty:ty),*) => {$(impl $mark for $ty {})*};
}

mark!(ScalarElement: f32, i32, u32);
mark!(IntegerElement: i32, u32, [i32; 2], [i32; 3], [i32; 4], [u32; 2], [u32; 3], [u32; 4]);

/// Addition, component by component. Identity: `0`.
///
/// Integers wrap. Floats are added in the canonical order, the same on every executor, each addition rounded to
/// nearest; the identity is `+0.0`, so that a prefix of `-0.0` is `+0.0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum;

/// Multiplication, component by component. Identity: `1`.
///
/// Integers wrap. Floats are multiplied in the canonical order, each product rounded to nearest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Product;

/// The smaller one, component by component. Identity: the largest value, `+inf` for floats.
///
/// Floats follow `minimum` of IEEE 754-2019: any NaN makes the result NaN, the quiet NaN `0x7fc00000`, and
/// `-0.0 < +0.0`. So the operator is associative and commutative to the bit, unlike `f32::min` and WGSL's `min`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Min;

/// The larger one, component by component. Identity: the smallest value, `-inf` for floats.
///
/// Floats follow `maximum` of IEEE 754-2019: any NaN makes the result NaN, the quiet NaN `0x7fc00000`, and
/// `-0.0 < +0.0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Max;

/// Bitwise and, component by component, of integers. Identity: all bits set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct And;

/// Bitwise or, component by component, of integers. Identity: `0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Or;

/// Bitwise exclusive or, component by component, of integers. Identity: `0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Xor;

/// The smallest element with its index; the first of equal ones. `None` for no elements. Scalars only; reduce only.
///
/// The first NaN, if any, wins, and is returned as the quiet NaN `0x7fc00000`; `-0.0 < +0.0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ArgMin;

/// The largest element with its index; the first of equal ones. `None` for no elements. Scalars only; reduce only.
///
/// The first NaN, if any, wins, and is returned as the quiet NaN `0x7fc00000`; `-0.0 < +0.0`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ArgMax;

macro_rules! componentwise {
    ($($operator:ident: $bound:ident, $finish:expr;)*) => {$(
        impl<T: $bound> Describe<T> for $operator {
            fn spec(&self) -> Spec {
                describe(Builtin::$operator, T::TYPE)
            }
        }

        impl<T: $bound> ReduceOperator<T> for $operator {
            type Output = T;

            fn finish(&self, state: &[u32]) -> T {
                element(state, $finish)
            }
        }

        impl<T: $bound> ScanOperator<T> for $operator {}
    )*};
}

componentwise! {
    Sum: Element, as_is;
    Product: Element, as_is;
    // A reduction of one element combines nothing, and passes on any NaN.
    Min: Element, order::canonical;
    Max: Element, order::canonical;
    And: IntegerElement, as_is;
    Or: IntegerElement, as_is;
    Xor: IntegerElement, as_is;
}

macro_rules! extrema {
    ($($operator:ident: $from_key:path;)*) => {$(
        impl<T: ScalarElement> Describe<T> for $operator {
            fn spec(&self) -> Spec {
                describe(Builtin::$operator, T::TYPE)
            }
        }

        impl<T: ScalarElement> ReduceOperator<T> for $operator {
            type Output = Option<Extremum<T>>;

            fn finish(&self, state: &[u32]) -> Self::Output {
                let (key, index) = (state[0], state[1]);
                let found = (key, index) != (u32::MAX, u32::MAX);
                found.then(|| Extremum { index: u64::from(index), value: element(&[key], $from_key) })
            }
        }
    )*};
}

extrema! {
    ArgMin: order::from_min_key;
    ArgMax: order::from_max_key;
}

/// The element with the words given, each passed through `map`.
fn element<T: Element>(words: &[u32], map: fn(Scalar, u32) -> u32) -> T {
    let mut value = T::zeroed();
    for (word, &given) in crate::element::words_of_mut(std::slice::from_mut(&mut value)).iter_mut().zip(words)
    {
        *word = map(T::TYPE.scalar, given);
    }
    value
}

fn as_is(_: Scalar, word: u32) -> u32 {
    word
}

fn describe(builtin: Builtin, element: ElementType) -> Spec {
    let state = match builtin {
        Builtin::ArgMin | Builtin::ArgMax => ElementType { scalar: Scalar::U32, width: 2 },
        _ => element,
    };
    let mut identity = [0; 4];
    identity[..state.words()].fill(identity_word(builtin, element.scalar));
    let mut hasher = DefaultHasher::new();
    ("builtin", builtin, element).hash(&mut hasher);
    let operator = Operator::Builtin(builtin);
    let name = format!("{builtin:?}");
    Spec(Arc::new(MonoidSpec { id: hasher.finish(), name, element, state, operator, identity }))
}

/// Every word of the identity; all words of an identity are equal.
fn identity_word(builtin: Builtin, scalar: Scalar) -> u32 {
    match (builtin, scalar) {
        (Builtin::Sum | Builtin::Or | Builtin::Xor, _) => 0,
        (Builtin::Product, Scalar::F32) => 1f32.to_bits(),
        (Builtin::Product, _) => 1,
        (Builtin::Min, Scalar::F32) => f32::INFINITY.to_bits(),
        (Builtin::Min, Scalar::I32) => i32::MAX.cast_unsigned(),
        (Builtin::Min, Scalar::U32) => u32::MAX,
        (Builtin::Max, Scalar::F32) => f32::NEG_INFINITY.to_bits(),
        (Builtin::Max, Scalar::I32) => i32::MIN.cast_unsigned(),
        (Builtin::Max, Scalar::U32) => u32::MIN,
        (Builtin::And | Builtin::ArgMin | Builtin::ArgMax, _) => u32::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec<T: Element>(operator: impl ReduceOperator<T>) -> Arc<MonoidSpec> {
        operator.spec().0
    }

    fn finish<T: Element, O: ReduceOperator<T>>(operator: O, state: &[u32]) -> O::Output {
        operator.finish(state)
    }

    #[test]
    fn identities() {
        assert_eq!(spec::<f32>(Sum).identity, [0; 4]);
        assert_eq!(spec::<[f32; 3]>(Product).identity, [1f32.to_bits(), 1f32.to_bits(), 1f32.to_bits(), 0]);
        assert_eq!(spec::<i32>(Product).identity[0], 1);
        assert_eq!(spec::<f32>(Min).identity[0], f32::INFINITY.to_bits());
        assert_eq!(spec::<i32>(Min).identity[0], i32::MAX.cast_unsigned());
        assert_eq!(spec::<f32>(Max).identity[0], f32::NEG_INFINITY.to_bits());
        assert_eq!(spec::<u32>(Max).identity[0], 0);
        assert_eq!(spec::<[u32; 2]>(And).identity, [u32::MAX, u32::MAX, 0, 0]);
        assert_eq!(spec::<f32>(ArgMin).identity, [u32::MAX, u32::MAX, 0, 0]);
        assert_eq!(spec::<f32>(ArgMax).state.wgsl(), "vec2<u32>");
        assert_eq!(spec::<f32>(ArgMax).element.wgsl(), "f32");
    }

    #[test]
    fn ids_tell_operators_and_types_apart() {
        let ids = [
            spec::<f32>(Sum).id,
            spec::<i32>(Sum).id,
            spec::<[f32; 2]>(Sum).id,
            spec::<f32>(Min).id,
            spec::<f32>(ArgMin).id,
            spec::<i32>(ArgMin).id,
        ];
        for (i, a) in ids.iter().enumerate() {
            assert!(ids[i + 1..].iter().all(|b| a != b));
        }
        assert_eq!(spec::<f32>(Sum).id, spec::<f32>(&Sum).id);
        assert_eq!(spec::<f32>(Sum).name, "Sum");
    }

    #[test]
    fn results_of_states() {
        assert_eq!(finish::<[i32; 2], _>(Sum, &[1, u32::MAX, 7, 7]), [1, -1]);
        assert_eq!(finish::<f32, _>(Min, &[0xffff_ffff]).to_bits(), order::CANONICAL_NAN);
        assert_eq!(finish::<f32, _>(Sum, &[0xffff_ffff]).to_bits(), 0xffff_ffff);
        assert_eq!(finish::<f32, _>(ArgMin, &[u32::MAX, u32::MAX]), None);
        let state = [order::max_key(Scalar::F32, (-2.5f32).to_bits()), 9];
        assert_eq!(finish::<f32, _>(ArgMax, &state), Some(Extremum { index: 9, value: -2.5 }));
        // The largest of all keys is an element all the same.
        let state = [order::min_key(Scalar::U32, u32::MAX), 0];
        assert_eq!(finish::<u32, _>(ArgMin, &state), Some(Extremum { index: 0, value: u32::MAX }));
        let nan = finish::<f32, _>(&ArgMin, &[0, 3]).unwrap();
        assert_eq!((nan.index, nan.value.to_bits()), (3, order::CANONICAL_NAN));
    }
}

//! `Monoid`: an associative WGSL function with its identity.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use super::operator::sealed::{Describe, Spec};
use super::{MonoidSpec, Operator, ReduceOperator, ScanOperator};
use crate::element::{Element, words_of, words_of_mut};
use crate::error::Result;
use crate::func::Func;
use crate::wgsl::spell_value;

/// An operator for [`reduce`] and the scans, made of a WGSL function `f` and its identity `e`.
///
/// It must obey the laws of monoids, which the library relies on and cannot prove:
///
/// - associativity: `f(f(a, b), c) = f(a, f(b, c))`;
/// - identity: `f(e, a) = a = f(a, e)`.
///
/// It need not commute: operands are combined in the order of their indices. Functions of floats are rarely associative
/// to the last bit; results are equal on all executors all the same if each evaluates `f` alike, because the order of
/// combination is fixed. WGSL does not promise that: a GPU may fuse `a * b + c` or simplify `a + b - a`. A device is tried
/// for that when it is opened. `Auto` does not split a reduce or scan with such an `f` with a device that takes these
/// liberties, so that no result depends on a split; a split that is asked for is made, and the plan notes it.
///
/// ```
/// use tilewright::{Func, Monoid};
///
/// // Affine maps x -> a * x + b as vec2(a, b), composed: does not commute.
/// let compose: Func<fn([f32; 2], [f32; 2]) -> [f32; 2]> = Func::new(
///     "fn compose(f: vec2<f32>, g: vec2<f32>) -> vec2<f32> { return vec2(g.x * f.x, g.x * f.y + g.y); }",
/// )?;
/// let monoid = Monoid::new(&compose, [1.0, 0.0])?;
/// # Ok::<(), tilewright::Error>(())
/// ```
///
/// [`reduce`]: crate::ReduceOperator
pub struct Monoid<T> {
    spec: Arc<MonoidSpec>,
    element: PhantomData<fn() -> T>,
}

impl<T: Element> Monoid<T> {
    /// Makes an operator of a function, with the values that its extra parameters have now.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`](crate::Error::Argument) as [`Func::check`].
    pub fn new(function: &Func<fn(T, T) -> T>, identity: T) -> Result<Self> {
        let uniforms = function.uniform_words()?.to_vec();
        let function = function.function().clone();
        let mut words = [0; 4];
        words[..T::TYPE.words()].copy_from_slice(words_of(&[identity]));
        // The identity may be compiled in; uniforms never are.
        let mut hasher = DefaultHasher::new();
        ("function", function.id, T::TYPE, words).hash(&mut hasher);
        let spec = MonoidSpec {
            id: hasher.finish(),
            name: function.name.clone(),
            element: T::TYPE,
            state: T::TYPE,
            operator: Operator::Function { function, uniforms },
            identity: words,
        };
        Ok(Self { spec: Arc::new(spec), element: PhantomData })
    }

    /// The name of the function.
    pub fn name(&self) -> &str {
        &self.spec.name
    }
}

impl<T> Clone for Monoid<T> {
    fn clone(&self) -> Self {
        Self { spec: self.spec.clone(), element: PhantomData }
    }
}

impl<T> fmt::Debug for Monoid<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let MonoidSpec { name, state, identity, .. } = &*self.spec;
        write!(f, "Monoid({name}: {state}, identity {})", spell_value(*state, identity))
    }
}

impl<T: Element> Describe<T> for Monoid<T> {
    fn spec(&self) -> Spec {
        Spec(self.spec.clone())
    }
}

impl<T: Element> ReduceOperator<T> for Monoid<T> {
    type Output = T;

    fn finish(&self, state: &[u32]) -> T {
        let mut value = T::zeroed();
        words_of_mut(std::slice::from_mut(&mut value)).copy_from_slice(&state[..T::TYPE.words()]);
        value
    }
}

impl<T: Element> ScanOperator<T> for Monoid<T> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    const ADD_MODULO: &str = "fn add(a: u32, b: u32, modulus: u32) -> u32 { return (a + b) % modulus; }";

    #[test]
    fn describes_the_function() {
        let add: Func<fn(u32, u32) -> u32> = Func::new(ADD_MODULO).unwrap();
        let seven = Monoid::new(&add.clone().arg("modulus", 7u32), 0).unwrap();
        let eight = Monoid::new(&add.clone().arg("modulus", 8u32), 0).unwrap();
        assert_eq!(seven.spec.id, eight.spec.id);
        assert_ne!(seven.spec.id, Monoid::new(&add.clone().arg("modulus", 7u32), 1).unwrap().spec.id);
        assert!(matches!(&seven.spec.operator, Operator::Function { uniforms, .. } if *uniforms == [7]));
        assert_eq!(seven.name(), "add");
        assert_eq!(format!("{seven:?}"), "Monoid(add: u32, identity 0)");
        assert_eq!(seven.finish(&[3, 0, 0, 0]), 3);
        assert!(matches!(Monoid::new(&add, 0), Err(Error::Argument { .. })));
    }

    #[test]
    fn floats_are_found_wherever_they_are() {
        let computes = |text: &str| {
            let function: Func<fn(u32, u32) -> u32> = Func::new(text).unwrap();
            Monoid::new(&function, 0).unwrap().spec.is_user_float()
        };
        assert!(!computes("fn or(a: u32, b: u32) -> u32 { return a | b; }"));
        assert!(computes(
            "fn sum(a: f32, b: f32) -> f32 { return a + b; }
            fn add(a: u32, b: u32) -> u32 { return bitcast<u32>(sum(bitcast<f32>(a), bitcast<f32>(b))); }"
        ));
        assert!(!Describe::<f32>::spec(&crate::Sum).0.is_user_float());
    }

    #[test]
    fn operators_are_taken_by_value_and_by_reference() {
        fn scans<T: Element>(operator: impl ScanOperator<T>) -> u64 {
            operator.spec().0.id
        }
        let add: Func<fn(u32, u32) -> u32> =
            Func::new("fn add(a: u32, b: u32) -> u32 { return a + b; }").unwrap();
        let monoid = Monoid::new(&add, 0).unwrap();
        assert_eq!(scans(&monoid), scans(monoid.clone()));
        assert_eq!(scans::<u32>(crate::Xor), scans::<u32>(&crate::Xor));
    }
}

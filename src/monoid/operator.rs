//! What `reduce` and the scans accept: one trait each, over built-in and user-made monoids alike.

use crate::element::Element;

/// An operator that reduces elements of type `T`: a built-in one such as [`Sum`](crate::Sum), or a
/// [`Monoid`](crate::Monoid), by value or by reference.
///
/// Which operators take which elements is checked when a program is compiled:
///
/// ```
/// use tilewright::{And, ArgMin, ReduceOperator, Sum};
///
/// fn reduces<T: tilewright::Element>(_: impl ReduceOperator<T>) {}
/// reduces::<[f32; 3]>(Sum);
/// reduces::<[u32; 2]>(&And);
/// reduces::<f32>(ArgMin);
/// ```
/// ```compile_fail,E0277
/// # fn reduces<T: tilewright::Element>(_: impl tilewright::ReduceOperator<T>) {}
/// reduces::<f32>(tilewright::And);
/// ```
/// ```compile_fail,E0277
/// # fn reduces<T: tilewright::Element>(_: impl tilewright::ReduceOperator<T>) {}
/// reduces::<[f32; 2]>(tilewright::ArgMin);
/// ```
///
/// Sealed: the set of operators is closed, a [`Monoid`](crate::Monoid) extends it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not reduce elements of type `{T}`",
    note = "`And`, `Or`, `Xor` take integer elements; `ArgMin`, `ArgMax` take scalars; a `Monoid<T>` takes its own `T`"
)]
pub trait ReduceOperator<T: Element>: sealed::Describe<T> {
    /// What a reduction returns: `T`, or for [`ArgMin`](crate::ArgMin) and [`ArgMax`](crate::ArgMax) an optional
    /// [`Extremum`].
    type Output: Send + 'static;

    /// The result that the words of the final state stand for.
    #[doc(hidden)]
    fn finish(&self, state: &[u32]) -> Self::Output;
}

/// An operator that scans elements of type `T`: each prefix is again a `T`.
///
/// All but [`ArgMin`](crate::ArgMin) and [`ArgMax`](crate::ArgMax), whose state is a pair:
///
/// ```compile_fail,E0277
/// fn scans<T: tilewright::Element>(_: impl tilewright::ScanOperator<T>) {}
/// scans::<f32>(tilewright::ArgMin);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not scan elements of type `{T}`",
    note = "`ArgMin` and `ArgMax` only reduce; `And`, `Or`, `Xor` take integer elements; a `Monoid<T>` takes its own `T`"
)]
pub trait ScanOperator<T: Element>: ReduceOperator<T, Output = T> {}

/// The smallest or largest element, and where it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extremum<T> {
    /// Index of its first occurrence.
    pub index: u64,
    /// Its value.
    pub value: T,
}

impl<T: Element, O: ReduceOperator<T>> sealed::Describe<T> for &O {
    fn spec(&self) -> sealed::Spec {
        (**self).spec()
    }
}

impl<T: Element, O: ReduceOperator<T>> ReduceOperator<T> for &O {
    type Output = O::Output;

    fn finish(&self, state: &[u32]) -> Self::Output {
        (**self).finish(state)
    }
}

impl<T: Element, O: ScanOperator<T>> ScanOperator<T> for &O {}

pub(super) mod sealed {
    use std::sync::Arc;

    use crate::monoid::MonoidSpec;

    /// Gives an operator's description to the crate, and to no one else.
    pub trait Describe<T> {
        fn spec(&self) -> Spec;
    }

    /// A description, closed to the outside.
    pub struct Spec(pub(crate) Arc<MonoidSpec>);
}

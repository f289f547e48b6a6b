//! What can be viewed: slices, vectors, fixed-size arrays, `Array`s and other views.

use std::sync::Arc;

use super::View;
use super::graph::Graph;
use crate::array::Array;
use crate::element::Element;

/// Something that a [`View`](crate::View) can be made of, borrowed for `'a`. Sealed.
pub trait Viewable<'a>: sealed::Sealed<'a> {
    /// The type of the elements.
    type Element: Element;
}

pub(crate) mod sealed {
    use super::Graph;

    /// The expression of something viewable, closed to the outside.
    pub struct Described<'a>(pub(crate) Graph<'a>);

    pub trait Sealed<'a> {
        fn described(self) -> Described<'a>;
    }
}

macro_rules! slices {
    ($($source:ty, [$($generics:tt)*];)*) => {$(
        impl<'a, T: Element, $($generics)*> sealed::Sealed<'a> for &'a $source {
            fn described(self) -> sealed::Described<'a> {
                sealed::Described(Graph::host(&self[..]))
            }
        }

        impl<'a, T: Element, $($generics)*> Viewable<'a> for &'a $source {
            type Element = T;
        }
    )*};
}

slices! {
    [T], [];
    Vec<T>, [];
    [T; N], [const N: usize];
}

impl<'a, T: Element> sealed::Sealed<'a> for &Array<T> {
    fn described(self) -> sealed::Described<'a> {
        sealed::Described(Graph::array(Arc::clone(self.data())))
    }
}

impl<'a, T: Element> Viewable<'a> for &Array<T> {
    type Element = T;
}

impl<'a, T: Element> sealed::Sealed<'a> for View<'a, T> {
    fn described(self) -> sealed::Described<'a> {
        sealed::Described(self.graph)
    }
}

impl<'a, T: Element> Viewable<'a> for View<'a, T> {
    type Element = T;
}

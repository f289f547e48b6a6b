//! What a view yields per index: one element, or several after `zip`.

use crate::element::Element;

/// One element, or a tuple of two to eight. Sealed.
pub trait Items: sealed::Sealed {
    /// The arguments of a function that takes the items.
    type Arguments;
}

/// Items that one more element can be zipped to. Sealed.
pub trait Append<T: Element>: Items {
    /// The items with `T` at the end.
    type Appended: Items;
}

mod sealed {
    pub trait Sealed {}
}

impl<T: Element> sealed::Sealed for T {}

impl<T: Element> Items for T {
    type Arguments = (T,);
}

impl<T: Element, U: Element> Append<U> for T {
    type Appended = (T, U);
}

macro_rules! tuples {
    ($($name:ident)*) => {
        impl<$($name: Element),*> sealed::Sealed for ($($name,)*) {}
        impl<$($name: Element),*> Items for ($($name,)*) {
            type Arguments = ($($name,)*);
        }
    };
}

macro_rules! appends {
    ($($name:ident)*) => {
        impl<$($name: Element,)* Z: Element> Append<Z> for ($($name,)*) {
            type Appended = ($($name,)* Z);
        }
    };
}

tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
appends!(A B);
appends!(A B C);
appends!(A B C D);
appends!(A B C D E);
appends!(A B C D E F);
appends!(A B C D E F G);

//! `View`: a lazy sequence, and the terminal calls that compute it.
//!
//! Building a view computes nothing and touches no device. Mistakes made on the way (lengths that differ, an argument
//! without a value) are reported by the terminal call, so that calls can be chained.

mod graph;
mod items;
mod source;
mod terminal;

use std::marker::PhantomData;

pub use self::items::{Append, Items};
pub use self::source::Viewable;

pub(crate) use self::graph::{Graph, Slot};

use crate::context::Context;
use crate::element::Element;
use crate::func::{Func, Signature};
use crate::monoid::ScanOperator;

/// A lazy sequence of `I`: an element type, or a tuple of them after [`zip`](Self::zip).
///
/// Made by [`Context::view`] and its kin. Host slices are borrowed, and never copied when the CPU computes. Chained
/// [`map`](Self::map)s run as one pass over memory.
///
/// ```
/// use tilewright::prelude::*;
///
/// let cx = Context::new();
/// let square: Func<fn(f32) -> f32> = Func::new("fn square(x: f32) -> f32 { return x * x; }")?;
/// let norm2 = cx.view(&[3.0f32, 4.0]).map(&square).reduce(Sum)?;
/// assert_eq!(norm2, 25.0);
/// # Ok::<(), tilewright::Error>(())
/// ```
#[must_use = "a view is lazy: call `collect`, `reduce` or another terminal method"]
pub struct View<'a, I> {
    pub(crate) cx: &'a Context,
    pub(crate) graph: Graph<'a>,
    items: PhantomData<I>,
}

impl<I> Clone for View<'_, I> {
    fn clone(&self) -> Self {
        Self { cx: self.cx, graph: self.graph.clone(), items: PhantomData }
    }
}

impl<I> std::fmt::Debug for View<'_, I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scan = self.graph.scan.as_ref().map(|scan| scan.monoid.name.as_str());
        f.debug_struct("View").field("len", &self.graph.len).field("scan", &scan).finish_non_exhaustive()
    }
}

impl<'a, I: Items> View<'a, I> {
    pub(crate) fn new(cx: &'a Context, graph: Graph<'a>) -> Self {
        Self { cx, graph, items: PhantomData }
    }

    /// Number of elements.
    pub fn len(&self) -> usize {
        self.graph.len
    }

    /// True when there is no element.
    pub fn is_empty(&self) -> bool {
        self.graph.len == 0
    }

    /// Puts the elements of `other` beside those of this view: a slice, a vector, an [`Array`](crate::Array), or another
    /// view. Lengths must be equal; the terminal call reports if they are not.
    pub fn zip<V: Viewable<'a>>(self, other: V) -> View<'a, I::Appended>
    where
        I: Append<V::Element>,
    {
        View::new(self.cx, self.graph.zip(other.described().0))
    }

    /// Applies a function to each element, or to each tuple of zipped elements. Fused with what comes before and after
    /// into one pass.
    ///
    /// Results may differ between devices as far as WGSL's accuracy allows; see the crate documentation.
    pub fn map<S>(self, func: &Func<S>) -> View<'a, S::Output>
    where
        S: Signature<Arguments = I::Arguments>,
    {
        View::new(self.cx, self.graph.call(func.function(), func.uniform_words()))
    }
}

impl<'a, T: Element> View<'a, T> {
    /// Element i becomes the combination of elements 0 to i, in the canonical order: the same bits on every device.
    /// The result is again a view. A scan of a view that holds a scan computes that view first, into an array.
    ///
    /// O(n) combinations; on one device about two memory accesses an element.
    pub fn inclusive_scan<M: ScanOperator<T>>(self, monoid: M) -> Self {
        self.scanned(monoid, true)
    }

    /// Element i becomes the combination of elements 0 to i - 1; element 0 is the monoid's identity.
    pub fn exclusive_scan<M: ScanOperator<T>>(self, monoid: M) -> Self {
        self.scanned(monoid, false)
    }

    fn scanned<M: ScanOperator<T>>(self, monoid: M, inclusive: bool) -> Self {
        Self::new(self.cx, self.graph.scan(monoid.spec().0, inclusive))
    }
}

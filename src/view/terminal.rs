//! Terminal calls of a view: each computes, or explains what it would do.
//!
//! A blocking call is its `_async` twin, waited for. Work of the CPU happens while the future is first polled; transfers
//! and kernels of a GPU are awaited without blocking the executor that polls for long: a small submission is over sooner than
//! a thread could be woken, so that its end is looked for during the first tenth of a millisecond.

use pollster::block_on;

use super::View;
use crate::array::{Array, zeroed};
use crate::element::{Element, words_of_mut};
use crate::error::{Error, Result};
use crate::monoid::ReduceOperator;
use crate::ops;
use crate::plan::Plan;

impl<'a, T: Element> View<'a, T> {
    /// Computes all elements into a new vector.
    ///
    /// # Errors
    ///
    /// What was wrong while building the view, or what an executor reports that the placement does not allow to finish
    /// elsewhere.
    pub fn collect(self) -> Result<Vec<T>> {
        block_on(self.collect_async())
    }

    /// The async twin of [`collect`](Self::collect).
    ///
    /// # Errors
    ///
    /// As `collect`.
    pub async fn collect_async(self) -> Result<Vec<T>> {
        // Zeroed pages come from the system untouched: the output is first written by who computes it.
        let mut out = zeroed("the result", self.len())?;
        self.collect_into_async(&mut out).await?;
        Ok(out)
    }

    /// Computes all elements into `out`, which must have the view's length. Spares the cost of fresh memory, which for a
    /// cheap function is larger than that of the computation.
    ///
    /// # Errors
    ///
    /// As [`collect`](Self::collect), and [`Error::Length`] when `out` has another length.
    pub fn collect_into(self, out: &mut [T]) -> Result<()> {
        block_on(self.collect_into_async(out))
    }

    /// The async twin of [`collect_into`](Self::collect_into).
    ///
    /// # Errors
    ///
    /// As `collect_into`.
    pub async fn collect_into_async(mut self, out: &mut [T]) -> Result<()> {
        if out.len() != self.len() {
            return Err(Error::Length {
                what: "the output of collect_into".into(),
                expected: self.len(),
                given: out.len(),
            });
        }
        let sources = ops::resolve(self.cx, &mut self.graph).await?;
        let work = ops::describe(self.graph, sources);
        self.cx.run_into(&work, words_of_mut(out)).await
    }

    /// Computes all elements into an [`Array`] that stays where it was computed.
    ///
    /// # Errors
    ///
    /// As [`collect`](Self::collect).
    pub fn to_array(self) -> Result<Array<T>> {
        block_on(self.to_array_async())
    }

    /// The async twin of [`to_array`](Self::to_array).
    ///
    /// # Errors
    ///
    /// As `to_array`.
    pub async fn to_array_async(mut self) -> Result<Array<T>> {
        let sources = ops::resolve(self.cx, &mut self.graph).await?;
        let work = ops::describe(self.graph, sources);
        Ok(Array::new(self.cx.run_to_array(&work).await?))
    }

    /// Combines all elements by a monoid, in the canonical order: the same bits on every device. What `map`s came before
    /// is evaluated in the same pass. An empty view gives the identity, and `None` for `ArgMin` and `ArgMax`.
    ///
    /// O(n) combinations, one memory access an element.
    ///
    /// # Errors
    ///
    /// As [`collect`](Self::collect).
    pub fn reduce<M: ReduceOperator<T>>(self, monoid: M) -> Result<M::Output> {
        block_on(self.reduce_async(monoid))
    }

    /// The async twin of [`reduce`](Self::reduce).
    ///
    /// # Errors
    ///
    /// As `reduce`.
    pub async fn reduce_async<M: ReduceOperator<T>>(self, monoid: M) -> Result<M::Output> {
        let mut graph = if self.graph.scan.is_some() { self.graph.deferred() } else { self.graph };
        let sources = ops::resolve(self.cx, &mut graph).await?;
        let work = ops::describe_reduce(graph, sources, monoid.spec().0)?;
        Ok(monoid.finish(&self.cx.run_reduce(&work).await?))
    }

    /// The plan of [`collect`](Self::collect) with its numbers, before it runs; `Display` prints it.
    ///
    /// Views that hold a scan of a scan are computed as far as the plan needs.
    ///
    /// # Errors
    ///
    /// As `collect`.
    pub fn explain(mut self) -> Result<Plan> {
        let sources = block_on(ops::resolve(self.cx, &mut self.graph))?;
        self.cx.plan(&ops::describe(self.graph, sources))
    }

    /// The plan of [`reduce`](Self::reduce) with its numbers, before it runs.
    ///
    /// # Errors
    ///
    /// As `reduce`.
    pub fn explain_reduce<M: ReduceOperator<T>>(self, monoid: M) -> Result<Plan> {
        let mut graph = if self.graph.scan.is_some() { self.graph.deferred() } else { self.graph };
        let sources = block_on(ops::resolve(self.cx, &mut graph))?;
        self.cx.plan(&ops::describe_reduce(graph, sources, monoid.spec().0)?)
    }
}

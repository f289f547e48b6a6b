//! Decisions of a generator, drawn from a list of numbers.
//!
//! A list shrinks well: shorter, and with smaller numbers, it is a smaller shader or function, because decision 0 is always
//! the simplest, and all are 0 when the list is at its end.

use std::ops::Range;

use proptest::collection::vec;
use proptest::prelude::*;

/// Lists of such lengths.
pub(crate) fn lists(lengths: Range<usize>) -> impl Strategy<Value = Vec<u16>> {
    vec(any::<u16>(), lengths)
}

pub(crate) struct Choices<'c> {
    rest: std::slice::Iter<'c, u16>,
}

impl<'c> Choices<'c> {
    pub(crate) fn new(list: &'c [u16]) -> Self {
        Self { rest: list.iter() }
    }

    /// A number below `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.rest.next().map_or(0, |&number| usize::from(number) % n)
    }

    /// True once in `n` times.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == n - 1
    }

    /// One of the options; the first is the simplest.
    pub(crate) fn of<T: Copy>(&mut self, options: &[T]) -> T {
        options[self.below(options.len())]
    }

    /// Numbers left.
    pub(crate) fn len(&self) -> usize {
        self.rest.len()
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.len() == 0
    }
}

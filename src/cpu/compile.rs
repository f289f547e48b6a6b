//! What the CPU makes of a work once: lane programs and the operator.

use std::ops::Range;

use super::lane::{Engine, Input, Machine, Output, Program};
use super::operator::Operator;
use crate::element::ElementType;
use crate::error::Result;
use crate::work::{Fused, Node, Primitive, Source, Work};

/// Compiled code of a work; depends on [`Work::key`] alone.
pub(super) struct Compiled {
    /// Evaluates the element-wise graph.
    pub(super) fused: Program,
    /// Combines states; only for reduce and scan.
    pub(super) operator: Option<Operator>,
    /// Evaluates what follows a scan.
    pub(super) post: Option<Program>,
    /// Elements can be read in place from this slot: nothing is computed, and each is one word in memory.
    in_place: Option<u32>,
    /// Estimated ns per element on one core.
    pub(super) cost: f64,
}

impl Compiled {
    pub(super) fn new(work: &Work<'_>, engine: Engine) -> Result<Self> {
        let (operator, post) = match &work.primitive {
            Primitive::Map => (None, None),
            Primitive::Reduce(monoid) => (Some(Operator::new(monoid, engine)?), None),
            Primitive::Scan { monoid, post, .. } => (
                Some(Operator::new(monoid, engine)?),
                post.as_ref().map(|post| Program::compile(post, engine)).transpose()?,
            ),
        };
        let fused = Program::compile(&work.fused, engine)?;
        let in_place = work.fused.passthrough().filter(|&slot| {
            matches!(work.sources[slot as usize], Source::Host(_) | Source::Array(_))
                && work.fused.output_type().words() == 1
        });
        let evaluated = if in_place.is_some() { 0.0 } else { fused.cost_per_element() };
        let cost = evaluated
            + operator.as_ref().map_or(0.0, Operator::cost_per_element)
            + post.as_ref().map_or(0.0, Program::cost_per_element);
        Ok(Self { fused, operator, post, in_place, cost })
    }

    /// Bytes of the code, roughly.
    pub(super) fn bytes(&self) -> usize {
        let operator = self.operator.as_ref().map_or(0, Operator::bytes);
        self.fused.bytes() + operator + self.post.as_ref().map_or(0, Program::bytes)
    }

    /// True where elements are read from their source without computing anything.
    pub(super) fn is_in_place(&self) -> bool {
        self.in_place.is_some()
    }

    /// The elements of `range` as planes: in place where possible, else evaluated into `scratch`.
    pub(super) fn elements<'s>(
        &self,
        work: &'s Work<'_>,
        range: Range<usize>,
        machine: &mut Machine,
        scratch: &'s mut Vec<u32>,
        budget: u64,
    ) -> Result<Planes<'s>> {
        if let Some(slot) = self.in_place
            && let Some(words) = host_words(&work.sources[slot as usize])
        {
            let stride = range.len();
            return Ok(Planes { words: &words[range], stride });
        }
        let stride = range.len();
        let size = stride * work.fused.output_type().words();
        scratch.resize(size.max(scratch.len()), 0);
        let output = Output::Planes { words: &mut scratch[..size], stride };
        let inputs = bind(&work.fused, 0, &work.sources, range);
        machine.run(&self.fused, &work.fused.uniforms, &inputs, output, stride, budget)?;
        Ok(Planes { words: &scratch[..size], stride })
    }
}

/// Components of elements in separate runs: component c of element i is `words[c * stride + i]`.
#[derive(Clone, Copy)]
pub(super) struct Planes<'a> {
    pub(super) words: &'a [u32],
    pub(super) stride: usize,
}

impl<'a> Planes<'a> {
    /// One component of the first `len` elements.
    pub(super) fn component(&self, c: usize, len: usize) -> &'a [u32] {
        &self.words[c * self.stride..][..len]
    }
}

/// The same, writable.
pub(super) struct PlanesMut<'a> {
    pub(super) words: &'a mut [u32],
    pub(super) stride: usize,
}

impl PlanesMut<'_> {
    /// One component of the first `len` elements.
    pub(super) fn component(&mut self, c: usize, len: usize) -> &mut [u32] {
        &mut self.words[c * self.stride..][..len]
    }
}

/// The words of a source on the host; the context has made arrays resident there before the CPU runs.
pub(super) fn host_words<'w>(source: &'w Source<'_>) -> Option<&'w [u32]> {
    match source {
        Source::Host(words) => Some(words),
        Source::Array(array) => array.host.get().map(Vec::as_slice),
        Source::Counting { .. } | Source::Constant(_) => None,
    }
}

/// The inputs of a program for `range`, one per source; a source that the graph does not read is bound to a constant.
/// Source s is slot `first_slot + s` of the graph.
pub(super) fn bind<'w>(
    fused: &Fused,
    first_slot: u32,
    sources: &'w [Source<'_>],
    range: Range<usize>,
) -> Vec<Input<'w>> {
    let mut inputs = vec![Input::Constant([0; 4]); sources.len()];
    for node in &fused.nodes {
        if let Node::Source { slot, ty } = *node
            && let Some(source) = slot.checked_sub(first_slot)
        {
            inputs[source as usize] = input(&sources[source as usize], ty, &range);
        }
    }
    inputs
}

/// One source from `range.start` on.
fn input<'w>(source: &'w Source<'_>, ty: ElementType, range: &Range<usize>) -> Input<'w> {
    match source {
        // Counting wraps at 2^32 by definition.
        Source::Counting { start } => Input::Counting { start: start.wrapping_add(range.start as u32) },
        Source::Constant(words) => Input::Constant(*words),
        Source::Host(_) | Source::Array(_) => {
            let words = host_words(source).unwrap_or_default();
            Input::Words(&words[range.start * ty.words()..range.end * ty.words()])
        }
    }
}

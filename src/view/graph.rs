//! The expression behind a view: sources, a fused element-wise graph, and at most one scan before it.

use std::sync::Arc;

use crate::array::ArrayData;
use crate::element::{Element, ElementType, words_of};
use crate::error::{Error, Result};
use crate::monoid::MonoidSpec;
use crate::wgsl::PureFunction;
use crate::work::{Fused, Node, NodeId, Source};

/// Where a slot's elements come from.
#[derive(Debug, Clone)]
pub(crate) enum Slot<'a> {
    /// Ready to be read.
    Ready(Source<'a>),
    /// A view that holds a scan: computed into an array before the pass that reads it.
    Deferred(Box<Graph<'a>>),
}

/// A scan whose result the graph goes on with.
#[derive(Debug, Clone)]
pub(crate) struct ScanStage {
    pub(crate) monoid: Arc<MonoidSpec>,
    pub(crate) inclusive: bool,
    /// What is scanned: a graph of the same sources.
    pub(crate) fused: Fused,
}

/// A lazy sequence, described.
#[derive(Debug, Clone)]
pub(crate) struct Graph<'a> {
    /// Number of elements.
    pub(crate) len: usize,
    pub(crate) slots: Vec<Slot<'a>>,
    /// With a scan, slot 0 of these nodes is the scanned value and slot 1 + s is `slots[s]`.
    pub(crate) nodes: Vec<Node>,
    /// The values of one element: one, or several after `zip`.
    pub(crate) outputs: Vec<NodeId>,
    pub(crate) uniforms: Vec<u32>,
    pub(crate) scan: Option<Box<ScanStage>>,
    /// The first mistake made while building, reported by the terminal call.
    pub(crate) mistake: Option<Error>,
}

impl<'a> Graph<'a> {
    /// A single source.
    pub(crate) fn source(slot: Slot<'a>, ty: ElementType, len: usize) -> Self {
        Self {
            len,
            slots: vec![slot],
            nodes: vec![Node::Source { slot: 0, ty }],
            outputs: vec![0],
            uniforms: Vec::new(),
            scan: None,
            mistake: None,
        }
    }

    pub(crate) fn host<T: Element>(elements: &'a [T]) -> Self {
        Self::source(Slot::Ready(Source::Host(words_of(elements))), T::TYPE, elements.len())
    }

    pub(crate) fn array(array: Arc<ArrayData>) -> Self {
        let (ty, len) = (array.ty, array.len);
        Self::source(Slot::Ready(Source::Array(array)), ty, len)
    }

    /// The type of output `k`.
    pub(crate) fn output_type(&self, k: usize) -> ElementType {
        match &self.nodes[self.outputs[k] as usize] {
            Node::Source { ty, .. } => *ty,
            Node::Call { function, .. } => function.result,
        }
    }

    /// Slots before those of `slots` in `nodes`.
    fn first_slot(&self) -> u32 {
        u32::from(self.scan.is_some())
    }

    /// Records a mistake unless one was made before.
    pub(crate) fn blame(&mut self, error: Error) {
        self.mistake.get_or_insert(error);
    }

    /// Applies a function to the outputs.
    pub(crate) fn call(mut self, function: &Arc<PureFunction>, uniforms: Result<&[u32]>) -> Self {
        let uniforms_at = self.uniforms.len() as u32;
        match uniforms {
            Ok(words) => self.uniforms.extend_from_slice(words),
            Err(error) => self.blame(error),
        }
        let args = std::mem::take(&mut self.outputs);
        self.outputs = vec![self.nodes.len() as NodeId];
        self.nodes.push(Node::Call { function: Arc::clone(function), args, uniforms_at });
        self
    }

    /// Puts the outputs of `other` beside those of `self`.
    pub(crate) fn zip(mut self, mut other: Self) -> Self {
        if self.len != other.len {
            self.blame(Error::Length { what: "zip".into(), expected: self.len, given: other.len });
        }
        if self.scan.is_some() && other.scan.is_some() {
            other = other.deferred();
        }
        if let Some(mistake) = other.mistake.take() {
            self.blame(mistake);
        }
        if other.scan.is_some() {
            // The scan's slot comes first in the merged graph, and its sources next.
            let outputs = self.outputs.len();
            other.mistake = self.mistake.take();
            let mut merged = other.append(self);
            let own = merged.outputs.len() - outputs;
            merged.outputs.rotate_left(own);
            return merged;
        }
        self.append(other)
    }

    /// Appends a graph without a scan.
    fn append(mut self, other: Self) -> Self {
        let slot_shift = self.first_slot() + self.slots.len() as u32;
        let node_shift = self.nodes.len() as NodeId;
        let uniform_shift = self.uniforms.len() as u32;
        self.nodes.extend(other.nodes.into_iter().map(|node| match node {
            Node::Source { slot, ty } => Node::Source { slot: slot + slot_shift, ty },
            Node::Call { function, args, uniforms_at } => Node::Call {
                function,
                args: args.into_iter().map(|arg| arg + node_shift).collect(),
                uniforms_at: uniforms_at + uniform_shift,
            },
        }));
        self.outputs.extend(other.outputs.iter().map(|output| output + node_shift));
        self.slots.extend(other.slots);
        self.uniforms.extend(other.uniforms);
        self
    }

    /// Scans the only output.
    pub(crate) fn scan(self, monoid: Arc<MonoidSpec>, inclusive: bool) -> Self {
        let mut graph = if self.scan.is_some() { self.deferred() } else { self };
        let state = monoid.state;
        let nodes = std::mem::replace(&mut graph.nodes, vec![Node::Source { slot: 0, ty: state }]);
        let outputs = std::mem::replace(&mut graph.outputs, vec![0]);
        let uniforms = std::mem::take(&mut graph.uniforms);
        let fused = Fused { nodes, output: outputs[0], uniforms };
        graph.scan = Some(Box::new(ScanStage { monoid, inclusive, fused }));
        graph
    }

    /// The same sequence as a source that is computed first.
    pub(crate) fn deferred(mut self) -> Self {
        let mistake = self.mistake.take();
        let (ty, len) = (self.output_type(0), self.len);
        let mut graph = Self::source(Slot::Deferred(Box::new(self)), ty, len);
        graph.mistake = mistake;
        graph
    }

    /// The graph of output 0.
    pub(crate) fn fused(&mut self) -> Fused {
        Fused {
            nodes: std::mem::take(&mut self.nodes),
            output: self.outputs[0],
            uniforms: std::mem::take(&mut self.uniforms),
        }
    }
}

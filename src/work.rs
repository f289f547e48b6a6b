//! Descriptions of work: what a terminal call asks for, as data that planner and executors read.
//!
//! A `Fused` is the element-wise part: a small graph of calls of pure functions over sources, evaluated in one pass.
//! Values that change without a new compilation (uniform arguments, constants, where counting starts) are kept apart
//! from the graph, so that the graph alone is the key of every cache of compiled code.

use std::sync::Arc;

use crate::array::ArrayData;
use crate::element::ElementType;
use crate::monoid::MonoidSpec;
use crate::wgsl::PureFunction;

/// Index of a node in [`Fused::nodes`].
pub(crate) type NodeId = u32;

/// One node of the element-wise graph. Arguments always point to earlier nodes.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    /// The i-th element of a source.
    Source {
        /// Index into [`Work::sources`].
        slot: u32,
        /// Its element type.
        ty: ElementType,
    },
    /// A call of a pure function.
    Call {
        /// The function.
        function: Arc<PureFunction>,
        /// Element arguments, one per positional parameter.
        args: Vec<NodeId>,
        /// First word of the call's uniform arguments in [`Fused::uniforms`]; they follow in the order of the
        /// function's uniform parameters, each taking `ElementType::words` words, without padding.
        uniforms_at: u32,
    },
}

/// An element-wise function of the sources: what is evaluated per element before a monoid, after a scan, or alone.
#[derive(Debug, Clone)]
pub(crate) struct Fused {
    /// The graph, arguments before their users.
    pub(crate) nodes: Vec<Node>,
    /// The node whose value is the element.
    pub(crate) output: NodeId,
    /// Values of the uniform arguments of all calls.
    pub(crate) uniforms: Vec<u32>,
}

impl Fused {
    /// The type of a node's value.
    pub(crate) fn type_of(&self, node: NodeId) -> ElementType {
        match &self.nodes[node as usize] {
            Node::Source { ty, .. } => *ty,
            Node::Call { function, .. } => function.result,
        }
    }

    /// The type of the element produced.
    pub(crate) fn output_type(&self) -> ElementType {
        self.type_of(self.output)
    }

    /// The slot of the source that is passed through unchanged, if nothing is computed.
    pub(crate) fn passthrough(&self) -> Option<u32> {
        match self.nodes[self.output as usize] {
            Node::Source { slot, .. } => Some(slot),
            Node::Call { .. } => None,
        }
    }

    /// Appends the structure of the graph, without the values of uniforms, to a cache key. Two graphs with equal
    /// keys compile to the same code.
    pub(crate) fn write_key(&self, key: &mut Vec<u64>) {
        key.push(self.output as u64 | (self.nodes.len() as u64) << 32);
        for node in &self.nodes {
            match node {
                Node::Source { slot, ty } => {
                    key.push(1 | (*slot as u64) << 8 | (ty.scalar as u64) << 40 | (ty.width as u64) << 48);
                }
                Node::Call { function, args, uniforms_at } => {
                    key.push(2 | (args.len() as u64) << 8 | (*uniforms_at as u64) << 32);
                    key.push(function.id);
                    key.extend(args.iter().map(|&arg| arg as u64));
                }
            }
        }
    }
}

/// Where the elements of a source come from. All sources of a work have the work's length.
#[derive(Debug, Clone)]
pub(crate) enum Source<'a> {
    /// Host memory, borrowed: the words of the elements, `ElementType::words` per element.
    Host(&'a [u32]),
    /// An owned array, resident on host, device or both.
    Array(Arc<ArrayData>),
    /// The u32 sequence `start, start + 1, ...`, wrapping.
    Counting {
        /// The first value.
        start: u32,
    },
    /// One element repeated; unused words are 0.
    Constant([u32; 4]),
}

/// A scan or reduction operator with what it is applied to.
#[derive(Debug, Clone)]
pub(crate) enum Primitive {
    /// Element-wise only: the result has one element per index.
    Map,
    /// All elements combined by the monoid: one element.
    Reduce(Arc<MonoidSpec>),
    /// Prefixes combined by the monoid, then `post` applied to each. In `post`, source slot 0 is the scanned value
    /// and slot `1 + s` is `Work::sources[s]`.
    Scan {
        /// The operator.
        monoid: Arc<MonoidSpec>,
        /// True when element i is part of its own prefix.
        inclusive: bool,
        /// Applied to each scanned value; `None` is the identity function.
        post: Option<Fused>,
    },
}

/// One terminal call, described.
#[derive(Debug, Clone)]
pub(crate) struct Work<'a> {
    /// What is done.
    pub(crate) primitive: Primitive,
    /// Number of elements of every source.
    pub(crate) len: usize,
    /// The sources, by slot.
    pub(crate) sources: Vec<Source<'a>>,
    /// Evaluated per element before the monoid, or alone.
    pub(crate) fused: Fused,
}

impl Work<'_> {
    /// The type of the result's elements.
    pub(crate) fn output_type(&self) -> ElementType {
        match &self.primitive {
            Primitive::Map => self.fused.output_type(),
            Primitive::Reduce(monoid) => monoid.state,
            Primitive::Scan { monoid, post, .. } => post.as_ref().map_or(monoid.state, Fused::output_type),
        }
    }

    /// Words of a state of the monoid; of an element of the result for a map.
    pub(crate) fn state_words(&self) -> usize {
        match &self.primitive {
            Primitive::Map => self.output_type().words(),
            Primitive::Reduce(monoid) | Primitive::Scan { monoid, .. } => monoid.state.words(),
        }
    }

    /// The same work on no elements: all that its pipelines depend on.
    pub(crate) fn without_data(&self) -> Work<'static> {
        let source = |source: &Source<'_>| match source {
            Source::Host(_) | Source::Array(_) => Source::Host(&[]),
            Source::Counting { start } => Source::Counting { start: *start },
            Source::Constant(words) => Source::Constant(*words),
        };
        Work {
            primitive: self.primitive.clone(),
            len: 0,
            sources: self.sources.iter().map(source).collect(),
            fused: self.fused.clone(),
        }
    }

    /// What identifies compiled code and cost history: primitive, monoid and graphs, without lengths or values.
    pub(crate) fn key(&self) -> Vec<u64> {
        let mut key = Vec::with_capacity(16);
        match &self.primitive {
            Primitive::Map => key.push(0),
            Primitive::Reduce(monoid) => key.extend([1, monoid.id]),
            Primitive::Scan { monoid, inclusive, post } => {
                key.extend([2 | u64::from(*inclusive) << 8 | u64::from(post.is_some()) << 9, monoid.id]);
                if let Some(post) = post {
                    post.write_key(&mut key);
                }
            }
        }
        self.fused.write_key(&mut key);
        for source in &self.sources {
            key.push(match source {
                Source::Host(_) | Source::Array(_) => 0,
                Source::Counting { .. } => 1,
                Source::Constant(_) => 2,
            });
        }
        key
    }
}

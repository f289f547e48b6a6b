//! Scan: a graph combined by prefixes, and a graph after it.

use crate::view::Graph;
use crate::work::{Primitive, Source, Work};

/// The work of a graph with a scan; a graph without one is a map.
pub(super) fn describe<'a>(mut graph: Graph<'a>, sources: Vec<Source<'a>>) -> Work<'a> {
    let Some(stage) = graph.scan.take() else {
        return super::map::describe(graph, sources);
    };
    let len = graph.len;
    let post = graph.fused();
    let post = (post.passthrough() != Some(0)).then_some(post);
    let primitive = Primitive::Scan { monoid: stage.monoid, inclusive: stage.inclusive, post };
    Work { primitive, len, fused: stage.fused, sources }
}

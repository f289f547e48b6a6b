//! Map: the graph alone.

use crate::view::Graph;
use crate::work::{Primitive, Source, Work};

/// The work of a graph without a scan.
pub(super) fn describe<'a>(mut graph: Graph<'a>, sources: Vec<Source<'a>>) -> Work<'a> {
    Work { primitive: Primitive::Map, len: graph.len, fused: graph.fused(), sources }
}

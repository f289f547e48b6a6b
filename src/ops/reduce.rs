//! Reduce: the graph, combined by a monoid.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::monoid::{Builtin, MonoidSpec, Operator};
use crate::view::Graph;
use crate::work::{Primitive, Source, Work};

/// The work that combines the elements of a graph without a scan.
///
/// # Errors
///
/// `Error::Length` for an arg-extremum of more elements than its 32-bit indices can number.
pub(crate) fn describe<'a>(
    mut graph: Graph<'a>,
    sources: Vec<Source<'a>>,
    monoid: Arc<MonoidSpec>,
) -> Result<Work<'a>> {
    let indexed = matches!(monoid.operator, Operator::Builtin(Builtin::ArgMin | Builtin::ArgMax));
    if indexed && graph.len > u32::MAX as usize {
        return Err(Error::Length {
            what: format!("reduce({}), whose indices have 32 bits", monoid.name),
            expected: u32::MAX as usize,
            given: graph.len,
        });
    }
    Ok(Work { primitive: Primitive::Reduce(monoid), len: graph.len, fused: graph.fused(), sources })
}

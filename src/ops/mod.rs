//! Primitives: check what a view asks for, and describe it as work.

mod check;
mod map;
mod reduce;
mod scan;

use crate::context::Context;
use crate::error::{Error, Result};
use crate::view::{Graph, Slot};
use crate::work::{Source, Work};

pub(crate) use self::reduce::describe as describe_reduce;

/// Elements of the longest view: indices in bytes, of elements of 16, stay within what addresses can be.
const MAX_LEN: usize = isize::MAX as usize / 32;

/// The work that computes the elements of a graph whose slots are all ready.
pub(crate) fn describe<'a>(graph: Graph<'a>, sources: Vec<Source<'a>>) -> Work<'a> {
    if graph.scan.is_some() { scan::describe(graph, sources) } else { map::describe(graph, sources) }
}

/// Takes the slots out of a graph, computing those that are deferred. Reports mistakes made while building.
pub(crate) async fn resolve<'a>(cx: &Context, graph: &mut Graph<'a>) -> Result<Vec<Source<'a>>> {
    if let Some(mistake) = graph.mistake.take() {
        return Err(mistake);
    }
    if graph.len > MAX_LEN {
        return Err(Error::Value {
            what: "the number of elements of a view".into(),
            expected: format!("at most {MAX_LEN}"),
            given: graph.len.to_string(),
        });
    }
    let slots = std::mem::take(&mut graph.slots);
    let mut sources = Vec::with_capacity(slots.len());
    for slot in slots {
        sources.push(match slot {
            Slot::Ready(source) => source,
            Slot::Deferred(mut inner) => {
                // Boxed because deferred graphs can hold deferred graphs.
                let inner_sources = Box::pin(resolve(cx, &mut inner)).await?;
                let work = describe(*inner, inner_sources);
                Source::Array(cx.run_to_array(&work).await?)
            }
        });
    }
    Ok(sources)
}

//! Carry: the prefix of the next chunk of a scan, computed on the device from the aggregates of the chunks before it.
//!
//! Chunks are nodes of one level. The spine holds the aggregates of finished ones and of their finished ancestors, so
//! that each step costs a few operations a level, whatever the number of chunks.

use super::code::{Code, WORDS};
use super::{Access, Pass, Resource, memory, monoid};
use crate::error::Result;
use crate::monoid::MonoidSpec;
use crate::tuning::Tuning;
use crate::wgsl::fill;

const TEMPLATE: &str = include_str!("../../shaders/carry.wgsl");

/// The pass. `Chunk::len` is the number of chunks before, the first extra parameter the number of all chunks,
/// `Chunk::prefix` the prefix of the range.
pub(crate) fn carry(monoid: &MonoidSpec, tuning: &Tuning) -> Result<Pass> {
    let mut code = Code::new(tuning);
    let state = monoid::declare(&mut code, monoid)?;
    code.bind(Resource::Spine, Access::ReadWrite, "tw_spine", WORDS);
    code.bind(Resource::Prefixes, Access::ReadWrite, "tw_out", WORDS);
    let at = format!("{}u * node", state.repr.words());
    let load = memory::load_words(state.repr, "tw_spine", &at);
    let (mut store, mut prefix) = (String::new(), String::new());
    memory::store_words(state.repr, "tw_spine", &at, "s", &mut store);
    memory::store_words(state.repr, "tw_out", "0u", "p", &mut prefix);
    let range_prefix = super::params::value(state.repr, super::params::RANGE_PREFIX);
    let parts = [
        ("LOAD", load.as_str()),
        ("STORE", store.as_str()),
        ("RANGE_PREFIX", range_prefix.as_str()),
        ("PREFIX", prefix.as_str()),
    ];
    Ok(code.finish("tilewright carry", &fill(TEMPLATE, &parts), 1, None))
}

/// Nodes of the spine of `chunks` chunks.
pub(crate) fn spine_len(chunks: usize) -> usize {
    let mut len = 0;
    let mut nodes = chunks;
    while nodes > 1 {
        len += nodes;
        nodes = nodes.div_ceil(4);
    }
    len + 1
}

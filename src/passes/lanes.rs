//! Lanes: what the subgroup ladder takes for granted and no adapter says of itself.

use super::code::{Code, WORDS};
use super::{Access, Pass, Resource, tile};
use crate::tuning::Tuning;
use crate::wgsl::fill;

const TEMPLATE: &str = include_str!("../../shaders/lanes.wgsl");

/// Invocations of the pass, and words that it writes.
pub(crate) const LANES_THREADS: u32 = 256;

/// The pass that writes a 1 for every invocation whose place in its subgroup is that of its index, in subgroups of `size`.
pub(crate) fn lanes(size: u32, tuning: &Tuning) -> Pass {
    let mut code = Code::new(tuning);
    code.bind(Resource::Output, Access::ReadWrite, "tw_out", WORDS);
    let parts = [("THREADS", tile::literal(LANES_THREADS)), ("SIZE", tile::literal(size))];
    let body = fill(TEMPLATE, &parts.each_ref().map(|(name, text)| (*name, text.as_str())));
    code.finish("tilewright lanes", &body, LANES_THREADS, None)
}

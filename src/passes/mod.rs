//! Primitives lowered to GPU passes, as plain data: WGSL text, what is bound where, and how many workgroups a length
//! needs. Building and printing a pass touches no device, so that every pass can be tested without one.
//!
//! A template in `shaders/` holds the algorithm; the element function, the monoid and the memory accesses are generated
//! and spliced in. Element memory is bound as vectors of `u32` and handled four consecutive elements at a time (a *quad*: a
//! node of level 1 of the canonical order, and as many accesses of four words as an element has words), so that bits
//! travel unchanged and three-component elements need no padding. Buffers are padded to whole quads.

mod carry;
mod code;
mod graph;
mod ladder;
mod lanes;
mod lookback;
mod map;
mod memory;
mod monoid;
mod params;
mod reduce;
mod scan;
mod sources;
mod tile;

pub(crate) use carry::{carry, spine_len};
pub(crate) use lanes::{LANES_THREADS, lanes};
pub(crate) use map::map;
pub(crate) use params::{Chunk, Params, monoid_of};
pub(crate) use reduce::{reduce_elements, reduce_states};
pub(crate) use scan::{Variant, scan_elements, scan_states};
pub(crate) use sources::source_types;

/// What a binding stands for; the executor puts a buffer in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Resource {
    /// The uniform block described by [`Pass::params`].
    Params,
    /// `Work::sources[slot]`: whole quads of elements.
    Source(u32),
    /// States that are combined: the input of a pass over aggregates.
    States,
    /// The elements that come out: whole quads.
    Output,
    /// One state per tile comes out (a state's words in a row).
    Aggregates,
    /// The prefix of each tile (a state's words in a row).
    Prefixes,
    /// Aggregates of the chunks finished so far, by level.
    Spine,
    /// Published aggregates of the single-pass scan, by level.
    Published,
}

/// How a pass uses a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Access {
    Uniform,
    /// Not bound: it travels with the commands.
    Immediate,
    Read,
    ReadWrite,
}

/// One binding of group 0; its index is its position in [`Pass::bindings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Binding {
    pub(crate) resource: Resource,
    pub(crate) access: Access,
}

/// Run-time checks that the text needs. Templates index in range by construction; functions of the user may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Checks {
    /// A user function indexes something.
    pub(crate) bounds: bool,
    /// A user function loops.
    pub(crate) loops: bool,
    /// A user function divides.
    pub(crate) division: bool,
}

/// A compute pass: everything a device needs to compile and to dispatch it.
#[derive(Debug)]
pub(crate) struct Pass {
    /// Shown by debuggers and in errors.
    pub(crate) label: &'static str,
    /// The shader; its entry point is [`ENTRY`].
    pub(crate) wgsl: String,
    /// What is bound, by binding index.
    pub(crate) bindings: Vec<Binding>,
    /// How the uniform block is filled.
    pub(crate) params: Params,
    /// Checks that must stay on.
    pub(crate) checks: Checks,
    /// Invocations of a workgroup.
    #[cfg_attr(not(test), expect(dead_code, reason = "part of the description: printed and tested"))]
    pub(crate) threads: u32,
    /// Elements that one workgroup handles; `None` when one workgroup handles all.
    pub(crate) elements_per_group: Option<u32>,
}

/// Name of the entry point of every pass.
pub(crate) const ENTRY: &str = "tw_main";

impl Pass {
    /// Workgroups for `len` elements.
    pub(crate) fn groups(&self, len: usize) -> usize {
        self.elements_per_group.map_or(1, |per_group| len.div_ceil(per_group as usize).max(1))
    }

    /// The same in the two dimensions that templates flatten.
    pub(crate) fn grid(&self, len: usize, max_per_dimension: u32) -> [u32; 2] {
        let groups = self.groups(len);
        let rows = groups.div_ceil(max_per_dimension as usize);
        [groups.div_ceil(rows) as u32, rows as u32]
    }
}

#[cfg(test)]
mod tests;

//! The lane program: WGSL functions over blocks of lanes, interpreted by vector code or compiled to it.
//!
//! Compilation goes through these forms, each in its own file:
//!
//! | form | made by | what happens |
//! |---|---|---|
//! | naga IR | naga | |
//! | [`tree`] | [`lower`], [`build`], [`scope`] | calls inlined, composites taken apart, folded, invariant values moved out of loops |
//! | [`tree`], annotated | [`live`], [`uniform`] | dead code removed; what is the same in all lanes |
//! | [`flow`] | [`flow`] | divergent control flow becomes masks |
//! | [`steps`], virtual | [`select`] | expression trees become steps of an accumulator machine |
//! | [`program`] | [`again`], [`ranges`], [`assign`] | planes assigned |
//! | machine code | [`jit`] | segments with their values in registers, where the processor and the system allow it |
//!
//! What is too large for a pass is refused, see [`limits`].
//!
//! In a checked run, lowering adds steps that tell the checker of accesses, by the rows of [`site`].
//!
//! `exec` runs the result: a block of lanes at a time, each segment of steps strip by strip. A whole compute shader will
//! be a program whose block is a workgroup.

mod again;
mod assign;
mod bits;
mod build;
mod display;
mod effect;
mod exec;
mod flow;
mod function;
mod fuse;
#[cfg(target_arch = "x86_64")]
mod jit;
mod kernel;
mod limits;
mod live;
mod lower;
mod op;
mod program;
mod ranges;
mod scope;
mod select;
mod site;
mod steps;
#[cfg(test)]
mod tests;
mod tree;
mod uniform;

#[cfg(test)]
pub(crate) use effect::SUBGROUP;
#[cfg(test)]
pub(crate) use exec::level::levels;
pub(crate) use exec::level::vectorize;
pub(crate) use exec::machine::{Call, Machine};
pub(crate) use exec::memory::{deinterleave, interleave};
pub(crate) use exec::shuffle::{join, split};
pub(crate) use exec::workgroup::Watch;
pub(crate) use kernel::{Shared, Words, Workgroups};
pub(crate) use lower::{Binding, FACTS, Holds, MIRROR, REPEAT, Unit};
pub(crate) use program::{Engine, Program, can_compile};

/// Where the elements of a source slot come from in a run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Input<'a> {
    /// Elements one after another; the slice begins with the first element of the run.
    Words(&'a [u32]),
    /// Component `c` of element `i` is `words[c * stride + i]`.
    Planes {
        /// The words.
        words: &'a [u32],
        /// Words from component to component.
        stride: usize,
    },
    /// `start` plus the index of the element in the run, wrapping.
    Counting {
        /// The value of the first element.
        start: u32,
    },
    /// The same element everywhere.
    Constant([u32; 4]),
}

/// Where the results of a run go.
#[derive(Debug)]
pub(crate) enum Output<'a> {
    /// Elements one after another.
    Words(&'a mut [u32]),
    /// Component `c` of element `i` is `words[c * stride + i]`.
    Planes {
        /// The words.
        words: &'a mut [u32],
        /// Words from component to component.
        stride: usize,
    },
}

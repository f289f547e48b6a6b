//! The name of a work between processes: a hash of its text and structure.
//!
//! Caches of one process use [`Work::key`], whose numbers are given out as functions are made. History outlives the process,
//! and so needs what is the same in the next one.

use crate::array::ArrayData;
use crate::dispatch::{Data, Dispatch};
use crate::monoid::{MonoidSpec, Operator};
use crate::work::{Fused, Node, Primitive, Source, Work};

/// Fowler-Noll-Vo, 64 bits, variant 1a.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn number(&mut self, number: u64) {
        self.bytes(&number.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.bytes(text.as_bytes());
    }

    fn fused(&mut self, fused: &Fused) {
        self.number(fused.nodes.len() as u64 | u64::from(fused.output) << 32);
        for node in &fused.nodes {
            match node {
                Node::Source { slot, ty } => {
                    self.number(
                        1 | u64::from(*slot) << 8 | (ty.scalar as u64) << 40 | (ty.width as u64) << 48,
                    );
                }
                Node::Call { function, args, .. } => {
                    self.number(2 | (args.len() as u64) << 8);
                    self.text(&function.name);
                    self.text(&function.source);
                    args.iter().for_each(|&arg| self.number(u64::from(arg)));
                }
            }
        }
    }

    fn monoid(&mut self, monoid: &MonoidSpec) {
        self.text(&monoid.name);
        self.number((monoid.state.scalar as u64) << 8 | monoid.state.width as u64);
        if let Operator::Function { function, .. } = &monoid.operator {
            self.text(&function.source);
        }
    }
}

/// Of text: tells names and files apart, not enemies.
pub(super) fn digest(bytes: &[u8]) -> u64 {
    let mut hash = Fnv::new();
    hash.bytes(bytes);
    hash.0
}

/// Equal for kernels of equal text, entry point and overrides, in this process and in others.
pub(super) fn kernel_code(dispatch: &Dispatch<'_>) -> u64 {
    let mut hash = Fnv::new();
    hash.number(4);
    hash.text(&dispatch.shader.source);
    hash.text(dispatch.name());
    for (name, value) in &dispatch.program.constants {
        hash.text(name);
        hash.number(value.to_bits());
    }
    hash.0
}

/// The same for launches whose memory lies in the same places, too. `is_held` says whether an array is on the device.
pub(super) fn launch_code(kernel: u64, dispatch: &Dispatch<'_>, is_held: impl Fn(&ArrayData) -> bool) -> u64 {
    let place =
        |array: &ArrayData| 1 | u64::from(array.host.get().is_some()) << 1 | u64::from(is_held(array)) << 2;
    let mut hash = Fnv(kernel);
    for buffer in &dispatch.buffers {
        hash.number(match &buffer.data {
            Data::Array(array) => place(array),
            Data::ArrayMut(array) => place(array),
            _ => 0,
        });
    }
    hash.0
}

/// Equal for works that compute the same from the same kinds of sources, in this process and in others.
pub(super) fn code(work: &Work<'_>) -> u64 {
    let mut hash = Fnv::new();
    match &work.primitive {
        Primitive::Map => hash.number(1),
        Primitive::Reduce(monoid) => {
            hash.number(2);
            hash.monoid(monoid);
        }
        Primitive::Scan { monoid, inclusive, post } => {
            hash.number(3 | u64::from(*inclusive) << 8 | u64::from(post.is_some()) << 9);
            hash.monoid(monoid);
            post.iter().for_each(|post| hash.fused(post));
        }
    }
    hash.fused(&work.fused);
    for source in &work.sources {
        hash.number(match source {
            Source::Host(_) | Source::Array(_) => 0,
            Source::Counting { .. } => 1,
            Source::Constant(_) => 2,
        });
    }
    hash.0
}

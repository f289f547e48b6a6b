//! What each thread keeps between passes: registers of lane programs and buffers of one chunk.

use std::cell::RefCell;

use super::Cpu;
use super::lane::Machine;
use super::operator::Lanes;
use crate::monoid::Operator;
use crate::work::{Primitive, Work};

/// Reused memory of a thread. Buffers only grow.
#[derive(Default)]
pub(super) struct Scratch {
    pub(super) machine: Machine,
    /// Planes of evaluated elements.
    pub(super) elements: Vec<u32>,
    /// Planes of scanned states.
    pub(super) scanned: Vec<u32>,
    /// Planes of tile aggregates.
    pub(super) aggregates: Vec<u32>,
    /// Planes of tile prefixes.
    pub(super) prefixes: Vec<u32>,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Lends the calling thread's scratch. A nested loan gets fresh memory.
pub(super) fn with<R>(task: impl FnOnce(&mut Scratch) -> R) -> R {
    SCRATCH.with(|cell| match cell.try_borrow_mut() {
        Ok(mut scratch) => task(&mut scratch),
        Err(_) => task(&mut Scratch::default()),
    })
}

/// What the work's operator needs to run.
pub(super) fn lanes<'a>(cpu: &Cpu, work: &'a Work<'_>, machine: &'a mut super::lane::Machine) -> Lanes<'a> {
    let uniforms = match &work.primitive {
        Primitive::Reduce(monoid) | Primitive::Scan { monoid, .. } => match &monoid.operator {
            Operator::Function { uniforms, .. } => uniforms.as_slice(),
            Operator::Builtin(_) => &[],
        },
        Primitive::Map => &[],
    };
    Lanes { level: cpu.level, machine, uniforms, budget: cpu.budget }
}

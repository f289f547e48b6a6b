//! What each thread keeps between passes: registers of lane programs and buffers of one chunk.

use std::cell::RefCell;

use super::Cpu;
use super::fold::{PIECE_LEN, SIXTEENS};
use super::lane::Machine;
use super::operator::Lanes;
use crate::monoid::Operator;
use crate::work::{Primitive, Work};

/// Reused memory of a thread. Buffers only grow.
pub(super) struct Scratch {
    pub(super) machine: Machine,
    /// Planes of a piece of evaluated elements.
    pub(super) piece: Box<Piece>,
    /// The aggregates of sixteen neighbours each of a tile, by component.
    pub(super) sixteens: Box<[[u32; SIXTEENS]; 4]>,
    /// Planes of evaluated elements.
    pub(super) elements: Vec<u32>,
    /// Planes of scanned states.
    pub(super) scanned: Vec<u32>,
    /// Planes of tile aggregates.
    pub(super) aggregates: Vec<u32>,
    /// Planes of tile prefixes.
    pub(super) prefixes: Vec<u32>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            machine: Machine::default(),
            piece: Box::default(),
            sixteens: Box::new([[0; SIXTEENS]; 4]),
            elements: vec![],
            scanned: vec![],
            aggregates: vec![],
            prefixes: vec![],
        }
    }
}

/// The components of a piece, on cache lines, which wide stores would else straddle.
#[repr(C, align(64))]
pub(super) struct Piece(pub(super) [[u32; PIECE_LEN]; 4]);

impl Default for Piece {
    fn default() -> Self {
        Self([[0; PIECE_LEN]; 4])
    }
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

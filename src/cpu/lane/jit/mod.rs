//! Segments as machine code: what the interpreter of steps does, without its dispatch and with values kept in registers.
//!
//! The steps of a segment become values ([`values`]), are cut at calls of built-in functions ([`layout`]) and go through
//! the registers of the processor ([`part`]) into a loop over vectors ([`segment`]). Control flow between segments stays
//! with the machine. Every operation is the one that the interpreter uses, so the bits are the same.
//!
//! Code is made for AVX2 and AVX-512. Elsewhere, and where the system forbids memory that is written and then executed, the
//! interpreter runs.

mod asm;
mod calls;
mod layout;
mod memory;
mod operand;
mod ops;
mod pairs;
mod part;
mod segment;
mod values;

use std::sync::OnceLock;

use fearless_simd::Level;

use self::asm::Asm;
use self::memory::CodeMemory;
use self::operand::Isa;
use self::segment::Shape;
use super::assign::ArrayPlanes;
use super::effect::Effect;
use super::steps::{Inst, Step};

/// The code of a program's segments.
#[derive(Debug)]
pub(super) struct Code {
    /// What the functions lie in.
    memory: CodeMemory,
    /// The function of each instruction; none for those that are no segments, or left to the interpreter.
    starts: Vec<Option<Segment>>,
    /// Words of working memory.
    working: usize,
}

/// What is compiled.
pub(super) struct Source<'a> {
    pub(super) code: &'a [Inst],
    /// Steps that are not fused.
    pub(super) steps: &'a [Step],
    pub(super) locals: usize,
    pub(super) arrays: &'a [ArrayPlanes],
    pub(super) plane_stride: usize,
    pub(super) tables: &'a [Vec<u32>],
    /// Where the addresses of memories begin in the table of planes.
    pub(super) first_memory: u32,
    /// At an address that outlives the code.
    pub(super) effects: &'a [Effect],
    /// The constants of the uniform file, by place.
    pub(super) constants: &'a [(u16, u32)],
}

/// A segment's function: addresses of planes, the uniform file, working memory, and bytes of a plane.
/// Returns what it counted; anything if it does not count.
type Segment = unsafe extern "sysv64" fn(*const *mut u32, *const u32, *mut u32, usize) -> u32;

/// True if code can be made for the level, and the system lets it run.
pub(super) fn is_supported(level: Level) -> bool {
    static IS_ALLOWED: OnceLock<bool> = OnceLock::new();
    let is_allowed = || {
        let outcome = CodeMemory::new(&[RETURN]);
        if let Err(error) = &outcome {
            tracing::debug!(%error, "no machine code: the system refuses memory for it");
        }
        outcome.is_ok()
    };
    level.as_avx2().is_some() && *IS_ALLOWED.get_or_init(is_allowed)
}

/// The instruction that returns.
const RETURN: u8 = 0xc3;

impl Code {
    /// Compiles for an instruction set; `None` where the interpreter has to do.
    pub(super) fn compile(source: &Source, level: Level) -> Option<Self> {
        let (isa, functions, outside) = if let Some(simd) = level.as_avx512() {
            (Isa::Avx512, calls::addresses(simd), calls::outside(simd))
        } else if let Some(simd) = level.as_avx2() {
            (Isa::Avx2, calls::addresses(simd), calls::outside(simd))
        } else {
            return None;
        };
        let constants = |place| {
            source
                .constants
                .binary_search_by_key(&place, |constant| constant.0)
                .ok()
                .map(|at| source.constants[at].1)
        };
        let shape = Shape {
            locals: source.locals as u16,
            arrays: source.arrays,
            plane_stride: source.plane_stride as u32,
            constants: &constants,
            tables: source.tables,
            functions: &functions,
            first_memory: source.first_memory,
            effects: source.effects,
            outside,
        };
        let mut asm = Asm::new(isa);
        let mut working = 0;
        let mut starts = vec![None; source.code.len()];
        for (inst, start) in source.code.iter().zip(&mut starts) {
            if let Inst::Segment { first, len } = *inst {
                let at = asm.at() as u32;
                let steps = &source.steps[first as usize..][..len as usize];
                // What is refused may have been begun: nothing ever jumps there.
                if let Ok(bytes) = segment::emit(&mut asm, steps, &shape) {
                    working = working.max(bytes);
                    *start = Some(at);
                }
            }
        }
        if starts.iter().all(Option::is_none) {
            return None;
        }
        let memory = CodeMemory::new(&asm.finish()).ok()?;
        // SAFETY: at each start there begins a function of this type, made by `segment::emit`.
        let function = |start| unsafe { std::mem::transmute::<*const u8, Segment>(memory.at(start)) };
        let starts = starts.into_iter().map(|start| start.map(function)).collect();
        Some(Self { memory, starts, working: working as usize / 4 })
    }

    /// Bytes that the code takes.
    pub(super) fn bytes(&self) -> usize {
        self.memory.len() + size_of_val(&self.starts[..])
    }

    /// Words of working memory, which begins on a cache line.
    pub(super) fn working(&self) -> usize {
        self.working
    }

    /// Runs the segment that is instruction `pc` on `lanes` lanes, and returns what it counted; none where the interpreter
    /// has to do.
    ///
    /// # Safety
    /// Every plane operand of the segment indexes `table`, at an address valid for `lanes` words, writable where the
    /// segment writes; behind the planes follow the addresses of the memories; uniform operands index `uniforms`; `working` is the start of [`Code::working`] words. `lanes` is a multiple of
    /// the strip of the level, which is one of this processor.
    pub(super) unsafe fn run(
        &self,
        pc: usize,
        table: &[*mut u32],
        uniforms: &[u32],
        working: *mut u32,
        lanes: usize,
    ) -> Option<usize> {
        let start = self.starts[pc]?;
        if lanes == 0 {
            return Some(0);
        }
        // SAFETY: passed on from the caller.
        Some(unsafe { start(table.as_ptr(), uniforms.as_ptr(), working, lanes * 4) as usize })
    }
}

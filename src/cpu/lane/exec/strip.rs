//! The vector code of steps, generic over the instruction set.
//!
//! Eight registers of accumulator hide the latency of arithmetic and amortise dispatch; with fewer, a polynomial runs up
//! to twice as long, and the 16 registers of AVX2 leave no room for more.

use std::cell::RefCell;
use std::marker::PhantomData;

use fearless_simd::{Select, Simd, SimdBase, SimdFloat, SimdInt, SimdMask, prelude::Bytes};

use super::super::assign::ArrayPlanes;
use super::super::effect::Effect;
use super::super::function::{Function, OPERANDS};
use super::super::steps::{Step, StepOp, for_each_step};
use super::checker::Checker;
use super::functions::table;
use super::region::Region;
use super::subgroup;
use super::wide::wide_effect;
use crate::cpu::math::Fused;

/// Vector registers of a strip.
pub(in crate::cpu::lane) const REGISTERS: usize = 8;

/// Lanes of the longest strip of any instruction set.
pub(in crate::cpu::lane) const MAX_STRIP: usize = 16 * REGISTERS;

/// What steps work on.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    /// Addresses of the planes.
    pub(super) table: &'a mut [*mut u32],
    /// Number of planes at the start of the table that have one strip only.
    pub(super) locals: usize,
    pub(super) uniforms: &'a [u32],
    pub(super) arrays: &'a [ArrayPlanes],
    pub(super) tables: &'a [Vec<u32>],
    pub(super) effects: &'a [Effect],
    pub(super) memories: &'a [Region],
    /// Lanes between the planes of an array.
    pub(super) plane_stride: usize,
    /// Lanes to run, a multiple of the strip.
    pub(super) lanes: usize,
    /// Who watches a checked run.
    pub(super) checker: Option<&'a RefCell<Checker>>,
    /// The first lane of the strip.
    pub(super) first: usize,
}

/// A strip of lanes in memory.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Strip([u32; MAX_STRIP]);

/// The vector code for an instruction set `S`, with fused multiply-add done by `F`.
pub(super) struct Code<S, F>(PhantomData<(S, F)>);

impl<S: Simd, F: Fused> Code<S, F> {
    /// Lanes of a strip.
    pub(super) const STRIP: usize = S::f32s::LEN * REGISTERS;

    /// Runs steps on the lanes of a frame and returns what `Count` steps counted.
    ///
    /// # Safety
    /// Every plane operand of the steps indexes the table, at an address valid for `frame.lanes` words (a strip for the
    /// local planes), writable where the step writes; every other operand is in range. `frame.lanes` is a multiple of
    /// [`Self::STRIP`].
    pub(super) unsafe fn segment(simd: S, steps: &[Step], mut frame: Frame) -> usize {
        simd.vectorize(
            #[inline(always)]
            || {
                let mut count = S::u32s::splat(simd, 0);
                let strips = frame.lanes / Self::STRIP;
                for _ in 0..strips {
                    // SAFETY: passed on from the caller; the addresses are those of as many strips as there are lanes.
                    unsafe { Self::strip(simd, steps, &frame, &mut count) };
                    for plane in &mut frame.table[frame.locals..] {
                        *plane = plane.wrapping_add(Self::STRIP);
                    }
                    frame.first += Self::STRIP;
                }
                for plane in &mut frame.table[frame.locals..] {
                    *plane = plane.wrapping_sub(strips * Self::STRIP);
                }
                count.as_slice().iter().sum::<u32>() as usize
            },
        )
    }

    /// Runs steps on one strip; adds the lanes that `Count` steps count, lane by lane, to `count`.
    ///
    /// # Safety
    /// As [`Self::segment`], with addresses valid for a strip.
    #[inline(always)]
    unsafe fn strip(simd: S, steps: &[Step], frame: &Frame, count: &mut S::u32s) {
        let mut acc = [S::u32s::splat(simd, 0); REGISTERS];
        // SAFETY: the caller vouches for plane operands.
        let plane = |operand: u16| unsafe { *frame.table.get_unchecked(operand as usize) };
        // SAFETY: the caller vouches for uniform operands.
        let uniform =
            |operand: u16| S::u32s::splat(simd, unsafe { *frame.uniforms.get_unchecked(operand as usize) });
        let load = |from: *mut u32, k: usize| {
            // SAFETY: `from` comes from `plane`, valid for a strip; registers k are its parts.
            S::u32s::from_slice(simd, unsafe {
                std::slice::from_raw_parts(from.add(k * S::u32s::LEN), S::u32s::LEN)
            })
        };
        macro_rules! each {
            (|$a:ident| $body:expr) => {
                for acc in &mut acc {
                    let $a = *acc;
                    *acc = $body;
                }
            };
        }
        macro_rules! kind {
            (float $a:ident $b:ident $body:expr) => {{
                let ($a, $b): (S::f32s, S::f32s) = ($a.bitcast(), $b.bitcast());
                $body.bitcast()
            }};
            (float_compare $a:ident $b:ident $body:expr) => {{
                let ($a, $b): (S::f32s, S::f32s) = ($a.bitcast(), $b.bitcast());
                truth::<S>($body)
            }};
            (unsigned $a:ident $b:ident $body:expr) => {
                $body
            };
            (unsigned_compare $a:ident $b:ident $body:expr) => {
                truth::<S>($body)
            };
            (signed $a:ident $b:ident $body:expr) => {{
                let ($a, $b): (S::i32s, S::i32s) = ($a.bitcast(), $b.bitcast());
                $body.bitcast()
            }};
            (signed_compare $a:ident $b:ident $body:expr) => {{
                let ($a, $b): (S::i32s, S::i32s) = ($a.bitcast(), $b.bitcast());
                truth::<S>($body)
            }};
        }
        macro_rules! operand {
            (V $operand:expr) => {
                plane($operand)
            };
            (S $operand:expr) => {
                uniform($operand).bitcast::<S::f32s>()
            };
            (N $operand:expr) => {
                ()
            };
        }
        macro_rules! part {
            (V $from:ident $k:ident) => {
                load($from, $k).bitcast::<S::f32s>()
            };
            (S $value:ident $k:ident) => {
                $value
            };
            (N $nothing:ident $k:ident) => {
                $nothing
            };
        }
        macro_rules! run {
            (
                binary { $($v:ident $s:ident $op:ident $acc:literal $kind:ident |$a:ident, $b:ident| $body:expr;)+ }
                fused { $($fused:ident $ka:ident $kb:ident $kc:ident |$x:ident, $fa:ident, $fb:ident, $fc:ident| $value:expr;)+ }
            ) => {
                for (at, step) in steps.iter().enumerate() {
                    match step.op {
                        $(
                            StepOp::$v => {
                                let from = plane(step.a);
                                for k in 0..REGISTERS {
                                    let ($a, $b) = (acc[k], load(from, k));
                                    acc[k] = kind!($kind $a $b $body);
                                }
                            }
                            StepOp::$s => {
                                let $b = uniform(step.a);
                                for acc in &mut acc {
                                    let $a = *acc;
                                    *acc = kind!($kind $a $b $body);
                                }
                            }
                        )+
                        $(
                            StepOp::$fused => {
                                let a = operand!($ka step.a);
                                let b = operand!($kb step.b);
                                let c = operand!($kc step.c);
                                for (k, acc) in acc.iter_mut().enumerate() {
                                    // Forms of uniform operands alone read no plane.
                                    let _ = k;
                                    let $x: S::f32s = acc.bitcast();
                                    let ($fa, $fb, $fc) = (part!($ka a k), part!($kb b k), part!($kc c k));
                                    *acc = $value.bitcast();
                                }
                            }
                        )+
                        StepOp::Load => {
                            let from = plane(step.a);
                            for (k, acc) in acc.iter_mut().enumerate() {
                                *acc = load(from, k);
                            }
                        }
                        StepOp::Splat => acc = [uniform(step.a); REGISTERS],
                        StepOp::Store => {
                            let to = plane(step.a);
                            for (k, acc) in acc.iter().enumerate() {
                                // SAFETY: as for `load`; the caller vouches that the plane is writable.
                                let to = unsafe {
                                    std::slice::from_raw_parts_mut(to.add(k * S::u32s::LEN), S::u32s::LEN)
                                };
                                acc.store_slice(to);
                            }
                        }
                        StepOp::FNeg => each!(|a| a ^ 0x8000_0000),
                        StepOp::FAbs => each!(|a| a & 0x7fff_ffff),
                        StepOp::FSqrt => each!(|a| a.bitcast::<S::f32s>().sqrt().bitcast()),
                        StepOp::FFloor => each!(|a| a.bitcast::<S::f32s>().floor().bitcast()),
                        StepOp::FCeil => each!(|a| a.bitcast::<S::f32s>().ceil().bitcast()),
                        StepOp::FTrunc => each!(|a| a.bitcast::<S::f32s>().trunc().bitcast()),
                        StepOp::FRound => each!(|a| a.bitcast::<S::f32s>().round_ties_even().bitcast()),
                        StepOp::Not => each!(|a| !a),
                        StepOp::SToF => each!(|a| a.bitcast::<S::i32s>().to_float::<S::f32s>().bitcast()),
                        StepOp::UToF => each!(|a| a.to_float::<S::f32s>().bitcast()),
                        StepOp::FToS => each!(|a| {
                            let x = at_most::<S>(simd, a.bitcast(), 2_147_483_520.0);
                            x.to_int_precise::<S::i32s>().bitcast()
                        }),
                        StepOp::FToU => each!(|a| {
                            let x = at_most::<S>(simd, a.bitcast(), 4_294_967_040.0);
                            x.to_int_precise::<S::u32s>()
                        }),
                        StepOp::SelectCondVV => {
                            let (a, b) = (plane(step.a), plane(step.b));
                            for (k, acc) in acc.iter_mut().enumerate() {
                                *acc = acc.simd_ne(0).select(load(a, k), load(b, k));
                            }
                        }
                        StepOp::SelectCondVS => {
                            let (a, b) = (plane(step.a), uniform(step.b));
                            for (k, acc) in acc.iter_mut().enumerate() {
                                *acc = acc.simd_ne(0).select(load(a, k), b);
                            }
                        }
                        StepOp::SelectCondSV => {
                            let (a, b) = (uniform(step.a), plane(step.b));
                            for (k, acc) in acc.iter_mut().enumerate() {
                                *acc = acc.simd_ne(0).select(a, load(b, k));
                            }
                        }
                        StepOp::SelectCondSS => {
                            let (a, b) = (uniform(step.a), uniform(step.b));
                            each!(|acc| acc.simd_ne(0).select(a, b));
                        }
                        StepOp::SelectAcceptV => {
                            let (mask, b) = (plane(step.a), plane(step.b));
                            for (k, acc) in acc.iter_mut().enumerate() {
                                *acc = load(mask, k).simd_ne(0).select(*acc, load(b, k));
                            }
                        }
                        StepOp::SelectAcceptS => {
                            let (mask, b) = (plane(step.a), uniform(step.b));
                            for (k, acc) in acc.iter_mut().enumerate() {
                                *acc = load(mask, k).simd_ne(0).select(*acc, b);
                            }
                        }
                        StepOp::SelectRejectV => {
                            let (mask, b) = (plane(step.a), plane(step.b));
                            for (k, acc) in acc.iter_mut().enumerate() {
                                *acc = load(mask, k).simd_ne(0).select(load(b, k), *acc);
                            }
                        }
                        StepOp::SelectRejectS => {
                            let (mask, b) = (plane(step.a), uniform(step.b));
                            for (k, acc) in acc.iter_mut().enumerate() {
                                *acc = load(mask, k).simd_ne(0).select(b, *acc);
                            }
                        }
                        // Looked at by the step behind it.
                        StepOp::Further => {}
                        StepOp::Count => {
                            for acc in &acc {
                                // A lane in the mask is all ones, which is -1.
                                *count -= *acc;
                            }
                        }
                        StepOp::Call
                        | StepOp::Lookup
                        | StepOp::Gather
                        | StepOp::Scatter
                        | StepOp::Read
                        | StepOp::Write
                        | StepOp::Effect
                        | StepOp::Effect2 => {
                            let mut strip = Strip([0; MAX_STRIP]);
                            for (acc, part) in acc.iter().zip(strip.0.chunks_exact_mut(S::u32s::LEN)) {
                                acc.store_slice(part);
                            }
                            // SAFETY: passed on from the caller.
                            unsafe { Self::in_memory(simd, &mut strip, &steps[at.saturating_sub(1)..=at], frame) };
                            for (acc, part) in acc.iter_mut().zip(strip.0.chunks_exact(S::u32s::LEN)) {
                                *acc = S::u32s::from_slice(simd, part);
                            }
                        }
                    }
                }
            };
        }
        for_each_step!(run);
    }

    /// Runs a step whose accumulator is in memory, the last of those given; the one before it may name operands.
    ///
    /// # Safety
    /// As [`Self::strip`].
    #[inline(never)]
    unsafe fn in_memory(simd: S, acc: &mut Strip, steps: &[Step], frame: &Frame) {
        let (Some(step), Some(before)) = (steps.last(), steps.first()) else { return };
        // Operands that are no planes stay unread.
        let plane = |operand: u16| frame.table.get(operand as usize).copied().unwrap_or_default();
        match step.op {
            StepOp::Call => {
                let mut to = Strip([0; MAX_STRIP]);
                let mut operands = [acc.0.as_ptr(); OPERANDS];
                let arity = Function::ALL[step.f as usize].arity();
                for (operand, place) in
                    operands[1..arity].iter_mut().zip([step.a, step.b, step.c, before.a, before.b])
                {
                    *operand = plane(place);
                }
                // SAFETY: strips, and planes that the caller vouches for; the processor has the instructions of `simd`.
                unsafe { table::<S, F>()[step.f as usize](to.0.as_mut_ptr(), operands) };
                acc.0[..Self::STRIP].copy_from_slice(&to.0[..Self::STRIP]);
            }
            StepOp::Lookup => {
                let words = &frame.tables[step.a as usize];
                simd.vectorize(
                    #[inline(always)]
                    || {
                        for lane in &mut acc.0[..Self::STRIP] {
                            *lane = words[(*lane as usize).min(words.len() - 1)];
                        }
                    },
                );
            }
            StepOp::Gather => {
                let array = frame.arrays[step.a as usize];
                let first = plane(array.first).cast_const();
                simd.vectorize(
                    #[inline(always)]
                    || {
                        for (lane, word) in acc.0[..Self::STRIP].iter_mut().enumerate() {
                            let offset = (*word).min(array.words - 1) as usize;
                            // SAFETY: the array's planes lie one after another at the plane stride, each valid for the
                            // strip, and the offset is below their number.
                            *word = unsafe { *first.add(offset * frame.plane_stride + lane) };
                        }
                    },
                );
            }
            StepOp::Scatter => {
                let array = frame.arrays[step.a as usize];
                let (first, offsets, mask) = (plane(array.first), plane(step.b), plane(step.c));
                for (lane, &word) in acc.0[..Self::STRIP].iter().enumerate() {
                    // SAFETY: offsets and mask are planes that the caller vouches for.
                    let (offset, active) =
                        unsafe { (*offsets.add(lane), step.f == 0 || *mask.add(lane) != 0) };
                    if active {
                        let offset = offset.min(array.words - 1) as usize;
                        // SAFETY: as for `Gather`; planes of arrays are writable.
                        unsafe { *first.add(offset * frame.plane_stride + lane) = word };
                    }
                }
            }
            StepOp::Read => {
                let region = frame.memories[step.a as usize];
                let offsets = acc.0;
                simd.vectorize(
                    #[inline(always)]
                    || region.gather(simd, &mut acc.0[..Self::STRIP], &offsets[..Self::STRIP]),
                );
            }
            StepOp::Write => {
                let region = frame.memories[step.a as usize];
                // SAFETY: offsets and mask are planes that the caller vouches for.
                let (offsets, mask) = unsafe {
                    let strip = |of: u16| std::slice::from_raw_parts(plane(of).cast_const(), Self::STRIP);
                    (strip(step.b), (step.f != 0).then(|| strip(step.c)))
                };
                simd.vectorize(
                    #[inline(always)]
                    || region.scatter(simd, &acc.0[..Self::STRIP], offsets, mask),
                );
            }
            StepOp::Effect | StepOp::Effect2 => {
                let values = &mut acc.0[..Self::STRIP];
                // SAFETY: operands are planes that the caller vouches for; a second operand that is not there is the
                // first.
                let (at, second) = unsafe {
                    let strip = |of: u16| std::slice::from_raw_parts(plane(of).cast_const(), Self::STRIP);
                    (strip(step.b), strip(if step.op == StepOp::Effect { step.b } else { step.c }))
                };
                match frame.effects[step.f as usize] {
                    Effect::Atomic(atomic) => {
                        frame.memories[step.a as usize].atomic(atomic, values, at, second)
                    }
                    Effect::Subgroup(exchange) => subgroup::exchange(exchange, values, at, second),
                    Effect::Note => {
                        if let Some(checker) = frame.checker {
                            checker.borrow_mut().note(step.a, frame.first, at, [values, second]);
                        }
                    }
                    Effect::Wide(effect) => {
                        wide_effect(effect, &frame.memories[step.a as usize], values, at, second);
                    }
                }
            }
            _ => {}
        }
    }
}

/// A comparison's outcome as words of all ones or zeros.
#[inline(always)]
fn truth<S: Simd>(mask: S::mask32s) -> S::u32s {
    mask.to_vector().bitcast()
}

/// x, or the bound where x is above it; NaN stays.
#[inline(always)]
fn at_most<S: Simd>(simd: S, x: S::f32s, bound: f32) -> S::f32s {
    let bound = S::f32s::splat(simd, bound);
    x.simd_gt(bound).select(bound, x)
}

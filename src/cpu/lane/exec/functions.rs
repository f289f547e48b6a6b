//! Built-in functions as loops over a strip, from memory to memory: for the interpreter and for compiled code.

use fearless_simd::{Simd, SimdBase};

use super::super::function::{LaneFunction, OPERANDS, for_each_function, lane};
use super::strip::REGISTERS;
use crate::cpu::math::{Emulated, Fused};

/// A function on strips: the result, then the operands; those that the function has not repeat the first.
pub(in crate::cpu::lane) type StripFunction = unsafe fn(to: *mut u32, operands: [*const u32; OPERANDS]);

/// The token of an instruction set; functions that are called by address are handed none.
///
/// # Safety
/// The processor has the instructions.
pub(in crate::cpu::lane) unsafe fn token<S: Simd>() -> S {
    const { assert!(size_of::<S>() == 0, "tokens are empty") };
    // SAFETY: an empty value whose only invariant is what the caller vouches for.
    unsafe { std::mem::transmute_copy(&()) }
}

/// The loop of a function.
///
/// # Safety
/// The processor has the instructions; the operands are valid for reads of a strip, and the result for writes of one that
/// is none of them.
unsafe fn apply<S: Simd, F: Fused, L: LaneFunction>(to: *mut u32, operands: [*const u32; OPERANDS]) {
    let len = S::u32s::LEN * REGISTERS;
    // SAFETY: passed on from the caller.
    let (simd, to, operands) = unsafe {
        (
            token::<S>(),
            std::slice::from_raw_parts_mut(to, len),
            operands.map(|operand| std::slice::from_raw_parts(operand, len)),
        )
    };
    simd.vectorize(
        #[inline(always)]
        || {
            if fill(to, operands, L::fast::<F>, L::is_rare) {
                fill(to, operands, L::exact::<F>, |_| false);
            }
        },
    );
}

/// Applies a function to each lane; true if an operand is rare. As a function of its own, so that the compiler knows that
/// the result overlaps no operand.
#[inline(always)]
fn fill(
    to: &mut [u32],
    [a, b, c, d, e, f]: [&[u32]; OPERANDS],
    function: impl Fn([u32; OPERANDS]) -> u32,
    is_rare: impl Fn([u32; OPERANDS]) -> bool,
) -> bool {
    let mut rare = false;
    for ((((((to, &a), &b), &c), &d), &e), &f) in to.iter_mut().zip(a).zip(b).zip(c).zip(d).zip(e).zip(f) {
        let args = [a, b, c, d, e, f];
        rare |= is_rare(args);
        *to = function(args);
    }
    rare
}

/// The loop of a function whose body is the same for all instruction sets, on `LEN` lanes.
///
/// # Safety
/// As [`apply`], without what it says of the processor.
unsafe fn apply_plain<L: LaneFunction, const LEN: usize>(to: *mut u32, operands: [*const u32; OPERANDS]) {
    // SAFETY: passed on from the caller.
    let (to, operands) = unsafe {
        let operands = operands.map(|operand| std::slice::from_raw_parts(operand, LEN));
        (std::slice::from_raw_parts_mut(to, LEN), operands)
    };
    fill(to, operands, L::exact::<Emulated>, |_| false);
}

/// The loop of a function for an instruction set, which the processor must have when it is called.
pub(in crate::cpu::lane) const fn of_level<S: Simd, F: Fused, L: LaneFunction>() -> StripFunction {
    match (L::IS_PLAIN, S::u32s::LEN) {
        (true, 4) => apply_plain::<L, { 4 * REGISTERS }>,
        (true, 8) => apply_plain::<L, { 8 * REGISTERS }>,
        (true, 16) => apply_plain::<L, { 16 * REGISTERS }>,
        _ => apply::<S, F, L>,
    }
}

macro_rules! define_table {
    ($($name:ident $($plain:ident)? $cost:literal |$($arg:ident: $ty:ty),+| $fast:expr $(, |$($r:ident: $rt:ty),+| $rare:expr => $exact:expr)?;)+) => {
        /// The functions, by number.
        pub(super) fn table<S: Simd, F: Fused>() -> &'static [StripFunction] {
            const { &[$(of_level::<S, F, lane::$name>()),+] }
        }
    };
}

for_each_function!(define_table);

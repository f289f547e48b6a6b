//! Built-in functions for compiled code to call: each a loop over a strip, from memory to memory.

use fearless_simd::{Simd, SimdBase};

use super::super::exec::strip::REGISTERS;
use super::super::function::{LaneFunction, for_each_function, lane};
use crate::cpu::math::Hardware;

/// A function on strips: the result, then the operands.
pub(super) type StripCall =
    unsafe extern "sysv64" fn(to: *mut u32, a: *const u32, b: *const u32, c: *const u32, d: *const u32);

/// The token of an instruction set; functions that are called by address are handed none.
///
/// # Safety
/// The processor has the instructions.
unsafe fn token<S: Simd>() -> S {
    const { assert!(size_of::<S>() == 0, "tokens are empty") };
    // SAFETY: an empty value whose only invariant is what the caller vouches for.
    unsafe { std::mem::transmute_copy(&()) }
}

/// The loop of a function.
///
/// # Safety
/// The processor has the instructions; the operands are valid for reads of a strip, and the result for writes of one that is none of them.
unsafe extern "sysv64" fn call<S: Simd, L: LaneFunction>(
    to: *mut u32,
    a: *const u32,
    b: *const u32,
    c: *const u32,
    d: *const u32,
) {
    let len = S::u32s::LEN * REGISTERS;
    // SAFETY: passed on from the caller.
    let (simd, to, [a, b, c, d]) = unsafe {
        (
            token::<S>(),
            std::slice::from_raw_parts_mut(to, len),
            [a, b, c, d].map(|operand| std::slice::from_raw_parts(operand, len)),
        )
    };
    simd.vectorize(
        #[inline(always)]
        || {
            if fill(to, [a, b, c, d], L::fast::<Hardware>, L::is_rare) {
                fill(to, [a, b, c, d], L::exact::<Hardware>, |_| false);
            }
        },
    );
}

/// Applies a function to each lane; true if an operand is rare. As a function of its own, so that the compiler knows that
/// the result overlaps no operand.
#[inline(always)]
fn fill(
    to: &mut [u32],
    [a, b, c, d]: [&[u32]; 4],
    function: impl Fn([u32; 4]) -> u32,
    is_rare: impl Fn([u32; 4]) -> bool,
) -> bool {
    let mut rare = false;
    for ((((to, &a), &b), &c), &d) in to.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        let args = [a, b, c, d];
        rare |= is_rare(args);
        *to = function(args);
    }
    rare
}

macro_rules! define_table {
    ($($name:ident $cost:literal |$($arg:ident: $ty:ty),+| $fast:expr $(, |$($r:ident: $rt:ty),+| $rare:expr => $exact:expr)?;)+) => {
        /// The addresses of the functions, by number.
        pub(super) fn addresses<S: Simd>(_: S) -> Vec<usize> {
            let calls: &[StripCall] = &[$(call::<S, lane::$name>),+];
            calls.iter().map(|call| *call as usize).collect()
        }
    };
}

for_each_function!(define_table);

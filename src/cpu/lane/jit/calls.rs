//! Built-in functions as compiled code calls them.

use fearless_simd::Simd;

use super::super::exec::functions::apply;
use super::super::function::{LaneFunction, for_each_function, lane};
use crate::cpu::math::Hardware;

/// A function on strips: the result, then the operands; those that the function has not repeat the first.
type StripCall =
    unsafe extern "sysv64" fn(to: *mut u32, a: *const u32, b: *const u32, c: *const u32, d: *const u32);

/// # Safety
/// As [`apply`].
unsafe extern "sysv64" fn call<S: Simd, L: LaneFunction>(
    to: *mut u32,
    a: *const u32,
    b: *const u32,
    c: *const u32,
    d: *const u32,
) {
    // SAFETY: passed on from the caller.
    unsafe { apply::<S, Hardware, L>(to, [a, b, c, d]) }
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

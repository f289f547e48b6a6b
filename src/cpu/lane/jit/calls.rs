//! What compiled code calls: built-in functions, and what touches memory or other lanes.

use fearless_simd::{Simd, SimdBase};

use super::super::effect::Effect;
use super::super::exec::functions::{of_level, token};
use super::super::exec::region::Region;
use super::super::exec::strip::REGISTERS;
use super::super::exec::subgroup;
use super::super::exec::wide::wide_effect;
use super::super::function::{LaneFunction, for_each_function, lane};
use crate::cpu::math::Hardware;

/// A strip's address.
type Strip = *const u32;

/// A function on strips: the result, then the operands; those that the function has not repeat the first.
type StripCall = unsafe extern "sysv64" fn(*mut u32, Strip, Strip, Strip, Strip, Strip, Strip);

/// # Safety
/// As [`apply`](super::super::exec::functions), whatever the loop.
unsafe extern "sysv64" fn call<S: Simd, L: LaneFunction>(
    to: *mut u32,
    a: Strip,
    b: Strip,
    c: Strip,
    d: Strip,
    e: Strip,
    f: Strip,
) {
    let apply = const { of_level::<S, Hardware, L>() };
    // SAFETY: passed on from the caller.
    unsafe { apply(to, [a, b, c, d, e, f]) }
}

macro_rules! define_table {
    ($($name:ident $($plain:ident)? $cost:literal |$($arg:ident: $ty:ty),+| $fast:expr $(, |$($r:ident: $rt:ty),+| $rare:expr => $exact:expr)?;)+) => {
        /// The addresses of the functions, by number.
        pub(super) fn addresses<S: Simd>(_: S) -> Vec<usize> {
            let calls: &[StripCall] = &[$(call::<S, lane::$name>),+];
            calls.iter().map(|call| *call as usize).collect()
        }
    };
}

for_each_function!(define_table);

/// A step on a strip: where its result goes, what the accumulator held, and its other operands, null where there are none.
type OutsideCall = unsafe extern "sysv64" fn(
    to: *mut u32,
    value: *const u32,
    at: *const u32,
    second: *const u32,
    region: *const Region,
    effect: *const Effect,
);

/// The addresses of what reads memory, writes it, and does effects.
pub(super) fn outside<S: Simd>(_: S) -> [usize; 3] {
    [read::<S> as OutsideCall, write::<S> as OutsideCall, effect::<S> as OutsideCall]
        .map(|call| call as usize)
}

/// A strip to read.
///
/// # Safety
/// It is valid for reads.
unsafe fn strip<'a, S: Simd>(from: *const u32) -> &'a [u32] {
    // SAFETY: passed on from the caller.
    unsafe { std::slice::from_raw_parts(from, S::u32s::LEN * REGISTERS) }
}

/// # Safety
/// The processor has the instructions; the strips are valid, the result's for writes and apart from the others.
unsafe extern "sysv64" fn read<S: Simd>(
    to: *mut u32,
    offsets: *const u32,
    _: *const u32,
    _: *const u32,
    region: *const Region,
    _: *const Effect,
) {
    // SAFETY: passed on from the caller.
    let (simd, to, offsets, region) = unsafe {
        let to = std::slice::from_raw_parts_mut(to, S::u32s::LEN * REGISTERS);
        (token::<S>(), to, strip::<S>(offsets), &*region)
    };
    simd.vectorize(
        #[inline(always)]
        || region.gather(simd, to, offsets),
    );
}

/// # Safety
/// As [`read`].
unsafe extern "sysv64" fn write<S: Simd>(
    _: *mut u32,
    values: *const u32,
    offsets: *const u32,
    mask: *const u32,
    region: *const Region,
    _: *const Effect,
) {
    // SAFETY: passed on from the caller.
    let (simd, values, offsets, mask, region) = unsafe {
        let mask = (!mask.is_null()).then(|| strip::<S>(mask));
        (token::<S>(), strip::<S>(values), strip::<S>(offsets), mask, &*region)
    };
    simd.vectorize(
        #[inline(always)]
        || region.scatter(simd, values, offsets, mask),
    );
}

/// # Safety
/// As [`read`].
unsafe extern "sysv64" fn effect<S: Simd>(
    to: *mut u32,
    values: *const u32,
    at: *const u32,
    second: *const u32,
    region: *const Region,
    effect: *const Effect,
) {
    // SAFETY: passed on from the caller.
    let (to, values, at, second, region, effect) = unsafe {
        let to = std::slice::from_raw_parts_mut(to, S::u32s::LEN * REGISTERS);
        let second = if second.is_null() { at } else { second };
        (to, strip::<S>(values), strip::<S>(at), strip::<S>(second), &*region, *effect)
    };
    to.copy_from_slice(values);
    match effect {
        Effect::Atomic(atomic) => region.atomic(atomic, to, at, second),
        Effect::Subgroup(exchange) => subgroup::exchange(exchange, to, at, second),
        // Checked runs are interpreted.
        Effect::Note => {}
        Effect::Wide(effect) => wide_effect(effect, region, to, at, second),
    }
}

//! Effects on numbers of 64 bits: each takes and gives two words, while an effect gives one.
//!
//! The second word waits in a latch for the effect that follows, which picks it up. Effects that belong together stand
//! next to each other, and a segment is run strip by strip on one thread: so a latch of a strip a thread is enough.
//!
//! A processor need not have atomic operations on eight bytes at an address that is aligned to four, so they are done
//! under a lock, and every access to such an atomic takes it.

use std::cell::RefCell;
use std::sync::{Mutex, PoisonError};

use super::super::effect::{Collective, Fold, SUBGROUP, WideEffect};
use super::region::Region;
use super::strip::MAX_STRIP;
use crate::cpu::math::joined;

/// What effects hand to the next: numbers by their low and high words.
struct Latch {
    low: [u32; MAX_STRIP],
    high: [u32; MAX_STRIP],
}

thread_local! {
    static LATCH: RefCell<Latch> = const { RefCell::new(Latch { low: [0; MAX_STRIP], high: [0; MAX_STRIP] }) };
}

/// A lock for each of the memories in use, as a rule.
static LOCKS: [Mutex<()>; 64] = [const { Mutex::new(()) }; 64];

/// Does an effect on a strip: `low` are the low words and become those of the result, `high` are the high words, `at` are
/// places in the memory, or a mask.
pub(in crate::cpu::lane) fn wide_effect(
    effect: WideEffect,
    region: &Region,
    low: &mut [u32],
    at: &[u32],
    high: &[u32],
) {
    LATCH.with_borrow_mut(|latch| match effect {
        WideEffect::Latch => {
            latch.low[..low.len()].copy_from_slice(low);
            latch.high[..high.len()].copy_from_slice(high);
        }
        WideEffect::High => low.copy_from_slice(&latch.high[..low.len()]),
        WideEffect::Atomic(_) | WideEffect::Load | WideEffect::Exchange | WideEffect::CompareExchange => {
            let lock = &LOCKS[region.number() % LOCKS.len()];
            let guard = region.is_shared().then(|| lock.lock().unwrap_or_else(PoisonError::into_inner));
            for lane in 0..low.len() {
                let operand = joined(low[lane], high[lane]);
                let compare = joined(latch.low[lane], latch.high[lane]);
                let before = region.update_pair(at[lane], |before| match effect {
                    WideEffect::Atomic(fold) => fold.eval(before, operand),
                    WideEffect::Load => before,
                    WideEffect::CompareExchange if before != compare => before,
                    _ => operand,
                });
                (low[lane], latch.high[lane]) = (before as u32, (before >> 32) as u32);
            }
            drop(guard);
        }
        WideEffect::Subgroup(how, fold) => {
            latch.high[..high.len()].copy_from_slice(high);
            let groups = low.chunks_exact_mut(SUBGROUP).zip(latch.high.chunks_exact_mut(SUBGROUP));
            for ((low, high), mask) in groups.zip(at.chunks_exact(SUBGROUP)) {
                collect(how, fold, low, high, mask);
            }
        }
    });
}

/// Folds the active lanes of a subgroup.
fn collect(how: Collective, fold: Fold, low: &mut [u32], high: &mut [u32], mask: &[u32]) {
    let mut total = fold.identity();
    for lane in (0..SUBGROUP).filter(|&lane| mask[lane] != 0) {
        let below = total;
        total = fold.eval(total, joined(low[lane], high[lane]));
        match how {
            Collective::Inclusive => (low[lane], high[lane]) = (total as u32, (total >> 32) as u32),
            Collective::Exclusive => (low[lane], high[lane]) = (below as u32, (below >> 32) as u32),
            Collective::Reduce => {}
        }
    }
    if how == Collective::Reduce {
        low.fill(total as u32);
        high.fill((total >> 32) as u32);
    }
}

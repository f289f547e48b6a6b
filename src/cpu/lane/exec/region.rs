//! Memory outside of a program: buffers that workgroups share, and what the lanes of a workgroup share.
//!
//! Offsets are whatever the shader computes. A word out of range reads as zero, and is not written.
//!
//! Buffers that are written are shared by threads that run other workgroups at the same time, and nothing but the shader
//! orders their accesses. So words of theirs are read and written by relaxed atomic accesses, one by one, or by volatile
//! vector accesses: neither assumes that a word stays what it is, and on every processor with vectors each aligned word
//! of a vector is read or written as a whole.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use fearless_simd::{Simd, SimdBase, SimdMask};

use super::super::effect::Atomic;
use super::super::op::Op;

/// Words of memory.
#[derive(Debug, Clone, Copy)]
pub(in crate::cpu::lane) struct Region {
    words: *mut u32,
    len: usize,
    sharing: Sharing,
}

/// Who else has the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cpu::lane) enum Sharing {
    /// Nobody writes it.
    ReadOnly,
    /// Only this thread has it.
    Own,
    /// Other threads read and write it meanwhile.
    Shared,
}

/// A vector's worth of bytes at any address.
#[repr(C, packed)]
struct Unaligned<V>(V);

impl Region {
    /// Memory of so many words.
    ///
    /// # Safety
    /// While the region is used, the words are valid for reads, and unless nobody writes them for writes; others access
    /// them as `sharing` says, by atomic or volatile accesses of regions only.
    pub(in crate::cpu::lane) unsafe fn new(words: *mut u32, len: usize, sharing: Sharing) -> Self {
        Self { words, len: len.min(u32::MAX as usize), sharing }
    }

    /// Number of words.
    pub(in crate::cpu::lane) fn len(&self) -> usize {
        self.len
    }

    /// The word at an offset in range.
    #[inline(always)]
    fn word(&self, offset: u32) -> Option<&AtomicU32> {
        // SAFETY: the offset is in range, and words of u32 are aligned. A reference to an atomic word is compatible with
        // all accesses of regions.
        ((offset as usize) < self.len)
            .then(|| unsafe { AtomicU32::from_ptr(self.words.add(offset as usize)) })
    }

    /// The word at an offset.
    #[inline(always)]
    pub(super) fn read(&self, offset: u32) -> u32 {
        self.word(offset).map_or(0, |word| word.load(Relaxed))
    }

    /// Writes the word at an offset.
    #[inline(always)]
    fn write(&self, offset: u32, value: u32) {
        if self.sharing != Sharing::ReadOnly
            && let Some(word) = self.word(offset)
        {
            word.store(value, Relaxed);
        }
    }

    /// A number that memories differ in.
    pub(super) fn number(&self) -> usize {
        self.words.addr() / 64
    }

    /// True if other threads have it too.
    pub(super) fn is_shared(&self) -> bool {
        self.sharing == Sharing::Shared
    }

    /// Replaces the two words from an offset on, the low one first, and gives what was there; zero where they are out of
    /// range. The caller sees to it that other threads do not do so meanwhile.
    pub(super) fn update_pair(&self, offset: u32, after: impl FnOnce(u64) -> u64) -> u64 {
        let high = offset.checked_add(1).and_then(|offset| self.word(offset));
        let Some((low, high)) = self.word(offset).zip(high) else { return 0 };
        let before = u64::from(high.load(Relaxed)) << 32 | u64::from(low.load(Relaxed));
        let after = after(before);
        if after != before && self.sharing != Sharing::ReadOnly {
            low.store(after as u32, Relaxed);
            high.store((after >> 32) as u32, Relaxed);
        }
        before
    }

    /// Makes all words zero; only for memory that this thread alone has.
    pub(super) fn clear(&self) {
        if self.sharing == Sharing::Own {
            // SAFETY: the words are valid for writes, and nobody else has them.
            unsafe { self.words.write_bytes(0, self.len) };
        }
    }

    /// Reads the words at offsets: a vector of neighbours at once, and a word that all lanes want once.
    #[inline(always)]
    pub(in crate::cpu::lane) fn gather<S: Simd>(&self, simd: S, to: &mut [u32], offsets: &[u32]) {
        let len = S::u32s::LEN;
        for (to, offsets) in to.chunks_exact_mut(len).zip(offsets.chunks_exact(len)) {
            if let Some(start) = self.run_of::<S>(simd, offsets) {
                // SAFETY: the run is in range.
                unsafe { self.read_vector::<S>(start).store_slice(to) };
            } else if let Some(vector) = self.every_second::<S>(simd, offsets) {
                vector.store_slice(to);
            } else if S::u32s::from_slice(simd, offsets).simd_eq(offsets[0]).all_true() {
                to.fill(self.read(offsets[0]));
            } else {
                for (to, &offset) in to.iter_mut().zip(offsets) {
                    *to = self.read(offset);
                }
            }
        }
    }

    /// Writes words at offsets, in the lanes of a mask.
    #[inline(always)]
    pub(in crate::cpu::lane) fn scatter<S: Simd>(
        &self,
        simd: S,
        values: &[u32],
        offsets: &[u32],
        mask: Option<&[u32]>,
    ) {
        if self.sharing == Sharing::ReadOnly {
            return;
        }
        for start in (0..values.len()).step_by(S::u32s::LEN) {
            let range = start..start + S::u32s::LEN;
            let (values, offsets) = (&values[range.clone()], &offsets[range.clone()]);
            let active = mask.map_or(u64::MAX >> (64 - S::u32s::LEN), |mask| {
                S::u32s::from_slice(simd, &mask[range]).simd_ne(0).to_bitmask()
            });
            let is_whole = active == u64::MAX >> (64 - S::u32s::LEN);
            if let Some(run) = is_whole.then(|| self.run_of::<S>(simd, offsets)).flatten() {
                // SAFETY: the run is in range, and the memory is writable.
                unsafe { self.write_vector::<S>(run, S::u32s::from_slice(simd, values)) };
                continue;
            }
            let mut left = active;
            while left != 0 {
                let lane = left.trailing_zeros() as usize;
                left &= left - 1;
                self.write(offsets[lane], values[lane]);
            }
        }
    }

    /// Where a vector of offsets starts, if they are neighbours in range.
    #[inline(always)]
    fn run_of<S: Simd>(&self, simd: S, offsets: &[u32]) -> Option<usize> {
        let start = offsets[0];
        let lanes = S::u32s::from_fn(simd, |lane| lane as u32);
        let is_run = (S::u32s::from_slice(simd, offsets) - lanes).simd_eq(start).all_true();
        (is_run && start as usize + S::u32s::LEN <= self.len).then_some(start as usize)
    }

    /// The words at offsets, if each is the second next after the one before: halves of scalars of 64 bits.
    #[inline(always)]
    fn every_second<S: Simd>(&self, simd: S, offsets: &[u32]) -> Option<S::u32s> {
        let len = S::u32s::LEN;
        let lanes = S::u32s::from_fn(simd, |lane| 2 * lane as u32);
        if !(S::u32s::from_slice(simd, offsets) - lanes).simd_eq(offsets[0]).all_true() {
            return None;
        }
        // The words between are read along: those behind, or those before where the memory ends with the last one.
        let first = offsets[0] as usize;
        let is_behind = first + 2 * len <= self.len;
        let start = if is_behind { first } else { first.checked_sub(1)? };
        if start + 2 * len > self.len {
            return None;
        }
        // SAFETY: both vectors are in range.
        let (a, b) = unsafe { (self.read_vector::<S>(start), self.read_vector::<S>(start + len)) };
        Some(if is_behind { a.unzip_low(b) } else { a.unzip_high(b) })
    }

    /// # Safety
    /// The vector is in range.
    #[inline(always)]
    unsafe fn read_vector<S: Simd>(&self, start: usize) -> S::u32s {
        let from: *const Unaligned<S::u32s> = self.words.wrapping_add(start).cast_const().cast();
        // SAFETY: in range by the caller; a vector of words has no invalid bits. Other threads may write these words: the
        // access is volatile, so that nothing is concluded from what it gives.
        unsafe { if self.sharing == Sharing::Shared { from.read_volatile().0 } else { from.read().0 } }
    }

    /// # Safety
    /// The vector is in range, and the memory is writable.
    #[inline(always)]
    unsafe fn write_vector<S: Simd>(&self, start: usize, vector: S::u32s) {
        let to: *mut Unaligned<S::u32s> = self.words.wrapping_add(start).cast();
        // SAFETY: as for reading.
        unsafe {
            if self.sharing == Sharing::Shared {
                to.write_volatile(Unaligned(vector));
            } else {
                to.write(Unaligned(vector));
            }
        }
    }

    /// Sums in memory that no other thread has: what histograms are made of, without a choice in the loop.
    fn add(&self, values: &mut [u32], offsets: &[u32]) {
        for (value, &offset) in values.iter_mut().zip(offsets) {
            *value = self.word(offset).map_or(0, |word| {
                let before = word.load(Relaxed);
                word.store(before.wrapping_add(*value), Relaxed);
                before
            });
        }
    }

    /// An atomic operation of each lane, one lane after the other, which gives what was there before. Lanes whose offset
    /// is out of range do nothing, and get zero.
    pub(in crate::cpu::lane) fn atomic(
        &self,
        atomic: Atomic,
        values: &mut [u32],
        offsets: &[u32],
        compare: &[u32],
    ) {
        if self.sharing == Sharing::Own && atomic == Atomic::Update(Op::IAdd) {
            return self.add(values, offsets);
        }
        if atomic == Atomic::StoreHalf {
            return self.store_halves(values, offsets);
        }
        let lanes = values.iter_mut().zip(offsets).zip(compare);
        for ((value, &offset), &compare) in lanes {
            let operand = *value;
            *value = match self.word(offset).filter(|_| self.sharing != Sharing::ReadOnly) {
                Some(word) if self.sharing == Sharing::Own => {
                    let before = word.load(Relaxed);
                    word.store(after(atomic, before, operand, compare), Relaxed);
                    before
                }
                Some(word) => update(atomic, word, operand, compare),
                None => 0,
            };
        }
    }

    /// Stores the low half of each value, at offsets that count halves; inactive lanes have the largest. Two lanes that
    /// follow each other mostly have the halves of one word.
    fn store_halves(&self, values: &[u32], offsets: &[u32]) {
        if self.sharing == Sharing::ReadOnly {
            return;
        }
        let mut lane = 0;
        while let Some(&offset) = offsets.get(lane) {
            let value = values[lane] & 0xffff;
            lane += 1;
            let is_active = offset != u32::MAX;
            let Some(word) = is_active.then(|| self.word(offset / 2)).flatten() else { continue };
            if offset.is_multiple_of(2) && offsets.get(lane) == Some(&(offset + 1)) {
                word.store(value | values[lane] << 16, Relaxed);
                lane += 1;
                continue;
            }
            let (stays, bits) =
                if offset.is_multiple_of(2) { (0xffff_0000, value) } else { (0xffff, value << 16) };
            let after = |before: u32| before & stays | bits;
            if self.sharing == Sharing::Own {
                word.store(after(word.load(Relaxed)), Relaxed);
            } else {
                // The other half may be another thread's.
                let _ = word.fetch_update(Relaxed, Relaxed, |before| Some(after(before)));
            }
        }
    }
}

/// What an atomic operation leaves.
#[inline(always)]
fn after(atomic: Atomic, before: u32, operand: u32, compare: u32) -> u32 {
    match atomic {
        Atomic::Update(Op::IAdd) => before.wrapping_add(operand),
        Atomic::Update(op) => op.eval([before, operand, 0, 0, 0, 0]),
        Atomic::Exchange => operand,
        Atomic::CompareExchange if before == compare => operand,
        Atomic::CompareExchange => before,
        // Done on its own.
        Atomic::StoreHalf => before,
    }
}

/// An atomic operation on a word that other threads have too.
fn update(atomic: Atomic, word: &AtomicU32, operand: u32, compare: u32) -> u32 {
    match atomic {
        Atomic::Update(Op::IAdd) => word.fetch_add(operand, Relaxed),
        Atomic::Update(Op::And) => word.fetch_and(operand, Relaxed),
        Atomic::Update(Op::Or) => word.fetch_or(operand, Relaxed),
        Atomic::Update(Op::Xor) => word.fetch_xor(operand, Relaxed),
        Atomic::Update(Op::UMin) => word.fetch_min(operand, Relaxed),
        Atomic::Update(Op::UMax) => word.fetch_max(operand, Relaxed),
        Atomic::Exchange => word.swap(operand, Relaxed),
        Atomic::CompareExchange => {
            word.compare_exchange(compare, operand, Relaxed, Relaxed).unwrap_or_else(|before| before)
        }
        Atomic::Update(_) | Atomic::StoreHalf => word
            .fetch_update(Relaxed, Relaxed, |before| Some(after(atomic, before, operand, compare)))
            .unwrap_or_else(|before| before),
    }
}

//! Packing of active lanes in divergent loops.
//!
//! A block runs as long as its slowest lane. So when some lanes have left a loop, what the loop touches is rearranged with
//! the active lanes first, and the loop goes on with fewer strips. Behind the loop, what is still needed goes back to its
//! place. Packing costs as much as a few iterations; it is done once the iterations of idle strips since the last time
//! have cost as much, which is never more than twice the cost of the best choice in hindsight (as in renting or buying).

use fearless_simd::{Simd, SimdBase, SimdMask};

use super::super::program::Program;
use super::level::by_level;
use super::machine::Machine;

/// How the lanes of a loop are packed at present.
#[derive(Debug, Default)]
pub(super) struct Packing {
    /// Number of lanes before the first packing; 0 when nothing is packed.
    lanes: usize,
    /// Idle lanes of whole strips, summed over iterations.
    idle: usize,
    /// The lane of origin of each lane.
    origin: Vec<u32>,
    /// The addresses of the loop's inputs before packing.
    inputs: Vec<*mut u32>,
}

impl Packing {
    /// Forgets a packing.
    pub(super) fn reset(&mut self) {
        self.lanes = 0;
        self.idle = 0;
    }
}

/// The widest vector in words; what is written by whole vectors may end up to this far behind its end.
pub(super) const SLACK: usize = 16;

impl Machine {
    /// Called at the check of a loop with `active` lanes in the mask plane: packs them to the front if it pays, and returns
    /// the number of lanes to go on with.
    pub(super) fn consider_packing(
        &mut self,
        program: &Program,
        loop_id: u32,
        mask: u16,
        lanes: usize,
        active: usize,
    ) -> usize {
        let planes = &program.loops[loop_id as usize];
        // A strip is a power of two.
        let packed = (active + program.strip - 1) & !(program.strip - 1);
        if packed == lanes || !planes.can_pack {
            return lanes;
        }
        let packing = &mut self.packings[loop_id as usize];
        packing.idle += lanes - packed;
        if (packing.idle as f64) < planes.patience * lanes as f64 {
            return lanes;
        }
        packing.idle = 0;
        self.pack(program, loop_id, mask, lanes, active);
        packed
    }

    fn pack(&mut self, program: &Program, loop_id: u32, mask: u16, lanes: usize, active: usize) {
        let planes = &program.loops[loop_id as usize];
        let level = program.level;
        let packed = active.next_multiple_of(program.strip);
        // SAFETY: the mask is a plane of `lanes` words at least, which nothing writes meanwhile.
        by_level!(level, simd, _Fused => unsafe { read_mask(simd, self.table[mask as usize], lanes, &mut self.bits) });
        let bits = &self.bits[..];

        let packing = &mut self.packings[loop_id as usize];
        if packing.lanes == 0 {
            packing.lanes = lanes;
            packing.origin.clear();
            packing.origin.extend(0..(lanes + SLACK) as u32);
            packing.inputs.clear();
            packing.inputs.extend(planes.inputs.iter().map(|&input| self.table[input as usize]));
        }
        self.scratch.resize(lanes + SLACK, 0);
        self.scratch[..lanes].copy_from_slice(&packing.origin[..lanes]);
        // Lanes from here on are packed away, by this loop before or by loops around, which want them back.
        let kept_from = lanes;
        let origin_rest: [u32; SLACK] = std::array::from_fn(|at| packing.origin[lanes + at]);
        // SAFETY: both vectors hold `lanes` words and the slack.
        unsafe {
            let (from, to) = (self.scratch.as_ptr(), packing.origin.as_mut_ptr());
            by_level!(level, simd, _Fused => compress(simd, bits, from, to, true));
            by_level!(level, simd, _Fused => compress(simd, bits, from, to.add(active), false));
        }
        packing.origin[lanes..][..SLACK].copy_from_slice(&origin_rest);

        for &(plane, keep) in &planes.planes {
            let from = self.table[plane as usize];
            let to = self.free[0];
            // SAFETY: both are whole planes with slack behind them, different ones.
            unsafe {
                by_level!(level, simd, _Fused => compress(simd, bits, from, to, true));
                if keep {
                    by_level!(level, simd, _Fused => compress(simd, bits, from, to.add(active), false));
                    std::ptr::copy_nonoverlapping(
                        from.add(kept_from),
                        to.add(kept_from),
                        self.block_lanes - kept_from,
                    );
                } else {
                    to.add(active).write_bytes(0, packed - active);
                }
            }
            if program.is_array_plane(plane) {
                // The planes of an array stay where they are.
                // SAFETY: as above, the other way round.
                unsafe { std::ptr::copy_nonoverlapping(to, from, self.block_lanes) };
            } else {
                self.table[plane as usize] = to;
                self.free[0] = from;
            }
        }
        for (index, &input) in planes.inputs.iter().enumerate() {
            let from = self.table[input as usize].cast_const();
            let to = self.free[1 + planes.first_stand_in + index];
            // SAFETY: an input holds `lanes` words, its stand-in is a whole plane with slack behind it. From the second
            // packing on they are the same; then active lanes move to the front only, behind what is read.
            unsafe {
                by_level!(level, simd, _Fused => compress(simd, bits, from, to, true));
                to.add(active).write_bytes(0, packed - active);
            }
            self.table[input as usize] = to;
        }
    }

    /// Undoes the packings of a loop, and returns the number of lanes.
    pub(super) fn unpack(&mut self, program: &Program, loop_id: u32, lanes: usize) -> usize {
        let packing = &mut self.packings[loop_id as usize];
        let before = packing.lanes;
        packing.reset();
        if before == 0 {
            return lanes;
        }
        let planes = &program.loops[loop_id as usize];
        for &(plane, _) in planes.planes.iter().filter(|(_, keep)| *keep) {
            let from = self.table[plane as usize];
            let to = self.free[0];
            for (lane, &origin) in packing.origin[..before].iter().enumerate() {
                // SAFETY: both are whole planes of `before` lanes at least; origins are a permutation of them.
                unsafe { *to.add(origin as usize) = *from.add(lane) };
            }
            // SAFETY: both are whole planes, different ones, of `block_lanes` lanes.
            unsafe {
                std::ptr::copy_nonoverlapping(from.add(before), to.add(before), self.block_lanes - before);
            }
            if program.is_array_plane(plane) {
                // SAFETY: as above, the other way round.
                unsafe { std::ptr::copy_nonoverlapping(to, from, self.block_lanes) };
            } else {
                self.table[plane as usize] = to;
                self.free[0] = from;
            }
        }
        for (&input, &address) in planes.inputs.iter().zip(&packing.inputs) {
            self.table[input as usize] = address;
        }
        before
    }
}

/// Reads a mask plane into a word of bits per vector.
///
/// # Safety
/// The plane is valid for reads of `lanes` words, whole vectors.
unsafe fn read_mask<S: Simd>(simd: S, mask: *const u32, lanes: usize, bits: &mut Vec<u64>) {
    // SAFETY: passed on from the caller.
    let mask = unsafe { std::slice::from_raw_parts(mask, lanes) };
    bits.clear();
    simd.vectorize(
        #[inline(always)]
        || {
            bits.extend(
                mask.chunks_exact(S::u32s::LEN)
                    .map(|part| S::u32s::from_slice(simd, part).simd_ne(0).to_bitmask()),
            )
        },
    );
}

/// Moves the words whose bit is set (or clear) together, in their order.
///
/// # Safety
/// `from` is valid for reads of a vector per word of bits, `to` for writes of the words moved and a vector behind them.
/// They may be the same address; else they do not overlap.
unsafe fn compress<S: Simd>(simd: S, bits: &[u64], from: *const u32, to: *mut u32, set: bool) {
    let all = u64::MAX >> (64 - S::u32s::LEN);
    simd.vectorize(
        #[inline(always)]
        || {
            let mut moved = 0;
            for (at, &bits) in bits.iter().enumerate() {
                let bits = if set { bits } else { !bits & all };
                // SAFETY: passed on from the caller; in place, a vector is read before anything is written over it.
                unsafe {
                    let from = std::slice::from_raw_parts(from.add(at * S::u32s::LEN), S::u32s::LEN);
                    let words = S::u32s::from_slice(simd, from);
                    let words = words.compress(S::mask32s::from_bitmask(simd, bits));
                    words.store_slice(std::slice::from_raw_parts_mut(to.add(moved), S::u32s::LEN));
                }
                moved += bits.count_ones() as usize;
            }
        },
    );
}

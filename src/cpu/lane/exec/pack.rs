//! Packing of active lanes in divergent loops.
//!
//! A block runs as long as its slowest lane. When at most half of the lanes are still in a loop, what the loop touches is
//! rearranged so that the active lanes come first, and the loop goes on with fewer lanes. Behind the loop, what is still
//! needed goes back to its place.

use super::super::program::Program;
use super::machine::Machine;

/// How the lanes of a loop are packed at present.
#[derive(Debug, Default)]
pub(super) struct Packing {
    /// Number of lanes before the first packing; 0 when nothing is packed.
    lanes: usize,
    /// The lane of origin of each lane.
    origin: Vec<u32>,
    /// The addresses of the loop's inputs before packing.
    inputs: Vec<*mut u32>,
}

impl Packing {
    /// Forgets a packing.
    pub(super) fn reset(&mut self) {
        self.lanes = 0;
    }
}

impl Machine {
    /// Packs the `active` lanes of the mask plane to the front, and returns the new number of lanes.
    pub(super) fn pack(
        &mut self,
        program: &Program,
        loop_id: u32,
        mask: u16,
        lanes: usize,
        active: usize,
    ) -> usize {
        let planes = &program.loops[loop_id as usize];
        if !planes.can_pack {
            return lanes;
        }
        let packed = active.next_multiple_of(program.strip);
        self.order.resize(lanes, 0);
        // SAFETY: planes of the table hold `lanes` words, and the mask is a plane that nothing writes meanwhile.
        let mask = unsafe { std::slice::from_raw_parts(self.table[mask as usize], lanes) };
        let (mut front, mut back) = (0, active);
        for (lane, &word) in mask.iter().enumerate() {
            let is_active = word != 0;
            self.order[if is_active { front } else { back }.min(lanes - 1)] = lane as u32;
            front += usize::from(is_active);
            back += usize::from(!is_active);
        }
        let order = &self.order[..lanes];

        let packing = &mut self.packings[loop_id as usize];
        if packing.lanes == 0 {
            packing.lanes = lanes;
            packing.origin.clear();
            packing.origin.extend(0..lanes as u32);
            packing.inputs.clear();
            packing.inputs.extend(planes.inputs.iter().map(|&input| self.table[input as usize]));
        }
        // Lanes behind these are packed away by loops around, which want them back.
        let total = self.block_lanes;
        let before: Vec<u32> = packing.origin[..lanes].to_vec();
        for (to, &from) in packing.origin.iter_mut().zip(order) {
            *to = before[from as usize];
        }

        for &(plane, keep) in &planes.planes {
            let from = self.table[plane as usize];
            let to = self.free[0];
            // SAFETY: both are whole planes, different ones; `order` is a permutation of the lanes.
            let (source, target) = unsafe {
                (std::slice::from_raw_parts(from, total), std::slice::from_raw_parts_mut(to, total))
            };
            let moved = if keep { lanes } else { active };
            for (to, &from) in target[..moved].iter_mut().zip(order) {
                *to = source[from as usize];
            }
            if keep {
                target[lanes..].copy_from_slice(&source[lanes..]);
            } else {
                target[active..packed].fill(0);
            }
            if program.is_array_plane(plane) {
                // The planes of an array stay where they are.
                // SAFETY: as above, the other way round.
                unsafe { std::ptr::copy_nonoverlapping(to, from, total) };
            } else {
                self.table[plane as usize] = to;
                self.free[0] = from;
            }
        }
        for (index, &input) in planes.inputs.iter().enumerate() {
            let from = self.table[input as usize].cast_const();
            let to = self.free[1 + planes.first_stand_in + index];
            for (lane, &origin) in order[..active].iter().enumerate() {
                // SAFETY: an input holds `lanes` words. It is its stand-in itself from the second packing on; then active
                // lanes only move to the front, so that none is overwritten before it is read.
                unsafe { *to.add(lane) = *from.add(origin as usize) };
            }
            for lane in active..packed {
                // SAFETY: a stand-in is a whole plane.
                unsafe { *to.add(lane) = 0 };
            }
            self.table[input as usize] = to;
        }
        packed
    }

    /// Undoes the packings of a loop, and returns the number of lanes.
    pub(super) fn unpack(&mut self, program: &Program, loop_id: u32, lanes: usize) -> usize {
        let packing = &mut self.packings[loop_id as usize];
        let before = std::mem::take(&mut packing.lanes);
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

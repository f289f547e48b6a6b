//! The chunks of a scan: where the prefix of each comes from.
//!
//! The device goes through its part from the front and carries the spine along, as does the CPU through its own behind
//! it; so neither waits for the other. The CPU first folds the tiles of the device's part. Their aggregates give the
//! prefix of its own part, and of any chunk that one takes over from the other. Whichever way a prefix is found, it is the
//! canonical one, with the same bits.

use std::ops::Range;
use std::sync::Arc;

use super::drive::Drive;
use super::execute::tile_states;
use super::output::Piece;
use crate::cpu::SCAN_CHUNK_LEN;
use crate::error::Result;
use crate::gpu::Gpu;
use crate::monoid::MonoidSpec;
use crate::order::{RADIX, TILE_LEN, TILE_LEVEL};
use crate::run::{Executor, Spine, State};
use crate::work::{Primitive, Work};

/// A position, and the spine there.
pub(super) type Front = (usize, Spine);

/// See the module.
pub(super) struct Prefixes<'p, 'd, 't> {
    drive: &'p Drive<'d, 't>,
    monoid: &'p Arc<MonoidSpec>,
}

impl<'p, 'd, 't> Prefixes<'p, 'd, 't> {
    pub(super) fn new(drive: &'p Drive<'d, 't>, monoid: &'p Arc<MonoidSpec>) -> Self {
        Self { drive, monoid }
    }

    /// Computes the aggregates of the tiles of `0..len` on the CPU, unless somebody has.
    pub(super) fn fold_head(&self, len: usize) -> Result<()> {
        let known = self.drive.heads.get().map_or(0, |states| states.len() / self.monoid.state.words());
        if known >= len.div_ceil(TILE_LEN) {
            return Ok(());
        }
        let states = self.folded(len)?;
        let _ = self.drive.heads.set(states);
        Ok(())
    }

    fn folded(&self, len: usize) -> Result<Vec<u32>> {
        let reduce = self.as_reduce();
        let mut states = tile_states(&reduce, len)?;
        self.drive.cx.shared.cpu.run_reduce(&reduce, 0..len, &mut states)?;
        Ok(states)
    }

    /// The reduction whose tile aggregates a scan needs.
    fn as_reduce(&self) -> Work<'d> {
        Work { primitive: Primitive::Reduce(Arc::clone(self.monoid)), ..self.drive.work.clone() }
    }

    /// The spine at a tile boundary: carried there, or from aggregates.
    pub(super) fn spine_at(&self, at: usize, carried: Option<Front>) -> Result<Spine> {
        if at == 0 {
            return Ok(Spine::new(self.monoid.identity));
        }
        if let Some((_, spine)) = carried.filter(|(position, _)| *position == at) {
            return Ok(spine);
        }
        let front = self.drive.lock().front.clone();
        if let Some((_, spine)) = front.filter(|(position, _)| *position == at) {
            return Ok(spine);
        }
        let words = at.div_ceil(TILE_LEN) * self.monoid.state.words();
        let cpu = &self.drive.cx.shared.cpu;
        let known = self.drive.heads.get().and_then(|states| states.get(..words));
        match known {
            Some(states) => cpu.spine(&self.as_reduce(), self.monoid.identity, states),
            None => {
                pollster::block_on(self.drive.cx.bring_to_host(self.drive.work))?;
                cpu.spine(&self.as_reduce(), self.monoid.identity, &self.folded(at)?)
            }
        }
    }

    /// Scans a piece on the CPU. Returns the spine behind it.
    pub(super) fn scan_on_cpu(&self, carried: Option<Front>, piece: &mut Piece<'_>) -> Result<Front> {
        let Range { mut start, end } = piece.range.clone();
        let width = self.drive.work.output_type().words();
        let mut spine = self.spine_at(start, carried)?;
        let mut rest = &mut *piece.words;
        while start < end {
            // Whole chunks of the CPU in one pass; what is before and behind them tile by tile.
            let first = start.next_multiple_of(SCAN_CHUNK_LEN);
            let last = end - end % SCAN_CHUNK_LEN;
            let until = match () {
                () if end == self.drive.work.len && first == start => end,
                () if start < first => first.min(end),
                () if start < last => last,
                () => end,
            };
            let (head, tail) = rest.split_at_mut((until - start) * width);
            spine = self.drive.cx.shared.cpu.run_scan(self.drive.work, start..until, spine, head)?;
            (start, rest) = (until, tail);
        }
        Ok((end, spine))
    }

    /// Scans a piece on a device, node by node. Returns the spine behind it, where that is known.
    pub(super) async fn scan_on_gpu(
        &mut self,
        gpu: &Gpu,
        carried: Option<Front>,
        piece: &mut Piece<'_>,
    ) -> Result<Option<Front>> {
        let Range { mut start, end } = piece.range.clone();
        let (work, width) = (self.drive.work, self.drive.work.output_type().words());
        let mut carried = carried;
        let mut rest = &mut *piece.words;
        while start < end {
            let mut spine = self.spine_at(start, carried.take())?;
            let prefix = if start == 0 { self.monoid.identity } else { self.prefix(&spine)? };
            let (until, level) = node(start, end);
            let (head, tail) = rest.split_at_mut((until - start) * width);
            let aggregate = gpu.scan(work, start..until, prefix, head).await?;
            if let Some(level) = level.filter(|_| until < work.len) {
                let cpu = &self.drive.cx.shared.cpu;
                spine.push(level, aggregate, &mut |a, b| cpu.combine(work, a, b))?;
                carried = Some((until, spine));
            }
            (start, rest) = (until, tail);
        }
        Ok(carried)
    }

    fn prefix(&self, spine: &Spine) -> Result<State> {
        let cpu = &self.drive.cx.shared.cpu;
        spine.prefix(&mut |a, b| cpu.combine(self.drive.work, a, b))
    }
}

/// The end of the longest range from `start` that lies in a node which starts there, and the level of that node if the
/// range is all of it.
fn node(start: usize, end: usize) -> (usize, Option<u32>) {
    let (mut len, mut level) = (TILE_LEN, TILE_LEVEL);
    while len < end - start && start.is_multiple_of(len * RADIX) {
        len *= RADIX;
        level += 1;
    }
    (end.min(start + len), (len <= end - start).then_some(level))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_start_where_the_range_does() {
        let t = TILE_LEN;
        assert_eq!(node(0, 4 * t), (4 * t, Some(TILE_LEVEL + 1)));
        assert_eq!(node(0, 5 * t), (5 * t, None), "in the node of sixteen");
        assert_eq!(node(t, 5 * t), (2 * t, Some(TILE_LEVEL)));
        assert_eq!(node(4 * t, 12 * t), (8 * t, Some(TILE_LEVEL + 1)));
        assert_eq!(node(4 * t, 7 * t + 5), (7 * t + 5, None));
        assert_eq!(node(16 * t, 16 * t + 7), (16 * t + 7, None));
    }
}

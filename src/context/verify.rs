//! Shadow verification: some of a device's chunks are computed a second time, on the CPU, before they count.
//!
//! Which chunks is a function of their place alone. Of a chunk the first tile of each of its pieces is computed again: a
//! device that miscompiles a function does so everywhere, and the check costs a tile instead of a chunk.

use super::drive::Drive;
use super::output::Piece;
use super::prefixes::Prefixes;
use crate::element::Scalar;
use crate::error::{Error, Fault, Result};
use crate::order::TILE_LEN;
use crate::work::{Fused, Primitive, Work};

/// How much floats may differ that a function has computed, as a share of the larger.
const TOLERANCE: f64 = 1e-3;

/// Differences between smaller numbers do not count: devices may flush what is subnormal.
const SMALLEST: f64 = 1e-30;

impl Drive<'_, '_> {
    /// An error if a sampled chunk is wrong. From then on the device computes this work no more.
    pub(super) fn verify(&self, pieces: &[Piece<'_>]) -> Result<()> {
        let share = self.cx.shared.verify;
        if share <= 0.0 || rounds_to_integers(self.work) {
            return Ok(());
        }
        for piece in pieces.iter().filter(|piece| is_sampled(piece.range.start, share)) {
            if let Some(index) = self.first_wrong_word(piece)? {
                self.cx.shared.devices.quarantine(self.work);
                let place = piece.range.start;
                let fault = Fault::Rejected(format!("wrong result: word {index} of the chunk at {place}"));
                let adapter = self.cx.shared.devices.adapter_name().unwrap_or_else(|| "gpu".to_owned());
                return Err(Error::Device { adapter, fault });
            }
        }
        Ok(())
    }

    /// The first word of a piece's first tile that the CPU finds otherwise.
    fn first_wrong_word(&self, piece: &Piece<'_>) -> Result<Option<usize>> {
        let (work, cpu) = (self.work, &self.cx.shared.cpu);
        let start = piece.range.start;
        let tile = start..piece.range.end.min(start + TILE_LEN);
        let elements = if matches!(work.primitive, Primitive::Reduce(_)) { 1 } else { tile.len() };
        let mut expected = vec![0; elements * work.output_type().words()];
        pollster::block_on(self.cx.bring_to_host(work))?;
        match &work.primitive {
            Primitive::Map => cpu.run_map(work, tile, &mut expected)?,
            Primitive::Reduce(_) => cpu.run_reduce(work, tile, &mut expected)?,
            Primitive::Scan { monoid, .. } => {
                let spine = Prefixes::new(self, monoid).spine_at(start, None)?;
                cpu.run_scan(work, tile, spine, &mut expected).map(drop)?;
            }
        }
        let is_float = !is_exact(work);
        let differs = |(a, b): (&u32, &u32)| a != b && !(is_float && is_near(*a, *b));
        Ok(expected.iter().zip(piece.words.iter()).position(differs))
    }
}

/// True for about `share` of all places.
fn is_sampled(place: usize, share: f64) -> bool {
    let mixed = (place as u64 / TILE_LEN as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ mixed >> 29) >> 11) as f64 / ((1_u64 << 53) as f64) < share
}

/// True when every executor must give the same bits.
fn is_exact(work: &Work<'_>) -> bool {
    let passes = |fused: &Fused| fused.passthrough().is_some();
    match &work.primitive {
        _ if work.output_type().scalar != Scalar::F32 => true,
        Primitive::Map => passes(&work.fused),
        Primitive::Reduce(monoid) => passes(&work.fused) && !monoid.is_user_float(),
        Primitive::Scan { monoid, post, .. } => {
            passes(&work.fused) && post.as_ref().is_none_or(passes) && !monoid.is_user_float()
        }
    }
}

/// True where floats become integers in between: a difference that is allowed may make any other.
fn rounds_to_integers(work: &Work<'_>) -> bool {
    let reads_floats =
        |fused: &Fused| (0..fused.nodes.len() as u32).any(|node| fused.type_of(node).scalar == Scalar::F32);
    !passes_sources(work) && reads_floats(&work.fused) && work.output_type().scalar != Scalar::F32
}

/// True when the elements are sources as they are.
fn passes_sources(work: &Work<'_>) -> bool {
    let post = match &work.primitive {
        Primitive::Scan { post, .. } => post.as_ref(),
        _ => None,
    };
    work.fused.passthrough().is_some() && post.is_none_or(|post| post.passthrough().is_some())
}

fn is_near(a: u32, b: u32) -> bool {
    let (a, b) = (f64::from(f32::from_bits(a)), f64::from(f32::from_bits(b)));
    let largest = a.abs().max(b.abs());
    // WGSL lets devices assume that no number is infinite or NaN: what they make of one proves nothing.
    !a.is_finite() || !b.is_finite() || (a - b).abs() <= SMALLEST.max(TOLERANCE * largest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_places_is_the_one_asked_for() {
        let sampled = |share| (0..10_000).filter(|tile| is_sampled(tile * TILE_LEN, share)).count();
        assert_eq!(sampled(1.0), 10_000);
        assert_eq!(sampled(0.0), 0);
        assert!((900..1100).contains(&sampled(0.1)), "{}", sampled(0.1));
    }

    #[test]
    fn floats_are_near_within_a_thousandth() {
        let near = |a: f32, b: f32| is_near(a.to_bits(), b.to_bits());
        assert!(near(1.0, 1.0009) && near(0.0, -0.0) && near(1e-38, 0.0));
        assert!(!near(1.0, 1.01) && !near(1.0, -1.0));
    }
}

//! Exchanges among the active lanes of subgroups.

use super::super::effect::{SUBGROUP, Subgroup, identity};

/// Replaces the values of the active lanes of each subgroup of a strip by what the exchange gives.
///
/// A lane that asks for the value of one that is inactive, or not there, gets that lane's value, or its own.
pub(in crate::cpu::lane) fn exchange(exchange: Subgroup, values: &mut [u32], mask: &[u32], second: &[u32]) {
    let groups = values.chunks_exact_mut(SUBGROUP).zip(mask.chunks_exact(SUBGROUP));
    for ((values, mask), second) in groups.zip(second.chunks_exact(SUBGROUP)) {
        let before: [u32; SUBGROUP] = std::array::from_fn(|lane| values[lane]);
        let active = |&lane: &usize| mask[lane] != 0;
        let at = |lane: usize, source: u32| before.get(source as usize).copied().unwrap_or(before[lane]);
        match exchange {
            Subgroup::Ballot => {
                let bits = (0..SUBGROUP)
                    .filter(active)
                    .map(|lane| u32::from(before[lane] != 0) << lane)
                    .fold(0, |bits, bit| bits | bit);
                values.fill(bits);
            }
            Subgroup::Reduce(op) | Subgroup::Inclusive(op) | Subgroup::Exclusive(op) => {
                let mut fold = identity(op);
                for lane in (0..SUBGROUP).filter(active) {
                    let below = fold;
                    fold = op.eval([fold, before[lane], 0, 0, 0, 0]);
                    values[lane] = if matches!(exchange, Subgroup::Exclusive(_)) { below } else { fold };
                }
                if matches!(exchange, Subgroup::Reduce(_)) {
                    values.fill(fold);
                }
            }
            Subgroup::First => {
                let first = (0..SUBGROUP).find(active).unwrap_or(0);
                values.fill(before[first]);
            }
            _ => {
                for (lane, value) in values.iter_mut().enumerate() {
                    let own = lane as u32;
                    *value = at(
                        lane,
                        match exchange {
                            Subgroup::Down => own.saturating_add(second[lane]),
                            Subgroup::Up => own.wrapping_sub(second[lane]),
                            Subgroup::Xor => own ^ second[lane],
                            Subgroup::QuadBroadcast => (own & !3) | (second[lane] & 3),
                            _ => second[lane],
                        },
                    );
                }
            }
        }
    }
}

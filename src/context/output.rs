//! The output of a call in pieces: each element's words are lent to one executor at a time.
//!
//! Whoever leases elements takes their words out of here, and puts them back if they could not be computed. So no two
//! executors ever write to one place, which the compiler checks.

use std::collections::BTreeMap;
use std::ops::Range;

/// The words of a range of elements.
#[derive(Debug)]
pub(super) struct Piece<'t> {
    pub(super) range: Range<usize>,
    pub(super) words: &'t mut [u32],
}

/// Words that nobody has.
#[derive(Debug)]
pub(super) struct Pieces<'t> {
    /// Elements that share words: 1, or a tile where a tile has one aggregate.
    step: usize,
    /// Words of a step.
    words: usize,
    /// By first element.
    free: BTreeMap<usize, Piece<'t>>,
}

impl<'t> Pieces<'t> {
    /// All words of `len` elements, `words` for each `step` of them.
    pub(super) fn new(len: usize, step: usize, words: usize, out: &'t mut [u32]) -> Self {
        let mut free = BTreeMap::new();
        if len > 0 {
            free.insert(0, Piece { range: 0..len, words: out });
        }
        Self { step, words, free }
    }

    /// The words of a range, in order; more than one piece where they came back in several. `None` if some are lent. The
    /// range begins at a step, and ends there or with all elements.
    pub(super) fn take(&mut self, range: &Range<usize>) -> Option<Vec<Piece<'t>>> {
        let mut taken = Vec::with_capacity(1);
        let mut at = range.start;
        while at < range.end {
            let Some((&first, _)) =
                self.free.range(..=at).next_back().filter(|(_, piece)| piece.range.end > at)
            else {
                self.give(taken);
                return None;
            };
            let piece = self.free.remove(&first)?;
            let (before, piece) = self.cut(piece, at);
            let (piece, after) = self.cut(piece, range.end);
            at = piece.range.end;
            taken.push(piece);
            self.give([before, after]);
        }
        Some(taken)
    }

    /// Takes words back.
    pub(super) fn give(&mut self, pieces: impl IntoIterator<Item = Piece<'t>>) {
        let pieces = pieces.into_iter().filter(|piece| !piece.range.is_empty());
        self.free.extend(pieces.map(|piece| (piece.range.start, piece)));
    }

    fn cut(&self, piece: Piece<'t>, at: usize) -> (Piece<'t>, Piece<'t>) {
        let at = at.clamp(piece.range.start, piece.range.end);
        let words = (at - piece.range.start).div_ceil(self.step) * self.words;
        let (head, tail) = piece.words.split_at_mut(words.min(piece.words.len()));
        (
            Piece { range: piece.range.start..at, words: head },
            Piece { range: at..piece.range.end, words: tail },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_lent_once_and_come_back() {
        let mut out: Vec<u32> = (0..10).collect();
        let mut pieces = Pieces::new(35, 4, 1, &mut out[..9]);
        let middle = pieces.take(&(8..16)).expect("nobody has them");
        assert_eq!(middle[0].words, [2, 3]);
        assert!(pieces.take(&(12..20)).is_none(), "part of it is lent");
        let end = pieces.take(&(16..35)).expect("what failed to be taken is whole");
        assert_eq!(end[0].words, [4, 5, 6, 7, 8]);
        pieces.give(middle);
        pieces.give(end);
        let all = pieces.take(&(0..35)).expect("all came back");
        let words: Vec<u32> = all.iter().flat_map(|piece| piece.words.iter().copied()).collect();
        assert_eq!(words, (0..9).collect::<Vec<u32>>());
    }
}

//! The spine of a scan: the canonical prefix of each next node, from the aggregates of the nodes before it.
//!
//! A radix-4 counter: a digit of a level holds the fold of the siblings that are finished at that level. Pushing the
//! fourth sibling carries their fold, which is the parent's aggregate, one level up.

use super::executor::State;
use crate::error::Result;
use crate::order::RADIX;

/// Combines two states; the first covers the lower indices.
pub(crate) type Combine<'a> = dyn FnMut(&State, &State) -> Result<State> + 'a;

/// Finished siblings at one level.
#[derive(Debug, Clone, Copy, Default)]
struct Digit {
    count: usize,
    fold: State,
}

/// The state between two nodes.
#[derive(Debug, Clone)]
pub(crate) struct Spine {
    identity: State,
    /// `digits[l]` is level l.
    digits: Vec<Digit>,
}

impl Spine {
    /// The spine before index 0.
    pub(crate) fn new(identity: State) -> Self {
        Self { identity, digits: Vec::new() }
    }

    /// Adds the aggregate of the next node, which is of level `level` and complete, or the last one of the sequence.
    /// O(1) amortised combinations.
    pub(crate) fn push(&mut self, level: u32, aggregate: State, combine: &mut Combine<'_>) -> Result<()> {
        let mut level = level as usize;
        let mut aggregate = aggregate;
        loop {
            if self.digits.len() <= level {
                self.digits.resize(level + 1, Digit::default());
            }
            let digit = &mut self.digits[level];
            digit.fold = if digit.count == 0 { aggregate } else { combine(&digit.fold, &aggregate)? };
            digit.count += 1;
            if digit.count < RADIX {
                return Ok(());
            }
            aggregate = digit.fold;
            *digit = Digit::default();
            level += 1;
        }
    }

    /// The canonical prefix of the next node. At most one combination a level.
    pub(crate) fn prefix(&self, combine: &mut Combine<'_>) -> Result<State> {
        let mut prefix = self.identity;
        for digit in self.digits.iter().rev().filter(|digit| digit.count > 0) {
            prefix = combine(&prefix, &digit.fold)?;
        }
        Ok(prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn combine(a: &State, b: &State) -> Result<State> {
        let sum = f32::from_bits(a[0]) + f32::from_bits(b[0]);
        Ok([sum.to_bits(), 0, 0, 0])
    }

    /// The definition in `order`, word for word.
    fn aggregate(level: u32, j: usize, x: &[f32]) -> f32 {
        if level == 0 {
            return x[j];
        }
        let width = 4usize.pow(level - 1);
        let children = (4 * j..4 * j + 4).filter(|child| child * width < x.len());
        children.map(|child| aggregate(level - 1, child, x)).reduce(|a, b| a + b).unwrap_or(0.0)
    }

    fn prefix(level: u32, j: usize, x: &[f32]) -> f32 {
        if j == 0 {
            return 0.0;
        }
        let parent = prefix(level + 1, j / 4, x);
        let siblings = (j / 4 * 4..j).map(|sibling| aggregate(level, sibling, x));
        siblings.reduce(|a, b| a + b).map_or(parent, |sum| parent + sum)
    }

    #[test]
    fn pushing_elements_one_by_one_gives_the_definition() {
        let x: Vec<f32> = (0..1100).map(|i| 0.1 + (i * 7919 % 1013) as f32 * 1e-3).collect();
        let mut spine = Spine::new([0; 4]);
        for i in 0..x.len() {
            let p = spine.prefix(&mut combine).expect("combine cannot fail");
            assert_eq!(p[0], prefix(0, i, &x).to_bits(), "prefix of element {i}");
            spine.push(0, [x[i].to_bits(), 0, 0, 0], &mut combine).expect("combine cannot fail");
        }
    }
}

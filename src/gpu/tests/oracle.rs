//! The definition in `order`, transcribed: recursive, on states of up to four words.

use std::ops::Range;

pub(super) type State = [u32; 4];

/// An operator on the host.
pub(super) type Op = fn(State, State) -> State;

/// `A(level, j)` for the node that starts at `first`.
pub(super) fn aggregate(x: &[State], first: usize, level: u32, op: Op) -> State {
    if level == 0 {
        return x[first];
    }
    let step = 4usize.pow(level - 1);
    let children = (0..4).map(|k| first + k * step).filter(|&child| child < x.len());
    children.map(|child| aggregate(x, child, level - 1, op)).reduce(op).expect("a node that is present")
}

/// The smallest level whose first node holds `len` elements.
pub(super) fn root(len: usize) -> u32 {
    (0..).find(|&level| 4usize.pow(level) >= len).expect("some level does")
}

/// Prefixes of all elements below the node at `first`, whose own is `prefix`. Returns the node's aggregate.
fn prefixes(x: &[State], first: usize, level: u32, prefix: State, op: Op, out: &mut Vec<State>) -> State {
    if level == 0 {
        out.push(prefix);
        return x[first];
    }
    let step = 4usize.pow(level - 1);
    let mut siblings: Option<State> = None;
    for child in (0..4).map(|k| first + k * step).filter(|&child| child < x.len()) {
        let of_child = siblings.map_or(prefix, |s| op(prefix, s));
        let own = prefixes(x, child, level - 1, of_child, op, out);
        siblings = Some(siblings.map_or(own, |s| op(s, own)));
    }
    siblings.expect("a node that is present")
}

/// Exclusive scan of `range`, an aligned range whose node has the prefix `prefix`.
pub(super) fn exclusive(x: &[State], range: Range<usize>, prefix: State, op: Op) -> Vec<State> {
    let mut out = Vec::new();
    if !range.is_empty() {
        prefixes(&x[..range.end], range.start, root(range.len()), prefix, op, &mut out);
    }
    out
}

/// Inclusive scan of `range`.
pub(super) fn inclusive(x: &[State], range: Range<usize>, prefix: State, op: Op) -> Vec<State> {
    let before = exclusive(x, range.clone(), prefix, op);
    let element = |i: usize| {
        let first = i / 4 * 4;
        let own = x[first..=i].iter().copied().reduce(op).expect("at least one");
        op(before[first - range.start], own)
    };
    range.clone().map(element).collect()
}

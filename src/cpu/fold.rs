//! The canonical order over one tile, for operators that the CPU has natively.
//!
//! Up: each level folds groups of four neighbours into one aggregate. Down: each level spreads a parent's prefix over its
//! four children. Both are loops over groups of four consecutive words that the compiler turns into de-interleaving
//! vector code; `order` defines the result, and nothing here may change it.

use crate::order::{RADIX, TILE_LEN};

/// An associative operator on words.
pub(super) trait NativeOp: Copy + Send + Sync + 'static {
    /// The type combined.
    type Word: bytemuck::Pod + Send + Sync;
    /// True when any order gives the same bits.
    const EXACT: bool;
    /// The operator.
    fn combine(a: Self::Word, b: Self::Word) -> Self::Word;
}

/// Left fold of one to four words.
#[inline(always)]
fn fold_few<O: NativeOp>(group: &[O::Word]) -> O::Word {
    group[1..].iter().fold(group[0], |acc, &x| O::combine(acc, x))
}

/// `dst[j]` is the left fold of `src[4j..4j+4]`, as far as present. Returns the number of groups.
#[inline(always)]
fn aggregate<O: NativeOp>(src: &[O::Word], dst: &mut [O::Word]) -> usize {
    let (groups, rest) = src.as_chunks::<RADIX>();
    for (aggregate, group) in dst.iter_mut().zip(groups) {
        *aggregate = O::combine(O::combine(O::combine(group[0], group[1]), group[2]), group[3]);
    }
    if rest.is_empty() {
        return groups.len();
    }
    dst[groups.len()] = fold_few::<O>(rest);
    groups.len() + 1
}

/// The aggregates of all levels of a tile above its elements.
struct Levels<W> {
    one: [W; TILE_LEN / 4],
    two: [W; TILE_LEN / 16],
    three: [W; TILE_LEN / 64],
    four: [W; TILE_LEN / 256],
    five: [W; TILE_LEN / 1024],
    len: [usize; 5],
}

impl<W: bytemuck::Pod> Levels<W> {
    #[inline(always)]
    fn up<O: NativeOp<Word = W>>(src: &[W]) -> Self {
        let mut levels = Self {
            one: bytemuck::Zeroable::zeroed(),
            two: bytemuck::Zeroable::zeroed(),
            three: bytemuck::Zeroable::zeroed(),
            four: bytemuck::Zeroable::zeroed(),
            five: bytemuck::Zeroable::zeroed(),
            len: [0; 5],
        };
        levels.len[0] = aggregate::<O>(src, &mut levels.one);
        levels.len[1] = aggregate::<O>(&levels.one[..levels.len[0]], &mut levels.two);
        levels.len[2] = aggregate::<O>(&levels.two[..levels.len[1]], &mut levels.three);
        levels.len[3] = aggregate::<O>(&levels.three[..levels.len[2]], &mut levels.four);
        levels.len[4] = aggregate::<O>(&levels.four[..levels.len[3]], &mut levels.five);
        levels
    }
}

/// The aggregate of one to `TILE_LEN` elements.
#[inline(always)]
pub(super) fn reduce_tile<O: NativeOp>(src: &[O::Word]) -> O::Word {
    if O::EXACT && src.len() >= STRIPES {
        return reduce_striped::<O>(src);
    }
    let levels = Levels::up::<O>(src);
    fold_few::<O>(&levels.five[..levels.len[4]])
}

/// Accumulators of the order-free reduction: enough chains to hide the latency of the operator.
const STRIPES: usize = 64;

/// Exact operators: element i goes to accumulator `i % STRIPES`.
#[inline(always)]
fn reduce_striped<O: NativeOp>(src: &[O::Word]) -> O::Word {
    let (rows, rest) = src.as_chunks::<STRIPES>();
    let mut acc = rows[0];
    for row in &rows[1..] {
        // A whole new array, so that the compiler keeps the accumulators in registers.
        acc = std::array::from_fn(
            #[inline(always)]
            |i| O::combine(acc[i], row[i]),
        );
    }
    let all = acc[1..].iter().chain(rest);
    all.fold(acc[0], |total, &x| O::combine(total, x))
}

/// Replaces the aggregates of children by their prefixes, given the prefixes of their parents.
#[inline(always)]
fn spread<O: NativeOp>(parents: &[O::Word], children: &mut [O::Word]) {
    let (groups, rest) = children.as_chunks_mut::<RADIX>();
    for (group, &prefix) in groups.iter_mut().zip(parents) {
        let two = O::combine(group[0], group[1]);
        let three = O::combine(two, group[2]);
        *group = [prefix, O::combine(prefix, group[0]), O::combine(prefix, two), O::combine(prefix, three)];
    }
    if !rest.is_empty() {
        let prefix = parents[groups.len()];
        let mut sum = rest[0];
        rest[0] = prefix;
        for child in &mut rest[1..] {
            let next = O::combine(sum, *child);
            *child = O::combine(prefix, sum);
            sum = next;
        }
    }
}

/// The scanned values of the elements, given the prefixes of their groups of four.
#[inline(always)]
fn leaves<O: NativeOp, const INCLUSIVE: bool>(parents: &[O::Word], src: &[O::Word], dst: &mut [O::Word]) {
    let (groups, rest) = src.as_chunks::<RADIX>();
    let (out, out_rest) = dst.as_chunks_mut::<RADIX>();
    for ((out, group), &prefix) in out.iter_mut().zip(groups).zip(parents) {
        let two = O::combine(group[0], group[1]);
        let three = O::combine(two, group[2]);
        *out = if INCLUSIVE {
            let four = O::combine(three, group[3]);
            [
                O::combine(prefix, group[0]),
                O::combine(prefix, two),
                O::combine(prefix, three),
                O::combine(prefix, four),
            ]
        } else {
            [prefix, O::combine(prefix, group[0]), O::combine(prefix, two), O::combine(prefix, three)]
        };
    }
    if !rest.is_empty() {
        let prefix = parents[groups.len()];
        for (k, out) in out_rest.iter_mut().enumerate() {
            *out = match (INCLUSIVE, k) {
                (true, _) => O::combine(prefix, fold_few::<O>(&rest[..=k])),
                (false, 0) => prefix,
                (false, _) => O::combine(prefix, fold_few::<O>(&rest[..k])),
            };
        }
    }
}

/// Scans one to `TILE_LEN` elements, given the canonical prefix of the tile.
#[inline(always)]
pub(super) fn scan_tile<O: NativeOp, const INCLUSIVE: bool>(
    prefix: O::Word,
    src: &[O::Word],
    dst: &mut [O::Word],
) {
    let mut levels = Levels::up::<O>(src);
    let len = levels.len;
    spread::<O>(&[prefix], &mut levels.five[..len[4]]);
    spread::<O>(&levels.five[..len[4]], &mut levels.four[..len[3]]);
    spread::<O>(&levels.four[..len[3]], &mut levels.three[..len[2]]);
    spread::<O>(&levels.three[..len[2]], &mut levels.two[..len[1]]);
    spread::<O>(&levels.two[..len[1]], &mut levels.one[..len[0]]);
    leaves::<O, INCLUSIVE>(&levels.one[..len[0]], src, dst);
}

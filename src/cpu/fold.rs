//! The canonical order over one tile, for operators that the CPU has natively.
//!
//! Up: each level folds groups of four neighbours into one aggregate. Down: each level spreads a parent's prefix over its
//! four children. A full tile is 16^3 elements and takes two levels at a time in vector registers, see `block`; the last,
//! shorter tile goes level by level. `order` defines the result, and nothing here may change it.

use fearless_simd::{Simd, SimdBase};

use super::block::{self, LANE_BLOCK};
use crate::order::{RADIX, TILE_LEN};

/// An associative operator on words.
pub(super) trait NativeOp: Copy + Send + Sync + 'static {
    /// The type combined.
    type Word: bytemuck::Pod + Send + Sync;
    /// True when any order gives the same bits.
    const EXACT: bool;
    /// The operator.
    fn combine(a: Self::Word, b: Self::Word) -> Self::Word;
    /// The operator on the bits in each lane.
    fn lanes<S: Simd>(a: S::u32s, b: S::u32s) -> S::u32s;
}

/// Aggregates of sixteen neighbours in a tile.
pub(super) const SIXTEENS: usize = TILE_LEN / LANE_BLOCK;
/// Aggregates of those.
const TOP: usize = SIXTEENS / LANE_BLOCK;

/// Elements that are folded while they are in the nearest cache, between evaluations: whole blocks of the widest vectors.
pub(super) const PIECE_LEN: usize = 2 * 16 * LANE_BLOCK;

const _: () = assert!(TILE_LEN.is_multiple_of(PIECE_LEN), "a tile is whole pieces");

const _: () = assert!(TOP == RADIX * RADIX, "a tile is three times two levels");

/// The aggregate of one to `TILE_LEN` elements.
#[inline(always)]
pub(super) fn reduce_tile<S: Simd, O: NativeOp>(simd: S, src: &[u32]) -> u32 {
    simd.vectorize(
        #[inline(always)]
        || {
            if O::EXACT && src.len() >= STRIPES * S::u32s::LEN {
                return reduce_striped::<S, O>(simd, src);
            }
            if src.len() == TILE_LEN {
                let mut sixteens = [0; SIXTEENS];
                block::aggregate::<S, O>(simd, src, &mut sixteens);
                return top::<S, O>(simd, &sixteens).1;
            }
            let levels = Levels::up::<O>(bytemuck::cast_slice(src));
            bytemuck::cast(fold_few::<O>(&levels.five[..levels.len[4]]))
        },
    )
}

/// The aggregates of sixteen neighbours each. `src` is whole multiples of [`PIECE_LEN`].
#[inline(always)]
pub(super) fn sixteens<S: Simd, O: NativeOp>(simd: S, src: &[u32], dst: &mut [u32]) {
    simd.vectorize(
        #[inline(always)]
        || block::aggregate::<S, O>(simd, src, dst),
    );
}

/// The aggregate of a full tile from those of its sixteens.
#[inline(always)]
pub(super) fn reduce_sixteens<S: Simd, O: NativeOp>(simd: S, sixteens: &[u32; SIXTEENS]) -> u32 {
    simd.vectorize(
        #[inline(always)]
        || top::<S, O>(simd, sixteens).1,
    )
}

/// Scans one to `TILE_LEN` elements, given the canonical prefix of the tile.
#[inline(always)]
pub(super) fn scan_tile<S: Simd, O: NativeOp, const INCLUSIVE: bool>(
    simd: S,
    prefix: u32,
    src: &[u32],
    dst: &mut [u32],
) {
    simd.vectorize(
        #[inline(always)]
        || {
            if src.len() < TILE_LEN {
                let (src, dst) = (bytemuck::cast_slice(src), bytemuck::cast_slice_mut(dst));
                return scan_levels::<O, INCLUSIVE>(bytemuck::cast(prefix), src, dst);
            }
            let mut sixteens = [0; SIXTEENS];
            block::aggregate::<S, O>(simd, src, &mut sixteens);
            let (mut top, _) = top::<S, O>(simd, &sixteens);
            let mut fours = [0; RADIX];
            aggregate::<O>(bytemuck::cast_slice(&top), bytemuck::cast_slice_mut(&mut fours));
            let (prefix, fours) = (&[bytemuck::cast(prefix)], bytemuck::cast_slice_mut(&mut fours));
            spread::<O>(prefix, fours);
            spread::<O>(fours, bytemuck::cast_slice_mut(&mut top));
            let mut prefixes = [0; SIXTEENS];
            block::scan::<S, O, false>(simd, &top, &sixteens, &mut prefixes);
            block::scan::<S, O, INCLUSIVE>(simd, &prefixes, src, dst);
        },
    );
}

/// The sixteen aggregates below the two upper levels of a full tile, and the tile's own.
#[inline(always)]
fn top<S: Simd, O: NativeOp>(simd: S, sixteens: &[u32; SIXTEENS]) -> ([u32; TOP], u32) {
    let mut top = [0; TOP];
    block::aggregate::<S, O>(simd, sixteens, &mut top);
    let words: &[O::Word] = bytemuck::cast_slice(&top);
    let (fours, _) = words.as_chunks::<RADIX>();
    let four = |k: usize| fold_few::<O>(&fours[k]);
    let all = [four(0), four(1), four(2), four(3)];
    (top, bytemuck::cast(fold_few::<O>(&all)))
}

/// Accumulators of the order-free reduction, in vectors: enough chains to hide the latency of the operator.
const STRIPES: usize = 4;

/// Exact operators: vector i goes to accumulator `i % STRIPES`.
#[inline(always)]
fn reduce_striped<S: Simd, O: NativeOp>(simd: S, src: &[u32]) -> u32 {
    let n = S::u32s::LEN;
    let load = |words: &[u32]| S::u32s::from_slice(simd, words);
    let (first, rest) = src.split_at(STRIPES * n);
    let mut a = load(&first[..n]);
    let mut b = load(&first[n..2 * n]);
    let mut c = load(&first[2 * n..3 * n]);
    let mut d = load(&first[3 * n..]);
    let rows = rest.chunks_exact(STRIPES * n);
    let few: &[O::Word] = bytemuck::cast_slice(rows.remainder());
    for row in rows {
        a = O::lanes::<S>(a, load(&row[..n]));
        b = O::lanes::<S>(b, load(&row[n..2 * n]));
        c = O::lanes::<S>(c, load(&row[2 * n..3 * n]));
        d = O::lanes::<S>(d, load(&row[3 * n..]));
    }
    let all = O::lanes::<S>(O::lanes::<S>(a, b), O::lanes::<S>(c, d));
    let lanes: &[O::Word] = bytemuck::cast_slice(all.as_slice());
    bytemuck::cast(few.iter().fold(fold_few::<O>(lanes), |acc, &x| O::combine(acc, x)))
}

/// Left fold of at least one word.
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

/// Scans a tile that is not full, level by level.
#[inline(always)]
fn scan_levels<O: NativeOp, const INCLUSIVE: bool>(prefix: O::Word, src: &[O::Word], dst: &mut [O::Word]) {
    let mut levels = Levels::up::<O>(src);
    let len = levels.len;
    spread::<O>(&[prefix], &mut levels.five[..len[4]]);
    spread::<O>(&levels.five[..len[4]], &mut levels.four[..len[3]]);
    spread::<O>(&levels.four[..len[3]], &mut levels.three[..len[2]]);
    spread::<O>(&levels.three[..len[2]], &mut levels.two[..len[1]]);
    spread::<O>(&levels.two[..len[1]], &mut levels.one[..len[0]]);
    leaves::<O, INCLUSIVE>(&levels.one[..len[0]], src, dst);
}

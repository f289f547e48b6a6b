//! Two levels of the canonical tree at once, in vector registers.
//!
//! A block is sixteen vectors of elements, or sixteen elements a lane: four nodes of the next level are one vector of it,
//! and sixteen of its children one lane. Four neighbours come into one lane each by de-interleaving four vectors, and go
//! back by interleaving; nothing between is stored. Words are bits here; the operator knows their type.

use fearless_simd::{Simd, SimdBase};

use super::fold::NativeOp;
use super::lane::{join, split};

/// Elements of a block per vector lane.
pub(super) const LANE_BLOCK: usize = 16;

/// Lane i of vector k is the k-th of the i-th four neighbours.
type Quads<V> = [V; 4];

#[inline(always)]
fn load<S: Simd>(simd: S, words: &[u32]) -> Quads<S::u32s> {
    let n = S::u32s::LEN;
    split([
        S::u32s::from_slice(simd, &words[..n]),
        S::u32s::from_slice(simd, &words[n..2 * n]),
        S::u32s::from_slice(simd, &words[2 * n..3 * n]),
        S::u32s::from_slice(simd, &words[3 * n..4 * n]),
    ])
}

#[inline(always)]
fn store<S: Simd>(quads: Quads<S::u32s>, words: &mut [u32]) {
    let n = S::u32s::LEN;
    let [a, b, c, d] = join(quads);
    a.store_slice(&mut words[..n]);
    b.store_slice(&mut words[n..2 * n]);
    c.store_slice(&mut words[2 * n..3 * n]);
    d.store_slice(&mut words[3 * n..4 * n]);
}

/// Left folds of one, two, three and four of each four neighbours.
#[inline(always)]
fn folds<S: Simd, O: NativeOp>([a, b, c, d]: Quads<S::u32s>) -> Quads<S::u32s> {
    let two = O::lanes::<S>(a, b);
    let three = O::lanes::<S>(two, c);
    [a, two, three, O::lanes::<S>(three, d)]
}

/// The four quads of a block, and the aggregates of their neighbours as one quad.
#[inline(always)]
fn up<S: Simd, O: NativeOp>(simd: S, block: &[u32]) -> ([Quads<S::u32s>; 4], Quads<S::u32s>) {
    let n = 4 * S::u32s::LEN;
    let quads = [
        load(simd, &block[..n]),
        load(simd, &block[n..2 * n]),
        load(simd, &block[2 * n..3 * n]),
        load(simd, &block[3 * n..4 * n]),
    ];
    let [a, b, c, d] = quads;
    let sums = split([folds::<S, O>(a)[3], folds::<S, O>(b)[3], folds::<S, O>(c)[3], folds::<S, O>(d)[3]]);
    (quads, sums)
}

/// Prefixes of the quads, or with `INCLUSIVE` the scanned values, from the prefix of each four neighbours.
#[inline(always)]
fn down<S: Simd, O: NativeOp, const INCLUSIVE: bool>(
    prefix: S::u32s,
    quads: Quads<S::u32s>,
) -> Quads<S::u32s> {
    let [one, two, three, four] = folds::<S, O>(quads);
    let with = |fold| O::lanes::<S>(prefix, fold);
    if INCLUSIVE {
        [with(one), with(two), with(three), with(four)]
    } else {
        [prefix, with(one), with(two), with(three)]
    }
}

/// `dst[j]` is the aggregate of `src[16j..16j + 16]`. `src` is whole blocks.
#[inline(always)]
pub(super) fn aggregate<S: Simd, O: NativeOp>(simd: S, src: &[u32], dst: &mut [u32]) {
    let n = S::u32s::LEN;
    for (block, out) in src.chunks_exact(LANE_BLOCK * n).zip(dst.chunks_exact_mut(n)) {
        let (_, sums) = up::<S, O>(simd, block);
        folds::<S, O>(sums)[3].store_slice(out);
    }
}

/// Scans `src` into `dst`, given the prefix of each sixteen. `src` is whole blocks.
#[inline(always)]
pub(super) fn scan<S: Simd, O: NativeOp, const INCLUSIVE: bool>(
    simd: S,
    prefixes: &[u32],
    src: &[u32],
    dst: &mut [u32],
) {
    let n = S::u32s::LEN;
    let blocks = src.chunks_exact(LANE_BLOCK * n).zip(dst.chunks_exact_mut(LANE_BLOCK * n));
    for ((block, out), prefix) in blocks.zip(prefixes.chunks_exact(n)) {
        let ([a, b, c, d], sums) = up::<S, O>(simd, block);
        let prefix = S::u32s::from_slice(simd, prefix);
        let [pa, pb, pc, pd] = join(down::<S, O, false>(prefix, sums));
        let n = 4 * n;
        store::<S>(down::<S, O, INCLUSIVE>(pa, a), &mut out[..n]);
        store::<S>(down::<S, O, INCLUSIVE>(pb, b), &mut out[n..2 * n]);
        store::<S>(down::<S, O, INCLUSIVE>(pc, c), &mut out[2 * n..3 * n]);
        store::<S>(down::<S, O, INCLUSIVE>(pd, d), &mut out[3 * n..4 * n]);
    }
}

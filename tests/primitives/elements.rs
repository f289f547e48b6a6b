//! Elements as words: samples, component-wise operators, and comparison to the bit.

use std::fmt::Display;

use tilewright::Element;

/// The n-th output of SplitMix64: reproducible without a dependency, good in all bits.
pub(crate) fn random(n: u64) -> u64 {
    let z = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// `len` elements whose words come from `word`, given random bits and the number of words.
pub(crate) fn samples<T: Element>(len: usize, word: impl Fn(u64, usize) -> u32) -> Vec<T> {
    let words = len * T::TYPE.words();
    let mut elements = vec![T::zeroed(); len];
    for (i, out) in words_mut(&mut elements).iter_mut().enumerate() {
        *out = word(random(i as u64), words);
    }
    elements
}

/// Any bits.
pub(crate) fn any(bits: u64, _: usize) -> u32 {
    bits as u32
}

/// Odd, so that products do not run into 0.
pub(crate) fn odd(bits: u64, _: usize) -> u32 {
    bits as u32 | 1
}

/// All ones, but for a few bits of a few words.
pub(crate) fn mostly_ones(bits: u64, words: usize) -> u32 {
    !mostly_zeros(bits, words)
}

/// All zeros, but for a few bits of a few words.
pub(crate) fn mostly_zeros(bits: u64, words: usize) -> u32 {
    let chosen = (bits >> 8) % (words as u64) < 12;
    u32::from(chosen) << (bits & 31)
}

/// Floats of both signs over 40 powers of two: nearly every addition rounds.
pub(crate) fn mixed(bits: u64, _: usize) -> u32 {
    let exponent = 107 + (bits >> 32) as u32 % 40;
    (bits as u32 & 0x807f_ffff) | exponent << 23
}

/// Floats of both signs so close to 1 that a product of millions stays finite; nearly every one rounds.
pub(crate) fn near_one(bits: u64, _: usize) -> u32 {
    let offset = ((bits >> 32) as f32 / u32::MAX as f32 - 0.5) / 256.0;
    (1.0 + offset).to_bits() | (bits as u32 & 0x8000_0000)
}

/// Floats with many equal values, zeros of both signs among them.
pub(crate) fn with_ties(bits: u64, _: usize) -> u32 {
    let value = (bits % 64) as f32 * 0.25;
    value.to_bits() | ((bits >> 32) as u32 & 0x8000_0000)
}

/// The words of elements.
pub(crate) fn words<T: Element>(elements: &[T]) -> &[u32] {
    bytemuck::cast_slice(elements)
}

fn words_mut<T: Element>(elements: &mut [T]) -> &mut [u32] {
    bytemuck::cast_slice_mut(elements)
}

/// The element with these words in every component.
pub(crate) fn splat<T: Element>(word: u32) -> T {
    let mut element = T::zeroed();
    words_mut(std::slice::from_mut(&mut element)).fill(word);
    element
}

/// Combines words by their positions.
pub(crate) fn componentwise<T: Element>(a: T, b: T, operator: impl Fn(u32, u32) -> u32) -> T {
    let mut combined = a;
    let pairs =
        words_mut(std::slice::from_mut(&mut combined)).iter_mut().zip(words(std::slice::from_ref(&b)));
    for (a, &b) in pairs {
        *a = operator(*a, b);
    }
    combined
}

/// Fails at the first element whose bits differ.
#[track_caller]
pub(crate) fn assert_same_bits<T: Element>(found: &[T], expected: &[T], what: impl Display) {
    assert_eq!(found.len(), expected.len(), "length of {what}");
    if words(found) == words(expected) {
        return;
    }
    let differs = |&i: &usize| words(&found[i..=i]) != words(&expected[i..=i]);
    let first = (0..found.len()).find(differs).expect("some word differs");
    let count = (0..found.len()).filter(differs).count();
    panic!(
        "{what}: {count} of {} elements differ, the first at {first}: found {:?} {:x?}, expected {:?} {:x?}",
        found.len(),
        found[first],
        words(&found[first..=first]),
        expected[first],
        words(&expected[first..=first]),
    );
}

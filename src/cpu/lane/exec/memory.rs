//! Elements to planes and back.

use std::{ptr, slice};

use fearless_simd::{Level, Simd, SimdBase};

use super::level::{by_level, vectorize};
use super::shuffle::{join, split};

/// Takes elements of `W` words apart into planes as long as there are elements.
#[inline(always)]
fn take_apart<S: Simd, const W: usize>(simd: S, words: &[u32], mut planes: [&mut [u32]; W]) {
    let (elements, _) = words.as_chunks::<W>();
    let n = S::u32s::LEN;
    let len = planes.iter().fold(elements.len(), |len, plane| len.min(plane.len()));
    // Threes have no shuffles of their own.
    let whole = if W == 3 { 0 } else { len / n * n };
    for start in (0..whole).step_by(n) {
        let words = &elements[start..][..n].as_flattened();
        let vector = |k: usize| S::u32s::from_slice(simd, &words[k * n..][..n]);
        let mut store = |k: usize, vector: S::u32s| vector.store_slice(&mut planes[k][start..][..n]);
        if W == 4 {
            let components = split([vector(0), vector(1), vector(2), vector(3)]);
            components.into_iter().enumerate().for_each(|(k, vector)| store(k, vector));
        } else if W == 2 {
            let (a, b) = (vector(0), vector(1));
            store(0, a.unzip_low(b));
            store(1, a.unzip_high(b));
        } else {
            store(0, vector(0));
        }
    }
    let rest = &elements[whole..len];
    for (component, plane) in planes.iter_mut().enumerate() {
        for (to, element) in plane[whole..len].iter_mut().zip(rest) {
            *to = element[component];
        }
    }
}

/// Puts elements of `W` words together from planes, as many as there are elements.
#[inline(always)]
fn put_together<S: Simd, const W: usize>(simd: S, words: &mut [u32], planes: [&[u32]; W]) {
    let (elements, _) = words.as_chunks_mut::<W>();
    let n = S::u32s::LEN;
    let len = planes.iter().fold(elements.len(), |len, plane| len.min(plane.len()));
    let whole = if W == 3 { 0 } else { len / n * n };
    for start in (0..whole).step_by(n) {
        let words = elements[start..][..n].as_flattened_mut();
        let vector = |k: usize| S::u32s::from_slice(simd, &planes[k][start..][..n]);
        let mut store = |k: usize, vector: S::u32s| vector.store_slice(&mut words[k * n..][..n]);
        if W == 4 {
            let rows = join([vector(0), vector(1), vector(2), vector(3)]);
            rows.into_iter().enumerate().for_each(|(k, vector)| store(k, vector));
        } else if W == 2 {
            let (a, b) = (vector(0), vector(1));
            store(0, a.zip_low(b));
            store(1, a.zip_high(b));
        } else {
            store(0, vector(0));
        }
    }
    let planes = planes.map(|plane| &plane[whole..len]);
    for (at, element) in elements[whole..len].iter_mut().enumerate() {
        *element = planes.map(|plane| plane[at]);
    }
}

/// Takes elements of as many words as there are planes apart.
///
/// # Safety
/// Each plane is valid for writes of `len` words that nothing else refers to.
pub(super) unsafe fn load_elements(level: Level, words: &[u32], planes: &[*mut u32], len: usize) {
    // SAFETY: passed on from the caller.
    let slice = |plane: *mut u32| unsafe { slice::from_raw_parts_mut(plane, len) };
    by_level!(level, simd, _Fused => simd.vectorize(
        #[inline(always)]
        || match *planes {
            [a] => take_apart(simd, words, [slice(a)]),
            [a, b] => take_apart(simd, words, [slice(a), slice(b)]),
            [a, b, c] => take_apart(simd, words, [slice(a), slice(b), slice(c)]),
            [a, b, c, d] => take_apart(simd, words, [slice(a), slice(b), slice(c), slice(d)]),
            _ => {}
        }
    ));
}

/// Puts elements of as many words as there are planes together.
///
/// # Safety
/// Each plane is valid for reads as long as `words` has elements, and apart from `words`.
pub(super) unsafe fn store_elements(level: Level, words: &mut [u32], planes: &[*const u32]) {
    let len = words.len() / planes.len().max(1);
    // SAFETY: passed on from the caller.
    let slice = |plane: *const u32| unsafe { slice::from_raw_parts(plane, len) };
    by_level!(level, simd, _Fused => simd.vectorize(
        #[inline(always)]
        || match *planes {
            [a] => put_together(simd, words, [slice(a)]),
            [a, b] => put_together(simd, words, [slice(a), slice(b)]),
            [a, b, c] => put_together(simd, words, [slice(a), slice(b), slice(c)]),
            [a, b, c, d] => put_together(simd, words, [slice(a), slice(b), slice(c), slice(d)]),
            _ => {}
        }
    ));
}

/// Puts elements of `width` words together from planes that begin `stride` words apart.
pub(crate) fn interleave(level: Level, words: &mut [u32], planes: &[u32], stride: usize, width: usize) {
    let len = words.len() / width;
    let mut addresses = [ptr::null(); 4];
    for (component, address) in addresses.iter_mut().enumerate().take(width) {
        *address = planes[component * stride..][..len].as_ptr();
    }
    // SAFETY: each plane was checked to have as many words as there are elements.
    unsafe { store_elements(level, words, &addresses[..width]) }
}

/// Takes elements of `width` words apart into planes that begin `stride` words apart.
pub(crate) fn deinterleave(level: Level, words: &[u32], planes: &mut [u32], stride: usize, width: usize) {
    let len = words.len() / width;
    if len == 0 {
        return;
    }
    assert!(len <= stride && (width - 1) * stride + len <= planes.len(), "planes as long as the elements");
    let start = planes.as_mut_ptr();
    let addresses: [*mut u32; 4] = std::array::from_fn(|component| start.wrapping_add(component * stride));
    // SAFETY: the planes lie apart in a slice that was checked to hold them.
    unsafe { load_elements(level, words, &addresses[..width], len) }
}

/// Fills a plane with `start`, `start + 1`, ..., wrapping.
pub(super) fn count_from(level: Level, start: u32, plane: &mut [u32]) {
    vectorize(
        level,
        #[inline(always)]
        || {
            for (at, to) in plane.iter_mut().enumerate() {
                *to = start.wrapping_add(at as u32);
            }
        },
    );
}

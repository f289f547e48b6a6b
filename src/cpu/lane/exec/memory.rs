//! Elements to planes and back.

use std::slice;

use fearless_simd::Level;

use super::level::vectorize;

/// Takes elements of `W` words apart into planes of `len` words.
///
/// # Safety
/// Each plane is valid for writes of `len` words that nothing else refers to; `words` holds `len` elements.
unsafe fn take_apart<const W: usize>(level: Level, words: &[u32], planes: [*mut u32; W], len: usize) {
    let (elements, _) = words.as_chunks::<W>();
    let elements = &elements[..len];
    // SAFETY: passed on from the caller.
    let mut planes = planes.map(|plane| unsafe { slice::from_raw_parts_mut(plane, len) });
    vectorize(
        level,
        #[inline(always)]
        || {
            for (at, element) in elements.iter().enumerate() {
                for component in 0..W {
                    planes[component][at] = element[component];
                }
            }
        },
    );
}

/// Puts elements of `W` words together from planes.
///
/// # Safety
/// Each plane is valid for reads as long as `words` has elements, and apart from `words`.
unsafe fn put_together<const W: usize>(level: Level, words: &mut [u32], planes: [*const u32; W]) {
    let (elements, _) = words.as_chunks_mut::<W>();
    // SAFETY: passed on from the caller.
    let planes = planes.map(|plane| unsafe { slice::from_raw_parts(plane, elements.len()) });
    vectorize(
        level,
        #[inline(always)]
        || {
            for (at, element) in elements.iter_mut().enumerate() {
                for component in 0..W {
                    element[component] = planes[component][at];
                }
            }
        },
    );
}

/// Takes elements of as many words as there are planes apart.
///
/// # Safety
/// Each plane is valid for writes of `len` words that nothing else refers to.
pub(super) unsafe fn load_elements(level: Level, words: &[u32], planes: &[*mut u32], len: usize) {
    // SAFETY: passed on from the caller.
    unsafe {
        match *planes {
            [a] => take_apart(level, words, [a], len),
            [a, b] => take_apart(level, words, [a, b], len),
            [a, b, c] => take_apart(level, words, [a, b, c], len),
            [a, b, c, d] => take_apart(level, words, [a, b, c, d], len),
            _ => {}
        }
    }
}

/// Puts elements of as many words as there are planes together.
///
/// # Safety
/// Each plane is valid for reads as long as `words` has elements, and apart from `words`.
pub(super) unsafe fn store_elements(level: Level, words: &mut [u32], planes: &[*const u32]) {
    // SAFETY: passed on from the caller.
    unsafe {
        match *planes {
            [a] => put_together(level, words, [a]),
            [a, b] => put_together(level, words, [a, b]),
            [a, b, c] => put_together(level, words, [a, b, c]),
            [a, b, c, d] => put_together(level, words, [a, b, c, d]),
            _ => {}
        }
    }
}

/// Copies every `step`-th word.
pub(super) fn load_strided(level: Level, words: &[u32], step: usize, plane: &mut [u32]) {
    if step == 4 {
        let (fours, rest) = words.as_chunks::<4>();
        let whole = fours.len().min(plane.len());
        vectorize(
            level,
            #[inline(always)]
            || {
                for (to, four) in plane[..whole].iter_mut().zip(&fours[..whole]) {
                    *to = four[0];
                }
            },
        );
        if let (Some(to), Some(last)) = (plane.get_mut(whole), rest.first()) {
            *to = *last;
        }
    } else {
        for (to, from) in plane.iter_mut().zip(words.iter().step_by(step.max(1))) {
            *to = *from;
        }
    }
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

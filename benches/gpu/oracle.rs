//! What is right: sums and prefixes of generated data, computed without memory for them.
//!
//! A block of elements is summed one by one, and the blocks' sums are added up: for words that is exact, for floats the error
//! in f64 is nothing beside what an f32 can show.

use rayon::prelude::*;

use crate::data::Number;

/// Elements of a block.
const BLOCK: u64 = 1 << 16;

/// Scans up to this length are compared at every element.
const EVERY: u64 = 1 << 24;

/// Places at which longer results are compared.
const PLACES: u64 = 4096;

/// Places spread over `n` elements, the first and the last among them.
pub(crate) fn places(n: u64) -> Vec<u64> {
    let count = PLACES.min(n);
    (0..count).map(|j| if count == 1 { 0 } else { j * (n - 1) / (count - 1) }).collect()
}

/// The sum of `n` elements.
pub(crate) fn total<T: Number>(n: u64, element: impl Fn(u32) -> T + Sync) -> T::Wide {
    block_sums(n, &element).into_iter().fold(T::ZERO, T::join)
}

fn block_sums<T: Number>(n: u64, element: &(impl Fn(u32) -> T + Sync)) -> Vec<T::Wide> {
    let block =
        |b: u64| (b * BLOCK..n.min((b + 1) * BLOCK)).fold(T::ZERO, |sum, i| T::add(sum, element(i as u32)));
    (0..n.div_ceil(BLOCK)).into_par_iter().map(block).collect()
}

/// An error that names the first element of a scan that is wrong.
pub(crate) fn check_scan<T: Number>(
    given: &[T],
    inclusive: bool,
    element: impl Fn(u32) -> T + Sync,
) -> Result<(), String> {
    let n = given.len() as u64;
    let mut before = T::ZERO;
    let starts: Vec<T::Wide> = block_sums(n, &element)
        .into_iter()
        .map(|sum| {
            let after = T::join(before, sum);
            std::mem::replace(&mut before, after)
        })
        .collect();
    // The places of each block that has some.
    let all = n <= EVERY;
    let spread = if all { Vec::new() } else { places(n) };
    let wrong = |(b, &start): (usize, &T::Wide)| {
        let first = b as u64 * BLOCK;
        let end = n.min(first + BLOCK);
        let mine =
            spread.partition_point(|&place| place < first)..spread.partition_point(|&place| place < end);
        let mut wanted = spread[mine].iter().peekable();
        let mut sum = start;
        for i in first..end {
            if !all && wanted.peek().is_none() {
                return None;
            }
            let next = T::add(sum, element(i as u32));
            let right = if inclusive { next } else { sum };
            sum = next;
            let is_place = all || wanted.next_if_eq(&&i).is_some();
            if is_place && !given[i as usize].agrees(right) {
                return Some(format!("element {i} is {:?}, but {right:?} is right", given[i as usize]));
            }
        }
        None
    };
    match starts.par_iter().enumerate().find_map_first(wrong) {
        Some(message) => Err(message),
        None => Ok(()),
    }
}

/// An error that names the first of the compared places where a map is wrong.
pub(crate) fn check_map(
    given: &[f32],
    right: impl Fn(u32) -> f64,
    tolerance: impl Fn(f64) -> f64,
) -> Result<(), String> {
    for i in places(given.len() as u64) {
        let (x, right) = (given[i as usize], right(i as u32));
        // A NaN is near nothing.
        let near = (f64::from(x) - right).abs() <= tolerance(right);
        if !near {
            return Err(format!("element {i} is {x:?}, but {right:?} is right"));
        }
    }
    Ok(())
}

/// Digests of the bits, one for each block: equal bits have equal digests, and others almost surely not.
pub(crate) fn digests<T: Number>(xs: &[T]) -> Vec<u64> {
    let digest = |block: &[T]| {
        // FNV-1a, word by word.
        block.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, x| {
            (hash ^ u64::from(x.bits())).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(17)
        })
    };
    xs.par_chunks(BLOCK as usize).map(digest).collect()
}

/// An error that says from where on bits differ.
pub(crate) fn same_bits(given: &[u64], right: &[u64]) -> Result<(), String> {
    if given.len() != right.len() {
        return Err(format!("{} blocks, not {}", given.len(), right.len()));
    }
    match given.iter().zip(right).position(|(a, b)| a != b) {
        Some(block) => {
            Err(format!("bits differ from the CPU's in the block from element {} on", block as u64 * BLOCK))
        }
        None => Ok(()),
    }
}

//! Sizes of next chunks, as sentences.

use super::super::learn::Regime;
use super::super::pace::{Bounds, LONGEST_S, Other, Speed, next_chunk};

const GRAIN: usize = 4096;
const BOUNDS: Bounds = Bounds { grain: GRAIN, most: usize::MAX };
const LEFT: f64 = (1000 * GRAIN) as f64;

/// Nanoseconds an element, after so many microseconds; known well.
fn known(slope_ns: f64, fixed_us: f64) -> Speed {
    let line = Regime::line(fixed_us * 1e-6, slope_ns * 1e-9);
    Speed { line, deviation: 0.0, measured: true }
}

fn beside(speed: Speed, busy_s: f64) -> Other {
    Other { speed, busy_s }
}

#[test]
fn two_whose_speeds_are_known_end_together() {
    let (own, other) = (known(1.0, 10.0), known(3.0, 10.0));
    let weight = next_chunk(LEFT, &own, Some(&beside(other, 0.0)), &BOUNDS);
    let (ends, theirs) = (10e-6 + weight * 1e-9, 10e-6 + (LEFT - weight) * 3e-9);
    assert!((ends / theirs - 1.0).abs() < 0.01, "{ends} and {theirs}");
}

#[test]
fn what_the_other_is_still_busy_with_counts() {
    let speed = known(1.0, 0.0);
    let at_once = next_chunk(LEFT, &speed, Some(&beside(speed, 0.0)), &BOUNDS);
    let busy = next_chunk(LEFT, &speed, Some(&beside(speed, 1e-3)), &BOUNDS);
    assert!((busy - at_once - 0.5e6).abs() <= GRAIN as f64, "half of a millisecond more");
}

#[test]
fn who_would_only_begin_when_the_other_is_done_gets_nothing() {
    // The other one ends all of it within 4.1 ms.
    let slow_to_start = known(0.001, 5000.0);
    assert_eq!(next_chunk(LEFT, &slow_to_start, Some(&beside(known(1.0, 0.0), 0.0)), &BOUNDS), 0.0);
}

#[test]
fn a_grain_that_would_end_after_the_other_had_done_everything_is_left_to_it() {
    let hopeless = known(2000.0, 0.0);
    assert_eq!(next_chunk(LEFT, &hopeless, Some(&beside(known(1.0, 0.0), 0.0)), &BOUNDS), 0.0);
}

#[test]
fn no_chunk_takes_longer_than_somebody_waits() {
    for other in [None, Some(beside(known(100.0, 0.0), 0.0))] {
        let own = known(100.0, 0.0);
        let weight = next_chunk(1e3 * LEFT, &own, other.as_ref(), &BOUNDS);
        assert!((weight * 100e-9 - LONGEST_S).abs() < 1e-3, "{weight}");
    }
}

#[test]
fn a_grain_is_never_too_long() {
    let weight = next_chunk(LEFT, &known(1e6, 0.0), None, &BOUNDS);
    assert_eq!(weight, GRAIN as f64);
}

#[test]
fn memory_bounds_a_chunk() {
    let bounds = Bounds { most: 10 * GRAIN, ..BOUNDS };
    assert_eq!(next_chunk(LEFT, &known(1.0, 0.0), None, &Bounds { most: usize::MAX, ..bounds }), LEFT);
    // Bytes and elements are bounded by who knows the elements; a weight is not a number of elements.
    let speed = Speed { measured: false, ..known(1.0, 0.0) };
    assert!(next_chunk(LEFT, &speed, Some(&beside(speed, 0.0)), &bounds) <= 10.0 * GRAIN as f64);
}

#[test]
fn who_is_alone_takes_everything() {
    assert_eq!(next_chunk(LEFT, &known(1.0, 10.0), None, &BOUNDS), LEFT);
}

#[test]
fn unknown_speeds_begin_small() {
    let unknown = Speed { measured: false, deviation: 1.0, ..known(1.0, 10.0) };
    let first = next_chunk(LEFT, &unknown, Some(&beside(known(1.0, 10.0), 0.0)), &BOUNDS);
    assert!(first <= 0.01 * LEFT && first >= GRAIN as f64, "{first}");
    let known_first = next_chunk(LEFT, &known(1.0, 10.0), Some(&beside(unknown, 0.0)), &BOUNDS);
    assert!((0.2..=0.3).contains(&(known_first / LEFT)), "half of the balance: {known_first}");
}

#[test]
fn doubt_takes_a_margin_unless_another_start_costs_more() {
    let unsure = Speed { deviation: 0.3, ..known(1.0, 1.0) };
    let other = beside(known(1.0, 1.0), 0.0);
    let part = next_chunk(LEFT, &unsure, Some(&other), &BOUNDS);
    assert!(part < 0.7 * 0.5 * LEFT, "{part}");
    // 2 ms of work, 30% of which is less than another start.
    let dear = Speed { deviation: 0.3, ..known(1.0, 400.0) };
    let whole = next_chunk(LEFT, &dear, Some(&beside(known(1.0, 400.0), 0.0)), &BOUNDS);
    assert!((whole / LEFT - 0.5).abs() < 0.01, "{whole}");
}

#[test]
fn chunks_are_whole_grains() {
    for slope in [0.7, 1.3, 2.9] {
        let weight = next_chunk(LEFT, &known(slope, 3.0), Some(&beside(known(1.0, 20.0), 0.0)), &BOUNDS);
        assert_eq!(weight % GRAIN as f64, 0.0);
    }
}

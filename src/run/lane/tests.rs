//! Lanes in scripted steps.

use super::*;

#[test]
fn a_chunk_knows_how_much_of_it_the_other_one_was_at_work() {
    let mut lane = Lane::ready();
    lane.begin(1, 10.0, 4.0, 2.0, None);
    let ended = lane.end(1, 14.0, 3.0).expect("it is the one under way");
    assert_eq!((ended.began_s, ended.shared), (10.0, 0.25));
    assert_eq!(lane.busy_s(20.0), 4.0);
    assert_eq!(lane.phase, Phase::Ready);
}

#[test]
fn only_the_chunk_under_way_ends() {
    let mut lane = Lane::ready();
    lane.begin(2, 0.0, 1.0, 0.0, None);
    assert_eq!(lane.end(1, 0.5, 0.0), None);
    assert_eq!(lane.busy_s(0.5), 0.5, "it still is");
    assert!(lane.end(2, 1.0, 0.0).is_some());
    assert_eq!(lane.end(2, 1.0, 0.0), None, "once");
}

#[test]
fn what_is_late_may_take_as_long_again_as_it_is_late() {
    let mut lane = Lane::ready();
    lane.begin(1, 0.0, 4.0, 0.0, None);
    assert_eq!(lane.left_s(1.0), Some(3.0));
    assert_eq!(lane.left_s(4.0), Some(0.0));
    assert_eq!(lane.left_s(6.0), Some(2.0));
    assert_eq!(Lane::opening(1.0, 2.0).left_s(2.0), Some(1.0));
}

#[test]
fn who_may_ask_has_nothing_left_and_who_is_absent_never_will() {
    assert_eq!(Lane::ready().left_s(5.0), Some(0.0));
    assert_eq!(Lane::absent().left_s(5.0), None);
    assert!(Lane::absent().is_gone() && !Lane::ready().is_gone() && !Lane::opening(0.0, 1.0).is_gone());
}

#[test]
fn a_clock_that_stands_still_shares_nothing() {
    let mut lane = Lane::ready();
    lane.begin(1, 3.0, 1.0, 0.0, Some((1.0, 0.1)));
    let ended = lane.end(1, 3.0, 0.0).expect("it is the one under way");
    assert_eq!((ended.shared, ended.expected), (0.0, Some((1.0, 0.1))));
}

#[test]
fn a_chunk_behind_another_is_timed_from_the_end_of_that() {
    let mut lane = Lane::ready();
    lane.begin(1, 0.0, 1.0, 0.0, None);
    lane.begin(2, 0.5, 3.0, 0.0, None);
    lane.wait();
    assert_eq!(lane.left_s(0.5), Some(3.5));
    let first = lane.end(1, 2.0, 0.5).expect("it is under way");
    assert_eq!((first.began_s, first.shared), (0.0, 0.25));
    assert!(lane.end(1, 2.0, 0.5).is_none(), "once");
    // The other executor was at work all the time since.
    let second = lane.end(2, 4.0, 2.5).expect("it is under way");
    assert_eq!((second.began_s, second.shared), (2.0, 1.0));
    assert_eq!((lane.phase, lane.busy_s(9.0)), (Phase::Ready, 4.0));
}

//! The choice of a tuning from times, and its table as exact text.

use crate::choice::{Column, Measured, choose, confirm, table};

fn variant(name: &str, us: &[f64]) -> Measured {
    let us = (!us.is_empty()).then(|| us.to_vec());
    Measured { name: name.into(), us, may_be_chosen: true }
}

#[test]
fn the_fastest_is_taken_if_it_is_fast_enough() {
    let default = || variant("default", &[100.0, 200.0]);
    let of = |others: &[Measured]| choose(&[&[default()], others].concat());
    assert_eq!(of(&[]), 0);
    assert_eq!(of(&[variant("a little", &[99.0, 199.0])]), 0, "2 % at least");
    assert_eq!(of(&[variant("faster", &[95.0, 190.0]), variant("fastest", &[90.0, 180.0])]), 2);
    assert_eq!(of(&[variant("fastest", &[90.0, 180.0]), variant("faster", &[95.0, 190.0])]), 1);
    // The mean counts: a loss in one case is made good by a larger gain in another one.
    assert_eq!(of(&[variant("mixed", &[50.0, 220.0])]), 1);
    assert_eq!(of(&[variant("mixed", &[95.0, 220.0])]), 0);
}

#[test]
fn what_failed_or_is_there_to_be_compared_is_not_taken() {
    let default = variant("default", &[100.0]);
    let compared = Measured { may_be_chosen: false, ..variant("checked", &[50.0]) };
    assert_eq!(choose(&[default.clone(), variant("wrong", &[]), compared]), 0);
    assert_eq!(choose(&[variant("default", &[]), variant("other", &[1.0])]), 0, "nothing to be faster than");
    assert_eq!(choose(&[]), 0);
}

#[test]
fn a_choice_that_is_slower_on_the_whole_is_dropped() {
    let default = variant("default", &[100.0, 100.0]);
    assert_eq!(confirm(&[default.clone(), variant("chosen", &[99.0, 100.0])]), 1);
    assert_eq!(confirm(&[default.clone(), variant("chosen", &[90.0, 120.0])]), 0);
    assert_eq!(confirm(&[default, variant("chosen", &[])]), 0);
}

#[test]
fn a_table_tells_times_ratios_and_rates() {
    let columns = [("reduce sum f32", 4 << 20), ("reduce sum u32", 4 << 20)]
        .map(|(label, bytes)| Column { label: label.into(), bytes });
    let measured = [
        variant("256x1 level 1", &[10.0, 10.0]),
        variant("512x1 level 1", &[8.0, 10.0]),
        variant("64x1 level 3", &[]),
        Measured { may_be_chosen: false, ..variant("checked", &[20.0, 12.5]) },
    ];
    insta::assert_snapshot!(table("reduce", &columns, &measured, choose(&measured)), @"
    reduce
      variant        reduce sum f32  µs, ratio, GB/s  reduce sum u32  µs, ratio, GB/s    all
      256x1 level 1           10.00  1.000    419.4           10.00  1.000    419.4  1.000  default
    * 512x1 level 1            8.00  1.250    524.3           10.00  1.000    419.4  1.118
      64x1 level 3   failed or wrong
      checked                 20.00  0.500    209.7           12.50  0.800    335.5  0.632  to compare
    ");
}

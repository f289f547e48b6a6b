//! The choice of a tuning from times, its table as exact text, and how a run shares its time out.

use tilewright::tuning::Part;

use crate::choice::{Column, GO_ON, Measured, Standing, choose, confirm, go_on, table, veto};
use crate::schedule::{ORDER, for_parts, for_probing, share, spread};

fn variant(name: &str, us: &[f64]) -> Measured {
    let us = (!us.is_empty()).then(|| us.to_vec());
    Measured { name: name.into(), us, standing: Standing::Candidate }
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
    let compared = Measured { standing: Standing::Compared, ..variant("checked", &[50.0]) };
    let probed = Measured { standing: Standing::Probed, ..variant("once", &[50.0]) };
    assert_eq!(choose(&[default.clone(), variant("wrong", &[]), compared, probed]), 0);
    assert_eq!(choose(&[variant("default", &[]), variant("other", &[1.0])]), 0, "nothing to be faster than");
    assert_eq!(choose(&[]), 0);
}

#[test]
fn a_choice_that_is_slower_on_the_whole_is_dropped() {
    let default = variant("default", &[100.0, 100.0]);
    assert_eq!(confirm(&[default.clone(), variant("chosen", &[99.0, 100.0])]), 1);
    assert_eq!(confirm(&[default.clone(), variant("chosen", &[90.0, 120.0])]), 0);
    assert_eq!(confirm(&[default.clone(), variant("chosen", &[])]), 0);
    // Cases that it does not change do not count.
    let of_second = [default, variant("chosen", &[120.0, 90.0])].map(|measured| measured.of_cases([1]));
    assert_eq!(confirm(&of_second), 1);
}

#[test]
fn a_table_tells_times_ratios_and_rates() {
    let columns = [("reduce sum f32", 4 << 20), ("reduce sum u32", 4 << 20)]
        .map(|(label, bytes)| Column { label: label.into(), bytes });
    let measured = [
        variant("256x1 level 1", &[10.0, 10.0]),
        variant("512x1 level 1", &[8.0, 10.0]),
        variant("64x1 level 3", &[]),
        Measured { standing: Standing::Probed, ..variant("128x1 level 1", &[9.0, 10.0]) },
        Measured { standing: Standing::Untried, ..variant("1024x1 level 1", &[]) },
        Measured { standing: Standing::Compared, ..variant("checked", &[20.0, 12.5]) },
    ];
    insta::assert_snapshot!(table("reduce", &columns, &measured, choose(&measured)), @"
    reduce
      variant         reduce sum f32  µs, ratio, GB/s  reduce sum u32  µs, ratio, GB/s    all
      256x1 level 1            10.00  1.000    419.4           10.00  1.000    419.4  1.000  default
    * 512x1 level 1             8.00  1.250    524.3           10.00  1.000    419.4  1.118
      64x1 level 3    failed or wrong
      128x1 level 1             9.00  1.111    466.0           10.00  1.000    419.4  1.054  first round
      1024x1 level 1  not measured
      checked                  20.00  0.500    209.7           12.50  0.800    335.5  0.632  to compare
    ");
}

#[test]
fn the_default_and_the_best_four_go_on() {
    let times = [100.0, 90.0, 104.0, 80.0, 99.0, 70.0, 60.0];
    let mut measured: Vec<Measured> = times.iter().map(|us| variant("some", &[*us])).collect();
    assert_eq!(go_on(&measured), [0, 6, 5, 3, 1], "the fastest first after the default");
    measured[6].standing = Standing::Compared;
    measured[5].us = None;
    assert_eq!(go_on(&measured), [0, 3, 1, 4, 2]);
    assert_eq!(go_on(&measured).len(), 1 + GO_ON);
    // 5 % are within what two first rounds may differ by.
    assert_eq!(
        go_on(&[variant("default", &[100.0]), variant("slow", &[110.0])]),
        [0; 0],
        "nothing to find out"
    );
    assert_eq!(go_on(&[variant("default", &[]), variant("fast", &[1.0])]), [0; 0], "nothing to compare with");
    assert_eq!(go_on(&[]), [0; 0]);
}

#[test]
fn a_part_that_is_slow_for_few_elements_is_given_up() {
    use Part::{Map, Memory, Reduce, Scan};
    let slow = |part| (part, 0.95);
    let fast = |part| (part, 0.96);
    assert_eq!(veto(&[Map, Scan], &[fast(Map), slow(Scan), fast(Scan)]), [Scan], "5 % at one size");
    assert_eq!(
        veto(&[Map, Scan], &[fast(Map), fast(Scan), slow(Reduce)]),
        [],
        "a part that is the library's"
    );
    assert_eq!(veto(&[Reduce, Memory], &[slow(Map), fast(Reduce)]), [Memory], "it is of all cases");
    assert_eq!(veto(&[Reduce, Memory], &[slow(Reduce)]), [Reduce, Memory]);
    assert_eq!(veto(&[Map, Memory], &[]), [], "nothing was measured");
}

#[test]
fn time_is_shared_out_and_some_is_kept() {
    let seconds = for_parts(100.0);
    assert!((seconds - 80.0).abs() < 1e-9, "a fifth is for the comparison in the end");
    let mut left = seconds;
    let mut shares = Vec::new();
    for place in 0..ORDER.len() {
        let mine = share(left, &ORDER[place..]);
        assert!(for_probing(mine) < mine);
        shares.push(mine);
        left -= mine;
    }
    assert!(left.abs() < 1e-9, "the last part has what there is: {left}");
    assert_eq!(ORDER[0], Part::Scan);
    assert!(shares.iter().all(|share| *share > 0.0 && *share <= shares[0]), "{shares:?}");
    // What a part leaves is for the next ones.
    assert!(share(60.0, &ORDER[1..]) > shares[1]);
    assert_eq!(share(7.0, &[Part::Memory]), 7.0);
    assert_eq!(share(f64::INFINITY, &ORDER), f64::INFINITY, "no deadline");
}

#[test]
fn every_variant_has_a_place_and_neighbours_are_apart() {
    for len in [0, 1, 5, 24] {
        let mut order: Vec<usize> = spread(len).collect();
        assert!(order.windows(2).all(|pair| pair[0].abs_diff(pair[1]) > 1 || len <= 5));
        order.sort_unstable();
        assert_eq!(order, (0..len).collect::<Vec<_>>());
    }
    assert!(spread(24).take(6).any(|index| index >= 20), "the last kinds come early, too");
}

//! Statistics, rows, data and oracle.

use tilewright::prelude::*;

use crate::data::{self, Number, Quote};
use crate::oracle::{check_map, check_scan, digests, places, same_bits, total};
use crate::row::Row;
use crate::stats::summary;

#[test]
fn quartiles_are_between_neighbours() {
    let four = summary(&[4.0, 1.0, 3.0, 2.0]).expect("samples");
    assert_eq!((four.q1, four.median, four.q3, four.runs), (1.75, 2.5, 3.25, 4));
    let one = summary(&[7.0]).expect("a sample");
    assert_eq!((one.q1, one.median, one.q3, one.runs), (7.0, 7.0, 7.0, 1));
    assert_eq!(summary(&[]), None);
}

#[test]
fn a_row_is_read_as_it_was_written() {
    let line =
        "cub deterministic,scan inclusive_sum,u64,268435456,device,780.125,770.000,790.500,300,4294967296,ok";
    let row: Row = line.parse().expect("a row");
    assert_eq!(row.to_string(), line);
    assert_eq!(row.gb_per_s().map(|rate| rate.round()), Some(5505.0));
}

#[test]
fn what_is_no_row_is_refused() {
    let refused =
        |line: &str| line.parse::<Row>().expect_err("no row").split(':').next().unwrap_or("").to_owned();
    assert_eq!(refused("a,b"), "2 fields, not 11");
    assert_eq!(refused("a,b,f32,1,wall,1,1,1,1,1,ok"), "`wall` is no clock");
    assert_eq!(refused("a,b,f32,1,host,NaN,1,1,1,1,ok"), "`NaN` is no time");
    assert_eq!(refused("a,b,f32,1,host,-1,1,1,1,1,ok"), "`-1` is no time");
    assert_eq!(refused("a,b,f32,1,host,1,1,1,1,1,fine"), "`fine` is neither `ok` nor `WRONG`");
    assert_eq!(refused("a,b,f32,1.5,host,1,1,1,1,1,ok"), "`1.5` is no whole number");
}

/// The words are those of every program of the comparison: computed by hand of the description, in Python.
#[test]
fn data_are_those_of_the_description() {
    let words = [0, 1, 2, 1 << 20].map(|i| data::word(i, 1));
    assert_eq!(words, WORDS);
    assert_eq!(data::unit(1, 1), (WORDS[1] >> 8) as f32 / 16_777_216.0);
}

const WORDS: [u32; 4] = [0x6889_90c0, 0x9f50_5634, 0x43c5_316a, 0x8f26_56df];

#[test]
fn devices_make_the_same_data() {
    let cx = Context::builder().placement(Placement::Cpu).build().expect("a context");
    let n = 10_000;
    let words: Func<fn(u32) -> u32> = Func::named("word", data::WGSL).expect("valid").arg("seed", 5u32);
    let right: Vec<u32> = (0..n).map(|i| data::word(i, 5)).collect();
    assert_eq!(cx.counting(n as usize).map(&words).collect().expect("runs"), right);
    let units: Func<fn(u32) -> f32> = Func::named("unit", data::WGSL).expect("valid").arg("seed", 5u32);
    let right: Vec<f32> = (0..n).map(|i| data::unit(i, 5)).collect();
    assert_eq!(cx.counting(n as usize).map(&units).collect().expect("runs"), right);
}

#[test]
fn sets_fill_caches_and_fit() {
    assert_eq!(data::sets(256 << 10, u64::MAX), Some(64));
    assert_eq!(data::sets(32 << 20, u64::MAX), Some(8));
    assert_eq!(data::sets(16 << 30, u64::MAX), Some(2));
    assert_eq!(data::sets(16 << 30, 20 << 30), Some(1));
    assert_eq!(data::sets(16 << 30, 15 << 30), None);
}

#[test]
fn an_option_at_the_money_has_its_known_price() {
    // 50 N(0.2166...) - 50 exp(-0.02) N(-0.0833...) with the error function instead of the polynomial.
    let quote = Quote { spot: 50.0, strike: 50.0, years: 1.0 };
    let price = data::black_scholes(quote);
    assert!((price - 6.410_790_7).abs() < 1e-5, "{price}");
}

#[test]
fn sums_and_prefixes_are_found_right_and_wrong() {
    let n = 200_001;
    let words: Vec<u32> = (0..n).map(|i| data::word(i, 3)).collect();
    let sum = words.iter().fold(0u32, |sum, &x| sum.wrapping_add(x));
    assert_eq!(total(u64::from(n), |i| data::word(i, 3)), sum);

    let mut last = 0u32;
    let inclusive: Vec<u32> = words
        .iter()
        .map(|&x| {
            last = last.wrapping_add(x);
            last
        })
        .collect();
    let mut exclusive = vec![0];
    exclusive.extend_from_slice(&inclusive[..inclusive.len() - 1]);
    let element = |i| data::word(i, 3);
    assert_eq!(check_scan(&inclusive, true, element), Ok(()));
    assert_eq!(check_scan(&exclusive, false, element), Ok(()));
    assert!(check_scan(&inclusive, false, element).is_err());

    let mut wrong = inclusive.clone();
    wrong[150_000] ^= 1;
    let message = check_scan(&wrong, true, element).expect_err("one bit is wrong");
    assert!(message.starts_with("element 150000 is "), "{message}");
    let message = same_bits(&digests(&wrong), &digests(&inclusive)).expect_err("one bit is wrong");
    assert_eq!(message, "bits differ from the CPU's in the block from element 131072 on");
    assert_eq!(same_bits(&digests(&inclusive), &digests(&inclusive.clone())), Ok(()));
}

#[test]
fn long_scans_are_checked_at_their_places() {
    let n = (1u64 << 24) + 5;
    let at = places(n);
    assert_eq!((at.len(), at[0], at[4095]), (4096, 0, n - 1));
    let mut sums = vec![1u32; n as usize];
    sums.iter_mut().enumerate().for_each(|(i, sum)| *sum = i as u32 + 1);
    assert_eq!(check_scan(&sums, true, |_| 1u32), Ok(()));
    sums[at[2000] as usize] = 0;
    let message = check_scan(&sums, true, |_| 1u32).expect_err("a place is wrong");
    assert_eq!(message, format!("element {} is 0, but {} is right", at[2000], at[2000] + 1));
}

#[test]
fn nan_is_never_right() {
    assert!(!f32::NAN.agrees(0.0) && !f32::NAN.agrees(f64::NAN) && 1.0f32.agrees(1.000_001));
    assert!(check_map(&[f32::NAN], |_| 0.0, |_| f64::INFINITY).is_err());
    assert_eq!(check_map(&[1.0], |_| 1.5, |_| 0.5), Ok(()));
    let message = check_map(&[1.0], |_| 1.5, |_| 0.25).expect_err("too far");
    assert_eq!(message, "element 0 is 1.0, but 1.5 is right");
}

//! NaN, infinities, zeros of both signs and subnormal numbers.

use tilewright::{ArgMax, ArgMin, Extremum, Max, Min, Sum};

use crate::builtin::{check, maximum, minimum};
use crate::elements::{assert_same_bits, random};
use crate::oracle::Tree;
use crate::{Case, case};

const NANS: [u32; 4] = [0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0xffff_ffff];
const LENGTHS: [usize; 9] = [1, 2, 3, 4, 5, 17, 257, 4099, 70_001];

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = vec![
        case("special::sum_of_infinities", |cx| {
            for n in LENGTHS {
                let x: Vec<f32> = draw(n, &[f32::INFINITY, 1.0, -3.5, 0.0, -0.0, f32::NAN], 0);
                sum_is_the_same(cx, &x);
                sum_is_the_same(cx, &draw(n, &[f32::INFINITY, f32::NEG_INFINITY, 2.0], 1));
                sum_is_the_same(cx, &draw(n, &[f32::MAX, f32::MIN, 1.0], 2));
            }
        }),
        case("special::sum_of_zeros", |cx| {
            for n in LENGTHS {
                let x = draw(n, &[-0.0, -0.0, -0.0, 0.0], 3);
                check(cx, &x, Sum, &Tree::new(x.clone(), 0.0, |a, b| a + b));
                let x = vec![-0.0; n];
                check(cx, &x, Sum, &Tree::new(x.clone(), 0.0, |a, b| a + b));
            }
        }),
    ];
    let numbers =
        [f32::INFINITY, f32::NEG_INFINITY, 0.0, -0.0, 1e-45, -1e-45, 1e-39, f32::MAX, f32::MIN, 1.0];
    for (name, values) in [
        ("numbers", numbers.to_vec()),
        ("zeros", vec![0.0, -0.0]),
        ("subnormals", vec![1e-45, -1e-45, 3e-45, 1e-39, -1e-39, 0.0, -0.0]),
        ("positive_subnormals", vec![1e-45, 3e-45, 1e-39]),
        ("nans_and_numbers", NANS.map(f32::from_bits).into_iter().chain(numbers.repeat(200)).collect()),
        ("nans", NANS.map(f32::from_bits).to_vec()),
    ] {
        cases.push(case(format!("special::extrema_of_{name}"), move |cx| {
            for (salt, n) in (0..).zip(LENGTHS) {
                let x = draw(n, &values, salt);
                let smallest = Tree::new(x.clone(), f32::INFINITY, minimum);
                let largest = Tree::new(x.clone(), f32::NEG_INFINITY, maximum);
                let expected = |tree: f32| [if tree.is_nan() { f32::from_bits(NANS[0]) } else { tree }];
                let found = cx.view(&x).reduce(Min).unwrap();
                assert_same_bits(&[found], &expected(smallest.reduce()), format_args!("min of {n}"));
                let found = cx.view(&x).reduce(Max).unwrap();
                assert_same_bits(&[found], &expected(largest.reduce()), format_args!("max of {n}"));
                let found = cx.view(&x).inclusive_scan(Min).collect().unwrap();
                assert_same_bits(&found, &smallest.inclusive_scan(), format_args!("min scan of {n}"));
                let found = cx.view(&x).exclusive_scan(Max).collect().unwrap();
                assert_same_bits(&found, &largest.exclusive_scan(), format_args!("max scan of {n}"));
                assert_place(cx.view(&x).reduce(ArgMin).unwrap(), &x, minimum);
                assert_place(cx.view(&x).reduce(ArgMax).unwrap(), &x, maximum);
            }
        }));
    }
    cases
}

/// The extremum is the value that the operator chooses, at the first place that has it; at the first NaN, if any.
#[track_caller]
fn assert_place(found: Option<Extremum<f32>>, x: &[f32], choose: fn(f32, f32) -> f32) {
    let chosen = x.iter().fold(x[0], |a, &b| choose(a, b));
    let chosen = if chosen.is_nan() { f32::from_bits(NANS[0]) } else { chosen };
    let has_it = |v: &f32| if chosen.is_nan() { v.is_nan() } else { v.to_bits() == chosen.to_bits() };
    let index = x.iter().position(has_it).expect("the chosen value is an element") as u64;
    let found = found.map(|found| (found.index, found.value.to_bits()));
    assert_eq!(found, Some((index, chosen.to_bits())), "n = {}", x.len());
}

/// Sums where a NaN may have any payload: IEEE 754 leaves it open.
fn sum_is_the_same(cx: &tilewright::Context, x: &[f32]) {
    let tree = Tree::new(x.to_vec(), 0.0, |a, b| a + b);
    let one_nan =
        |x: &[f32]| -> Vec<f32> { x.iter().map(|v| if v.is_nan() { f32::NAN } else { *v }).collect() };
    let reduced = cx.view(x).reduce(Sum).unwrap();
    assert_same_bits(&one_nan(&[reduced]), &one_nan(&[tree.reduce()]), format_args!("sum of {}", x.len()));
    let scanned = cx.view(x).inclusive_scan(Sum).collect().unwrap();
    assert_same_bits(
        &one_nan(&scanned),
        &one_nan(&tree.inclusive_scan()),
        format_args!("scan of {}", x.len()),
    );
}

/// `n` of the values, at random; one of a kind per salt.
fn draw(n: usize, values: &[f32], salt: u64) -> Vec<f32> {
    (0..n as u64).map(|i| values[(random(i + (salt << 40)) % values.len() as u64) as usize]).collect()
}

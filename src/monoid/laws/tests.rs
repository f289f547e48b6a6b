use insta::assert_snapshot;

use super::{check_laws, triples};
use crate::element::{Element, words_of};
use crate::error::{Error, Result};
use crate::monoid::operator::sealed::Describe;
use crate::{Func, Monoid, Sum};

/// Checks a native operator, under the description of a WGSL function that is never run.
fn check<T: Element>(operator: impl Fn(T, T) -> T, identity: T, samples: &[T], tolerance: f32) -> Result<()> {
    let ty = T::TYPE;
    let stand_in: Func<fn(T, T) -> T> =
        Func::new(format!("fn op(a: {ty}, b: {ty}) -> {ty} {{ return a; }}"))?;
    let spec = Monoid::new(&stand_in, identity)?.spec().0;
    let value =
        |words: &[u32]| bytemuck::pod_read_unaligned::<T>(bytemuck::must_cast_slice::<u32, u8>(words));
    check_laws(&spec, words_of(samples), tolerance, &mut |a, b| {
        let mut result = [u32::MAX; 4];
        result[..ty.words()].copy_from_slice(words_of(&[operator(value(a), value(b))]));
        Ok(result)
    })
}

fn multiply(a: [f32; 4], b: [f32; 4]) -> [f32; 4] {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
    ]
}

const MATRICES: [[f32; 4]; 5] =
    [[1.0, 2.0, 3.0, 4.0], [0.1, -0.2, 0.3, 0.7], [0.0, 1.0, -1.0, 0.0], [1e3, 0.0, 1e-3, 5.0], [0.0; 4]];

#[test]
fn accepts_monoids() {
    check(u32::wrapping_add, 0, &[0, 1, 7, u32::MAX], 0.0).unwrap();
    check(u32::max, 0, &[0, 1, 7, u32::MAX], 0.0).unwrap();
    check(
        |a: [i32; 2], b: [i32; 2]| [a[0].wrapping_mul(b[0]), a[1].wrapping_mul(b[0]).wrapping_add(b[1])],
        [1, 0],
        &[[2, 3], [-1, 5], [7, i32::MAX]],
        0.0,
    )
    .unwrap();
    check(f32::max, f32::NEG_INFINITY, &[0.0, -0.0, 1.5, f32::INFINITY, f32::MIN], 0.0).unwrap();
    check(|a: f32, b: f32| a + b, 0.0, &[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.0, -0.0], 0.0)
        .unwrap();
}

#[test]
fn two_by_two_matrices_within_a_tolerance() {
    let identity = [1.0, 0.0, 0.0, 1.0];
    check(multiply, identity, &MATRICES, 1e-6).unwrap();
    assert!(matches!(check(multiply, identity, &MATRICES, 0.0), Err(Error::Law { .. })));
}

#[test]
fn cancellation_is_not_a_counterexample() {
    let samples = [1e8f32, -1e8, 1.0, 0.1];
    let sum = |a: f32, b: f32| a + b;
    assert!(matches!(check(sum, 0.0, &samples, 0.0), Err(Error::Law { .. })));
    check(sum, 0.0, &samples, 1e-6).unwrap();
}

#[test]
fn names_counterexamples() {
    let fails = |result: Result<()>| result.unwrap_err().to_string();
    assert_snapshot!(fails(check(u32::wrapping_sub, 0, &[1, 2, 3], 0.0)), @"
    `op` breaks the law of the left identity, e ⊕ a = a, for a = 1
       left: 4294967295
      right: 1
    ");
    assert_snapshot!(fails(check(|a: i32, b: i32| a + b, 1, &[2, 3], 0.0)), @"
    `op` breaks the law of the left identity, e ⊕ a = a, for a = 2
       left: 3
      right: 2
    ");
    assert_snapshot!(fails(check(|_, b: i32| b, 0, &[4], 0.0)), @"
    `op` breaks the law of the right identity, a ⊕ e = a, for a = 4
       left: 0
      right: 4
    ");
    // The mean of two, with (0, 0) for none: right for pairs, wrong for more.
    let mean = |a: [f32; 2], b: [f32; 2]| match (a, b) {
        ([_, 0.0], other) | (other, [_, 0.0]) => other,
        _ => [(a[0] + b[0]) / 2.0, 1.0],
    };
    assert_snapshot!(fails(check(mean, [0.0; 2], &[[1.0, 1.0], [2.0, 1.0], [4.0, 1.0]], 1e-5)), @"
    `op` breaks associativity, (a ⊕ b) ⊕ c = a ⊕ (b ⊕ c), for a = vec2<f32>(1.0, 1.0), b = vec2<f32>(1.0, 1.0), c = vec2<f32>(2.0, 1.0)
       left: vec2<f32>(1.5, 1.0)
      right: vec2<f32>(1.25, 1.0)
    ");
}

#[test]
fn no_samples_no_counterexample() {
    check(u32::wrapping_sub, 0, &[], 0.0).unwrap();
}

#[test]
fn an_error_of_the_evaluation_is_passed_on() {
    let spec = Describe::<f32>::spec(&Sum).0;
    let broken = || Error::Unsupported { executor: "cpu".to_owned(), what: "test".to_owned() };
    let result = check_laws(&spec, &[0], 0.0, &mut |_, _| Err(broken()));
    assert!(matches!(result, Err(Error::Unsupported { .. })));
}

#[test]
fn triples_are_bounded_and_spread() {
    assert_eq!(triples(0).count(), 0);
    assert_eq!(triples(2).collect::<std::collections::HashSet<_>>().len(), 8);
    for samples in [16, 17, 32, 64, 1000] {
        let tried: Vec<_> = triples(samples).collect();
        assert_eq!(tried.len(), 4096);
        for place in 0..3 {
            let distinct: std::collections::HashSet<_> = tried.iter().map(|triple| triple[place]).collect();
            assert!(
                distinct.len() >= samples * 9 / 10,
                "{samples} samples, place {place}: {}",
                distinct.len()
            );
            assert!(distinct.iter().all(|&index| index < samples));
        }
    }
}

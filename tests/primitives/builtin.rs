//! Every built-in monoid on every element type: reduce and both scans, to the bit.

use bytemuck::must_cast;
use tilewright::{
    And, ArgMax, ArgMin, Context, Element, Extremum, IntegerElement, Max, Min, Or, Product, Scalar,
    ScalarElement, ScanOperator, Sum, Xor,
};

use crate::elements::{
    any, assert_same_bits, componentwise, mixed, mostly_ones, mostly_zeros, near_one, odd, samples, splat,
    with_ties, words,
};
use crate::lengths::{EVERY_LENGTH, FEW_LENGTHS};
use crate::oracle::Tree;
use crate::{Case, case};

/// A monoid of one scalar type, on words, and words that suit it.
#[derive(Clone, Copy)]
struct Words {
    identity: u32,
    operator: fn(u32, u32) -> u32,
    sample: fn(u64, usize) -> u32,
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    macro_rules! on {
        ($add:ident: $($ty:ty),*) => {$($add::<$ty>(&mut cases);)*};
    }
    on!(arithmetic: f32, i32, u32, [f32; 2], [f32; 3], [f32; 4]);
    on!(arithmetic: [i32; 2], [i32; 3], [i32; 4], [u32; 2], [u32; 3], [u32; 4]);
    on!(bitwise: i32, u32, [i32; 2], [i32; 3], [i32; 4], [u32; 2], [u32; 3], [u32; 4]);
    on!(extrema: f32, i32, u32);
    cases
}

fn arithmetic<T: Element>(cases: &mut Vec<Case>) {
    let scalar = T::TYPE.scalar;
    cases.push(monoid::<T, _>("sum", Sum, sum(scalar)));
    cases.push(monoid::<T, _>("product", Product, product(scalar)));
    cases.push(monoid::<T, _>("min", Min, min(scalar)));
    cases.push(monoid::<T, _>("max", Max, max(scalar)));
}

fn bitwise<T: IntegerElement>(cases: &mut Vec<Case>) {
    cases.push(monoid::<T, _>(
        "and",
        And,
        Words { identity: u32::MAX, operator: |a, b| a & b, sample: mostly_ones },
    ));
    cases.push(monoid::<T, _>("or", Or, Words { identity: 0, operator: |a, b| a | b, sample: mostly_zeros }));
    cases.push(monoid::<T, _>("xor", Xor, Words { identity: 0, operator: |a, b| a ^ b, sample: any }));
}

fn sum(scalar: Scalar) -> Words {
    match scalar {
        Scalar::F32 => Words { identity: 0, operator: |a, b| float(a, b, |a, b| a + b), sample: mixed },
        _ => Words { identity: 0, operator: u32::wrapping_add, sample: any },
    }
}

fn product(scalar: Scalar) -> Words {
    match scalar {
        Scalar::F32 => {
            Words { identity: 1f32.to_bits(), operator: |a, b| float(a, b, |a, b| a * b), sample: near_one }
        }
        _ => Words { identity: 1, operator: u32::wrapping_mul, sample: odd },
    }
}

fn min(scalar: Scalar) -> Words {
    match scalar {
        Scalar::F32 => {
            Words { identity: f32::INFINITY.to_bits(), operator: |a, b| float(a, b, minimum), sample: mixed }
        }
        Scalar::I32 => Words {
            identity: must_cast(i32::MAX),
            operator: |a, b| must_cast(must_cast::<_, i32>(a).min(must_cast(b))),
            sample: any,
        },
        _ => Words { identity: u32::MAX, operator: u32::min, sample: any },
    }
}

fn max(scalar: Scalar) -> Words {
    match scalar {
        Scalar::F32 => Words {
            identity: f32::NEG_INFINITY.to_bits(),
            operator: |a, b| float(a, b, maximum),
            sample: mixed,
        },
        Scalar::I32 => Words {
            identity: must_cast(i32::MIN),
            operator: |a, b| must_cast(must_cast::<_, i32>(a).max(must_cast(b))),
            sample: any,
        },
        _ => Words { identity: 0, operator: u32::max, sample: any },
    }
}

fn float(a: u32, b: u32, operator: fn(f32, f32) -> f32) -> u32 {
    operator(f32::from_bits(a), f32::from_bits(b)).to_bits()
}

/// `minimum` of IEEE 754-2019, with one NaN.
pub(crate) fn minimum(a: f32, b: f32) -> f32 {
    if a.is_nan() || b.is_nan() {
        return f32::from_bits(0x7fc0_0000);
    }
    if a.total_cmp(&b).is_le() { a } else { b }
}

/// `maximum` of IEEE 754-2019, with one NaN.
pub(crate) fn maximum(a: f32, b: f32) -> f32 {
    if a.is_nan() || b.is_nan() {
        return f32::from_bits(0x7fc0_0000);
    }
    if a.total_cmp(&b).is_ge() { a } else { b }
}

/// Reduce and both scans of one monoid.
fn monoid<T: Element, M: ScanOperator<T> + Copy + Send + Sync + 'static>(
    name: &str,
    monoid: M,
    Words { identity, operator, sample }: Words,
) -> Case {
    let lengths = if T::TYPE.width == 1 { &EVERY_LENGTH[..] } else { &FEW_LENGTHS[..] };
    case(format!("{name}::{}", T::TYPE), move |cx| {
        for &n in lengths {
            let x: Vec<T> = samples(n, sample);
            let tree = Tree::new(x.clone(), splat(identity), |a, b| componentwise(a, b, operator));
            check(cx, &x, monoid, &tree);
        }
    })
}

/// Reduce and both scans of a slice against a tree.
pub(crate) fn check<T, M, F>(cx: &Context, x: &[T], monoid: M, tree: &Tree<T, F>)
where
    T: Element,
    M: ScanOperator<T> + Copy,
    F: Fn(T, T) -> T,
{
    let n = x.len();
    let fails = |error: tilewright::Error| -> ! { panic!("n = {n}: {error}") };
    let reduced = cx.view(x).reduce(monoid).unwrap_or_else(|e| fails(e));
    assert_same_bits(&[reduced], &[tree.reduce()], format_args!("reduce of {n}"));
    let scanned = cx.view(x).inclusive_scan(monoid).collect().unwrap_or_else(|e| fails(e));
    assert_same_bits(&scanned, &tree.inclusive_scan(), format_args!("inclusive scan of {n}"));
    let scanned = cx.view(x).exclusive_scan(monoid).collect().unwrap_or_else(|e| fails(e));
    assert_same_bits(&scanned, &tree.exclusive_scan(), format_args!("exclusive scan of {n}"));
}

/// `ArgMin` and `ArgMax`: the first of equal extrema.
fn extrema<T: ScalarElement>(cases: &mut Vec<Case>) {
    let sample = match T::TYPE.scalar {
        Scalar::F32 => with_ties,
        _ => |bits, _| must_cast((bits % 100) as i32 - i32::from(T::TYPE.scalar == Scalar::I32) * 50),
    };
    let lengths = EVERY_LENGTH;
    cases.push(case(format!("arg_min::{}", T::TYPE), move |cx| {
        for n in lengths {
            let x: Vec<T> = samples(n, sample);
            assert_same_place(cx.view(&x).reduce(ArgMin).unwrap(), first(&x, |a, b| key(a) < key(b)), n);
        }
    }));
    cases.push(case(format!("arg_max::{}", T::TYPE), move |cx| {
        for n in lengths {
            let x: Vec<T> = samples(n, sample);
            assert_same_place(cx.view(&x).reduce(ArgMax).unwrap(), first(&x, |a, b| key(a) > key(b)), n);
        }
    }));
}

#[track_caller]
fn assert_same_place<T: Element>(found: Option<Extremum<T>>, expected: Option<Extremum<T>>, n: usize) {
    let [found, expected] = [found, expected].map(|e| e.map(|e| (e.index, words(&[e.value])[0], e.value)));
    assert_eq!(found, expected, "n = {n}");
}

/// The first element that no other precedes.
fn first<T: Element>(x: &[T], precedes: impl Fn(T, T) -> bool) -> Option<Extremum<T>> {
    let mut found: Option<Extremum<T>> = None;
    for (index, &value) in (0..).zip(x) {
        if found.is_none_or(|found| precedes(value, found.value)) {
            found = Some(Extremum { index, value });
        }
    }
    found
}

/// A number in the order of the scalars, zeros told apart.
fn key<T: ScalarElement>(value: T) -> f64 {
    let word = words(&[value])[0];
    match T::TYPE.scalar {
        Scalar::F32 if word == 0x8000_0000 => -f64::from_bits(1),
        Scalar::F32 => f64::from(f32::from_bits(word)),
        Scalar::I32 => f64::from(must_cast::<_, i32>(word)),
        _ => f64::from(word),
    }
}

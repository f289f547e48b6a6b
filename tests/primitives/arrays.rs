//! Arrays: computed on one executor, used on the next, read on the host.

use tilewright::{Array, Context, Func, Placement, Sum};

use crate::elements::{assert_same_bits, mixed, samples};
use crate::lengths::FEW_LENGTHS;
use crate::oracle::Tree;
use crate::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("array::stays_and_is_read", stays_and_is_read),
        case("array::from_one_executor_to_another", from_one_to_another),
        case("array::of_host_data", of_host_data),
        case("array::of_another_context", of_another_context),
    ]
}

fn add(a: f32, b: f32) -> f32 {
    a + b
}

fn double() -> Func<fn([f32; 3]) -> [f32; 3]> {
    Func::new("fn double(x: vec3<f32>) -> vec3<f32> { return x + x; }").unwrap()
}

fn doubled(x: &[[f32; 3]]) -> Vec<[f32; 3]> {
    x.iter().map(|x| x.map(|x| x + x)).collect()
}

fn stays_and_is_read(cx: &Context) {
    for n in FEW_LENGTHS {
        let x: Vec<[f32; 3]> = samples(n, mixed);
        let array = cx.view(&x).map(&double()).to_array().unwrap();
        assert_eq!((array.len(), array.is_empty()), (n, n == 0));
        assert!(array.is_on_host() || array.is_on_device());
        assert_same_bits(cx.read(&array).unwrap(), &doubled(&x), format_args!("{n}"));
        assert!(array.is_on_host(), "read keeps what it downloaded");
        let again = cx.view(&array).map(&double()).to_array().unwrap();
        assert_same_bits(cx.read(&again).unwrap(), &doubled(&doubled(&x)), format_args!("{n}, again"));
    }
}

/// This executor, then the CPU, then this one again, all on one context.
fn from_one_to_another(cx: &Context) {
    let on_cpu = cx.with_placement(Placement::Cpu);
    for n in FEW_LENGTHS {
        let x: Vec<f32> = samples(n, mixed);
        let scanned = Tree::new(x.clone(), 0.0, add);
        let first: Array<f32> = cx.view(&x).inclusive_scan(Sum).to_array().unwrap();
        let twice = Tree::new(scanned.inclusive_scan(), 0.0, add);
        let second = on_cpu.view(&first).exclusive_scan(Sum).to_array().unwrap();
        let third = cx.view(&second).zip(&first).map(&difference()).to_array().unwrap();
        let expected = twice.exclusive_scan();
        assert_same_bits(on_cpu.read(&second).unwrap(), &expected, format_args!("{n} on the cpu"));
        let expected: Vec<f32> = expected.iter().zip(scanned.inclusive_scan()).map(|(a, b)| a - b).collect();
        assert_same_bits(cx.read(&third).unwrap(), &expected, format_args!("{n} and back"));
        let total = cx.view(&third).reduce(Sum).unwrap();
        assert_same_bits(&[total], &[Tree::new(expected, 0.0, add).reduce()], format_args!("sum of {n}"));
    }
}

fn difference() -> Func<fn(f32, f32) -> f32> {
    Func::new("fn difference(a: f32, b: f32) -> f32 { return a - b; }").unwrap()
}

/// Used twice: the second time it may be resident.
fn of_host_data(cx: &Context) {
    for n in FEW_LENGTHS {
        let x: Vec<f32> = samples(n, mixed);
        let array = cx.array(x.clone());
        let tree = Tree::new(x, 0.0, add);
        for time in ["first", "second"] {
            let total = cx.view(&array).reduce(Sum).unwrap();
            assert_same_bits(&[total], &[tree.reduce()], format_args!("{time} sum of {n}"));
            let scanned = cx.view(&array).exclusive_scan(Sum).collect().unwrap();
            assert_same_bits(&scanned, &tree.exclusive_scan(), format_args!("{time} scan of {n}"));
        }
    }
}

/// An array is owned by nobody: contexts that did not make it read it and compute with it.
fn of_another_context(cx: &Context) {
    let other = Context::builder().threads(2).placement(Placement::Cpu).build().unwrap();
    let x: Vec<f32> = samples(20_000, mixed);
    let tree = Tree::new(x.clone(), 0.0, add);
    let here = cx.view(&x).inclusive_scan(Sum).to_array().unwrap();
    assert_same_bits(other.read(&here).unwrap(), &tree.inclusive_scan(), "read by another context");
    let there = other.view(&x).inclusive_scan(Sum).to_array().unwrap();
    let found = cx.view(&there).reduce(Sum).unwrap();
    let expected = Tree::new(tree.inclusive_scan(), 0.0, add).reduce();
    assert_same_bits(&[found], &[expected], "computed with by another context");
}

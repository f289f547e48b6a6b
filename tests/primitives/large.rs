//! More than one binding holds: sums, scans and maps of over 128 MiB.

use std::sync::OnceLock;

use tilewright::{Func, Sum};

use crate::elements::{assert_same_bits, mixed, samples};
use crate::lengths::BEYOND_A_BINDING;
use crate::oracle::Tree;
use crate::{Case, case};

type SumTree = Tree<f32, fn(f32, f32) -> f32>;

/// The elements and their tree, made once.
fn elements() -> &'static (Vec<f32>, SumTree) {
    static ELEMENTS: OnceLock<(Vec<f32>, SumTree)> = OnceLock::new();
    ELEMENTS.get_or_init(|| {
        let x: Vec<f32> = samples(BEYOND_A_BINDING, mixed);
        let tree = Tree::new(x.clone(), 0.0, (|a, b| a + b) as fn(f32, f32) -> f32);
        (x, tree)
    })
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("large::map", |cx| {
            let (x, _) = elements();
            let minus: Func<fn(f32, u32) -> f32> =
                Func::new("fn minus(x: f32, i: u32) -> f32 { return x - f32(i); }").unwrap();
            let found = cx.view(x).zip(cx.counting(x.len())).map(&minus).collect().unwrap();
            let expected: Vec<f32> = x.iter().enumerate().map(|(i, x)| x - i as u32 as f32).collect();
            assert_same_bits(&found, &expected, "map");
        }),
        case("large::sum", |cx| {
            let (x, tree) = elements();
            assert_same_bits(&[cx.view(x).reduce(Sum).unwrap()], &[tree.reduce()], "sum");
        }),
        case("large::scan", |cx| {
            let (x, tree) = elements();
            let found = cx.view(x).inclusive_scan(Sum).collect().unwrap();
            assert_same_bits(&found, &tree.inclusive_scan(), "scan");
        }),
    ]
}

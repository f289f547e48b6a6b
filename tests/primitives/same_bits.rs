//! One order everywhere: digests of float sums and scans do not depend on threads, device or split.

use tilewright::{Context, Placement, Sum};

use crate::elements::{mixed, samples, words};
use crate::executors::Executor;
use crate::{Case, case};

const LENGTHS: [usize; 3] = [4097, 300_001, 1_000_003];

/// Every number of threads and every split that is tried.
pub(crate) fn executors() -> Vec<Executor> {
    let splits = (1..10).map(|tenths| Executor::Split(f64::from(tenths) / 10.0));
    [1, 2, 8].map(Executor::Cpu).into_iter().chain([Executor::Gpu]).chain(splits).collect()
}

pub(crate) fn cases() -> Vec<Case> {
    vec![case("same_bits::sum_and_scan", |cx| {
        let one_thread = Context::builder().threads(1).placement(Placement::Cpu).build().unwrap();
        for n in LENGTHS {
            let x: Vec<f32> = samples(n, mixed);
            assert_eq!(digests(cx, &x), digests(&one_thread, &x), "sum, inclusive and exclusive scan of {n}");
        }
    })]
}

fn digests(cx: &Context, x: &[f32]) -> [u64; 3] {
    [
        digest(&[cx.view(x).reduce(Sum).unwrap()]),
        digest(&cx.view(x).inclusive_scan(Sum).collect().unwrap()),
        digest(&cx.view(x).exclusive_scan(Sum).collect().unwrap()),
    ]
}

/// FNV-1a over words (Fowler, Noll and Vo).
fn digest(x: &[f32]) -> u64 {
    words(x)
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, &word| (hash ^ u64::from(word)).wrapping_mul(0x0100_0000_01b3))
}

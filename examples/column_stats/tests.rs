//! The statistics against exact arithmetic, on the CPU. That other executors have the same bits is tested elsewhere.

use std::path::PathBuf;

use npyz::WriterBuilder;
use tilewright::{Context, Extremum, Placement};

use super::column::Column;
use super::common::{self, Failure};
use super::stats::{Bounded, Stats, stats};

fn on_cpu(column: Column) -> Stats {
    let cx = Context::new().with_placement(Placement::Cpu);
    stats(&cx, column, true).unwrap()
}

/// Integers of both signs whose squares need 62 bits.
fn integers(n: usize) -> Vec<i32> {
    common::samples(n).iter().map(|x| (x * 2f32.powi(31)) as i32).collect()
}

fn check(what: &str, found: Bounded, exact: f64) {
    let error = (found.value - exact).abs();
    assert!(
        error <= found.bound,
        "{what}: {} is {error:e} from {exact}, bound {:e}",
        found.value,
        found.bound
    );
    assert!(found.bound <= 1e-9 * exact.abs().max(1e-3), "{what}: bound {:e} of {exact}", found.bound);
}

#[test]
fn integers_are_summed_exactly() {
    for n in [1, 2, 4095, 4097, 100_003] {
        let xs = integers(n);
        let stats = on_cpu(Column::I32(xs.clone()));
        let sum: i128 = xs.iter().map(|&x| i128::from(x)).sum();
        let squares: i128 = xs.iter().map(|&x| i128::from(x) * i128::from(x)).sum();
        let count = n as i128;
        assert_eq!(stats.sum.value, sum as f64);
        let variance = (count * squares - sum * sum) as f64 / (count * count) as f64;
        assert!((stats.variance.value - variance).abs() <= stats.variance.bound);
        let mut running = 0_i64;
        for (&x, [high, low]) in xs.iter().zip(stats.cumsum.unwrap()) {
            running += i64::from(x);
            assert_eq!(f64::from(high) + f64::from(low), running as f64);
        }
    }
}

#[test]
fn a_large_offset_does_not_cancel() {
    let xs: Vec<f32> = common::samples(50_000).iter().map(|x| 4096.0 + x).collect();
    let stats = on_cpu(Column::F32(xs.clone()));
    let n = xs.len() as f64;
    let mean = xs.iter().map(|&x| f64::from(x)).sum::<f64>() / n;
    check("mean", stats.mean, mean);
    check("variance", stats.variance, xs.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / n);
}

#[test]
fn extremes_are_the_first_of_equals() {
    let stats = on_cpu(Column::F32(vec![1.0, -2.0, 5.0, -2.0, 5.0, 0.0]));
    assert_eq!(stats.min, Some(Extremum { index: 1, value: -2.0 }));
    assert_eq!(stats.max, Some(Extremum { index: 2, value: 5.0 }));
    let stats = on_cpu(Column::I32(vec![i32::MAX, i32::MIN, i32::MAX]));
    assert_eq!(stats.min, Some(Extremum { index: 1, value: f64::from(i32::MIN) }));
    assert_eq!(stats.max, Some(Extremum { index: 0, value: f64::from(i32::MAX) }));
    // Values that only the second float of a pair tells apart.
    let stats = on_cpu(Column::Pair(vec![[1.0, 1e-9], [1.0, -1e-9], [1.0, 2e-9]]));
    assert_eq!([stats.min, stats.max].map(|found| found.map(|found| found.index)), [Some(1), Some(2)]);
}

#[test]
fn nothing_and_nan() {
    let stats = on_cpu(Column::F32(vec![]));
    assert_eq!((stats.count, stats.sum.value, stats.min), (0, 0.0, None));
    assert!(stats.mean.value.is_nan() && stats.variance.value.is_nan());
    let stats = on_cpu(Column::F32(vec![1.0, f32::NAN, 3.0]));
    assert_eq!(stats.max.map(|found| found.index), Some(1));
    assert!(stats.sum.value.is_nan() && stats.variance.value.is_nan());
}

#[test]
fn what_cannot_be_read_is_refused() {
    let write = |name: &str, shape: &[u64]| -> PathBuf {
        let path = std::env::temp_dir().join(format!("tilewright-{}-{name}.npy", std::process::id()));
        let mut bytes = Vec::new();
        let options = npyz::WriteOptions::new().default_dtype().shape(shape);
        let mut npy = options.writer(&mut bytes).begin_nd().unwrap();
        npy.extend((0..shape.iter().product()).map(|i| i as u16)).unwrap();
        npy.finish().unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    };
    for (path, expected) in [
        (write("shape", &[2, 3]), "expected one dimension, given shape [2, 3]"),
        (write("dtype", &[4]), "expected a dtype of f4, i4 or f8, given '<u2'"),
    ] {
        let outcome = Column::read(&path);
        std::fs::remove_file(&path).unwrap();
        let Err(Failure::Usage(message)) = outcome else { panic!("{} was read", path.display()) };
        assert!(message.ends_with(expected), "{message}");
    }
}

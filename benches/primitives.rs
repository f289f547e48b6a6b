//! Each primitive over element types and size classes, so that regressions show: `cargo bench --bench primitives`.
//!
//! Throughput is in bytes read and written. Outputs are reused: the cost of fresh memory is the system's. The GPU rows
//! run on the adapter that the context finds, software adapters included, and say so when there is none.

use std::hint::black_box;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tilewright::{Choice, Context, Element, Func, Monoid, Placement, Result, Sum, View};

const SIZES: [usize; 4] = [1 << 10, 1 << 14, 1 << 18, 1 << 22];

/// Affine maps `x -> a x + b` under composition: not commutative.
const COMPOSE: &str = "fn compose(f: vec2<f32>, g: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(f.x * g.x, f.y * g.x + g.y);
}";

type Group<'a> = BenchmarkGroup<'a, WallTime>;

fn cpu(c: &mut Criterion) {
    all(c, "cpu", &Context::new().with_placement(Placement::Cpu));
}

fn gpu(c: &mut Criterion) {
    let cx = Context::new().with_placement(Placement::Gpu);
    let sum = cx.view(&[1u32, 2]).reduce(Sum);
    let there = cx.last_report().is_some_and(|report| report.plan.choice == Choice::Gpu);
    match sum {
        Ok(_) if there => all(c, "gpu", &cx),
        Ok(_) => println!("skipped: gpu: the CPU took the work"),
        Err(error) => println!("skipped: gpu: {error}"),
    }
}

fn all(c: &mut Criterion, device: &str, cx: &Context) {
    let double = |ty: &str| format!("fn double(x: {ty}) -> {ty} {{ return x + x; }}");
    let f32s: Func<fn(f32) -> f32> = Func::new(double("f32")).expect("valid WGSL");
    let u32s: Func<fn(u32) -> u32> = Func::new(double("u32")).expect("valid WGSL");
    let vec4s: Func<fn([f32; 4]) -> [f32; 4]> = Func::new(double("vec4<f32>")).expect("valid WGSL");
    let compose = Func::new(COMPOSE).expect("valid WGSL");
    let affine = Monoid::new(&compose, [1.0f32, 0.0]).expect("no argument is missing");

    let mut group = group(c, &format!("{device} map"));
    bench(&mut group, cx, "f32", |i| i as f32, |view| view.map(&f32s));
    bench(&mut group, cx, "u32", |i| i as u32, |view| view.map(&u32s));
    bench(&mut group, cx, "vec4", |i| [i as f32; 4], |view| view.map(&vec4s));
    group.finish();

    let mut group = self::group(c, &format!("{device} reduce"));
    fold(&mut group, cx, "f32", |i| i as f32, |view| view.reduce(Sum));
    fold(&mut group, cx, "u32", |i| i as u32, |view| view.reduce(Sum));
    fold(&mut group, cx, "vec4", |i| [i as f32; 4], |view| view.reduce(Sum));
    fold(&mut group, cx, "user monoid", |_| [0.5f32, 1.0], |view| view.reduce(&affine));
    group.finish();

    let mut group = self::group(c, &format!("{device} scan"));
    bench(&mut group, cx, "f32", |i| i as f32, |view| view.inclusive_scan(Sum));
    bench(&mut group, cx, "u32", |i| i as u32, |view| view.inclusive_scan(Sum));
    bench(&mut group, cx, "vec4", |i| [i as f32; 4], |view| view.inclusive_scan(Sum));
    bench(&mut group, cx, "user monoid", |_| [0.5f32, 1.0], |view| view.inclusive_scan(&affine));
    group.finish();
}

fn group<'a>(c: &'a mut Criterion, name: &str) -> Group<'a> {
    let mut group = c.benchmark_group(name);
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600));
    group
}

/// A view computed into memory that is reused.
fn bench<T: Element>(
    group: &mut Group<'_>,
    cx: &Context,
    name: &str,
    element: fn(usize) -> T,
    build: impl for<'a> Fn(View<'a, T>) -> View<'a, T>,
) {
    for n in SIZES {
        let xs: Vec<T> = (0..n).map(element).collect();
        let mut out = xs.clone();
        group.throughput(Throughput::Bytes(2 * size_of_val(&xs[..]) as u64));
        group.bench_with_input(BenchmarkId::new(name, n), &xs, |b, xs| {
            b.iter(|| build(cx.view(xs)).collect_into(black_box(&mut out)).expect("computed"));
        });
    }
}

/// A view that ends in one value.
fn fold<T: Element, R>(
    group: &mut Group<'_>,
    cx: &Context,
    name: &str,
    element: fn(usize) -> T,
    reduce: impl for<'a> Fn(View<'a, T>) -> Result<R>,
) {
    for n in SIZES {
        let xs: Vec<T> = (0..n).map(element).collect();
        group.throughput(Throughput::Bytes(size_of_val(&xs[..]) as u64));
        group.bench_with_input(BenchmarkId::new(name, n), &xs, |b, xs| {
            b.iter(|| reduce(cx.view(xs)).expect("computed"));
        });
    }
}

criterion_group!(benches, cpu, gpu);
criterion_main!(benches);

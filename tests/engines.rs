//! Machine code and the interpreter give the same bits, and the interpreter alone does all that both do.

use tilewright::prelude::*;

const PRICE: &str = "
fn cdf(x: f32) -> f32 {
    let k = 1.0 / (1.0 + 0.2316419 * abs(x));
    let tail = 0.39894228 * exp(-0.5 * x * x) * k * (0.31938153 + k * (-0.356563782 + k * 1.781477937));
    return select(tail, 1.0 - tail, x > 0.0);
}
fn price(spot: f32, strike: f32, rate: f32) -> f32 {
    let d = log(spot / strike) + rate + 0.5;
    return spot * cdf(d) - strike * exp(-rate) * cdf(d - 1.0);
}";

const COLLATZ: &str = "
fn collatz(start: u32) -> u32 {
    var seen = array<u32, 8>();
    var n = start % 10000u + 1u;
    var steps = 0u;
    while n != 1u {
        seen[n & 7u] += n;
        n = select(n / 2u, 3u * n + 1u, (n & 1u) == 1u);
        steps++;
    }
    return steps * 31u + seen[start & 7u];
}";

type Compose = fn([f32; 2], [f32; 2]) -> [f32; 2];

fn contexts() -> Vec<Context> {
    let with = |jit| Context::builder().placement(Placement::Cpu).jit(jit).build();
    vec![with(true).expect("a context"), with(false).expect("a context")]
}

/// Checks that a call gives the same words in both contexts, and returns them.
fn same<T: PartialEq + std::fmt::Debug>(call: impl Fn(&Context) -> Result<T, tilewright::Error>) -> T {
    let mut results =
        contexts().iter().map(&call).collect::<Result<Vec<T>, _>>().expect("both run").into_iter();
    let (first, second) = (results.next().expect("one"), results.next().expect("two"));
    assert!(first == second, "machine code and interpreter differ");
    first
}

fn bits(values: Vec<f32>) -> Vec<u32> {
    values.into_iter().map(f32::to_bits).collect()
}

#[test]
fn maps_with_built_in_functions() {
    let price: Func<fn(f32, f32) -> f32> = Func::named("price", PRICE).expect("valid").arg("rate", 0.03_f32);
    let spots: Vec<f32> = (0..70_001).map(|i| 5.0 + i as f32 * 1e-3).collect();
    let strikes: Vec<f32> = (0..70_001).map(|i| 75.0 - i as f32 * 1e-3).collect();
    let prices = same(|cx| cx.view(&spots).zip(&strikes).map(&price).collect().map(bits));
    assert_eq!(prices.len(), spots.len());
    let sum = same(|cx| cx.view(&spots).zip(&strikes).map(&price).reduce(Sum).map(f32::to_bits));
    assert!(f32::from_bits(sum) > 0.0);
    same(|cx| cx.view(&spots).zip(&strikes).map(&price).inclusive_scan(Sum).collect().map(bits));
}

#[test]
fn loops_that_diverge_and_arrays() {
    let collatz: Func<fn(u32) -> u32> = Func::new(COLLATZ).expect("valid");
    let starts: Vec<u32> = (0..20_011).map(|i: u32| i.wrapping_mul(2_654_435_761)).collect();
    let found = same(|cx| cx.view(&starts).map(&collatz).collect());
    for (&start, &found) in starts.iter().zip(&found) {
        let (mut n, mut steps, mut seen) = (start % 10_000 + 1, 0, [0_u32; 8]);
        while n != 1 {
            let slot = &mut seen[n as usize & 7];
            *slot = slot.wrapping_add(n);
            n = if n & 1 == 1 { 3 * n + 1 } else { n / 2 };
            steps += 1;
        }
        let expected = (steps * 31_u32).wrapping_add(seen[start as usize & 7]);
        assert_eq!(found, expected, "from {start}");
    }
}

#[test]
fn operators_of_ones_own() {
    let compose: Func<Compose> = Func::new(
        "fn compose(f: vec2<f32>, g: vec2<f32>) -> vec2<f32> { return vec2(g.x * f.x, g.x * f.y + g.y); }",
    )
    .expect("valid");
    let compose = Monoid::new(&compose, [1.0, 0.0]).expect("a monoid");
    let maps: Vec<[f32; 2]> = (0..30_001).map(|i| [0.9 + (i % 7) as f32 * 0.03, (i % 11) as f32]).collect();
    same(|cx| cx.view(&maps).reduce(&compose));
    same(|cx| cx.view(&maps).exclusive_scan(&compose).collect());
}

//! Errors in units in the last place, against f64 functions of the standard library.

use super::super as math;
use super::super::Emulated as E;
use super::{Random, edges};

/// The error of `got` in units in the last place of an f32 near `want`.
///
/// Infinity counts as 2^128, the float that would follow the largest; NaN must meet NaN.
fn ulps(got: f32, want: f64) -> f64 {
    if got.is_nan() || want.is_nan() {
        return if got.is_nan() && want.is_nan() { 0.0 } else { f64::INFINITY };
    }
    if want == 0.0 || want.is_infinite() {
        return if f64::from(got) == want { 0.0 } else { f64::INFINITY };
    }
    let limit = 2f64.powi(128);
    let got = f64::from(got).clamp(-limit, limit);
    let want = want.clamp(-limit, limit);
    let exponent = ((want.abs().to_bits() >> 52) as i32 - 1023).clamp(-126, 127);
    (got - want).abs() / 2f64.powi(exponent - 23)
}

/// The largest error seen, and where.
struct Worst {
    ulps: f64,
    at: (f32, f32),
}

impl Worst {
    fn new() -> Self {
        Self { ulps: 0.0, at: (0.0, 0.0) }
    }

    fn see(&mut self, at: (f32, f32), got: f32, want: f64) {
        let error = ulps(got, want);
        if error > self.ulps {
            *self = Self { ulps: error, at };
        }
    }

    fn check(self, name: &str, bound: f64) {
        println!("{name:12} {:6.3} ulp at {:?}", self.ulps, self.at);
        assert!(self.ulps <= bound, "{name}: {} ulp at {:?}, bound {bound}", self.ulps, self.at);
    }
}

/// Checks a function of one argument on the edges, on every 4,001st bit pattern, and densely between two bounds.
fn unary(name: &str, bound: f64, dense: (f32, f32), f: impl Fn(f32) -> f32, reference: impl Fn(f64) -> f64) {
    let mut worst = Worst::new();
    let mut random = Random(1);
    let strided = (0..=u32::MAX).step_by(4_001).map(f32::from_bits);
    let dense = (0..1_000_000).map(|_| random.between(dense.0, dense.1));
    for x in edges().into_iter().chain(strided).chain(dense) {
        worst.see((x, 0.0), f(x), reference(f64::from(x)));
    }
    worst.check(name, bound);
}

/// Checks a function of two arguments on all pairs of edges, on random bit patterns, and densely between bounds.
fn binary(
    name: &str,
    bound: f64,
    (xs, ys): ((f32, f32), (f32, f32)),
    f: impl Fn(f32, f32) -> f32,
    reference: impl Fn(f64, f64) -> f64,
) {
    let mut worst = Worst::new();
    let mut see = |x: f32, y: f32| worst.see((x, y), f(x, y), reference(f64::from(x), f64::from(y)));
    let edges = edges();
    for &x in &edges {
        for &y in &edges {
            see(x, y);
        }
    }
    let mut random = Random(2);
    for _ in 0..1_000_000 {
        see(f32::from_bits(random.next()), f32::from_bits(random.next()));
        see(random.between(xs.0, xs.1), random.between(ys.0, ys.1));
    }
    worst.check(name, bound);
}

#[test]
fn exponentials_and_logarithms() {
    unary("exp", 1.0, (-104.0, 89.0), math::exp::<E>, f64::exp);
    unary("exp near 0", 1.0, (-1.0, 1.0), math::exp::<E>, f64::exp);
    unary("exp2", 1.0, (-150.0, 128.0), math::exp2::<E>, f64::exp2);
    unary("log", 1.0, (0.0, 4.0), math::log::<E>, f64::ln);
    unary("log2", 1.1, (0.0, 4.0), math::log2::<E>, f64::log2);
    unary("inverse_sqrt", 1.5, (0.0, 4.0), math::inverse_sqrt, |x| 1.0 / x.sqrt());
}

#[test]
fn trigonometry() {
    unary("sin", 1.6, (-4.0, 4.0), math::sin_wide::<E>, f64::sin);
    unary("cos", 1.6, (-4.0, 4.0), math::cos_wide::<E>, f64::cos);
    unary("tan", 1.9, (-4.0, 4.0), math::tan_wide::<E>, f64::tan);
    unary("sin medium", 1.6, (-131_072.0, 131_072.0), math::sin_wide::<E>, f64::sin);
    unary("cos medium", 1.6, (-131_072.0, 131_072.0), math::cos_wide::<E>, f64::cos);
    unary("tan medium", 1.9, (-131_072.0, 131_072.0), math::tan_wide::<E>, f64::tan);
}

#[test]
fn inverse_trigonometry() {
    unary("asin", 1.2, (-1.0, 1.0), math::asin::<E>, f64::asin);
    unary("acos", 1.2, (-1.0, 1.0), math::acos::<E>, f64::acos);
    unary("atan", 1.9, (-4.0, 4.0), math::atan::<E>, f64::atan);
    binary("atan2", 1.9, ((-4.0, 4.0), (-4.0, 4.0)), math::atan2::<E>, f64::atan2);
}

#[test]
fn hyperbolic() {
    unary("sinh", 1.7, (-4.0, 4.0), math::sinh::<E>, f64::sinh);
    unary("cosh", 1.5, (-4.0, 4.0), math::cosh::<E>, f64::cosh);
    unary("tanh", 2.0, (-4.0, 4.0), math::tanh::<E>, f64::tanh);
    unary("asinh", 0.51, (-4.0, 4.0), math::asinh, f64::asinh);
    unary("acosh", 0.51, (1.0, 4.0), math::acosh, f64::acosh);
    unary("atanh", 0.51, (-1.0, 1.0), math::atanh, f64::atanh);
}

#[test]
fn powers() {
    binary("pow", 0.51, ((0.0, 4.0), (-60.0, 60.0)), math::pow, f64::powf);
    binary("pow near 1", 0.51, ((0.999, 1.001), (-9e4, 9e4)), math::pow, f64::powf);
}

//! Functions of floats that go component by component.

use std::f64::consts::PI;

use crate::arguments;
use crate::device;
use crate::table::Row;
use crate::ulp::{self, Worst};

/// What the WGSL specification allows (section "Floating Point Accuracy").
#[derive(Clone, Copy)]
pub(crate) enum Allowed {
    /// The true value.
    Exact,
    /// One of the floats next to the true value.
    Rounded,
    /// So many units in the last place of the true value, for these arguments; infinitely many outside of a domain.
    Ulps(&'static str, fn(&[f64]) -> f64),
    /// So much from the true value, for these arguments.
    Absolute(&'static str, fn(&[f64]) -> f64),
    /// As much as an expression of other functions, which is more than this project allows itself.
    Inherited(&'static str),
}

use Allowed::{Absolute, Exact, Inherited, Rounded, Ulps};

/// What this project allows itself beyond correct rounding, in units in the last place.
const OWN_BOUND: f64 = 2.0;

struct Function {
    /// The expression; `{0}` is the first argument.
    expr: &'static str,
    allowed: Allowed,
    /// Where arguments are drawn densely.
    domain: &'static [(f32, f32)],
    reference: fn(&[f64]) -> f64,
}

const UNIT: &[(f32, f32)] = &[(-1.0, 1.0)];
const SMALL: &[(f32, f32)] = &[(-8.0, 8.0)];
const PAIR: &[(f32, f32)] = &[(-8.0, 8.0), (-8.0, 8.0)];
const TRIPLE: &[(f32, f32)] = &[(-8.0, 8.0), (-8.0, 8.0), (-8.0, 8.0)];

fn is_normal(x: f64) -> bool {
    (2f64.powi(-126)..=2f64.powi(126)).contains(&x.abs())
}

/// 2.5 in the domain of division, without a bound elsewhere.
fn division(v: &[f64]) -> f64 {
    if is_normal(v[1]) { 2.5 } else { f64::INFINITY }
}

/// The even one of two whole numbers that are as near.
fn round_even(x: f64) -> f64 {
    x.round_ties_even()
}

/// The fraction from 0.5 to 1, and the exponent.
pub(crate) fn frexp(x: f64) -> (f64, f64) {
    if x == 0.0 || !x.is_finite() {
        return (x, 0.0);
    }
    let exponent = x.abs().log2().floor() as i32 + 1;
    // The logarithm may be rounded up to a whole number.
    let exponent = if x.abs() < 2f64.powi(exponent - 1) { exponent - 1 } else { exponent };
    (x / 2f64.powi(exponent), f64::from(exponent))
}

fn functions() -> Vec<Function> {
    let f = |expr, allowed, domain, reference| Function { expr, allowed, domain, reference };
    vec![
        f("{0} + {1}", Rounded, PAIR, |v| v[0] + v[1]),
        f("{0} - {1}", Rounded, PAIR, |v| v[0] - v[1]),
        f("{0} * {1}", Rounded, PAIR, |v| v[0] * v[1]),
        f("{0} / {1}", Ulps("2.5 ULP, divisor from 2^-126 to 2^126", division), PAIR, |v| v[0] / v[1]),
        f("{0} % {1}", Inherited("x - y * trunc(x / y)"), PAIR, |v| v[0] % v[1]),
        f("-{0}", Exact, SMALL, |v| -v[0]),
        f("abs({0})", Exact, SMALL, |v| v[0].abs()),
        f("acos({0})", Absolute("6.77e-5, or of atan2", |_| 6.77e-5), UNIT, |v| v[0].acos()),
        f("acosh({0})", Inherited("log(x + sqrt(x * x - 1))"), &[(1.0, 8.0)], |v| v[0].acosh()),
        f("asin({0})", Absolute("6.81e-5, or of atan2", |_| 6.81e-5), UNIT, |v| v[0].asin()),
        f("asinh({0})", Inherited("log(x + sqrt(x * x + 1))"), SMALL, |v| v[0].asinh()),
        f("atan({0})", Ulps("4096 ULP", |_| 4096.0), SMALL, |v| v[0].atan()),
        f("atan2({0}, {1})", Ulps("4096 ULP", |_| 4096.0), PAIR, |v| v[0].atan2(v[1])),
        f("atanh({0})", Inherited("log((1 + x) / (1 - x)) / 2"), UNIT, |v| v[0].atanh()),
        f("ceil({0})", Exact, SMALL, |v| v[0].ceil()),
        f("clamp({0}, {1}, {2})", Exact, TRIPLE, |v| v[0].max(v[1]).min(v[2])),
        f("cos({0})", Absolute("2^-11 from -π to π", wave), SMALL, |v| v[0].cos()),
        f("cosh({0})", Inherited("(exp(x) + exp(-x)) / 2"), SMALL, |v| v[0].cosh()),
        f("degrees({0})", Inherited("x * 57.29..."), SMALL, |v| v[0] * (180.0 / PI)),
        f("exp({0})", Ulps("3 + 2 |x| ULP", |v| 3.0 + 2.0 * v[0].abs()), &[(-104.0, 89.0)], |v| v[0].exp()),
        f("exp2({0})", Ulps("3 + 2 |x| ULP", |v| 3.0 + 2.0 * v[0].abs()), &[(-150.0, 129.0)], |v| {
            v[0].exp2()
        }),
        f("floor({0})", Exact, SMALL, |v| v[0].floor()),
        f("fma({0}, {1}, {2})", Inherited("x * y + z"), TRIPLE, |v| v[0].mul_add(v[1], v[2])),
        f("fract({0})", Inherited("x - floor(x)"), SMALL, |v| v[0] - v[0].floor()),
        f("frexp({0}).fract", Exact, SMALL, |v| frexp(v[0]).0),
        f("frexp({0}).exp", Exact, SMALL, |v| frexp(v[0]).1),
        f("inverseSqrt({0})", Ulps("2 ULP", |_| 2.0), &[(0.0, 4.0)], |v| 1.0 / v[0].sqrt()),
        f("ldexp({0}, {1})", Rounded, &[(-8.0, 8.0), (-300.0, 300.0)], |v| {
            let exponent = v[1].clamp(-2000.0, 2000.0).trunc() as i32;
            v[0] * 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2)
        }),
        f(
            "log({0})",
            Ulps("3 ULP; 2^-21 from 0.5 to 2", |v| logarithm(v[0], v[0].ln())),
            &[(0.0, 4.0)],
            |v| v[0].ln(),
        ),
        f(
            "log2({0})",
            Ulps("3 ULP; 2^-21 from 0.5 to 2", |v| logarithm(v[0], v[0].log2())),
            &[(0.0, 4.0)],
            |v| v[0].log2(),
        ),
        f("max({0}, {1})", Exact, PAIR, |v| v[0].max(v[1])),
        f("min({0}, {1})", Exact, PAIR, |v| v[0].min(v[1])),
        f("modf({0}).fract", Exact, SMALL, |v| if v[0].is_infinite() { 0.0 } else { v[0].fract() }),
        f("modf({0}).whole", Exact, SMALL, |v| v[0].trunc()),
        f("pow({0}, {1})", Inherited("exp2(y * log2(x))"), &[(0.0, 4.0), (-60.0, 60.0)], |v| v[0].powf(v[1])),
        f("quantizeToF16({0})", Rounded, SMALL, |v| half::f16::from_f32(v[0] as f32).to_f64()),
        f("radians({0})", Inherited("x * 0.01745..."), SMALL, |v| v[0] * (PI / 180.0)),
        f("round({0})", Exact, SMALL, |v| round_even(v[0])),
        f("saturate({0})", Exact, SMALL, |v| ulp::saturated(v[0])),
        f("select({0}, {1}, {0} < {1})", Exact, PAIR, |v| if v[0] < v[1] { v[1] } else { v[0] }),
        f("sign({0})", Exact, SMALL, |v| match v[0] {
            x if x.is_nan() => x,
            0.0 => 0.0,
            x => x.signum(),
        }),
        f("sin({0})", Absolute("2^-11 from -π to π", wave), SMALL, |v| v[0].sin()),
        f("sinh({0})", Inherited("(exp(x) - exp(-x)) / 2"), SMALL, |v| v[0].sinh()),
        f("sqrt({0})", Inherited("1 / inverseSqrt(x)"), &[(0.0, 4.0)], |v| v[0].sqrt()),
        f("step({0}, {1})", Exact, PAIR, |v| if v[0] <= v[1] { 1.0 } else { 0.0 }),
        f("tan({0})", Inherited("sin(x) / cos(x)"), SMALL, |v| v[0].tan()),
        f("tanh({0})", Absolute("1e-5, or of sinh(x) / cosh(x)", |_| 1e-5), SMALL, |v| v[0].tanh()),
        f("trunc({0})", Exact, SMALL, |v| v[0].trunc()),
    ]
}

/// 2^-11 from -π to π, without a bound elsewhere.
fn wave(v: &[f64]) -> f64 {
    if v[0].abs() <= PI { 2f64.powi(-11) } else { f64::INFINITY }
}

/// The bound of a logarithm in units in its last place.
fn logarithm(x: f64, exact: f64) -> f64 {
    if (0.5..=2.0).contains(&x) { 2f64.powi(-21) / ulp::unit(exact) } else { 3.0 }
}

/// The expression for arguments as they are, or as vectors of three that are all alike.
fn spelled(function: &Function, as_vectors: bool) -> String {
    let (arity, mut expr) = (function.domain.len(), function.expr.to_owned());
    for k in 0..arity {
        let is_exponent = expr.contains("ldexp") && k == 1;
        let argument = match (as_vectors, is_exponent) {
            (false, false) => format!("f{k}"),
            (false, true) => format!("i32(f{k})"),
            (true, false) => format!("vec3<f32>(f{k})"),
            (true, true) => format!("vec3<i32>(i32(f{k}))"),
        };
        expr = expr.replace(&format!("{{{k}}}"), &argument);
    }
    let component = if as_vectors { "[1]" } else { "" };
    if expr.contains(".exp") { format!("f32(({expr}){component})") } else { format!("({expr}){component}") }
}

fn measured(function: &Function) -> Row {
    let arity = function.domain.len();
    let arguments = arguments::floats(function.domain);
    let expr = spelled(function, false);
    let found = device::floats(&expr, arity, &arguments);
    let in_vectors = device::floats(&spelled(function, true), arity, &arguments);
    let mut worst = Worst::default();
    for ((arguments, &got), &in_vector) in arguments.chunks(arity).zip(&found).zip(&in_vectors) {
        assert!(
            got.to_bits() == in_vector.to_bits() || got.is_nan() && in_vector.is_nan(),
            "{expr} of {arguments:?}: {got:e}, in a vector {in_vector:e}"
        );
        let v: Vec<f64> = arguments.iter().map(|&x| f64::from(x)).collect();
        let want = (function.reference)(&v);
        let ulps = ulp::error(got, want);
        let allowed = match function.allowed {
            Exact => 0.0,
            Rounded => 1.0,
            Ulps(_, bound) => bound(&v),
            Absolute(_, bound) => bound(&v) / ulp::unit(want),
            Inherited(_) => f64::INFINITY,
        };
        let own = if matches!(function.allowed, Rounded) { 0.5 } else { OWN_BOUND };
        assert!(
            ulps <= allowed.min(own),
            "{expr} of {arguments:?}: {got:e} for {want:e}, {ulps} ULP where {} are allowed",
            allowed.min(own)
        );
        worst.see(arguments, ulps);
    }
    let wgsl = match function.allowed {
        Exact => "exact".to_owned(),
        Rounded => "correctly rounded".to_owned(),
        Ulps(text, _) | Absolute(text, _) => text.to_owned(),
        Inherited(text) => format!("as `{text}`"),
    };
    let name = ["x", "y", "z"].iter().enumerate();
    let name = name.fold(function.expr.to_owned(), |expr, (k, name)| expr.replace(&format!("{{{k}}}"), name));
    Row { name, wgsl: Some(wgsl), worst }
}

/// A row for each function.
pub(crate) fn rows() -> Vec<Row> {
    functions().iter().map(measured).collect()
}

/// Which zero: that of the reference, where the reference says so.
#[test]
fn signs_of_zeros() {
    // Which zero is the smaller one is open.
    let open = ["min(", "max(", "clamp(", "saturate(", "modf({0}).fract", "sign("];
    for function in functions().iter().filter(|f| !open.iter().any(|open| f.expr.contains(open))) {
        let arity = function.domain.len();
        let arguments = arguments::floats(function.domain);
        let found = device::floats(&spelled(function, false), arity, &arguments);
        for (arguments, &got) in arguments.chunks(arity).zip(&found) {
            let v: Vec<f64> = arguments.iter().map(|&x| f64::from(x)).collect();
            let want = (function.reference)(&v);
            if want == 0.0 && !got.is_nan() {
                assert_eq!(got.to_bits(), (want as f32).to_bits(), "{} of {arguments:?}", function.expr);
            }
        }
    }
}

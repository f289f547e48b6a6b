//! Functions of f16: of all arguments, or of random pairs.

use half::f16;

use crate::arguments::Random;
use crate::device;
use crate::floats::frexp;
use crate::table::Row;
use crate::ulp::{Worst, saturated};

/// Results are those of f32, rounded once more.
const LIMIT: f64 = 0.505;

/// The error of an f16 in units in the last place; infinity counts as 2^16.
fn error(got: f32, want: f64) -> f64 {
    if got.is_nan() || want.is_nan() {
        return if got.is_nan() && want.is_nan() { 0.0 } else { f64::INFINITY };
    }
    let limit = 2f64.powi(16);
    let (got, want) = (f64::from(got).clamp(-limit, limit), want.clamp(-limit, limit));
    let exponent = ((want.abs().to_bits() >> 52) as i32 - 1023).clamp(-14, 15);
    (got - want).abs() / 2f64.powi(exponent - 10)
}

type Reference = fn(f64, f64) -> f64;

fn functions() -> Vec<(&'static str, usize, Reference)> {
    vec![
        ("x + y", 2, |x, y| x + y),
        ("x - y", 2, |x, y| x - y),
        ("x * y", 2, |x, y| x * y),
        ("x / y", 2, |x, y| x / y),
        ("x % y", 2, |x, y| x % y),
        ("abs(x)", 1, |x, _| x.abs()),
        ("acos(x)", 1, |x, _| x.acos()),
        ("acosh(x)", 1, |x, _| x.acosh()),
        ("asin(x)", 1, |x, _| x.asin()),
        ("asinh(x)", 1, |x, _| x.asinh()),
        ("atan(x)", 1, |x, _| x.atan()),
        ("atan2(x, y)", 2, f64::atan2),
        ("atanh(x)", 1, |x, _| x.atanh()),
        ("ceil(x)", 1, |x, _| x.ceil()),
        ("clamp(x, y, x)", 2, |x, y| x.max(y).min(x)),
        ("cos(x)", 1, |x, _| x.cos()),
        ("cosh(x)", 1, |x, _| x.cosh()),
        ("degrees(x)", 1, |x, _| x.to_degrees()),
        ("distance(vec2(x, y), vec2(y, x))", 2, |x, y| (x - y).abs() * 2f64.sqrt()),
        ("dot(vec2(x, y), vec2(y, y))", 2, |x, y| x * y + y * y),
        ("exp(x)", 1, |x, _| x.exp()),
        ("exp2(x)", 1, |x, _| x.exp2()),
        ("floor(x)", 1, |x, _| x.floor()),
        ("fma(x, y, x)", 2, |x, y| x.mul_add(y, x)),
        ("fract(x)", 1, |x, _| x - x.floor()),
        ("frexp(x).fract", 1, |x, _| frexp(x).0),
        ("inverseSqrt(x)", 1, |x, _| 1.0 / x.sqrt()),
        ("ldexp(x, i32(y))", 2, |x, y| x * f64::from(y.clamp(-999.0, 999.0) as i32).exp2()),
        ("length(vec2(x, y))", 2, f64::hypot),
        ("log(x)", 1, |x, _| x.ln()),
        ("log2(x)", 1, |x, _| x.log2()),
        ("max(x, y)", 2, f64::max),
        ("min(x, y)", 2, f64::min),
        ("modf(x).fract", 1, |x, _| if x.is_infinite() { 0.0 } else { x.fract() }),
        ("modf(x).whole", 1, |x, _| x.trunc()),
        ("pow(x, y)", 2, f64::powf),
        ("radians(x)", 1, |x, _| x.to_radians()),
        ("round(x)", 1, |x, _| x.round_ties_even()),
        ("saturate(x)", 1, |x, _| saturated(x)),
        ("sign(x)", 1, |x, _| if x == 0.0 || x.is_nan() { x } else { x.signum() }),
        ("sin(x)", 1, |x, _| x.sin()),
        ("sinh(x)", 1, |x, _| x.sinh()),
        ("sqrt(x)", 1, |x, _| x.sqrt()),
        ("step(x, y)", 2, |x, y| if x <= y { 1.0 } else { 0.0 }),
        ("tan(x)", 1, |x, _| x.tan()),
        ("tanh(x)", 1, |x, _| x.tanh()),
        ("trunc(x)", 1, |x, _| x.trunc()),
    ]
}

fn measured(name: &str, arity: usize, reference: Reference) -> Row {
    let mut random = Random(16);
    let patterns = (0..=u16::MAX).flat_map(|bits| match arity {
        1 => vec![bits],
        _ => vec![bits, random.word() as u16, bits, random.word() as u16 & 0x83ff | 0x3c00],
    });
    let arguments: Vec<f32> = patterns.map(|bits| f16::from_bits(bits).to_f32()).collect();
    let word = |c: char| c.is_ascii_alphanumeric();
    let mut expr = String::new();
    for (at, c) in name.char_indices() {
        let before = name[..at].chars().next_back().is_some_and(word);
        let after = name[at + 1..].chars().next().is_some_and(word);
        match c {
            'x' if !before && !after => expr += "f16(f0)",
            'y' if !before && !after => expr += "f16(f1)",
            c => expr.push(c),
        }
    }
    let found = device::floats(&format!("f32({expr})"), arity, &arguments);
    let mut worst = Worst::default();
    for (arguments, &got) in arguments.chunks(arity).zip(&found) {
        let v = |k: usize| arguments.get(k).copied().map_or(0.0, f64::from);
        let ulps = error(got, reference(v(0), v(1)));
        assert!(ulps <= LIMIT, "{name} of {arguments:?}: {got:e} for {:e}", reference(v(0), v(1)));
        worst.see(arguments, ulps);
    }
    Row { name: name.to_owned(), wgsl: None, worst }
}

/// A row for each function.
pub(crate) fn rows() -> Vec<Row> {
    functions().into_iter().map(|(name, arity, reference)| measured(name, arity, reference)).collect()
}

/// Conversions to and from halves, of all halves.
#[test]
fn conversions() {
    let every: Vec<f32> = (0..=u16::MAX).map(|bits| f16::from_bits(bits).to_f32()).collect();
    let words: Vec<u32> = every.iter().map(|x| x.to_bits()).collect();
    let to_i32 = device::words("bitcast<u32>(i32(f16(f0)))", 1, &words, false);
    let to_u32 = device::words("u32(f16(f0))", 1, &words, false);
    for ((&x, &i), &u) in every.iter().zip(&to_i32).zip(&to_u32) {
        if x.is_finite() {
            assert_eq!(i.cast_signed(), x as i32, "{x}");
            assert_eq!(u, x as u32, "{x}");
        }
    }
    let integers: Vec<u32> = (0..70_000).chain((0..32).map(|k| 1 << k)).collect();
    let from_u32 = device::words("bitcast<u32>(f32(f16(u0)))", 1, &integers, true);
    for (&u, &found) in integers.iter().zip(&from_u32) {
        assert_eq!(f32::from_bits(found), f16::from_f64(f64::from(u)).to_f32(), "{u}");
    }
    let pairs: Vec<u32> = (0..=u32::from(u16::MAX)).map(|bits| bits | (bits ^ 0x5555) << 16).collect();
    let there_and_back = device::words("bitcast<u32>(bitcast<vec2<f16>>(u0))", 1, &pairs, false);
    for (&pair, &found) in pairs.iter().zip(&there_and_back) {
        let is_nan = |half: u32| f16::from_bits(half as u16).is_nan();
        if !is_nan(pair) && !is_nan(pair >> 16) {
            assert_eq!(found, pair);
        }
    }
}

//! Functions of vectors and matrices, which are sums of products.
//!
//! What cancels loses digits in any order of operations. So errors are counted in units in the last place of the largest
//! sum of absolute terms, as the error analysis of a sum does.

use crate::arguments::{Random, few_edges, product};
use crate::device;
use crate::table::Row;
use crate::ulp::{Worst, saturated, unit};

struct Function {
    name: &'static str,
    /// Of `f0`, `f1`, ...
    expr: &'static str,
    arity: usize,
    range: (f32, f32),
    /// In units in the last place of `scale`.
    limit: f64,
    reference: fn(&[f64]) -> f64,
    /// What the error is relative to; 0 for the result itself.
    scale: fn(&[f64]) -> f64,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn dot_of_sizes(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a * b).abs()).sum()
}

fn halves(v: &[f64]) -> (&[f64], &[f64]) {
    v.split_at(v.len() / 2)
}

/// The sum over all permutations of signed products, or of their sizes.
fn determinant(m: &[f64], n: usize, sizes: bool) -> f64 {
    if n == 1 {
        return if sizes { m[0].abs() } else { m[0] };
    }
    (0..n)
        .map(|row| {
            let minor: Vec<f64> = (n..n * n).filter(|at| at % n != row).map(|at| m[at]).collect();
            let term = m[row] * determinant(&minor, n - 1, sizes);
            if sizes {
                term.abs()
            } else if row % 2 == 0 {
                term
            } else {
                -term
            }
        })
        .sum()
}

fn distance(v: &[f64]) -> f64 {
    let (a, b) = halves(v);
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

fn smoothstep(v: &[f64]) -> f64 {
    let t = saturated((v[2] - v[0]) / (v[1] - v[0]));
    t * t * (3.0 - 2.0 * t)
}

/// The factor of the normal.
fn bend(v: &[f64]) -> (f64, f64) {
    let (i, n, ratio) = (&v[..2], &v[2..4], v[4]);
    let cosine = dot(n, i);
    let k = 1.0 - ratio * ratio * (1.0 - cosine * cosine);
    (ratio * cosine, k)
}

const WIDE: (f32, f32) = (-9.0, 9.0);
const UNIT: (f32, f32) = (-0.7, 0.7);

fn functions() -> Vec<Function> {
    let f = |name, expr, arity, range, limit, reference, scale| Function {
        name,
        expr,
        arity,
        range,
        limit,
        reference,
        scale,
    };
    let dots = |v: &[f64]| dot(halves(v).0, halves(v).1);
    let sizes = |v: &[f64]| dot_of_sizes(halves(v).0, halves(v).1);
    vec![
        f("dot of vec2", "dot(vec2(f0, f1), vec2(f2, f3))", 4, WIDE, 2.0, dots, sizes),
        f("dot of vec3", "dot(vec3(f0, f1, f2), vec3(f3, f4, f5))", 6, WIDE, 3.0, dots, sizes),
        f("dot of vec4", "dot(vec4(f0, f1, f2, f3), vec4(f4, f5, f6, f7))", 8, WIDE, 4.0, dots, sizes),
        f(
            "cross",
            "cross(vec3(f0, f1, f2), vec3(f3, f4, f5)).y",
            6,
            WIDE,
            1.5,
            |v| v[2] * v[3] - v[0] * v[5],
            |v| (v[2] * v[3]).abs() + (v[0] * v[5]).abs(),
        ),
        f("length of vec2", "length(vec2(f0, f1))", 2, WIDE, 2.0, |v| dot(v, v).sqrt(), |_| 0.0),
        f("length of vec4", "length(vec4(f0, f1, f2, f3))", 4, WIDE, 2.0, |v| dot(v, v).sqrt(), |_| 0.0),
        f("length of f32", "length(f0)", 1, WIDE, 0.0, |v| v[0].abs(), |_| 0.0),
        f("distance of vec3", "distance(vec3(f0, f1, f2), vec3(f3, f4, f5))", 6, WIDE, 3.0, distance, |_| {
            0.0
        }),
        f(
            "normalize of vec3",
            "normalize(vec3(f0, f1, f2)).z",
            3,
            WIDE,
            3.0,
            |v| v[2] / dot(v, v).sqrt(),
            |_| 0.0,
        ),
        f(
            "mix",
            "mix(f0, f1, f2)",
            3,
            WIDE,
            3.0,
            |v| v[0] * (1.0 - v[2]) + v[1] * v[2],
            |v| v[0].abs() * (1.0 + v[2].abs()) + (v[1] * v[2]).abs(),
        ),
        f("smoothstep", "smoothstep(f0, f1, f2)", 3, WIDE, 5.0, smoothstep, |_| 0.0),
        f(
            "faceForward",
            "faceForward(vec2(f0, f1), vec2(f2, 0.0), vec2(f3, 1.0)).y",
            4,
            WIDE,
            0.0,
            |v| if v[2] * v[3] < 0.0 { v[1] } else { -v[1] },
            |_| 0.0,
        ),
        f(
            "reflect of vec2",
            "reflect(vec2(f0, f1), vec2(f2, f3)).x",
            4,
            WIDE,
            3.0,
            |v| v[0] - 2.0 * dot(&v[2..], &v[..2]) * v[2],
            |v| v[0].abs() + 2.0 * dot_of_sizes(&v[2..], &v[..2]) * v[2].abs(),
        ),
        f(
            "refract of vec2",
            "refract(vec2(f0, f1), vec2(f2, f3), f4).x",
            5,
            UNIT,
            4.0,
            |v| match bend(v) {
                (_, k) if k < 0.0 => 0.0,
                (along, k) => v[4] * v[0] - (along + k.sqrt()) * v[2],
            },
            |v| (v[4] * v[0]).abs() + (bend(v).0.abs() + bend(v).1.abs().sqrt()) * v[2].abs(),
        ),
        f(
            "determinant of mat2x2",
            "determinant(mat2x2(f0, f1, f2, f3))",
            4,
            WIDE,
            2.0,
            |v| determinant(v, 2, false),
            |v| determinant(v, 2, true),
        ),
        f(
            "determinant of mat3x3",
            "determinant(mat3x3(f0, f1, f2, f3, f4, f5, f6, f7, f8))",
            9,
            WIDE,
            4.0,
            |v| determinant(v, 3, false),
            |v| determinant(v, 3, true),
        ),
        f(
            "determinant of mat4x4",
            "determinant(mat4x4(f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, f10, f11, f12, f13, f14, f15))",
            16,
            WIDE,
            6.0,
            |v| determinant(v, 4, false),
            |v| determinant(v, 4, true),
        ),
        f(
            "mat2x3 * vec2",
            "(mat2x3(f0, f1, f2, f3, f4, f5) * vec2(f6, f7)).z",
            8,
            WIDE,
            2.0,
            |v| v[2] * v[6] + v[5] * v[7],
            |v| (v[2] * v[6]).abs() + (v[5] * v[7]).abs(),
        ),
        f(
            "vec3 * mat2x3",
            "(vec3(f6, f7, f8) * mat2x3(f0, f1, f2, f3, f4, f5)).y",
            9,
            WIDE,
            3.0,
            |v| dot(&v[3..6], &v[6..]),
            |v| dot_of_sizes(&v[3..6], &v[6..]),
        ),
        f(
            "mat2x2 * mat2x2",
            "(mat2x2(f0, f1, f2, f3) * mat2x2(f4, f5, f6, f7))[1].x",
            8,
            WIDE,
            2.0,
            |v| v[0] * v[6] + v[2] * v[7],
            |v| (v[0] * v[6]).abs() + (v[2] * v[7]).abs(),
        ),
        f("transpose", "transpose(mat2x3(f0, f1, f2, f3, f4, f5))[2].y", 6, WIDE, 0.0, |v| v[5], |_| 0.0),
    ]
}

/// Edges, among them NaN and infinities, and numbers from a range.
fn arguments(function: &Function) -> Vec<f32> {
    let (edges, arity) = (few_edges(), function.arity);
    let mut random = Random(arity as u64 + 9);
    let mut all = if arity <= 3 { product(&edges, arity) } else { Vec::new() };
    for _ in 0..20_000 * arity {
        all.push(edges[random.word() as usize % edges.len()]);
    }
    for _ in 0..(1 << 16) * arity {
        all.push(random.between(function.range.0, function.range.1));
    }
    all
}

/// Zero, or so that no product of them leaves the range of f32.
fn is_moderate(x: f64) -> bool {
    x == 0.0 || (2f64.powi(-15)..=2f64.powi(15)).contains(&x.abs())
}

fn measured(function: &Function) -> Row {
    let arguments = arguments(function);
    let found = device::floats(function.expr, function.arity, &arguments);
    let mut worst = Worst::default();
    for (arguments, &got) in arguments.chunks(function.arity).zip(&found) {
        let v: Vec<f64> = arguments.iter().map(|&x| f64::from(x)).collect();
        let want = (function.reference)(&v);
        if want.is_nan() {
            assert!(got.is_nan(), "{} of {arguments:?}: {got:e}", function.name);
            continue;
        }
        if !v.iter().all(|&x| is_moderate(x)) {
            continue;
        }
        let scale = match (function.scale)(&v) {
            0.0 => want,
            scale => scale,
        };
        let ulps = (f64::from(got) - want).abs() / unit(scale);
        assert!(
            ulps <= function.limit,
            "{} of {arguments:?}: {got:e} for {want:e}, {ulps} ULP",
            function.name
        );
        worst.see(arguments, ulps);
    }
    Row { name: function.name.to_owned(), wgsl: None, worst }
}

/// A row for each function.
pub(crate) fn rows() -> Vec<Row> {
    functions().iter().map(measured).collect()
}

//! Straight-line programs: every operator and built-in.

use super::super::function::{Function, OPERANDS};
use super::support::*;
use crate::cpu::math::{self, Emulated};

/// A function of floats with one float result.
fn float_function(body: &str, args: usize, oracle: impl Fn(&[f32]) -> f32) {
    let params: Vec<String> =
        ["x", "y", "z", "w"][..args].iter().map(|name| format!("{name}: f32")).collect();
    let source = format!("fn f({}) -> f32 {{ return {body}; }}", params.join(", "));
    check(&source, |words| float(oracle(&floats(words))));
}

/// A function of integers of type `ty` with one result of the same type.
fn integer_function(ty: &str, body: &str, args: usize, oracle: impl Fn(&[u32]) -> u32) {
    let params: Vec<String> =
        ["x", "y", "z", "w"][..args].iter().map(|name| format!("{name}: {ty}")).collect();
    let source = format!("fn f({}) -> {ty} {{ return {body}; }}", params.join(", "));
    check(&source, |words| vec![oracle(words)]);
}

#[test]
fn saxpy() {
    float_function("z * x + y", 3, |x| x[2] * x[0] + x[1]);
}

#[test]
fn float_operators() {
    float_function("x + y", 2, |x| x[0] + x[1]);
    float_function("x - y", 2, |x| x[0] - x[1]);
    float_function("1.5 - x", 1, |x| 1.5 - x[0]);
    float_function("x * y", 2, |x| x[0] * x[1]);
    float_function("x / y", 2, |x| x[0] / x[1]);
    float_function("1.0 / x", 1, |x| 1.0 / x[0]);
    float_function("x / 8.0", 1, |x| x[0] / 8.0);
    float_function("x % y", 2, |x| x[0] % x[1]);
    float_function("-x", 1, |x| -x[0]);
    float_function("x * x * x", 1, |x| x[0] * x[0] * x[0]);
    float_function("(x + y) * (x - y)", 2, |x| (x[0] + x[1]) * (x[0] - x[1]));
    float_function("(x + y) / (x * y) - (x - y) / (y * 3.0)", 2, |x| {
        (x[0] + x[1]) / (x[0] * x[1]) - (x[0] - x[1]) / (x[1] * 3.0)
    });
}

#[test]
fn float_built_ins() {
    float_function("abs(x)", 1, |x| x[0].abs());
    float_function("min(x, y)", 2, |x| math::min(x[0], x[1]));
    float_function("max(x, y)", 2, |x| math::max(x[0], x[1]));
    float_function("clamp(x, -2.0, 3.0)", 1, |x| math::clamp(x[0], -2.0, 3.0));
    float_function("saturate(x)", 1, |x| math::saturate(x[0]));
    float_function("sign(x)", 1, |x| math::sign(x[0]));
    float_function("floor(x)", 1, |x| x[0].floor());
    float_function("ceil(x)", 1, |x| x[0].ceil());
    float_function("round(x)", 1, |x| x[0].round_ties_even());
    float_function("trunc(x)", 1, |x| x[0].trunc());
    float_function("fract(x)", 1, |x| x[0] - x[0].floor());
    float_function("sqrt(x)", 1, |x| x[0].sqrt());
    float_function("inverseSqrt(x)", 1, |x| 1.0 / x[0].sqrt());
    float_function("radians(x)", 1, |x| math::radians(x[0]));
    float_function("degrees(x)", 1, |x| math::degrees(x[0]));
    float_function("mix(x, y, z)", 3, |x| math::mix(x[0], x[1], x[2]));
    float_function("step(x, y)", 2, |x| math::step(x[0], x[1]));
    float_function("smoothstep(x, y, z)", 3, |x| math::smoothstep(x[0], x[1], x[2]));
    float_function("fma(x, y, z)", 3, |x| math::fma::<Emulated>(x[0], x[1], x[2]));
    float_function("quantizeToF16(clamp(x, -60000.0, 60000.0))", 1, |x| {
        math::quantize_to_f16(math::clamp(x[0], -60000.0, 60000.0))
    });
    float_function("ldexp(x, i32(y))", 2, |x| math::ldexp(x[0], math::f32_to_i32(x[1])));
    float_function("modf(x).fract", 1, |x| math::modf_fract(x[0]));
    float_function("modf(x).whole", 1, |x| x[0].trunc());
    float_function("frexp(x).fract", 1, |x| math::frexp_fract(x[0]));
    float_function("f32(frexp(x).exp)", 1, |x| math::frexp_exp(x[0]) as f32);
}

#[test]
fn transcendental_built_ins() {
    type Unary = fn(f32) -> f32;
    let functions: [(&str, Unary); 17] = [
        ("exp", math::exp::<Emulated>),
        ("exp2", math::exp2::<Emulated>),
        ("log", math::log::<Emulated>),
        ("log2", math::log2::<Emulated>),
        ("sin", math::sin_wide::<Emulated>),
        ("cos", math::cos_wide::<Emulated>),
        ("tan", math::tan_wide::<Emulated>),
        ("asin", math::asin::<Emulated>),
        ("acos", math::acos::<Emulated>),
        ("atan", math::atan::<Emulated>),
        ("sinh", math::sinh::<Emulated>),
        ("cosh", math::cosh::<Emulated>),
        ("tanh", math::tanh::<Emulated>),
        ("asinh", math::asinh),
        ("acosh", math::acosh),
        ("atanh", math::atanh),
        ("abs", f32::abs),
    ];
    for (name, function) in functions {
        float_function(&format!("{name}(x)"), 1, |x| function(x[0]));
    }
    float_function("pow(x, y)", 2, |x| math::pow(x[0], x[1]));
    float_function("pow(x, 2.5)", 1, |x| math::pow(x[0], 2.5));
    float_function("pow(2.0, x)", 1, |x| math::pow(2.0, x[0]));
    float_function("atan2(x, y)", 2, |x| math::atan2::<Emulated>(x[0], x[1]));
    float_function("exp(x) * log(y) + exp(x)", 2, |x| {
        math::exp::<Emulated>(x[0]) * math::log::<Emulated>(x[1]) + math::exp::<Emulated>(x[0])
    });
}

#[test]
fn comparisons() {
    type Compare = fn(f32, f32) -> bool;
    let floats_of: [(&str, Compare); 6] = [
        ("==", |a, b| a == b),
        ("!=", |a, b| a != b),
        ("<", |a, b| a < b),
        ("<=", |a, b| a <= b),
        (">", |a, b| a > b),
        (">=", |a, b| a >= b),
    ];
    for (op, compare) in floats_of {
        check(&format!("fn f(x: f32, y: f32) -> u32 {{ return u32(x {op} y); }}"), |w| {
            truth(compare(f32::from_bits(w[0]), f32::from_bits(w[1])))
        });
        check(&format!("fn f(x: f32) -> u32 {{ return u32(!(1.0 {op} x)); }}"), |w| {
            truth(!compare(1.0, f32::from_bits(w[0])))
        });
    }
    #[expect(clippy::type_complexity, reason = "a table of its own")]
    let signed: [(&str, fn(i32, i32) -> bool); 6] = [
        ("==", |a, b| a == b),
        ("!=", |a, b| a != b),
        ("<", |a, b| a < b),
        ("<=", |a, b| a <= b),
        (">", |a, b| a > b),
        (">=", |a, b| a >= b),
    ];
    for (op, compare) in signed {
        check(&format!("fn f(x: i32, y: i32) -> u32 {{ return u32(x {op} y); }}"), |w| {
            truth(compare(w[0] as i32, w[1] as i32))
        });
        check(&format!("fn f(x: i32) -> u32 {{ return u32(!(5 {op} x)); }}"), |w| {
            truth(!compare(5, w[0] as i32))
        });
    }
    #[expect(clippy::type_complexity, reason = "a table of its own")]
    let unsigned: [(&str, fn(u32, u32) -> bool); 4] =
        [("<", |a, b| a < b), ("<=", |a, b| a <= b), (">", |a, b| a > b), (">=", |a, b| a >= b)];
    for (op, compare) in unsigned {
        check(&format!("fn f(x: u32, y: u32) -> u32 {{ return u32(x {op} y); }}"), |w| {
            truth(compare(w[0], w[1]))
        });
        check(&format!("fn f(x: u32) -> u32 {{ return u32(!(5u {op} x)); }}"), |w| truth(!compare(5, w[0])));
    }
}

#[test]
fn truth_values() {
    check("fn f(x: f32, y: f32) -> u32 { return u32((x < y) & (x > 0.0) | !(y < 1.0)); }", |w| {
        let x = floats(w);
        truth((x[0] < x[1]) & (x[0] > 0.0) | x[1].is_nan() | (x[1] >= 1.0))
    });
    check("fn f(x: f32, y: f32) -> u32 { return u32(x < y && x > 0.0 || y > 1.0); }", |w| {
        let x = floats(w);
        truth(x[0] < x[1] && x[0] > 0.0 || x[1] > 1.0)
    });
    check(
        "fn f(x: vec3<f32>) -> u32 { return u32(all(x > vec3(0.0))) + 2u * u32(any(x < vec3(-1.0))); }",
        |w| {
            let x = floats(w);
            vec![u32::from(x.iter().all(|&x| x > 0.0)) + 2 * u32::from(x.iter().any(|&x| x < -1.0))]
        },
    );
    check("fn f(x: f32) -> f32 { return f32(bool(x)) + f32(i32(x > 1.0)); }", |w| {
        let x = floats(w)[0];
        float(f32::from(u8::from(x != 0.0)) + f32::from(u8::from(x > 1.0)))
    });
    check("fn f(x: vec2<i32>) -> vec2<i32> { return select(vec2(1, 2), x, vec2<bool>(x)); }", |w| {
        (0..2).map(|i| if w[i] != 0 { w[i] } else { [1, 2][i] }).collect()
    });
}

#[test]
fn selections() {
    float_function("select(x, y, z < 1.0)", 3, |x| if x[2] < 1.0 { x[1] } else { x[0] });
    float_function("select(x, 2.0, z < 1.0)", 3, |x| if x[2] < 1.0 { 2.0 } else { x[0] });
    float_function("select(2.0, x, z < 1.0)", 3, |x| if x[2] < 1.0 { x[0] } else { 2.0 });
    float_function("select(2.0, 3.0, x < 1.0)", 1, |x| if x[0] < 1.0 { 3.0 } else { 2.0 });
    float_function("select(x * 2.0, y * 3.0, z < 1.0) + x", 3, |x| {
        (if x[2] < 1.0 { x[1] * 3.0 } else { x[0] * 2.0 }) + x[0]
    });
    float_function("select(x, y * x, z < 1.0)", 3, |x| if x[2] < 1.0 { x[1] * x[0] } else { x[0] });
    float_function("select(x * y, y, z < 1.0)", 3, |x| if x[2] < 1.0 { x[1] } else { x[0] * x[1] });
}

#[test]
fn integer_operators() {
    for ty in ["i32", "u32"] {
        integer_function(ty, "x + y", 2, |x| x[0].wrapping_add(x[1]));
        integer_function(ty, "x - y", 2, |x| x[0].wrapping_sub(x[1]));
        integer_function(ty, "7 - x", 1, |x| 7u32.wrapping_sub(x[0]));
        integer_function(ty, "x * y", 2, |x| x[0].wrapping_mul(x[1]));
        integer_function(ty, "x * 8", 1, |x| x[0].wrapping_mul(8));
        integer_function(ty, "x & y | ~x ^ y", 2, |x| x[0] & x[1] | (!x[0] ^ x[1]));
        integer_function(ty, "x & ~y", 2, |x| x[0] & !x[1]);
        integer_function(ty, "x << (u32(y) & 31u)", 2, |x| x[0] << (x[1] & 31));
        integer_function(ty, "x << 3u", 1, |x| x[0] << 3);
        integer_function(ty, &format!("{ty}(1) << (u32(y) & 31u)"), 2, |x| 1 << (x[1] & 31));
        integer_function(ty, "countOneBits(x)", 1, |x| x[0].count_ones());
        integer_function(ty, "countLeadingZeros(x)", 1, |x| x[0].leading_zeros());
        integer_function(ty, "countTrailingZeros(x)", 1, |x| x[0].trailing_zeros());
        integer_function(ty, "reverseBits(x)", 1, |x| x[0].reverse_bits());
        integer_function(ty, "firstTrailingBit(x)", 1, |x| math::first_trailing_bit(x[0]));
        integer_function(ty, "insertBits(x, y, 5u, 9u)", 2, |x| math::insert_bits(x[0], x[1], 5, 9));
    }
    integer_function("u32", "insertBits(x, y, z, w)", 4, |x| math::insert_bits(x[0], x[1], x[2], x[3]));
    integer_function("u32", "extractBits(x, y, z)", 3, |x| math::extract_bits_u32(x[0], x[1], x[2]));
    integer_function("u32", "x / y", 2, |x| x[0].checked_div(x[1]).unwrap_or(x[0]));
    integer_function("u32", "x % y", 2, |x| x[0].checked_rem(x[1]).unwrap_or(0));
    integer_function("u32", "x >> (y & 31u)", 2, |x| x[0] >> (x[1] & 31));
    integer_function("u32", "min(x, y) + max(x, 9u)", 2, |x| x[0].min(x[1]).wrapping_add(x[0].max(9)));
    integer_function("u32", "clamp(x, 3u, y)", 2, |x| x[0].max(3).min(x[1]));
    integer_function("u32", "abs(x)", 1, |x| x[0]);
    integer_function("u32", "firstLeadingBit(x)", 1, |x| math::first_leading_bit_u32(x[0]));
    integer_function("i32", "x / y", 2, |x| {
        (x[0] as i32).checked_div(x[1] as i32).unwrap_or(x[0] as i32) as u32
    });
    integer_function("i32", "x % y", 2, |x| (x[0] as i32).checked_rem(x[1] as i32).unwrap_or(0) as u32);
    integer_function("i32", "x >> (u32(y) & 31u)", 2, |x| (x[0] as i32 >> (x[1] & 31)) as u32);
    integer_function("i32", "-x", 1, |x| x[0].wrapping_neg());
    integer_function("i32", "abs(x)", 1, |x| (x[0] as i32).wrapping_abs() as u32);
    integer_function("i32", "sign(x)", 1, |x| (x[0] as i32).signum() as u32);
    integer_function("i32", "min(x, y) ^ max(x, -9)", 2, |x| {
        ((x[0] as i32).min(x[1] as i32) ^ (x[0] as i32).max(-9)) as u32
    });
    integer_function("i32", "firstLeadingBit(x)", 1, |x| math::first_leading_bit_i32(x[0] as i32) as u32);
    integer_function("i32", "extractBits(x, u32(y), u32(z))", 3, |x| {
        math::extract_bits_i32(x[0] as i32, x[1], x[2]) as u32
    });
}

#[test]
fn conversions() {
    check("fn f(x: f32) -> i32 { return i32(x); }", |w| vec![math::f32_to_i32(f32::from_bits(w[0])) as u32]);
    check("fn f(x: f32) -> u32 { return u32(x); }", |w| vec![math::f32_to_u32(f32::from_bits(w[0]))]);
    check("fn f(x: i32) -> f32 { return f32(x); }", |w| float(w[0] as i32 as f32));
    check("fn f(x: u32) -> f32 { return f32(x); }", |w| float(w[0] as f32));
    check("fn f(x: u32) -> i32 { return i32(x); }", |w| vec![w[0]]);
    check("fn f(x: f32) -> u32 { return bitcast<u32>(x) + 1u; }", |w| vec![w[0].wrapping_add(1)]);
    check("fn f(x: vec2<u32>) -> vec2<f32> { return bitcast<vec2<f32>>(x * 3u); }", |w| {
        w.iter().map(|x| x.wrapping_mul(3)).collect()
    });
    check("fn f(x: vec3<f32>) -> vec3<i32> { return vec3<i32>(x); }", |w| {
        floats(w).into_iter().map(|x| math::f32_to_i32(x) as u32).collect()
    });
}

#[test]
fn packing() {
    check("fn f(x: vec4<f32>) -> u32 { return pack4x8snorm(x); }", |w| {
        let x = floats(w);
        vec![math::pack_4x8_snorm([x[0], x[1], x[2], x[3]])]
    });
    check("fn f(x: vec4<f32>) -> u32 { return pack4x8unorm(x); }", |w| {
        let x = floats(w);
        vec![math::pack_4x8_unorm([x[0], x[1], x[2], x[3]])]
    });
    check("fn f(x: vec2<f32>) -> u32 { return pack2x16snorm(x) ^ pack2x16unorm(x); }", |w| {
        let x = floats(w);
        vec![math::pack_2x16_snorm(x[0], x[1]) ^ math::pack_2x16_unorm(x[0], x[1])]
    });
    check("fn f(x: u32) -> vec4<f32> { return unpack4x8snorm(x) + unpack4x8unorm(x); }", |w| {
        (0..4)
            .map(|i| (math::unpack_4x8_snorm(w[0], i) + math::unpack_4x8_unorm(w[0], i)).to_bits())
            .collect()
    });
    check("fn f(x: u32) -> vec2<f32> { return unpack2x16float(x); }", |w| {
        (0..2).map(|i| math::unpack_2x16_float(w[0], i).to_bits()).collect()
    });
    check("fn f(x: u32) -> vec4<i32> { return unpack4xI8(x); }", |w| {
        (0..4).map(|i| math::unpack_4x8_i(w[0], i) as u32).collect()
    });
    check("fn f(x: u32, y: u32) -> u32 { return dot4U8Packed(x, y); }", |w| {
        vec![math::dot_4x8_u(w[0], w[1])]
    });
    check("fn f(x: u32, y: u32) -> i32 { return dot4I8Packed(x, y); }", |w| {
        vec![math::dot_4x8_i(w[0], w[1]) as u32]
    });
}

/// Every function in the table is vectorised with the meaning of its scalar form.
#[test]
fn functions_are_listed_once() {
    for (at, function) in Function::ALL.iter().enumerate() {
        assert!(function.arity() <= OPERANDS && !Function::ALL[..at].contains(function));
    }
    assert!(Function::ALL.len() < 256);
}

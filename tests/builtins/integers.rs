//! Functions, operators and conversions of integers and truth values: exact.

use crate::arguments;
use crate::device;

/// Checks an expression of `arity` words that gives a word, and with the same arguments as vectors where it has a `{0}`.
fn check(expr: &str, arity: usize, reference: impl Fn(&[u32]) -> u32) {
    let arguments = arguments::words(arity);
    let found = device::words(expr, arity, &arguments, false);
    for (arguments, &got) in arguments.chunks(arity).zip(&found) {
        let want = reference(arguments);
        assert!(got == want, "{expr} of {arguments:x?}: {got:#x}, expected {want:#x}");
    }
}

/// Checks a function of scalars and the same of vectors: `name` of `arity` words of type `ty`.
fn each(name: &str, ty: char, arity: usize, reference: impl Fn(&[u32]) -> u32) {
    let scalar = if ty == 'i' { "i32" } else { "u32" };
    let scalars: Vec<String> = (0..arity).map(|k| format!("{ty}{k}")).collect();
    let vectors: Vec<String> = scalars.iter().map(|a| format!("vec3<{scalar}>({a}, 1, {a}).zyx")).collect();
    let call = |arguments: &[String]| match name.strip_prefix("op ") {
        Some(operator) if arguments.len() == 1 => format!("({operator}{})", arguments[0]),
        Some(operator) => format!("({} {operator} {})", arguments[0], arguments[1]),
        None => format!("{name}({})", arguments.join(", ")),
    };
    check(&format!("bitcast<u32>({})", call(&scalars)), arity, &reference);
    check(&format!("bitcast<u32>({}.x)", call(&vectors)), arity, &reference);
}

fn s(word: u32) -> i32 {
    word.cast_signed()
}

fn w(value: i32) -> u32 {
    value.cast_unsigned()
}

#[test]
fn operators() {
    for ty in ['i', 'u'] {
        each("op +", ty, 2, |v| v[0].wrapping_add(v[1]));
        each("op -", ty, 2, |v| v[0].wrapping_sub(v[1]));
        each("op *", ty, 2, |v| v[0].wrapping_mul(v[1]));
        each("op &", ty, 2, |v| v[0] & v[1]);
        each("op |", ty, 2, |v| v[0] | v[1]);
        each("op ^", ty, 2, |v| v[0] ^ v[1]);
        each("op ~", ty, 1, |v| !v[0]);
    }
    each("op -", 'i', 1, |v| v[0].wrapping_neg());
    each("op /", 'u', 2, |v| v[0].checked_div(v[1]).unwrap_or(v[0]));
    each("op %", 'u', 2, |v| v[0].checked_rem(v[1]).unwrap_or(0));
    each("op /", 'i', 2, |v| if v[1] == 0 { v[0] } else { w(s(v[0]).wrapping_div(s(v[1]))) });
    each("op %", 'i', 2, |v| if v[1] == 0 { 0 } else { w(s(v[0]).wrapping_rem(s(v[1]))) });
    each("op <<", 'u', 2, |v| v[0].wrapping_shl(v[1]));
    each("op >>", 'u', 2, |v| v[0].wrapping_shr(v[1]));
    check("bitcast<u32>(i0 << u1)", 2, |v| v[0].wrapping_shl(v[1]));
    check("bitcast<u32>(i0 >> u1)", 2, |v| w(s(v[0]).wrapping_shr(v[1])));
    check("bitcast<u32>((vec2(i0, 7) >> vec2(u1, u0)).x)", 2, |v| w(s(v[0]).wrapping_shr(v[1])));
}

#[test]
fn comparisons() {
    type Compare = (&'static str, fn(&i64, &i64) -> bool);
    let all: [Compare; 6] =
        [("<", i64::lt), ("<=", i64::le), (">", i64::gt), (">=", i64::ge), ("==", i64::eq), ("!=", i64::ne)];
    for (operator, reference) in all {
        check(&format!("u32(u0 {operator} u1)"), 2, |v| reference(&v[0].into(), &v[1].into()).into());
        check(&format!("u32(i0 {operator} i1)"), 2, |v| reference(&s(v[0]).into(), &s(v[1]).into()).into());
        let vectors = format!("u32((vec2(i1, i0) {operator} vec2(i0, i1)).y)");
        check(&vectors, 2, |v| reference(&s(v[0]).into(), &s(v[1]).into()).into());
    }
    type CompareFloats = (&'static str, fn(&f32, &f32) -> bool);
    let floats: [CompareFloats; 6] =
        [("<", f32::lt), ("<=", f32::le), (">", f32::gt), (">=", f32::ge), ("==", f32::eq), ("!=", f32::ne)];
    let edges: Vec<u32> = arguments::product(&arguments::edges(), 2).iter().map(|x| x.to_bits()).collect();
    for (operator, reference) in floats {
        let found = device::words(&format!("u32(f0 {operator} f1)"), 2, &edges, false);
        for (pair, &found) in edges.chunks(2).zip(&found) {
            let [a, b] = [pair[0], pair[1]].map(f32::from_bits);
            assert_eq!(found != 0, reference(&a, &b), "{a:e} {operator} {b:e}");
        }
    }
}

#[test]
fn truth_values() {
    let t = |word: u32| word & 1 == 1;
    for (expr, reference) in [
        ("(t && s)", (|a, b| a && b) as fn(bool, bool) -> bool),
        ("(t || s)", |a, b| a || b),
        ("(t & s)", |a, b| a & b),
        ("(t | s)", |a, b| a | b),
        ("(t == s)", |a, b| a == b),
        ("(t != s)", |a, b| a != b),
        ("(!t)", |a, _| !a),
        ("all(vec2(t, s))", |a, b| a && b),
        ("any(vec3(t, s, t))", |a, b| a || b),
        ("all(t)", |a, _| a),
        ("any(s)", |_, b| b),
        ("select(t, s, t)", |a, b| if a { b } else { a }),
        ("select(vec2(t, s), vec2(s, t), vec2(s, t)).y", |a, b| if a { a } else { b }),
    ] {
        // `t` and `s` stand alone in these.
        let spelled = expr.replace("select", "#").replace("vec2", "@2").replace("vec3", "@3");
        let spelled = spelled.replace('t', "bool(u0 & 1u)").replace('s', "(u1 % 2u == 1u)");
        let spelled = spelled.replace('#', "select").replace('@', "vec");
        check(&format!("u32({spelled})"), 2, |v| reference(t(v[0]), t(v[1])).into());
    }
}

#[test]
fn functions() {
    each("abs", 'u', 1, |v| v[0]);
    each("abs", 'i', 1, |v| w(s(v[0]).wrapping_abs()));
    each("sign", 'i', 1, |v| w(s(v[0]).signum()));
    each("min", 'u', 2, |v| v[0].min(v[1]));
    each("max", 'u', 2, |v| v[0].max(v[1]));
    each("min", 'i', 2, |v| w(s(v[0]).min(s(v[1]))));
    each("max", 'i', 2, |v| w(s(v[0]).max(s(v[1]))));
    each("clamp", 'u', 3, |v| v[0].max(v[1]).min(v[2]));
    each("clamp", 'i', 3, |v| w(s(v[0]).max(s(v[1])).min(s(v[2]))));
    for ty in ['u', 'i'] {
        each("countOneBits", ty, 1, |v| v[0].count_ones());
        each("countLeadingZeros", ty, 1, |v| v[0].leading_zeros());
        each("countTrailingZeros", ty, 1, |v| v[0].trailing_zeros());
        each("reverseBits", ty, 1, |v| v[0].reverse_bits());
        each("firstTrailingBit", ty, 1, |v| if v[0] == 0 { u32::MAX } else { v[0].trailing_zeros() });
    }
    let highest = |word: u32| if word == 0 { u32::MAX } else { 31 - word.leading_zeros() };
    each("firstLeadingBit", 'u', 1, |v| highest(v[0]));
    each("firstLeadingBit", 'i', 1, |v| highest(if s(v[0]) < 0 { !v[0] } else { v[0] }));
    check("select(u0, u1, u0 > u1)", 2, |v| if v[0] > v[1] { v[1] } else { v[0] });
    check("dot(vec3(u0, u1, u2), vec3(u1, u2, u0))", 3, |v| {
        let term = |a: usize, b: usize| v[a].wrapping_mul(v[b]);
        term(0, 1).wrapping_add(term(1, 2)).wrapping_add(term(2, 0))
    });
    check("bitcast<u32>(dot(vec2(i0, i1), vec2(i1, i1)))", 2, |v| {
        v[0].wrapping_mul(v[1]).wrapping_add(v[1].wrapping_mul(v[1]))
    });
}

#[test]
fn fields_of_bits() {
    let field = |at: u32, count: u32| {
        let at = at.min(32);
        let count = count.min(32 - at);
        let mask = if count == 0 { 0 } else { u32::MAX >> (32 - count) };
        (at, count, mask)
    };
    check("extractBits(u0, u1, u2)", 3, |v| {
        let (at, _, mask) = field(v[1], v[2]);
        v[0].checked_shr(at).unwrap_or(0) & mask
    });
    check("bitcast<u32>(extractBits(i0, u1, u2))", 3, |v| {
        let (at, count, mask) = field(v[1], v[2]);
        let bits = v[0].checked_shr(at).unwrap_or(0) & mask;
        if count == 0 { 0 } else { w(s(bits << (32 - count)) >> (32 - count)) }
    });
    check("bitcast<u32>(extractBits(vec2(i0, i0), u1, u2).y)", 3, |v| {
        let (at, count, mask) = field(v[1], v[2]);
        let bits = v[0].checked_shr(at).unwrap_or(0) & mask;
        if count == 0 { 0 } else { w(s(bits << (32 - count)) >> (32 - count)) }
    });
    let inserted = |v: &[u32]| {
        let (at, _, mask) = field(v[2], v[3]);
        let mask = mask.checked_shl(at).unwrap_or(0);
        v[0] & !mask | v[1].checked_shl(at).unwrap_or(0) & mask
    };
    check("insertBits(u0, u1, u2, u3)", 4, inserted);
    check("bitcast<u32>(insertBits(vec2(i0, i1), vec2(i1, i0), u2, u3).x)", 4, inserted);
}

#[test]
fn conversions() {
    check("bitcast<u32>(i32(u0))", 1, |v| v[0]);
    check("u32(i0)", 1, |v| v[0]);
    check("u32(bool(u0))", 1, |v| u32::from(v[0] != 0));
    check("u32(bool(i0))", 1, |v| u32::from(v[0] != 0));
    check("bitcast<u32>(i32(u0 > 7u))", 1, |v| u32::from(v[0] > 7));
    check("bitcast<u32>(f32(u0 > 7u))", 1, |v| if v[0] > 7 { 1f32.to_bits() } else { 0 });
    check("bitcast<u32>(f32(u0))", 1, |v| (v[0] as f32).to_bits());
    check("bitcast<u32>(f32(i0))", 1, |v| (s(v[0]) as f32).to_bits());
    let floats = arguments::floats(&[(-100.0, 100.0)]);
    let words: Vec<u32> = floats.iter().map(|x| x.to_bits()).collect();
    let to_i32 = device::words("bitcast<u32>(i32(f0))", 1, &words, false);
    let to_u32 = device::words("u32(f0)", 1, &words, false);
    let to_bool = device::words("u32(bool(f0))", 1, &words, false);
    for (k, &x) in floats.iter().enumerate() {
        // To the largest float that the integer type holds; `as` takes NaN to 0.
        let x = f64::from(x);
        assert_eq!(s(to_i32[k]), x.clamp(-2_147_483_648.0, 2_147_483_520.0) as i32, "{x:e}");
        assert_eq!(to_u32[k], x.clamp(0.0, 4_294_967_040.0) as u32, "{x:e}");
        assert_eq!(to_bool[k], u32::from(x != 0.0), "{x:e}");
    }
}

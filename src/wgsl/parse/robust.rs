//! No text brings the parser down.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::parse;
use crate::element::{ElementType, Scalar};
use crate::error::Error;
use crate::wgsl::{Expected, emit};

const F32: ElementType = ElementType::scalar(Scalar::F32);
const UNARY: Expected = Expected { parameters: &[F32], result: F32 };

const VALID: [&str; 6] = [
    "const K = vec3(1.0, 2.0, 3.0); fn f(x: f32) -> f32 { return dot(K.zyx, vec3(x)) * 0x1p-3f; }",
    "struct S { a: array<f32, 4>, @align(16) b: vec2<i32> } fn g(p: ptr<function, S>) { (*p).a[1] += 1.0; }
    fn f(x: f32) -> f32 { var s: S; g(&s); return s.a[u32(x) % 4u] + x; }",
    "alias R = f32; fn f(x: R, n: u32) -> R { var y = x; for (var i = 0u; i < n; i++) { y = fma(y, y, x); } return y; }",
    "fn f(x: f32) -> f32 { switch i32(x) { case 0, 1: { return 1.0; } default: { return select(x, -x, x < 0); } } }",
    "/* ä */ fn f(x: f32) -> f32 { loop { if x > 1 { break; } continuing { break if x < 0; } } return frexp(x).fract; }",
    "override W = 2.0; @group(0) @binding(0) var<storage> t: array<f32>; @compute @workgroup_size(8) fn main() {}
    fn f(x: f32) -> f32 { return t[0] + W; }",
];

/// Parses, writes what parses, and reads that again; an error is right too, a panic is not.
fn survive(text: &str) {
    let function = match parse(text, None, UNARY) {
        Ok(function) => function,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    match emit(&function, "f0_") {
        Ok(emitted) => {
            parse(&emitted.text, Some(&emitted.name), UNARY)
                .unwrap_or_else(|e| panic!("{e}\n{text}\n{}", emitted.text));
        }
        Err(error) => assert!(matches!(error, Error::Unsupported { .. }), "{error}\n{text}"),
    }
}

/// A change of a text: what is at `at` (of the length) becomes something else.
#[derive(Debug, Clone)]
pub(in crate::wgsl) enum Mutation {
    Delete { at: f64, len: usize },
    Insert { at: f64, text: String },
    Copy { from: f64, len: usize, to: f64 },
}

pub(in crate::wgsl) fn mutation() -> impl Strategy<Value = Mutation> {
    let place = || 0.0..1.0f64;
    let tokens = "(fn|var|let|const|struct|return|if|else|loop|continuing|break if|switch|case|f32|u32|i32|bool|vec3<f32>|mat2x2<f32>|array<f32,4>|ptr<function,f32>|atomic<u32>|[-+*/%&|^~!<>=(){};:,.@]|[0-9]{1,12}|0x[0-9a-f]{1,10}p[-+][0-9]{1,3}|1e[0-9]{1,3}f?|x|f|S|a|K|\\PC|\0| )";
    prop_oneof![
        (place(), 1..12usize).prop_map(|(at, len)| Mutation::Delete { at, len }),
        (place(), tokens).prop_map(|(at, text)| Mutation::Insert { at, text }),
        (place(), 1..40usize, place()).prop_map(|(from, len, to)| Mutation::Copy { from, len, to }),
    ]
}

pub(in crate::wgsl) fn mutate(text: &str, mutations: &[Mutation]) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for mutation in mutations {
        let place = |at: &f64| (at * chars.len() as f64) as usize;
        let end = |at: usize, len: usize| (at + len).min(chars.len());
        match mutation {
            Mutation::Delete { at, len } => {
                let at = place(at);
                chars.drain(at..end(at, *len));
            }
            Mutation::Insert { at, text } => {
                let at = place(at);
                chars.splice(at..at, text.chars());
            }
            Mutation::Copy { from, len, to } => {
                let (from, to) = (place(from), place(to));
                let copy = chars[from..end(from, *len)].to_vec();
                chars.splice(to..to, copy);
            }
        }
    }
    chars.into_iter().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn mutated_functions(text in 0..VALID.len(), mutations in prop::collection::vec(mutation(), 1..4)) {
        survive(&mutate(VALID[text], &mutations));
    }

    #[test]
    fn any_text(text in "\\PC*") {
        survive(&text);
    }
}

#[test]
fn mutations_keep_some_texts_valid() {
    for text in &VALID[..5] {
        parse(text, None, UNARY).unwrap_or_else(|error| panic!("{error}"));
    }
    assert!(matches!(parse(VALID[5], Some("f"), UNARY), Err(Error::Impure { .. })));
}

/// Control characters are replaced when naga renders: places must stay inside of the text.
#[test]
fn control_characters() {
    survive("fn f(x: f32) -> f32 { return \u{0}\u{80}y; }");
    survive("/* \u{1}\u{85}\u{2028} */ fn f(x: f32) -> f32 {\r\n\u{b} return y; }\u{7f}");
    survive("fn f(x: f32) -> f32 { return y; }\u{0}");
}

#[test]
fn deep_nesting() {
    for depth in [100, 1000, 100_000] {
        let nested = |open: &str, close: &str| {
            format!("fn f(x: f32) -> f32 {{ return {}x{}; }}", open.repeat(depth), close.repeat(depth))
        };
        survive(&nested("(", ")"));
        survive(&nested("-", ""));
        survive(&nested("- ", ""));
        survive(&nested("abs(", ")"));
        survive(&nested("vec2(", ").x"));
        survive(&nested("bitcast<ptr<function, ", ">>(x)"));
        let body = |open: &str, close: &str| {
            format!("fn f(x: f32) -> f32 {{ {}{} return x; }}", open.repeat(depth), close.repeat(depth))
        };
        survive(&body("{", "}"));
        survive(&body("if x > 1.0 {", "}"));
        survive(&body("loop {", "break; }"));
        survive(&format!(
            "alias T = {}f32{}; fn f(x: f32) -> f32 {{ return x; }}",
            "array<".repeat(depth),
            ", 1>".repeat(depth)
        ));
    }
}

#[test]
fn long_texts() {
    for length in [100, 1000, 20_000] {
        survive(&format!("fn f(x: f32) -> f32 {{ return x{}; }}", " + x".repeat(length)));
        survive(&format!(
            "fn f(x: f32) -> f32 {{ if x > 0.0 {{ }}{} return x; }}",
            " else if x > 1.0 { }".repeat(length)
        ));
        survive(&format!("fn f(x: f32) -> f32 {{ var v = vec2(x); return v{}; }}", ".xy".repeat(length)));
        let mut chain = "fn f0(x: f32) -> f32 { return x; }".to_owned();
        for i in 1..=length.min(2000) {
            let _ = write!(chain, " fn f{i}(x: f32) -> f32 {{ return f{}(x); }}", i - 1);
        }
        survive(&chain);
        let _ = write!(chain, " fn f{}(x: f32) -> f32 {{ return f1(x); }}", length);
        survive(&chain);
    }
}

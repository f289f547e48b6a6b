use insta::assert_snapshot;
use naga::valid::{Capabilities, ValidationFlags, Validator};

use super::emit;
use crate::element::{ElementType, Scalar};
use crate::wgsl::{Expected, PureFunction, parse};

const F32: ElementType = ElementType::scalar(Scalar::F32);
const UNARY: Expected = Expected { parameters: &[F32], result: F32 };

fn unary(text: &str) -> PureFunction {
    parse(text, None, UNARY).unwrap_or_else(|error| panic!("{error}"))
}

/// The text parses and validates.
fn accepted(text: &str) -> naga::Module {
    let module =
        naga::front::wgsl::parse_str(text).unwrap_or_else(|e| panic!("{}\n{text}", e.emit_to_string(text)));
    let checked = Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&module);
    checked.unwrap_or_else(|e| panic!("{}\n{text}", e.emit_to_string(text)));
    module
}

#[test]
fn writes_structs_constants_and_helpers_with_the_prefix() {
    let function = unary(
        "const WEIGHTS = array<f32, 3>(0.25, 0.5, 0.25);
        struct Range { low: f32, high: f32 }
        fn clip(x: f32, range: Range) -> f32 { return clamp(x, range.low, range.high); }
        fn f(x: f32, a: f32) -> f32 { return clip(x * WEIGHTS[1] + a, Range(0.0, 1.0)); }",
    );
    let emitted = emit(&function, "tw_f0_").unwrap();
    assert_eq!(emitted.name, "tw_f0_f");
    assert_snapshot!(emitted.text, @"
    struct tw_f0_Range {
        low: f32,
        high: f32,
    }

    const tw_f0_WEIGHTS: array<f32, 3> = array<f32, 3>(0.25f, 0.5f, 0.25f);

    fn tw_f0_clip(x: f32, range: tw_f0_Range) -> f32 {
        return clamp(x, range.low, range.high);
    }

    fn tw_f0_f(x_1: f32, a: f32) -> f32 {
        let _e8 = tw_f0_clip(((x_1 * 0.5f) + a), tw_f0_Range(0f, 1f));
        return _e8;
    }
    ");
}

#[test]
fn equal_names_from_different_texts_do_not_meet() {
    let one = "struct S { a: f32 } const K = 1f; fn helper(s: S) -> f32 { return s.a + K; }
        fn f(x: f32) -> f32 { return helper(S(x)); }";
    let other = "struct S { a: f32 } const K = 2f; fn helper(s: S) -> f32 { return s.a * K; }
        fn f(x: f32) -> f32 { return helper(S(x)); }";
    let [f, g] =
        [(one, "tw_f0_"), (other, "tw_f1_")].map(|(text, prefix)| emit(&unary(text), prefix).unwrap());
    let shader = format!(
        "@group(0) @binding(0) var<storage, read_write> tw_data: array<f32>;
        {}{}
        @compute @workgroup_size(64) fn tw_main(@builtin(global_invocation_id) tw_id: vec3<u32>) {{
            tw_data[tw_id.x] = {}({}(tw_data[tw_id.x]));
        }}",
        f.text, g.text, f.name, g.name
    );
    accepted(&shader);
}

/// Names that the writer of naga changes: reserved elsewhere, ending in digits or `_`, not ASCII, shadowing built-ins.
#[test]
fn unusual_names_are_reported_as_written() {
    for name in ["f1", "f_", "f__g", "größe", "main", "max", "float4", "tw_x", "_naga_f", "_0"] {
        let function = unary(&format!("fn {name}(x: f32) -> f32 {{ return x; }}"));
        let emitted = emit(&function, "f0_").unwrap();
        let module = accepted(&emitted.text);
        let names: Vec<_> =
            module.functions.iter().filter_map(|(_, function)| function.name.as_deref()).collect();
        assert_eq!(names, [emitted.name.as_str()]);
        assert!(emitted.name.starts_with("f0_"), "{}", emitted.name);
    }
    // A helper, a constant and a parameter that are written alike.
    let function = unary(
        "const f_ = 1f; fn f__(x: f32) -> f32 { return x; } fn f(f0_f: f32) -> f32 { return f__(f0_f) + f_; }",
    );
    let emitted = emit(&function, "f0_").unwrap();
    let module = accepted(&emitted.text);
    let last = module.functions.iter().last().unwrap().1;
    assert_eq!(last.name.as_ref(), Some(&emitted.name));
}

/// Writing and reading again gives a text that is written alike: nothing is lost on the way.
#[test]
fn writing_is_stable() {
    let texts = [
        "fn f(x: f32) -> f32 { var s = 0f; for (var i = 0; i < 8; i++) { if i == 3 { continue; } s += x; } return s; }",
        "fn f(x: f32) -> f32 { var i = 0u; loop { if x < f32(i) { break; } continuing { i++; break if i > 9u; } } return f32(i); }",
        "fn f(x: f32) -> f32 { var y = x; while y > 1.0 { y *= 0.5; } return y; }",
        "fn f(x: f32) -> f32 { switch i32(x) { case 0, 1: { return 1.0; } case 2: { return x; } default: { return -x; } } }",
        "fn bump(p: ptr<function, f32>) { *p += 1.0; } fn f(x: f32) -> f32 { var y = x; bump(&y); return y; }",
        "fn f(x: f32) -> f32 { var v = vec4(x, 1.0, 2.0, 3.0); v.y = x; let w = v.wzyx.xy; return w.x + v.zxy.z; }",
        "fn f(x: f32) -> f32 { let m = mat2x3<f32>(vec3(x), vec3(1.0)); return (m * vec2(x, 2.0)).z; }",
        "struct P { a: array<vec2<f32>, 3>, n: u32 } fn f(x: f32) -> f32 { var p = P(); p.a[u32(x)].y = x; return p.a[1].y; }",
        "fn f(x: f32) -> f32 { let r = frexp(x); let m = modf(x); return r.fract + f32(r.exp) + m.whole; }",
        "fn f(x: f32) -> f32 { return select(x, bitcast<f32>(bitcast<u32>(x) ^ 0x80000000u), x > 1.0 && x < 2.0); }",
        "fn f(x: f32, n: vec3<u32>) -> f32 { return x + f32(dot(n, n) << 3u) - f32(countOneBits(n.x)) % 3.0; }",
        "fn f(x: f32) -> f32 { let a = vec3<i32>(vec3(x)); return f32((a / vec3(3)).x) + f32(all(a == vec3(1))); }",
        "fn f(x: f32) -> f32 { return unpack2x16float(pack2x16float(vec2(x, quantizeToF16(x)))).x; }",
        "const_assert 1 < 2; @must_use fn g(x: f32) -> f32 { return x; } fn f(x: f32) -> f32 { _ = g(x); return x; }",
    ];
    for text in texts {
        let once = emit(&unary(text), "f0_").unwrap();
        let again = parse(&once.text, Some(&once.name), UNARY).unwrap_or_else(|error| panic!("{error}"));
        let again = emit(&again, "g_").unwrap();
        // Names of values that end in a digit get another `_`.
        let [once, again] = [once.text, again.text.replace("g_f0_", "f0_")].map(|text| text.replace('_', ""));
        assert_eq!(once, again);
    }
}

/// Literals keep their bits.
#[test]
fn extreme_literals_survive() {
    let mut values = vec![
        0.0,
        -0.0,
        1e-45,
        -1e-45,
        f32::MIN_POSITIVE,
        f32::MAX,
        f32::MIN,
        f32::EPSILON,
        0.1,
        1e10,
        16777217.0,
    ];
    values.extend((1..255).map(|exponent| f32::from_bits(exponent << 23 | 0x2a_aaab)));
    values.extend((0..23).map(|bit| f32::from_bits(1 << bit)));
    for value in values {
        let function = unary(&format!("fn f(x: f32) -> f32 {{ return x + {value:e}f; }}"));
        let emitted = emit(&function, "f0_").unwrap();
        let again = parse(&emitted.text, None, UNARY).unwrap();
        let literals =
            again.module.functions[again.function].expressions.iter().filter_map(|(_, e)| match e {
                naga::Expression::Literal(naga::Literal::F32(value)) => Some(value.to_bits()),
                _ => None,
            });
        assert_eq!(literals.collect::<Vec<_>>(), [value.to_bits()], "{value:e}: {}", emitted.text);
    }
    for value in [i32::MIN, i32::MAX, -1, 0] {
        let function = unary(&format!("fn f(x: f32) -> f32 {{ return x + f32(i32({value})); }}"));
        accepted(&emit(&function, "f0_").unwrap().text);
    }
}

/// Deep texts that the parser takes are written such that it takes them again.
#[test]
fn deep_expressions_are_written_in_parts() {
    let texts = [
        format!("fn f(x: f32) -> f32 {{ return x{}; }}", " + x".repeat(900)),
        format!("fn f(x: f32) -> f32 {{ return {}x; }}", "- ".repeat(900)),
        format!("fn f(x: f32) -> f32 {{ return {}x{}; }}", "abs(".repeat(60), ")".repeat(60)),
        format!("fn f(x: f32) -> f32 {{ var v = vec2(x); return v{}.x; }}", ".yx".repeat(900)),
        format!("fn f(x: f32) -> f32 {{ return select(x, -x, x > 0{}); }}", " && x > 0".repeat(300)),
    ];
    for text in texts {
        let emitted = emit(&unary(&text), "f0_").unwrap();
        accepted(&emitted.text);
    }
    let emitted = emit(
        &unary("fn f(x: f32) -> f32 { return x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x+x; }"),
        "f0_",
    );
    assert_snapshot!(emitted.unwrap().text, @"
    fn f0_f(x: f32) -> f32 {
        let part = (((((((((((((((((((((((((x + x) + x) + x) + x) + x) + x) + x) + x) + x) + x) + x) + x) + x) + x) + x) + x) + x) + x) + x) + x) + x) + x) + x) + x) + x);
        return (part + x);
    }
    ");
}

#[test]
fn deep_blocks_are_refused() {
    let chain = |length| {
        format!("fn f(x: f32) -> f32 {{ if x > 0 {{ }}{} return x; }}", " else if x > 1 { }".repeat(length))
    };
    accepted(&emit(&unary(&chain(90)), "f0_").unwrap().text);
    assert_snapshot!(emit(&unary(&chain(110)), "f0_").unwrap_err(), @"unsupported on gpu: `f` nests blocks too deeply to be written as WGSL");
}

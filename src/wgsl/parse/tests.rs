use insta::assert_snapshot;

use super::parse;
use crate::element::Scalar::{F32, U32};
use crate::element::{ElementType, Scalar};
use crate::error::{Error, Result};
use crate::wgsl::{Expected, PureFunction};

const fn scalar(scalar: Scalar) -> ElementType {
    ElementType::scalar(scalar)
}

const UNARY: Expected = Expected { parameters: &[scalar(F32)], result: scalar(F32) };
const BINARY: Expected = Expected { parameters: &[scalar(F32), scalar(F32)], result: scalar(F32) };

fn unary(text: &str) -> Result<PureFunction> {
    parse(text, None, UNARY)
}

fn refusal(text: &str) -> String {
    unary(text).unwrap_err().to_string()
}

#[test]
fn takes_the_outermost_function() {
    let text = "
        const SCALE = 2.0;
        struct Pair { a: f32, b: f32 }
        alias Real = f32;
        fn swap(p: ptr<function, Pair>) { let a = (*p).a; (*p).a = (*p).b; (*p).b = a; }
        fn outer(x: Real, offset: vec2<u32>) -> f32 {
            var pair = Pair(x, SCALE);
            swap(&pair);
            return pair.a + f32(offset.y) + twice(pair.b);
        }
        fn twice(x: f32) -> f32 { return 2.0 * x; }";
    let function = unary(text).unwrap();
    assert_eq!(function.name, "outer");
    assert_eq!(function.module.functions[function.function].name.as_deref(), Some("outer"));
    assert_eq!(function.elements.len(), 1);
    assert_eq!(function.uniforms[0].name, "offset");
    assert_eq!(function.uniforms[0].ty, ElementType { scalar: U32, width: 2 });
    assert_eq!(function.result, scalar(F32));
    assert_eq!(function.source, text);
}

#[test]
fn drops_what_the_function_does_not_reach() {
    let text = "
        @group(0) @binding(0) var<storage, read_write> data: array<f32>;
        override LIMIT: u32 = 4;
        struct Unused { a: f32 }
        fn helper(x: f32) -> f32 { return x + 1.0; }
        fn unused(u: Unused) -> f32 { return u.a * data[0]; }
        fn wanted(x: f32) -> f32 { return helper(x); }
        @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            if id.x < LIMIT { data[id.x] = wanted(data[id.x]) + unused(Unused(1.0)); }
        }";
    let function = parse(text, Some("wanted"), UNARY).unwrap();
    let names: Vec<_> = function.module.functions.iter().filter_map(|(_, f)| f.name.as_deref()).collect();
    assert_eq!(names, ["helper", "wanted"]);
    assert!(function.module.global_variables.is_empty() && function.module.entry_points.is_empty());
    assert!(function.module.overrides.is_empty());
    assert!(function.module.types.iter().all(|(_, ty)| ty.name.as_deref() != Some("Unused")));
    // What validation found out describes the module that is kept.
    let _ = &function.info[function.function];
    assert_eq!(function.module.functions[function.function].name.as_deref(), Some("wanted"));
}

#[test]
fn shows_a_syntax_error() {
    let error = unary("fn square(x: f32) -> f32 {\n    return x * ;\n}").unwrap_err();
    assert!(matches!(error, Error::Wgsl { line: 2, column: 16, .. }), "{error:?}");
    assert_snapshot!(error, @r#"
    invalid WGSL in `square`:
    error: expected expression, found ";"
      ┌─ square:2:16
      │
    2 │     return x * ;
      │                ^ expected expression
    "#);
}

#[test]
fn shows_a_type_error() {
    assert_snapshot!(refusal("fn f(x: f32) -> f32 {\n    let n: u32 = 3;\n    return x * n;\n}"), @"
    invalid WGSL in `f`:
    error: Function [0] 'f' is invalid
      ┌─ f:1:1
      │  
    1 │ ╭ fn f(x: f32) -> f32 {
    2 │ │     let n: u32 = 3;
    3 │ │     return x * n;
      │ │            ^^^^^ naga::ir::Expression [2]
    4 │ │ }
      │ ╰─^ naga::ir::Function [0]
      │  
      = Expression [2] is invalid
      = Operation Multiply can't work with [0] (of type Scalar(Scalar { kind: Float, width: 4 })) and [1] (of type Scalar(Scalar { kind: Uint, width: 4 }))
    ");
}

#[test]
fn shows_a_validation_error() {
    let error = unary("fn f(x: f32) -> f32 {\n    return vec2<f32>(x, x);\n}").unwrap_err();
    assert!(matches!(error, Error::Wgsl { line: 2, column: 12, .. }), "{error:?}");
    assert_snapshot!(error, @"
    invalid WGSL in `f`:
    error: Function [0] 'f' is invalid
      ┌─ f:1:1
      │  
    1 │ ╭ fn f(x: f32) -> f32 {
    2 │ │     return vec2<f32>(x, x);
      │ │            ^^^^^^^^^^^^^^^ naga::ir::Expression [1]
    3 │ │ }
      │ ╰─^ naga::ir::Function [0]
      │  
      = The `return` expression Some([1]) does not match the declared return type Some([0])
    ");
}

#[test]
fn columns_count_characters() {
    let error = unary("/* äöü */ fn f(x: f32) -> f32 { return y; }").unwrap_err();
    assert!(matches!(error, Error::Wgsl { line: 1, column: 40, .. }), "{error:?}");
}

#[test]
fn shows_wrong_signatures() {
    let given = |text| parse(text, None, BINARY).unwrap_err().to_string();
    assert_snapshot!(given("fn f(x: i32, y: f32) -> f32 { return f32(x) + y; }"), @"
    `f` has the wrong signature
      expected: fn(f32, f32) -> f32
         given: fn(x: i32, y: f32) -> f32
    ");
    assert_snapshot!(given("fn f(x: f32) -> f32 { return x; }"), @"
    `f` has the wrong signature
      expected: fn(f32, f32) -> f32
         given: fn(x: f32) -> f32
    ");
    assert_snapshot!(given("fn f(x: f32, y: f32) -> vec2<f32> { return vec2(x, y); }"), @"
    `f` has the wrong signature
      expected: fn(f32, f32) -> f32
         given: fn(x: f32, y: f32) -> vec2<f32>
    ");
    assert_snapshot!(given("fn f(x: f32, y: f32) { }"), @"
    `f` has the wrong signature
      expected: fn(f32, f32) -> f32
         given: fn(x: f32, y: f32)
    ");
    assert_snapshot!(given("struct S { a: f32 }\nfn f(x: f32, y: f32, on: bool, s: S) -> f32 { return x; }"), @"
    `f` has the wrong signature
      expected: fn(f32, f32, extra parameters of f32, i32, u32 or vec2, vec3, vec4 of them) -> f32
         given: fn(x: f32, y: f32, on: bool, s: S) -> f32
    ");
    assert_snapshot!(given("fn f(x: ptr<function, f32>, y: array<f32, 4>) -> mat2x2<f32> { return mat2x2<f32>(); }"), @"
    `f` has the wrong signature
      expected: fn(f32, f32) -> f32
         given: fn(x: ptr<function, f32>, y: array<f32, 4>) -> mat2x2<f32>
    ");
    assert_snapshot!(given("enable f16; fn f(x: f16, y: f16) -> f16 { return x; }"), @"
    `f` has the wrong signature
      expected: fn(f32, f32) -> f32
         given: fn(x: f16, y: f16) -> f16
    ");
}

#[test]
fn shows_storage_access() {
    let error = unary(
        "@group(0) @binding(0) var<storage> table: array<f32>;\n\nfn f(x: f32) -> f32 {\n    return table[u32(x)];\n}",
    )
    .unwrap_err();
    assert!(matches!(error, Error::Impure { .. }));
    assert_snapshot!(error, @"
    `f` is not a pure function: it uses the storage variable `table`; pass values as parameters
    error: not allowed in a pure function
      ┌─ f:4:12
      │
    4 │     return table[u32(x)];
      │            ^^^^^
    ");
}

#[test]
fn refuses_impure_functions() {
    let what = |text: &str| match unary(text).unwrap_err() {
        Error::Impure { what, .. } => what,
        other => panic!("{other}"),
    };
    let uses = |declaration: &str| what(&format!("{declaration}\nfn f(x: f32) -> f32 {{ return x + v; }}"));
    assert_snapshot!(uses("var<private> v: f32;"), @"it uses the private variable `v`; pass values as parameters");
    assert_snapshot!(uses("var<workgroup> v: f32;"), @"it uses the workgroup variable `v`; pass values as parameters");
    assert_snapshot!(uses("@group(0) @binding(0) var<uniform> v: f32;"), @"it uses the uniform variable `v`; pass values as parameters");
    assert_snapshot!(uses("override v: f32 = 1.0;"), @"it uses the pipeline override `v`; declare a `const` or an extra parameter");
    assert_snapshot!(what("fn f(x: f32) -> f32 { workgroupBarrier(); return x; }"), @"a barrier waits for other invocations; an element is evaluated alone");
    assert_snapshot!(what("fn f(x: f32) -> f32 { if x > 1.0 { loop { discard; } } return x; }"), @"`discard` exists in fragment shaders only");
    assert_snapshot!(what("fn f(x: f32) -> f32 { return dpdx(x); }"), @"derivatives exist in fragment shaders only");
    assert_snapshot!(what("fn f(x: f32) -> f32 { return g(x); } fn g(x: f32) -> f32 { return subgroupAdd(x); }"), @"it exchanges values with other invocations of its subgroup");
    assert_snapshot!(what("var<workgroup> v: atomic<u32>; fn f(x: f32) -> f32 { return f32(atomicAdd(&v, 1)); }"), @"it uses the workgroup variable `v`; pass values as parameters");
    assert_snapshot!(what("@group(0) @binding(0) var t: texture_1d<f32>; fn f(x: f32) -> f32 { return textureLoad(t, 0, 0).x; }"), @"it uses the texture or sampler variable `t`; pass values as parameters");
}

#[test]
fn asks_which_function() {
    let several = "fn f(x: f32) -> f32 { return x; } fn g(x: f32) -> f32 { return x; }";
    assert_snapshot!(refusal(several), @"functions that no other function of the text calls: expected exactly one; to choose a function use `Func::named`, given `f`, `g`");
    assert_snapshot!(refusal("const A = 1;"), @"functions of the text: expected a function that is not an entry point, given no function");
    assert_eq!(parse(several, Some("g"), UNARY).unwrap().name, "g");
    assert_snapshot!(parse(several, Some("h"), UNARY).unwrap_err(), @"name of the function: expected a function of the text (`f`, `g`), given `h`");
}

#[test]
fn limits_memory_and_calls() {
    assert_snapshot!(refusal("fn f(x: f32) -> f32 { var a: array<f32, 100000000>; return a[u32(x)]; }"), @"unsupported on every executor: `f` takes a type of 400000000 bytes; the limit is 65536");
    assert_snapshot!(refusal("fn f(x: f32) -> f32 { var a: array<f32, 9000>; var b: array<f32, 9000>; return a[u32(x)] + b[0]; }"), @"unsupported on every executor: `f` takes local variables of 72000 bytes; the limit is 65536");
    let doubling = |depth| {
        let mut text = "fn g0(x: f32) -> f32 { return x; }".to_owned();
        for level in 1..=depth {
            text += &format!("fn g{level}(x: f32) -> f32 {{ return g{0}(x) + g{0}(x); }}", level - 1);
        }
        text
    };
    unary(&doubling(10)).unwrap();
    assert_snapshot!(refusal(&doubling(13)), @"unsupported on every executor: `g13` takes more than 10000 calls when expanded");
    assert_snapshot!(refusal(&doubling(100)), @"unsupported on every executor: `g100` takes more than 10000 calls when expanded");
}

#[test]
fn shows_where_a_text_nests_too_deeply() {
    let error = unary(&format!("fn f(x: f32) -> f32 {{\n return {}x; }}", "-".repeat(2000))).unwrap_err();
    assert!(matches!(error, Error::Wgsl { line: 2, column: 1006, .. }), "{error:.200}");
    let error = error.to_string();
    let lines: Vec<_> = error.lines().take(3).collect();
    assert_snapshot!(lines.join("\n"), @"
    invalid WGSL in `f`:
    error: nested deeper than 1000 operators, brackets and `else`; name parts of it with `let`
      ┌─ f:2:1006
    ");
}

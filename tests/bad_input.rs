//! Bad input: an error that says what was expected and given, or a finished call; never a panic, a hang or a wrong result.
//!
//! Nothing here needs a GPU: where one is asked for and none may be there, the adapter's name is one that none has.

use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;

use insta::assert_snapshot;
use tilewright::prelude::*;
use tilewright::{Error, Extremum, Result};

/// A context on some threads of the CPU.
fn cpu(threads: usize) -> Context {
    Context::builder().threads(threads).placement(Placement::Cpu).build().expect("valid settings")
}

/// A context that asks for a GPU where there is none.
fn no_gpu(placement: Placement) -> Context {
    let builder = Context::builder().adapter("no adapter has this name").placement(placement);
    builder.build().expect("valid settings")
}

fn saxpy() -> Func<fn(f32, f32) -> f32> {
    Func::new("fn saxpy(x: f32, y: f32, a: f32) -> f32 { return a * x + y; }").expect("valid WGSL")
}

fn message<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.expect_err("this input is bad").to_string()
}

/// Runs a test that might never end; fails when it takes a minute.
fn must_end(test: impl FnOnce() + Send + 'static) {
    let (done, ended) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        test();
        // The receiver is gone if the test was too late.
        let _ = done.send(());
    });
    match ended.recv_timeout(Duration::from_secs(60)) {
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("still running after a minute"),
        _ => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
    }
}

#[test]
fn wgsl_that_does_not_parse_shows_the_place() {
    let text = "fn f(x: f32) -> f32 {\n    return x +;\n}";
    let error = Func::<fn(f32) -> f32>::new(text).unwrap_err();
    let Error::Wgsl { line, column, rendered, .. } = &error else { panic!("{error}") };
    assert_eq!((*line, *column), (2, 15));
    assert!(rendered.contains("return x +;"), "{rendered}");
}

#[test]
fn wgsl_that_does_not_validate_shows_the_place() {
    let text = "fn f(x: f32) -> f32 {\n    let y: u32 = 1u;\n    return x + y;\n}";
    let error = Func::<fn(f32) -> f32>::new(text).unwrap_err();
    let Error::Wgsl { line, rendered, .. } = &error else { panic!("{error}") };
    assert_eq!(*line, 3, "{rendered}");
    assert!(rendered.contains("return x + y;"), "{rendered}");
}

#[test]
fn texts_that_are_no_function() {
    assert_snapshot!(message(Func::<fn(f32) -> f32>::new("")), @"functions of the text: expected a function that is not an entry point, given no function");
    assert_snapshot!(message(Func::<fn(f32) -> f32>::new("const a = 1;")), @"functions of the text: expected a function that is not an entry point, given no function");
    let entry = "@compute @workgroup_size(1) fn f() {}";
    assert_snapshot!(message(Func::<fn(f32) -> f32>::new(entry)), @"functions of the text: expected a function that is not an entry point, given only the entry points `f`");
    let two = "fn f(x: f32) -> f32 { return x; } fn g(x: f32) -> f32 { return x; }";
    assert_snapshot!(message(Func::<fn(f32) -> f32>::new(two)), @"functions that no other function of the text calls: expected exactly one; to choose a function use `Func::named`, given `f`, `g`");
    assert_snapshot!(message(Func::<fn(f32) -> f32>::named("h", two)), @"name of the function: expected a function of the text (`f`, `g`), given `h`");
    assert!(Func::<fn(f32) -> f32>::new("\u{0}\u{ffff} fn").is_err());
}

#[test]
fn signatures_that_differ() {
    assert_snapshot!(message(Func::<fn(f32) -> f32>::new("fn f(x: i32) -> f32 { return f32(x); }")), @r"
    `f` has the wrong signature
      expected: fn(f32) -> f32
         given: fn(x: i32) -> f32
    ");
    assert_snapshot!(message(Func::<fn(f32, u32) -> f32>::new("fn f(x: f32) -> f32 { return x; }")), @r"
    `f` has the wrong signature
      expected: fn(f32, u32) -> f32
         given: fn(x: f32) -> f32
    ");
    assert_snapshot!(message(Func::<fn([f32; 3]) -> f32>::new("fn f(x: vec2<f32>) -> f32 { return x.x; }")), @r"
    `f` has the wrong signature
      expected: fn(vec3<f32>) -> f32
         given: fn(x: vec2<f32>) -> f32
    ");
    assert_snapshot!(message(Func::<fn(f32) -> f32>::new("fn f(x: f32) { }")), @r"
    `f` has the wrong signature
      expected: fn(f32) -> f32
         given: fn(x: f32)
    ");
    assert_snapshot!(message(Func::<fn(f32) -> f32>::new("fn f(x: f32, a: array<f32, 3>) -> f32 { return a[0] * x; }")), @r"
    `f` has the wrong signature
      expected: fn(f32, extra parameters of f32, i32, u32 or vec2, vec3, vec4 of them) -> f32
         given: fn(x: f32, a: array<f32, 3>) -> f32
    ");
    assert_snapshot!(message(Func::<fn(f32) -> f32>::new("fn f(x: f32, m: mat2x2<f32>) -> f32 { return m[0][0] * x; }")), @r"
    `f` has the wrong signature
      expected: fn(f32, extra parameters of f32, i32, u32 or vec2, vec3, vec4 of them) -> f32
         given: fn(x: f32, m: mat2x2<f32>) -> f32
    ");
}

#[test]
fn functions_that_are_not_pure() {
    let storage = "@group(0) @binding(0) var<storage> data: array<f32>;
fn f(i: u32) -> f32 { return data[i]; }";
    let error = Func::<fn(u32) -> f32>::new(storage).unwrap_err();
    assert!(matches!(&error, Error::Impure { function, .. } if function == "f"), "{error}");
    let private = "var<private> calls: u32;
fn f(i: u32) -> u32 { calls += 1u; return calls + i; }";
    let error = Func::<fn(u32) -> u32>::new(private).unwrap_err();
    assert!(matches!(error, Error::Impure { .. }), "{error}");
}

#[test]
fn arguments_that_are_missing_unknown_or_of_another_type() {
    let cx = cpu(1);
    let x = [1f32, 2.0];
    let used = |f: &Func<fn(f32, f32) -> f32>| message(cx.view(&x).zip(&x).map(f).collect());
    assert_snapshot!(used(&saxpy()), @r#"argument `a` of `saxpy`: expected a value of type f32, bound with `.arg("a", ...)`, given none"#);
    assert_snapshot!(used(&saxpy().arg("b", 1f32)), @"argument `b` of `saxpy`: expected the name of an extra parameter (`a`), given `b`");
    assert_snapshot!(used(&saxpy().arg("a", 1u32)), @"argument `a` of `saxpy`: expected a value of type f32, given u32");
    assert_snapshot!(message(cx.view(&x).zip(&x).map(&saxpy()).reduce(Sum)), @r#"argument `a` of `saxpy`: expected a value of type f32, bound with `.arg("a", ...)`, given none"#);
    assert_snapshot!(message(Monoid::new(&saxpy(), 0.0)), @r#"argument `a` of `saxpy`: expected a value of type f32, bound with `.arg("a", ...)`, given none"#);
    // Where the wrong function stands in a chain does not matter.
    let negate: Func<fn(f32) -> f32> = Func::new("fn negate(x: f32) -> f32 { return -x; }").unwrap();
    let chain = cx.view(&x).zip(&x).map(&saxpy()).map(&negate).inclusive_scan(Sum).exclusive_scan(Sum);
    assert!(matches!(chain.collect(), Err(Error::Argument { .. })));
}

#[test]
fn lengths_that_differ() {
    let cx = cpu(1);
    let (three, two) = ([1f32, 2.0, 3.0], [1f32, 2.0]);
    let f = saxpy().arg("a", 2f32);
    assert_snapshot!(message(cx.view(&three).zip(&two).map(&f).collect()), @"length mismatch in zip: expected 3 elements, given 2");
    assert_snapshot!(message(cx.view(&two).zip(cx.constant(1f32, 3)).map(&f).reduce(Sum)), @"length mismatch in zip: expected 2 elements, given 3");
    assert_snapshot!(message(cx.view(&two).inclusive_scan(Sum).zip(&three).map(&f).to_array()), @"length mismatch in zip: expected 2 elements, given 3");
    assert_snapshot!(message(cx.view(&two).zip(cx.view(&three).inclusive_scan(Sum)).map(&f).explain()), @"length mismatch in zip: expected 2 elements, given 3");
    let mut out = [7f32; 4];
    assert_snapshot!(message(cx.view(&three).collect_into(&mut out)), @"length mismatch in the output of collect_into: expected 3 elements, given 4");
    assert_snapshot!(message(cx.view(&three).collect_into(&mut out[..0])), @"length mismatch in the output of collect_into: expected 3 elements, given 0");
    assert_eq!(out, [7.0; 4], "nothing was written");
}

#[test]
fn more_elements_than_any_memory_holds() {
    let widen: Func<fn(u32) -> [u32; 4]> =
        Func::new("fn widen(i: u32) -> vec4<u32> { return vec4(i); }").expect("valid");
    for cx in [cpu(2), Context::new(), no_gpu(Placement::Auto)] {
        // Counts that wrap in words, in bytes, and that are merely too large.
        for count in [usize::MAX, (1 << 62) + 1, 1 << 50] {
            let view = || cx.counting(count);
            let messages = [
                message(view().map(&widen).collect().map(drop)),
                message(view().map(&widen).to_array().map(drop)),
                message(view().map(&widen).reduce(Sum).map(drop)),
                message(view().inclusive_scan(Sum).collect().map(drop)),
                message(view().exclusive_scan(Sum).to_array().map(drop)),
                message(view().inclusive_scan(Sum).reduce(Max).map(drop)),
            ];
            for message in messages {
                let is_named =
                    message.contains("no memory on the host for") || message.contains("number of elements");
                assert!(is_named && message.chars().any(|c| c.is_ascii_digit()), "{message}");
            }
        }
    }
    assert_snapshot!(
        message(cpu(1).counting(1 << 50).map(&widen).collect().map(drop)),
        @"no memory on the host for the result: 1125899906842624 elements of 16 bytes"
    );
}

#[test]
fn splits_out_of_their_domain() {
    let x = [1f32, 2.0];
    for gpu in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.1, 1.5] {
        let built = Context::builder().placement(Placement::Split { gpu }).build();
        let Err(Error::Value { given, .. }) = built.map(drop) else { panic!("{gpu} was taken") };
        assert_eq!(given, gpu.to_string());
        let cx = cpu(1).with_placement(Placement::Split { gpu });
        assert!(matches!(cx.view(&x).collect(), Err(Error::Value { .. })), "{gpu}");
        assert!(matches!(cx.view(&x).reduce(Sum), Err(Error::Value { .. })), "{gpu}");
        assert!(matches!(cx.view(&x).explain(), Err(Error::Value { .. })), "{gpu}");
        assert!(matches!(cx.view(&x[..0]).collect(), Err(Error::Value { .. })), "{gpu}, no elements");
    }
    let split = Context::builder().placement(Placement::Split { gpu: f64::NAN }).build();
    assert_snapshot!(message(split), @"the GPU's share of a split: expected a number from 0 to 1, given NaN");
}

#[test]
fn placements_that_do_not_parse() {
    for text in [
        "",
        "GPU!",
        "split",
        "split:",
        "split:x",
        "split:1.01",
        "split:-0",
        "split:nan",
        "split:inf",
        "split:0.3 0.4",
    ] {
        let parsed = text.parse::<Placement>();
        // Minus zero is zero.
        assert_eq!(parsed.is_err(), text != "split:-0", "{text:?}: {parsed:?}");
    }
    assert_snapshot!(message("split:1.01".parse::<Placement>()), @"placement: expected auto, cpu, gpu or split:S with S from 0 to 1, given `split:1.01`");
}

#[test]
fn settings_out_of_their_domain() {
    assert_snapshot!(message(Context::builder().threads(0).build()), @"threads: expected 1 to 4096, given 0");
    assert_snapshot!(message(Context::builder().threads(1_000_000_000).build()), @"threads: expected 1 to 4096, given 1000000000");
}

/// Prints what the environment makes of a context: a child process of the next test.
#[test]
fn context_of_the_environment() {
    let x = [1f32, 2.0, 3.0];
    match Context::builder().build() {
        Ok(_) => println!("built"),
        Err(error) => println!("not built: {error}"),
    }
    match Context::new().view(&x).reduce(Sum) {
        Ok(sum) => println!("sum: {sum}"),
        Err(error) => println!("no sum: {error}"),
    }
    match Context::new().with_placement(Placement::Cpu).view(&x).reduce(Sum) {
        Ok(sum) => println!("with a placement: {sum}"),
        Err(error) => println!("with a placement: {error}"),
    }
}

#[test]
fn environment_variables_that_are_no_placement() {
    let of = |value: &std::ffi::OsStr| {
        let program = std::env::current_exe().expect("this test runs");
        let mut child = Command::new(program);
        child.args(["--exact", "context_of_the_environment", "--nocapture", "--test-threads=1"]);
        let output = child.env("TILEWRIGHT_PLACEMENT", value).output().expect("the child starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).expect("UTF-8");
        // The name of the test may stand in front of the first line.
        let start = said.find("built").expect("the child printed");
        let start = if said[..start].ends_with("not ") { start - 4 } else { start };
        said[start..].lines().take(3).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(of("cpu".as_ref()), @r"
    built
    sum: 6
    with a placement: 6
    ");
    assert_snapshot!(of(" Split:0 ".as_ref()), @r"
    built
    sum: 6
    with a placement: 6
    ");
    assert_snapshot!(of("".as_ref()), @r"
    built
    sum: 6
    with a placement: 6
    ");
    assert_snapshot!(of("split:1.5".as_ref()), @r"
    not built: TILEWRIGHT_PLACEMENT: expected auto, cpu, gpu or split:S with S from 0 to 1, given `split:1.5`
    no sum: TILEWRIGHT_PLACEMENT: expected auto, cpu, gpu or split:S with S from 0 to 1, given `split:1.5`
    with a placement: 6
    ");
    assert_snapshot!(of("gpus".as_ref()), @r"
    not built: TILEWRIGHT_PLACEMENT: expected auto, cpu, gpu or split:S with S from 0 to 1, given `gpus`
    no sum: TILEWRIGHT_PLACEMENT: expected auto, cpu, gpu or split:S with S from 0 to 1, given `gpus`
    with a placement: 6
    ");
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        assert_snapshot!(of(std::ffi::OsStr::from_bytes(b"cpu\xff")), @r"
    not built: TILEWRIGHT_PLACEMENT: expected auto, cpu, gpu or split:S with S from 0 to 1, given `cpu�`
    no sum: TILEWRIGHT_PLACEMENT: expected auto, cpu, gpu or split:S with S from 0 to 1, given `cpu�`
    with a placement: 6
    ");
    }
}

#[test]
fn no_elements_on_every_placement() {
    let double: Func<fn(f32) -> f32> = Func::new("fn double(x: f32) -> f32 { return x + x; }").unwrap();
    let add: Func<fn(f32, f32) -> f32> =
        Func::new("fn add(a: f32, b: f32) -> f32 { return a + b; }").unwrap();
    let user = Monoid::new(&add, 0.0).unwrap();
    let split = |gpu| Placement::Split { gpu };
    let nothing: [f32; 0] = [];
    for placement in [Placement::Auto, Placement::Cpu, Placement::Gpu, split(0.0), split(0.5), split(1.0)] {
        let cx = no_gpu(placement);
        assert_eq!(cx.view(&nothing).collect().unwrap(), nothing, "{placement}");
        assert_eq!(cx.view(&nothing).map(&double).collect().unwrap(), nothing);
        assert_eq!(cx.view(&nothing).map(&double).inclusive_scan(Sum).collect().unwrap(), nothing);
        assert_eq!(cx.view(&nothing).exclusive_scan(&user).map(&double).collect().unwrap(), nothing);
        assert_eq!(cx.view(&nothing).inclusive_scan(Sum).inclusive_scan(Max).collect().unwrap(), nothing);
        cx.view(&nothing).collect_into(&mut []).unwrap();
        assert_eq!(cx.view(&nothing).reduce(Sum).unwrap().to_bits(), 0);
        assert_eq!(cx.view(&nothing).reduce(Product).unwrap(), 1.0);
        assert_eq!(cx.view(&nothing).reduce(Min).unwrap(), f32::INFINITY);
        assert_eq!(cx.view(&nothing).reduce(&user).unwrap(), 0.0);
        assert_eq!(cx.view(&nothing).reduce(ArgMin).unwrap(), None::<Extremum<f32>>);
        assert_eq!(cx.counting(0).reduce(ArgMax).unwrap(), None);
        assert_eq!(cx.counting(0).inclusive_scan(Sum).reduce(Max).unwrap(), 0);
        assert_eq!(cx.constant([1i32; 3], 0).reduce(And).unwrap(), [-1; 3]);
        let array = cx.view(&nothing).map(&double).to_array().unwrap();
        assert!(array.is_empty() && cx.read(&array).unwrap().is_empty());
        assert_eq!(cx.view(&array).reduce(Sum).unwrap(), 0.0);
        assert!(cx.read(&cx.array(Vec::<u32>::new())).unwrap().is_empty());
        cx.view(&nothing).explain().unwrap();
        cx.view(&nothing).explain_reduce(ArgMin).unwrap();
    }
}

#[test]
fn a_gpu_that_is_not_there() {
    let x = vec![1f32; 100_000];
    for placement in [Placement::Gpu, Placement::Split { gpu: 0.5 }] {
        let cx = no_gpu(placement);
        assert!(matches!(cx.view(&x).reduce(Sum), Err(Error::NoAdapter { .. })), "{placement}");
        assert!(
            matches!(cx.view(&x).inclusive_scan(Sum).collect(), Err(Error::NoAdapter { .. })),
            "{placement}"
        );
        assert!(matches!(cx.view(&x).to_array().map(drop), Err(Error::NoAdapter { .. })), "{placement}");
        assert!(matches!(cx.view(&x).explain(), Err(Error::NoAdapter { .. })), "{placement}");
    }
    for placement in [Placement::Auto, Placement::Split { gpu: 0.0 }] {
        assert_eq!(no_gpu(placement).view(&x).reduce(Sum).unwrap(), 100_000.0, "{placement}");
    }
}

/// Ends for every element but those with this value.
const SELDOM_ENDS: &str = "
    fn spin(x: u32) -> u32 {
        var n = 0u;
        loop {
            if x != 70000u || n > 5u { break; }
            n = n & 3u;
        }
        return x;
    }";

fn assert_stopped<T: std::fmt::Debug>(result: Result<T>) {
    match result {
        Err(Error::StepBudget { budget: 10_000, .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_loop_that_never_ends_is_stopped() {
    must_end(|| {
        for threads in [1, 3] {
            let builder = Context::builder().threads(threads).placement(Placement::Cpu).step_budget(10_000);
            let cx = builder.build().unwrap();
            let spin: Func<fn(u32) -> u32> = Func::new(SELDOM_ENDS).unwrap();
            assert_eq!(cx.counting(70_000).map(&spin).reduce(Max).unwrap(), 69_999);
            assert_stopped(cx.counting(500_000).map(&spin).collect());
            assert_stopped(cx.counting(500_000).map(&spin).reduce(Sum));
            assert_stopped(cx.counting(500_000).map(&spin).inclusive_scan(Sum).collect());
            assert_stopped(cx.counting(500_000).inclusive_scan(Max).map(&spin).collect());
            assert_stopped(cx.counting(500_000).map(&spin).to_array());
            assert_stopped(cx.constant(70_000u32, 1).map(&spin).collect());
            // The context goes on.
            assert_eq!(cx.counting(5).map(&spin).collect().unwrap(), [0, 1, 2, 3, 4]);
        }
    });
}

#[test]
fn an_operator_that_never_ends_is_stopped() {
    must_end(|| {
        let builder = Context::builder().threads(3).placement(Placement::Cpu).step_budget(10_000);
        let cx = builder.build().unwrap();
        let text = "fn stuck(a: u32, b: u32) -> u32 { var n = a; while n < 90000u || n >= 90000u { n = b; } return n; }";
        let stuck = Monoid::new(&Func::<fn(u32, u32) -> u32>::new(text).unwrap(), 0).unwrap();
        assert_stopped(cx.counting(300_000).reduce(&stuck));
        assert_stopped(cx.counting(300_000).inclusive_scan(&stuck).collect());
        assert_stopped(cx.counting(300_000).exclusive_scan(&stuck).collect());
        assert_stopped(cx.counting(2).reduce(&stuck));
        assert_eq!(cx.counting(1).reduce(&stuck).unwrap(), 0, "nothing is combined");
        assert!(matches!(stuck.check(&[1, 2]), Err(Error::StepBudget { .. })));
    });
}

#[test]
fn the_budget_of_a_loop_that_ends_is_enough() {
    let cx = Context::builder().threads(1).placement(Placement::Cpu).step_budget(100).build().unwrap();
    let text = "fn count(x: u32) -> u32 { var n = 0u; for (var i = 0u; i < 50u; i++) { n += x; } return n; }";
    let count: Func<fn(u32) -> u32> = Func::new(text).unwrap();
    let found = cx.counting(100_000).map(&count).collect().unwrap();
    assert!(found.iter().enumerate().all(|(i, &n)| n == 50 * i as u32), "the budget is per block of lanes");
}

#[test]
fn monoids_that_break_a_law() {
    let minus: Func<fn(i32, i32) -> i32> =
        Func::new("fn minus(a: i32, b: i32) -> i32 { return a - b; }").unwrap();
    assert_snapshot!(message(Monoid::new(&minus, 0).unwrap().check(&[1, 2, 3])), @r"
    `minus` breaks the law of the left identity, e ⊕ a = a, for a = 1
       left: -1
      right: 1
    ");
    let plus: Func<fn(i32, i32) -> i32> =
        Func::new("fn plus(a: i32, b: i32) -> i32 { return a + b; }").unwrap();
    assert_snapshot!(message(Monoid::new(&plus, 1).unwrap().check(&[1, 2, 3])), @r"
    `plus` breaks the law of the left identity, e ⊕ a = a, for a = 1
       left: 2
      right: 1
    ");
    assert!(Monoid::new(&plus, 0).unwrap().check(&[1, 2, 3, i32::MAX]).is_ok());
    let mean: Func<fn(f32, f32) -> f32> = Func::new(
        "fn mean(a: f32, b: f32) -> f32 { return select((a + b) * 0.5, max(a, b), min(a, b) == 0.0); }",
    )
    .unwrap();
    let broken = Monoid::new(&mean, 0.0).unwrap().check(&[1.0, 2.0, 4.0]);
    assert!(matches!(broken, Err(Error::Law { law: tilewright::Law::Associativity, .. })), "{broken:?}");
}

/// What WGSL defines for operands that other languages refuse, on elements that no compiler can see.
#[test]
fn integers_that_overflow_or_divide_by_zero() {
    let cx = cpu(1);
    let text = "fn f(a: i32, b: i32) -> vec4<i32> { return vec4(a / b, a % b, a + b, a << u32(b)); }";
    let f: Func<fn(i32, i32) -> [i32; 4]> = Func::new(text).unwrap();
    let found = cx.view(&[7, i32::MIN, i32::MAX]).zip(&[0, -1, 33]).map(&f).collect().unwrap();
    assert_eq!(
        found,
        [[7, 0, 7, 7], [i32::MIN, 0, i32::MAX, 0], [i32::MAX / 33, i32::MAX % 33, i32::MIN + 32, -2]]
    );
    let convert: Func<fn(f32) -> [i32; 2]> =
        Func::new("fn c(x: f32) -> vec2<i32> { return vec2(i32(x), bitcast<i32>(u32(x))); }").unwrap();
    let found = cx.view(&[-1.5f32, 1e20, -1e20, f32::INFINITY]).map(&convert).collect().unwrap();
    let largest = 2_147_483_520;
    assert_eq!(found[0], [-1, 0]);
    assert_eq!([found[1][0], found[2][0], found[3][0]], [largest, i32::MIN, largest]);
    assert_eq!([found[1][1], found[2][1], found[3][1]], [-256, 0, -256]);
}

/// Indices out of bounds give some value of the array, never memory that is not its own.
#[test]
fn indices_out_of_bounds() {
    let cx = cpu(1);
    let text = "fn f(i: u32) -> u32 { var a = array<u32, 4>(5u, 6u, 7u, 8u); a[i] = 9u; return a[i] + 10u * a[3u - (i & 3u)]; }";
    let f: Func<fn(u32) -> u32> = Func::new(text).unwrap();
    let indices = [0, 3, 4, 5, 255, 0x7fff_ffff, 0x8000_0000, u32::MAX];
    for value in cx.view(&indices).map(&f).collect().unwrap() {
        assert!([0, 5, 6, 7, 8, 9].contains(&(value % 10)) && value < 100, "{value}");
    }
}

//! Texts that ask for much: they are compiled in bounded time and stack and compute the right thing, or are refused.

use std::fmt::Write as _;
use std::thread;

use super::super::{Engine, Program};
use super::support::{call, run, samples, try_parse};

/// Compiles and runs `fn f(x: u32) -> u32` of a text with three quarters of the stack that a thread has by default, and gives its
/// results for these arguments, or the message of the error. If `uniform`, the argument is a uniform one.
fn outcome(source: &str, args: &[u32], uniform: bool) -> Result<Vec<u32>, String> {
    let on_stack = |bytes: usize| thread::Builder::new().stack_size(bytes);
    thread::scope(|scope| {
        let parse = || try_parse(source, usize::from(uniform)).unwrap_or_else(|error| panic!("{error}"));
        let parser = on_stack(256 << 20).spawn_scoped(scope, parse).expect("a thread");
        let function = parser.join().expect("a valid text");
        let compile_and_run = move || {
            let fused = call(&function, args);
            let program = Program::compile(&fused, Engine::default()).map_err(|error| error.to_string())?;
            let sources = if uniform { vec![] } else { vec![args.to_vec()] };
            Ok(run(&program, &fused, &sources, args.len()))
        };
        let runner = on_stack(3 << 19).spawn_scoped(scope, compile_and_run).expect("a thread");
        runner.join().expect("no panic")
    })
}

fn check(source: &str, args: &[u32], oracle: impl Fn(u32) -> u32) {
    let given = outcome(source, args, false).unwrap_or_else(|error| panic!("{error}"));
    for (&x, given) in args.iter().zip(given) {
        assert_eq!(given, oracle(x), "x = {x}");
    }
}

fn refusal(source: &str) -> String {
    outcome(source, &[1, 2, 3], false).expect_err("a refusal")
}

/// Small numbers and large ones.
fn arguments() -> Vec<u32> {
    (0..200).chain(samples(100, 1)).collect()
}

/// `count` times what `each` writes, as the body of a function.
fn body(count: u32, last: &str, each: impl Fn(u32) -> String) -> String {
    let mut text = "fn f(x: u32) -> u32 {\n".to_owned();
    for index in 0..count {
        writeln!(text, "{}", each(index)).expect("a string grows");
    }
    writeln!(text, "{last}\n}}").expect("a string grows");
    text
}

/// A statement on `a` and `x` executed so many thousand times: in helpers, for naga takes long to read long functions.
fn thousands(count: u32, statement: &str) -> String {
    let helper = body(1000, "return a;", |_| statement.to_owned());
    let helper = helper.replacen("fn f(x: u32) -> u32 {", "fn g(a0: u32, x: u32) -> u32 { var a = a0;", 1);
    helper + &body(count, "return a;", |_| "a = g(a, x);".to_owned()).replacen("{\n", "{ var a = x;\n", 1)
}

#[test]
fn a_long_chain_of_values_used_once() {
    let chain = |count| thousands(count, "a = a * x + 12345u;");
    let oracle = |x: u32, count| (0..count).fold(x, |a: u32, _| a.wrapping_mul(x).wrapping_add(12345));
    check(&chain(125), &arguments(), |x| oracle(x, 125_000));
    assert_eq!(outcome(&chain(30), &[7], true).expect("not too large"), [oracle(7, 30_000)]);
    assert_eq!(refusal(&chain(135)), "unsupported on cpu: a program of this size in `f`, line 72");
    assert_eq!(
        outcome(&chain(40), &[7], true).expect_err("too many places"),
        "unsupported on cpu: a program that keeps so many values in `f`"
    );
}

#[test]
fn a_long_chain_of_values_used_again() {
    let chain = |count| thousands(count, "a = a * a + (a ^ x);");
    let oracle = |x: u32| (0..30_000).fold(x, |a: u32, _| a.wrapping_mul(a).wrapping_add(a ^ x));
    check(&chain(30), &arguments(), oracle);
    assert_eq!(refusal(&chain(70)), "unsupported on cpu: a program that keeps so many values in `f`");
}

#[test]
fn many_values_that_are_needed_until_the_end() {
    let count = 5_000;
    let mut text = body(count, "var s = 0u;", |index| format!("let a{index} = (x + {index}u) * x;"));
    text.truncate(text.rfind('}').expect("an end"));
    for index in 0..count {
        writeln!(text, "s = s * 3u + (a{index} ^ a{});", count - 1 - index).expect("a string grows");
    }
    text.push_str("return s; }");
    let oracle = |x: u32| {
        let a = |index: u32| x.wrapping_add(index).wrapping_mul(x);
        (0..count).fold(0u32, |s, index| s.wrapping_mul(3).wrapping_add(a(index) ^ a(count - 1 - index)))
    };
    check(&text, &[0, 1, 77, 123_456_789], oracle);
}

#[test]
fn many_early_returns() {
    let returns = |count| {
        body(count, "return x;", |k| format!("if (x == {k}u) {{ return {}u; }}", k.wrapping_mul(k) ^ 5))
    };
    let args: Vec<u32> = (0..10_100).step_by(7).chain([9_999, 10_000, u32::MAX]).collect();
    check(&returns(10_000), &args, |x| if x < 10_000 { (x * x) ^ 5 } else { x });
    let nested = body(1, "return x;", |_| {
        let open: String =
            (0..60).map(|k| format!("if (x > {k}u) {{ if (x == {}u) {{ return {k}u; }}\n", 2 * k)).collect();
        open + &"}".repeat(60)
    });
    // The first level at which the argument is twice the level.
    check(&nested, &arguments(), |x| if x.is_multiple_of(2) && x > 0 && x < 120 { x / 2 } else { x });
    let helper = returns(2_000).replace("fn f", "fn g");
    let calls = |count| {
        helper.clone()
            + &body(count, "return s;", |k| format!("s = s + g(x + {k}u);")).replacen(
                "{\n",
                "{ var s = 0u;\n",
                1,
            )
    };
    let g = |x: u32| if x < 2_000 { (x * x) ^ 5 } else { x };
    check(&calls(4), &args, |x| (0..4).fold(0u32, |s, k| s.wrapping_add(g(x.wrapping_add(k)))));
    let message = refusal(&calls(100));
    assert!(message.starts_with("unsupported on cpu: a program"), "{message}");
}

#[test]
fn many_cases() {
    let switch = |count: u32, case: &dyn Fn(u32) -> String| {
        let cases: String = (0..count).map(|k| format!("case {k}u: {{ {} }}\n", case(k))).collect();
        format!(
            "fn f(x: u32) -> u32 {{ var r = x; switch x {{\n{cases}default: {{ r = r + 1u; }} }} return r; }}"
        )
    };
    let args: Vec<u32> = (0..10_100).step_by(7).chain([9_999, 10_000, u32::MAX]).collect();
    let oracle = |x: u32| if x < 10_000 { x ^ 77 } else { x.wrapping_add(1) };
    check(&switch(10_000, &|k| format!("r = {}u;", k ^ 77)), &args, oracle);
    check(&switch(3_000, &|k| format!("if (r > 3u) {{ return {}u; }}", k ^ 77)), &args, |x| {
        if (4..3_000).contains(&x) {
            x ^ 77
        } else if x < 4 {
            x
        } else {
            x.wrapping_add(1)
        }
    });
    let helper = switch(2_000, &|k| format!("if (r > 3u) {{ return {}u; }}", k ^ 77)).replace("fn f", "fn g");
    let message = refusal(
        &(helper + &body(100, "return x;", |k| format!("if (g(x + {k}u) == 3u) {{ return {k}u; }}"))),
    );
    assert!(message.starts_with("unsupported on cpu: a program"), "{message}");
}

#[test]
fn one_case_of_many_values() {
    let values: Vec<String> = (0..20_000).map(|k| format!("{}u", 3 * k)).collect();
    let text = format!(
        "fn f(x: u32) -> u32 {{ switch x {{ case {}: {{ return 1u; }} default: {{ return 0u; }} }} }}",
        values.join(",")
    );
    check(&text, &arguments(), |x| u32::from(x.is_multiple_of(3) && x < 60_000));
}

/// Loops in each other, each of which leaves behind its first or second iteration.
fn loops(depth: u32) -> String {
    let open: String = (0..depth)
        .map(|k| {
            format!(
                "for (var i{k} = 0u; i{k} < 1u + ((x + {k}u) & 63u) / 63u; i{k}++) {{ s = s * 5u + i{k};\n"
            )
        })
        .collect();
    format!("fn f(x: u32) -> u32 {{ var s = x; {open} {} return s; }}", "}".repeat(depth as usize))
}

#[test]
fn loops_in_loops() {
    fn level(x: u32, k: u32, depth: u32, s: &mut u32) {
        if k == depth {
            return;
        }
        for i in 0..1 + (x.wrapping_add(k) & 63) / 63 {
            *s = s.wrapping_mul(5).wrapping_add(i);
            level(x, k + 1, depth, s);
        }
    }
    for depth in [25, 60] {
        check(&loops(depth), &arguments(), |x| {
            let mut s = x;
            level(x, 0, depth, &mut s);
            s
        });
    }
    assert_eq!(
        refusal(&loops(100)),
        "unsupported on cpu: control flow and calls nested deeper than 200 levels in `f`, line 66"
    );
}

#[test]
fn chains_of_else_if() {
    let chain = |count: u32| {
        let mut text = "fn f(x: u32) -> u32 { var r = 0u;\n".to_owned();
        for k in 0..count {
            writeln!(text, "if (x == {k}u) {{ r = r + {}u; }} else", k + 9).expect("a string grows");
        }
        text + " { r = 1u; } return r; }"
    };
    check(&chain(150), &arguments(), |x| if x < 150 { x + 9 } else { 1 });
    let message = refusal(&chain(400));
    assert!(message.contains("nested deeper than 200 levels in `f`, line "), "{message}");
}

#[test]
fn calls_in_calls() {
    let calls = |depth: u32, inner: &str| {
        let mut text = "fn f0(x: u32) -> u32 { return x + 1u; }\n".to_owned();
        for k in 1..=depth {
            let name = if k == depth { "f".to_owned() } else { format!("f{k}") };
            let before = k - 1;
            writeln!(text, "fn {name}(x: u32) -> u32 {{ {} }}", inner.replace("NEXT", &format!("f{before}")))
                .expect("a string grows");
        }
        text
    };
    let once = "return NEXT(x) * 3u;";
    check(&calls(150, once), &arguments(), |x| {
        (0..150).fold(x.wrapping_add(1), |y: u32, _| y.wrapping_mul(3))
    });
    assert!(refusal(&calls(2000, once)).contains("nested deeper than 200 levels"));
    let braces = "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{ return NEXT(x); }}}}}}}}}}}}}}}}}}}}}}}}}}}}}}";
    assert!(refusal(&calls(200, braces)).contains("nested deeper than 200 levels"));
    // 2^60 calls of a function that computes nothing.
    let twice = "let y = NEXT(x); return NEXT(y);";
    let nothing = calls(60, twice).replacen("x + 1u", "x", 1);
    assert!(refusal(&nothing).starts_with("unsupported on cpu: a program of this size in `f`"));
}

#[test]
fn many_variables_in_many_branches() {
    let text = |count: u32| {
        let mut text = "fn f(x: u32) -> u32 {\n".to_owned();
        for k in 0..count {
            writeln!(text, "var v{k} = x + {k}u;").expect("a string grows");
        }
        for k in 0..count {
            let next = (k + 1) % count;
            writeln!(
                text,
                "if (v{k} % 7u == 1u) {{ v{next} = v{next} / (x + 1u) + v{next} / 3u + v{k} / 5u; }}"
            )
            .expect("a string grows");
        }
        text + "return v0; }"
    };
    let oracle = |count: u32, x: u32| {
        let mut v: Vec<u32> = (0..count).map(|k| x.wrapping_add(k)).collect();
        for k in 0..count as usize {
            let next = (k + 1) % count as usize;
            if v[k] % 7 == 1 {
                let divisor = x.wrapping_add(1);
                let quotient = v[next].checked_div(divisor).unwrap_or(v[next]);
                v[next] = quotient.wrapping_add(v[next] / 3).wrapping_add(v[k] / 5);
            }
        }
        v[0]
    };
    check(&text(4_000), &[0, 1, 2, 13, 99, 123_456], |x| oracle(4_000, x));
}

#[test]
fn assignments_against_the_direction_of_a_loop() {
    // Each iteration hands a value one variable on, and so does each step of an analysis.
    let text = |count: u32| {
        let vars: String = (0..count).map(|k| format!("var v{k} = x;\n")).collect();
        let moves: String = (1..count).map(|k| format!("v{} = v{k};\n", k - 1)).collect();
        format!(
            "fn f(x: u32) -> u32 {{ {vars} v{} = x + 1u; for (var i = 0u; i < x; i++) {{\n{moves} }} return v0; }}",
            count - 1
        )
    };
    check(&text(1_000), &[0, 5, 998, 999, 1_000, 1_500], |x| if x < 999 { x } else { x + 1 });
}

#[test]
fn large_composites_again_and_again() {
    let copies = |count: u32| {
        let copies: String = (0..count).map(|k| format!("b = a; b[{}] = x; a = b;\n", k % 4096)).collect();
        format!(
            "fn f(x: u32) -> u32 {{ var a: array<u32, 4096>; var b = a;\n{copies} return a[7] + a[3000]; }}"
        )
    };
    check(&copies(100), &[0, 9], |x| x);
    assert_eq!(refusal(&copies(1_000)), "unsupported on cpu: a program of this size in `f`, line 1");
}

#[test]
fn what_is_refused_is_named_with_its_line() {
    let array = "fn g(i: u32) -> u32 { var a: array<u32, 8192>; a[i] = i; return a[i / 2u]; }\n";
    let three = "fn f(x: u32) -> u32 {\n let y = g(x);\n return g(y) + g(y + 1u); }";
    assert_eq!(
        refusal(&format!("{array}{three}")),
        "unsupported on cpu: local arrays of this size in `f`, line 1"
    );
}

/// Functions that call each other from within a construct, as deep as is accepted.
#[test]
fn every_construct_as_deep_as_it_goes() {
    type Oracle = fn(u32, u32, u32) -> u32;
    let constructs: [(&str, Oracle); 4] = [
        ("if (x > Ku) { if (x > 2u) { return NEXT(x) + 1u; } } return x;", |x, k, next| {
            if x > k && x > 2 { next.wrapping_add(1) } else { x }
        }),
        (
            "var s = 0u; loop { s = NEXT(x); if (s != 4294967295u || x != Ku) { break; } } return s;",
            |_, _, next| next,
        ),
        (
            "switch x % 3u { case 0: { return 5u; } case 1: { return NEXT(x) * 3u; } default: { return Ku; } }",
            |x, k, next| match x % 3 {
                0 => 5,
                1 => next.wrapping_mul(3),
                _ => k,
            },
        ),
        (
            "{ { if (x == Ku) { return 7u; } { return NEXT(x); } } }",
            |x, k, next| if x == k { 7 } else { next },
        ),
    ];
    for (pattern, oracle) in constructs {
        let mut accepted = 0;
        for depth in (10..).step_by(10) {
            let mut text = "fn f0(x: u32) -> u32 { return x + 1u; }\n".to_owned();
            for k in 1..=depth {
                let inner = pattern.replace("NEXT", &format!("f{}", k - 1)).replace("Ku", &format!("{k}u"));
                let name = if k == depth { "f".to_owned() } else { format!("f{k}") };
                writeln!(text, "fn {name}(x: u32) -> u32 {{ {inner} }}").expect("a string grows");
            }
            match outcome(&text, &arguments(), false) {
                Ok(given) => {
                    for (&x, given) in arguments().iter().zip(given) {
                        let expected = (1..=depth).fold(x.wrapping_add(1), |next, k| oracle(x, k, next));
                        assert_eq!(given, expected, "{pattern}, depth {depth}, x = {x}");
                    }
                    accepted = depth;
                }
                Err(message) => {
                    assert!(message.contains("nested deeper than 200 levels in `f`, line "), "{message}");
                    break;
                }
            }
        }
        assert!(accepted >= 40, "{pattern}: {accepted}");
    }
}

#[test]
fn many_loops() {
    let helper = "fn g(n: u32, x: u32) -> u32 { var s = x; for (var i = 0u; i < n % 4u; i++) { s = s * 5u + i; } return s; }\n";
    let loops = |count| {
        helper.to_owned()
            + &body(count, "return s;", |k| format!("s = g(x + {k}u, s);")).replacen(
                "{\n",
                "{ var s = x;\n",
                1,
            )
    };
    let oracle = |x: u32| {
        (0..2_000)
            .fold(x, |s, k| (0..x.wrapping_add(k) % 4).fold(s, |s: u32, i| s.wrapping_mul(5).wrapping_add(i)))
    };
    check(&loops(2_000), &arguments(), oracle);
    let message = refusal(&loops(60_000 / 8));
    assert!(message.starts_with("unsupported on cpu: a program"), "{message}");
}

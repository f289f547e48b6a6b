//! Control flow: divergent and uniform branches, switches, loops, and jumps out of all of them.

use super::super::{Engine, Input, Machine, Output, Program};
use super::support::*;
use crate::error::Error;

/// Small integers, so that loops end and cases are hit.
fn small(len: usize, seed: u32) -> Vec<u32> {
    samples(len, seed).into_iter().map(|word| (word ^ word >> 7 ^ word >> 17) % 23).collect()
}

/// Checks a function of small integers against a closure.
fn check_ints(source: &str, oracle: impl Fn(&[i32]) -> i32) {
    check_with(source, small, |words| vec![oracle(&ints(words)) as u32]);
}

#[test]
fn branches() {
    check_ints("fn f(x: i32) -> i32 { var y = x; if (x > 10) { y = 3; } return y; }", |x| {
        if x[0] > 10 { 3 } else { x[0] }
    });
    check_ints(
        "fn f(x: i32, y: i32) -> i32 {
            var a = 1; var b = x;
            if (x > y) { a = x * y; if (x > 15) { b = a + y; } else { a = 0; } } else if (y == 3) { b = -1; }
            return a * 100 + b;
        }",
        |x| {
            let (mut a, mut b) = (1, x[0]);
            if x[0] > x[1] {
                a = x[0] * x[1];
                if x[0] > 15 { b = a + x[1] } else { a = 0 }
            } else if x[1] == 3 {
                b = -1
            }
            a * 100 + b
        },
    );
    check_ints(
        "fn f(x: i32, y: i32) -> i32 {
            if (x < 3) { return y; }
            if (y < 3) { return x * 2; }
            if (x == y) { if (x > 10) { return 1000; } return 2000; }
            return x + y;
        }",
        |x| match (x[0], x[1]) {
            (x, y) if x < 3 => y,
            (x, y) if y < 3 => x * 2,
            (x, y) if x == y && x > 10 => 1000,
            (x, y) if x == y => 2000,
            (x, y) => x + y,
        },
    );
}

/// Branches too long to be selected from: with masks, and skipped where no lane goes there.
#[test]
fn long_branches() {
    let body = |name: &str| {
        let mut text = String::new();
        for k in 1..30 {
            text += &format!("{name} = {name} * {k} + (x ^ {name} >> 3u); ");
        }
        text
    };
    let oracle = |mut v: i32, x: i32| {
        for k in 1..30 {
            v = v.wrapping_mul(k).wrapping_add(x ^ v >> 3);
        }
        v
    };
    let source = format!(
        "fn f(x: i32, y: i32) -> i32 {{
            var a = y; var b = 7;
            if (x > y) {{ {} if (y == 5) {{ return a; }} }} else {{ {} if (x == 2) {{ a = b; return a - 1; }} }}
            if (x > 100) {{ {} }}
            return a ^ b;
        }}",
        body("a"),
        body("b"),
        body("a"),
    );
    check_ints(&source, |x| {
        let (mut a, mut b) = (x[1], 7);
        if x[0] > x[1] {
            a = oracle(a, x[0]);
            if x[1] == 5 {
                return a;
            }
        } else {
            b = oracle(b, x[0]);
            if x[0] == 2 {
                return b.wrapping_sub(1);
            }
        }
        a ^ b
    });
}

#[test]
fn switches() {
    check_ints(
        "fn f(x: i32, y: i32) -> i32 {
            var r = 0;
            switch (x % 7) {
                case 0: { r = 10; }
                case 1, 2: { r = 20 + y; }
                case 3: { if (y > 10) { r = 5; break; } r = 30; }
                case 4: { return -1; }
                default: { r = 99; if (y == 4) { return 7; } }
                case 5: { }
            }
            return r * 2 + x;
        }",
        |x| {
            let r = match x[0] % 7 {
                0 => 10,
                1 | 2 => 20 + x[1],
                3 if x[1] > 10 => 5,
                3 => 30,
                4 => return -1,
                5 => 0,
                _ if x[1] == 4 => return 7,
                _ => 99,
            };
            r * 2 + x[0]
        },
    );
    check_ints(
        "fn f(x: i32) -> i32 {
            switch (u32(x)) { case 1u, default, 3u: { return 1; } case 2u: { return 2; } }
        }",
        |x| if x[0] == 2 { 2 } else { 1 },
    );
    // A switch in a loop: `break` leaves the switch, `continue` the iteration.
    check_ints(
        "fn f(x: i32, y: i32) -> i32 {
            var s = 0;
            for (var i = 0; i < x; i++) {
                switch ((i + y) % 4) {
                    case 0: { continue; }
                    case 1: { s += 1; break; }
                    case 2: { if (i > 5) { break; } s += 10; }
                    default: { if (i == y) { return s; } s += 100; }
                }
                s += 1000;
            }
            return s;
        }",
        |x| {
            let mut s = 0;
            for i in 0..x[0] {
                match (i + x[1]) % 4 {
                    0 => continue,
                    1 => s += 1,
                    2 if i > 5 => {}
                    2 => s += 10,
                    _ if i == x[1] => return s,
                    _ => s += 100,
                }
                s += 1000;
            }
            s
        },
    );
}

#[test]
fn uniform_loops() {
    check_ints(
        "fn f(x: i32) -> i32 { var s = x; for (var i = 0; i < 10; i++) { s = s * 3 + i; } return s; }",
        |x| (0..10).fold(x[0], |s, i| s.wrapping_mul(3).wrapping_add(i)),
    );
    check_ints(
        "fn f(x: i32) -> i32 {
            var s = x;
            for (var i = 0; i < 5; i++) {
                for (var j = i; j < 4; j++) { if (j == 2) { continue; } s = s * 3 + i * j; }
                if (i == 3) { break; }
            }
            return s;
        }",
        |x| {
            let mut s = x[0];
            for i in 0..5 {
                for j in i..4 {
                    if j != 2 {
                        s = s.wrapping_mul(3).wrapping_add(i * j);
                    }
                }
                if i == 3 {
                    break;
                }
            }
            s
        },
    );
    check_ints(
        "fn f(x: i32) -> i32 { var i = 0; loop { i++; continuing { break if i > 7; } } return i + x; }",
        |x| 8 + x[0],
    );
}

#[test]
fn divergent_loops() {
    check_ints(
        "fn f(x: i32) -> i32 { var n = 0; var v = x; while (v > 0) { v /= 2; n++; } return n; }",
        |x| (32 - (x[0] as u32).leading_zeros()) as i32,
    );
    check_ints(
        "fn f(x: i32, y: i32) -> i32 {
            var s = 0;
            for (var i = 0; i < x; i++) { if (i == y) { break; } if (i % 3 == 1) { continue; } s += i * i + y; }
            return s;
        }",
        |x| (0..x[0]).take_while(|&i| i != x[1]).filter(|i| i % 3 != 1).map(|i| i * i + x[1]).sum(),
    );
    // The counter is the same in all lanes that are still there, and needed behind the loop.
    check_ints(
        "fn f(x: i32) -> i32 { var i = 0; for (; i < 40; i++) { if (i * 2 >= x) { break; } } return i * 10 + x; }",
        |x| (0..40).find(|i| i * 2 >= x[0]).unwrap_or(40) * 10 + x[0],
    );
    check_ints(
        "fn f(x: i32, y: i32) -> i32 {
            var s = 0; var i = 0;
            loop {
                if (i > x) { return s + 5; }
                s += i;
                if (s > 4 * y) { break; }
                i++;
            }
            return s * 100;
        }",
        |x| {
            let mut s = 0;
            for i in 0.. {
                if i > x[0] {
                    return s + 5;
                }
                s += i;
                if s > 4 * x[1] {
                    break;
                }
            }
            s * 100
        },
    );
    check_ints(
        "fn f(x: i32, y: i32) -> i32 {
            var a = x; var b = y;
            loop { if (b == 0) { break; } let t = a % b; a = b; b = t; }
            return a;
        }",
        |x| {
            let (mut a, mut b) = (x[0], x[1]);
            while b != 0 {
                (a, b) = (b, a % b);
            }
            a
        },
    );
}

#[test]
fn nested_loops() {
    check_ints(
        "fn f(x: i32, y: i32) -> i32 {
            var s = 0;
            for (var i = 0; i < x; i++) {
                if (i % 5 == 4) { continue; }
                var j = i;
                while (j < y) {
                    j += 2;
                    if (j == 9) { continue; }
                    if ((i + j) % 11 == 10) { break; }
                    if (i * j == 60) { return -s; }
                    s += j;
                    if (x > 12) { if (y > 12) { if (s % 7 == 3) { break; } } s += 1; }
                }
                s = s * 2 % 1000;
                if (s > 900) { break; }
            }
            return s;
        }",
        |x| {
            let mut s = 0;
            for i in 0..x[0] {
                if i % 5 == 4 {
                    continue;
                }
                let mut j = i;
                while j < x[1] {
                    j += 2;
                    if j == 9 {
                        continue;
                    }
                    if (i + j) % 11 == 10 {
                        break;
                    }
                    if i * j == 60 {
                        return -s;
                    }
                    s += j;
                    if x[0] > 12 {
                        if x[1] > 12 && s % 7 == 3 {
                            break;
                        }
                        s += 1;
                    }
                }
                s = s * 2 % 1000;
                if s > 900 {
                    break;
                }
            }
            s
        },
    );
}

#[test]
fn loops_in_branches_and_calls() {
    check_ints(
        "fn steps(start: i32) -> i32 {
            var v = start; var n = 0;
            while (v > 1) { if (v % 2 == 0) { v /= 2; } else { v = 3 * v + 1; } n++; if (n > 50) { return -1; } }
            return n;
        }
        fn f(x: i32, y: i32) -> i32 {
            var r = 0;
            if (x > y) { r = steps(x) * 2; if (r > 20) { return steps(r); } }
            else { for (var i = 0; i < 3; i++) { r += steps(y + i); } }
            return r + steps(x + y);
        }",
        |x| {
            let steps = |start: i32| {
                let (mut v, mut n) = (start, 0);
                while v > 1 {
                    v = if v % 2 == 0 { v / 2 } else { 3 * v + 1 };
                    n += 1;
                    if n > 50 {
                        return -1;
                    }
                }
                n
            };
            let mut r = 0;
            if x[0] > x[1] {
                r = steps(x[0]) * 2;
                if r > 20 {
                    return steps(r);
                }
            } else {
                for i in 0..3 {
                    r += steps(x[1] + i);
                }
            }
            r + steps(x[0] + x[1])
        },
    );
    // A loop left only by `return`, in a branch: lanes of the other branch must not keep it going.
    check_ints(
        "fn f(x: i32, y: i32) -> i32 {
            var i = y;
            if (x > 10) { loop { i += 3; if (i > 2 * x) { return i; } } }
            return i - x;
        }",
        |x| {
            let mut i = x[1];
            if x[0] > 10 {
                loop {
                    i += 3;
                    if i > 2 * x[0] {
                        return i;
                    }
                }
            }
            i - x[0]
        },
    );
}

#[test]
fn arrays_in_loops() {
    check_ints(
        "fn f(x: i32, y: i32) -> i32 {
            var a: array<i32, 8>;
            for (var i = 0; i < 8; i++) { a[i] = (x * (i + 3)) % 17; }
            // Insertion sort.
            for (var i = 1; i < 8; i++) {
                let v = a[i];
                var j = i;
                while (j > 0) { if (a[j - 1] <= v) { break; } a[j] = a[j - 1]; j--; }
                a[j] = v;
            }
            return a[y] * 100 + a[3];
        }",
        |x| {
            let mut a: Vec<i32> = (0..8).map(|i| x[0] * (i + 3) % 17).collect();
            a.sort_unstable();
            a[x[1].min(7) as usize] * 100 + a[3]
        },
    );
}

/// Variables that several lanes leave behind at different times.
#[test]
fn values_at_exits() {
    check_ints(
        "fn f(x: i32, y: i32) -> i32 {
            var a = 0; var b = 0; var c = 0; var last = 0;
            for (var i = 0; i < 20; i++) {
                a = i * 2;
                if (i == x) { b = a; break; }
                b = i + y;
                let old = a;
                a = b; b = old;
                if (i + 3 == y) { c = a - b; continue; }
                last = a;
            }
            return a + b * 3 + c * 5 + last * 7;
        }",
        |x| {
            let (mut a, mut b, mut c, mut last) = (0, 0, 0, 0);
            for i in 0..20 {
                a = i * 2;
                if i == x[0] {
                    b = a;
                    break;
                }
                b = i + x[1];
                (a, b) = (b, a);
                if i + 3 == x[1] {
                    c = a - b;
                    continue;
                }
                last = a;
            }
            a + b * 3 + c * 5 + last * 7
        },
    );
}

#[test]
fn endless_loops_are_stopped() {
    for source in [
        "fn f(x: i32) -> i32 { var i = 0; loop { i++; if (x > 1000 && i < 0) { break; } } return i; }",
        "fn f(x: i32) -> i32 { var i = 0; loop { i += 2; if (i == 1) { break; } } return i + x; }",
    ] {
        let fused = call(&parse(source, 0), &[]);
        let program = Program::compile(&fused, Engine::default()).expect("compiles");
        let (words, mut result) = (vec![3; 300], vec![0; 300]);
        let run = Machine::default().run(
            &program,
            &[],
            &[Input::Words(&words)],
            Output::Words(&mut result),
            300,
            1000,
        );
        assert!(matches!(run, Err(Error::StepBudget { budget: 1000, .. })), "{run:?}");
    }
}

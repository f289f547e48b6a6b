//! Listings of small programs as they are, so that a change of the generated code shows.

use insta::assert_snapshot;

use super::super::{Engine, Program};
use super::support::{call, parse};

fn listing(source: &str, uniforms: usize) -> String {
    let function = parse(source, uniforms);
    Program::compile(&call(&function, &vec![0; uniforms]), Engine::default()).expect("compiles").to_string()
}

#[test]
fn straight_line_code_with_a_uniform_argument() {
    let text =
        "fn f(x: f32, y: f32, a: f32) -> f32 { let s = a * x + y; return select(s, sqrt(-s), s < 2.0); }";
    assert_snapshot!(listing(text, 1), @"
    f: 2 local planes, 0 planes, 2 inputs, 1 outputs
      u0 = argument 0
      u1 = 2.0 (0x40000000)
      0: segment
           LoadFMulAddS i0.0 u0 i1.0
           store t0
           FNeg
           FSqrt
           store t1
           load t0
           FLt u1
           select t1 t0
           store o0
    ");
}

#[test]
fn a_loop_that_lanes_leave_one_by_one() {
    let text = "fn f(x: u32) -> u32 { var y = x; var n = 0u; while y > 1u { y = y >> 1u; n++; } return n; }";
    assert_snapshot!(listing(text, 0), @"
    f: 0 local planes, 3 planes, 1 inputs, 1 outputs
      u0 = 0
      u1 = -1
      u2 = 1
      0: segment
           splat u0
           store p0
           load i0.0
           store p1
           splat u1
           store p2
      1: tick
      2: segment
           load p1
           UGt u2
           And p2
           store p2
           Count
      3: check p2, exit 6; packs p0* p1 p2
      4: segment
           load p1
           UShr u2
           store p1
           load p0
           IAdd u2
           where p2 else p0
           store p0
      5: jump 1
      6: end
      7: segment
           load p0
           store o0
    ");
}

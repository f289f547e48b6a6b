//! Graphs of several calls: values and sources that are used more than once.

use std::sync::Arc;

use super::super::{Engine, Input, Program};
use super::support::*;
use crate::element::{Element, ElementType};
use crate::wgsl::PureFunction;
use crate::work::{Fused, Node, NodeId};

fn source(slot: u32, ty: ElementType) -> Node {
    Node::Source { slot, ty }
}

fn call_of(function: &Arc<PureFunction>, args: &[NodeId], uniforms_at: u32) -> Node {
    Node::Call { function: function.clone(), args: args.to_vec(), uniforms_at }
}

/// Compares a graph whose values are all words with a closure of the sources' words, on every instruction set.
fn check_graph(fused: &Fused, sources: usize, oracle: impl Fn(&[u32]) -> u32) {
    for way in ways() {
        let program = compile(way, fused);
        for len in LENGTHS {
            let words: Vec<Vec<u32>> = (0..sources).map(|slot| samples(len, slot as u32 + 1)).collect();
            let found = run(&program, fused, &words, len);
            for (at, found) in found.into_iter().enumerate() {
                let args: Vec<u32> = words.iter().map(|words| words[at]).collect();
                assert_eq!(found, oracle(&args), "element {at} of {len}, {args:x?}\n{program}");
            }
        }
    }
}

#[test]
fn a_value_that_two_calls_use() {
    // Differing loops, so that the value must last over both.
    let top = parse("fn f(x: u32) -> u32 { return x * 1664525u + 1013904223u; }", 0);
    let left = parse(
        "fn f(x: u32, n: u32) -> u32 { var y = x; for (var i = 0u; i < (n & 7u); i++) { y = y * 3u + n; } return y; }",
        1,
    );
    let right = parse(
        "fn f(x: u32, n: u32) -> u32 { var y = x; while (y & 1u) == 0u && y != 0u { y = y >> 1u; } return y ^ n; }",
        1,
    );
    let bottom = parse("fn f(a: u32, b: u32, x: u32) -> u32 { return (a - b) * x; }", 0);
    let uniforms = [5, 0x1234_5678];
    let fused = Fused {
        nodes: vec![
            source(0, u32::TYPE),
            call_of(&top, &[0], 0),
            call_of(&left, &[1], 0),
            call_of(&right, &[1], 1),
            call_of(&bottom, &[2, 3, 1], 0),
        ],
        output: 4,
        uniforms: uniforms.to_vec(),
    };
    check_graph(&fused, 1, |words| {
        let x = words[0].wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let left = (0..5).fold(x, |y, _| y.wrapping_mul(3).wrapping_add(5));
        let right = if x == 0 { 0 } else { x >> x.trailing_zeros() } ^ 0x1234_5678;
        left.wrapping_sub(right).wrapping_mul(x)
    });
}

#[test]
fn a_source_and_a_value_used_twice_by_one_call() {
    let square = parse("fn f(a: u32, b: u32) -> u32 { return a * b + (a ^ (b >> 3u)); }", 0);
    let fused = Fused {
        nodes: vec![
            source(0, u32::TYPE),
            source(1, u32::TYPE),
            call_of(&square, &[0, 0], 0),
            call_of(&square, &[2, 2], 0),
            call_of(&square, &[3, 0], 0),
            call_of(&square, &[1, 4], 0),
        ],
        output: 5,
        uniforms: vec![],
    };
    let f = |a: u32, b: u32| a.wrapping_mul(b).wrapping_add(a ^ (b >> 3));
    check_graph(&fused, 2, |words| {
        let (x, y) = (words[0], words[1]);
        let twice = f(x, x);
        f(y, f(f(twice, twice), x))
    });
}

#[test]
fn a_source_that_two_nodes_read() {
    let add = parse("fn f(a: u32, b: u32) -> u32 { return a + 3u * b; }", 0);
    let fused = Fused {
        nodes: vec![source(0, u32::TYPE), source(0, u32::TYPE), call_of(&add, &[0, 1], 0)],
        output: 2,
        uniforms: vec![],
    };
    check_graph(&fused, 1, |words| words[0].wrapping_mul(4));
}

#[test]
fn a_graph_without_calls_is_a_copy() {
    let fused = Fused { nodes: vec![source(0, <[u32; 3]>::TYPE)], output: 0, uniforms: vec![] };
    let program = Program::compile(&fused, Engine::default()).expect("compiles");
    for len in LENGTHS {
        let words = samples(3 * len, 1);
        assert_eq!(run(&program, &fused, std::slice::from_ref(&words), len), words);
    }
}

#[test]
fn a_source_that_nothing_reads_may_be_anything() {
    let second = parse("fn f(x: u32, y: u32) -> u32 { return y + 1u; }", 0);
    let fused = call(&second, &[]);
    let program = Program::compile(&fused, Engine::default()).expect("compiles");
    let y = samples(300, 1);
    let mut found = vec![0; 300];
    let inputs = [Input::Words(&[]), Input::Words(&y)];
    let output = super::super::Output::Words(&mut found);
    super::super::Machine::default().run(&program, &[], &inputs, output, 300, BUDGET).expect("runs");
    assert!(found.iter().zip(&y).all(|(&found, &y)| found == y.wrapping_add(1)));
}

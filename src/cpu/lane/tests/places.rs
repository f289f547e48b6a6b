//! Where elements come from and where results go: every kind of source and result, every width, lengths around strips
//! and blocks, against the formulas that define the kinds. Words between and behind results must stay as they were.

use super::super::{Engine, Input, Machine, Output, Program};
use super::support::*;
use crate::error::Error;
use crate::work::Fused;

/// What a result starts out as, and what stays of it where no element belongs.
const UNTOUCHED: u32 = 0xdead_beef;

/// A source of any kind with memory of its own, exactly as long as the kind asks for.
#[derive(Debug, Clone)]
enum Place {
    Words(Vec<u32>),
    Planes { words: Vec<u32>, stride: usize },
    Counting { start: u32 },
    Constant([u32; 4]),
}

impl Place {
    /// Every kind that elements of `width` words can have.
    fn all(width: usize, len: usize) -> Vec<Self> {
        let planes = |stride: usize| Self::Planes { words: samples((width - 1) * stride + len, 2), stride };
        let mut all = vec![
            Self::Words(samples(width * len, 1)),
            planes(len),
            planes(len + 5),
            Self::Constant([7, 0x8000_0001, 3, u32::MAX]),
        ];
        if width == 1 {
            all.push(Self::Counting { start: u32::MAX - 20 });
        }
        all
    }

    fn input(&self) -> Input<'_> {
        match self {
            Self::Words(words) => Input::Words(words),
            Self::Planes { words, stride } => Input::Planes { words, stride: *stride },
            Self::Counting { start } => Input::Counting { start: *start },
            Self::Constant(words) => Input::Constant(*words),
        }
    }

    /// Component `c` of element `i`, by the definition of the kind.
    fn word(&self, width: usize, i: usize, c: usize) -> u32 {
        match self {
            Self::Words(words) => words[i * width + c],
            Self::Planes { words, stride } => words[c * stride + i],
            Self::Counting { start } => start.wrapping_add(i as u32),
            Self::Constant(words) => words[c],
        }
    }
}

fn run_into(program: &Program, fused: &Fused, inputs: &[Input], output: Output, len: usize) {
    let outcome = Machine::default().run(program, &fused.uniforms, inputs, output, len, BUDGET);
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// Runs a program into every kind of result, and compares with `expected(i, c)`.
fn check_results(
    program: &Program,
    fused: &Fused,
    inputs: &[Input],
    len: usize,
    what: &str,
    expected: impl Fn(usize, usize) -> u32,
) {
    let width = fused.output_type().words();
    let mut words = vec![UNTOUCHED; width * len + 3];
    run_into(program, fused, inputs, Output::Words(&mut words), len);
    for (at, &word) in words.iter().enumerate() {
        let right = if at < width * len { expected(at / width, at % width) } else { UNTOUCHED };
        assert_eq!(word, right, "{what}: word {at} of {len} elements");
    }
    for stride in [len, len + 3] {
        let mut words = vec![UNTOUCHED; width * stride + 3];
        run_into(program, fused, inputs, Output::Planes { words: &mut words, stride }, len);
        for (at, &word) in words.iter().enumerate() {
            let (c, i) = at.checked_div(stride).map_or((width, 0), |c| (c, at % stride));
            let right = if c < width && i < len { expected(i, c) } else { UNTOUCHED };
            assert_eq!(word, right, "{what}: word {at} of planes {stride} apart, {len} elements");
        }
    }
}

/// None, one, around a strip, around a block, several blocks and one.
fn lengths(program: &Program) -> [usize; 8] {
    let (strip, lanes) = (program.strip, program.lanes);
    [0, 1, strip - 1, strip, strip + 1, lanes - 1, lanes, 3 * lanes + 1]
}

/// One segment that may run over a whole slice in place, and a loop that hands planes from segment to segment.
const BODIES: [&str; 2] = [
    "return x * 3u + k;",
    "var y = x; for (var i = 0u; i < (k & 3u); i++) { y = y * 5u + 1u; } return y + k;",
];

fn body(which: usize, x: u32, k: u32) -> u32 {
    match which {
        0 => x.wrapping_mul(3).wrapping_add(k),
        _ => (0..k & 3).fold(x, |y, _| y.wrapping_mul(5).wrapping_add(1)).wrapping_add(k),
    }
}

#[test]
fn every_kind_of_source_and_result() {
    for (width, ty) in (1..).zip(["u32", "vec2<u32>", "vec3<u32>", "vec4<u32>"]) {
        for (which, text) in BODIES.iter().enumerate() {
            let function = parse(&format!("fn f(x: {ty}, k: u32) -> {ty} {{ {text} }}"), 0);
            let fused = call(&function, &[]);
            for way in ways() {
                let program = compile(way, &fused);
                assert_eq!(program.is_one_segment(), which == 0, "{program}");
                for len in lengths(&program) {
                    let k = samples(len, 4);
                    for place in Place::all(width, len) {
                        let inputs = [place.input(), Input::Words(&k)];
                        let what = format!("{ty}, {text}, {way:?}");
                        check_results(&program, &fused, &inputs, len, &what, |i, c| {
                            body(which, place.word(width, i, c), k[i])
                        });
                    }
                }
            }
        }
    }
}

#[test]
fn all_sources_of_the_same_kind() {
    let function = parse("fn f(x: vec3<u32>, y: vec2<u32>, z: u32) -> vec2<u32> { return x.zx - y * z; }", 0);
    let fused = call(&function, &[]);
    let program = Program::compile(&fused, Engine::default()).expect("compiles");
    for len in lengths(&program) {
        let widths = [3, 2, 1];
        let [x, y, z] = widths.map(|width| Place::all(width, len));
        for ((x, y), z) in x.iter().zip(&y).zip(&z) {
            let inputs = [x.input(), y.input(), z.input()];
            check_results(&program, &fused, &inputs, len, "three sources", |i, c| {
                x.word(3, i, [2, 0][c]).wrapping_sub(y.word(2, i, c).wrapping_mul(z.word(1, i, 0)))
            });
        }
    }
}

#[test]
fn slices_that_are_too_short_are_refused() {
    let function = parse("fn f(x: vec2<u32>) -> vec2<u32> { return x; }", 0);
    let fused = call(&function, &[]);
    let program = Program::compile(&fused, Engine::default()).expect("compiles");
    let len = 10;
    let (enough, short) = (vec![0; 2 * len], vec![0; 2 * len - 1]);
    let refused = |input: Input, output: Output| {
        let outcome = Machine::default().run(&program, &[], &[input], output, len, BUDGET);
        assert!(matches!(outcome, Err(Error::Length { .. })), "{outcome:?}");
    };
    let mut result = vec![0; 2 * len];
    refused(Input::Words(&short), Output::Words(&mut result));
    refused(Input::Planes { words: &short, stride: len }, Output::Words(&mut result));
    refused(Input::Counting { start: 0 }, Output::Words(&mut result));
    refused(Input::Words(&enough), Output::Words(&mut result[1..]));
    refused(Input::Words(&enough), Output::Planes { words: &mut result[1..], stride: len });
    // Planes that overlap.
    refused(Input::Words(&enough), Output::Planes { words: &mut result, stride: len - 1 });
}

//! A device for tests, works, and the oracle.

use std::sync::Arc;

use super::oracle::{Op, State};
use crate::element::{Element, ElementType, Scalar, words_of};
use crate::gpu::{Choice, Gpu, Options};
use crate::monoid::{MonoidSpec, Operator};
use crate::order::{CANONICAL_NAN, max_key, min_key};
use crate::tuning::{Ladder, Prefix, TileShape, Traits, Tuning};
use crate::wgsl::{Expected, PureFunction, parse};
use crate::work::{Fused, Node, Primitive, Source, Work};

/// A device, or a visible line that says that there is none; with `REQUIRE_GPU=1` that is a failure.
pub(super) fn gpu(options: Options) -> Option<Gpu> {
    // Look-back is tried on software too: its threads do get their turn.
    let options = Options { assume_progress: true, ..options };
    match Gpu::open_with(&Choice { software: true, ..Choice::default() }, &options) {
        Ok(gpu) => Some(gpu),
        Err(error) => {
            assert!(std::env::var_os("REQUIRE_GPU").is_none_or(|v| v != "1"), "REQUIRE_GPU=1, and {error}");
            eprintln!("ignored: no adapter ({error})");
            None
        }
    }
}

/// Parses a function of elements.
pub(super) fn function(
    text: &str,
    parameters: &'static [ElementType],
    result: ElementType,
) -> Arc<PureFunction> {
    Arc::new(parse(text, None, Expected { parameters, result }).expect("a valid function"))
}

/// The graph that passes source 0 through.
pub(super) fn through(ty: ElementType) -> Fused {
    Fused { nodes: vec![Node::Source { slot: 0, ty }], output: 0, uniforms: Vec::new() }
}

/// The graph of one call on the first sources.
pub(super) fn call(function: &Arc<PureFunction>, uniforms: &[u32]) -> Fused {
    let sources = function.elements.iter().enumerate();
    let mut nodes: Vec<Node> =
        sources.map(|(slot, param)| Node::Source { slot: slot as u32, ty: param.ty }).collect();
    let args = (0..nodes.len() as u32).collect();
    nodes.push(Node::Call { function: function.clone(), args, uniforms_at: 0 });
    Fused { output: nodes.len() as u32 - 1, nodes, uniforms: uniforms.to_vec() }
}

/// A work.
pub(super) fn work<'a>(primitive: Primitive, len: usize, fused: Fused, sources: Vec<Source<'a>>) -> Work<'a> {
    Work { primitive, len, sources, fused }
}

/// A host source.
pub(super) fn host<T: Element>(elements: &[T]) -> Source<'_> {
    Source::Host(words_of(elements))
}

/// Pseudo-random words, the same in every run.
pub(super) fn noise(len: usize, seed: u32) -> Vec<u32> {
    let mut state = seed.wrapping_mul(2654435761).wrapping_add(0x9e37_79b9);
    (0..len)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            state
        })
        .collect()
}

/// Lengths around everything that is cut: quads, an invocation's node, tiles, groups of tiles.
pub(super) const LENGTHS: [usize; 18] =
    [0, 1, 2, 3, 4, 5, 15, 16, 17, 255, 257, 1023, 4095, 4096, 4097, 16385, 40_000, 16 * 4096 + 1];

/// A monoid with the same operator on the host.
pub(super) struct Case {
    pub(super) spec: Arc<MonoidSpec>,
    pub(super) op: Op,
    /// Words of an element that make the operator interesting.
    pub(super) element: fn(u32) -> u32,
}

fn case(
    id: u64,
    ty: ElementType,
    operator: Operator,
    identity: State,
    op: Op,
    element: fn(u32) -> u32,
) -> Case {
    let spec = MonoidSpec { id, name: format!("{operator:?}"), element: ty, state: ty, operator, identity };
    Case { spec: Arc::new(spec), op, element }
}

fn lanes(f: impl Fn(u32, u32) -> u32, a: State, b: State) -> State {
    std::array::from_fn(|c| f(a[c], b[c]))
}

fn floats(f: impl Fn(f32, f32) -> f32, a: State, b: State) -> State {
    lanes(|a, b| f(f32::from_bits(a), f32::from_bits(b)).to_bits(), a, b)
}

fn matrices(a: State, b: State) -> State {
    let ([a, b, c, d], [e, f, g, h]) = (a.map(f32::from_bits), b.map(f32::from_bits));
    [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h].map(f32::to_bits)
}

/// Floats of mixed sign and size, so that every order of summation gives other bits.
fn rough(word: u32) -> u32 {
    let scale = [1.0, 1e-3, 1e3, 1e5][word as usize >> 4 & 3];
    (((word >> 8) as f32 / (1 << 23) as f32 - 1.0) * scale).to_bits()
}

/// Any float at all: zeros of both signs, subnormals, infinities, now and then a NaN.
fn any_float(word: u32) -> u32 {
    match word % 97 {
        0 => 0,
        1 => 0x8000_0000,
        2 => 0x7f80_0000,
        3 => 0xff80_0000,
        4 if word > 0xf000_0000 => 0x7fc0_0001 + (word >> 20),
        4 => word & 0x807f_ffff,
        _ => rough(word),
    }
}

fn unit(word: u32) -> u32 {
    ((word >> 8) as f32 / (1 << 24) as f32 + 0.5).to_bits()
}

/// Sums, products, extrema, bits, vectors of all widths, and a product of matrices as a user's function.
pub(super) fn cases() -> Vec<Case> {
    use crate::monoid::Builtin::{And, Max, Min, Or, Product, Sum, Xor};
    let ty = |scalar, width| ElementType { scalar, width };
    let builtin = Operator::Builtin;
    let matrix = function(
        "fn mul(a: vec4<f32>, b: vec4<f32>) -> vec4<f32> {
            return vec4(a.x * b.x + a.y * b.z, a.x * b.y + a.y * b.w, a.z * b.x + a.w * b.z, a.z * b.y + a.w * b.w);
        }",
        &[<[f32; 4]>::TYPE, <[f32; 4]>::TYPE],
        <[f32; 4]>::TYPE,
    );
    let one = 1f32.to_bits();
    let min = |a, b| {
        lanes(
            |a, b| {
                if min_key(Scalar::F32, a) <= min_key(Scalar::F32, b) { canonical(a) } else { canonical(b) }
            },
            a,
            b,
        )
    };
    let max = |a, b| {
        lanes(
            |a, b| {
                if max_key(Scalar::F32, a) <= max_key(Scalar::F32, b) { canonical(a) } else { canonical(b) }
            },
            a,
            b,
        )
    };
    vec![
        case(101, ty(Scalar::U32, 1), builtin(Sum), [0; 4], |a, b| lanes(u32::wrapping_add, a, b), |w| w),
        case(102, ty(Scalar::F32, 1), builtin(Sum), [0; 4], |a, b| floats(|a, b| a + b, a, b), rough),
        case(103, ty(Scalar::F32, 3), builtin(Sum), [0; 4], |a, b| floats(|a, b| a + b, a, b), rough),
        case(104, ty(Scalar::F32, 1), builtin(Product), [one; 4], |a, b| floats(|a, b| a * b, a, b), unit),
        case(105, ty(Scalar::F32, 1), builtin(Min), [0x7f80_0000; 4], min, any_float),
        case(106, ty(Scalar::F32, 2), builtin(Max), [0xff80_0000; 4], max, any_float),
        case(
            107,
            ty(Scalar::I32, 1),
            builtin(Min),
            [i32::MAX as u32; 4],
            |a, b| lanes(|a, b| (a as i32).min(b as i32) as u32, a, b),
            |w| w,
        ),
        case(108, ty(Scalar::U32, 4), builtin(Max), [0; 4], |a, b| lanes(u32::max, a, b), |w| w),
        case(
            109,
            ty(Scalar::U32, 1),
            builtin(And),
            [u32::MAX; 4],
            |a, b| lanes(|a, b| a & b, a, b),
            |w| w | 0xffff_0000,
        ),
        case(110, ty(Scalar::I32, 2), builtin(Or), [0; 4], |a, b| lanes(|a, b| a | b, a, b), |w| w & w >> 7),
        case(111, ty(Scalar::U32, 3), builtin(Xor), [0; 4], |a, b| lanes(|a, b| a ^ b, a, b), |w| w),
        case(
            112,
            <[f32; 4]>::TYPE,
            Operator::Function { function: matrix, uniforms: vec![] },
            [one, 0, 0, one],
            matrices,
            |w| (f32::from_bits(unit(w)) - 0.4).to_bits(),
        ),
    ]
}

fn canonical(bits: u32) -> u32 {
    if f32::from_bits(bits).is_nan() { CANONICAL_NAN } else { bits }
}

/// Elements of a case, as words and as states.
pub(super) fn elements(case: &Case, len: usize, seed: u32) -> (Vec<u32>, Vec<State>) {
    let width = case.spec.element.words();
    let words: Vec<u32> = noise(len * width, seed).into_iter().map(case.element).collect();
    let states = words.chunks(width).map(state).collect();
    (words, states)
}

/// Words as a state.
pub(super) fn state(words: &[u32]) -> State {
    let mut state = [0; 4];
    state[..words.len()].copy_from_slice(words);
    state
}

/// The words of states of `width` words.
pub(super) fn flat(states: &[State], width: usize) -> Vec<u32> {
    states.iter().flat_map(|state| state[..width].to_vec()).collect()
}

/// A tuning whose reduce and scan have one shape, with or without look-back.
pub(super) fn shaped(shape: TileShape, prefix: Prefix) -> Tuning {
    let adapter =
        Traits { software: true, max_threads: 1024, workgroup_bytes: 32 << 10, ..Traits::default() };
    let mut tuning = Tuning::of(&adapter);
    (tuning.reduce, tuning.scan, tuning.loops, tuning.prefix) = (shape, shape, None, prefix);
    // The machine that tests may take a thread away for long.
    tuning.look_back_rounds = 1 << 20;
    tuning.workgroup_bytes = 32 << 10;
    tuning
}

/// Tunings of all shapes: one invocation a tile up to the widest, alone or in groups, with large nodes and with quads, in
/// every way to combine them and to access memory.
pub(super) fn tunings() -> Vec<Tuning> {
    let shape = |threads, tiles, node_level| TileShape { threads, tiles, node_level, ladder: Ladder::Shared };
    let subgroup = subgroup_size();
    let lanes =
        |shape: TileShape| TileShape { ladder: subgroup.map_or(Ladder::Shared, Ladder::Subgroup), ..shape };
    let multi = |shape| shaped(shape, Prefix::MultiPass);
    let mut tunings = vec![
        multi(shape(8, 8, 6)),
        multi(shape(16, 4, 5)),
        multi(shape(64, 4, 4)),
        multi(shape(128, 2, 3)),
        multi(shape(256, 1, 2)),
        shaped(shape(64, 1, 3), Prefix::LookBack),
        shaped(shape(256, 1, 1), Prefix::LookBack64),
        multi(shape(128, 2, 1)),
        multi(lanes(shape(64, 1, 2))),
        shaped(lanes(shape(256, 1, 1)), Prefix::LookBack),
        multi(lanes(shape(128, 2, 1))),
        multi(shape(1024, 1, 1)),
        shaped(lanes(shape(512, 4, 1)), Prefix::LookBack64),
        shaped(shape(256, 16, 3), Prefix::LookBack),
    ];
    for (tuning, (words, quads)) in
        tunings.iter_mut().zip([(4, 1), (2, 2), (1, 4), (4, 3)].into_iter().cycle())
    {
        (tuning.vector_words, tuning.map.quads) = (words, quads);
    }
    tunings[3].checked = true;
    tunings
}

/// Invocations of a subgroup of the adapter that tests use.
fn subgroup_size() -> Option<u32> {
    Gpu::adapters().first()?.traits().subgroup
}

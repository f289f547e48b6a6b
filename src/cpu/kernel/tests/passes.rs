//! The passes of the GPU, run here: shapes that no adapter at hand may have, with subgroups of 32 as most hardware has them,
//! every access of memory and every barrier checked.

use std::sync::Arc;

use super::support::{Buffer, check, read, write};
use crate::cpu::lane::SUBGROUP;
use crate::cpu::{Cpu, Engine, Settings};
use crate::element::{Element, ElementType};
use crate::monoid::{Builtin, MonoidSpec, Operator};
use crate::order::TILE_LEN;
use crate::passes::{self, Chunk, Pass, Resource, Variant};
use crate::run::Spine;
use crate::tuning::{Ladder, MapShape, Prefix, TileShape, Traits, Tuning};
use crate::wgsl::{Expected, parse};
use crate::work::{Fused, Node, Primitive, Source, Work};

const LENGTHS: [usize; 4] = [1, 3 * TILE_LEN, 5 * TILE_LEN + 17, 18 * TILE_LEN - 3];

/// What most hardware is.
fn hardware() -> Traits {
    Traits {
        kind: "discrete".into(),
        forward_progress: true,
        workgroup_bytes: 48 << 10,
        max_threads: 1024,
        subgroup: Some(SUBGROUP as u32),
        atomics_64: true,
        ..Traits::default()
    }
}

fn tunings() -> Vec<Tuning> {
    let shape = |threads, tiles, node_level, ladder| TileShape { threads, tiles, node_level, ladder };
    let lanes = Ladder::Subgroup(SUBGROUP as u32);
    let shapes = [
        (shape(128, 4, 2, lanes), Prefix::LookBack64, 4, 2),
        (shape(256, 1, 1, Ladder::Shared), Prefix::LookBack, 2, 4),
        (shape(64, 4, 3, lanes), Prefix::LookBack, 1, 3),
        (shape(1024, 4, 1, lanes), Prefix::LookBack64, 4, 1),
    ];
    let changed = shapes.map(|(shape, prefix, vector_words, quads)| {
        let mut tuning = Tuning::of(&hardware());
        (tuning.reduce, tuning.scan, tuning.prefix) = (shape, shape, prefix);
        (tuning.vector_words, tuning.map) = (vector_words, MapShape { threads: 64, quads });
        tuning
    });
    let tunings: Vec<Tuning> = [Tuning::of(&hardware())].into_iter().chain(changed).collect();
    tunings.iter().for_each(|tuning| tuning.check(&hardware()).expect("fits"));
    assert_eq!(tunings[0].scan.ladder, lanes);
    tunings
}

fn sum(ty: ElementType) -> MonoidSpec {
    let operator = Operator::Builtin(Builtin::Sum);
    MonoidSpec { id: 1, name: "Sum".into(), element: ty, state: ty, operator, identity: [0; 4] }
}

/// The composition of linear functions: associative only up to rounding and not commutative, so that bits show the order.
fn composition() -> MonoidSpec {
    const VEC2: ElementType = <[f32; 2]>::TYPE;
    let text =
        "fn then(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> { return vec2(a.x * b.x, a.y * b.x + b.y); }";
    let function = parse(text, None, Expected { parameters: &[VEC2, VEC2], result: VEC2 }).expect("valid");
    let operator = Operator::Function { function: Arc::new(function), uniforms: Vec::new() };
    let identity = [1f32.to_bits(), 0, 0, 0];
    MonoidSpec { id: 2, name: "then".into(), element: VEC2, state: VEC2, operator, identity }
}

/// Floats near one, and as integers any words.
fn noise(len: usize) -> Vec<u32> {
    let mix = |i: u32| i.wrapping_mul(0x9e37_79b9) ^ (i >> 3).wrapping_mul(0x85eb_ca6b);
    (0..len as u32).map(|i| 0x3f7f_0000 + (mix(i) >> 16)).collect()
}

fn work(primitive: Primitive, ty: ElementType, len: usize, words: &[u32]) -> Work<'_> {
    let fused = Fused { nodes: vec![Node::Source { slot: 0, ty }], output: 0, uniforms: Vec::new() };
    Work { primitive, len, sources: vec![Source::Host(words)], fused }
}

/// Runs a pass over all elements of a work; `memory` gives the words of what it binds, `expected` those that it leaves.
fn run(
    pass: &Pass,
    work: &Work,
    extra: [u32; 2],
    memory: impl Fn(Resource) -> Vec<u32>,
    expected: &[(Resource, Vec<u32>)],
) {
    let prefix = passes::monoid_of(work).map_or([0; 4], |monoid| monoid.identity);
    let chunk = Chunk { len: work.len as u32, extra, prefix, ..Chunk::default() };
    let params = pass.params.fill(work, chunk);
    let place = |resource| pass.bindings.iter().position(|b| b.resource == resource).expect("bound") as u32;
    let buffers: Vec<Buffer> = (0..)
        .zip(&pass.bindings)
        .map(|(binding, b)| match (b.resource, b.access) {
            (Resource::Params, _) => read(binding, params.clone()),
            (resource, passes::Access::ReadWrite) => write(binding, memory(resource)),
            (resource, _) => read(binding, memory(resource)),
        })
        .collect();
    let expected: Vec<(u32, Vec<u32>)> =
        expected.iter().map(|(resource, words)| (place(*resource), words.clone())).collect();
    // More workgroups than are needed, as grids of two dimensions have them.
    let [x, y] = pass.grid(work.len, 4);
    check(&pass.wgsl, [x, y, 1], &buffers, &expected);
}

/// Words up to a whole quad of elements.
fn padded(words: &[u32], ty: ElementType) -> Vec<u32> {
    let mut words = words.to_vec();
    words.resize((words.len() / ty.words()).next_multiple_of(4) * ty.words(), 0xdead_beef);
    words
}

fn cpu() -> Cpu {
    Cpu::shared(Settings { budget: 1 << 32, engine: Engine::Interpreter })
}

#[test]
fn maps() {
    let ty = f32::TYPE;
    let expected = Expected { parameters: &[f32::TYPE], result: f32::TYPE };
    let text = "fn f(x: f32) -> f32 { return x * 2.0; }";
    let function = Arc::new(parse(text, None, expected).expect("valid"));
    for tuning in tunings() {
        for len in [1, 4099] {
            let words = noise(len);
            let mut work = work(Primitive::Map, ty, len, &words);
            work.fused.nodes.push(Node::Call { function: function.clone(), args: vec![0], uniforms_at: 0 });
            work.fused.output = 1;
            let pass = passes::map(&work, &tuning).expect("lowers");
            let mut expected = vec![0; len];
            cpu().run_map(&work, 0..len, &mut expected).expect("runs");
            let room = padded(&vec![0xdead_beef; len], ty);
            let memory = |resource| match resource {
                Resource::Output => room.clone(),
                _ => padded(&words, ty),
            };
            // In the padding, the first element of the last quad stands for those that are not there.
            let first = expected[len & !3];
            expected.resize(len.next_multiple_of(4), first);
            run(&pass, &work, [0; 2], memory, &[(Resource::Output, expected)]);
        }
    }
}

#[test]
fn reductions() {
    for tuning in tunings() {
        for (monoid, len) in [sum(f32::TYPE), composition()].iter().zip([LENGTHS[3], LENGTHS[2]]) {
            let ty = monoid.element;
            let words = noise(len * ty.words());
            let work = work(Primitive::Reduce(Arc::new(monoid.clone())), ty, len, &words);
            let pass = passes::reduce_elements(&work, monoid, &tuning).expect("lowers");
            let mut expected = vec![0; len.div_ceil(TILE_LEN) * ty.words()];
            cpu().run_reduce(&work, 0..len, &mut expected).expect("runs");
            let memory = |resource| match resource {
                Resource::Aggregates => vec![0; expected.len()],
                _ => padded(&words, ty),
            };
            run(&pass, &work, [0; 2], memory, &[(Resource::Aggregates, expected.clone())]);
        }
    }
}

/// A scan of `len` elements in one pass or as the last of several, against that of the CPU.
fn scan(monoid: &MonoidSpec, inclusive: bool, len: usize, variant: Variant, tuning: &Tuning) {
    let ty = monoid.element;
    let words = noise(len * ty.words());
    let scanned = |inclusive| {
        let work = work(
            Primitive::Scan { monoid: Arc::new(monoid.clone()), inclusive, post: None },
            ty,
            len,
            &words,
        );
        let mut out = vec![0; words.len()];
        cpu().run_scan(&work, 0..len, Spine::new(monoid.identity), &mut out).expect("runs");
        (work, out)
    };
    let ((work, expected), (_, exclusive)) = (scanned(inclusive), scanned(false));
    let pass = passes::scan_elements(&work, monoid, inclusive, None, variant, tuning).expect("lowers");
    let groups = pass.groups(len);
    let memory = |resource| match resource {
        Resource::Output => padded(&vec![0xdead_beef; words.len()], ty),
        Resource::Aggregates => vec![0; ty.words()],
        Resource::Published => vec![0; 4 + 2 * ty.words() * passes::spine_len(groups)],
        // One a tile.
        Resource::Prefixes => exclusive.chunks(ty.words()).step_by(TILE_LEN).flatten().copied().collect(),
        _ => padded(&words, ty),
    };
    run(&pass, &work, [groups as u32, 0], memory, &[(Resource::Output, padded(&expected, ty))]);
}

#[test]
fn scans_of_several_passes() {
    for tuning in tunings() {
        scan(&sum(f32::TYPE), true, LENGTHS[2], Variant::MultiPass, &tuning);
        scan(&composition(), false, LENGTHS[1], Variant::MultiPass, &tuning);
    }
}

#[test]
fn scans_by_look_back() {
    for tuning in tunings() {
        for len in LENGTHS {
            scan(&sum(f32::TYPE), true, len, Variant::SinglePass, &tuning);
        }
        scan(&composition(), false, LENGTHS[2], Variant::SinglePass, &tuning);
    }
}

//! Programs against Rust closures: one runner for every instruction set and length.

use std::sync::Arc;

use fearless_simd::Level;

use super::super::{Engine, Input, Machine, Output, Program, levels};
use crate::element::{ElementType, Scalar};
use crate::wgsl::{Param, PureFunction};
use crate::work::{Fused, Node};

/// Lengths around strips and blocks.
pub(super) const LENGTHS: [usize; 8] = [0, 1, 127, 255, 256, 257, 1000, 2500];

/// The ways to run a program on this processor.
pub(super) fn ways() -> Vec<(Level, Engine)> {
    let has_compiler = |level: &Level| cfg!(target_arch = "x86_64") && level.as_avx2().is_some();
    let compiled = levels().into_iter().filter(has_compiler).map(|level| (level, Engine::Compiler));
    levels().into_iter().map(|level| (level, Engine::Interpreter)).chain(compiled).collect()
}

/// A program that runs in one of these ways.
pub(super) fn compile((level, engine): (Level, Engine), fused: &Fused) -> Program {
    let program = Program::compile_for(fused, level, engine).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(program.is_compiled(), engine == Engine::Compiler, "{program}");
    program
}

fn element_type(module: &naga::Module, ty: naga::Handle<naga::Type>) -> ElementType {
    let scalar_of = |scalar: naga::Scalar| match scalar.kind {
        naga::ScalarKind::Float => Scalar::F32,
        naga::ScalarKind::Sint => Scalar::I32,
        _ => Scalar::U32,
    };
    match module.types[ty].inner {
        naga::TypeInner::Scalar(scalar) => ElementType::scalar(scalar_of(scalar)),
        naga::TypeInner::Vector { size, scalar } => {
            ElementType { scalar: scalar_of(scalar), width: size as u8 }
        }
        ref other => panic!("not an element: {other:?}"),
    }
}

/// Parses the function `f` of a WGSL text whose last `uniforms` parameters are uniform arguments.
pub(super) fn parse(source: &str, uniforms: usize) -> Arc<PureFunction> {
    try_parse(source, uniforms).unwrap_or_else(|error| panic!("{error}"))
}

/// As [`parse`], with naga's message where the text is not valid.
pub(super) fn try_parse(source: &str, uniforms: usize) -> Result<Arc<PureFunction>, String> {
    let module = naga::front::wgsl::parse_str(source).map_err(|error| error.emit_to_string(source))?;
    let capabilities = naga::valid::Capabilities::all();
    let info =
        naga::valid::Validator::new(naga::valid::ValidationFlags::all(), capabilities).validate(&module);
    let info = info.map_err(|error| error.emit_to_string(source))?;
    let (function, inner) = module
        .functions
        .iter()
        .find(|(_, function)| function.name.as_deref() == Some("f"))
        .expect("a function f");
    let mut params: Vec<Param> = inner
        .arguments
        .iter()
        .map(|arg| Param { name: arg.name.clone().unwrap_or_default(), ty: element_type(&module, arg.ty) })
        .collect();
    let result = element_type(&module, inner.result.as_ref().expect("a result").ty);
    let uniforms = params.split_off(params.len() - uniforms);
    Ok(Arc::new(PureFunction {
        id: 0,
        name: "f".to_owned(),
        source: source.to_owned(),
        module,
        info,
        function,
        elements: params,
        uniforms,
        result,
    }))
}

/// The call of a function on one source per element parameter.
pub(super) fn call(function: &Arc<PureFunction>, uniforms: &[u32]) -> Fused {
    let mut nodes: Vec<Node> = function
        .elements
        .iter()
        .enumerate()
        .map(|(slot, param)| Node::Source { slot: slot as u32, ty: param.ty })
        .collect();
    let args = (0..nodes.len() as u32).collect();
    nodes.push(Node::Call { function: function.clone(), args, uniforms_at: 0 });
    Fused { output: nodes.len() as u32 - 1, nodes, uniforms: uniforms.to_vec() }
}

/// Loop iterations allowed in tests.
pub(super) const BUDGET: u64 = 1 << 20;

/// Runs a program on sources given as elements.
pub(super) fn run(program: &Program, fused: &Fused, sources: &[Vec<u32>], len: usize) -> Vec<u32> {
    let inputs: Vec<Input> = sources.iter().map(|words| Input::Words(words)).collect();
    let mut result = vec![0xdead_beef; len * fused.output_type().words()];
    Machine::default()
        .run(program, &fused.uniforms, &inputs, Output::Words(&mut result), len, BUDGET)
        .unwrap_or_else(|error| panic!("{error}"));
    result
}

/// Words that matter: edges of all types first, then random ones; every second random one a float of moderate size.
pub(super) fn samples(len: usize, seed: u32) -> Vec<u32> {
    let floats = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        0.5,
        2.5,
        -3.5,
        1e-40,
        -1e-40,
        1e30,
        -1e30,
        f32::MAX,
        f32::MIN_POSITIVE,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        8_388_608.5,
        2_147_483_648.0,
        4_294_967_296.0,
        -2_147_483_648.0,
    ];
    let integers =
        [0, 1, 2, 3, 5, 7, 31, 32, 33, 0x7fff_ffff, 0x8000_0000, 0x8000_0001, 0xffff_ffff, 0xffff_fffe];
    let edges: Vec<u32> = floats.map(f32::to_bits).into_iter().chain(integers).collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    (0..len)
        .map(|at| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            match state >> 30 {
                0 if at % 3 == 0 => edges[(state >> 8) as usize % edges.len()],
                0 | 1 => ((state & 0xffff) as f32 / 1024.0 - 32.0).to_bits(),
                2 => state & 0xff,
                _ => state,
            }
        })
        .collect()
}

/// Two words mean the same: equal bits, or both NaN where they are floats.
fn same(scalar: Scalar, a: u32, b: u32) -> bool {
    a == b || (scalar == Scalar::F32 && f32::from_bits(a).is_nan() && f32::from_bits(b).is_nan())
}

/// Checks the function `f` of a WGSL text against a closure from the words of its arguments to the words of its result:
/// on every instruction set, for every length, with arguments that vary and with arguments that are uniform.
pub(super) fn check(source: &str, oracle: impl Fn(&[u32]) -> Vec<u32>) {
    check_with(source, samples, oracle);
}

/// As [`check`], with the words of sources made by `make` from a number of words and a seed.
pub(super) fn check_with(
    source: &str,
    make: impl Fn(usize, u32) -> Vec<u32>,
    oracle: impl Fn(&[u32]) -> Vec<u32>,
) {
    let function = parse(source, 0);
    let fused = call(&function, &[]);
    let scalar = fused.output_type().scalar;
    for way in ways() {
        let program = compile(way, &fused);
        for len in LENGTHS {
            let sources: Vec<Vec<u32>> = function
                .elements
                .iter()
                .zip(1..)
                .map(|(param, seed)| make(len * param.ty.words(), seed))
                .collect();
            let result = run(&program, &fused, &sources, len);
            compare(source, &function, scalar, &sources, &result, len, &oracle);
        }
    }
    let total: usize = function.elements.iter().map(|param| param.ty.words()).sum();
    if total == 0 {
        return;
    }
    // The same arguments as uniform ones: everything is computed by the scalar definitions.
    let uniform = parse(source, function.elements.len());
    for seed in 0..40 {
        let words = make(total, seed + 100);
        let fused = call(&uniform, &words);
        let program =
            Program::compile(&fused, Engine::default()).unwrap_or_else(|error| panic!("{error}\n{source}"));
        let result = run(&program, &fused, &[], 3);
        let expected = oracle(&words);
        for element in result.chunks(expected.len()) {
            let equal = element.iter().zip(&expected).all(|(&a, &b)| same(scalar, a, b));
            assert!(equal, "{source}\nuniform {words:x?}: {element:x?}, expected {expected:x?}");
        }
    }
}

fn compare(
    source: &str,
    function: &PureFunction,
    scalar: Scalar,
    sources: &[Vec<u32>],
    result: &[u32],
    len: usize,
    oracle: &impl Fn(&[u32]) -> Vec<u32>,
) {
    let width = function.result.words();
    assert_eq!(result.len(), len * width);
    for at in 0..len {
        let mut args = vec![];
        for (param, words) in function.elements.iter().zip(sources) {
            let words_of = param.ty.words();
            args.extend_from_slice(&words[at * words_of..][..words_of]);
        }
        let expected = oracle(&args);
        let given = &result[at * width..][..width];
        let equal = given.iter().zip(&expected).all(|(&a, &b)| same(scalar, a, b));
        assert!(
            equal,
            "{source}\nelement {at} of {len}, {args:x?}: {given:x?}, expected {expected:x?} (as floats {:?}: {:?}, {:?})",
            args.iter().map(|&x| f32::from_bits(x)).collect::<Vec<_>>(),
            given.iter().map(|&x| f32::from_bits(x)).collect::<Vec<_>>(),
            expected.iter().map(|&x| f32::from_bits(x)).collect::<Vec<_>>(),
        );
    }
}

/// The words as floats.
pub(super) fn floats(words: &[u32]) -> Vec<f32> {
    words.iter().map(|&word| f32::from_bits(word)).collect()
}

/// The words as signed integers.
pub(super) fn ints(words: &[u32]) -> Vec<i32> {
    words.iter().map(|&word| word as i32).collect()
}

/// A float result.
pub(super) fn float(x: f32) -> Vec<u32> {
    vec![x.to_bits()]
}

/// A truth value as `u32(b)` gives it.
pub(super) fn truth(b: bool) -> Vec<u32> {
    vec![u32::from(b)]
}

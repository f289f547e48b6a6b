use super::support::{LENGTHS, call, function, gpu, host, noise, through, work};
use crate::element::{Element, ElementType, Scalar};
use crate::gpu::Options;
use crate::order::TILE_LEN;
use crate::run::Executor;
use crate::work::{Fused, Node, Primitive, Source};

const F32: ElementType = f32::TYPE;

fn run(gpu: &impl Executor, work: &crate::work::Work, range: std::ops::Range<usize>) -> Vec<u32> {
    let mut out = vec![0xdead_beef; range.len() * work.output_type().words()];
    pollster::block_on(gpu.map(work, range, &mut out)).expect("map");
    out
}

#[test]
fn saxpy_of_every_length() {
    for staged in [false, true] {
        let Some(gpu) = gpu(Options { staged, ..Options::default() }) else { return };
        let f = function("fn saxpy(x: f32, y: f32, a: f32) -> f32 { return a * x + y; }", &[F32, F32], F32);
        for len in LENGTHS {
            let x: Vec<f32> = (0..len).map(|i| i as f32).collect();
            let y: Vec<f32> = (0..len).map(|i| (i % 7) as f32).collect();
            let work = work(Primitive::Map, len, call(&f, &[2f32.to_bits()]), vec![host(&x), host(&y)]);
            let expected: Vec<u32> = x.iter().zip(&y).map(|(x, y)| (2.0 * x + y).to_bits()).collect();
            assert_eq!(run(&gpu, &work, 0..len), expected, "{len} elements");
        }
    }
}

/// Reverses the components of vectors and offsets them by a counted index.
fn twist(width: u8) -> (Fused, ElementType) {
    let ty = ElementType { scalar: Scalar::U32, width };
    let (text, parameters): (&str, &'static [ElementType]) = match width {
        1 => (
            "fn f(x: u32, i: u32, c: u32) -> u32 { return x * c + i; }",
            &[<u32>::TYPE, <u32>::TYPE, <u32>::TYPE],
        ),
        2 => (
            "fn f(x: vec2<u32>, i: u32, c: u32) -> vec2<u32> { return x.yx * c + i; }",
            &[<[u32; 2]>::TYPE, <u32>::TYPE, <u32>::TYPE],
        ),
        3 => (
            "fn f(x: vec3<u32>, i: u32, c: u32) -> vec3<u32> { return x.zyx * c + i; }",
            &[<[u32; 3]>::TYPE, <u32>::TYPE, <u32>::TYPE],
        ),
        _ => (
            "fn f(x: vec4<u32>, i: u32, c: u32) -> vec4<u32> { return x.wzyx * c + i; }",
            &[<[u32; 4]>::TYPE, <u32>::TYPE, <u32>::TYPE],
        ),
    };
    (call(&function(text, parameters, ty), &[]), ty)
}

#[test]
fn widths_counting_and_constants() {
    let limit = Some(4 * 3 * 4 * TILE_LEN as u64);
    for max_binding_bytes in [None, limit] {
        let Some(gpu) = gpu(Options { max_binding_bytes, ..Options::default() }) else { return };
        for width in 1..=4u8 {
            let (fused, ty) = twist(width);
            let w = ty.words();
            for len in LENGTHS {
                let x = noise(len * w, 3);
                let start = u32::MAX - 5;
                let sources =
                    vec![Source::Host(&x), Source::Counting { start }, Source::Constant([7, 0, 0, 0])];
                let work = work(Primitive::Map, len, fused.clone(), sources);
                let value = |i: usize, c: usize| {
                    x[i * w + w - 1 - c].wrapping_mul(7).wrapping_add(start.wrapping_add(i as u32))
                };
                let expected: Vec<u32> =
                    (0..len).flat_map(|i| (0..w).map(move |c| (i, c))).map(|(i, c)| value(i, c)).collect();
                assert!(run(&gpu, &work, 0..len) == expected, "{len} elements of {ty}");
                for range in [len / 3..len, len / 5..len / 2] {
                    let part = &expected[range.start * w..range.end * w];
                    assert!(run(&gpu, &work, range.clone()) == part, "{range:?} of {len} elements of {ty}");
                }
            }
        }
    }
}

#[test]
fn chains_share_sources_and_keep_their_own_uniforms() {
    let Some(gpu) = gpu(Options::default()) else { return };
    let scale = function("fn scale(x: f32, by: f32) -> f32 { return by * x; }", &[F32], F32);
    let norm = function(
        "fn helper(x: f32) -> f32 { return x * x; } fn norm(x: f32, y: f32) -> f32 { return helper(x) + helper(y); }",
        &[F32, F32],
        F32,
    );
    let other = function(
        "fn helper(x: f32) -> f32 { return -x; } fn minus(x: f32) -> f32 { return helper(x); }",
        &[F32],
        F32,
    );
    let node = |function: &std::sync::Arc<_>, args: &[u32], uniforms_at| Node::Call {
        function: std::sync::Arc::clone(function),
        args: args.to_vec(),
        uniforms_at,
    };
    let fused = Fused {
        nodes: vec![
            Node::Source { slot: 0, ty: F32 },
            Node::Source { slot: 1, ty: F32 },
            node(&scale, &[0], 0),
            node(&scale, &[1], 1),
            node(&norm, &[2, 3], 0),
            node(&other, &[4], 0),
        ],
        output: 5,
        uniforms: vec![2f32.to_bits(), 3f32.to_bits()],
    };
    let x: Vec<f32> = (0..1001).map(|i| i as f32).collect();
    // The same slice twice.
    let work = work(Primitive::Map, x.len(), fused, vec![host(&x), host(&x)]);
    let expected: Vec<u32> = x.iter().map(|x| (-(13.0 * x * x)).to_bits()).collect();
    assert_eq!(run(&gpu, &work, 0..x.len()), expected);
}

#[test]
fn bits_pass_unchanged() {
    let Some(gpu) = gpu(Options::default()) else { return };
    let specials = [0x7fc0_0001u32, 0xffc1_2345, 0x7f80_0001, 0x8000_0000, 0x7f80_0000, 1, 0x807f_ffff];
    let work = work(Primitive::Map, specials.len(), through(F32), vec![Source::Host(&specials)]);
    assert_eq!(run(&gpu, &work, 0..specials.len()), specials);
}

#[test]
fn functions_never_see_elements_that_are_not_there() {
    let Some(gpu) = gpu(Options::default()) else { return };
    // Does not end for 0, which is what padding holds.
    let text =
        "fn log(x: u32) -> u32 { var n = 0u; var y = x; while (y != 1u) { y = y / 2u; n++; } return n; }";
    let f = function(text, &[u32::TYPE], u32::TYPE);
    for len in [1, 2, 3, 5, 4097] {
        let x: Vec<u32> = (1..=len).collect();
        let work = work(Primitive::Map, x.len(), call(&f, &[]), vec![host(&x)]);
        let expected: Vec<u32> = x.iter().map(|x| x.ilog2()).collect();
        assert_eq!(run(&gpu, &work, 0..x.len()), expected);
    }
}

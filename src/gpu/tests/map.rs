use super::support::{LENGTHS, call, function, gpu, host, noise, through, work};
use crate::element::{Element, ElementType, Scalar};
use crate::gpu::Options;
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

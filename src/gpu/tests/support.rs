//! A device for tests, works, and the oracle.

use std::sync::Arc;

use crate::element::{Element, ElementType, words_of};
use crate::gpu::{Choice, Gpu, Options};
use crate::wgsl::{Expected, PureFunction, parse};
use crate::work::{Fused, Node, Primitive, Source, Work};

/// A device, or a visible line that says that there is none; with `REQUIRE_GPU=1` that is a failure.
pub(super) fn gpu(options: Options) -> Option<Gpu> {
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

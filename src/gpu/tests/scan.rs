use std::sync::atomic::Ordering;
use std::time::Duration;

use super::oracle::{aggregate, exclusive, inclusive, root};
use super::support::{
    Case, LENGTHS, call, cases, elements, flat, function, gpu, state, through, tunings, work,
};
use crate::element::Element;
use crate::gpu::{Gpu, Options};
use crate::order::TILE_LEN;
use crate::run::Executor;
use crate::tuning::{Prefix, Tuning};
use crate::work::{Node, Primitive, Source};

fn check(gpu: &Gpu, case: &Case, len: usize, is_inclusive: bool) {
    let (words, states) = elements(case, len, len as u32);
    let primitive = Primitive::Scan { monoid: case.spec.clone(), inclusive: is_inclusive, post: None };
    let work = work(primitive, len, through(case.spec.element), vec![Source::Host(&words)]);
    let width = case.spec.state.words();
    let mut out = vec![0xdead_beef; len * width];
    let identity = case.spec.identity;
    let total = pollster::block_on(gpu.scan(&work, 0..len, identity, &mut out)).expect("scan");
    let scan = if is_inclusive { inclusive } else { exclusive };
    let expected = flat(&scan(&states, 0..len, identity, case.op), width);
    let first = out.iter().zip(&expected).position(|(a, b)| a != b);
    assert_eq!(first, None, "{} of {len} elements, inclusive: {is_inclusive}", case.spec.name);
    if len > 0 {
        let expected = aggregate(&states, 0, root(len), case.op);
        assert_eq!(total[..width], expected[..width], "aggregate of {}, {len} elements", case.spec.name);
    } else {
        assert_eq!(total, identity);
    }
}

#[test]
fn every_monoid_and_length() {
    let Some(gpu) = gpu(Options::default()) else { return };
    for case in cases() {
        for len in LENGTHS {
            check(&gpu, &case, len, true);
            check(&gpu, &case, len, false);
        }
    }
}

#[test]
fn every_tuning_and_both_variants() {
    for (number, tuning) in tunings().into_iter().enumerate() {
        let Some(gpu) = gpu(Options { tuning: Some(tuning), ..Options::default() }) else { return };
        // Each tuning meets both kinds of scan, and each operator; all together would compile hundreds of pipelines.
        for (kind, case) in [&cases()[1], &cases()[5], &cases()[11]].into_iter().enumerate() {
            for len in [1, 5, 4097, 40_000, 70 * TILE_LEN + 5] {
                check(&gpu, case, len, (number + kind) % 2 == 0);
            }
        }
    }
}

#[test]
fn chunks_carry_their_prefixes() {
    for prefix in [Prefix::MultiPass, Prefix::LookBack, Prefix::LookBack64] {
        let tuning = Tuning { prefix, stream_len: TILE_LEN, ..tunings()[3] };
        for staged in [false, true] {
            // Without staging, the caller looks for the ends of submissions itself.
            let spin = (!staged).then_some(Duration::from_millis(5));
            let Some(gpu) = gpu(Options { tuning: Some(tuning), staged, spin, ..Options::default() }) else {
                return;
            };
            for len in [4 * TILE_LEN, 5 * TILE_LEN + 1, 70 * TILE_LEN + 17] {
                check(&gpu, &cases()[1], len, true);
                check(&gpu, &cases()[11], len, false);
            }
        }
    }
}

#[test]
fn ranges_continue_from_their_prefix() {
    let Some(gpu) = gpu(Options::default()) else { return };
    let case = &cases()[11];
    let len = 9 * TILE_LEN + 100;
    let (words, states) = elements(case, len, 7);
    let primitive = Primitive::Scan { monoid: case.spec.clone(), inclusive: true, post: None };
    let work = work(primitive, len, through(case.spec.element), vec![Source::Host(&words)]);
    let whole = inclusive(&states, 0..len, case.spec.identity, case.op);
    let prefixes = exclusive(&states, 0..len, case.spec.identity, case.op);
    for range in
        [0..4 * TILE_LEN, 4 * TILE_LEN..8 * TILE_LEN, 5 * TILE_LEN..5 * TILE_LEN + 77, 8 * TILE_LEN..len]
    {
        let prefix = prefixes[range.start];
        let mut out = vec![0; range.len() * 4];
        let total = pollster::block_on(gpu.scan(&work, range.clone(), prefix, &mut out)).expect("scan");
        assert!(out == flat(&whole[range.clone()], 4), "{range:?}");
        let level = root(range.len());
        assert_eq!(total, state(&aggregate(&states[..range.end], range.start, level, case.op)), "{range:?}");
    }
}

#[test]
fn scanned_values_are_mapped_beside_the_sources() {
    // Normalises a running sum of squares by the element's index, and gives a wider element than it takes.
    let text = "fn post(sum: f32, x: f32, i: u32, a: f32) -> vec3<f32> { return vec3(sum, x * a, f32(i)); }";
    let post = function(text, &[f32::TYPE, f32::TYPE, u32::TYPE], <[f32; 3]>::TYPE);
    let square = function("fn square(x: f32) -> f32 { return x * x; }", &[f32::TYPE], f32::TYPE);
    for prefix in [Prefix::MultiPass, Prefix::LookBack, Prefix::LookBack64] {
        let tuning = Some(Tuning { prefix, stream_len: 4 * TILE_LEN, ..tunings()[3] });
        let Some(gpu) = gpu(Options { tuning, ..Options::default() }) else { return };
        let case = &cases()[1];
        for len in [1, 6, 9 * TILE_LEN + 6] {
            let (words, states) = elements(case, len, 3);
            let mut graph = call(&post, &[3f32.to_bits()]);
            // Slots: the scanned value, the work's first source, its second.
            graph.nodes[2] = Node::Source { slot: 2, ty: u32::TYPE };
            let primitive = Primitive::Scan { monoid: case.spec.clone(), inclusive: true, post: Some(graph) };
            let sources = vec![Source::Host(&words), Source::Counting { start: 10 }];
            let work = work(primitive, len, call(&square, &[]), sources);
            let mut out = vec![0; 3 * len];
            pollster::block_on(gpu.scan(&work, 0..len, [0; 4], &mut out)).expect("scan");
            let x = |i: usize| f32::from_bits(states[i][0]);
            let squares: Vec<_> = (0..len).map(|i| state(&[(x(i) * x(i)).to_bits()])).collect();
            let sums = inclusive(&squares, 0..len, [0; 4], case.op);
            let expected = |i: usize| [sums[i][0], (x(i) * 3.0).to_bits(), ((10 + i) as f32).to_bits()];
            assert!(out == (0..len).flat_map(expected).collect::<Vec<_>>(), "{len} elements");
        }
    }
}

#[test]
fn look_back_that_gives_up_is_done_again_in_passes() {
    let tuning = Some(Tuning { look_back_rounds: 0, ..tunings()[5] });
    let Some(gpu) = gpu(Options { tuning, ..Options::default() }) else { return };
    assert!(tunings()[5].prefix.is_look_back());
    for len in [3 * TILE_LEN, 30 * TILE_LEN + 1] {
        check(&gpu, &cases()[1], len, true);
    }
    assert!(gpu.device.look_back_gave_up.load(Ordering::Relaxed));
    assert_eq!(gpu.tuning().prefix, Prefix::MultiPass);
    assert!(matches!(gpu.departures().as_slice(), [text] if text.starts_with("look-back waited in vain on")));
}

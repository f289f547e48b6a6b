use std::sync::Arc;

use super::oracle::{aggregate, root};
use super::support::{
    Case, LENGTHS, call, cases, elements, flat, function, gpu, noise, state, through, tunings, work,
};
use crate::element::{Element, ElementType, Scalar};
use crate::gpu::{Gpu, Options};
use crate::monoid::{Builtin, MonoidSpec, Operator};
use crate::order::{TILE_LEN, TILE_LEVEL, max_key, min_key};
use crate::run::Executor;
use crate::tuning::{Ladder, Tuning};
use crate::work::{Primitive, Source};

fn check(gpu: &Gpu, case: &Case, len: usize) {
    let (words, states) = elements(case, len, len as u32);
    let work = work(
        Primitive::Reduce(case.spec.clone()),
        len,
        through(case.spec.element),
        vec![Source::Host(&words)],
    );
    let width = case.spec.state.words();
    let mut out = vec![0xdead_beef; len.div_ceil(TILE_LEN) * width];
    pollster::block_on(gpu.reduce(&work, 0..len, &mut out)).expect("reduce");
    let expected: Vec<_> =
        (0..len).step_by(TILE_LEN).map(|first| aggregate(&states, first, TILE_LEVEL, case.op)).collect();
    assert!(out == flat(&expected, width), "{} of {len} elements", case.spec.name);
}

#[test]
fn tiles_of_every_monoid_and_length() {
    let Some(gpu) = gpu(Options::default()) else { return };
    for case in cases() {
        for len in LENGTHS {
            check(&gpu, &case, len);
        }
    }
}

#[test]
fn tiles_with_every_tuning() {
    for tuning in tunings() {
        let Some(gpu) = gpu(Options { tuning: Some(tuning), ..Options::default() }) else { return };
        for case in [&cases()[1], &cases()[11]] {
            for len in [1, 5, 4097, 40_000] {
                check(&gpu, case, len);
            }
        }
    }
}

#[test]
fn tiles_past_the_limit_of_a_binding() {
    let options = Options { max_binding_bytes: Some(4 * 16 * TILE_LEN as u64), ..Options::default() };
    for staged in [false, true] {
        let Some(gpu) = gpu(Options { staged, ..options.clone() }) else { return };
        for len in [16 * TILE_LEN, 16 * TILE_LEN + 1, 100 * TILE_LEN - 1] {
            check(&gpu, &cases()[1], len);
        }
    }
}

/// The position of the extremum by the keys of `order`.
fn first_smallest(keys: impl Iterator<Item = u32>) -> [u32; 2] {
    keys.zip(0..).map(|(key, index)| [key, index]).min().expect("at least one")
}

#[test]
fn positions_of_extrema() {
    let Some(gpu) = gpu(Options::default()) else { return };
    for scalar in [Scalar::F32, Scalar::I32, Scalar::U32] {
        for (id, builtin) in [(201, Builtin::ArgMin), (202, Builtin::ArgMax)] {
            let spec = MonoidSpec {
                id: id + 10 * scalar as u64,
                name: format!("{builtin:?}"),
                element: ElementType::scalar(scalar),
                state: <[u32; 2]>::TYPE,
                operator: Operator::Builtin(builtin),
                identity: [u32::MAX, u32::MAX, 0, 0],
            };
            let spec = Arc::new(spec);
            for len in [1, 5, 3000, 4096 + 9] {
                // Few different values: the first of equal ones counts. Zeros of both signs, and at last a NaN.
                let mut words: Vec<u32> =
                    noise(len, 4).iter().map(|w| ((w % 7) as f32 - 3.0).to_bits() ^ (w & 1 << 31)).collect();
                for nan in [false, true] {
                    if nan {
                        words[len / 2] = 0xffc0_0007;
                    }
                    let key = if builtin == Builtin::ArgMin { min_key } else { max_key };
                    let work = work(
                        Primitive::Reduce(spec.clone()),
                        len,
                        through(spec.element),
                        vec![Source::Host(&words)],
                    );
                    let mut out = vec![0; 2 * len.div_ceil(TILE_LEN)];
                    pollster::block_on(gpu.reduce(&work, 0..len, &mut out)).expect("reduce");
                    let best = out.chunks(2).map(|s| [s[0], s[1]]).min().expect("at least one tile");
                    assert_eq!(
                        best,
                        first_smallest(words.iter().map(|&w| key(scalar, w))),
                        "{} of {len}",
                        spec.name
                    );
                }
            }
        }
    }
}

#[test]
fn fused_elements_are_rounded_before_they_are_added() {
    let Some(gpu) = gpu(Options::default()) else { return };
    let case = &cases()[1];
    let square = function("fn square(x: f32) -> f32 { return x * x; }", &[f32::TYPE], f32::TYPE);
    let len = 20_001;
    let (words, states) = elements(case, len, 3);
    let work =
        work(Primitive::Reduce(case.spec.clone()), len, call(&square, &[]), vec![Source::Host(&words)]);
    let mut out = vec![0; len.div_ceil(TILE_LEN)];
    pollster::block_on(gpu.reduce(&work, 0..len, &mut out)).expect("reduce");
    let squares: Vec<_> =
        states.iter().map(|s| state(&[(f32::from_bits(s[0]) * f32::from_bits(s[0])).to_bits()])).collect();
    let tiles = (0..len).step_by(TILE_LEN).map(|first| aggregate(&squares, first, TILE_LEVEL, case.op));
    assert_eq!(out, tiles.map(|s| s[0]).collect::<Vec<_>>());
}

#[test]
fn down_to_one_state_on_the_device() {
    for stream_len in [TILE_LEN, 1 << 20] {
        for staged in [false, true] {
            let tuning = Some(Tuning { stream_len, ..tunings()[2] });
            let Some(gpu) = gpu(Options { tuning, staged, ..Options::default() }) else { return };
            for case in [&cases()[1], &cases()[2], &cases()[11]] {
                for len in [0, 1, 7, 4097, 21 * TILE_LEN + 1] {
                    let (words, states) = elements(case, len, 8);
                    let primitive = Primitive::Reduce(case.spec.clone());
                    let work = work(primitive, len, through(case.spec.element), vec![Source::Host(&words)]);
                    let one = pollster::block_on(gpu.reduce_whole(&work, 0..len)).expect("reduce");
                    let expected =
                        if len == 0 { case.spec.identity } else { aggregate(&states, 0, root(len), case.op) };
                    let width = case.spec.state.words();
                    assert_eq!(one[..width], expected[..width], "{} of {len} elements", case.spec.name);
                }
            }
        }
    }
}

#[test]
fn a_ladder_through_subgroups_is_used_if_their_lanes_are_in_order() {
    let Some(gpu) = gpu(Options { tuning: Some(tunings()[9]), ..Options::default() }) else { return };
    let Ladder::Subgroup(size) = gpu.device.tuning.scan.ladder else {
        assert_eq!(tunings()[9].scan.ladder, Ladder::Shared, "the adapter's lanes were found out of order");
        return;
    };
    let has_lanes = |size| pollster::block_on(gpu.device.has_lanes(size)).expect("runs");
    assert!(has_lanes(size));
    assert!(!has_lanes(size / 2) && !has_lanes(2 * size));
}

use super::oracle::aggregate;
use super::support::{Case, LENGTHS, cases, elements, flat, gpu, through, tunings, work};
use crate::gpu::{Gpu, Options};
use crate::order::{TILE_LEN, TILE_LEVEL};
use crate::run::Executor;
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

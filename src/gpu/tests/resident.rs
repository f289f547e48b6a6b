use std::sync::{Arc, Mutex, OnceLock};

use super::oracle::inclusive;
use super::support::{call, cases, elements, flat, function, gpu, noise, through, tunings, work};
use crate::array::ArrayData;
use crate::element::{Element, ElementType};
use crate::gpu::{Gpu, Options};
use crate::order::TILE_LEN;
use crate::run::Executor;
use crate::tuning::{Prefix, Tuning};
use crate::work::{Primitive, Source};

pub(super) fn array(ty: ElementType, words: Vec<u32>) -> Arc<ArrayData> {
    let len = words.len() / ty.words();
    Arc::new(ArrayData { ty, len, host: OnceLock::from(words), device: Mutex::new(None) })
}

fn download(array: &ArrayData) -> Vec<u32> {
    let mut out = vec![0; array.len * array.ty.words()];
    pollster::block_on(Gpu::download(array, &mut out)).expect("download");
    out
}

/// Devices with one segment an array, and with many.
fn devices() -> Option<Vec<Gpu>> {
    let small = Some(16 * TILE_LEN as u64);
    let device = |max_binding_bytes, staged| gpu(Options { max_binding_bytes, staged, ..Options::default() });
    Some(vec![device(None, false)?, device(None, true)?, device(small, false)?, device(small, true)?])
}

#[test]
fn results_stay_and_are_used_in_place() {
    for gpu in devices().unwrap_or_default() {
        let half = function(
            "fn half(x: u32, i: u32) -> u32 { return x / 2u + i; }",
            &[u32::TYPE, u32::TYPE],
            u32::TYPE,
        );
        for len in [0, 1, 5, 4 * TILE_LEN, 23 * TILE_LEN + 3] {
            let words = noise(len, 5);
            let source = array(u32::TYPE, words.clone());
            let sources = vec![Source::Array(source.clone()), Source::Counting { start: 3 }];
            let first = work(Primitive::Map, len, call(&half, &[]), sources);
            let mapped = pollster::block_on(gpu.map_resident(&first)).expect("map");
            assert!((len == 0 || gpu.holds(&source)) && gpu.holds(&mapped) && mapped.host.get().is_none());
            let expected: Vec<u32> = (3..).zip(&words).map(|(i, x)| x / 2 + i).collect();
            assert!(download(&mapped) == expected, "{len} elements");

            // In place, and beside a host slice, on part of the range.
            let add = function(
                "fn add(x: u32, y: u32) -> u32 { return x + y; }",
                &[u32::TYPE, u32::TYPE],
                u32::TYPE,
            );
            let sources = vec![Source::Array(mapped), Source::Host(&words)];
            let second = work(Primitive::Map, len, call(&add, &[]), sources);
            let range = len / 3..len;
            let mut out = vec![0; range.len()];
            pollster::block_on(gpu.map(&second, range.clone(), &mut out)).expect("map");
            let sums: Vec<u32> = expected.iter().zip(&words).map(|(a, b)| a.wrapping_add(*b)).collect();
            assert!(out == sums[range], "{len} elements");
        }
    }
}

#[test]
fn scans_stay() {
    for prefix in [Prefix::MultiPass, Prefix::LookBack64] {
        let tuning = Some(Tuning { prefix, ..tunings()[3] });
        for max_binding_bytes in [None, Some(64 * TILE_LEN as u64)] {
            let Some(gpu) = gpu(Options { tuning, max_binding_bytes, ..Options::default() }) else { return };
            for case in [&cases()[1], &cases()[2], &cases()[11]] {
                let len = 21 * TILE_LEN + 3;
                let (words, states) = elements(case, len, 9);
                let ty = case.spec.element;
                let primitive = Primitive::Scan { monoid: case.spec.clone(), inclusive: true, post: None };
                let work = work(primitive, len, through(ty), vec![Source::Array(array(ty, words))]);
                let result = pollster::block_on(gpu.scan_resident(&work)).expect("scan");
                let expected = inclusive(&states, 0..len, case.spec.identity, case.op);
                assert!(download(&result) == flat(&expected, ty.words()), "{}", case.spec.name);
            }
        }
    }
}

#[test]
fn arrays_of_another_device_travel_through_the_host() {
    let (Some(one), Some(two)) = (gpu(Options::default()), gpu(Options::default())) else { return };
    let words = noise(10_000, 2);
    let source = vec![Source::Array(array(u32::TYPE, words.clone()))];
    let here = work(Primitive::Map, words.len(), through(u32::TYPE), source);
    let there = pollster::block_on(one.map_resident(&here)).expect("map");
    let work = work(Primitive::Map, words.len(), through(u32::TYPE), vec![Source::Array(there.clone())]);
    let mut out = vec![0; words.len()];
    pollster::block_on(two.map(&work, 0..words.len(), &mut out)).expect("map");
    assert!(out == words && one.holds(&there) && !two.holds(&there));
}

//! What goes wrong is an error, never a panic and never a wait without end.

use std::process::Command;
use std::time::Duration;

use super::oracle::{aggregate, inclusive, root};
use super::resident::array;
use super::support::{call, cases, elements, flat, function, gpu, noise, through, work};
use crate::element::Element;
use crate::error::{Error, Fault};
use crate::gpu::{Choice, Event, Gpu, Options, Script};
use crate::order::TILE_LEN;
use crate::run::Executor;
use crate::work::{Primitive, Source};

fn run(gpu: &Gpu, len: usize) -> crate::Result<Vec<u32>> {
    let words = noise(len, 1);
    let work = work(Primitive::Map, len, through(u32::TYPE), vec![Source::Host(&words)]);
    let mut out = vec![0; len];
    pollster::block_on(gpu.map(&work, 0..len, &mut out)).map(|()| out)
}

#[test]
fn a_device_that_was_destroyed_is_lost() {
    for staged in [false, true] {
        let Some(gpu) = gpu(Options { staged, ..Options::default() }) else { return };
        assert!(run(&gpu, 1000).is_ok());
        gpu.device.raw.destroy();
        for _ in 0..3 {
            let error = run(&gpu, 1000).expect_err("no device");
            assert!(matches!(error, Error::Device { fault: Fault::Lost(_), .. }), "{error}");
        }
    }
}

#[test]
fn a_device_destroyed_while_it_works_is_lost() {
    for staged in [false, true] {
        for delay_ms in [0, 3, 20] {
            let Some(gpu) = gpu(Options { staged, ..Options::default() }) else { return };
            // Long enough to be interrupted, with many chunks in flight.
            let f = function(
                "fn f(x: u32) -> u32 { var y = x; for (var i = 0u; i < 300u; i++) { y = y * 1664525u + 1013904223u; } return y; }",
                &[u32::TYPE],
                u32::TYPE,
            );
            let words = noise(1 << 22, 1);
            let work = work(Primitive::Map, words.len(), call(&f, &[]), vec![Source::Host(&words)]);
            let mut out = vec![0; words.len()];
            let result = std::thread::scope(|scope| {
                scope.spawn(|| {
                    std::thread::sleep(Duration::from_millis(delay_ms));
                    gpu.device.raw.destroy();
                });
                pollster::block_on(gpu.map(&work, 0..words.len(), &mut out))
            });
            let error = result.expect_err("the device is gone");
            assert!(matches!(error, Error::Device { fault: Fault::Lost(_), .. }), "{error}");
        }
    }
}

#[test]
fn a_missed_deadline_is_a_timeout() {
    let Some(gpu) = gpu(Options { deadline: Some(Duration::ZERO), ..Options::default() }) else { return };
    let f = function(
        "fn f(x: u32) -> u32 { var y = x; for (var i = 0u; i < 100000u; i++) { y = y * 1664525u + 1013904223u; } return y; }",
        &[u32::TYPE],
        u32::TYPE,
    );
    let words = noise(1 << 19, 1);
    let work = work(Primitive::Map, words.len(), call(&f, &[]), vec![Source::Host(&words)]);
    let mut out = vec![0; words.len()];
    let error = pollster::block_on(gpu.map(&work, 0..words.len(), &mut out)).expect_err("too slow");
    assert!(matches!(error, Error::Device { fault: Fault::Timeout { .. }, .. }), "{error}");
}

#[test]
fn refused_memory_is_an_error_and_not_the_end() {
    let Some(gpu) = gpu(Options::default()) else { return };
    let refused = gpu.device.scoped(1 << 40, || {
        gpu.device.raw.create_buffer(&wgpu::BufferDescriptor {
            label: None,
            size: gpu.device.info.max_buffer_bytes.min(1 << 40) / 4 * 4,
            usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        })
    });
    if let Err(error) = refused {
        assert!(matches!(error, Error::Device { fault: Fault::OutOfMemory { .. }, .. }), "{error}");
    }
    assert!(run(&gpu, 100).is_ok());
}

#[test]
fn a_job_dropped_half_way_leaves_a_device_that_works() {
    for staged in [false, true] {
        let Some(gpu) = gpu(Options { staged, ..Options::default() }) else { return };
        let words = noise(1 << 20, 1);
        let work = work(Primitive::Map, words.len(), through(u32::TYPE), vec![Source::Host(&words)]);
        for _ in 0..5 {
            let mut out = vec![0; words.len()];
            let mut job = gpu.map(&work, 0..words.len(), &mut out);
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            let _ = job.as_mut().poll(&mut context);
        }
        assert!(run(&gpu, 10_000).expect("works") == noise(10_000, 1));
    }
}

#[test]
fn names_that_no_adapter_has_are_refused() {
    let choice = Choice { name: Some("no such adapter".into()), software: true };
    let Err(error) = Gpu::open(&choice) else { panic!("opened an adapter that does not exist") };
    assert!(matches!(error, Error::NoAdapter { .. }), "{error}");
}

#[test]
fn software_adapters_are_refused_unless_allowed() {
    if Gpu::adapters().iter().any(|info| !info.software && info.unusable.is_none()) {
        return;
    }
    let Err(error) = Gpu::open(&Choice::default()) else { panic!("opened a software adapter") };
    assert!(matches!(error, Error::NoAdapter { .. }), "{error}");
}

/// Runs the test below in a process whose Vulkan loader finds no driver.
#[test]
fn no_driver_is_an_error() {
    let test = "gpu::tests::faults::child_without_a_driver";
    let output = Command::new(std::env::current_exe().expect("a test binary"))
        .args([test, "--exact", "--ignored", "--nocapture"])
        .env("VK_DRIVER_FILES", "/nonexistent")
        .env("VK_ICD_FILENAMES", "/nonexistent")
        .output()
        .expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

#[test]
#[ignore = "run by no_driver_is_an_error"]
fn child_without_a_driver() {
    if !cfg!(target_os = "linux") {
        return;
    }
    assert!(Gpu::adapters().is_empty());
    let Err(error) = Gpu::open(&Choice { software: true, ..Choice::default() }) else {
        panic!("no driver, yet a device")
    };
    assert!(matches!(error, Error::NoAdapter { .. }), "{error}");
}

#[test]
fn probe_and_measure() {
    let Some(gpu) = gpu(Options::default()) else { return };
    let verdict = pollster::block_on(gpu.probe()).expect("probe");
    if gpu.info().name.contains("llvmpipe") {
        assert!(verdict.departures.is_empty(), "{verdict:?}");
    }
    let costs = pollster::block_on(gpu.measure(1 << 20)).expect("measure");
    println!("{costs:?}");
    assert!(
        costs.latency > Duration::ZERO && costs.upload_bytes_per_s > 1e6 && costs.download_bytes_per_s > 1e6
    );
}

/// Every larger allocation is refused.
fn refuse_above(over: u64) -> Script {
    Script::of(Event::OutOfMemory { over }, 1, u32::MAX)
}

#[test]
fn chunks_shrink_until_memory_suffices() {
    for staged in [false, true] {
        let script = refuse_above(4 * 4 * TILE_LEN as u64);
        let Some(gpu) = gpu(Options { staged, script, ..Options::default() }) else { return };
        let len = 37 * TILE_LEN + 11;
        assert!(run(&gpu, len).expect("map") == noise(len, 1));

        let case = &cases()[1];
        let (words, states) = elements(case, len, 1);
        for source in [Source::Host(&words), Source::Array(array(f32::TYPE, words.clone()))] {
            let reduce =
                work(Primitive::Reduce(case.spec.clone()), len, through(f32::TYPE), vec![source.clone()]);
            let total = pollster::block_on(gpu.reduce_whole(&reduce, 0..len)).expect("reduce");
            let expected = aggregate(&states, 0, root(len), case.op);
            assert_eq!(total, expected);

            let primitive = Primitive::Scan { monoid: case.spec.clone(), inclusive: true, post: None };
            let scan = work(primitive, len, through(f32::TYPE), vec![source]);
            let mut out = vec![0; len];
            assert_eq!(
                pollster::block_on(gpu.scan(&scan, 0..len, [0; 4], &mut out)).expect("scan"),
                expected
            );
            assert!(out == flat(&inclusive(&states, 0..len, [0; 4], case.op), 1));
        }
    }
    let script = refuse_above(4 * TILE_LEN as u64 / 2);
    let Some(gpu) = gpu(Options { script, ..Options::default() }) else { return };
    let error = run(&gpu, 2 * TILE_LEN).expect_err("not even a tile");
    assert!(matches!(error, Error::Device { fault: Fault::OutOfMemory { .. }, .. }), "{error}");
}

//! What scripts do to one device, and that every wait on it ends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::support::{call, function, gpu, noise, through, work};
use crate::element::Element;
use crate::error::{Error, Fault, Result};
use crate::gpu::pool::Kind;
use crate::gpu::{Event, Gpu, Injection, Options, Script};
use crate::order::TILE_LEN;
use crate::run::Executor;
use crate::work::{Primitive, Source};

fn run(gpu: &Gpu, len: usize) -> Result<Vec<u32>> {
    let words = noise(len, 1);
    let work = work(Primitive::Map, len, through(u32::TYPE), vec![Source::Host(&words)]);
    let mut out = vec![0; len];
    pollster::block_on(gpu.map(&work, 0..len, &mut out)).map(|()| out)
}

fn keep(gpu: &Gpu, len: usize) -> Result<()> {
    let words = noise(len, 1);
    let work = work(Primitive::Map, len, through(u32::TYPE), vec![Source::Host(&words)]);
    pollster::block_on(gpu.map_resident(&work)).map(drop)
}

#[test]
fn a_wrong_word_is_one_bit_of_one_result() {
    for staged in [false, true] {
        let script = Script::of(Event::WrongWord, 2, 1);
        let Some(gpu) = gpu(Options { staged, script, ..Options::default() }) else { return };
        let right = noise(1000, 1);
        let bits = |found: Vec<u32>| found.iter().zip(&right).map(|(a, b)| (a ^ b).count_ones()).sum::<u32>();
        let wrong = [0; 3].map(|_| bits(run(&gpu, 1000).expect("no fault that shows")));
        assert_eq!(wrong, [0, 1, 0], "staged: {staged}");
    }
}

/// In whichever order the callbacks of a call are lost, the wait ends with the grace period, and the device with it.
#[test]
fn silence_ends_with_the_grace_period() {
    const GRACE: Duration = Duration::from_millis(60);
    for staged in [false, true] {
        for at in 1..=4 {
            let script = Script::of(Event::Silence, at, 1);
            let options =
                Options { staged, grace: Some(GRACE), script: script.clone(), ..Options::default() };
            let Some(gpu) = gpu(options) else { return };
            let start = Instant::now();
            let error = loop {
                match run(&gpu, 3 * TILE_LEN).and_then(|_| keep(&gpu, 100)) {
                    Ok(()) => assert_eq!(script.fired(), 0, "a wait ended that nobody ends"),
                    Err(error) => break error,
                }
            };
            assert!(start.elapsed() >= GRACE);
            let Error::Device { fault: Fault::Lost(why), .. } = &error else { panic!("{error}") };
            assert_eq!(why, "a callback never came", "staged: {staged}, {at}");
            assert!(gpu.has_failed() && run(&gpu, 10).is_err());
            assert_eq!(gpu.held().0, 0, "waits are left");
        }
    }
}

#[test]
fn a_hung_device_ends_at_the_deadline_whoever_waits() {
    const DEADLINE: Duration = Duration::from_millis(200);
    let options = Options { deadline: Some(DEADLINE), ..Options::default() };
    let script = Script::of(Event::Hang, 1, 1);
    let Some(gpu) = gpu(Options { script, ..options }) else { return };
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let error = run(&gpu, 1000).expect_err("nothing ends");
                let Error::Device { fault: Fault::Timeout { after_ms }, .. } = error else {
                    panic!("{error}")
                };
                assert!(after_ms >= 200, "{after_ms}");
            });
        }
    });
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(gpu.held().0, 0, "waits are left");
}

/// A device that hangs while nobody waits for it any more leaves no thread behind.
#[test]
fn a_hung_device_can_be_closed_before_its_deadline() {
    let script = Script::of(Event::Hang, 1, 1);
    let Some(gpu) = gpu(Options { script, ..Options::default() }) else { return };
    let words = noise(1000, 1);
    let work = work(Primitive::Map, words.len(), through(u32::TYPE), vec![Source::Host(&words)]);
    let mut out = vec![0; words.len()];
    let mut job = gpu.map(&work, 0..words.len(), &mut out);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(job.as_mut().poll(&mut context).is_pending());
    drop(job);
    assert_eq!(gpu.held().0, 0, "waits are left");
    let faults = gpu.device.faults_alive();
    drop(gpu);
    let start = Instant::now();
    while faults.strong_count() > 0 {
        assert!(start.elapsed() < Duration::from_secs(5), "the device's thread goes on");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A short submission is done, while a callback for all work waits for a long one of another thread too.
#[test]
fn long_work_of_others_is_not_silence() {
    let grace = Some(Duration::from_millis(1));
    let Some(gpu) = gpu(Options { grace, ..Options::default() }) else { return };
    let f = function(
        "fn f(x: u32) -> u32 { var y = x; for (var i = 0u; i < 2000u; i++) { y = y * 1664525u + 1013904223u; } return y; }",
        &[u32::TYPE],
        u32::TYPE,
    );
    let words = noise(1 << 16, 1);
    let long = work(Primitive::Map, words.len(), call(&f, &[]), vec![Source::Host(&words)]);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..10 {
                let mut out = vec![0; words.len()];
                pollster::block_on(gpu.map(&long, 0..words.len(), &mut out)).expect("long is not stuck");
            }
        });
        for _ in 0..100 {
            keep(&gpu, 10).expect("short is not silent");
        }
    });
}

#[test]
fn memory_that_is_refused_once_is_asked_for_again() {
    for at in 1..6 {
        let over = 0;
        let script = Script::of(Event::OutOfMemory { over }, at, 1);
        let Some(gpu) = gpu(Options { script: script.clone(), ..Options::default() }) else { return };
        for _ in 0..3 {
            assert!(run(&gpu, 1000).expect("there is memory") == noise(1000, 1), "{at}");
            gpu.device.free_idle();
        }
        assert_eq!(script.fired(), 1, "{at}");
        script.add(Injection { event: Event::OutOfMemory { over }, at: 1, times: u32::MAX });
        let error = run(&gpu, 1000).expect_err("no memory at all");
        assert!(matches!(error, Error::Device { fault: Fault::OutOfMemory { .. }, .. }), "{error}");
        script.clear();
        assert!(run(&gpu, 1000).expect("memory again") == noise(1000, 1), "{at}");
    }
}

/// What is on a device only comes back in pieces, if memory is short.
#[test]
fn downloads_shrink_until_memory_suffices() {
    for staged in [false, true] {
        let script = Script::of(Event::Open, u32::MAX, 1);
        let Some(gpu) = gpu(Options { staged, script: script.clone(), ..Options::default() }) else { return };
        let words = noise(37 * TILE_LEN + 3, 1);
        let work = work(Primitive::Map, words.len(), through(u32::TYPE), vec![Source::Host(&words)]);
        let kept = pollster::block_on(gpu.map_resident(&work)).expect("there is memory");
        gpu.device.free_idle();
        let over = 4 * 4 * TILE_LEN as u64;
        script.add(Injection { event: Event::OutOfMemory { over }, at: 1, times: u32::MAX });
        let mut out = vec![0; words.len()];
        pollster::block_on(Gpu::download(&kept, &mut out)).expect("in pieces");
        assert!(out == words && script.fired() > 0, "staged: {staged}");
        script.add(Injection { event: Event::OutOfMemory { over: 0 }, at: 1, times: u32::MAX });
        gpu.device.free_idle();
        let error = pollster::block_on(Gpu::download(&kept, &mut out)).expect_err("no memory at all");
        assert!(matches!(error, Error::Device { fault: Fault::OutOfMemory { .. }, .. }), "{error}");
        assert!(!gpu.has_failed());
    }
}

/// The poll that finds a device lost frees mapped memory too; what is being copied must not be among it.
#[test]
fn memory_that_is_being_copied_outlives_its_device() {
    const LEN: usize = 1 << 22;
    let Some(gpu) = gpu(Options { staged: true, ..Options::default() }) else { return };
    let device = &gpu.device;
    let mut target = device.buffer(Kind::Readback, 4 * LEN as u64).expect("there is memory");
    let source = device.buffer(Kind::Storage, 4 * LEN as u64).expect("there is memory");
    let mut encoder = device.encoder();
    encoder.copy_buffer_to_buffer(source.raw(), 0, target.raw(), 0, 4 * LEN as u64);
    let submission = device.submit(encoder).expect("nothing fails");
    let wait = device.map(&mut target, wgpu::MapMode::Read, 4 * LEN as u64);
    device.watch(Some(submission.index.clone()), std::slice::from_ref(&wait));
    pollster::block_on(device.finish(&wait)).expect("nothing fails");

    let view = device.mapped(&target, 4 * LEN as u64).expect("it is mapped");
    let (mut out, polled) = (vec![1; LEN], AtomicBool::new(false));
    std::thread::scope(|scope| {
        let copied = device.pinned(&target, || {
            scope.spawn(|| {
                device.raw.destroy();
                let _ = device.raw.poll(wgpu::PollType::Poll);
                polled.store(true, Ordering::SeqCst);
            });
            std::thread::sleep(Duration::from_millis(100));
            let is_freed = polled.load(Ordering::SeqCst);
            device.copy_words(&view, 0, &mut out);
            assert!(!is_freed, "the poll did not wait for the copy");
        });
        copied.expect("it was there when the copy began");
    });
    assert!(out.iter().all(|&word| word == 0));
    assert!(polled.load(Ordering::SeqCst));
    let error = device.pinned(&target, || ()).expect_err("it is freed");
    assert!(matches!(error, Error::Device { fault: Fault::Lost(_), .. }), "{error}");
}

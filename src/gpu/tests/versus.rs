//! Times beside lampshade on the same adapter, from host slices. Run alone:
//! `cargo test --release --lib versus -- --ignored --nocapture --test-threads=1`.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::support::{gpu, noise, shaped, through, tunings, work};
use crate::array::ArrayData;
use crate::element::Element;
use crate::gpu::{Gpu, Options};
use crate::monoid::{Builtin, MonoidSpec, Operator};
use crate::order::TILE_LEN;
use crate::run::Executor;
use crate::tuning::{Ladder, Prefix, TileShape, Tuning};
use crate::work::{Primitive, Source};

fn sum() -> std::sync::Arc<MonoidSpec> {
    let operator = Operator::Builtin(Builtin::Sum);
    MonoidSpec { id: 1, name: "Sum".into(), element: u32::TYPE, state: u32::TYPE, operator, identity: [0; 4] }
        .into()
}

fn ms(f: impl FnOnce()) -> f64 {
    let start = Instant::now();
    f();
    start.elapsed().as_secs_f64() * 1e3
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn reduce(gpu: &Gpu, words: &[u32]) -> u32 {
    let work = work(Primitive::Reduce(sum()), words.len(), through(u32::TYPE), vec![Source::Host(words)]);
    let mut tiles = vec![0; words.len().div_ceil(TILE_LEN)];
    pollster::block_on(gpu.reduce(&work, 0..words.len(), &mut tiles)).expect("reduce");
    tiles.into_iter().fold(0, u32::wrapping_add)
}

fn scan(gpu: &Gpu, words: &[u32], out: &mut [u32]) {
    let primitive = Primitive::Scan { monoid: sum(), inclusive: true, post: None };
    let work = work(primitive, words.len(), through(u32::TYPE), vec![Source::Host(words)]);
    pollster::block_on(gpu.scan(&work, 0..words.len(), [0; 4], out)).expect("scan");
}

#[test]
#[ignore = "a measurement"]
fn versus_lampshade() {
    let Some(gpu) = gpu(Options::default()) else { return };
    let words = noise(1 << 24, 1);
    let context = pollster::block_on(lampshade::Context::init()).expect("lampshade");
    let mut reducer = lampshade::Reducer::from_context(&context);
    let mut scanner = lampshade::scan::Scanner::from_context(&context);
    let (mut ours, mut theirs) = ([[0.0; 7]; 2], [[0.0; 7]; 2]);
    for round in 0..7 {
        let (mut a, mut b) = (0, 0);
        ours[0][round] = ms(|| a = reduce(&gpu, &words));
        theirs[0][round] = ms(|| b = pollster::block_on(reducer.sum(&words)).expect("sum"));
        assert_eq!(a, b);
        let (mut a, mut b) = (vec![], vec![]);
        ours[1][round] = ms(|| {
            a = vec![0; words.len()];
            scan(&gpu, &words, &mut a);
        });
        theirs[1][round] = ms(|| b = pollster::block_on(scanner.scan(&words)).expect("scan"));
        assert!(a == b);
    }
    for (i, name) in ["reduce", "scan"].into_iter().enumerate() {
        let (ours, theirs) = (median(&mut ours[i]), median(&mut theirs[i]));
        println!("{name}: ours {ours:.1} ms, lampshade {theirs:.1} ms, ratio {:.2}", theirs / ours);
    }
}

#[test]
#[ignore = "a measurement"]
fn versus_tunings() {
    let words = noise(1 << 24, 1);
    let mut out = vec![0; words.len()];
    let mut shapes = Vec::new();
    for stream_len in [1 << 18, 1 << 20, 1 << 22] {
        for (threads, tiles, node_level) in
            [(8, 8, 6), (32, 32, 6), (16, 4, 5), (32, 8, 5), (16, 1, 4), (64, 4, 4), (128, 2, 3), (256, 1, 1)]
        {
            let shape = TileShape { threads, tiles, node_level, ladder: Ladder::Shared };
            let tuning = Tuning { stream_len, ..shaped(shape, Prefix::MultiPass) };
            let Some(gpu) = gpu(Options { tuning: Some(tuning), ..Options::default() }) else { return };
            shapes.push((tuning, gpu, Vec::new(), Vec::new()));
        }
    }
    // Interleaved, so that what else the machine does falls on all.
    for _ in 0..9 {
        for (_, gpu, reduces, scans) in &mut shapes {
            reduces.push(ms(|| assert_ne!(reduce(gpu, &words), 0)));
            scans.push(ms(|| scan(gpu, &words, &mut out)));
        }
    }
    for (tuning, _, reduces, scans) in &mut shapes {
        let (reduce, scan) = (median(reduces), median(scans));
        println!(
            "{tuning:?}: reduce {reduce:.1} (best {:.1}), scan {scan:.1} (best {:.1})",
            reduces[0], scans[0]
        );
    }
}

#[inline(never)]
fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// What a small call costs apart from its work: by who waits for it, and by how its parameters travel.
#[test]
#[ignore = "a measurement"]
fn versus_waits() {
    let words = noise(TILE_LEN, 1);
    let sources = || vec![Source::Array(ArrayData::on_host(u32::TYPE, words.clone()).into())];
    let mut rows = Vec::new();
    for spin_us in [0, 500] {
        for immediate_bytes in [0, 128] {
            let spin = Some(Duration::from_micros(spin_us));
            let tuning = Tuning { immediate_bytes, ..tunings()[1] };
            let Some(gpu) = gpu(Options { tuning: Some(tuning), spin, ..Options::default() }) else { return };
            let work = work(Primitive::Reduce(sum()), words.len(), through(u32::TYPE), sources());
            rows.push((spin_us, immediate_bytes, gpu, work, [Vec::new(), Vec::new()]));
        }
    }
    let expected = words.iter().fold(0, |sum: u32, &word| sum.wrapping_add(word));
    for _ in 0..2000 {
        for (_, _, gpu, work, times) in &mut rows {
            let mut tiles = [0];
            let mut job = gpu.reduce(work, 0..TILE_LEN, &mut tiles);
            let start = Instant::now();
            // Up to the wait: without a look for its end, all that the caller does until the submission is made.
            let first = poll_once(job.as_mut());
            times[0].push(start.elapsed().as_secs_f64() * 1e6);
            let done = match first {
                Poll::Ready(done) => done,
                Poll::Pending => pollster::block_on(job.as_mut()),
            };
            done.expect("reduce");
            drop(job);
            times[1].push(start.elapsed().as_secs_f64() * 1e6);
            assert_eq!(tiles, [expected]);
        }
    }
    for (spin_us, immediate_bytes, _, _, times) in &mut rows {
        let [first, whole] = times.each_mut().map(|times| median(times));
        println!(
            "spin {spin_us} us, {immediate_bytes} immediate bytes: {first:.1} of {whole:.1} us to the first wait"
        );
    }
}

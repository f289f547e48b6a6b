//! Each example end to end, on sizes that are no multiple of a tile.

use std::fmt::Display;
use std::fs;
use std::path::PathBuf;

use clap::Parser;
use tilewright::Context;

use crate::{delays, heat, matmul, merkle, nbody};

/// A test by its name.
type Case = (&'static str, fn(&Context));

pub(crate) const CASES: [Case; 8] = [
    ("nbody", bodies),
    ("nbody_timeline", timelines),
    ("nbody_trajectories", trajectories),
    ("heat", plates),
    ("merkle_vectors", merkle_vectors),
    ("merkle", files),
    ("matmul", products),
    ("delays", histograms),
];

/// What a run prints. The example's name and its arguments go before, the context is the test's.
pub(crate) fn printed<A: Parser, E: Display>(
    cx: &Context,
    args: &str,
    run: impl Fn(&Context, &A, &mut dyn std::io::Write) -> Result<(), E>,
) -> String {
    let parsed = A::try_parse_from(std::iter::once("example").chain(args.split_whitespace()));
    let parsed = parsed.unwrap_or_else(|error| panic!("{args}: {error}"));
    let mut out = Vec::new();
    run(cx, &parsed, &mut out).unwrap_or_else(|error| panic!("{args}: {error}"));
    String::from_utf8(out).expect("text")
}

pub(crate) fn folder(name: &str) -> PathBuf {
    let thread = std::thread::current().id();
    let folder = std::env::temp_dir().join(format!("tilewright-{name}-{}-{thread:?}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for files");
    folder
}

fn bodies(cx: &Context) {
    for (args, checked) in [
        ("--bodies 1 --steps 2", "1 of 1 bodies"),
        ("--bodies 127 --steps 3", "127 of 127 bodies"),
        ("--bodies 300 --steps 5", "256 of 300 bodies"),
    ] {
        let text = printed(cx, args, nbody::run_on);
        assert!(text.contains(&format!("checked against plain Rust, the last step of {checked}")), "{text}");
    }
}

/// What ran when, as a trace and as a picture.
fn timelines(cx: &Context) {
    let folder = folder("nbody");
    let [trace, picture] = ["trace.json", "picture.svg"].map(|name| folder.join(name));
    for path in [&trace, &picture] {
        printed(cx, &format!("--bodies 300 --steps 3 --timeline {}", path.display()), nbody::run_on);
    }
    let text = fs::read_to_string(trace).expect("a trace");
    let trace: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let events = trace["traceEvents"].as_array().expect("an array");
    // One a step, of the entry point or of its invocations on the CPU.
    let steps = events.iter().filter(|event| event["ph"] == "X" && event["name"] == "main").count();
    assert!(steps >= 3, "{steps} steps: {text}");
    assert!(fs::read_to_string(picture).expect("a picture").contains("<title>main: "));
    fs::remove_dir_all(folder).expect("a folder of the test's own");
}

/// Many steps against the same steps in f64, and the energy that they keep.
fn trajectories(cx: &Context) {
    let n = 150;
    let start = nbody::plummer(n);
    let mut simulation = nbody::Simulation::new(cx, &start).expect("a simulation");
    let wide = |rows: &[[f32; 4]]| rows.iter().map(|row| row.map(f64::from)).collect::<Vec<_>>();
    let (mut positions, mut velocities) = (wide(&start.positions), wide(&start.velocities));
    let (step, softening) = (f64::from(nbody::STEP), f64::from(nbody::SOFTENING));
    for _ in 0..40 {
        simulation.step(cx).expect("a step");
        for (here, velocity) in positions.iter().zip(&mut velocities) {
            for other in &positions {
                let d: [f64; 3] = std::array::from_fn(|axis| other[axis] - here[axis]);
                let r2 = d.iter().map(|d| d * d).sum::<f64>() + softening;
                (0..3).for_each(|axis| velocity[axis] += step * d[axis] * other[3] / r2.powf(1.5));
            }
        }
        for (here, velocity) in positions.iter_mut().zip(&velocities) {
            (0..3).for_each(|axis| here[axis] += step * velocity[axis]);
        }
    }
    let now = simulation.read(cx).expect("bodies");
    for (body, (given, expected)) in now.positions.iter().zip(&positions).enumerate() {
        for axis in 0..3 {
            let error = (f64::from(given[axis]) - expected[axis]).abs();
            assert!(error < 2e-4, "body {body}, axis {axis}: {} for {}", given[axis], expected[axis]);
        }
    }
    let before = simulation.read_before(cx).expect("bodies");
    // A Plummer sphere has -3π/64, softened and sampled a little more.
    let energy = nbody::energy(&before, &now.velocities);
    assert!((-0.19..-0.1).contains(&energy), "{energy}");
}

fn plates(cx: &Context) {
    for size in ["1x1", "2x5", "16x16", "17x3", "50x33", "70x49"] {
        let text = printed(cx, &format!("--size {size} --steps 7"), heat::run_on);
        assert!(text.contains("checked against plain Rust, every cell: "), "{text}");
        assert!(!text.contains("frame"), "{text}");
    }
    let folder = folder("heat");
    let text =
        printed(cx, &format!("--size 21x13 --steps 5 --every 2 --out {}", folder.display()), heat::run_on);
    assert!(text.contains("4 frames in "), "{text}");
    for step in [0, 2, 4, 5] {
        let path = folder.join(format!("frame_{step:06}.png"));
        let file = std::io::BufReader::new(fs::File::open(&path).expect("a frame"));
        let mut reader = png::Decoder::new(file).read_info().expect("a PNG file");
        let mut pixels = vec![0; 3 * 21 * 13];
        let frame = reader.next_frame(&mut pixels).expect("pixels");
        assert_eq!((frame.width, frame.height, frame.color_type), (21, 13, png::ColorType::Rgb));
        assert_eq!(pixels[..3], [255, 255, 240], "the hot edge");
    }
    fs::remove_dir_all(folder).expect("a folder that can be removed");
}

/// A file of so many bytes, none of them like the next.
fn file(bytes: usize) -> Vec<u8> {
    (0..bytes as u32).map(|i| (i.wrapping_mul(0x9e37_79b9) >> 23) as u8).collect()
}

/// Roots that other implementations of SHA-256 give.
fn merkle_vectors(cx: &Context) {
    let tree = merkle::Tree::new().expect("a kernel");
    for (bytes, root) in [
        (vec![], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        // SHA-256 of two zero bytes: the test vector of RFC 6962's reference implementation has one leaf alike.
        (vec![0], "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
    ] {
        let (given, len) = tree.root(cx, &mut &bytes[..], 4).expect("a root");
        assert_eq!((merkle::hex(&given).as_str(), len), (root, bytes.len() as u64));
    }
}

fn files(cx: &Context) {
    let tree = merkle::Tree::new().expect("a kernel");
    let leaf = merkle::LEAF_BYTES;
    let around = |bytes: usize| [bytes - 1, bytes, bytes + 1];
    // Ends of words, of blocks of SHA-256 with and without room for the length, of leaves, of chunks of four leaves.
    let lens = [2, 3, 4, 5, 54, 55, 62, 63, 64, 118, 119].into_iter();
    let lens = lens.chain(around(leaf)).chain(around(2 * leaf)).chain(around(3 * leaf));
    let lens = lens.chain(around(4 * leaf)).chain(around(5 * leaf)).chain(around(8 * leaf));
    for len in lens.chain([13 * leaf + 700, 21 * leaf, 150_001]) {
        let bytes = file(len);
        let (root, total) = tree.root(cx, &mut &bytes[..], 4).expect("a root");
        assert_eq!(total, len as u64);
        merkle::check(&bytes, &root).unwrap_or_else(|error| panic!("{len} bytes: {error}"));
    }
    let folder = folder("merkle");
    let path = folder.join("file");
    fs::write(&path, file(200_000)).expect("a file");
    for chunk in ["", " --chunk 32", " --chunk 1"] {
        let text = printed(cx, &format!("{}{chunk}", path.display()), merkle::run_on);
        assert!(text.contains("200000 bytes, 196 leaves: ") && text.ends_with(": equal\n"), "{text}");
    }
    fs::remove_dir_all(folder).expect("a folder that can be removed");
}

fn products(cx: &Context) {
    for (m, n, k) in [(1, 1, 1), (16, 16, 16), (1, 40, 17), (33, 1, 5), (50, 31, 65)] {
        let text = printed(cx, &format!("--m {m} --n {n} --k {k} --runs 1"), matmul::run_on);
        assert!(text.contains(&format!("{m} of {m} rows: within γ({k})")), "{text}");
    }
}

fn histograms(cx: &Context) {
    for args in ["--generate 1", "--generate 70001", "--generate 5000 --from -20 --width 1"] {
        let text = printed(cx, args, delays::run_on);
        assert!(text.ends_with("checked against a plain loop: equal\n"), "{text}");
        assert!(text.contains("median"), "{text}");
    }
    let edges = [-0.0, 0.0, 0.5, 4.999, 5.0, -0.001, -10.0, -10.001, 1255.0, 1254.999, f32::NAN, 1e30, -1e30];
    let edges =
        [&edges[..], &[f32::INFINITY, f32::NEG_INFINITY, f32::MIN_POSITIVE, 2_147_483_600.0]].concat();
    let mut histogram = delays::Histogram::new(-10, 5).expect("a kernel");
    for len in [0, 1, edges.len()] {
        histogram.count(cx, &edges[..len]).expect("counts");
        delays::check(&histogram, &edges[..len]).unwrap_or_else(|error| panic!("{len} delays: {error}"));
    }
    assert_eq!([histogram.below(), histogram.above(), histogram.not_numbers()], [3, 4, 1]);
}

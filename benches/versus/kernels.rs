//! Whole compute shaders: the CPU beside lavapipe, which runs the same shader on the same cores.
//!
//! The CPU works in slices of the host, lavapipe on resident arrays, so that neither copies. Both results are checked
//! against plain Rust.

use std::cell::RefCell;

use tilewright::{Context, Element, Kernel, KernelType, Launch, Placement};

use crate::data;
use crate::device::Devices;
use crate::suite::{Case, Goal, Outcome, Suite, fresh};

const PEER: &str = "lavapipe resident";
const NAMES: [&str; 6] =
    ["kernel n-body", "kernel matmul", "kernel heat", "kernel sha-256", "kernel histogram", "kernel small"];

pub(crate) fn run_device(suite: &mut Suite, devices: &Devices) -> Outcome<()> {
    let [a, b, c, d, e, f] = NAMES;
    if !suite.wants(&[a, b, c, d, e, f, PEER]) {
        return Ok(());
    }
    let cpu = &Context::new().with_placement(Placement::Cpu);
    n_body(suite, cpu, devices)?;
    matmul(suite, cpu, devices)?;
    heat(suite, cpu, devices)?;
    sha256(suite, cpu, devices)?;
    histogram(suite, cpu, devices)?;
    small(suite, cpu)
}

/// Memory that a kernel reads, on the host for the CPU and on the device for lavapipe.
struct Inputs<'a, T> {
    names: &'a [&'a str],
    words: Vec<Vec<T>>,
}

/// A kernel and what its launches have in common: what it writes, a uniform, the grid.
struct Shape {
    kernel: Kernel,
    /// The first is checked, the others are as long.
    outs: &'static [&'static str],
    uniform: Uniform,
    invocations: [u32; 2],
}

enum Uniform {
    None,
    Size(u32),
    Sizes([u32; 3]),
    Parameters([f32; 2]),
}

impl Shape {
    fn finish<'l>(&self, launch: Launch<'l>) -> Launch<'l> {
        let launch = match self.uniform {
            Uniform::None => launch,
            Uniform::Size(size) => launch.set("size", size),
            Uniform::Sizes(size) => launch.set("size", size),
            Uniform::Parameters(values) => launch.set("parameters", values),
        };
        launch.invocations(self.invocations)
    }
}

/// A row: a kernel that reads `inputs` and writes `outs`, which begin as `start`.
fn row<T: Element + KernelType>(
    suite: &mut Suite,
    (cpu, devices): (&Context, &Devices),
    case: &Case<'_>,
    shape: &Shape,
    inputs: &Inputs<'_, T>,
    start: Vec<T>,
    check: impl Fn(&[T]) -> Outcome<()>,
) -> Outcome<()> {
    if !suite.wants(&[case.name, case.peer]) {
        return Ok(());
    }
    let Some(lavapipe) = devices.lavapipe(suite, case.name) else { return Ok(()) };
    let resident: Vec<_> = inputs.words.iter().map(|words| lavapipe.array(words.clone())).collect();
    let on_device: Vec<_> = shape.outs.iter().map(|_| lavapipe.array(start.clone())).collect();
    let on_device = RefCell::new(on_device);
    let on_host = RefCell::new(vec![start; shape.outs.len()]);
    let ours = || {
        let mut to = on_host.borrow_mut();
        let launch = inputs
            .names
            .iter()
            .zip(&inputs.words)
            .fold(shape.kernel.launch(), |launch, (name, words)| launch.bind(name, words));
        let launch = shape.outs.iter().zip(&mut *to).fold(launch, |launch, (name, to)| launch.bind(name, to));
        Ok(shape.finish(launch).run(cpu)?)
    };
    let theirs = || {
        let mut to = on_device.borrow_mut();
        let launch = inputs
            .names
            .iter()
            .zip(&resident)
            .fold(shape.kernel.launch(), |launch, (name, array)| launch.bind(name, array));
        let launch = shape.outs.iter().zip(&mut *to).fold(launch, |launch, (name, to)| launch.bind(name, to));
        shape.finish(launch).run(lavapipe)?;
        devices.finish(lavapipe)
    };
    suite.versus(case, fresh(ours), fresh(theirs), |(), ()| {
        check(&on_host.borrow()[0])?;
        check(lavapipe.read(&on_device.borrow()[0])?)
    });
    Ok(())
}

fn n_body(suite: &mut Suite, cpu: &Context, devices: &Devices) -> Outcome<()> {
    const STEP: f32 = 0.01;
    const SOFTENING: f32 = 0.001;
    let n = suite.len(4096);
    let axis = |axis: u64| data::floats(n, 20 + axis, -1.0, 1.0);
    let (x, y, z, mass) = (axis(0), axis(1), axis(2), axis(3));
    let bodies: Vec<[f32; 4]> = (0..n).map(|i| [x[i], y[i], z[i], mass[i].abs() / n as f32]).collect();
    let check = |after: &[[f32; 4]]| {
        for at in (0..n).step_by(n / 7) {
            let here = bodies[at].map(f64::from);
            let mut force = [0.0; 3];
            for other in &bodies {
                let d: [f64; 3] = std::array::from_fn(|axis| f64::from(other[axis]) - here[axis]);
                let r2 = d.iter().map(|d| d * d).sum::<f64>() + f64::from(SOFTENING);
                (0..3).for_each(|axis| force[axis] += d[axis] * f64::from(other[3]) / (r2 * r2.sqrt()));
            }
            for axis in 0..3 {
                let expected = here[axis] + force[axis] * f64::from(STEP * STEP);
                data::near("n-body", f64::from(after[at][axis]), expected, 1e-5)?;
            }
        }
        Ok(())
    };
    let kernel = Kernel::new(include_str!("../../examples/kernels/nbody.wgsl"))?;
    let inputs = Inputs { names: &["before", "velocity"], words: vec![bodies.clone(), vec![[0.0; 4]; n]] };
    let case = Case { name: NAMES[0], n, peer: PEER, goal: Goal::Ratio(1.5) };
    let shape = Shape {
        kernel,
        outs: &["after", "velocity_after"],
        uniform: Uniform::Parameters([STEP, SOFTENING]),
        invocations: [n as u32, 1],
    };
    row(suite, (cpu, devices), &case, &shape, &inputs, vec![[0.0; 4]; n], check)
}

fn matmul(suite: &mut Suite, cpu: &Context, devices: &Devices) -> Outcome<()> {
    let size = if suite.is_quick() { 128 } else { 1024 };
    let n = size * size;
    let (a, b) = (data::floats(n, 30, -1.0, 1.0), data::floats(n, 31, -1.0, 1.0));
    let check = |c: &[f32]| {
        for at in (0..n).step_by(n / 97) {
            let (row, column) = (at / size, at % size);
            let product = |k: usize| f64::from(a[row * size + k]) * f64::from(b[k * size + column]);
            data::near("matmul", f64::from(c[at]), (0..size).map(product).sum(), 1e-3)?;
        }
        Ok(())
    };
    let kernel = Kernel::new(include_str!("../../examples/kernels/matmul.wgsl"))?;
    let inputs = Inputs { names: &["a", "b"], words: vec![a.clone(), b.clone()] };
    let case = Case { name: NAMES[1], n, peer: PEER, goal: Goal::Ratio(1.0) };
    let shape = Shape {
        kernel,
        outs: &["c"],
        uniform: Uniform::Sizes([size as u32; 3]),
        invocations: [size as u32; 2],
    };
    row(suite, (cpu, devices), &case, &shape, &inputs, vec![0.0; n], check)
}

fn heat(suite: &mut Suite, cpu: &Context, devices: &Devices) -> Outcome<()> {
    let size = if suite.is_quick() { 256 } else { 4096 };
    let n = size * size;
    let before = data::floats(n, 40, 0.0, 1.0);
    let expected = |at: usize| {
        let (x, y) = (at % size, at / size);
        let here = before[at];
        if x == 0 || y == 0 || x == size - 1 || y == size - 1 {
            return f64::from(here);
        }
        let around = before[at - 1] + before[at + 1] + before[at - size] + before[at + size];
        f64::from(here + 0.2 * (around - 4.0 * here))
    };
    let kernel = Kernel::new(include_str!("kernels/heat.wgsl"))?;
    let inputs = Inputs { names: &["before"], words: vec![before.clone()] };
    let case = Case { name: NAMES[2], n, peer: PEER, goal: Goal::Ratio(2.0) };
    let shape = Shape {
        kernel,
        outs: &["after"],
        uniform: Uniform::Size(size as u32),
        invocations: [size as u32; 2],
    };
    let check = |after: &[f32]| data::all_near("heat", after, expected, |_| 1e-5);
    row(suite, (cpu, devices), &case, &shape, &inputs, vec![0.0; n], check)
}

/// "abc", padded, and its digest (FIPS 180-4).
const ABC: (u32, u32) = (0x6162_6380, 24);
const ABC_DIGEST: [u32; 8] =
    [0xba78_16bf, 0x8f01_cfea, 0x4141_40de, 0x5dae_2223, 0xb003_61a3, 0x9617_7a9c, 0xb410_ff61, 0xf200_15ad];

fn sha256(suite: &mut Suite, cpu: &Context, devices: &Devices) -> Outcome<()> {
    let n = suite.len(1 << 20);
    // Every block is "abc" with another first word but the first, so that a digest that is right by chance shows.
    let mut blocks = vec![0u32; 16 * n];
    for (i, block) in blocks.chunks_exact_mut(16).enumerate() {
        (block[0], block[15]) = (ABC.0 ^ i as u32, ABC.1);
    }
    let check = |digests: &[u32]| {
        data::all_equal("sha-256 of abc", &digests[..8], &ABC_DIGEST)?;
        let all: std::collections::HashSet<&[u32]> = digests.chunks_exact(8).collect();
        if all.len() == n { Ok(()) } else { Err("sha-256: digests repeat".into()) }
    };
    let kernel = Kernel::new(include_str!("../../examples/kernels/sha256.wgsl"))?;
    let inputs = Inputs { names: &["blocks"], words: vec![blocks] };
    let case = Case { name: NAMES[3], n, peer: PEER, goal: Goal::Ratio(1.0) };
    let shape = Shape { kernel, outs: &["digests"], uniform: Uniform::None, invocations: [n as u32, 1] };
    row(suite, (cpu, devices), &case, &shape, &inputs, vec![0; 8 * n], check)
}

fn histogram(suite: &mut Suite, cpu: &Context, devices: &Devices) -> Outcome<()> {
    let n = suite.len(1 << 24);
    let words = data::words(n, 50);
    let mut expected = vec![0u32; 256];
    words.iter().for_each(|word| expected[(word & 255) as usize] += 1);
    // Counts go on from run to run: what is right is a multiple of them.
    let check = |total: &[u32]| {
        let runs = total[0] / expected[0].max(1);
        let all: Vec<u32> = expected.iter().map(|count| count.wrapping_mul(runs)).collect();
        data::all_equal("histogram", total, &all)
    };
    let kernel = Kernel::new(include_str!("../../examples/kernels/histogram.wgsl"))?;
    let inputs = Inputs { names: &["words"], words: vec![words] };
    let case = Case { name: NAMES[4], n, peer: PEER, goal: Goal::Ratio(2.0) };
    let shape =
        Shape { kernel, outs: &["total"], uniform: Uniform::None, invocations: [n.div_ceil(64) as u32, 1] };
    row(suite, (cpu, devices), &case, &shape, &inputs, vec![0; 256], check)
}

/// One small workgroup, beside the loop that it is.
fn small(suite: &mut Suite, cpu: &Context) -> Outcome<()> {
    let kernel = Kernel::new(
        "@group(0) @binding(0) var<storage, read_write> x: array<f32>;
        @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) { x[i] = x[i] + 1.0; }",
    )?;
    let (mut ours, mut theirs) = ([0.0f32; 64], [0.0f32; 64]);
    let case = Case { name: NAMES[5], n: 64, peer: "plain loop", goal: Goal::OverheadUs(10.0) };
    suite.versus_many(
        &case,
        1000,
        fresh(|| Ok(kernel.launch().bind("x", &mut ours).workgroups([1]).run(cpu).map(|()| ours)?)),
        fresh(|| {
            std::hint::black_box(&mut theirs).iter_mut().for_each(|x| *x += 1.0);
            Ok(theirs)
        }),
        |ours, theirs| data::all_equal("small kernel", ours, theirs),
    );
    Ok(())
}

//! Bodies under gravity: every body attracts every other. Workgroups share tiles of bodies in their own memory, and
//! positions and velocities stay on the device from step to step.

mod bodies;
#[path = "../common/mod.rs"]
pub(crate) mod common;
mod oracle;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use tilewright::Timeline;
use tilewright::prelude::*;

pub(crate) use bodies::{State, plummer};
use common::progress::ShowProgress;
use common::{Failure, Where};
pub(crate) use oracle::{check, energy};

/// Time of a step, where a body takes about 6 to cross the cluster.
pub(crate) const STEP: f32 = 0.005;

/// Square of the softening length, which keeps close bodies from being flung out.
pub(crate) const SOFTENING: f32 = 0.0025;

/// Simulates a star cluster (a Plummer sphere of N bodies) for K leapfrog steps.
///
/// The last step is checked against direct sums in f64, of 256 bodies if there are more. The energy, in f64 too, is
/// compared between the first and the last step.
#[derive(Parser)]
pub(crate) struct Args {
    /// Number of bodies
    #[arg(long, default_value_t = 8192, value_parser = clap::value_parser!(u32).range(1..=1 << 17))]
    bodies: u32,
    /// Number of steps
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    steps: u32,
    /// Write what ran when to this file: a Chrome or Perfetto trace to *.json, a picture to *.svg
    #[arg(long, value_name = "FILE", value_parser = trace_or_picture)]
    timeline: Option<PathBuf>,
    #[command(flatten)]
    progress: ShowProgress,
    #[command(flatten)]
    place: Where,
}

/// A path whose extension says what to write.
fn trace_or_picture(path: &str) -> Result<PathBuf, String> {
    match Path::new(path).extension() {
        Some(extension) if extension == "json" || extension == "svg" => Ok(path.into()),
        _ => Err("expected a file name that ends in .json or .svg".to_owned()),
    }
}

fn main() -> ExitCode {
    common::start_on(|args: &Args| &args.place, run_on)
}

pub(crate) fn run_on(cx: &Context, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let Some(path) = &args.timeline else { return simulate(cx, args, out) };
    let timeline = Timeline::new();
    let outcome = simulate(&cx.with_timeline(&timeline), args, out);
    // What ran when is of interest after a failure too.
    match path.extension() {
        Some(extension) if extension == "svg" => timeline.write_svg(path)?,
        _ => timeline.write_trace(path)?,
    }
    outcome
}

fn simulate(cx: &Context, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let n = args.bodies as usize;
    let start = plummer(n);
    let mut simulation = Simulation::new(cx, &start)?;

    // The first step, which also compiles and uploads.
    simulation.step(cx)?;
    let first = energy(&start, &simulation.read(cx)?.velocities);
    let bar = args.progress.steps("steps", args.steps.into());
    let begin = Instant::now();
    for _ in 1..args.steps {
        simulation.step(cx)?;
        bar.inc(1);
    }
    let after = simulation.read(cx)?;
    let seconds = begin.elapsed().as_secs_f64();
    bar.finish_and_clear();
    let before = simulation.read_before(cx)?;

    writeln!(out, "{}", common::ran(cx))?;
    let steps = args.steps - 1;
    let rate = f64::from(steps) * (n as f64).powi(2) / seconds / 1e9;
    writeln!(
        out,
        "{}, {steps} steps: {:.2} ms a step, {rate:.2} x 10^9 interactions/s",
        common::count(n, "body").replace("bodys", "bodies"),
        seconds * 1e3 / f64::from(steps)
    )?;
    let last = energy(&before, &after.velocities);
    writeln!(out, "energy {first:.6}, then {last:.6}: drift {:.1e}", ((last - first) / first).abs())?;
    let (checked, worst) = check(&before, &after)?;
    writeln!(
        out,
        "checked against plain Rust, the last step of {checked} of {n} bodies: largest relative difference {worst:.1e}"
    )?;
    Ok(())
}

/// Bodies that stay where steps run: two of each array, of which a step reads one and writes the other.
pub(crate) struct Simulation {
    kernel: Kernel,
    positions: [Array<[f32; 4]>; 2],
    velocities: [Array<[f32; 4]>; 2],
}

impl Simulation {
    pub(crate) fn new(cx: &Context, start: &State) -> Result<Self, Failure> {
        let pair = |first: &[[f32; 4]]| [cx.array(first.to_vec()), cx.array(vec![[0.0; 4]; first.len()])];
        Ok(Self {
            kernel: Kernel::new(include_str!("../kernels/nbody.wgsl"))?,
            positions: pair(&start.positions),
            velocities: pair(&start.velocities),
        })
    }

    pub(crate) fn step(&mut self, cx: &Context) -> Result<(), Failure> {
        let ([before, after], [velocity, velocity_after]) = (&mut self.positions, &mut self.velocities);
        let launch = self.kernel.launch().invocations([before.len()]).set("parameters", [STEP, SOFTENING]);
        let launch = launch.bind("before", &*before).bind("velocity", &*velocity);
        launch.bind("after", after).bind("velocity_after", velocity_after).run(cx)?;
        self.positions.swap(0, 1);
        self.velocities.swap(0, 1);
        Ok(())
    }

    /// The bodies now.
    pub(crate) fn read(&self, cx: &Context) -> Result<State, Failure> {
        self.state(cx, 0)
    }

    /// The bodies before the last step.
    pub(crate) fn read_before(&self, cx: &Context) -> Result<State, Failure> {
        self.state(cx, 1)
    }

    fn state(&self, cx: &Context, of: usize) -> Result<State, Failure> {
        let positions = cx.read(&self.positions[of])?.to_vec();
        Ok(State { positions, velocities: cx.read(&self.velocities[of])?.to_vec() })
    }
}

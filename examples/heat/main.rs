//! Heat spreading over a plate: a stencil whose workgroups copy their tile and the halo around it to their own memory.

#[path = "../common/mod.rs"]
pub(crate) mod common;
mod frames;
mod oracle;

use std::fmt;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;
use std::time::{Duration, Instant};

use clap::Parser;
use tilewright::prelude::*;

use common::progress::ShowProgress;
use common::{Failure, Where};
pub(crate) use oracle::check;

/// Solves the heat equation on a plate with a hot edge and hot spots, in K explicit steps, checks the result and prints
/// the rate.
///
/// The check runs the same steps in plain Rust, in f32. A device may fuse or reorder operations: a step errs by at most
/// 8 roundings of the hottest cell, and because each new cell is a mean of old ones, errors add up and do not grow.
#[derive(Parser)]
pub(crate) struct Args {
    /// Cells: width x height
    #[arg(long, default_value_t = Size { width: 1024, height: 1024 }, value_name = "WxH")]
    size: Size,
    /// Number of steps
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    steps: u32,
    /// Steps from frame to frame
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    every: u32,
    /// Write frames to DIR/frame_STEP.png; DIR is made if it is missing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    progress: ShowProgress,
    #[command(flatten)]
    place: Where,
}

/// Cells of a plate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Size {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Size {
    pub(crate) fn cells(self) -> usize {
        self.width as usize * self.height as usize
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.width, self.height)
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let side = |text: &str| text.parse().ok().filter(|side| (1..=16384).contains(side));
        let sides = text.split_once('x').and_then(|(width, height)| Some((side(width)?, side(height)?)));
        let (width, height) = sides.ok_or("expected WxH, both from 1 to 16384")?;
        Ok(Self { width, height })
    }
}

fn main() -> ExitCode {
    common::start_on(|args: &Args| &args.place, run_on)
}

pub(crate) fn run_on(cx: &Context, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let size = args.size;
    let start = plate(size);
    let kernel = Kernel::new(include_str!("../kernels/heat.wgsl"))?;
    if let Some(folder) = &args.out {
        frames::write(folder, 0, size, &start)?;
    }
    // A step reads one and writes the other; both stay where steps run.
    let (mut before, mut after) = (cx.array(start.clone()), cx.array(vec![0.0_f32; size.cells()]));
    let mut elapsed = Duration::ZERO;
    let (mut step, mut written) = (0, 1);
    let bar = args.progress.steps("steps", args.steps.into());
    while step < args.steps {
        let stop = match args.out {
            Some(_) => step.saturating_add(args.every).min(args.steps),
            None => args.steps,
        };
        let begin = Instant::now();
        for _ in step..stop {
            let launch = kernel.launch().bind("before", &before).bind("after", &mut after);
            let grid = [size.width, size.height];
            launch.set("size", grid).invocations(grid).run(cx)?;
            std::mem::swap(&mut before, &mut after);
            bar.inc(1);
        }
        let cells = cx.read(&before)?;
        elapsed += begin.elapsed();
        step = stop;
        if let Some(folder) = &args.out {
            frames::write(folder, step, size, cells)?;
            written += 1;
        }
    }

    bar.finish_and_clear();
    writeln!(out, "{}", common::ran(cx))?;
    let seconds = elapsed.as_secs_f64();
    let updates = size.cells() as f64 * f64::from(args.steps) / seconds / 1e9;
    writeln!(
        out,
        "{size} cells, {}: {:.3} ms a step, {updates:.2} x 10^9 cells/s, {:.2} GB/s read and written",
        common::count(args.steps as usize, "step"),
        seconds * 1e3 / f64::from(args.steps),
        8.0 * updates
    )?;
    if let Some(folder) = &args.out {
        writeln!(out, "{} in {}", common::count(written, "frame"), folder.display())?;
    }
    let worst = check(size, start, args.steps, cx.read(&before)?)?;
    writeln!(out, "checked against plain Rust, every cell: {worst}")?;
    Ok(())
}

/// The plate at first: cold, with a hot left edge and hot discs.
pub(crate) fn plate(size: Size) -> Vec<f32> {
    let (width, height) = (size.width as usize, size.height as usize);
    // Centre and radius in units of the plate's shorter side, and temperature.
    let discs = [(0.3, 0.3, 0.12, 1.0_f32), (0.7, 0.4, 0.08, 0.8), (0.5, 0.75, 0.15, 0.6)];
    let scale = width.min(height) as f64;
    let cell = |at: usize| {
        let (x, y) = (at % width, at / width);
        let inside = |&&(cx, cy, radius, _): &&(f64, f64, f64, f32)| {
            let (dx, dy) = (x as f64 - cx * width as f64, y as f64 - cy * height as f64);
            dx * dx + dy * dy < (radius * scale).powi(2)
        };
        match (x, discs.iter().find(inside)) {
            (0, _) => 1.0,
            (_, Some((.., temperature))) => *temperature,
            (_, None) => 0.0,
        }
    };
    (0..size.cells()).map(cell).collect()
}

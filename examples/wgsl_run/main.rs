//! Runs any WGSL compute shader from a file, on the GPU or the CPU, and prints a digest of what it wrote; or what is wrong
//! with it.
//!
//! ```sh
//! wgsl_run scale.wgsl --workgroups 16 --bind 0,0=rand_f32:1024:7 --bind 0,1=bytes:00000040 --dump 0,0=out.bin
//! wgsl_run scale.wgsl --workgroups 16 --bind 0,0=rand_f32:1024:7 --bind 0,1=bytes:00000040 --check
//! ```

mod compare;
mod given;
mod memory;
mod spec;
#[cfg(test)]
mod tests;

#[path = "../common/mod.rs"]
mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tilewright::{Context, EntryPoint, Kernel, Launch, Placement};

use common::progress::ShowProgress;
use common::{Failure, Where};
use memory::Held;
use spec::{Assignment, Place, Spec};

/// What each binding holds.
type Memory = BTreeMap<Place, Held>;

/// Runs a WGSL compute shader and prints a digest of each buffer that it may write.
///
/// SPEC is one of `zeros:BYTES`, `iota_u32:N`, `iota_f32:N`, `rand_u32:N:SEED`, `rand_f32:N:SEED` (uniform in [0, 1)),
/// `bytes:HEX`, `file:PATH`. The last word is filled up with zeros. A texture is `FORMAT:WxHxD:TEXELS`, such as
/// `rgba8unorm:64x64:rand:7`, where TEXELS is `zeros`, `rand:SEED` or one of those; a sampler is `sampler:FILTER:ADDRESS`,
/// such as `sampler:linear:repeat`.
#[derive(Parser)]
struct Args {
    /// The shader
    file: PathBuf,
    /// The entry point, if there are several
    #[arg(long)]
    entry: Option<String>,
    /// The grid: X, X,Y or X,Y,Z
    #[arg(long, value_name = "X,Y,Z", value_parser = spec::grid)]
    workgroups: [u32; 3],
    /// Memory of a binding, by group and binding
    #[arg(long = "bind", value_name = "G,B=SPEC")]
    bindings: Vec<Assignment<Place, Spec>>,
    /// Value of an override constant: a number, true or false
    #[arg(long = "override", value_name = "NAME=VALUE")]
    overrides: Vec<Assignment<String, spec::Number>>,
    /// Writes the bytes of a binding to a file after the run
    #[arg(long = "dump", value_name = "G,B=PATH")]
    dumps: Vec<Assignment<Place, PathBuf>>,
    /// Runs on CPU and GPU, prints the largest differences, and fails if integers differ, or floats by more than 16 ULP
    /// and 1e-5 of their value
    #[arg(long)]
    compare: bool,
    /// Runs on the CPU under a checker, prints data races, indices out of bounds, reads of memory that nothing wrote and
    /// barriers that not all invocations come to, and fails if there are any
    #[arg(long, conflicts_with = "compare")]
    check: bool,
    /// Iterations that loops may take on the CPU per block of lanes, all loops counted together [default: 2^32]
    #[arg(long, value_name = "N")]
    step_budget: Option<u64>,
    /// Interprets on the CPU instead of running machine code
    #[arg(long)]
    no_jit: bool,
    #[command(flatten)]
    progress: ShowProgress,
    #[command(flatten)]
    place: Where,
}

fn main() -> ExitCode {
    common::start(run)
}

fn run(args: Args, out: &mut dyn Write) -> Result<(), Failure> {
    let label = args.file.display().to_string();
    let source = std::fs::read_to_string(&args.file)
        .map_err(|error| Failure::Usage(format!("reading `{label}`: {error}")))?;
    let kernel = Kernel::with_label(&label, source)?;
    let entry = entry_point(&kernel, args.entry.as_deref())?;
    given::check(&args.bindings, &args.dumps, entry)?;

    let mut memory = Memory::new();
    for Assignment(place, spec) in &args.bindings {
        memory.insert(*place, Held::new(spec, *place, entry)?);
    }

    let mut builder = args.place.builder().cpu_fallback(false).jit(!args.no_jit);
    if let Some(budget) = args.step_budget {
        builder = builder.step_budget(budget);
    }
    let cx = args.progress.context(builder.build()?);
    if args.compare {
        return compared(&args, &kernel, entry, &cx, memory, out);
    }
    if args.check {
        return checked(&args, &kernel, entry, &cx, memory, out);
    }
    launch(&args, &kernel, entry, &mut memory).run(&cx)?;
    if let Some(report) = cx.last_report() {
        writeln!(out, "{}", report.plan.to_string().lines().next().unwrap_or_default())?;
    }
    digests(entry, &memory, out)?;
    dump(&args, &memory)
}

fn entry_point<'k>(kernel: &'k Kernel, name: Option<&str>) -> Result<&'k EntryPoint, Failure> {
    let entries = kernel.entry_points();
    let found = match (name, entries) {
        (Some(name), _) => entries.iter().find(|entry| entry.name == name),
        (None, [only]) => Some(only),
        (None, _) => None,
    };
    let names = || entries.iter().map(|entry| entry.name.as_str()).collect::<Vec<_>>().join(", ");
    found.ok_or_else(|| Failure::Usage(format!("--entry must be one of: {}", names())))
}

/// The launch of the kernel on `memory`, which holds what it wrote afterwards.
fn launch<'a>(args: &Args, kernel: &'a Kernel, entry: &EntryPoint, memory: &'a mut Memory) -> Launch<'a> {
    let mut launch = kernel.entry(&entry.name).workgroups(args.workgroups);
    for Assignment(name, spec::Number(value)) in &args.overrides {
        launch = launch.set_override(name, *value);
    }
    for (place, held) in memory {
        launch = held.bind(launch, *place);
    }
    launch
}

/// Runs the kernel under the checker.
fn checked(
    args: &Args,
    kernel: &Kernel,
    entry: &EntryPoint,
    cx: &Context,
    mut memory: Memory,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let report = launch(args, kernel, entry, &mut memory).check(cx)?;
    write!(out, "{report}")?;
    digests(entry, &memory, out)?;
    dump(args, &memory)?;
    if report.is_clean() {
        return Ok(());
    }
    let kinds: BTreeSet<String> = report.findings().iter().map(|found| found.kind().to_string()).collect();
    Err(Failure::Check(format!("`{}`: {}", entry.name, Vec::from_iter(kinds).join(", "))))
}

/// A line for each buffer and texture that the entry point may write.
fn digests(entry: &EntryPoint, memory: &Memory, out: &mut dyn Write) -> Result<(), Failure> {
    for (binding, held) in written(entry, memory) {
        let (group, index) = (binding.group, binding.binding);
        let (name, ty, bytes) = (&binding.name, &binding.ty, held.bytes());
        let (len, digest) = (bytes.len(), spec::fnv1a(&bytes));
        writeln!(out, "{group},{index} {name}: {ty}, {len} bytes, fnv1a {digest:016x}")?;
    }
    Ok(())
}

/// The bindings that the entry point may write, with what they hold.
fn written<'m>(
    entry: &'m EntryPoint,
    memory: &'m Memory,
) -> impl Iterator<Item = (&'m tilewright::Binding, &'m Held)> {
    let written = entry.bindings.iter().filter(|binding| binding.access.is_written());
    written.filter_map(|binding| {
        let place = Place { group: binding.group, binding: binding.binding };
        Some((binding, memory.get(&place)?))
    })
}

fn dump(args: &Args, memory: &Memory) -> Result<(), Failure> {
    for Assignment(place, path) in &args.dumps {
        let held = memory.get(place).ok_or_else(|| {
            Failure::Usage(format!("--dump {},{}: there is no such binding", place.group, place.binding))
        })?;
        std::fs::write(path, held.bytes())
            .map_err(|error| Failure::Usage(format!("writing `{}`: {error}", path.display())))?;
    }
    Ok(())
}

/// Runs on both and holds the results against each other. Dumps are those of the CPU.
fn compared(
    args: &Args,
    kernel: &Kernel,
    entry: &EntryPoint,
    cx: &Context,
    memory: Memory,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let (mut on_cpu, mut on_gpu) = (memory.clone(), memory);
    launch(args, kernel, entry, &mut on_cpu).run(&cx.with_placement(Placement::Cpu))?;
    launch(args, kernel, entry, &mut on_gpu).run(&cx.with_placement(Placement::Gpu))?;
    digests(entry, &on_cpu, out)?;
    let mut wrong = Vec::new();
    for ((binding, cpu), (_, gpu)) in written(entry, &on_cpu).zip(written(entry, &on_gpu)) {
        let difference = match (cpu, gpu) {
            (Held::Words(cpu), Held::Words(gpu)) => compare::compare(binding, cpu, gpu),
            (Held::Texture(cpu), Held::Texture(gpu)) => compare::compare_textures(cpu, gpu),
            _ => continue,
        };
        writeln!(out, "{},{} {}: {difference}", binding.group, binding.binding, binding.name)?;
        if !difference.is_within_bounds() {
            wrong.push(binding.name.clone());
        }
    }
    dump(args, &on_cpu)?;
    match wrong[..] {
        [] => Ok(()),
        _ => Err(Failure::Check(format!("CPU and GPU differ in {}", wrong.join(", ")))),
    }
}

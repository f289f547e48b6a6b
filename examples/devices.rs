//! What this machine can run work on: adapters, their limits, what each can and cannot run, and why.

mod common;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use tilewright::prelude::*;
use tilewright::{Adapter, Element, Error, Result};

use common::{Failure, Where};

/// Elements of a trial: several tiles, and no multiple of anything.
const TRIAL_LEN: usize = 20_011;

/// Elements of the job whose plan is shown.
const PLAN_LEN: usize = 1 << 24;

/// What is tried: a call, and its result as a vector.
type Call<'a, T> = dyn Fn(&Context) -> Result<Vec<T>> + 'a;

/// Lists the CPU and all adapters with their limits, tries every element type on each, and shows the plan of a large
/// reduction under the placement given.
#[derive(Parser)]
struct Args {
    /// Only list: open no device
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    place: Where,
}

fn main() -> ExitCode {
    common::start(run)
}

fn run(args: Args, out: &mut dyn Write) -> Result<(), Failure> {
    let cx = args.place.builder().build()?;
    let cpu = cx.with_placement(Placement::Cpu);
    writeln!(out, "cpu: {}, {}", common::count(cx.threads(), "thread"), cx.instructions())?;
    if !args.list {
        trials(&cpu, None, out)?;
    }

    let adapters = cx.adapters();
    if adapters.is_empty() {
        writeln!(
            out,
            "\nno adapter: no Vulkan, Metal or DirectX 12 driver was found; the CPU runs everything"
        )?;
    }
    let mut names: Vec<&str> = Vec::new();
    for adapter in &adapters {
        describe(adapter, out)?;
        if names.contains(&adapter.name.as_str()) {
            writeln!(out, "  not tried: an adapter above has the same name")?;
        } else if adapter.unusable.is_none() && !args.list {
            let builder = Context::builder().adapter(&adapter.name).placement(Placement::Gpu);
            trials(&cpu, Some(&builder.cpu_fallback(false).build()?), out)?;
        }
        names.push(&adapter.name);
    }
    writeln!(
        out,
        "\nelements of 16 and 64 bits (f16, f64, i64, u64): nowhere, the library has no such elements yet"
    )?;

    let square: Func<fn(f32) -> f32> = Func::new("fn square(x: f32) -> f32 { return x * x; }")?;
    match cx.constant(1.0_f32, PLAN_LEN).map(&square).explain_reduce(Sum) {
        Ok(plan) => write!(out, "\n{plan}")?,
        Err(error @ (Error::NoAdapter { .. } | Error::Device { .. })) => writeln!(out, "\nno plan: {error}")?,
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn describe(adapter: &Adapter, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "\n{adapter}")?;
    let mib = adapter.max_binding_bytes as f64 / f64::from(1 << 20);
    writeln!(out, "  a binding has at most {mib:.0} MiB: longer data is cut into chunks")?;
    let (threads, kib) = (adapter.max_threads, adapter.workgroup_bytes >> 10);
    writeln!(out, "  a work-group has at most {threads} invocations and {kib} KiB of memory")?;
    writeln!(
        out,
        "  a dispatch has at most {} work-groups a dimension: larger grids are folded",
        adapter.max_groups
    )?;
    let transfer =
        if adapter.mappable { "the CPU reads and writes its memory in place" } else { "through staging" };
    writeln!(out, "  transfer: {transfer}")?;
    let auto = match (&adapter.unusable, adapter.software) {
        (Some(_), _) => "never",
        (None, true) => "only if allowed (--allow-software), because it runs on the CPU's own cores",
        (None, false) => "if it is predicted to be sooner",
    };
    writeln!(out, "  chosen by `auto`: {auto}")?;
    Ok(())
}

/// Tries every element type: on the CPU alone, or on a GPU with the CPU's results to compare.
fn trials(cpu: &Context, gpu: Option<&Context>, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "  {:<11}{:<14}{:<14}scan of Sum", "elements", "map", "reduce Sum")?;
    trial::<f32>(cpu, gpu, out)?;
    trial::<[f32; 2]>(cpu, gpu, out)?;
    trial::<[f32; 3]>(cpu, gpu, out)?;
    trial::<[f32; 4]>(cpu, gpu, out)?;
    trial::<i32>(cpu, gpu, out)?;
    trial::<[i32; 2]>(cpu, gpu, out)?;
    trial::<[i32; 3]>(cpu, gpu, out)?;
    trial::<[i32; 4]>(cpu, gpu, out)?;
    trial::<u32>(cpu, gpu, out)?;
    trial::<[u32; 2]>(cpu, gpu, out)?;
    trial::<[u32; 3]>(cpu, gpu, out)?;
    trial::<[u32; 4]>(cpu, gpu, out)
}

fn trial<T: Element>(cpu: &Context, gpu: Option<&Context>, out: &mut dyn Write) -> Result<(), Failure> {
    let floats = common::samples(TRIAL_LEN * T::TYPE.words());
    let words =
        floats.iter().map(|x| if T::TYPE.scalar.is_float() { x.to_bits() } else { (x * 1e6) as i32 as u32 });
    let words: Vec<u32> = words.collect();
    let values: Vec<T> = bytemuck::pod_collect_to_vec(&words);

    let ty = T::TYPE;
    let twice: Func<fn(T) -> T> = Func::new(format!("fn twice(x: {ty}) -> {ty} {{ return x + x; }}"))?;
    let map = |cx: &Context| cx.view(&values).map(&twice).collect();
    let reduce = |cx: &Context| cx.view(&values).reduce(Sum).map(|sum| vec![sum]);
    let scan = |cx: &Context| cx.view(&values).inclusive_scan(Sum).collect();
    let calls: [&Call<'_, T>; 3] = [&map, &reduce, &scan];

    let mut refusals = Vec::new();
    let mut row = format!("  {:<11}", ty.to_string());
    for call in calls {
        let verdict = match (call(cpu), gpu.map(call)) {
            (Err(error), _) | (_, Some(Err(error))) => {
                refusals.push(error.to_string());
                "no"
            }
            (Ok(_), None) => "yes",
            (Ok(expected), Some(Ok(given))) => {
                let bits = |values: &[T]| bytemuck::pod_collect_to_vec::<T, u32>(values);
                if bits(&expected) == bits(&given) { "same bits" } else { "other bits" }
            }
        };
        row += &format!("{verdict:<14}");
    }
    writeln!(out, "{}", row.trim_end())?;
    refusals.dedup();
    for why in refusals {
        writeln!(out, "    no: {why}")?;
    }
    Ok(())
}

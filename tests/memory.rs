//! Memory: a call on the CPU peaks at its output plus a few MiB.
//!
//! The peak is the resident set's, as the system counts it; Linux only, elsewhere the trials are ignored. One trial at a
//! time, because the peak is that of the whole process.

use std::fs;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use tilewright::prelude::*;

/// Elements: 64 MiB of f32.
const LEN: usize = 1 << 24;
const OUTPUT_KIB: u64 = 64 << 10;
/// Room for registers of two threads, tile aggregates and page granularity.
const FEW_KIB: u64 = 6 << 10;

type Call = fn(&Context, &[f32]);

fn main() {
    let calls: [(&str, u64, Call); 6] = [
        ("map", OUTPUT_KIB, |cx, x| drop(cx.view(x).map(&square()).collect().unwrap())),
        ("scan", OUTPUT_KIB, |cx, x| drop(cx.view(x).inclusive_scan(Sum).collect().unwrap())),
        ("map_scan_map", OUTPUT_KIB, |cx, x| {
            drop(cx.view(x).map(&square()).exclusive_scan(Max).map(&square()).collect().unwrap());
        }),
        ("to_array", OUTPUT_KIB, |cx, x| drop(cx.view(x).map(&square()).to_array().unwrap())),
        ("reduce", 0, |cx, x| _ = cx.view(x).map(&square()).reduce(Sum).unwrap()),
        ("reduce_of_counting", 0, |cx, x| _ = cx.counting(x.len()).map(&half()).reduce(Xor).unwrap()),
    ];
    let mut arguments = Arguments::from_args();
    arguments.test_threads = Some(1);
    let trials = calls
        .map(|(name, output_kib, call)| Trial::ignorable_test(name, move || peak_is_near(output_kib, call)));
    libtest_mimic::run(&arguments, trials.into()).exit();
}

fn square() -> Func<fn(f32) -> f32> {
    Func::new("fn square(x: f32) -> f32 { return x * x; }").expect("valid WGSL")
}

fn half() -> Func<fn(u32) -> u32> {
    Func::new("fn half(x: u32) -> u32 { return x / 2u; }").expect("valid WGSL")
}

fn peak_is_near(output_kib: u64, call: Call) -> Result<Completion, Failed> {
    if !cfg!(target_os = "linux") {
        return Ok(Completion::ignored_with("the peak is read from /proc"));
    }
    let cx = Context::builder().threads(2).placement(Placement::Cpu).build()?;
    let x = vec![0.5f32; LEN];
    // Threads, registers and compiled code are made by a first, small call.
    call(&cx, &x[..100_000]);
    if let Err(error) = fs::write("/proc/self/clear_refs", "5") {
        return Ok(Completion::ignored_with(format!("the peak cannot be reset: {error}")));
    }
    let before = status_kib("VmRSS:")?;
    call(&cx, &x);
    let grown = status_kib("VmHWM:")?.saturating_sub(before);
    let allowed = output_kib + FEW_KIB;
    if grown > allowed {
        return Err(format!("the peak grew by {grown} KiB, {allowed} KiB are allowed").into());
    }
    if grown + FEW_KIB < output_kib {
        return Err(format!("the peak grew by {grown} KiB, less than the output: it was not measured").into());
    }
    Ok(Completion::Completed)
}

/// A line of `/proc/self/status`.
fn status_kib(field: &str) -> Result<u64, Failed> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
    number.ok_or_else(|| format!("no {field} in /proc/self/status").into())
}

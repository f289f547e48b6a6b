//! What it takes to compile: a small shader through wgpu, and all passes of a scan through our library. A constant differs each
//! time, so that no cache of a driver has the answer.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tilewright::prelude::*;
use tilewright::{SpanKind, Timeline};

use super::{Facts, subject};
use crate::ours::SYSTEM as OURS;
use crate::raw::Raw;
use crate::row::Clock;
use crate::sink::Subject;
use crate::stats::summary;
use crate::timing::Trouble;

const CASE: &str = "compile";

/// Shaders that are compiled.
const COMPILES: u32 = 7;

pub(super) fn run(facts: &mut Facts<'_>, adapter: Option<&str>) {
    if !facts.wants(CASE) {
        return;
    }
    // No two processes compile the same.
    let salt = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.subsec_nanos());
    let small = subject(CASE, 1, 0);
    let samples: Result<Vec<f64>, Trouble> =
        (0..COMPILES).map(|index| small_us(facts.raw, salt.wrapping_add(index))).collect();
    write(facts, &small, samples);
    let scan = Subject { system: OURS, ..small };
    let samples: Result<Vec<f64>, Trouble> =
        (0..COMPILES).map(|index| scan_us(adapter, salt.wrapping_add(index))).collect();
    write(facts, &scan, samples);
}

fn write(facts: &mut Facts<'_>, subject: &Subject<'_>, samples: Result<Vec<f64>, Trouble>) {
    match samples {
        Ok(samples) => {
            if let Some(us) = summary(&samples) {
                facts.sink.write(subject, Clock::Host, us, true);
            }
        }
        Err(trouble) => facts.sink.trouble(subject, &trouble),
    }
}

/// A compute pipeline of a shader.
pub(super) fn pipeline(raw: &Raw, wgsl: &str, entry: &str) -> Result<wgpu::ComputePipeline, Trouble> {
    raw.scoped(|| {
        let source = wgpu::ShaderSource::Wgsl(wgsl.into());
        let module =
            raw.device.create_shader_module(wgpu::ShaderModuleDescriptor { label: Some("bench"), source });
        raw.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some("bench"),
            layout: None,
            module: &module,
            entry_point: Some(entry),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            cache: None,
        })
    })
}

fn small_us(raw: &Raw, salt: u32) -> Result<f64, Trouble> {
    let wgsl = format!(
        "@group(0) @binding(0) var<storage, read_write> out: array<u32>;
@compute @workgroup_size(64)
fn small(@builtin(global_invocation_id) id: vec3<u32>) {{
    if id.x < arrayLength(&out) {{ out[id.x] = out[id.x] * 3u + {salt}u; }}
}}"
    );
    let began = Instant::now();
    pipeline(raw, &wgsl, "small")?;
    Ok(began.elapsed().as_secs_f64() * 1e6)
}

/// All passes of a scan with an operator that nobody has seen, as the library's timeline has them.
fn scan_us(adapter: Option<&str>, salt: u32) -> Result<f64, Trouble> {
    let mut builder = Context::builder().placement(Placement::Gpu).history(false).cpu_fallback(false);
    if let Some(name) = adapter {
        builder = builder.adapter(name);
    }
    let timeline = Timeline::new();
    let cx = builder.build()?.with_timeline(&timeline);
    // Addition, seen from far away: (a - c) + (b - c) + c, with the constant as its identity.
    let wgsl = format!("fn shifted(a: u32, b: u32) -> u32 {{ return (a - {salt}u) + b; }}");
    let add: Func<fn(u32, u32) -> u32> = Func::new(wgsl)?;
    let add = Monoid::new(&add, salt)?;
    let xs = vec![salt.wrapping_add(1); 1 << 14];
    let last = cx.view(&xs).inclusive_scan(&add).collect()?.last().copied();
    if last != Some(salt.wrapping_add(1 << 14)) {
        return Err(Trouble::Failed(format!("a scan ends with {last:?}")));
    }
    let compiles = timeline.spans().into_iter().filter(|span| span.kind == SpanKind::Compile);
    let us = compiles.map(|span| (span.end_s - span.start_s) * 1e6).sum::<f64>();
    if us > 0.0 { Ok(us) } else { Err(Trouble::Failed("the timeline has no compilation".into())) }
}

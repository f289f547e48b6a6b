//! What it takes to have the device do nothing, and to open it.

use std::time::Instant;

use pollster::block_on;

use super::{Facts, subject};
use crate::raw::{Raw, instance};
use crate::row::Clock;
use crate::stamps::Stamps;
use crate::stats::summary;
use crate::timing::{Call, Trouble, us_since};

const LAUNCH: &str = "launch empty";
const OPEN: &str = "open";

/// Times that a device is opened.
const OPENS: usize = 5;

/// One workgroup that leaves a mark, so that a launch that never happened is known.
const SHADER: &str = "
@group(0) @binding(0) var<storage, read_write> mark: array<u32>;
@compute @workgroup_size(1) fn launch() { mark[0] = 7u; }
";

pub(super) fn run(facts: &mut Facts<'_>) {
    if !facts.wants(LAUNCH) {
        return;
    }
    let done = rows(facts);
    facts.note(&subject(LAUNCH, 1, 0), done);
}

fn rows(facts: &mut Facts<'_>) -> Result<(), Trouble> {
    use wgpu::BufferUsages as Usage;
    let raw = facts.raw;
    let pipeline = super::compile::pipeline(raw, SHADER, "launch")?;
    let mark = raw.buffer(16, Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST)?;
    let group = raw.scoped(|| {
        raw.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("bench: launch"),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &[wgpu::BindGroupEntry { binding: 0, resource: mark.as_entire_binding() }],
        })
    })?;
    let stamps = Stamps::new(raw)?;
    for clock in [Clock::Device, Clock::Host] {
        let stamps = stamps.as_ref();
        let mut call = Launch { raw, stamps, clock, pipeline: &pipeline, group: &group, mark: &mark };
        facts.sink.row(&subject(LAUNCH, 1, 0), clock, facts.budget, &mut call);
    }
    Ok(())
}

struct Launch<'l> {
    raw: &'l Raw,
    stamps: Option<&'l Stamps>,
    clock: Clock,
    pipeline: &'l wgpu::ComputePipeline,
    group: &'l wgpu::BindGroup,
    mark: &'l wgpu::Buffer,
}

impl Call for Launch<'_> {
    type Result = ();

    fn sets(&self) -> usize {
        1
    }

    fn poison(&mut self) -> Result<(), Trouble> {
        self.raw.queue.write_buffer(self.mark, 0, &[0xff; 16]);
        self.raw.finish(self.raw.encoder())
    }

    fn run(&mut self, _: usize) -> Result<(f64, ()), Trouble> {
        let record = |encoder: &mut wgpu::CommandEncoder| {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            pass.set_pipeline(self.pipeline);
            pass.set_bind_group(0, self.group, &[]);
            pass.dispatch_workgroups(1, 1, 1);
        };
        Ok((Stamps::by(self.clock, self.stamps, self.raw, record)?, ()))
    }

    fn check(&mut self, _: usize, (): ()) -> Result<Result<(), String>, Trouble> {
        let mark = self.raw.read(self.mark, 1)?[0];
        Ok(if mark == 7 { Ok(()) } else { Err(format!("the mark is {mark}, not 7")) })
    }
}

/// Instance, adapter and device, several times; each is kept until all are done, with the driver loaded by the first.
pub(super) fn open(facts: &mut Facts<'_>, adapter: &tilewright::Adapter) {
    if !facts.wants(OPEN) {
        return;
    }
    let mut kept = Vec::new();
    let mut samples = Vec::new();
    let subject = subject(OPEN, 1, 0);
    for _ in 0..OPENS {
        let began = Instant::now();
        match opened(|info| info.name == adapter.name) {
            Ok(opened) => {
                samples.push(us_since(began));
                kept.push(opened);
            }
            Err(why) => facts.sink.trouble(&subject, &Trouble::Failed(why)),
        }
    }
    if let Some(us) = summary(&samples) {
        facts.sink.write(&subject, Clock::Host, us, kept.len() == OPENS);
    }
}

/// What keeps a device open.
pub(super) type Opened = (wgpu::Instance, wgpu::Device, wgpu::Queue);

/// Opens a device as the first thing of a process, driver and all; the microseconds that took.
pub(super) fn first(name: Option<&str>) -> Result<(f64, Opened), String> {
    let wanted = name.unwrap_or_default().to_lowercase();
    let began = Instant::now();
    let opened = opened(|info| info.name.to_lowercase().contains(&wanted))?;
    Ok((us_since(began), opened))
}

/// Opens an adapter that `fits`: one that is not software, if there is one.
fn opened(fits: impl Fn(&wgpu::AdapterInfo) -> bool) -> Result<Opened, String> {
    let instance = instance();
    let mut adapters = block_on(instance.enumerate_adapters(wgpu::Backends::all()));
    adapters.retain(|adapter| fits(&adapter.get_info()));
    adapters.sort_by_key(|adapter| adapter.get_info().device_type == wgpu::DeviceType::Cpu);
    let adapter = adapters.first().ok_or("wgpu does not find the adapter")?;
    let descriptor = wgpu::DeviceDescriptor { required_limits: adapter.limits(), ..Default::default() };
    let (device, queue) = block_on(adapter.request_device(&descriptor)).map_err(|error| error.to_string())?;
    Ok((instance, device, queue))
}

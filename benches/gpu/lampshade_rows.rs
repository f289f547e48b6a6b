//! Rows of lampshade 0.13, on buffers that stay on the device, as its own interface for that has it: sums and scans of u32.
//!
//! Its device clock is that of its own profiling calls, from its first pass to its last.

use std::time::Instant;

use lampshade::{Reducer, Scanner, U32Reduction};
use pollster::block_on;

use crate::data;
use crate::fill::Fill;
use crate::measure::Bench;
use crate::oracle::{check_scan, total};
use crate::raw::Raw;
use crate::row::Clock;
use crate::sink::Subject;
use crate::timing::{Call, Trouble};
use crate::{reductions, scans};

/// The peer as rows call it.
pub(crate) const SYSTEM: &str = "lampshade 0.13";

impl From<lampshade::Error> for Trouble {
    fn from(error: lampshade::Error) -> Self {
        // Each is a limit of it or of the adapter; a wrong result is not an error of it.
        Self::Cannot(error.to_string())
    }
}

/// See the module.
pub(crate) struct Lampshade<'r> {
    raw: &'r Raw,
    fill: Fill,
    reducer: Reducer,
    scanner: Scanner,
}

impl<'r> Lampshade<'r> {
    pub(crate) fn new(raw: &'r Raw) -> Result<Self, Trouble> {
        let Raw { device, queue, info, .. } = raw;
        Ok(Self {
            raw,
            fill: Fill::new(raw)?,
            reducer: Reducer::new(device, queue),
            scanner: Scanner::new_for_adapter(device, queue, info),
        })
    }

    /// Says which elements it has no such case for.
    pub(crate) fn lacks(case: &str) {
        let has = [reductions::SUM, scans::INCLUSIVE, scans::EXCLUSIVE].contains(&case);
        let is_map = case.starts_with("map");
        let dtypes: &[&str] = match (has, is_map) {
            (true, _) => &["f32", "u64", "f64"],
            (false, true) => &["f32"],
            (false, false) => &["f32", "u32", "u64", "f64"],
        };
        for dtype in dtypes {
            eprintln!("skipped: {SYSTEM} {case} {dtype}: it has only sums and scans of u32");
        }
    }

    pub(crate) fn reduce(&mut self, bench: &mut Bench, n: u64) {
        if bench.wants(reductions::SUM) {
            let subject = Subject { system: SYSTEM, case: reductions::SUM, dtype: "u32", n, bytes: 4 * n };
            let done = self.rows(bench, &subject, Kind::Sum);
            bench.note(&subject, done);
        }
    }

    pub(crate) fn scan(&mut self, bench: &mut Bench, n: u64) {
        for (case, kind) in [(scans::INCLUSIVE, Kind::Inclusive), (scans::EXCLUSIVE, Kind::Exclusive)] {
            if bench.wants(case) {
                let subject = Subject { system: SYSTEM, case, dtype: "u32", n, bytes: 8 * n };
                let done = self.rows(bench, &subject, kind);
                bench.note(&subject, done);
            }
        }
    }

    fn rows(&mut self, bench: &mut Bench, subject: &Subject<'_>, kind: Kind) -> Result<(), Trouble> {
        use wgpu::BufferUsages as Usage;
        let (raw, n) = (self.raw, subject.n);
        let is_sum = matches!(kind, Kind::Sum);
        let output_len = if is_sum { 1 } else { n };
        let sets = bench.sets(4 * n, 4 * output_len, 4 * output_len)?;
        let usage = Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST;
        let mut inputs = Vec::new();
        for set in 0..sets {
            let buffer = raw.buffer(4 * n, usage)?;
            self.fill.words(raw, &buffer, n, data::seed(set))?;
            inputs.push(buffer);
        }
        let output = raw.buffer(4 * output_len, usage)?;
        let readback = raw.buffer(4, Usage::MAP_READ | Usage::COPY_DST)?;
        for clock in [Clock::Device, Clock::Host] {
            let (inputs, output, readback) = (&inputs, &output, &readback);
            let mut call = Peer { lampshade: self, kind, clock, n, inputs, output, readback };
            bench.sink.row(subject, clock, bench.budget, &mut call);
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Sum,
    Inclusive,
    Exclusive,
}

struct Peer<'p, 'r> {
    lampshade: &'p mut Lampshade<'r>,
    kind: Kind,
    clock: Clock,
    n: u64,
    inputs: &'p [wgpu::Buffer],
    output: &'p wgpu::Buffer,
    /// A sum on its way to the host.
    readback: &'p wgpu::Buffer,
}

impl Peer<'_, '_> {
    fn on_device_clock(&mut self, input: &wgpu::Buffer) -> Result<f64, Trouble> {
        let Lampshade { reducer, scanner, .. } = &mut *self.lampshade;
        let (output, n) = (self.output, self.n as u32);
        let profile = match self.kind {
            Kind::Sum => block_on(reducer.profile_reduce_gpu_to_gpu(input, output, n, U32Reduction::Sum)),
            Kind::Inclusive => block_on(scanner.profile_scan_gpu_to_gpu(input, output, n)),
            Kind::Exclusive => block_on(scanner.profile_exclusive_scan_gpu_to_gpu(input, output, n)),
        };
        Ok(profile?.gpu_elapsed.as_secs_f64() * 1e6)
    }

    fn on_host_clock(&mut self, input: &wgpu::Buffer) -> Result<f64, Trouble> {
        let Lampshade { raw, reducer, scanner, .. } = &mut *self.lampshade;
        let (output, n) = (self.output, self.n as u32);
        let began = Instant::now();
        let mut encoder = raw.encoder();
        match self.kind {
            Kind::Sum => {
                reducer.record_reduce(&mut encoder, input, output, n, U32Reduction::Sum)?;
                encoder.copy_buffer_to_buffer(output, 0, self.readback, 0, 4);
                raw.queue.submit([encoder.finish()]);
                raw.map(self.readback, wgpu::MapMode::Read, 4)?;
                let value = self.readback.get_mapped_range(..4);
                let value = value.map_err(|error| Trouble::Failed(error.to_string()))?;
                std::hint::black_box(value[0]);
                drop(value);
                self.readback.unmap();
            }
            Kind::Inclusive => {
                scanner.record_scan(&mut encoder, input, output, n)?;
                raw.finish(encoder)?;
            }
            Kind::Exclusive => {
                scanner.record_exclusive_scan(&mut encoder, input, output, n)?;
                raw.finish(encoder)?;
            }
        }
        Ok(began.elapsed().as_secs_f64() * 1e6)
    }

    fn output_len(&self) -> u64 {
        if matches!(self.kind, Kind::Sum) { 1 } else { self.n }
    }
}

impl Call for Peer<'_, '_> {
    type Result = ();

    fn sets(&self) -> usize {
        self.inputs.len()
    }

    fn poison(&mut self) -> Result<(), Trouble> {
        self.lampshade.fill.poison(self.lampshade.raw, self.output, self.output_len())
    }

    fn run(&mut self, index: usize) -> Result<(f64, ()), Trouble> {
        let input = &self.inputs[index % self.inputs.len()];
        let us = match self.clock {
            Clock::Device => self.on_device_clock(input),
            Clock::Host => self.on_host_clock(input),
        };
        Ok((us?, ()))
    }

    fn check(&mut self, index: usize, (): ()) -> Result<Result<(), String>, Trouble> {
        let seed = data::seed(index % self.inputs.len());
        let given = self.lampshade.raw.read(self.output, self.output_len() as usize)?;
        let element = |i| data::word(i, seed);
        Ok(match self.kind {
            Kind::Sum => {
                let right = total(self.n, element);
                let same = given[0] == right;
                same.then_some(()).ok_or_else(|| format!("the result is {}, but {right} is right", given[0]))
            }
            Kind::Inclusive => check_scan(&given, true, element),
            Kind::Exclusive => check_scan(&given, false, element),
        })
    }
}

//! The cost model: the time of each executor as a line in the number of elements.
//!
//! ```text
//! T_cpu(n) = call + fetch + min(n·s_1, fork + n·s_p)         s_1 = max(memory of one core, compute), s_p = max(memory, compute / threads)
//! T_gpu(n) = open + compile + launch + λ_up + λ_down + n·s_g
//! s_g      = max(up, kernel, down)                  with chunks of c elements that overlap; then λ holds what does not:
//!            (up + kernel + down - max(up, kernel, down))·c, the way in of the first and out of the last
//!          = launch / c + up + kernel + down         where nothing overlaps
//! kernel   = max(memory, compute)
//! n_g      = clamp((N·s_p + fixed_cpu - fixed_gpu) / (s_p + s_g), 0, N)
//! T_co     = (1 + κ)·max(T_cpu(N - n_g), T_gpu(n_g))
//! ```
//!
//! Terms drop out where data is already in place. The number of chunks is the one of the whole length, also for a part
//! of it: so costs stay linear, and the best share is known in closed form.
//!
//! These lines are what is assumed, from rates that are calibrated or guessed. Of work that was seen before, the fit takes
//! their place: the same two parts, each times a factor, and a residual by size; see [`Fit`]. Lengths are then weights, where
//! costs vary along the data.

use super::chunk;
use super::course::Model;
use super::learn::{Fit, Prior, Regime};
use super::outcome::{Executor, Term};
use super::profile::{CpuProfile, DeviceState, Estimate, GpuProfile, Profile, Provenance};
use super::seconds::Seconds;
use super::shape::{Shape, ShapeKind};
use super::share;

/// One term of a cost: so much at once, and so much per element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    name: &'static str,
    fixed: Seconds,
    slope: Seconds,
    bytes: f64,
    fixed_source: Provenance,
    slope_source: Provenance,
}

impl Part {
    const fn none(name: &'static str) -> Self {
        let (fixed_source, slope_source) = (Provenance::Prior, Provenance::Prior);
        Self { name, fixed: Seconds::ZERO, slope: Seconds::ZERO, bytes: 0.0, fixed_source, slope_source }
    }

    fn once(name: &'static str, seconds: Estimate) -> Self {
        let fixed = Seconds::within(seconds.value(), seconds.source().spread());
        Self { fixed, fixed_source: seconds.source(), ..Self::none(name) }
    }

    fn bytes(name: &'static str, bytes: f64, rate: Estimate) -> Self {
        let slope = Seconds::within(bytes / rate.value(), rate.source().spread());
        Self { slope, bytes, slope_source: rate.source(), ..Self::none(name) }
    }

    fn transfer(name: &'static str, latency: Estimate, bytes: u32, rate: Estimate) -> Self {
        let once = Self::once(name, latency);
        let moved = Self::bytes(name, f64::from(bytes), rate);
        Self { fixed: once.fixed, fixed_source: once.fixed_source, ..moved }
    }

    fn units(name: &'static str, units: f64, unit_s: Estimate) -> Self {
        let slope = Seconds::within(units * unit_s.value(), unit_s.source().spread());
        Self { slope, slope_source: unit_s.source(), ..Self::none(name) }
    }

    /// The term for so many elements; its source is the one of the larger part.
    fn term(&self, executor: Executor, elements: f64, share: f64) -> Term {
        let varying = self.slope * (elements * share);
        let mostly_fixed = self.fixed.expected > varying.expected;
        Term {
            executor,
            name: self.name,
            seconds: self.fixed + varying,
            bytes: elements * self.bytes,
            source: if mostly_fixed { self.fixed_source } else { self.slope_source },
        }
    }

    fn is_none(&self) -> bool {
        self.fixed == Seconds::ZERO && self.slope == Seconds::ZERO
    }
}

/// The CPU's line, in its terms; and what was measured of it.
#[derive(Debug, Clone)]
pub(super) struct CpuCost {
    call: Part,
    fork: Part,
    fetch: Part,
    memory: Part,
    core_memory: Part,
    compute: Part,
    threads: f64,
    model: Model,
}

impl CpuCost {
    pub(super) fn new(shape: &Shape, profile: &Profile) -> Self {
        let cpu: &CpuProfile = &profile.cpu;
        let owner = shape.resident_on.and_then(|index| profile.gpus.get(index));
        // A scan reads a chunk twice, the second time from the cache.
        let moved = shape.moved_bytes(1);
        let units = f64::from(shape.evaluations(false)) * shape.cost_ns;
        let call = Part::once("call", cpu.call_s);
        let fork = Part::once("fork", cpu.fork_s);
        let fetch = fetch(shape, owner);
        let memory = Part::bytes("memory", moved, cpu.memory_rate);
        let core_memory = Part::bytes("memory", moved, cpu.core_memory_rate);
        let compute = Part::units("compute", units, cpu.unit_s);
        let threads = cpu.threads.max(1) as f64;
        let regime = |fixed: Seconds, slope: Seconds| {
            let fixed = (call.fixed + fetch.fixed + fixed).expected;
            Regime::line(fixed, (slope + fetch.slope).expected)
        };
        let per_thread = compute.slope * (1.0 / threads);
        let bound = if memory.slope.expected > per_thread.expected { &memory } else { &compute };
        let prior = Prior {
            large: regime(fork.fixed, memory.slope.max(per_thread)),
            small: Some(regime(Seconds::ZERO, core_memory.slope.max(compute.slope))),
            parts_are_large: true,
            fixed_deviation: fork.fixed_source.deviation(),
            slope_deviation: bound.slope_source.deviation().max(0.5),
        };
        let model = Model::new(prior, cpu.samples.clone());
        Self { call, fork, fetch, memory, core_memory, compute, threads, model }
    }

    /// Alone: on the calling thread where that is sooner.
    pub(super) fn at(&self, elements: f64) -> Seconds {
        match self.measured(elements) {
            Some(seconds) => seconds,
            None => self.call.fixed + self.fetch.fixed + self.loops(elements),
        }
    }

    fn measured(&self, elements: f64) -> Option<Seconds> {
        let fit = self.model.fit();
        fit.is_measured().then(|| predicted(fit, elements))
    }

    /// What is believed, for a call to go on from.
    pub(super) fn model(&self) -> &Model {
        &self.model
    }

    /// The line beside a GPU, about a number of elements.
    pub(super) fn line(&self, elements: f64) -> Regime {
        self.model.fit().tangent(elements)
    }

    fn loops(&self, elements: f64) -> Seconds {
        let parallel = self.fork.fixed + self.parallel_slope() * elements;
        (self.serial_slope() * elements).sooner(parallel) + self.fetch.slope * elements
    }

    /// Beside a GPU: always on the pool.
    pub(super) fn parallel(&self, elements: f64) -> Seconds {
        match self.measured(elements) {
            Some(seconds) => seconds,
            None => self.parallel_fixed() + (self.parallel_slope() + self.fetch.slope) * elements,
        }
    }

    fn parallel_fixed(&self) -> Seconds {
        self.call.fixed + self.fork.fixed + self.fetch.fixed
    }

    fn serial_slope(&self) -> Seconds {
        self.core_memory.slope.max(self.compute.slope)
    }

    fn parallel_slope(&self) -> Seconds {
        self.memory.slope.max(self.compute.slope * (1.0 / self.threads))
    }

    /// True when the calling thread alone is sooner than the pool.
    pub(super) fn is_serial(&self, elements: f64) -> bool {
        let serial = self.serial_slope() * elements;
        serial.expected <= (self.fork.fixed + self.parallel_slope() * elements).expected
    }

    /// What the CPU does of a GPU's part of a scan.
    pub(super) fn fold_term(&self, shape: &Shape, gpu_elements: f64) -> Term {
        let seconds = share::fold(shape, self, gpu_elements);
        let fit = self.model.fit();
        let source = match fit.is_measured() {
            true => Provenance::Measured { calls: fit.calls() },
            false => self.memory.slope_source,
        };
        let bytes = gpu_elements * f64::from(shape.input_bytes());
        Term { executor: Executor::Cpu, name: "fold", seconds, bytes, source }
    }

    pub(super) fn terms(&self, elements: f64, serial: bool) -> Vec<Term> {
        if self.model.fit().is_measured() {
            return measured_terms(Executor::Cpu, self.model.fit(), elements);
        }
        let (memory, share) =
            if serial { (&self.core_memory, 1.0) } else { (&self.memory, 1.0 / self.threads) };
        let mut terms = Vec::with_capacity(5);
        terms.extend((!self.fetch.is_none()).then(|| self.fetch.term(Executor::Cpu, elements, 1.0)));
        terms.push(memory.term(Executor::Cpu, elements, 1.0));
        terms.push(self.compute.term(Executor::Cpu, elements, share));
        terms.extend((!serial).then(|| self.fork.term(Executor::Cpu, elements, 1.0)));
        terms.push(self.call.term(Executor::Cpu, elements, 1.0));
        terms
    }
}

/// What it takes to bring bytes that are on one device only to the host.
fn fetch(shape: &Shape, owner: Option<&GpuProfile>) -> Part {
    match owner {
        Some(gpu) if shape.device_bytes > 0 => {
            Part::transfer("fetch", gpu.download_latency_s, shape.device_bytes, gpu.download_rate)
        }
        _ => Part::none("fetch"),
    }
}

/// A GPU's line, in its terms; and what was measured of it.
#[derive(Debug, Clone)]
pub(super) struct GpuCost {
    open: Part,
    compile: Part,
    launch: Part,
    fetch: Part,
    upload: Part,
    kernel: Part,
    download: Part,
    /// Elements of one submission.
    pub(super) chunk_len: usize,
    overlaps: bool,
    /// Without opening and compiling.
    fixed: Seconds,
    slope: Seconds,
    model: Model,
}

impl GpuCost {
    /// `to_host`: the result ends on the host.
    pub(super) fn new(shape: &Shape, profile: &Profile, index: usize, to_host: bool) -> Self {
        let gpu = &profile.gpus[index];
        let here = shape.resident_on == Some(index);
        let (fetch, uploaded) = if here {
            (Part::none("fetch"), shape.host_bytes)
        } else {
            let owner = shape.resident_on.and_then(|index| profile.gpus.get(index));
            (fetch(shape, owner), shape.input_bytes())
        };
        let upload = match uploaded {
            0 => Part::none("upload"),
            bytes => Part::transfer("upload", gpu.upload_latency_s, bytes, gpu.upload_rate),
        };
        let download = if to_host {
            let bytes = shape.output_bytes;
            Part::transfer("download", gpu.download_latency_s, bytes, gpu.download_rate)
        } else {
            Part::none("download")
        };
        let rereads = u32::from(shape.kind == ShapeKind::Scan && !gpu.single_pass_scan);
        let units = f64::from(shape.evaluations(gpu.single_pass_scan)) * shape.cost_ns;
        let memory = Part::bytes("kernel", shape.moved_bytes(1 + rereads), gpu.memory_rate);
        let compute = Part::units("kernel", units, gpu.unit_s);
        let kernel = if memory.slope.expected >= compute.slope.expected { memory } else { compute };

        // The same chunks whether or not a split brings the result to the host: else a slow launch would tell against
        // the one with more of them.
        let chunk_len = chunk::gpu_chunk(shape, gpu, uploaded > 0 || shape.result_on_host);
        let launch = Part::once("launch", gpu.launch_s);
        let compile = match shape.pipeline_cached {
            true => Part::none("compile"),
            false => under_way(Part::once("compile", gpu.compile_s), shape.compiling_for_s),
        };
        let open = opening(gpu);
        let chunks = shape.len.div_ceil(chunk_len).max(1) as f64;
        let in_turn = upload.slope + kernel.slope + download.slope;
        // Chunks overlap; the first one's way in and the last one's way out do not.
        let (filling, slope) = if gpu.overlaps && chunks > 1.0 {
            let bottleneck = upload.slope.max(kernel.slope).max(download.slope);
            (bottleneck.below(in_turn) * chunk_len as f64, bottleneck)
        } else {
            (Seconds::ZERO, in_turn)
        };
        // While one chunk runs the next one is launched, where anything overlaps.
        let relaunch = if chunks > 1.0 && !gpu.overlaps {
            launch.fixed * (1.0 / chunk_len as f64)
        } else {
            Seconds::ZERO
        };
        let starting = launch.fixed + fetch.fixed + upload.fixed + download.fixed;
        let fixed = starting + filling;
        let slope = slope + relaunch + fetch.slope;
        let prior = Prior {
            large: Regime { fixed: starting.expected, filling: filling.expected, slope: slope.expected },
            // A single chunk overlaps with nothing.
            small: Some(Regime::line(starting.expected, (in_turn + fetch.slope).expected)),
            parts_are_large: false,
            fixed_deviation: launch.fixed_source.deviation(),
            // Whatever bounds it as far as is known, how fast it computes this is only assumed.
            slope_deviation: gpu.unit_s.source().deviation(),
        };
        let model = Model::new(prior, gpu.samples.clone());
        Self {
            open,
            compile,
            launch,
            fetch,
            upload,
            kernel,
            download,
            chunk_len,
            overlaps: gpu.overlaps,
            fixed,
            slope,
            model,
        }
    }

    /// Seconds until the device is open.
    pub(super) fn opens_in(&self) -> Seconds {
        self.open.fixed
    }

    /// Seconds until the device is open and the pipelines are compiled.
    pub(super) fn ready_in(&self) -> Seconds {
        self.open.fixed + self.compile.fixed
    }

    pub(super) fn at(&self, elements: f64) -> Seconds {
        self.ready_in() + self.once_ready(elements)
    }

    /// With the device open and the pipelines compiled.
    pub(super) fn once_ready(&self, elements: f64) -> Seconds {
        let fit = self.model.fit();
        if fit.is_measured() { predicted(fit, elements) } else { self.fixed + self.slope * elements }
    }

    /// What is believed, for a call to go on from.
    pub(super) fn model(&self) -> &Model {
        &self.model
    }

    /// The line about a number of elements, with opening and compiling.
    pub(super) fn line(&self, elements: f64) -> Regime {
        let line = self.model.fit().tangent(elements);
        Regime { fixed: line.fixed + self.ready_in().expected, ..line }
    }

    pub(super) fn terms(&self, elements: f64) -> Vec<Term> {
        let before = [self.open, self.compile];
        if self.model.fit().is_measured() {
            let once = before.iter().filter(|part| !part.is_none());
            let once = once.map(|part| part.term(Executor::Gpu, elements, 1.0));
            return once.chain(measured_terms(Executor::Gpu, self.model.fit(), elements)).collect();
        }
        let parts = [self.open, self.compile, self.fetch, self.upload, self.kernel, self.download];
        let mut terms: Vec<Term> = parts
            .iter()
            .filter(|part| !part.is_none())
            .map(|part| part.term(Executor::Gpu, elements, 1.0))
            .collect();
        let launches = if self.overlaps { 1.0 } else { (elements / self.chunk_len as f64).ceil().max(1.0) };
        let launch = self.launch.term(Executor::Gpu, elements, 1.0);
        terms.push(Term { seconds: launch.seconds * launches, ..launch });
        terms
    }
}

fn opening(gpu: &GpuProfile) -> Part {
    let whole = Part::once("open", gpu.open_s);
    match gpu.state {
        DeviceState::Open | DeviceState::Failed(_) => Part::none("open"),
        DeviceState::NotOpened => whole,
        DeviceState::Opening { elapsed_s } => under_way(whole, Some(elapsed_s)),
    }
}

/// What is left of something that began so many seconds ago. What is late already may take as long again.
fn under_way(whole: Part, elapsed_s: Option<f64>) -> Part {
    let takes_s = whole.fixed.expected;
    let elapsed_s = elapsed_s.filter(|seconds| seconds.is_finite()).unwrap_or(0.0).max(0.0);
    let left_s = if elapsed_s < takes_s { takes_s - elapsed_s } else { elapsed_s };
    Part { fixed: Seconds::within(left_s, whole.fixed_source.spread()), ..whole }
}

/// The standard deviations that bounds of a measured prediction are away.
const BOUND_DEVIATIONS: f64 = 2.0;

/// A prediction from what was measured, with its bounds.
pub(super) fn predicted(fit: &Fit, elements: f64) -> Seconds {
    Seconds::within(fit.seconds(elements), (BOUND_DEVIATIONS * fit.deviation(elements)).exp())
}

/// What was measured does not tell transfers from work: only what is paid once, and what grows.
pub(super) fn measured_terms(executor: Executor, fit: &Fit, elements: f64) -> Vec<Term> {
    let line = fit.tangent(elements);
    let factor = (BOUND_DEVIATIONS * fit.deviation(elements)).exp();
    let source = Provenance::Measured { calls: fit.calls() };
    let term = |name, seconds| Term {
        executor,
        name,
        seconds: Seconds::within(seconds, factor),
        bytes: 0.0,
        source,
    };
    vec![term("start", line.fixed), term("work", line.slope * elements)]
}

//! What a launch of a kernel takes, as far as it is known: a line for each executor, fitted to what was seen.
//!
//! A kernel's text does not tell its cost: loops end when data says so. So the assumption is weak, and what was measured of
//! one executor is the better part of what is assumed of the other.

use super::cost::{measured_terms, predicted};
use super::course::{Course, GpuCourse, Mode, Model};
use super::launch::LaunchShape;
use super::learn::{Prior, Regime, Samples};
use super::outcome::{Executor, Term};
use super::profile::{DeviceState, GpuProfile, Profile, Provenance};
use super::seconds::Seconds;
use super::share;

/// Nanoseconds of an invocation on one core, before anything is known.
const INVOCATION_NS: f64 = 30.0;

/// Seconds at once of a launch on a device.
const DEVICE_START_S: f64 = 100e-6;

/// Standard deviations of the logarithms of what is assumed.
const START_DEVIATION: f64 = 1.1;
const SLOPE_DEVIATION: f64 = 2.0;

/// A number of no weight, for an executor that shall take what it is given at once.
const INSTANT: Regime = Regime::line(1e-15, 1e-18);

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct LaunchCost {
    invocations: f64,
    cpu: Model,
    gpus: Vec<Model>,
}

impl LaunchCost {
    pub(super) fn new(shape: &LaunchShape, profile: &Profile) -> Self {
        let invocations = shape.invocations as f64;
        let gpu_slope =
            |gpu: &GpuProfile, ns: f64| ns * gpu.unit_s.value() + moved_s(shape, gpu) / invocations.max(1.0);
        let cpu_slope = |ns: f64| ns * profile.cpu.unit_s.value() / profile.cpu.threads.max(1) as f64;
        let cpu_model = |ns| model(profile.cpu.fork_s.value(), cpu_slope(ns), &profile.cpu.samples);
        let gpu_model = |gpu: &GpuProfile, ns| model(DEVICE_START_S, gpu_slope(gpu, ns), &gpu.samples);

        // What an invocation costs, by whoever has run one.
        let mut cpu = cpu_model(INVOCATION_NS);
        let mut ns = INVOCATION_NS;
        if is_measured(&cpu) {
            ns *= cpu.fit().tangent(invocations).slope / cpu_slope(INVOCATION_NS);
        } else if let Some((gpu, fitted)) = profile
            .gpus
            .iter()
            .map(|gpu| (gpu, gpu_model(gpu, INVOCATION_NS)))
            .find(|(_, fitted)| is_measured(fitted))
        {
            let slope = fitted.fit().tangent(invocations).slope - moved_s(shape, gpu) / invocations.max(1.0);
            ns = slope.max(0.0) / gpu.unit_s.value();
            cpu = cpu_model(ns.max(0.1));
        }
        let assumed = |gpu: &GpuProfile| {
            let known = gpu_model(gpu, INVOCATION_NS);
            if is_measured(&known) { known } else { gpu_model(gpu, ns) }
        };
        let gpus = profile.gpus.iter().map(assumed).collect();
        Self { invocations, cpu, gpus }
    }

    /// True when somebody has run this, of the CPU and an adapter.
    pub(super) fn is_known(&self, index: Option<usize>) -> bool {
        self.knows_cpu() || index.is_some_and(|index| self.knows_gpu(index))
    }

    pub(super) fn knows_cpu(&self) -> bool {
        is_measured(&self.cpu)
    }

    pub(super) fn knows_gpu(&self, index: usize) -> bool {
        is_measured(&self.gpus[index])
    }

    pub(super) fn cpu(&self, invocations: f64) -> Seconds {
        seconds(&self.cpu, invocations)
    }

    /// On an open device whose pipelines exist.
    pub(super) fn gpu(&self, index: usize, invocations: f64) -> Seconds {
        seconds(&self.gpus[index], invocations)
    }

    /// Invocations with which an open device and the CPU end at the same time.
    pub(super) fn balance(&self, index: usize) -> f64 {
        let mut at = 0.5 * self.invocations;
        for _ in 0..2 {
            let (cpu, gpu) =
                (self.cpu.fit().tangent(self.invocations - at), self.gpus[index].fit().tangent(at));
            at = share::meet(0.0, cpu, gpu, self.invocations);
        }
        at
    }

    /// Both at once, the device with so many.
    pub(super) fn together(&self, index: usize, contention: f64, at: f64) -> Seconds {
        self.cpu(self.invocations - at).max(self.gpu(index, at)) * (1.0 + contention)
    }

    pub(super) fn cpu_terms(&self, invocations: f64) -> Vec<Term> {
        terms(Executor::Cpu, &self.cpu, invocations)
    }

    pub(super) fn gpu_terms(&self, index: usize, invocations: f64) -> Vec<Term> {
        terms(Executor::Gpu, &self.gpus[index], invocations)
    }
}

/// Seconds until a device can take a launch: opening it, and compiling for it.
pub(super) fn ready(shape: &LaunchShape, gpu: &GpuProfile) -> (Seconds, Seconds) {
    let whole = |estimate: super::Estimate| Seconds::within(estimate.value(), estimate.source().spread());
    let opening = if gpu.state == DeviceState::Open { Seconds::ZERO } else { whole(gpu.open_s) };
    let compiling = if shape.pipeline_cached { Seconds::ZERO } else { whole(gpu.compile_s) };
    (opening, compiling)
}

/// How the parts of a launch that is cut are handed out: as the plan says, or as speeds turn out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CutCourse {
    /// Invocations that leases begin at multiples of.
    pub(crate) grain: usize,
    /// Those of the device: the first ones.
    pub(crate) gpu_elements: usize,
    /// Those that it may take at once.
    pub(crate) gpu_most: usize,
    /// As speeds turn out.
    pub(crate) guided: bool,
    /// The CPU takes part, or may take over.
    pub(crate) has_cpu: bool,
}

/// The course of a launch that is cut.
pub(crate) fn launch_course(shape: &LaunchShape, profile: &Profile, cut: &CutCourse) -> Course {
    let cost = LaunchCost::new(shape, profile);
    let (index, guided) = (0, cut.guided && !profile.gpus.is_empty());
    let instant = || model(INSTANT.fixed, INSTANT.slope, &Samples::default());
    let gpu = GpuCourse {
        // In turns that are given it takes its part, however long that may be.
        model: if guided { cost.gpus[index].clone() } else { instant() },
        ready_in_s: 0.0,
        contention: profile.gpus.get(index).map_or(0.0, |gpu| gpu.contention),
        most: cut.gpu_most,
        probe: None,
    };
    let cpu = if cost.knows_cpu() { cost.cpu } else { instant() };
    Course {
        mode: if guided { Mode::Guided } else { Mode::Fixed },
        grain: cut.grain,
        cpu: cut.has_cpu.then_some(cpu),
        gpu: Some(gpu),
        gpu_elements: cut.gpu_elements,
        density: profile.density.clone(),
        chained: false,
    }
}

/// Seconds in which what is on the host goes to a device and comes back.
fn moved_s(shape: &LaunchShape, gpu: &GpuProfile) -> f64 {
    shape.up_bytes as f64 / gpu.upload_rate.value() + shape.down_bytes as f64 / gpu.download_rate.value()
}

fn model(fixed: f64, slope: f64, samples: &Samples) -> Model {
    let prior = Prior {
        large: Regime::line(fixed, slope),
        small: None,
        parts_are_large: true,
        fixed_deviation: START_DEVIATION,
        slope_deviation: SLOPE_DEVIATION,
    };
    Model::new(prior, samples.clone())
}

fn is_measured(model: &Model) -> bool {
    model.fit().is_measured()
}

fn seconds(model: &Model, invocations: f64) -> Seconds {
    if is_measured(model) {
        return predicted(model.fit(), invocations);
    }
    Seconds::within(model.fit().seconds(invocations), Provenance::Prior.spread())
}

fn terms(executor: Executor, model: &Model, invocations: f64) -> Vec<Term> {
    if is_measured(model) {
        return measured_terms(executor, model.fit(), invocations);
    }
    let line = model.fit().tangent(invocations);
    let term = |name, expected| Term {
        executor,
        name,
        seconds: Seconds::within(expected, Provenance::Prior.spread()),
        bytes: 0.0,
        source: Provenance::Prior,
    };
    vec![term("start", line.fixed), term("work", line.slope * invocations)]
}

//! The course of a call: what a plan leaves to be settled while it runs, and the models that settle it. Plain data.

use super::chunk;
use super::learn::{Density, Fit, Prior, Regime, Samples};
use super::pace::Speed;

/// How chunks are handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Each executor has the share of the plan, and the other's only when that one is gone.
    Fixed,
    /// As speeds turn out.
    Guided,
}

/// What is believed of one executor for one work: what was assumed, and what was seen.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Model {
    prior: Prior,
    samples: Samples,
    fit: Fit,
}

impl Model {
    pub(crate) fn new(prior: Prior, samples: Samples) -> Self {
        let fit = Fit::new(prior, &samples);
        Self { prior, samples, fit }
    }

    pub(crate) fn fit(&self) -> &Fit {
        &self.fit
    }

    /// Adds a chunk.
    pub(crate) fn observe(&mut self, elements: f64, seconds: f64) {
        let expected = self.expectation(elements);
        self.samples.observe(elements, seconds, expected);
        self.fit = Fit::new(self.prior, &self.samples);
    }

    /// What is predicted for so many elements, with the standard deviation of its logarithm; `None` of an executor that
    /// was never seen at this work.
    pub(crate) fn expectation(&self, elements: f64) -> Option<(f64, f64)> {
        self.fit.is_measured().then(|| (self.fit.seconds(elements), self.fit.deviation(elements)))
    }

    /// The speed of chunks of about so many elements.
    pub(crate) fn speed(&self, elements: f64) -> Speed {
        let (line, deviation) = (self.fit.tangent(elements), self.fit.deviation(elements));
        Speed { line, deviation, measured: self.fit.is_measured() }
    }
}

/// A device's part in a call.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GpuCourse {
    pub(crate) model: Model,
    /// Seconds until the device is open and the pipelines are compiled, as expected; 0 when they are.
    pub(crate) ready_in_s: f64,
    /// How much it and the CPU slow each other.
    pub(crate) contention: f64,
    /// Elements that its memory has room for at once.
    pub(crate) most: usize,
    /// In a call that is to learn its speed: the elements that it may take in all.
    pub(crate) probe: Option<usize>,
}

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Course {
    pub(crate) mode: Mode,
    /// Chunks begin at multiples of this many elements: a node of the canonical tree.
    pub(crate) grain: usize,
    /// `None` when the CPU cannot run the work, or must not.
    pub(crate) cpu: Option<Model>,
    /// `None` when no device takes part.
    pub(crate) gpu: Option<GpuCourse>,
    /// Elements that the plan gives to the device: the first ones.
    pub(crate) gpu_elements: usize,
    /// How costs vary along the data.
    pub(crate) density: Density,
    /// True when the CPU takes chunks in order behind the device's share, as scans do.
    pub(crate) chained: bool,
}

/// A course whose shares are given and whose executors take them in one chunk each, unless memory is short: what an oracle
/// tries.
pub(crate) fn static_course(len: usize, gpu_elements: usize, gpu_most: usize, chained: bool) -> Course {
    let instant = Regime::line(1e-15, 1e-18);
    let prior = Prior {
        large: instant,
        small: None,
        parts_are_large: true,
        fixed_deviation: 1.0,
        slope_deviation: 1.0,
    };
    let model = Model::new(prior, Samples::default());
    let grain = chunk::grain(len);
    let gpu_elements = if gpu_elements >= len { len } else { gpu_elements / grain * grain };
    let gpu =
        GpuCourse { model: model.clone(), ready_in_s: 0.0, contention: 0.0, most: gpu_most, probe: None };
    Course {
        mode: Mode::Fixed,
        grain,
        cpu: (gpu_elements < len).then_some(model),
        gpu: (gpu_elements > 0).then_some(gpu),
        gpu_elements,
        density: Density::default(),
        chained,
    }
}

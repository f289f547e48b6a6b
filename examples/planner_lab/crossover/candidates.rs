//! The ways to run a call that are held against each other.

use std::collections::BTreeSet;

use tilewright::{Adapter, Choice, Context, Placement};

use super::super::common::Failure;
use super::functions::Function;
use super::measure::Sample;

/// What there is to run on.
pub(crate) struct Machine {
    /// For placements that are forced.
    pub(crate) cx: Context,
    /// For `Auto`.
    pub(crate) auto: Context,
    /// The adapter that `Placement::Gpu` takes.
    pub(crate) adapter: Option<Adapter>,
    /// Why there is none.
    pub(crate) absent: String,
    pub(crate) allow_software: bool,
}

impl Machine {
    /// Whether `Auto` could choose the GPU.
    pub(crate) fn auto_may_use_gpu(&self) -> bool {
        self.adapter.as_ref().is_some_and(|adapter| self.allow_software || !adapter.software)
    }
}

/// One way to run, with what was measured of it.
pub(crate) struct Candidate {
    pub(crate) placement: Placement,
    pub(crate) cx: Context,
    /// Elements of the GPU, for a split.
    pub(crate) gpu_elements: Option<usize>,
    /// Seconds of one call, about.
    pub(crate) call_s: f64,
    /// Calls of a sample, so that it is long against the clock.
    pub(crate) calls: usize,
    /// Whether a call that is not timed goes before, which fills caches with what is its own.
    pub(crate) primed: bool,
    pub(crate) samples: Vec<Sample>,
    /// Of the rounds of all candidates.
    pub(crate) median_s: Option<f64>,
}

impl Candidate {
    fn new(cx: &Context, placement: Placement) -> Self {
        let cx = cx.with_placement(placement);
        Self {
            placement,
            cx,
            gpu_elements: None,
            call_s: 0.0,
            calls: 1,
            primed: false,
            samples: Vec::new(),
            median_s: None,
        }
    }

    /// Fails if the last call did not run where it had to.
    pub(crate) fn check_placement(&self) -> Result<(), Failure> {
        let report = self.cx.last_report();
        let wrong = |what: String| Err(Failure::Check(format!("placement {}: {what}", self.placement)));
        let Some(report) = report else {
            let by_thread = matches!(self.placement, Placement::Auto | Placement::Cpu);
            return if by_thread { Ok(()) } else { wrong("no report".into()) };
        };
        if let Some(incident) = report.incidents.first() {
            return wrong(incident.to_string());
        }
        let choice = report.plan.choice;
        let kept = match self.placement {
            Placement::Cpu => choice == Choice::Cpu,
            Placement::Gpu => choice == Choice::Gpu,
            Placement::Split { .. } => self.gpu_elements == Some(report.plan.gpu_range().len()),
            _ => true,
        };
        if kept { Ok(()) } else { wrong(format!("ran as {choice:?}")) }
    }

    /// What the planner chose in the last call.
    pub(crate) fn choice(&self) -> String {
        let Some(report) = self.cx.last_report() else { return "calling thread".into() };
        let plan = &report.plan;
        match plan.choice {
            Choice::Cpu if plan.threads == 1 => "cpu, 1 thread".into(),
            Choice::Cpu => "cpu".into(),
            Choice::Gpu => "gpu".into(),
            Choice::Split { gpu_elements } => format!("split {:.2}", gpu_elements as f64 / plan.len as f64),
            _ => "other".into(),
        }
    }
}

/// `Cpu`, `Auto`, and where there is a GPU, `Gpu` and the splits that differ: small calls have few places to be cut.
pub(crate) fn all(
    machine: &Machine,
    function: &Function,
    inputs: &[&[f32]],
) -> Result<Vec<Candidate>, Failure> {
    let mut all =
        vec![Candidate::new(&machine.cx, Placement::Cpu), Candidate::new(&machine.auto, Placement::Auto)];
    if machine.adapter.is_none() {
        return Ok(all);
    }
    all.push(Candidate::new(&machine.cx, Placement::Gpu));
    let mut cuts = BTreeSet::new();
    // Of shares that cut at one place, the roundest names it.
    for tenths in [0, 10, 5, 1, 2, 3, 4, 6, 7, 8, 9] {
        let mut split = Candidate::new(&machine.cx, Placement::Split { gpu: f64::from(tenths) / 10.0 });
        let gpu_elements = function.explain(&split.cx, inputs)?.gpu_range().len();
        if cuts.insert(gpu_elements) {
            split.gpu_elements = Some(gpu_elements);
            all.push(split);
        }
    }
    Ok(all)
}

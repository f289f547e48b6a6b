//! Where a launch of a kernel runs: whole on one executor, or, where the kernel can be cut, on both.
//!
//! While nobody has run a kernel nothing is predicted: `Auto` takes a GPU that is no software adapter where there is one,
//! else the CPU. From then on it predicts from what was seen:
//!
//! - The other executor, which was not seen, is tried when the assumption says that it would be sooner, or when the budget of
//!   exploration pays for the most that it may lose.
//! - Of two that were seen, the sooner one; or both, where the kernel can be cut and that gains enough.
//! - A device that would be sooner if it were open is opened in the background, for the launches to come.

use super::launch_cost::{LaunchCost, ready};
use super::outcome::{Alternative, Choice, Executor, Plan, Reason, Rejected, Term};
use super::placement::{Placement, Request};
use super::profile::{DeviceState, GpuProfile, Profile};
use super::seconds::Seconds;
use crate::error::{Error, Result};

/// Share of the better executor's time that sharing may take at most.
const SHARE_GAIN: f64 = 0.97;

/// Launches that are shorter are not worth the analysis that cutting them takes.
const LEAST_SHARED_S: f64 = 4e-3;

/// A launch as the planner sees it.
#[derive(Debug, Clone)]
pub(crate) struct LaunchShape {
    /// `main, 4 x 1 x 1 workgroups of 64 x 1 x 1`.
    pub(crate) label: String,
    pub(crate) invocations: usize,
    /// Whether the CPU can run the kernel, as far as anybody has tried: else what it cannot.
    pub(crate) cpu: Result<(), String>,
    /// True when the device needs to compile nothing.
    pub(crate) pipeline_cached: bool,
    /// Bytes that a device has to be sent, and to send back.
    pub(crate) up_bytes: u64,
    pub(crate) down_bytes: u64,
    /// Where a split is asked for: the invocations that the device would take, or why the kernel cannot be cut.
    pub(crate) split: Option<Result<usize, String>>,
    /// Where `Auto` has asked whether the kernel can be cut: the invocations of a part, or why it cannot.
    pub(crate) share: Option<Result<usize, String>>,
    /// Where a device cannot bind the launch's memory at once: the parts that it would take, or why it cannot be cut.
    pub(crate) parts: Option<Result<usize, String>>,
}

/// What was decided.
#[derive(Debug)]
pub(crate) struct LaunchDecision {
    pub(crate) plan: Plan,
    /// Sharing would gain if the kernel can be cut, which [`LaunchShape::share`] would tell: the device's invocations.
    pub(crate) balance: Option<f64>,
    /// Where an executor is tried to learn about it, or a device prepared for later: how long the launch would take
    /// otherwise.
    pub(crate) otherwise_s: Option<f64>,
}

/// Decides where a launch runs. The profile may have no adapters where the placement is `Cpu`.
///
/// # Errors
///
/// - [`Error::Value`]: the share of a split is out of its domain.
/// - [`Error::NoAdapter`]: the placement asks for a GPU and none is usable.
pub(crate) fn decide_launch(
    shape: &LaunchShape,
    profile: &Profile,
    request: &Request,
) -> Result<LaunchDecision> {
    let placement = request.placement.validated()?;
    let gpus = &profile.gpus;
    let mut notes = Vec::new();
    let wants_gpu = match placement {
        Placement::Cpu => false,
        Placement::Auto | Placement::Gpu => true,
        // Of a kernel that is not cut, the executor with the larger share takes everything.
        Placement::Split { gpu } => gpu >= 0.5 || matches!(shape.split, Some(Ok(_))),
    };
    let forced = wants_gpu && placement != Placement::Auto;
    let refusal = |gpu: &GpuProfile| match &gpu.state {
        DeviceState::Failed(why) => Some(Reason::Failed(why.clone())),
        _ if !wants_gpu => Some(Reason::Placement),
        _ if !forced && gpu.is_software() && !request.allow_software => Some(Reason::Software),
        _ => None,
    };
    let reject = |alternative, reason| Rejected { alternative, predicted: None, reason };
    let mut rejected = Vec::new();
    if let (Some(Err(why)), Some(gpu)) = (&shape.split, gpus.first()) {
        let alternative = Alternative::Split { adapter: gpu.name.clone(), gpu_elements: None };
        rejected.push(reject(alternative, Reason::Uncut(why.clone())));
    }
    let mut chosen = None;
    for (index, gpu) in gpus.iter().enumerate() {
        match refusal(gpu) {
            Some(reason) => rejected.push(reject(Alternative::Gpu { adapter: gpu.name.clone() }, reason)),
            None if chosen.is_none() => chosen = Some(index),
            None => {
                rejected.push(reject(Alternative::Gpu { adapter: gpu.name.clone() }, Reason::Placement));
            }
        }
    }
    if forced && chosen.is_none() {
        let reasons = rejected.iter().map(|rejected| rejected.reason.to_string());
        let reason = match gpus.as_slice() {
            [] => "none was found".to_owned(),
            _ => reasons.collect::<Vec<_>>().join("; "),
        };
        if gpus.is_empty() || !request.cpu_fallback {
            return Err(Error::NoAdapter { reason });
        }
        notes.push("no device is in order, so the CPU takes it".into());
    }
    let mut weighing =
        Weighing { shape, profile, request, cost: LaunchCost::new(shape, profile), notes, rejected };
    let choice = match (chosen, &shape.split) {
        (None, _) => Weighed::of(Choice::Cpu),
        (Some(_), Some(Ok(gpu_elements))) => Weighed::of(Choice::Split { gpu_elements: *gpu_elements }),
        (Some(index), _) if !forced => weighing.auto(index),
        (Some(_), _) => Weighed::of(Choice::Gpu),
    };
    let adapter = chosen.filter(|_| choice.choice != Choice::Cpu);
    weighing.note_parts(choice.choice);
    if chosen.is_some() && forced {
        weighing.rejected.push(reject(Alternative::Cpu, Reason::Placement));
    }
    let (predicted, terms) = weighing.prediction(choice.choice, adapter);
    let plan = Plan {
        label: shape.label.clone(),
        unit: "invocation",
        len: shape.invocations,
        placement: request.placement,
        origin: request.origin,
        choice: choice.choice,
        adapter: adapter.map(|index| gpus[index].name.clone()),
        adapter_index: adapter,
        threads: if choice.choice == Choice::Gpu { 0 } else { profile.cpu.threads },
        cpu_chunk_len: 0,
        gpu_chunk_len: 0,
        predicted,
        contention: match (choice.choice, adapter) {
            (Choice::Split { .. }, Some(index)) if !terms.is_empty() => gpus[index].contention,
            _ => 0.0,
        },
        terms,
        rejected: weighing.rejected,
        notes: weighing.notes,
        course: None,
        prepares: choice.prepares,
    };
    Ok(LaunchDecision { plan, balance: choice.balance, otherwise_s: choice.otherwise_s })
}

/// What was chosen, and what goes with it.
struct Weighed {
    choice: Choice,
    balance: Option<f64>,
    otherwise_s: Option<f64>,
    prepares: Option<usize>,
}

impl Weighed {
    fn of(choice: Choice) -> Self {
        Self { choice, balance: None, otherwise_s: None, prepares: None }
    }
}

struct Weighing<'a> {
    shape: &'a LaunchShape,
    profile: &'a Profile,
    request: &'a Request,
    cost: LaunchCost,
    notes: Vec<String>,
    rejected: Vec<Rejected>,
}

impl Weighing<'_> {
    /// `Auto`, with an adapter that it may take.
    fn auto(&mut self, index: usize) -> Weighed {
        let len = self.shape.invocations as f64;
        if let Err(what) = &self.shape.cpu {
            let reason = Reason::Unsupported(what.clone());
            self.rejected.push(Rejected { alternative: Alternative::Cpu, predicted: None, reason });
            return Weighed::of(Choice::Gpu);
        }
        let Some(budget) = self.profile.budget.filter(|_| self.cost.is_known(Some(index))) else {
            return Weighed::of(Choice::Gpu);
        };
        let gpu = &self.profile.gpus[index];
        let (cpu, once_ready) = (self.cost.cpu(len), self.cost.gpu(index, len));
        let (opening, compiling) = ready(self.shape, gpu);
        let whole = opening + compiling + once_ready;
        let left_s = budget.left(cpu.expected.min(once_ready.expected));
        let mut weighed = Weighed::of(Choice::Gpu);
        let on_gpu = match (self.cost.knows_cpu(), self.cost.knows_gpu(index)) {
            // What is compiled once serves every launch to come.
            (true, true) => {
                let pays = once_ready.expected < cpu.expected && compiling.expected <= left_s;
                whole.expected < cpu.expected || pays && opening == Seconds::ZERO
            }
            (true, false) => whole.expected < cpu.expected || whole.high - cpu.expected <= left_s,
            (false, _) => whole.expected <= cpu.expected && cpu.high - whole.expected > left_s,
        };
        let chosen = if on_gpu { whole } else { cpu };
        let other = if on_gpu { cpu } else { whole };
        if other.expected < chosen.expected || self.is_a_trial(on_gpu, index) {
            weighed.otherwise_s = Some(other.expected);
            let name = if on_gpu { gpu.name.as_str() } else { "cpu" };
            let what = if self.is_a_trial(on_gpu, index) {
                format!("`{name}` is given the launch, to learn how fast it is")
            } else {
                format!("`{name}` compiles the kernel for the launches to come")
            };
            self.notes.push(what);
        }
        let best = if other.expected < chosen.expected { other } else { chosen };
        if let Some(shared) = self.shared(index, best, weighed.otherwise_s.is_some(), &mut weighed.balance) {
            self.reject(Alternative::Cpu, cpu, Reason::Slower);
            self.reject(Alternative::Gpu { adapter: gpu.name.clone() }, whole, Reason::Slower);
            return Weighed { balance: None, ..Weighed::of(shared) };
        }
        let slower = if other.expected < chosen.expected { Reason::Trial } else { Reason::Slower };
        if on_gpu {
            self.reject(Alternative::Cpu, cpu, slower);
            return weighed;
        }
        weighed.choice = Choice::Cpu;
        let is_sooner_open = once_ready.expected < cpu.expected;
        let reason = if is_sooner_open && opening != Seconds::ZERO { Reason::OpensLater } else { slower };
        weighed.prepares = (is_sooner_open && gpu.state == DeviceState::NotOpened).then_some(index);
        self.reject(Alternative::Gpu { adapter: gpu.name.clone() }, whole, reason);
        weighed
    }

    /// True when who is to run the launch was not seen at it, and the other one was.
    fn is_a_trial(&self, on_gpu: bool, index: usize) -> bool {
        let (cpu, gpu) = (self.cost.knows_cpu(), self.cost.knows_gpu(index));
        if on_gpu { cpu && !gpu } else { gpu && !cpu }
    }

    /// Both at once, where that gains enough over the better of the two alone. `balance` is what it would need the kernel to
    /// be cut at, while nobody has tried to.
    fn shared(
        &mut self,
        index: usize,
        best: Seconds,
        is_trial: bool,
        balance: &mut Option<f64>,
    ) -> Option<Choice> {
        let gpu = &self.profile.gpus[index];
        let measured = self.cost.knows_cpu() && self.cost.knows_gpu(index);
        if !measured || is_trial || best.expected < LEAST_SHARED_S || gpu.state != DeviceState::Open {
            return None;
        }
        let adapter = || gpu.name.clone();
        let reject = |gpu_elements, predicted, reason| Rejected {
            alternative: Alternative::Split { adapter: adapter(), gpu_elements },
            predicted,
            reason,
        };
        if gpu.is_software() {
            self.rejected.push(reject(None, None, Reason::SharesCores));
            return None;
        }
        let len = self.shape.invocations;
        let at = self.cost.balance(index);
        if at <= 0.0 || at >= len as f64 {
            self.rejected.push(reject(None, None, Reason::NoBalance));
            return None;
        }
        let predicted = self.cost.together(index, gpu.contention, at);
        if predicted.expected > SHARE_GAIN * best.expected {
            self.rejected.push(reject(Some(at as usize), Some(predicted), Reason::GainsLittle));
            return None;
        }
        let unit = match &self.shape.share {
            None => {
                *balance = Some(at);
                return None;
            }
            Some(Err(why)) => {
                self.rejected.push(reject(None, None, Reason::Uncut(why.clone())));
                return None;
            }
            Some(Ok(unit)) => (*unit).max(1),
        };
        let gpu_elements = (at / unit as f64).round() as usize * unit;
        if gpu_elements == 0 || gpu_elements >= len {
            self.rejected.push(reject(None, None, Reason::NoBalance));
            return None;
        }
        let predicted = self.cost.together(index, gpu.contention, gpu_elements as f64);
        if predicted.expected > SHARE_GAIN * best.expected {
            self.rejected.push(reject(Some(gpu_elements), Some(predicted), Reason::GainsLittle));
            return None;
        }
        Some(Choice::Split { gpu_elements })
    }

    fn reject(&mut self, alternative: Alternative, predicted: Seconds, reason: Reason) {
        self.rejected.push(Rejected { alternative, predicted: Some(predicted), reason });
    }

    fn note_parts(&mut self, choice: Choice) {
        if choice != Choice::Gpu {
            return;
        }
        let more = "more memory than the device binds at once";
        match &self.shape.parts {
            Some(Ok(parts)) => self.notes.push(format!("{more}: in {parts} parts")),
            Some(Err(why)) => self.notes.push(format!("{more}, and it cannot be cut: {why}")),
            None => {}
        }
    }

    /// The time of a choice, and what it is made of; nothing while nobody was seen.
    fn prediction(&self, choice: Choice, adapter: Option<usize>) -> (Seconds, Vec<Term>) {
        // For who is seen, an adapter that is not taken counts too.
        let any = adapter.or_else(|| (!self.profile.gpus.is_empty()).then_some(0));
        if !self.cost.is_known(any) || self.request.placement == Placement::Cpu && !self.cost.knows_cpu() {
            return (Seconds::ZERO, Vec::new());
        }
        let len = self.shape.invocations as f64;
        let until_ready = |index: usize| ready(self.shape, &self.profile.gpus[index]);
        let before = |index: usize| {
            let (opening, compiling) = until_ready(index);
            let gpu = &self.profile.gpus[index];
            let parts =
                [("open", opening, gpu.open_s.source()), ("compile", compiling, gpu.compile_s.source())];
            let parts = parts.into_iter().filter(|(_, seconds, _)| *seconds != Seconds::ZERO);
            parts.map(|(name, seconds, source)| Term {
                executor: Executor::Gpu,
                name,
                seconds,
                bytes: 0.0,
                source,
            })
        };
        match (choice, adapter) {
            (Choice::Gpu, Some(index)) => {
                let (opening, compiling) = until_ready(index);
                let terms = before(index).chain(self.cost.gpu_terms(index, len)).collect();
                (opening + compiling + self.cost.gpu(index, len), terms)
            }
            (Choice::Split { gpu_elements }, Some(index)) => {
                let (opening, compiling) = until_ready(index);
                let at = gpu_elements as f64;
                let mut terms: Vec<Term> = before(index).chain(self.cost.gpu_terms(index, at)).collect();
                terms.extend(self.cost.cpu_terms(len - at));
                let contention = self.profile.gpus[index].contention;
                (opening + compiling + self.cost.together(index, contention, at), terms)
            }
            _ => (self.cost.cpu(len), self.cost.cpu_terms(len)),
        }
    }
}

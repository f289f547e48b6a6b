//! The decision: evaluate what is allowed, take the soonest, keep the reasons.

use super::chunk;
use super::cost::{CpuCost, GpuCost};
use super::course::{Course, GpuCourse, Mode};
use super::explore::{self, Hedge};
use super::learn::Density;
use super::outcome::{Alternative, Choice, Plan, Reason, Rejected};
use super::placement::{Placement, Request};
use super::profile::{CanonicalOrder, CpuProfile, DeviceState, GpuProfile, Profile};
use super::seconds::Seconds;
use super::shape::{Shape, ShapeKind};
use super::share;
use crate::error::{Error, Result};

/// Share of the better single executor's time that a co-run may take at most.
const CO_RUN_GAIN: f64 = 0.97;

/// Nanoseconds of one core below which no GPU can be sooner: a submission and a readback take longer.
const QUICK_NS: f64 = 20_000.0;

/// Nanoseconds per element that reading and writing memory take at least.
const QUICK_ELEMENT_NS: f64 = 0.25;

/// True when work is so small that the calling thread is done before any GPU could begin: no plan is needed. To be
/// asked only where the CPU can run the work, its data is on the host, and the placement is `Auto` or `Cpu`.
pub(crate) fn quick_cpu(len: usize, cost_ns: f64) -> bool {
    len as f64 * cost_ns.max(QUICK_ELEMENT_NS) <= QUICK_NS
}

/// Seconds that finding and opening the quickest device takes at least.
const DISCOVERY_S: f64 = 0.05;

/// True when the CPU is done before any device could be found and opened: adapters need not even be looked for. To be
/// asked only where the placement is `Auto`, and nothing has looked for adapters before.
pub(crate) fn cpu_outruns_discovery(shape: &Shape, cpu: &CpuProfile) -> bool {
    let profile = Profile {
        cpu: cpu.clone(),
        gpus: Vec::new(),
        searched: false,
        budget: None,
        density: Density::default(),
    };
    let on_host = shape.resident_on.is_none();
    on_host && shape.cpu.is_ok() && CpuCost::new(shape, &profile).at(shape.len as f64).expected <= DISCOVERY_S
}

/// Decides who gets which elements.
///
/// # Errors
///
/// - [`Error::Value`]: the share of a split, or the estimated cost, is not a number of its domain.
/// - [`Error::NoAdapter`]: the placement asks for a GPU, the work could run on one, and no adapter is usable.
/// - [`Error::Unsupported`]: no executor that the placement allows can run the work.
pub(crate) fn decide(shape: &Shape, profile: &Profile, request: &Request) -> Result<Plan> {
    let placement = request.placement.validated()?;
    shape.validate()?;
    let mut planner = Planner::new(shape, profile, request);
    if shape.len == 0 {
        let nothing = Candidate::cpu(planner.cpu.at(0.0));
        return Ok(planner.plan(nothing, Hedge::default()));
    }
    let (chosen, hedge) = match placement {
        Placement::Auto => planner.auto()?,
        Placement::Cpu => (planner.only_cpu()?, Hedge::default()),
        Placement::Gpu => (planner.forced(1.0)?, Hedge::default()),
        Placement::Split { gpu: 0.0 } => (planner.only_cpu()?, Hedge::default()),
        Placement::Split { gpu } => (planner.forced(gpu)?, Hedge::default()),
    };
    Ok(planner.plan(chosen, hedge))
}

/// Something that can be done and how long it takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) choice: Choice,
    pub(super) adapter: Option<usize>,
    pub(super) predicted: Seconds,
}

impl Candidate {
    fn cpu(predicted: Seconds) -> Self {
        Self { choice: Choice::Cpu, adapter: None, predicted }
    }
}

pub(super) struct Planner<'a> {
    pub(super) shape: &'a Shape,
    pub(super) profile: &'a Profile,
    pub(super) request: &'a Request,
    pub(super) len: f64,
    pub(super) cpu: CpuCost,
    rejected: Vec<Rejected>,
    pub(super) notes: Vec<String>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(shape: &'a Shape, profile: &'a Profile, request: &'a Request) -> Self {
        let cpu = CpuCost::new(shape, profile);
        Self { shape, profile, request, len: shape.len as f64, cpu, rejected: Vec::new(), notes: Vec::new() }
    }

    fn auto(&mut self) -> Result<(Candidate, Hedge)> {
        let chosen = self.soonest()?;
        let usable: Vec<usize> =
            (0..self.profile.gpus.len()).filter(|&index| self.refuses(index).is_none()).collect();
        Ok(explore::hedge(self, chosen, &usable))
    }

    /// The soonest alternative; the others are rejected.
    pub(super) fn soonest(&mut self) -> Result<Candidate> {
        let cpu = Candidate::cpu(self.cpu.at(self.len));
        let cpu = match &self.shape.cpu {
            Ok(()) => Some(cpu),
            Err(what) => {
                self.reject(cpu, None, Reason::Unsupported(what.clone()));
                None
            }
        };
        let mut candidates: Vec<Candidate> = cpu.into_iter().collect();
        if !self.profile.searched {
            let (alternative, reason) = (Alternative::AnyGpu, Reason::OpensLater);
            self.rejected.push(Rejected { alternative, predicted: None, reason });
        }
        for index in 0..self.profile.gpus.len() {
            match self.refuses(index) {
                Some(reason) => self.reject(self.gpu(index, None), None, reason),
                None => self.evaluate(index, cpu, &mut candidates),
            }
        }
        let soonest =
            |a: &Candidate, b: &Candidate| f64::total_cmp(&a.predicted.expected, &b.predicted.expected);
        let Some(chosen) = candidates.iter().copied().min_by(soonest) else {
            return Err(self.nothing_runs());
        };
        for candidate in candidates {
            if (candidate.choice, candidate.adapter) != (chosen.choice, chosen.adapter) {
                self.reject(candidate, Some(candidate.predicted), Reason::Slower);
            }
        }
        Ok(chosen)
    }

    /// Adds what an adapter can do alone and beside the CPU.
    fn evaluate(&mut self, index: usize, cpu: Option<Candidate>, candidates: &mut Vec<Candidate>) {
        let cost = GpuCost::new(self.shape, self.profile, index, self.shape.result_on_host);
        let alone = self.gpu(index, Some(cost.at(self.len)));
        let Some(cpu) = cpu else {
            candidates.push(alone);
            return;
        };
        if cpu.predicted.expected <= cost.opens_in().expected {
            self.reject(alone, Some(alone.predicted), Reason::OpensLater);
            return;
        }
        candidates.push(alone);
        let best_alone = cpu.predicted.sooner(alone.predicted).expected;
        match self.co_run(index, best_alone) {
            Ok(split) => candidates.push(split),
            Err(rejected) => self.rejected.push(rejected),
        }
    }

    /// The best co-run, if it gains enough over the better of the two alone. The gain is that of the exact balance:
    /// so a slower launch never makes the share of the GPU larger. Rounding to the grain loses less than the gain.
    fn co_run(&self, index: usize, best_alone: f64) -> Result<Candidate, Rejected> {
        let gpu = &self.profile.gpus[index];
        let reject = |gpu_elements, predicted, reason| Rejected {
            alternative: Alternative::Split { adapter: gpu.name.clone(), gpu_elements },
            predicted,
            reason,
        };
        if gpu.is_software() {
            return Err(reject(None, None, Reason::SharesCores));
        }
        if self.shape.len < chunk::SPLIT_TILES * crate::order::TILE_LEN {
            return Err(reject(None, None, Reason::TooFewTiles));
        }
        if let Some(what) = self.mixes_bits(gpu) {
            return Err(reject(None, None, Reason::MixedBits(what)));
        }
        let cost = GpuCost::new(self.shape, self.profile, index, true);
        let balance = share::balance(self.shape, &self.cpu, &cost);
        if balance <= 0.0 || balance >= self.len {
            return Err(reject(None, None, Reason::NoBalance));
        }
        let at = |elements| share::together(self.shape, &self.cpu, &cost, gpu.contention, elements);
        let grain = chunk::split_grain(self.shape.len);
        let below = (balance / grain as f64).floor() as usize * grain;
        let above = (below + grain).min(self.shape.len);
        let (below_s, above_s) = (at(below as f64), at(above as f64));
        let (gpu_elements, predicted) =
            if above_s.expected < below_s.expected { (above, above_s) } else { (below, below_s) };
        let elements = self.profile.density.front(&(0..self.shape.len), gpu_elements as f64, self.shape.len);
        let gpu_elements = chunk::snap(elements as f64, self.shape.len, grain);
        if gpu_elements == 0 || gpu_elements == self.shape.len {
            return Err(reject(None, None, Reason::NoBalance));
        }
        if at(balance).expected > CO_RUN_GAIN * best_alone || predicted.expected > best_alone {
            return Err(reject(Some(gpu_elements), Some(predicted), Reason::GainsLittle));
        }
        Ok(Candidate { choice: Choice::Split { gpu_elements }, adapter: Some(index), predicted })
    }

    /// How an adapter changes, or may change, the bits of the work's operator, if that is a user's on floats.
    pub(super) fn mixes_bits(&self, gpu: &GpuProfile) -> Option<String> {
        match &gpu.user_floats {
            _ if !self.shape.user_floats => None,
            CanonicalOrder::Passed => None,
            CanonicalOrder::Failed(what) => Some(what.clone()),
            CanonicalOrder::Unknown => Some("the device is not open, so nobody knows how it rounds".into()),
        }
    }

    /// Why `Auto` must leave an adapter out.
    fn refuses(&self, index: usize) -> Option<Reason> {
        let gpu = &self.profile.gpus[index];
        self.unusable(gpu).or_else(|| match &gpu.canonical {
            _ if gpu.is_software() && !self.request.allow_software => Some(Reason::Software),
            CanonicalOrder::Failed(what) if self.shape.reproducible => {
                Some(Reason::NotReproducible(what.clone()))
            }
            _ => None,
        })
    }

    /// Why no placement can use an adapter.
    fn unusable(&self, gpu: &GpuProfile) -> Option<Reason> {
        match (&self.shape.gpu, &gpu.state) {
            (Err(what), _) => Some(Reason::Unsupported(what.clone())),
            (_, DeviceState::Failed(why)) => Some(Reason::Failed(why.clone())),
            _ => None,
        }
    }

    fn only_cpu(&mut self) -> Result<Candidate> {
        let cpu = Candidate::cpu(self.cpu.at(self.len));
        if let Err(what) = &self.shape.cpu {
            self.reject(cpu, None, Reason::Unsupported(what.clone()));
            return Err(self.nothing_runs());
        }
        for index in 0..self.profile.gpus.len() {
            let reason = self.unusable(&self.profile.gpus[index]).unwrap_or(Reason::Placement);
            self.reject(self.gpu(index, None), None, reason);
        }
        Ok(cpu)
    }

    /// What the user forced: `share` of the elements on a GPU, more than 0. Work that no GPU can run goes to the CPU, and
    /// where the user allows it, so does work whose only devices have failed.
    fn forced(&mut self, share: f64) -> Result<Candidate> {
        if self.profile.gpus.is_empty() {
            return Err(Error::NoAdapter { reason: "none was found".into() });
        }
        if let Err(what) = &self.shape.gpu {
            let reason = Reason::Unsupported(what.clone());
            self.reject(self.gpu(0, None), None, reason);
            if let Err(what) = &self.shape.cpu {
                let cpu = Candidate::cpu(Seconds::ZERO);
                self.reject(cpu, None, Reason::Unsupported(what.clone()));
                return Err(self.nothing_runs());
            }
            self.notes.push("no GPU can run this, so the CPU takes it".into());
            return Ok(Candidate::cpu(self.cpu.at(self.len)));
        }
        let share = match &self.shape.cpu {
            Err(what) if share < 1.0 => {
                self.notes.push(format!("the CPU cannot run this ({what}), so the GPU takes all of it"));
                1.0
            }
            _ => share,
        };
        let Some(index) = self.preferred() else {
            let reasons: Vec<String> =
                self.rejected.iter().map(|r| format!("{}: {}", name_of(&r.alternative), r.reason)).collect();
            if self.request.cpu_fallback && self.shape.cpu.is_ok() {
                self.notes.push("no device is in order, so the CPU takes it".into());
                return Ok(Candidate::cpu(self.cpu.at(self.len)));
            }
            return Err(Error::NoAdapter { reason: reasons.join("; ") });
        };
        let gpu = &self.profile.gpus[index];
        if let (true, CanonicalOrder::Failed(what)) = (self.shape.reproducible, &gpu.canonical) {
            self.notes.push(format!("`{}` gives other bits than the canonical order: {what}", gpu.name));
        }
        if let Ok(()) = self.shape.cpu {
            self.reject(Candidate::cpu(Seconds::ZERO), Some(self.cpu.at(self.len)), Reason::Placement);
        }
        Ok(self.share(index, share))
    }

    /// The adapter for forced work: hardware before software, then those whose floats keep the canonical order, then
    /// the one that is predicted to be done first. The others are rejected.
    fn preferred(&mut self) -> Option<usize> {
        let shape = self.shape;
        let rank = |index: &usize| {
            let gpu = &self.profile.gpus[*index];
            let odd = shape.reproducible && matches!(gpu.canonical, CanonicalOrder::Failed(_));
            let seconds = GpuCost::new(shape, self.profile, *index, shape.result_on_host).at(self.len);
            (gpu.is_software(), odd, seconds.expected)
        };
        let usable = |index: &usize| self.unusable(&self.profile.gpus[*index]).is_none();
        let compare = |a: &usize, b: &usize| {
            let (a, b) = (rank(a), rank(b));
            (a.0, a.1).cmp(&(b.0, b.1)).then(a.2.total_cmp(&b.2))
        };
        let best = (0..self.profile.gpus.len()).filter(usable).min_by(compare);
        for index in (0..self.profile.gpus.len()).filter(|&index| Some(index) != best) {
            let reason = self.unusable(&self.profile.gpus[index]).unwrap_or(Reason::Placement);
            self.reject(self.gpu(index, None), None, reason);
        }
        best
    }

    fn share(&mut self, index: usize, share: f64) -> Candidate {
        let len = self.shape.len;
        let grain = chunk::split_grain(len);
        let gpu_elements = chunk::snap(share * self.len, len, grain);
        if gpu_elements == len {
            let cost = GpuCost::new(self.shape, self.profile, index, self.shape.result_on_host);
            return self.gpu(index, Some(cost.at(self.len)));
        }
        if gpu_elements == 0 {
            self.notes.push(format!("a share of {share} is less than half a node of {grain} elements"));
            return Candidate::cpu(self.cpu.at(self.len));
        }
        if let Some(what) = self.mixes_bits(&self.profile.gpus[index]) {
            self.notes.push(format!("the operator's bits may depend on the split: {what}"));
        }
        let cost = GpuCost::new(self.shape, self.profile, index, true);
        let contention = self.profile.gpus[index].contention;
        let predicted = share::together(self.shape, &self.cpu, &cost, contention, gpu_elements as f64);
        Candidate { choice: Choice::Split { gpu_elements }, adapter: Some(index), predicted }
    }

    fn gpu(&self, index: usize, predicted: Option<Seconds>) -> Candidate {
        let predicted = predicted.unwrap_or(Seconds::ZERO);
        Candidate { choice: Choice::Gpu, adapter: Some(index), predicted }
    }

    fn reject(&mut self, candidate: Candidate, predicted: Option<Seconds>, reason: Reason) {
        let adapter = candidate.adapter.map(|index| self.profile.gpus[index].name.clone());
        let alternative = match (candidate.choice, adapter) {
            (Choice::Gpu, Some(adapter)) => Alternative::Gpu { adapter },
            (Choice::Split { gpu_elements }, Some(adapter)) => {
                Alternative::Split { adapter, gpu_elements: Some(gpu_elements) }
            }
            _ => Alternative::Cpu,
        };
        self.rejected.push(Rejected { alternative, predicted, reason });
    }

    fn nothing_runs(&self) -> Error {
        let reasons: Vec<String> =
            self.rejected.iter().map(|r| format!("{}: {}", name_of(&r.alternative), r.reason)).collect();
        Error::Unsupported { executor: "every executor allowed".into(), what: reasons.join("; ") }
    }

    fn plan(self, chosen: Candidate, hedge: Hedge) -> Plan {
        let course = self.course(&chosen, &hedge);
        let Self { shape, profile, request, len, cpu, rejected, notes } = self;
        let gpu_elements = match chosen.choice {
            Choice::Cpu => 0,
            Choice::Gpu => shape.len,
            Choice::Split { gpu_elements } => gpu_elements,
        };
        let split = matches!(chosen.choice, Choice::Split { .. });
        let serial = !split && cpu.is_serial(len);
        let threads = match chosen.choice {
            Choice::Gpu => 0,
            _ if serial => 1,
            _ => profile.cpu.threads.max(1),
        };
        let mut terms = Vec::new();
        let mut gpu_chunk_len = 0;
        let mut contention = 0.0;
        if let Some(index) = chosen.adapter {
            let cost = GpuCost::new(shape, profile, index, shape.result_on_host || split);
            terms = cost.terms(gpu_elements as f64);
            gpu_chunk_len = cost.chunk_len;
            contention = if split { profile.gpus[index].contention } else { 0.0 };
        }
        let mut cpu_chunk_len = 0;
        if threads > 0 {
            terms.extend(cpu.terms(len - gpu_elements as f64, serial));
            let folds = split && shape.kind == ShapeKind::Scan;
            terms.extend(folds.then(|| cpu.fold_term(shape, gpu_elements as f64)));
            cpu_chunk_len = chunk::cpu_chunk(shape, &profile.cpu);
        }
        Plan {
            label: format!("{} of {}", shape.kind.name(), shape.label),
            unit: "element",
            len: shape.len,
            placement: request.placement,
            origin: request.origin,
            choice: chosen.choice,
            adapter: chosen.adapter.map(|index| profile.gpus[index].name.clone()),
            adapter_index: chosen.adapter,
            threads,
            cpu_chunk_len,
            gpu_chunk_len,
            predicted: chosen.predicted,
            contention,
            terms,
            rejected,
            notes,
            course: Some(course),
            prepares: hedge.prepares,
        }
    }

    /// What the plan leaves to be settled while the call runs.
    fn course(&self, chosen: &Candidate, hedge: &Hedge) -> Course {
        let Self { shape, profile, request, .. } = self;
        let split = matches!(chosen.choice, Choice::Split { .. });
        let takes_over = chosen.choice == Choice::Cpu || split || request.cpu_fallback;
        let index = chosen.adapter.or(hedge.probe.map(|(index, _)| index)).or(hedge.joins);
        let gpu = index.map(|index| {
            let gpu = &profile.gpus[index];
            let cost = GpuCost::new(shape, profile, index, shape.result_on_host || split);
            GpuCourse {
                model: cost.model().clone(),
                ready_in_s: cost.ready_in().expected,
                contention: gpu.contention,
                most: chunk::in_memory(shape, gpu),
                probe: hedge.probe.map(|(_, elements)| elements),
            }
        });
        let guided =
            request.placement == Placement::Auto && (split || hedge.probe.is_some() || hedge.joins.is_some());
        Course {
            mode: if guided { Mode::Guided } else { Mode::Fixed },
            grain: chunk::grain(shape.len),
            cpu: (shape.cpu.is_ok() && takes_over).then(|| self.cpu.model().clone()),
            gpu,
            gpu_elements: match chosen.choice {
                Choice::Cpu => 0,
                Choice::Gpu => shape.len,
                Choice::Split { gpu_elements } => gpu_elements,
            },
            density: profile.density.clone(),
            chained: shape.kind == ShapeKind::Scan,
        }
    }
}

fn name_of(alternative: &Alternative) -> &str {
    match alternative {
        Alternative::Cpu => "cpu",
        Alternative::AnyGpu => "gpu",
        Alternative::Gpu { adapter } | Alternative::Split { adapter, .. } => adapter,
    }
}

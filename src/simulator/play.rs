//! Playing a scenario: call after call, event after event.

use std::ops::Range;

use super::belief;
use super::check::Checker;
use super::clock::{Alarm, Clock, Happening};
use super::device::Device;
use super::faults::{Faults, reported};
use super::machine::Machine;
use super::oracle;
use super::outcome::{CallOutcome, Event, EventKind, Outcome};
use super::scenario::{FaultKind, Pattern, Scenario};
use crate::error::{Error, Fault, Result};
use crate::plan::{Course, Executor, History, Placement, Request, decide, grain, quick_cpu, static_course};
use crate::run::{After, Call, Commit, Facts, Lease, Next, explored_s, learn};

/// Seconds after which a chunk of the device counts as hung.
pub(super) const DEADLINE_S: f64 = 10.0;

/// The device of history.
const DEVICE: &str = "simulated";

/// Events of a call before it counts as stuck: no call comes near.
const MAX_EVENTS: usize = 1_000_000;

/// A call that was played.
pub(super) struct Played {
    pub(super) seconds: f64,
    events: Vec<Event>,
    call: Call,
    faults: usize,
    ready_s: Option<f64>,
}

impl Scenario {
    /// True when the CPU's part of a split goes on from the device's.
    pub(super) fn is_chained(&self) -> bool {
        self.work.kind == Pattern::Scan
    }
}

/// Plays a scenario.
///
/// # Errors
///
/// [`Error::Value`] for a scenario that no machine fits; [`Error::System`] if a call gets stuck, which is a defect.
pub fn run(scenario: &Scenario) -> Result<Outcome> {
    scenario.validate()?;
    let mut history = History::default();
    let mut device = Device::new(scenario);
    let request = Request {
        placement: Placement::Auto,
        allow_software: scenario.allow_software,
        cpu_fallback: true,
        ..Request::default()
    };
    let mut outcome = Outcome {
        name: scenario.name.clone(),
        seed: scenario.seed,
        scripted_faults: scenario.faults.len(),
        calls: Vec::new(),
        exploration_share: 0.0,
        trace: Vec::new(),
    };
    let mut checker = Checker::new(scenario.work.kind, scenario.work.len, grain(scenario.work.len))?;
    for run in 0..scenario.runs {
        let machine = Machine::new(scenario, run, device.chunks);
        let shape = belief::shape(scenario, &device);
        let mut profile = belief::profile(scenario, device.state(scenario));
        history.apply(&mut profile, &shape, &[DEVICE.to_owned()]);
        let plan = decide(&shape, &profile, &request)?;
        let best = oracle::best(scenario, &machine, &device.prepared_from_the_start(scenario))?;
        let course = match plan.course.clone() {
            // So small that no plan is asked for.
            Some(course) if !quick_cpu(shape.len, shape.cost_ns) => course,
            _ => static_course(shape.len, 0, usize::MAX, scenario.is_chained()),
        };
        if plan.prepares.is_some() {
            device.prepare(scenario);
        }
        let contention = course.gpu.as_ref().map_or(0.0, |gpu| gpu.contention);
        let was_compiled = device.is_compiled();
        checker.reset();
        let faults = Faults::of(scenario, run);
        let started_s = device.now_s;
        let mut played = play_call(scenario, &machine, course, &mut device, &faults, Some(&mut checker))?;
        let explored_s = explored_s(&played.call, contention, played.seconds);
        let facts = Facts {
            key: shape.key(),
            device: scenario.gpu.is_some().then(|| DEVICE.to_owned()),
            open_s: None,
            compile_s: played
                .ready_s
                .filter(|_| !was_compiled)
                .and(scenario.gpu.as_ref())
                .map(|gpu| gpu.compile_ms * 1e-3),
            element_bytes: u64::from(shape.input_bytes() + shape.output_bytes),
            took_s: played.seconds,
            explored_s,
        };
        learn(&mut history, &played.call, &facts);
        played.events.iter_mut().for_each(|event| event.run = run + 1);
        outcome.trace.append(&mut played.events);
        let of_gpu = played.call.chunks().iter().filter(|chunk| chunk.executor == Executor::Gpu);
        let gpu_elements: usize = of_gpu.map(|chunk| chunk.range.len()).sum();
        outcome.calls.push(CallOutcome {
            seconds: played.seconds,
            predicted_s: plan.predicted.expected,
            oracle_s: best.seconds,
            best_single_s: best.single_s,
            cpu_s: best.cpu_s,
            oracle_share: best.share,
            choice: plan.choice,
            gpu_share: gpu_elements as f64 / shape.len as f64,
            chunks: played.call.chunks().len(),
            faults: played.faults,
            explored_s,
            correct: checker.is_correct()?,
        });
        device.now_s = started_s + played.seconds + scenario.pause_ms * 1e-3;
    }
    let spent_s: f64 = outcome.calls.iter().map(|call| call.seconds).sum();
    let explored_s: f64 = outcome.calls.iter().map(|call| call.explored_s).sum();
    outcome.exploration_share = explored_s / spent_s;
    Ok(outcome)
}

/// Plays one call to its end.
pub(super) fn play_call(
    scenario: &Scenario,
    machine: &Machine<'_>,
    course: Course,
    device: &mut Device,
    faults: &Faults,
    checker: Option<&mut Checker>,
) -> Result<Played> {
    let len = scenario.work.len;
    let mut stage = Stage {
        scenario,
        machine,
        faults,
        checker,
        clock: Clock::new(machine.contention()),
        call: Call::new(course.clone(), len, 0.0),
        device,
        events: Vec::new(),
        cpu_chunks: 0,
        gpu_chunks: 0,
        reopened: 0,
        survived: 0,
        cpu_is_folding: false,
        gpu_is_ready: false,
        ready_s: None,
    };
    if course.gpu.is_some() {
        let ready_s = stage.device.prepare(scenario);
        stage.clock.alarm_in(ready_s, Alarm::Ready);
    }
    let head = 0..if course.chained && course.cpu.is_some() { course.gpu_elements } else { 0 };
    if !head.is_empty() && head.end < len {
        stage.cpu_is_folding = true;
        let fold_s = machine.fold_s(&head);
        stage.clock.alarm_in(fold_s, Alarm::Folded(head));
    }
    stage.play()?;
    Ok(Played {
        seconds: stage.clock.now_s,
        events: stage.events,
        call: stage.call,
        faults: stage.survived,
        ready_s: stage.ready_s,
    })
}

/// One call under way.
struct Stage<'a, 's> {
    scenario: &'s Scenario,
    machine: &'a Machine<'s>,
    faults: &'a Faults,
    checker: Option<&'a mut Checker>,
    clock: Clock,
    call: Call,
    device: &'a mut Device,
    events: Vec<Event>,
    cpu_chunks: usize,
    gpu_chunks: usize,
    reopened: usize,
    survived: usize,
    cpu_is_folding: bool,
    gpu_is_ready: bool,
    ready_s: Option<f64>,
}

impl Stage<'_, '_> {
    fn play(&mut self) -> Result<()> {
        for _ in 0..MAX_EVENTS {
            self.ask(Executor::Gpu);
            self.ask(Executor::Cpu);
            if self.call.is_done() {
                return Ok(());
            }
            match self.clock.step() {
                Some(Happening::Ended(lease)) => self.ended(&lease)?,
                Some(Happening::Alarm(alarm)) => self.alarm(alarm)?,
                None => return Err(self.stuck("no executor does anything")),
            }
        }
        Err(self.stuck("a million events"))
    }

    fn stuck(&self, why: &str) -> Error {
        Error::System {
            what: format!("scenario `{}`", self.scenario.name),
            reason: format!(
                "stuck with {} of {} elements: {why}",
                self.call.committed(),
                self.scenario.work.len
            ),
        }
    }

    fn note(&mut self, kind: EventKind) {
        if self.checker.is_some() {
            self.events.push(Event { run: 0, at_s: self.clock.now_s, kind });
        }
    }

    /// Has an executor that is idle ask for work.
    fn ask(&mut self, executor: Executor) {
        let may = match executor {
            Executor::Cpu => !self.cpu_is_folding,
            Executor::Gpu => self.gpu_is_ready,
        };
        if !may || self.clock.is_busy(executor) {
            return;
        }
        let Next::Run(lease) = self.call.next(executor, self.clock.now_s) else { return };
        self.note(EventKind::Began { executor, start: lease.range.start, end: lease.range.end });
        match executor {
            Executor::Cpu => {
                let takes_s = self.machine.cpu_s(&lease.range, self.cpu_chunks);
                self.cpu_chunks += 1;
                self.clock.begin(&lease, takes_s);
            }
            Executor::Gpu => self.begin_on_gpu(&lease),
        }
    }

    fn begin_on_gpu(&mut self, lease: &Lease) {
        let takes_s = self.machine.gpu_s(&lease.range, self.gpu_chunks);
        let mut fault = self.faults.of_chunk(self.gpu_chunks);
        if lease.range.len() > self.machine.gpu_most() {
            fault = Some(FaultKind::OutOfMemory);
        }
        self.gpu_chunks += 1;
        match fault {
            None | Some(FaultKind::WrongResult) => self.clock.begin(lease, takes_s),
            Some(kind) => {
                let after_s = match kind {
                    FaultKind::Hang | FaultKind::NoCallback => DEADLINE_S,
                    FaultKind::OutOfMemory | FaultKind::LostBeforeSubmit => 0.0,
                    FaultKind::LostBeforeMap | FaultKind::LostDuringMap => takes_s,
                    _ => 0.5 * takes_s,
                };
                if kind == FaultKind::LateCommit {
                    self.clock.alarm_in(takes_s, Alarm::LateCommit(lease.clone()));
                }
                self.clock.begin(lease, f64::INFINITY);
                self.clock.alarm_in(after_s, Alarm::Failed(lease.clone(), kind));
            }
        }
    }

    fn ended(&mut self, lease: &Lease) -> Result<()> {
        let index = self.gpu_chunks.wrapping_sub(1);
        let of_gpu = lease.executor == Executor::Gpu;
        let wrong = of_gpu && self.faults.of_chunk(index) == Some(FaultKind::WrongResult);
        if wrong && self.is_verified(index) {
            self.device.quarantined = true;
            self.fault(lease, FaultKind::WrongResult);
            return Ok(());
        }
        if of_gpu {
            self.device.chunks += 1;
        }
        self.commit(lease, wrong)
    }

    /// True when a chunk is among those computed twice.
    fn is_verified(&self, index: usize) -> bool {
        let share = self.scenario.verify;
        // Evenly spread, the first one first.
        share > 0.0 && (index as f64 * share).fract() < share
    }

    fn commit(&mut self, lease: &Lease, wrong: bool) -> Result<()> {
        let Range { start, end } = lease.range;
        match self.call.commit(lease, self.clock.now_s) {
            Commit::Fresh => {
                if let Some(checker) = self.checker.as_deref_mut() {
                    checker.commit(&lease.range, wrong)?;
                }
                self.note(EventKind::Committed { executor: lease.executor, start, end });
            }
            Commit::Stale => self.note(EventKind::Stale { start }),
        }
        Ok(())
    }

    fn alarm(&mut self, alarm: Alarm) -> Result<()> {
        match alarm {
            Alarm::Folded(_) => self.cpu_is_folding = false,
            Alarm::Ready if self.faults.of_reopening(self.reopened) && self.reopened > 0 => {
                self.survived += 1;
                let fault = FaultKind::LostDuringReopening;
                self.note(EventKind::Fault { fault, message: reported(fault, 0).to_string() });
                let after = self.call.lost(self.clock.now_s);
                self.after(after);
            }
            Alarm::Ready => {
                self.gpu_is_ready = true;
                self.ready_s = Some(self.clock.now_s);
                self.call.ready();
                self.note(EventKind::Ready);
            }
            Alarm::Failed(lease, kind) => self.fault(&lease, kind),
            Alarm::LateCommit(lease) => self.commit(&lease, true)?,
        }
        Ok(())
    }

    fn fault(&mut self, lease: &Lease, kind: FaultKind) {
        self.survived += 1;
        self.clock.drop_chunk(Executor::Gpu);
        let fault = reported(kind, 0);
        self.note(EventKind::Fault { fault: kind, message: fault.to_string() });
        let after = self.call.fault(lease, &fault, self.clock.now_s);
        if matches!(fault, Fault::Lost(_) | Fault::Timeout { .. }) {
            self.device.fail(self.clock.now_s);
        }
        self.after(after);
    }

    fn after(&mut self, after: After) {
        match after {
            After::Retry => {}
            After::Retire => self.gpu_is_ready = false,
            After::Reopen { pause_s } => {
                self.gpu_is_ready = false;
                self.reopened += 1;
                let gpu = self.scenario.gpu.as_ref();
                let open_s = gpu.map_or(0.0, |gpu| (gpu.open_ms + gpu.compile_ms) * 1e-3);
                self.device.reopen(self.clock.now_s + pause_s, self.scenario);
                self.clock.alarm_in(pause_s + open_s, Alarm::Ready);
            }
        }
    }
}

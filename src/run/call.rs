//! A call under way: who gets which chunk next, and what is learned from how long it took. Pure; time is told.
//!
//! Executors ask with [`Call::next`], and answer with [`Call::commit`] or [`Call::fault`]. Threads do so in a real call, and
//! events in a simulated one: what decides is the same.

mod learn;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::lane::{Lane, Phase};
use super::ledger::{Commit, End, Lease, Ledger};
use crate::error::Fault;
use crate::order::RADIX;
use crate::plan::{Bounds, Course, Executor, Mode, Model, Other, Speed, next_chunk};

/// What an executor shall do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Next {
    /// Run these elements.
    Run(Lease),
    /// Nothing now; ask again when something has ended or failed.
    Wait,
    /// Nothing any more.
    Done,
}

/// What becomes of an executor that has failed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum After {
    /// It goes on.
    Retry,
    /// It may be opened anew after a pause.
    Reopen {
        /// Seconds.
        pause_s: f64,
    },
    /// It is out of this call.
    Retire,
}

/// Why a call ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The caller asked for it.
    Cancelled,
    /// The time was up.
    Deadline,
}

/// A chunk that was committed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Chunk {
    pub(crate) executor: Executor,
    pub(crate) range: Range<usize>,
    /// Its elements, each counted by its cost over the mean.
    pub(crate) weight: f64,
    /// In the time that the call is told.
    pub(crate) began_s: f64,
    pub(crate) ended_s: f64,
    /// Share of its time in which the other executor was at work.
    pub(crate) shared: f64,
    /// How long it would have taken without the other one, as far as is known.
    pub(crate) alone_s: f64,
    /// What had been predicted, and the deviation of its logarithm, if the executor had been seen at this work.
    pub(crate) expected: Option<(f64, f64)>,
}

impl Chunk {
    /// How long it took.
    pub(crate) fn seconds(&self) -> f64 {
        self.ended_s - self.began_s
    }
}

/// Attempts to open a device again within a call.
const MAX_REOPENED: u32 = 2;

/// Pause before the first of them.
const REOPEN_PAUSE_S: f64 = 0.5;

/// See the module.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    course: Course,
    ledger: Ledger,
    cpu: Lane,
    gpu: Lane,
    stop: Option<Stop>,
    deadline_s: Option<f64>,
    chunks: Vec<Chunk>,
    /// Elements that the GPU has begun.
    gpu_leased: usize,
    reopened: u32,
    /// Bytes are not known here: elements of a chunk that the device had no memory for.
    ceiling: Option<usize>,
}

impl Call {
    /// A call over `0..len`, in which the device is ready or opening at time `now_s`.
    pub(crate) fn new(course: Course, len: usize, now_s: f64) -> Self {
        let ledger = Ledger::new(len, course.grain);
        let cpu = if course.cpu.is_some() { Lane::ready() } else { Lane::absent() };
        let gpu = match &course.gpu {
            None => Lane::absent(),
            Some(gpu) if gpu.ready_in_s > 0.0 => Lane::opening(now_s, gpu.ready_in_s),
            Some(_) => Lane::ready(),
        };
        Self {
            course,
            ledger,
            cpu,
            gpu,
            stop: None,
            deadline_s: None,
            chunks: Vec::new(),
            gpu_leased: 0,
            reopened: 0,
            ceiling: None,
        }
    }

    /// Ends the call with [`Stop::Deadline`] when an executor asks at or after this time.
    pub(crate) fn set_deadline(&mut self, at_s: f64) {
        self.deadline_s = Some(at_s);
    }

    /// Has no more chunk handed out.
    pub(crate) fn stop(&mut self, why: Stop) {
        if !self.ledger.is_done() {
            self.stop.get_or_insert(why);
        }
    }

    /// Why the call ended early, if it did.
    pub(crate) fn stopped(&self) -> Option<Stop> {
        self.stop
    }

    /// The device is open and its pipelines are compiled.
    pub(crate) fn ready(&mut self) {
        self.gpu.phase = Phase::Ready;
    }

    /// What an executor shall do next.
    pub(crate) fn next(&mut self, executor: Executor, now_s: f64) -> Next {
        if self.deadline_s.is_some_and(|at_s| now_s >= at_s) {
            self.stop(Stop::Deadline);
        }
        if self.stop.is_some() || self.ledger.is_done() || self.lane(executor).is_gone() {
            return Next::Done;
        }
        let leased = match self.course.mode {
            Mode::Fixed => self.fixed(executor),
            Mode::Guided => self.guided(executor, now_s),
        };
        let Some(lease) = leased else {
            self.lane_mut(executor).wait();
            // Nobody is left to hand anything back.
            let nothing_comes = self.ledger.pending() == 0 && !self.ledger.has_leased(other(executor));
            return if nothing_comes { Next::Done } else { Next::Wait };
        };
        let weight = self.course.density.weight(&lease.range, self.ledger.len());
        let expected = self.model(executor).and_then(|model| model.expectation(weight));
        let speed = self.speed(executor, weight);
        let predicted_s = speed.map_or(0.0, |speed| speed.line.fixed + speed.line.slope * weight);
        let others_busy_s = self.lane(other(executor)).busy_s(now_s);
        self.lane_mut(executor).begin(lease.generation, now_s, predicted_s, others_busy_s, expected);
        if executor == Executor::Gpu {
            self.gpu_leased += lease.range.len();
        }
        Next::Run(lease)
    }

    fn fixed(&mut self, executor: Executor) -> Option<Lease> {
        let (at, len) = (self.course.gpu_elements, self.ledger.len());
        let (own, others) = match executor {
            Executor::Gpu => (0..at, at..len),
            Executor::Cpu => (at..len, 0..at),
        };
        let whole = self.ledger.pending();
        let speed = self.speed(executor, whole as f64);
        let bounds = self.bounds(executor);
        let most = speed.map_or(whole, |speed| {
            let weight = next_chunk(whole as f64, &speed, None, &bounds);
            self.whole_grains(weight as usize).min(bounds.most).min(whole)
        });
        let most = match executor {
            Executor::Gpu => self.carried(most, &own),
            Executor::Cpu => most,
        };
        if let Some(lease) = self.ledger.lease(executor, End::Front, most, own) {
            return Some(lease);
        }
        // A scan's tail has no prefix that a device could know.
        let may_help = executor == Executor::Cpu || !self.course.chained;
        (may_help && self.lane(other(executor)).is_gone())
            .then(|| self.ledger.lease(executor, End::Front, most, others))?
    }

    /// Elements of a device's chunk of a scan: all, or a node, so that its aggregate carries the spine to the next one.
    fn carried(&self, most: usize, own: &Range<usize>) -> usize {
        let left = self.ledger.pending_within(own);
        if !self.course.chained || most >= left {
            return most;
        }
        // Without a CPU the device carries the spine itself, as long as it has the memory.
        if self.course.cpu.is_none() && self.ceiling.is_none() {
            return left;
        }
        let mut node = self.course.grain;
        while node <= most / RADIX {
            node *= RADIX;
        }
        node
    }

    fn guided(&mut self, executor: Executor, now_s: f64) -> Option<Lease> {
        let region = self.region(executor);
        if self.ledger.pending_within(&region) == 0 || executor == Executor::Gpu && self.must_hold_back() {
            return None;
        }
        let pending = self.pending_weight();
        let speed = self.speed(executor, pending)?;
        let bounds = self.bounds(executor);
        let companion = self.companion(executor, now_s);
        let mut weight = next_chunk(pending, &speed, companion.as_ref(), &bounds);
        if weight == 0.0 {
            // The other one would be done sooner with everything, but it is not at work: somebody has to be.
            if self.lane(other(executor)).phase != Phase::Waiting {
                return None;
            }
            weight = next_chunk(pending, &speed, None, &bounds);
        }
        let end = match executor {
            Executor::Gpu => End::Front,
            Executor::Cpu if self.course.chained && region.start > 0 => End::Front,
            Executor::Cpu => End::Back,
        };
        let range = self.ledger.pending_at(end, &region)?;
        let (density, len) = (&self.course.density, self.ledger.len());
        let mut elements = match end {
            End::Front => density.front(&range, weight, len),
            End::Back => density.back(&range, weight, len),
        };
        elements = self.whole_grains(elements).min(bounds.most);
        if executor == Executor::Gpu {
            elements = self.carried(elements, &region);
        }
        if let Some(probe) = self.probe().filter(|_| executor == Executor::Gpu) {
            elements = elements.min(probe.saturating_sub(self.gpu_leased));
            if elements == 0 {
                return None;
            }
        }
        self.ledger.lease(executor, end, elements, region)
    }

    /// The nearest multiple of the grain, and at least one.
    fn whole_grains(&self, elements: usize) -> usize {
        let grain = self.course.grain;
        ((elements + grain / 2) / grain).max(1).saturating_mul(grain)
    }

    fn pending_weight(&self) -> f64 {
        if self.course.density.is_flat() {
            return self.ledger.pending() as f64;
        }
        let len = self.ledger.len();
        self.ledger.pending_ranges().iter().map(|range| self.course.density.weight(range, len)).sum()
    }

    /// Where an executor may take elements from.
    fn region(&self, executor: Executor) -> Range<usize> {
        let (at, len) = (self.course.gpu_elements, self.ledger.len());
        // What a device is to be learned by is left to it as long as there is something else.
        let kept = self.probe().filter(|_| self.gpu_leased == 0 && !self.gpu.is_gone()).unwrap_or(0);
        match executor {
            Executor::Cpu if self.ledger.pending_within(&(kept..len)) > 0 && kept > 0 => kept..len,
            _ if !self.course.chained => 0..len,
            Executor::Gpu => 0..at,
            // Behind the head first; then it helps there.
            Executor::Cpu if self.ledger.pending_within(&(at..len)) > 0 => at..len,
            Executor::Cpu => 0..at,
        }
    }

    /// True while the CPU shall be alone: its first chunk tells how fast it is without a device beside it.
    fn must_hold_back(&self) -> bool {
        let Some(gpu) = &self.course.gpu else { return false };
        let Some(cpu) = &self.course.cpu else { return false };
        let unknown = !gpu.model.fit().is_measured() && !cpu.fit().is_measured();
        unknown && !self.cpu.is_gone() && self.cpu.phase != Phase::Waiting
    }

    fn probe(&self) -> Option<usize> {
        self.course.gpu.as_ref().and_then(|gpu| gpu.probe)
    }

    /// The other executor as pacing sees it.
    fn companion(&self, executor: Executor, now_s: f64) -> Option<Other> {
        let them = other(executor);
        if them == Executor::Gpu && self.probe().is_some() {
            return None;
        }
        let lane = self.lane(them);
        let busy_s = lane.left_s(now_s)?;
        let speed = self.speed(them, self.pending_weight())?;
        Some(Other { speed, busy_s })
    }

    /// The speed of an executor beside the other one.
    fn speed(&self, executor: Executor, elements: f64) -> Option<Speed> {
        let mut speed = self.model(executor)?.speed(elements);
        if !self.lane(other(executor)).is_gone() {
            speed.line.slope *= 1.0 + self.course.gpu.as_ref().map_or(0.0, |gpu| gpu.contention);
        }
        Some(speed)
    }

    fn bounds(&self, executor: Executor) -> Bounds {
        let most = match (executor, &self.course.gpu) {
            (Executor::Gpu, Some(gpu)) => gpu.most.min(self.ceiling.unwrap_or(usize::MAX)),
            _ => usize::MAX,
        };
        let grain = self.course.grain;
        Bounds { grain, most: (most / grain).max(1).saturating_mul(grain) }
    }

    /// A chunk is done.
    pub(crate) fn commit(&mut self, lease: &Lease, now_s: f64) -> Commit {
        let commit = self.ledger.commit(lease.generation);
        let others_busy_s = self.lane(other(lease.executor)).busy_s(now_s);
        let Some(ended) = self.lane_mut(lease.executor).end(lease.generation, now_s, others_busy_s) else {
            return commit;
        };
        if commit == Commit::Stale {
            return commit;
        }
        let weight = self.course.density.weight(&lease.range, self.ledger.len());
        let contention = self.course.gpu.as_ref().map_or(0.0, |gpu| gpu.contention);
        let alone_s = ((now_s - ended.began_s) / (1.0 + contention * ended.shared)).max(1e-9);
        self.learn_density(lease, weight, alone_s, ended.shared);
        let weight = self.course.density.weight(&lease.range, self.ledger.len());
        if let Some(model) = self.model_mut(lease.executor) {
            model.observe(weight, alone_s);
        }
        self.chunks.push(Chunk {
            executor: lease.executor,
            range: lease.range.clone(),
            weight,
            began_s: ended.began_s,
            ended_s: now_s,
            shared: ended.shared,
            alone_s,
            expected: ended.expected,
        });
        self.learn_contention();
        commit
    }

    /// A chunk has failed: its elements are pending again.
    pub(crate) fn fault(&mut self, lease: &Lease, fault: &Fault, now_s: f64) -> After {
        let others_busy_s = self.lane(other(lease.executor)).busy_s(now_s);
        self.lane_mut(lease.executor).end(lease.generation, now_s, others_busy_s);
        if !self.ledger.requeue(lease.generation) {
            // Revoked before: whoever revoked it has decided.
            return After::Retire;
        }
        match fault {
            Fault::OutOfMemory { .. } if lease.range.len() > self.course.grain => {
                self.ceiling = Some(lease.range.len() / 2);
                After::Retry
            }
            Fault::Lost(_) | Fault::Timeout { .. } => self.lost(now_s),
            _ => self.retire(lease.executor),
        }
    }

    /// The device is gone: what it had is pending again, and it may come back if that can still pay.
    pub(crate) fn lost(&mut self, now_s: f64) -> After {
        self.ledger.revoke(Executor::Gpu);
        let pause_s = REOPEN_PAUSE_S * f64::from(1 << self.reopened.min(8));
        let again_s = pause_s + self.course.gpu.as_ref().map_or(0.0, |gpu| gpu.ready_in_s);
        let pending = self.ledger.pending() as f64;
        // Without a CPU to take over it is tried in any case.
        let worth = match &self.course.cpu {
            Some(cpu) => cpu.fit().seconds(pending) > 4.0 * (again_s + REOPEN_PAUSE_S),
            None => true,
        };
        if self.reopened >= MAX_REOPENED || !worth {
            return self.retire(Executor::Gpu);
        }
        self.reopened += 1;
        self.gpu = Lane::opening(now_s, again_s);
        After::Reopen { pause_s }
    }

    /// An executor is out: what it had is pending again.
    pub(crate) fn retire(&mut self, executor: Executor) -> After {
        self.ledger.revoke(executor);
        *self.lane_mut(executor) = Lane::absent();
        After::Retire
    }

    /// True when a device takes part only to be learned about.
    pub(crate) fn is_probing(&self) -> bool {
        self.probe().is_some()
    }

    /// Chunks committed, in order.
    pub(crate) fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// Elements of a chunk that the device had room for, where it lacked room for twice as many.
    pub(crate) fn ceiling(&self) -> Option<usize> {
        self.ceiling
    }

    /// All elements.
    pub(crate) fn len(&self) -> usize {
        self.ledger.len()
    }

    /// Elements done.
    pub(crate) fn committed(&self) -> usize {
        self.ledger.committed()
    }

    /// True when every element is done.
    pub(crate) fn is_done(&self) -> bool {
        self.ledger.is_done()
    }

    /// True when elements are left and nobody is there to run them.
    pub(crate) fn is_stuck(&self) -> bool {
        !self.ledger.is_done() && self.cpu.is_gone() && self.gpu.is_gone()
    }

    fn model(&self, executor: Executor) -> Option<&Model> {
        match executor {
            Executor::Cpu => self.course.cpu.as_ref(),
            Executor::Gpu => self.course.gpu.as_ref().map(|gpu| &gpu.model),
        }
    }

    fn model_mut(&mut self, executor: Executor) -> Option<&mut Model> {
        match executor {
            Executor::Cpu => self.course.cpu.as_mut(),
            Executor::Gpu => self.course.gpu.as_mut().map(|gpu| &mut gpu.model),
        }
    }

    fn lane(&self, executor: Executor) -> &Lane {
        match executor {
            Executor::Cpu => &self.cpu,
            Executor::Gpu => &self.gpu,
        }
    }

    fn lane_mut(&mut self, executor: Executor) -> &mut Lane {
        match executor {
            Executor::Cpu => &mut self.cpu,
            Executor::Gpu => &mut self.gpu,
        }
    }
}

/// The one beside it.
fn other(executor: Executor) -> Executor {
    match executor {
        Executor::Cpu => Executor::Gpu,
        Executor::Gpu => Executor::Cpu,
    }
}

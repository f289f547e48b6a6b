//! Virtual time: two executors that slow each other while both are at work, and alarms.

use std::ops::Range;

use super::scenario::FaultKind;
use crate::plan::Executor;
use crate::run::Lease;

/// A chunk that an executor is at.
#[derive(Debug, Clone)]
struct Running {
    lease: Lease,
    /// Seconds of work that are left, if it were alone.
    left_s: f64,
}

/// Something that happens at a time of its own.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Alarm {
    /// The device is open, and its pipelines are compiled.
    Ready,
    /// A chunk fails.
    Failed(Lease, FaultKind),
    /// A device that was given up for lost commits.
    LateCommit(Lease),
    /// The CPU has folded what lies before its part of a scan.
    Folded(Range<usize>),
}

/// What happens next.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Happening {
    /// A chunk has ended.
    Ended(Lease),
    /// An alarm.
    Alarm(Alarm),
}

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    pub(super) now_s: f64,
    contention: f64,
    cpu: Option<Running>,
    gpu: Option<Running>,
    alarms: Vec<(f64, Alarm)>,
}

impl Clock {
    pub(super) fn new(contention: f64) -> Self {
        Self { now_s: 0.0, contention, cpu: None, gpu: None, alarms: Vec::new() }
    }

    /// Begins a chunk that takes so long alone; it never ends if that is infinite.
    pub(super) fn begin(&mut self, lease: &Lease, takes_s: f64) {
        let running = Some(Running { lease: lease.clone(), left_s: takes_s });
        match lease.executor {
            Executor::Cpu => self.cpu = running,
            Executor::Gpu => self.gpu = running,
        }
    }

    /// Ends what an executor does, done or not.
    pub(super) fn drop_chunk(&mut self, executor: Executor) {
        match executor {
            Executor::Cpu => self.cpu = None,
            Executor::Gpu => self.gpu = None,
        }
    }

    pub(super) fn is_busy(&self, executor: Executor) -> bool {
        match executor {
            Executor::Cpu => self.cpu.is_some(),
            Executor::Gpu => self.gpu.is_some(),
        }
    }

    /// Sets an alarm in so many seconds.
    pub(super) fn alarm_in(&mut self, seconds: f64, alarm: Alarm) {
        self.alarms.push((self.now_s + seconds, alarm));
    }

    /// Goes to what happens next; `None` when nothing ever does.
    pub(super) fn step(&mut self) -> Option<Happening> {
        let speed =
            if self.cpu.is_some() && self.gpu.is_some() { 1.0 / (1.0 + self.contention) } else { 1.0 };
        let ends = |running: &Option<Running>| running.as_ref().map_or(f64::INFINITY, |r| r.left_s / speed);
        let (cpu_s, gpu_s) = (ends(&self.cpu), ends(&self.gpu));
        let first = self.alarms.iter().enumerate().min_by(|a, b| a.1.0.total_cmp(&b.1.0));
        let alarm = first.map(|(index, (at_s, _))| (index, (at_s - self.now_s).max(0.0)));
        let alarm_s = alarm.map_or(f64::INFINITY, |(_, seconds)| seconds);
        let passes_s = cpu_s.min(gpu_s).min(alarm_s);
        if passes_s.is_infinite() {
            return None;
        }
        for running in [&mut self.cpu, &mut self.gpu].into_iter().flatten() {
            running.left_s = (running.left_s - passes_s * speed).max(0.0);
        }
        self.now_s += passes_s;
        if let Some((index, seconds)) = alarm
            && seconds <= passes_s
        {
            return Some(Happening::Alarm(self.alarms.remove(index).1));
        }
        let ended = if cpu_s <= gpu_s { self.cpu.take() } else { self.gpu.take() };
        ended.map(|running| Happening::Ended(running.lease))
    }
}

//! The thread that waits for a device: one a device, parked while nothing is in flight.
//!
//! Submissions are waited for in order, each at most until its deadline, in slices so that a device that is lost
//! meanwhile is noticed. Callbacks of wgpu run on this thread and do nothing but wake waiters. A callback that does not
//! come although its submission is done ends the device too, after a grace period: every wait that is watched ends.
//!
//! wgpu asserts that a wait which timed out does not find the queue empty; it may, when another thread polls between.
//! So a panic inside a poll is not the end of this thread, on which every waiter depends: it polls again.
//!
//! A callback of a call with a timeline hands it the times of a submission, which is all that may happen besides.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::faults::{Faults, Wait, lock};
use crate::error::{Error, Fault, Result};

const SLICE: Duration = Duration::from_secs(10);

/// A wait at the end of a deadline.
const SHORTEST: Duration = Duration::from_millis(1);

/// Looks at a hung device.
const HUNG_SLICE: Duration = Duration::from_millis(20);

/// Looks for late callbacks before the thread sleeps between them.
const QUICK_LOOKS: u32 = 32;

/// Panics of one wait before the device counts as lost.
const MAX_PANICS: u32 = 3;

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// One submission.
    pub(super) deadline: Duration,
    /// The callbacks of a submission that is done.
    pub(super) grace: Duration,
}

/// A submission to wait for.
struct Watched {
    /// `None`: whatever was submitted last.
    submission: Option<wgpu::SubmissionIndex>,
    /// The waits that end with it.
    waits: Vec<u64>,
}

#[derive(Default)]
struct Queue {
    watched: VecDeque<Watched>,
    closed: bool,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
}

/// Handle of the thread; dropping it ends the thread.
pub(super) struct Poller {
    shared: Arc<Shared>,
}

impl Poller {
    /// Starts the thread of a device.
    pub(super) fn start(device: wgpu::Device, faults: Arc<Faults>, limits: Limits) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let poller = Self { shared: shared.clone() };
        std::thread::Builder::new()
            .name("tilewright-gpu".to_owned())
            .spawn(move || run(&device, &faults, &shared, limits))
            .map_err(|error| Error::System {
                what: "start the GPU's thread".to_owned(),
                reason: error.to_string(),
            })?;
        Ok(poller)
    }

    /// Has the thread wait for a submission (`None`: the last one) and end `waits` with it.
    pub(super) fn watch(&self, submission: Option<wgpu::SubmissionIndex>, waits: &[Wait]) {
        let waits = waits.iter().map(|wait| wait.id).collect();
        lock(&self.shared.queue).watched.push_back(Watched { submission, waits });
        self.shared.changed.notify_one();
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        lock(&self.shared.queue).closed = true;
        self.shared.changed.notify_one();
    }
}

fn run(device: &wgpu::Device, faults: &Faults, shared: &Shared, limits: Limits) {
    let thread = Thread { device, faults, shared, limits };
    while let Some(next) = next(shared) {
        if thread.reach(&next) {
            thread.settle(next.waits);
        }
    }
}

/// What the thread looks after.
struct Thread<'t> {
    device: &'t wgpu::Device,
    faults: &'t Faults,
    shared: &'t Shared,
    limits: Limits,
}

impl Thread<'_> {
    /// Waits for a submission; false when it was not reached, and the device has failed.
    fn reach(&self, next: &Watched) -> bool {
        // Submissions run one after the other: the time of one starts when those before it are done.
        let started = Instant::now();
        let mut panics = 0;
        while !self.is_over() {
            let left = self.limits.deadline.saturating_sub(started.elapsed()).clamp(SHORTEST, SLICE);
            let polled = if self.faults.is_hung() {
                self.doze(left.min(HUNG_SLICE));
                Some(Err(wgpu::PollError::Timeout))
            } else {
                let submission_index = next.submission.clone();
                self.poll(wgpu::PollType::Wait { submission_index, timeout: Some(left) })
            };
            match polled {
                Some(Ok(_)) => return true,
                // What was submitted last changes as others submit: only the waits count.
                _ if next.submission.is_none() && !self.faults.is_waiting_for(&next.waits) => return true,
                Some(Err(wgpu::PollError::Timeout)) if started.elapsed() < self.limits.deadline => {}
                Some(Err(wgpu::PollError::Timeout)) => {
                    self.faults.fail(Fault::Timeout { after_ms: started.elapsed().as_millis() as u64 });
                }
                // The submission never reached the device, or the device is gone: the callback would never come.
                Some(Err(error)) => {
                    self.faults.fail(Fault::Lost(error.to_string()));
                }
                None if panics + 1 < MAX_PANICS => panics += 1,
                None => {
                    self.faults.fail(Fault::Lost("wgpu panicked while it waited".to_owned()));
                }
            }
        }
        false
    }

    /// Sees to it that waits for a submission that is done end too: by the callbacks, which another thread that polls may
    /// have in its hands, or by the end of the grace period.
    fn settle(&self, waits: Vec<u64>) {
        for _ in 0..QUICK_LOOKS {
            if !self.faults.is_waiting_for(&waits) {
                return;
            }
            let _ = self.poll(wgpu::PollType::Poll);
            std::thread::yield_now();
        }
        // A callback for all work submitted so far may wait for what another thread has submitted since.
        let last = Watched { submission: None, waits };
        if !self.reach(&last) {
            return;
        }
        let started = Instant::now();
        while self.faults.is_waiting_for(&last.waits) && !self.is_over() {
            if started.elapsed() >= self.limits.grace {
                self.faults.fail(Fault::Lost("a callback never came".to_owned()));
            }
            let _ = self.poll(wgpu::PollType::Poll);
            self.doze(SHORTEST);
        }
    }

    /// One poll; none if it panicked.
    fn poll(&self, poll: wgpu::PollType) -> Option<std::result::Result<wgpu::PollStatus, wgpu::PollError>> {
        std::panic::catch_unwind(AssertUnwindSafe(|| self.device.poll(poll))).ok()
    }

    /// Nobody waits any more: the device has failed, which has ended all waits, or it was dropped.
    fn is_over(&self) -> bool {
        self.faults.fatal().is_some() || lock(&self.shared.queue).closed
    }

    /// Sleeps, but not past the end of the device.
    fn doze(&self, time: Duration) {
        let queue = lock(&self.shared.queue);
        let woken = self.shared.changed.wait_timeout_while(queue, time, |queue| !queue.closed);
        drop(woken.unwrap_or_else(std::sync::PoisonError::into_inner));
    }
}

fn next(shared: &Shared) -> Option<Watched> {
    let mut queue = lock(&shared.queue);
    loop {
        if queue.closed {
            return None;
        }
        if let Some(next) = queue.watched.pop_front() {
            return Some(next);
        }
        queue = shared.changed.wait(queue).unwrap_or_else(std::sync::PoisonError::into_inner);
    }
}

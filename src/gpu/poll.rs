//! The thread that waits for a device: one a device, parked while nothing is in flight.
//!
//! Submissions are waited for in order, each at most until its deadline, in slices so that a device that is lost
//! meanwhile is noticed. Callbacks of wgpu run on this thread and do nothing but wake waiters.
//!
//! wgpu asserts that a wait which timed out does not find the queue empty; it may, when another thread polls between.
//! So a panic inside a poll is not the end of this thread, on which every waiter depends: it polls again.
//!
//! A callback of a call with a timeline hands it the times of a submission, which is all that may happen besides.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::faults::{Faults, lock};
use crate::error::{Error, Fault, Result};

const SLICE: Duration = Duration::from_secs(2);

/// A wait at the end of a deadline.
const SHORTEST: Duration = Duration::from_millis(1);

/// Panics of one wait before the device counts as lost.
const MAX_PANICS: u32 = 3;

/// A submission to wait for; `None`: whatever was submitted last.
type Watched = Option<wgpu::SubmissionIndex>;

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
    pub(super) fn start(device: wgpu::Device, faults: Arc<Faults>, deadline: Duration) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let poller = Self { shared: shared.clone() };
        std::thread::Builder::new()
            .name("tilewright-gpu".to_owned())
            .spawn(move || run(&device, &faults, &shared, deadline))
            .map_err(|error| Error::System {
                what: "start the GPU's thread".to_owned(),
                reason: error.to_string(),
            })?;
        Ok(poller)
    }

    /// Has the thread wait for a submission (`None`: the last one).
    pub(super) fn watch(&self, submission: Option<wgpu::SubmissionIndex>) {
        lock(&self.shared.queue).watched.push_back(submission);
        self.shared.changed.notify_one();
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        lock(&self.shared.queue).closed = true;
        self.shared.changed.notify_one();
    }
}

fn run(device: &wgpu::Device, faults: &Faults, shared: &Shared, deadline: Duration) {
    while let Some(next) = next(shared) {
        // Submissions run one after the other: the time of one starts when those before it are done.
        let started = Instant::now();
        let mut panics = 0;
        loop {
            let left = deadline.saturating_sub(started.elapsed()).clamp(SHORTEST, SLICE);
            let poll = wgpu::PollType::Wait { submission_index: next.clone(), timeout: Some(left) };
            let polled = std::panic::catch_unwind(AssertUnwindSafe(|| device.poll(poll)));
            let Ok(polled) = polled else {
                panics += 1;
                if panics < MAX_PANICS {
                    continue;
                }
                faults.fail(Fault::Lost("wgpu panicked while it waited".to_owned()));
                break;
            };
            match polled {
                Ok(_) => break,
                Err(wgpu::PollError::Timeout) if faults.fatal().is_some() => break,
                Err(wgpu::PollError::Timeout) if started.elapsed() < deadline => {}
                Err(wgpu::PollError::Timeout) => {
                    faults.fail(Fault::Timeout { after_ms: started.elapsed().as_millis() as u64 });
                    break;
                }
                Err(error) => {
                    // The submission never reached the device, or the device is gone: the callback would never come.
                    faults.fail(Fault::Lost(error.to_string()));
                    break;
                }
            }
        }
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

//! Faults of a device: what went wrong, and who waits for something that will now never come.
//!
//! A lost device, a missed deadline or a failed callback ends every wait at once; a fatal fault stays with the device.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use futures_intrusive::channel::shared::{OneshotReceiver, OneshotSender, oneshot_channel};

use crate::error::Fault;

/// The outcome of a wait.
pub(super) type Outcome = Result<(), Fault>;

/// Who waits on a device, and its fatal fault.
#[derive(Default)]
pub(super) struct Faults {
    fatal: Mutex<Option<Fault>>,
    waiting: Mutex<HashMap<u64, OneshotSender<Outcome>>>,
    next: AtomicU64,
}

/// A wait: resolves when its promise is kept or dropped, or when the device fails.
pub(super) struct Wait {
    receiver: OneshotReceiver<Outcome>,
}

impl Wait {
    pub(super) async fn done(&self) -> Outcome {
        self.receiver.receive().await.unwrap_or_else(|| Err(Fault::Lost("the wait was abandoned".to_owned())))
    }
}

/// The other end of a wait, owned by a callback. A callback that is dropped without being called ends the wait too.
pub(super) struct Promise {
    id: u64,
    faults: Arc<Faults>,
}

impl Promise {
    pub(super) fn keep(self, outcome: Outcome) {
        self.faults.resolve(self.id, outcome);
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.faults.resolve(self.id, Err(Fault::Lost("wgpu dropped a callback".to_owned())));
    }
}

impl Faults {
    /// The fault that ended the device.
    pub(super) fn fatal(&self) -> Option<Fault> {
        lock(&self.fatal).clone()
    }

    /// Registers a wait. On a device that has failed it is over at once.
    pub(super) fn wait(self: &Arc<Self>) -> (Wait, Promise) {
        let (sender, receiver) = oneshot_channel();
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.waiting).insert(id, sender);
        if let Some(fault) = self.fatal() {
            self.resolve(id, Err(fault));
        }
        (Wait { receiver }, Promise { id, faults: self.clone() })
    }

    /// Ends a wait; later outcomes of the same wait are void.
    fn resolve(&self, id: u64, outcome: Outcome) {
        let sender = lock(&self.waiting).remove(&id);
        if let Some(sender) = sender {
            // The receiver may be gone: a job that was dropped half way.
            let _ = sender.send(outcome);
        }
    }

    /// Ends the device: all waits, now and later, get the first fatal fault.
    pub(super) fn fail(&self, fault: Fault) {
        let fault = lock(&self.fatal).get_or_insert(fault).clone();
        let waiting = std::mem::take(&mut *lock(&self.waiting));
        for sender in waiting.into_values() {
            let _ = sender.send(Err(fault.clone()));
        }
    }
}

/// Locks, whatever another thread's panic left behind: every critical section here leaves its data whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

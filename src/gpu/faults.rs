//! Faults of a device: what went wrong, and who waits for something that will now never come.
//!
//! A lost device, a missed deadline or a failed callback ends every wait at once; a fatal fault stays with the device.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use futures_intrusive::channel::shared::{OneshotReceiver, OneshotSender, oneshot_channel};

use crate::error::Fault;

/// The outcome of a wait.
pub(super) type Outcome = Result<(), Fault>;

/// Who waits on a device, and its fatal fault.
#[derive(Default)]
pub(super) struct Faults {
    fatal: Mutex<Option<Fault>>,
    waiting: Mutex<HashMap<u64, Waiter>>,
    next: AtomicU64,
    /// Nothing that was submitted ends any more: only scripts do that.
    hung: AtomicBool,
}

/// Who is told of the end of a wait, and where its time is noted.
struct Waiter {
    sender: OneshotSender<Outcome>,
    ended: Arc<OnceLock<Instant>>,
}

impl Waiter {
    fn tell(self, outcome: Outcome) {
        // Nobody else sets it.
        let _ = self.ended.set(Instant::now());
        // The receiver may be gone: a job that was dropped half way.
        let _ = self.sender.send(outcome);
    }
}

/// A wait: resolves when its promise is kept or dropped, or when the device fails.
pub(super) struct Wait {
    pub(super) id: u64,
    faults: Arc<Faults>,
    receiver: OneshotReceiver<Outcome>,
    ended: Arc<OnceLock<Instant>>,
}

impl Drop for Wait {
    fn drop(&mut self) {
        // A promise that is never kept would otherwise be remembered as long as the device.
        lock(&self.faults.waiting).remove(&self.id);
    }
}

impl Wait {
    /// When it was over; `None` while it goes on.
    pub(super) fn ended(&self) -> Option<Instant> {
        self.ended.get().copied()
    }

    pub(super) async fn done(&self) -> Outcome {
        self.receiver.receive().await.unwrap_or_else(|| Err(Fault::Lost("the wait was abandoned".to_owned())))
    }
}

/// The other end of a wait, owned by a callback. A callback that is dropped without being called ends the wait too.
pub(super) struct Promise {
    /// `None`: a script has it forgotten.
    id: Option<u64>,
    faults: Arc<Faults>,
}

impl Promise {
    pub(super) fn keep(self, outcome: Outcome) {
        self.end(outcome);
    }

    fn end(&self, outcome: Outcome) {
        if let Some(id) = self.id {
            self.faults.resolve(id, outcome);
        }
    }
}

impl Drop for Promise {
    fn drop(&mut self) {
        self.end(Err(Fault::Lost("wgpu dropped a callback".to_owned())));
    }
}

impl Faults {
    /// The fault that ended the device.
    pub(super) fn fatal(&self) -> Option<Fault> {
        lock(&self.fatal).clone()
    }

    /// Registers a wait. On a device that has failed it is over at once. The promise of a silent one is void: only the
    /// device's thread ends it.
    pub(super) fn wait(self: &Arc<Self>, silent: bool) -> (Wait, Promise) {
        let (sender, receiver) = oneshot_channel();
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let ended = Arc::new(OnceLock::new());
        lock(&self.waiting).insert(id, Waiter { sender, ended: Arc::clone(&ended) });
        if let Some(fault) = self.fatal() {
            self.resolve(id, Err(fault));
        }
        let kept = (!silent && !self.is_hung()).then_some(id);
        (Wait { id, faults: self.clone(), receiver, ended }, Promise { id: kept, faults: self.clone() })
    }

    /// Ends a wait; later outcomes of the same wait are void.
    fn resolve(&self, id: u64, outcome: Outcome) {
        let waiter = lock(&self.waiting).remove(&id);
        if let Some(waiter) = waiter {
            waiter.tell(outcome);
        }
    }

    /// From now on nothing ends that is submitted, until the device's thread has lost its patience.
    pub(super) fn hang(&self) {
        self.hung.store(true, Ordering::Relaxed);
    }

    /// True after [`hang`](Self::hang).
    pub(super) fn is_hung(&self) -> bool {
        self.hung.load(Ordering::Relaxed)
    }

    /// True if one of these waits goes on.
    pub(super) fn is_waiting_for(&self, ids: &[u64]) -> bool {
        let waiting = lock(&self.waiting);
        ids.iter().any(|id| waiting.contains_key(id))
    }

    /// Waits that go on.
    #[cfg(test)]
    pub(super) fn waiting(&self) -> usize {
        lock(&self.waiting).len()
    }

    /// Ends the device: all waits, now and later, get the first fatal fault, which is returned.
    pub(super) fn fail(&self, fault: Fault) -> Fault {
        let fault = lock(&self.fatal).get_or_insert(fault).clone();
        let waiting = std::mem::take(&mut *lock(&self.waiting));
        for waiter in waiting.into_values() {
            waiter.tell(Err(fault.clone()));
        }
        fault
    }
}

/// Locks, whatever another thread's panic left behind: every critical section here leaves its data whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

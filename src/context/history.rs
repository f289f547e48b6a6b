//! What a context has learned: applied before each decision, added to after each call, kept on disk in between.
//!
//! No call waits for the disk, but for the first one that plans, which reads a file of a few kilobytes for the CPU and one
//! for each device. Saving is up to a thread that lives as long as that takes, started by a call that ends at least
//! [`SAVE_EVERY`] after the last save, and up to the end of the context. Measured with a thousand works: a lesson costs a call
//! about 1 µs and starting the thread 60 µs; the thread takes 7 ms, and reading a file 1 ms.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::code::{code, kernel_code};
use super::store::{Part, Store};
use crate::dispatch::Dispatch;
use crate::plan::{Executor, History, Observation, Profile, Shape, WorkKey};
use crate::run::{Call, Facts, learn};
use crate::work::Work;

/// Time between two saves. What a program that is killed loses is as much as it has learned in this time.
const SAVE_EVERY: Duration = Duration::from_secs(5);

/// The same after a save that failed: a full disk may be tidied up, but is not to be asked all the time.
const RETRY_AFTER: Duration = Duration::from_secs(300);

/// Names kept; past this many they are computed anew.
const MAX_CODES: usize = 4096;

/// See the module.
pub(super) struct Memory {
    enabled: bool,
    kept: Arc<Kept>,
    saver: Mutex<Option<JoinHandle<()>>>,
    /// Names of works between processes, by [`Work::key`].
    codes: RwLock<HashMap<Vec<u64>, u64>>,
}

/// What a thread that saves needs.
struct Kept {
    known: Mutex<Known>,
    cpu: Part,
    /// Or why nothing is kept on disk.
    store: Result<Store, String>,
}

struct Known {
    /// Everything: from disk, and from this context.
    history: History,
    /// What this context has learned and not saved.
    unsaved: History,
    loaded: BTreeSet<Part>,
    next_save: Instant,
}

impl Memory {
    /// `cpu` says which CPU this is: threads and instruction set. Reads nothing yet.
    pub(super) fn new(enabled: bool, cpu: String, store: Result<Store, String>) -> Self {
        let known = Known {
            history: History::default(),
            unsaved: History::default(),
            loaded: BTreeSet::new(),
            next_save: Instant::now() + SAVE_EVERY,
        };
        let kept = Kept { known: Mutex::new(known), cpu: Part::Cpu(cpu), store };
        Self { enabled, kept: Arc::new(kept), saver: Mutex::new(None), codes: RwLock::default() }
    }

    /// Puts what is known into a profile; `devices` names its adapters, with their drivers.
    pub(super) fn apply(&self, profile: &mut Profile, shape: &Shape, devices: &[String]) {
        if self.enabled {
            let mut known = self.kept.known();
            self.kept.load(&mut known, devices);
            known.history.apply(profile, shape, devices);
        }
    }

    /// The same for a launch of a kernel.
    pub(super) fn apply_to(&self, profile: &mut Profile, key: WorkKey, devices: &[String]) {
        if self.enabled {
            let mut known = self.kept.known();
            self.kept.load(&mut known, devices);
            known.history.apply_to(profile, key, devices);
        }
    }

    /// Learns from a call.
    pub(super) fn learn(&self, call: &Call, facts: &Facts) {
        self.add(|history| learn(history, call, facts));
    }

    /// Learns from a call that one executor ran whole.
    pub(super) fn observe(&self, seen: &Observation, facts: &Facts) {
        self.add(|history| {
            history.observe(facts.key, facts.device.as_deref(), seen);
            if let (Executor::Gpu, Some(device)) = (seen.executor, &facts.device) {
                let known = history.device_mut(device);
                facts.open_s.iter().for_each(|&seconds| known.open_s.add(seconds));
                facts.compile_s.iter().for_each(|&seconds| known.compile_s.add(seconds));
            }
            history.budget.spend(facts.took_s, facts.explored_s);
        });
    }

    /// Adds a lesson, and has it saved if it is time.
    pub(super) fn add(&self, teach: impl Fn(&mut History)) {
        if !self.enabled {
            return;
        }
        let mut known = self.kept.known();
        teach(&mut known.history);
        teach(&mut known.unsaved);
        let now = Instant::now();
        if self.kept.store.is_ok() && now >= known.next_save {
            known.next_save = now + SAVE_EVERY;
            drop(known);
            self.save_beside();
        }
    }

    /// The name of a work between processes.
    pub(super) fn code(&self, work: &Work<'_>) -> u64 {
        self.named(work.key(), || code(work))
    }

    /// The same of a kernel.
    pub(super) fn kernel_code(&self, dispatch: &Dispatch<'_>) -> u64 {
        // No work has a key that ends so.
        let key = dispatch.program.key.iter().copied().chain([u64::MAX]).collect();
        self.named(key, || kernel_code(dispatch))
    }

    fn named(&self, key: Vec<u64>, name: impl FnOnce() -> u64) -> u64 {
        if let Some(&known) = self.codes.read().unwrap_or_else(|e| e.into_inner()).get(&key) {
            return known;
        }
        let code = name();
        let mut codes = self.codes.write().unwrap_or_else(|e| e.into_inner());
        if codes.len() >= MAX_CODES {
            codes.clear();
        }
        codes.insert(key, code);
        code
    }

    /// What the user should know of the history.
    pub(super) fn notes(&self) -> Vec<String> {
        match &self.kept.store {
            _ if !self.enabled => Vec::new(),
            Ok(store) => store.notes(),
            Err(why) => vec![format!("history is not kept on disk: {why}")],
        }
    }

    fn save_beside(&self) {
        let mut saver = self.saver.lock().unwrap_or_else(|e| e.into_inner());
        // One that is still at it after seconds has a slow disk: it is not helped by another one.
        if saver.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return;
        }
        let kept = Arc::clone(&self.kept);
        let thread = std::thread::Builder::new().name("tilewright history".into());
        // Without a thread it is saved at the end.
        *saver = thread.spawn(move || kept.save()).ok();
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        let saver = self.saver.get_mut().unwrap_or_else(|e| e.into_inner());
        if let Some(thread) = saver.take() {
            // A panic there loses samples, and has been printed.
            let _ = thread.join();
        }
        self.kept.save();
    }
}

impl Kept {
    /// A poisoned lock only means that a panic has cut a lesson short.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Reads what was not read yet.
    fn load(&self, known: &mut Known, devices: &[String]) {
        let Ok(store) = &self.store else { return };
        let parts = devices.iter().map(|name| Part::Device(name.clone()));
        for part in std::iter::once(self.cpu.clone()).chain(parts) {
            if !known.loaded.contains(&part) {
                known.history.merge(&store.load(&part));
                known.loaded.insert(part);
            }
        }
    }

    fn save(&self) {
        let Ok(store) = &self.store else { return };
        let mut known = self.known();
        let learned = std::mem::take(&mut known.unsaved);
        if learned.is_empty() {
            return;
        }
        let devices = learned.device_names();
        // Files that were never read are not to be replaced by what is known here alone.
        self.load(&mut known, &devices);
        let whole = known.history.clone();
        drop(known);
        let parts = devices.into_iter().map(Part::Device);
        let mut unsaved = History::default();
        for part in std::iter::once(self.cpu.clone()).chain(parts) {
            if !store.save(&part, &whole, &learned) {
                unsaved.merge(&part.of(&learned));
            }
        }
        if !unsaved.is_empty() {
            let mut known = self.known();
            known.unsaved.merge(&unsaved);
            known.next_save = Instant::now() + RETRY_AFTER;
        }
    }
}

#[cfg(test)]
mod tests;

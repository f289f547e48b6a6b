//! What a context remembers of its calls, and the names by which it does.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, RwLock};

use super::code::code;
use crate::plan::{Executor, History, Observation, Profile, Shape};
use crate::run::{Call, Facts};
use crate::work::Work;

/// Names kept; past this many they are computed anew.
const MAX_CODES: usize = 4096;

/// See the module.
pub(super) struct Memory {
    history: Mutex<History>,
    /// False leaves every plan to assumptions and calibrations.
    enabled: bool,
    /// Names of works between processes, by [`Work::key`].
    codes: RwLock<HashMap<Vec<u64>, u64>>,
}

impl Memory {
    pub(super) fn new(enabled: bool) -> Self {
        Self { history: Mutex::default(), enabled, codes: RwLock::default() }
    }

    /// Puts what is remembered of a work into a profile. `devices` names the profile's adapters.
    pub(super) fn apply(&self, profile: &mut Profile, shape: &Shape, devices: &[String]) {
        if self.enabled {
            self.lock().apply(profile, shape, devices);
        }
    }

    /// Adds a call that ran in chunks.
    pub(super) fn learn(&self, call: &Call, facts: &Facts) {
        if self.enabled {
            crate::run::learn(&mut self.lock(), call, facts);
        }
    }

    /// Adds a call that one executor ran whole.
    pub(super) fn observe(&self, seen: &Observation, facts: &Facts) {
        if !self.enabled {
            return;
        }
        let mut history = self.lock();
        history.observe(facts.key, facts.device.as_deref(), seen);
        if let (Executor::Gpu, Some(device)) = (seen.executor, &facts.device) {
            let known = history.device_mut(device);
            facts.open_s.iter().for_each(|&seconds| known.open_s.add(seconds));
            facts.compile_s.iter().for_each(|&seconds| known.compile_s.add(seconds));
        }
        history.budget.spend(facts.took_s, facts.explored_s);
    }

    /// The name of a work between processes.
    pub(super) fn code(&self, work: &Work<'_>) -> u64 {
        let key = work.key();
        if let Some(&known) = self.codes.read().unwrap_or_else(|e| e.into_inner()).get(&key) {
            return known;
        }
        let code = code(work);
        let mut codes = self.codes.write().unwrap_or_else(|e| e.into_inner());
        if codes.len() >= MAX_CODES {
            codes.clear();
        }
        codes.insert(key, code);
        code
    }

    fn lock(&self) -> MutexGuard<'_, History> {
        // Sums of numbers: whatever panicked left them usable.
        self.history.lock().unwrap_or_else(|e| e.into_inner())
    }
}

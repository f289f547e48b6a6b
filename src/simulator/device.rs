//! The device between calls: open or not, compiled or not, trusted or not.

use super::scenario::Scenario;
use crate::plan::DeviceState;

/// Failures after which a device is left alone.
const MAX_FAILURES: u32 = 3;

/// Pause after the first of them; it doubles with each.
const FIRST_PAUSE_S: f64 = 0.5;

/// Times are in seconds of the process.
#[derive(Debug, Clone)]
pub(super) struct Device {
    pub(super) now_s: f64,
    /// When it is open; `None` when nobody opens it.
    opens_at_s: Option<f64>,
    /// When its pipelines for the work are compiled; `None` when nobody compiles them.
    compiled_at_s: Option<f64>,
    failures: u32,
    /// When it may be opened again after a failure.
    pauses_until_s: f64,
    /// Results of it were wrong.
    pub(super) quarantined: bool,
    /// Chunks that it has run.
    pub(super) chunks: usize,
}

impl Device {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let opened = scenario.gpu.as_ref().is_some_and(|gpu| gpu.open);
        Self {
            now_s: 0.0,
            opens_at_s: opened.then_some(0.0),
            compiled_at_s: None,
            failures: 0,
            pauses_until_s: 0.0,
            quarantined: false,
            chunks: 0,
        }
    }

    pub(super) fn state(&self, scenario: &Scenario) -> DeviceState {
        let open_s = scenario.gpu.as_ref().map_or(0.0, |gpu| gpu.open_ms * 1e-3);
        match self.opens_at_s {
            _ if self.quarantined => DeviceState::Failed("its results were wrong".into()),
            _ if self.failures >= MAX_FAILURES => DeviceState::Failed("left alone".into()),
            _ if self.now_s < self.pauses_until_s => DeviceState::Failed("pausing after a failure".into()),
            Some(at_s) if at_s <= self.now_s => DeviceState::Open,
            Some(at_s) => DeviceState::Opening { elapsed_s: (self.now_s - (at_s - open_s)).max(0.0) },
            None => DeviceState::NotOpened,
        }
    }

    pub(super) fn is_compiled(&self) -> bool {
        self.compiled_at_s.is_some_and(|at_s| at_s <= self.now_s)
    }

    /// Seconds since the compilation of its pipelines began, if it is under way.
    pub(super) fn compiling_for_s(&self, scenario: &Scenario) -> Option<f64> {
        let takes_s = scenario.gpu.as_ref().map_or(0.0, |gpu| gpu.compile_ms * 1e-3);
        let left_s = self.compiled_at_s.filter(|at_s| *at_s > self.now_s)? - self.now_s;
        (left_s <= takes_s).then_some(takes_s - left_s)
    }

    /// Seconds until it can run the work; opens it and compiles the pipelines if nobody does.
    pub(super) fn prepare(&mut self, scenario: &Scenario) -> f64 {
        let Some(gpu) = &scenario.gpu else { return f64::INFINITY };
        let open_at_s = *self.opens_at_s.get_or_insert(self.now_s + gpu.open_ms * 1e-3);
        let begins_s = open_at_s.max(self.now_s);
        let at_s = *self.compiled_at_s.get_or_insert(begins_s + gpu.compile_ms * 1e-3);
        (at_s - self.now_s).max(0.0)
    }

    /// The same device, had it been prepared from the start of the process on.
    pub(super) fn prepared_from_the_start(&self, scenario: &Scenario) -> Self {
        let mut eager = self.clone();
        if self.failures > 0 {
            return eager;
        }
        let mut first = Self::new(scenario);
        first.prepare(scenario);
        let sooner =
            |ours: Option<f64>, theirs: Option<f64>| ours.into_iter().chain(theirs).min_by(f64::total_cmp);
        eager.opens_at_s = sooner(self.opens_at_s, first.opens_at_s);
        eager.compiled_at_s = sooner(self.compiled_at_s, first.compiled_at_s);
        eager
    }

    /// It is lost, so many seconds into a call.
    pub(super) fn fail(&mut self, in_s: f64) {
        self.failures += 1;
        let pause_s = FIRST_PAUSE_S * f64::from(1 << (self.failures - 1).min(8));
        self.pauses_until_s = self.now_s + in_s + pause_s;
        (self.opens_at_s, self.compiled_at_s) = (None, None);
    }

    /// It is opened again within a call, beginning so many seconds into it.
    pub(super) fn reopen(&mut self, in_s: f64, scenario: &Scenario) {
        let Some(gpu) = &scenario.gpu else { return };
        let open_at_s = self.now_s + in_s + gpu.open_ms * 1e-3;
        self.opens_at_s = Some(open_at_s);
        self.compiled_at_s = Some(open_at_s + gpu.compile_ms * 1e-3);
    }
}

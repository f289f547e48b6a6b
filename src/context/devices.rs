//! The GPU of a context: found, opened and measured when a decision first depends on it.
//!
//! A device that fails is dropped. It may be opened again after a pause that doubles with each failure, and no more after
//! [`MAX_FAILURES`]. One thread opens it; others that need it meanwhile wait for that one.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::calibrate::{measured, prior};
use super::tuned::{Tuned, known_as};
use crate::array::ArrayData;
use crate::dispatch::Dispatch;
use crate::error::{Error, Fault, Result};
use crate::gpu::{AdapterInfo, Choice, Gpu, Options};
use crate::plan::{DeviceState, GpuProfile};
use crate::tuning::{Chosen, Source, Tuning};
use crate::work::Work;

/// Failures after which an adapter is left alone.
const MAX_FAILURES: u32 = 3;

/// How often a call that waits for a device asks whether it still needs it.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Pause after the first failure.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The adapters found, and the device of the preferred one.
pub(super) struct Devices {
    /// Part of the name of the adapters allowed.
    filter: Option<String>,
    adapters: OnceLock<Vec<AdapterInfo>>,
    /// The preferred adapter as history knows it.
    names: OnceLock<Vec<String>>,
    tuned: Tuned,
    slot: Mutex<Slot>,
    /// The device was opened, or could not be.
    changed: Condvar,
    /// The thread that opens it for calls to come.
    opener: Mutex<Option<JoinHandle<()>>>,
}

/// The device, if one is open, and how it fared.
#[derive(Default)]
struct Slot {
    opening: Opening,
    open: Option<Opened>,
    /// Since when somebody is opening it.
    opening_since: Option<Instant>,
    /// Keys of works that it was seen to compute wrongly.
    quarantine: HashSet<Vec<u64>>,
    failures: u32,
    last_failure: Option<(Instant, String)>,
}

/// How devices are opened, the first one and those after a failure.
pub(super) struct Opening {
    /// Other limits and tuning than the adapter's own, and what goes wrong.
    pub(super) options: Options,
    /// Pause after the first failure.
    pub(super) first_pause: Duration,
    /// Failures after which the adapter is left alone.
    pub(super) max_failures: u32,
    /// Taken for what is known of the device, in place of a calibration.
    pub(super) profile: Option<GpuProfile>,
}

impl Default for Opening {
    fn default() -> Self {
        Self {
            options: Options::default(),
            first_pause: FIRST_PAUSE,
            max_failures: MAX_FAILURES,
            profile: None,
        }
    }
}

/// An open device with what was measured of it.
struct Opened {
    gpu: Arc<Gpu>,
    profile: GpuProfile,
    /// Keys of the works whose pipelines exist, with the seconds that compiling them took.
    ran: HashMap<Vec<u64>, f64>,
    /// The work whose pipelines somebody is compiling, and since when.
    compiling: Option<(Vec<u64>, Instant)>,
}

/// A device that can run a work.
pub(super) struct Ready {
    pub(super) gpu: Arc<Gpu>,
    /// Seconds that opening it took, if this call waited for that.
    pub(super) open_s: Option<f64>,
    /// Seconds that compiling took, if this call waited for that.
    pub(super) compile_s: Option<f64>,
}

impl Devices {
    pub(super) fn new(filter: Option<String>, tuned: Tuned) -> Self {
        Self {
            filter,
            tuned,
            adapters: OnceLock::new(),
            names: OnceLock::new(),
            slot: Mutex::default(),
            changed: Condvar::new(),
            opener: Mutex::default(),
        }
    }

    /// All adapters, the preferred one first.
    pub(super) fn adapters(&self) -> &[AdapterInfo] {
        self.adapters.get_or_init(Gpu::adapters)
    }

    /// True when adapters were looked for.
    pub(super) fn searched(&self) -> bool {
        self.adapters.get().is_some()
    }

    /// The profile of the adapter that would be used; none when there is none. `threads` are the CPU's, which a software
    /// adapter shares.
    pub(super) fn profiles(&self, threads: usize) -> Vec<GpuProfile> {
        let Some(info) = self.preferred() else { return Vec::new() };
        let slot = self.slot();
        if let Some(opened) = &slot.open {
            return vec![opened.profile.clone()];
        }
        let mut profile = slot.opening.profile.clone().unwrap_or_else(|| prior(info, threads));
        if let Some(since) = slot.opening_since {
            profile.state = DeviceState::Opening { elapsed_s: since.elapsed().as_secs_f64() };
        } else if let Some(why) = slot.refusal() {
            profile.state = DeviceState::Failed(why);
        }
        if let Err(error) = self.tuned.of(info) {
            profile.state = DeviceState::Failed(error.to_string());
        }
        vec![profile]
    }

    /// The open device; opened, probed and measured by the first call.
    pub(super) fn open(&self, threads: usize) -> Result<Arc<Gpu>> {
        self.open_timed(threads).map(|(gpu, _)| gpu)
    }

    /// The same, and how long that took if this call did it.
    pub(super) fn open_timed(&self, threads: usize) -> Result<(Arc<Gpu>, Option<f64>)> {
        let mut slot = self.slot();
        loop {
            if let Some(opened) = &slot.open {
                return Ok((Arc::clone(&opened.gpu), None));
            }
            if slot.opening_since.is_none() {
                break;
            }
            slot = self.changed.wait(slot).unwrap_or_else(|e| e.into_inner());
        }
        let info = self.preferred().ok_or_else(|| self.no_adapter())?;
        if let Some(reason) = slot.refusal() {
            return Err(Error::Device { adapter: info.name.clone(), fault: Fault::Lost(reason) });
        }
        let start = Instant::now();
        slot.opening_since = Some(start);
        drop(slot);
        let made = catch_unwind(AssertUnwindSafe(|| self.make(threads))).unwrap_or_else(|_| {
            let fault = Fault::Lost("the driver panicked while it was opened".to_owned());
            Err(Error::Device { adapter: info.name.clone(), fault })
        });
        let mut slot = self.slot();
        slot.opening_since = None;
        self.changed.notify_all();
        let (gpu, profile) = made.inspect_err(|error| slot.failed(&error.to_string()))?;
        slot.open = Some(Opened { gpu: Arc::clone(&gpu), profile, ran: HashMap::new(), compiling: None });
        Ok((gpu, Some(start.elapsed().as_secs_f64())))
    }

    fn make(&self, threads: usize) -> Result<(Arc<Gpu>, GpuProfile)> {
        let start = Instant::now();
        let choice = Choice { name: self.filter.clone(), software: true };
        let (mut options, known) = {
            let slot = self.slot();
            (slot.opening.options.clone(), slot.opening.profile.clone())
        };
        // The library's own is the device's default.
        let chosen = self.tuning()?.filter(|chosen| chosen.source != Source::Library);
        options.tuning = options.tuning.or(chosen.map(|chosen| chosen.tuning));
        let gpu = Arc::new(Gpu::open_with(&choice, &options)?);
        let open_s = start.elapsed().as_secs_f64();
        let profile = known.unwrap_or_else(|| measured(&gpu, prior(gpu.info(), threads), open_s));
        Ok((gpu, profile))
    }

    /// The open device with the pipelines of a work, both made on another thread if need be, so that this one need not stay
    /// until the end: `None` when the device is not wanted any more. Also the seconds that opening and compiling took, if
    /// this call was the first to wait for it.
    pub(super) fn ready_while(
        self: &Arc<Self>,
        threads: usize,
        work: &Work<'_>,
        is_wanted: impl Fn() -> bool,
    ) -> Result<Option<Ready>> {
        let start = Instant::now();
        let was_open = self.open_profile().is_some();
        let mut is_prepared = was_open && self.has_run(work);
        let mut waited = false;
        while !is_prepared && self.prepare_in_background(threads, work) {
            if !is_wanted() {
                return Ok(None);
            }
            waited = true;
            drop(self.changed.wait_timeout(self.slot(), LOOK_AGAIN).unwrap_or_else(|e| e.into_inner()));
            let has_ended = self.opener().as_ref().is_none_or(JoinHandle::is_finished);
            is_prepared = self.has_run(work) || has_ended;
        }
        // What was found, or why there is nothing.
        let (gpu, opened_s) = self.open_timed(threads)?;
        let compile_s = if waited { self.compile_s(work) } else { None };
        let open_s = (waited && !was_open).then(|| start.elapsed().as_secs_f64() - compile_s.unwrap_or(0.0));
        Ok(Some(Ready { gpu, open_s: opened_s.or(open_s), compile_s }))
    }

    /// Opens the device and makes the pipelines of a work on a thread of its own, unless somebody is at it. A failure is
    /// remembered as any other. False when there is no thread to be had.
    pub(super) fn prepare_in_background(self: &Arc<Self>, threads: usize, work: &Work<'_>) -> bool {
        let mut opener = self.opener();
        if opener.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return true;
        }
        let devices = Arc::clone(self);
        let work = work.without_data();
        let prepare = move || {
            let prepared = devices.open(threads).and_then(|gpu| devices.compile(&gpu, &work));
            if let Err(error) = prepared {
                tracing::warn!(%error, "a device could not be prepared in the background");
            }
        };
        // Without a thread the device is opened by the first call that needs it.
        *opener = std::thread::Builder::new().name("tilewright-open".to_owned()).spawn(prepare).ok();
        opener.is_some()
    }

    /// The same without a work: only opens it.
    pub(super) fn open_in_background(self: &Arc<Self>, threads: usize) {
        let mut opener = self.opener();
        if opener.as_ref().is_some_and(|thread| !thread.is_finished()) {
            return;
        }
        let devices = Arc::clone(self);
        let open = move || {
            if let Err(error) = devices.open(threads) {
                tracing::warn!(%error, "a device could not be opened in the background");
            }
        };
        *opener = std::thread::Builder::new().name("tilewright-open".to_owned()).spawn(open).ok();
    }

    /// True when the open device needs to compile nothing for a launch.
    pub(super) fn has_kernel(&self, dispatch: &Dispatch<'_>) -> bool {
        self.slot().open.as_ref().is_some_and(|opened| opened.gpu.has_kernel(dispatch))
    }

    /// Makes what a work needs on the device, if that does not exist: the seconds that took.
    pub(super) fn compile(&self, gpu: &Gpu, work: &Work<'_>) -> Result<Option<f64>> {
        let key = work.key();
        let start = Instant::now();
        {
            let mut slot = self.slot();
            let Some(opened) = &mut slot.open else { return Ok(None) };
            if opened.ran.contains_key(&key) {
                return Ok(None);
            }
            opened.compiling = Some((key.clone(), start));
        }
        let prepared = gpu.prepare(work);
        let took_s = start.elapsed().as_secs_f64();
        if let Some(opened) = &mut self.slot().open {
            opened.compiling = None;
            if prepared.is_ok() {
                opened.ran.insert(key, took_s);
            }
        }
        self.changed.notify_all();
        prepared.map(|()| Some(took_s))
    }

    /// Seconds that compiling a work took.
    fn compile_s(&self, work: &Work<'_>) -> Option<f64> {
        self.slot().open.as_ref()?.ran.get(&work.key()).copied()
    }

    /// Seconds since somebody began to compile a work, and has not ended.
    pub(super) fn compiling_for_s(&self, work: &Work<'_>) -> Option<f64> {
        let slot = self.slot();
        let (key, since) = slot.open.as_ref()?.compiling.as_ref()?;
        (*key == work.key()).then(|| since.elapsed().as_secs_f64())
    }

    fn opener(&self) -> std::sync::MutexGuard<'_, Option<JoinHandle<()>>> {
        self.opener.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Waits for the thread that opens the device.
    pub(super) fn join(&self) {
        let opener = self.opener().take();
        // A panic in it is a failure that the slot remembers.
        opener.map(JoinHandle::join);
    }

    /// The profile of the open device.
    pub(super) fn open_profile(&self) -> Option<GpuProfile> {
        self.slot().open.as_ref().map(|opened| opened.profile.clone())
    }

    /// The name of the adapter that would be used, if adapters were looked for.
    pub(super) fn adapter_name(&self) -> Option<String> {
        if self.searched() { self.preferred().map(|info| info.name.clone()) } else { None }
    }

    /// That adapter as history knows it: with its driver, since another one has other speeds.
    pub(super) fn history_names(&self) -> &[String] {
        self.names.get_or_init(|| self.preferred().map(known_as).into_iter().collect())
    }

    /// The tuning of that adapter.
    pub(super) fn tuning(&self) -> Result<Option<&Chosen>> {
        self.preferred().map(|info| self.tuned.of(info)).transpose()
    }

    /// The tuning that the open device runs, and where that is not the one it was given.
    pub(super) fn runs(&self) -> Option<(Tuning, Vec<String>)> {
        let slot = self.slot();
        let gpu = &slot.open.as_ref()?.gpu;
        Some((gpu.tuning(), gpu.departures()))
    }

    /// What the user should know of it.
    pub(super) fn tuning_note(&self) -> Option<String> {
        self.tuned.note()
    }

    /// Keeps a tuning for that adapter.
    pub(super) fn keep_tuning(&self, tuning: &Tuning) -> Result<PathBuf> {
        self.tuned.keep(tuning, self.preferred().ok_or_else(|| self.no_adapter())?)
    }

    /// Has the device compute a work no more.
    pub(super) fn quarantine(&self, work: &Work<'_>) {
        self.slot().quarantine.insert(work.key());
    }

    /// True when the device was seen to compute a work wrongly.
    pub(super) fn is_quarantined(&self, work: &Work<'_>) -> bool {
        let slot = self.slot();
        !slot.quarantine.is_empty() && slot.quarantine.contains(&work.key())
    }

    /// Has devices opened in a test's own way from now on.
    #[cfg(test)]
    pub(super) fn open_as(&self, opening: Opening) {
        self.slot().opening = opening;
    }

    /// The open device and how often one failed.
    #[cfg(test)]
    pub(super) fn state(&self) -> (Option<Arc<Gpu>>, u32) {
        let slot = self.slot();
        (slot.open.as_ref().map(|opened| Arc::clone(&opened.gpu)), slot.failures)
    }

    /// Takes a device that a test has opened, with a profile of the test's own.
    #[cfg(test)]
    pub(super) fn adopt(&self, gpu: Gpu, profile: GpuProfile) {
        // Devices are looked at only once adapters were looked for.
        self.adapters();
        self.slot().open = Some(Opened { gpu: Arc::new(gpu), profile, ran: HashMap::new(), compiling: None });
    }

    /// Notes a fault: a device that is lost or does not answer is dropped. Faults of devices before it, which arrays may still
    /// be on, are not held against the open one.
    pub(super) fn failed(&self, error: &Error) {
        if let Error::Device { fault: Fault::Lost(_) | Fault::Timeout { .. }, .. } = error {
            let mut slot = self.slot();
            let lost = slot.open.take_if(|opened| opened.gpu.has_failed());
            if lost.is_some() {
                slot.failed(&error.to_string());
            }
            // Closing a device enters its driver: not under the lock.
            drop(slot);
        }
    }

    /// True when the pipelines of a work exist.
    pub(super) fn has_run(&self, work: &Work<'_>) -> bool {
        self.slot().open.as_ref().is_some_and(|opened| opened.ran.contains_key(&work.key()))
    }

    /// True when an array's data is on the open device.
    pub(super) fn holds(&self, array: &ArrayData) -> bool {
        array.device_data().is_some()
            && self.slot().open.as_ref().is_some_and(|opened| opened.gpu.holds(array))
    }

    /// The first adapter that can be used and that the filter allows.
    fn preferred(&self) -> Option<&AdapterInfo> {
        let filter = self.filter.as_deref().unwrap_or_default().to_lowercase();
        let usable =
            |info: &&AdapterInfo| info.unusable.is_none() && info.name.to_lowercase().contains(&filter);
        self.adapters().iter().find(usable)
    }

    fn no_adapter(&self) -> Error {
        let reason = if self.adapters().is_empty() {
            "no Vulkan, Metal or DirectX 12 driver was found".to_owned()
        } else {
            "no adapter can be used and has the name asked for".to_owned()
        };
        Error::NoAdapter { reason }
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Slot> {
        // Every change of the slot is a single assignment: a panic elsewhere leaves it whole.
        self.slot.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Slot {
    fn failed(&mut self, why: &str) {
        self.failures += 1;
        self.last_failure = Some((Instant::now(), why.to_owned()));
    }

    /// Why the device may not be opened now.
    fn refusal(&self) -> Option<String> {
        let (when, why) = self.last_failure.as_ref()?;
        if self.failures >= self.opening.max_failures {
            return Some(format!("left alone after {} failures, the last: {why}", self.failures));
        }
        let doubled = 2_u32.saturating_pow(self.failures.saturating_sub(1));
        let pause = self.opening.first_pause.saturating_mul(doubled);
        (when.elapsed() < pause).then(|| format!("pausing after a failure: {why}"))
    }
}

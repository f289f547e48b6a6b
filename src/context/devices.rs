//! The GPU of a context: found, opened and measured when a decision first depends on it.
//!
//! A device that fails is dropped. It may be opened again after a pause that doubles with each failure, and no more after
//! [`MAX_FAILURES`].

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use pollster::block_on;

use crate::array::ArrayData;
use crate::error::{Error, Fault, Result};
use crate::gpu::{AdapterInfo, Choice, Gpu, Options};
use crate::plan::{AdapterKind, CanonicalOrder, DeviceState, Estimate, GpuProfile, Provenance};
use crate::work::Work;

/// Failures after which an adapter is left alone.
const MAX_FAILURES: u32 = 3;

/// Pause after the first failure.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The adapters found, and the device of the preferred one.
pub(super) struct Devices {
    /// Part of the name of the adapters allowed.
    filter: Option<String>,
    adapters: OnceLock<Vec<AdapterInfo>>,
    /// What history calls the preferred one.
    names: OnceLock<Vec<String>>,
    slot: Mutex<Slot>,
}

/// The device, if one is open, and how it fared.
#[derive(Default)]
struct Slot {
    opening: Opening,
    open: Option<Opened>,
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
    /// Keys of the works whose pipelines exist.
    ran: HashSet<Vec<u64>>,
}

impl Devices {
    pub(super) fn new(filter: Option<String>) -> Self {
        Self { filter, adapters: OnceLock::new(), names: OnceLock::new(), slot: Mutex::default() }
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
        if let Some(why) = slot.refusal() {
            profile.state = DeviceState::Failed(why);
        }
        vec![profile]
    }

    /// That adapter as history knows it: with its driver, since another one has other speeds.
    pub(super) fn history_names(&self) -> &[String] {
        self.names.get_or_init(|| {
            let name = |info: &AdapterInfo| format!("{} ({})", info.name, info.driver);
            self.preferred().map(name).into_iter().collect()
        })
    }

    /// The open device; opened, probed and measured by the first call.
    pub(super) fn open(&self, threads: usize) -> Result<Arc<Gpu>> {
        let mut slot = self.slot();
        if let Some(opened) = &slot.open {
            return Ok(Arc::clone(&opened.gpu));
        }
        let info = self.preferred().ok_or_else(|| self.no_adapter())?;
        if let Some(reason) = slot.refusal() {
            return Err(Error::Device { adapter: info.name.clone(), fault: Fault::Lost(reason) });
        }
        let start = Instant::now();
        let choice = Choice { name: self.filter.clone(), software: true };
        let gpu = Gpu::open_with(&choice, &slot.opening.options)
            .inspect_err(|error| slot.failed(&error.to_string()))?;
        let open_s = start.elapsed().as_secs_f64();
        let gpu = Arc::new(gpu);
        let known = slot.opening.profile.clone();
        let profile = known.unwrap_or_else(|| measured(&gpu, prior(gpu.info(), threads), open_s));
        slot.open = Some(Opened { gpu: Arc::clone(&gpu), profile, ran: HashSet::new() });
        Ok(gpu)
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
        self.slot().open = Some(Opened { gpu: Arc::new(gpu), profile, ran: HashSet::new() });
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

    /// Notes that a work ran to its end, so that its pipelines exist.
    pub(super) fn ran(&self, work: &Work<'_>) {
        if let Some(opened) = &mut self.slot().open {
            opened.ran.insert(work.key());
        }
    }

    /// True when the pipelines of a work exist.
    pub(super) fn has_run(&self, work: &Work<'_>) -> bool {
        self.slot().open.as_ref().is_some_and(|opened| opened.ran.contains(&work.key()))
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

/// What is assumed of an adapter that is not open.
fn prior(info: &AdapterInfo, threads: usize) -> GpuProfile {
    let kind = match info.kind {
        _ if info.software => AdapterKind::Software,
        "integrated" => AdapterKind::Integrated,
        _ => AdapterKind::Discrete,
    };
    let mut profile = GpuProfile::prior(&info.name, kind, threads);
    profile.max_binding = info.max_binding_bytes;
    profile
}

/// Bytes that the calibration of an adapter's transfers moves: a few milliseconds.
const CALIBRATION_BYTES: usize = 8 << 20;

/// The profile with what a short calibration of the open device found. What cannot be measured stays assumed.
fn measured(gpu: &Gpu, mut profile: GpuProfile, open_s: f64) -> GpuProfile {
    profile.state = DeviceState::Open;
    set(&mut profile.open_s, open_s);
    let found = |findings: Vec<&str>| match findings[..] {
        [] => CanonicalOrder::Passed,
        _ => CanonicalOrder::Failed(findings.join(", ")),
    };
    (profile.canonical, profile.user_floats) = match block_on(gpu.probe()) {
        Ok(verdict) => {
            let of_users = [&verdict.departures[..], &verdict.liberties].concat();
            (found(verdict.departures), found(of_users))
        }
        Err(error) => {
            let failed = CanonicalOrder::Failed(format!("the probe did not run: {error}"));
            (failed.clone(), failed)
        }
    };
    if let Ok(costs) = block_on(gpu.measure(CALIBRATION_BYTES)) {
        let latency_s = costs.latency.as_secs_f64();
        set(&mut profile.launch_s, latency_s);
        set(&mut profile.upload_rate, costs.upload_bytes_per_s);
        set(&mut profile.download_rate, costs.download_bytes_per_s);
        set(&mut profile.memory_rate, costs.memory_bytes_per_s);
    }
    profile
}

/// Replaces an assumption, unless the measurement is no number.
fn set(estimate: &mut Estimate, value: f64) {
    if let Some(calibrated) = Estimate::new(value, Provenance::Calibrated) {
        *estimate = calibrated;
    }
}

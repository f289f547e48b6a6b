//! One opened device: its limits, its pool, its thread, and the calls into wgpu that can fail.
//!
//! Every call that may fail runs inside error scopes and returns `Error::Device`; what still slips through is noted by
//! the handlers installed here, never a panic.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::adapter::{AdapterInfo, Choice, choose};
use super::encoder::{Encoder, Submission};
use super::faults::{Faults, Outcome, Wait};
use super::inject::{Event, Script};
use super::kernels::{self, Kernels};
use super::pipelines::Pipelines;
use super::poll::{Limits, Poller};
use super::pool::{Buffer, Kind, Pool, size_class};
use super::timing::{self, Timer};
use crate::error::{Error, Fault, Result};
use crate::timeline::{self, Span, SpanKind};
use crate::tuning::Tuning;

/// What tests and callers may set apart from the adapter's own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    /// Measures kernels by the host's clock even where the device has timestamp queries.
    pub(crate) host_times: bool,
    /// Smaller than the adapter's limit of bytes of a binding.
    pub(crate) max_binding_bytes: Option<u64>,
    /// Instead of the adapter's tuning.
    pub(crate) tuning: Option<Tuning>,
    /// Takes it that workgroups make progress while others wait, although the adapter does not promise it.
    pub(crate) assume_progress: bool,
    /// Copies through staging buffers even where storage can be mapped.
    pub(crate) staged: bool,
    /// How long one submission may take.
    pub(crate) deadline: Option<Duration>,
    /// How long the callbacks of a submission may take once it is done.
    pub(crate) grace: Option<Duration>,
    /// How long the caller looks for the end of a submission itself; by default a time that small calls stay below, and on
    /// software, whose work needs the caller's core, none.
    pub(crate) spin: Option<Duration>,
    /// What goes wrong.
    pub(crate) script: Script,
}

/// An opened device.
pub(super) struct Device {
    pub(super) raw: wgpu::Device,
    pub(super) adapter: wgpu::Adapter,
    pub(super) queue: wgpu::Queue,
    pub(super) info: AdapterInfo,
    /// The name of this device in a timeline.
    pub(super) lane: Arc<str>,
    pub(super) timer: Arc<Timer>,
    pub(super) tuning: Tuning,
    pub(super) pipelines: Pipelines,
    pub(super) kernels: Kernels,
    /// Storage buffers are mapped in place.
    pub(super) direct: bool,
    /// How long a caller looks for the end of a submission itself.
    spin: Duration,
    /// Its subgroups are not what ladders need.
    pub(super) lanes_out_of_order: bool,
    /// Look-back was seen to wait in vain.
    pub(super) look_back_gave_up: AtomicBool,
    max_binding_bytes: u64,
    max_buffer_bytes: u64,
    script: Script,
    faults: Arc<Faults>,
    poller: Poller,
    pool: Pool,
}

/// Idle bytes that the pool keeps.
const POOL_BYTES: u64 = 1 << 30;

/// Callbacks come microseconds after the work that they wait for. Late ones may be in the hands of another thread that polls,
/// on a machine with much else to do.
const GRACE: Duration = Duration::from_secs(10);

/// Longer than a small call takes on a GPU, and little beside one that takes longer.
const SPIN: Duration = Duration::from_micros(100);

impl Device {
    pub(super) fn open(choice: &Choice, options: &Options) -> Result<Arc<Self>> {
        let _entered = tracing::debug_span!("open").entered();
        let began = Instant::now();
        let (adapter, info) = choose(choice)?;
        if options.script.fires(Event::Open) {
            return Err(Error::NoAdapter { reason: format!("`{}` gave no device: injected", info.name) });
        }
        let direct = info.mappable && (info.software || info.kind == "integrated") && !options.staged;
        let mut features = adapter.features() & (kernels::FEATURES | timing::FEATURES);
        features.set(wgpu::Features::MAPPABLE_PRIMARY_BUFFERS, direct);
        let request = adapter.request_device(&wgpu::DeviceDescriptor {
            label: Some("tilewright"),
            required_features: features,
            required_limits: adapter.limits(),
            ..Default::default()
        });
        let (raw, queue) = pollster::block_on(request).map_err(|error| Error::NoAdapter {
            reason: format!("`{}` gave no device: {error}", info.name),
        })?;

        let lane: Arc<str> = info.name.as_str().into();
        if let Some(timeline) = timeline::current() {
            timeline.record(Span::new(SpanKind::Open, &lane, timeline.at(began)..timeline.now()));
        }
        let timer = Arc::new(Timer::new(&raw, &queue, Arc::clone(&lane), !options.host_times));
        let faults = Arc::new(Faults::default());
        let on_lost = faults.clone();
        raw.set_device_lost_callback(move |reason, message| {
            on_lost.fail(Fault::Lost(format!("{reason:?}: {message}").trim_end_matches(": ").to_owned()));
        });
        raw.on_uncaptured_error(Arc::new(|error| tracing::warn!(%error, "a GPU error outside of any call")));

        let mut traits = info.traits();
        traits.forward_progress |= options.assume_progress;
        let tuning = options.tuning.unwrap_or_else(|| Tuning::of(&traits));
        tuning.check(&traits)?;
        let limit = options.max_binding_bytes.unwrap_or(u64::MAX);
        // A software device shares the CPU with the caller: long is not stuck.
        let deadline = options.deadline.unwrap_or(Duration::from_secs(if info.software { 600 } else { 60 }));
        let grace = options.grace.unwrap_or(GRACE);
        let poller = Poller::start(raw.clone(), faults.clone(), Limits { deadline, grace })?;
        let device = Self {
            max_binding_bytes: info.max_binding_bytes.min(limit),
            spin: options.spin.unwrap_or(if info.software { Duration::ZERO } else { SPIN }),
            lanes_out_of_order: false,
            look_back_gave_up: AtomicBool::new(false),
            max_buffer_bytes: info.max_buffer_bytes,
            script: options.script.clone(),
            pool: Pool::new(POOL_BYTES),
            pipelines: Pipelines::default(),
            kernels: Kernels::default(),
            raw,
            adapter,
            queue,
            info,
            lane,
            timer,
            tuning,
            direct,
            faults,
            poller,
        };
        Ok(Arc::new(device.with_sound_ladders()))
    }

    /// Elements that fit in a binding when the widest element has `widest` bytes: a power of four.
    pub(super) fn max_chunk_len(&self, widest: usize) -> usize {
        let bytes = self.max_binding_bytes.min(self.max_buffer_bytes);
        // 2^28 keeps every index and every product of an index and a width far from wrapping.
        let len = (bytes / widest as u64).clamp(1, 1 << 28) as usize;
        1 << (len.ilog2() & !1)
    }

    /// Bytes of one storage binding, at most.
    pub(super) fn max_binding(&self) -> u64 {
        self.max_binding_bytes.min(self.max_buffer_bytes)
    }

    pub(super) fn fail(&self, fault: Fault) -> Error {
        Error::Device { adapter: self.info.name.clone(), fault }
    }

    /// An error if the device has failed.
    pub(super) fn check(&self) -> Result<()> {
        self.faults.fatal().map_or(Ok(()), |fault| Err(self.fail(fault)))
    }

    /// Runs `f`; errors that wgpu raises meanwhile become the result. `bytes` is what an allocation asks for.
    pub(super) fn scoped<T>(&self, bytes: u64, f: impl FnOnce() -> T) -> Result<T> {
        self.check()?;
        let memory = self.raw.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let internal = self.raw.push_error_scope(wgpu::ErrorFilter::Internal);
        let validation = self.raw.push_error_scope(wgpu::ErrorFilter::Validation);
        let value = f();
        let errors = [now(validation.pop()), now(internal.pop()), now(memory.pop())];
        match errors.into_iter().flatten().next() {
            None => Ok(value),
            Some(wgpu::Error::OutOfMemory { .. }) => Err(self.fail(Fault::OutOfMemory { bytes })),
            Some(error) => Err(self.rejected(&error)),
        }
    }

    /// The error for something that wgpu refused: the device's fatal fault, if there is one.
    pub(super) fn rejected(&self, error: &dyn std::fmt::Display) -> Error {
        if self.faults.fatal().is_none() && !self.is_valid() {
            self.faults.fail(Fault::Lost("it is no longer valid".to_owned()));
        }
        self.fail(self.faults.fatal().unwrap_or_else(|| Fault::Rejected(error.to_string())))
    }

    /// wgpu reports a loss only when the work in flight is done. Until then it makes invalid buffers without a word,
    /// and complains of those.
    fn is_valid(&self) -> bool {
        let descriptor = wgpu::BufferDescriptor {
            label: Some("tilewright: is the device valid?"),
            size: 256,
            usage: wgpu::BufferUsages::MAP_WRITE | wgpu::BufferUsages::COPY_SRC,
            mapped_at_creation: true,
        };
        self.raw.create_buffer(&descriptor).get_mapped_range(..).is_ok()
    }

    /// A buffer of at least `bytes`. When memory runs out, what is idle is freed before giving up.
    pub(super) fn buffer(&self, kind: Kind, bytes: u64) -> Result<Buffer> {
        self.check()?;
        let class = size_class(bytes).min(self.max_buffer_bytes.max(bytes));
        if let Some(buffer) = self.pool.take(kind, class) {
            return Ok(buffer);
        }
        let created = self.create(kind, class);
        if !matches!(created, Err(Error::Device { fault: Fault::OutOfMemory { .. }, .. })) {
            return created;
        }
        self.free_idle();
        self.create(kind, bytes.max(256).next_multiple_of(16))
    }

    /// Frees everything that is not in use.
    pub(super) fn free_idle(&self) {
        self.pool.clear();
        // Memory is given back when wgpu notices that nobody uses it.
        let _ = self.raw.poll(wgpu::PollType::Poll);
    }

    fn create(&self, kind: Kind, bytes: u64) -> Result<Buffer> {
        use wgpu::BufferUsages as Usage;
        self.refuse_at(bytes)?;
        let usage = match kind {
            Kind::Storage if self.direct => {
                Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST | Usage::MAP_READ | Usage::MAP_WRITE
            }
            Kind::Storage => Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST,
            Kind::Upload => Usage::MAP_WRITE | Usage::COPY_SRC,
            Kind::Readback => Usage::MAP_READ | Usage::COPY_DST,
            Kind::Uniform => Usage::UNIFORM | Usage::COPY_DST,
        };
        let raw = self.scoped(bytes, || {
            self.raw.create_buffer(&wgpu::BufferDescriptor {
                label: Some("tilewright"),
                size: bytes,
                usage,
                mapped_at_creation: kind == Kind::Upload,
            })
        })?;
        Ok(self.pool.adopt(kind, raw))
    }

    /// Submits an encoder's commands.
    pub(super) fn submit(&self, encoder: Encoder) -> Result<Submission> {
        self.lose_at(Event::LostBeforeSubmit);
        let (sealed, index) = self.scoped(0, || encoder.sealed(|commands| self.queue.submit([commands])))?;
        self.lose_at(Event::LostInFlight);
        if self.script.fires(Event::Hang) {
            self.faults.hang();
        }
        Ok(sealed.submitted(index))
    }

    /// Refuses an allocation where the script wants it.
    pub(super) fn refuse_at(&self, bytes: u64) -> Result<()> {
        let refused = self.script.fires(Event::OutOfMemory { over: bytes });
        if refused { Err(self.fail(Fault::OutOfMemory { bytes })) } else { Ok(()) }
    }

    /// Destroys the device, as if it were unplugged, where the script wants it.
    pub(super) fn lose_at(&self, event: Event) {
        if self.script.fires(event) {
            self.raw.destroy();
        }
    }

    /// Makes one bit of a result wrong, where the script wants it.
    pub(super) fn falsify(&self, words: &mut [u32]) {
        let middle = words.len() / 2;
        if let Some(word) = words.get_mut(middle)
            && self.script.fires(Event::WrongWord)
        {
            *word ^= 1;
        }
    }

    /// Starts to map the first `bytes` of a buffer, once the work submitted so far is done with it.
    pub(super) fn map(&self, buffer: &mut Buffer, mode: wgpu::MapMode, bytes: u64) -> Wait {
        self.lose_at(Event::LostBeforeMap);
        let (wait, promise) = self.faults.wait(self.script.fires(Event::Silence));
        buffer.mapped = true;
        buffer.raw().map_async(mode, ..bytes, move |result| {
            promise.keep(result.map_err(|error| Fault::Lost(error.to_string())));
        });
        self.lose_at(Event::LostDuringMap);
        wait
    }

    /// Ends when all work submitted so far is done.
    pub(super) fn completion(&self) -> Wait {
        let (wait, promise) = self.faults.wait(self.script.fires(Event::Silence));
        self.queue.on_submitted_work_done(move || promise.keep(Ok(())));
        wait
    }

    /// Has the device's thread see to it that waits end which depend on a submission.
    pub(super) fn watch(&self, submission: Option<wgpu::SubmissionIndex>, waits: &[Wait]) {
        self.poller.watch(submission, waits);
    }

    /// Ends a wait, as an error of this device if it failed.
    pub(super) async fn finish(&self, wait: &Wait) -> Result<()> {
        self.ended(wait.done().await)
    }

    /// Has the device's thread watch a submission, unless whoever waits for it will look for itself first.
    pub(super) fn watch_unless_soon(&self, submission: &Submission, wait: &Wait) {
        if self.spin.is_zero() {
            self.watch(Some(submission.index.clone()), std::slice::from_ref(wait));
        }
    }

    /// Ends the wait for a submission: this thread looks for a while, which costs less than to be woken by another, and
    /// then leaves it to the device's thread.
    pub(super) async fn finish_submitted(&self, submission: &Submission, wait: &Wait) -> Result<()> {
        if !self.spin.is_zero() && wait.ended().is_none() {
            let began = Instant::now();
            while wait.ended().is_none() && began.elapsed() < self.spin && self.check().is_ok() {
                let _ = self.raw.poll(wgpu::PollType::Poll);
                std::hint::spin_loop();
            }
            if wait.ended().is_none() {
                self.watch(Some(submission.index.clone()), std::slice::from_ref(wait));
            }
        }
        self.finish(wait).await
    }

    /// The outcome of a wait. A device whose callbacks fail has failed: what else it holds cannot be trusted to come.
    fn ended(&self, outcome: Outcome) -> Result<()> {
        outcome.map_err(|fault| self.fail(self.faults.fail(fault)))
    }

    /// Alive as long as something of the device is.
    #[cfg(test)]
    pub(super) fn faults_alive(&self) -> std::sync::Weak<Faults> {
        Arc::downgrade(&self.faults)
    }

    /// Waits that nobody has ended, and buffers that are idle.
    #[cfg(test)]
    pub(super) fn held(&self) -> (usize, usize) {
        (self.faults.waiting(), self.pool.len())
    }

    /// Maps a buffer that is likely to be idle, on this thread if it is.
    pub(super) async fn map_idle(&self, buffer: &mut Buffer, mode: wgpu::MapMode, bytes: u64) -> Result<()> {
        let wait = self.map(buffer, mode, bytes);
        let _ = self.raw.poll(wgpu::PollType::Poll);
        let done = match poll_once(pin!(wait.done())) {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => {
                self.watch(None, std::slice::from_ref(&wait));
                wait.done().await
            }
        };
        self.ended(done)
    }
}

/// The value of a future that is ready when made, as those of error scopes are on native platforms.
fn now<T>(future: impl Future<Output = Option<T>>) -> Option<T> {
    match poll_once(pin!(future)) {
        Poll::Ready(value) => value,
        Poll::Pending => None,
    }
}

fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

//! When a device did what: timestamp queries of a submission, read back with it.
//!
//! Only calls with a timeline pay: they write timestamps around passes and copies, and one small buffer comes back with each
//! submission. Its callback runs before those of the results, so that a call that has ended has its spans. A device without
//! timestamps sends an empty buffer, whose callback tells when the submission was done; that is its kernel's span then.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock};

use super::clock::Clock;
use super::device::Device;
use super::encoder::{Covered, Timed};
use super::faults::lock;
use crate::timeline::{Span, SpanClock, SpanKind, Timeline};

/// What wgpu needs for timestamps, where an adapter has it.
pub(super) const FEATURES: wgpu::Features =
    wgpu::Features::TIMESTAMP_QUERY.union(wgpu::Features::TIMESTAMP_QUERY_INSIDE_ENCODERS);

/// Timestamps of a submission: two for each pass or copy. What comes after them is counted as dropped.
const QUERIES: u32 = 128;

const BYTES: u64 = QUERIES as u64 * 8;

/// Queries kept for the next submissions.
const MAX_IDLE: usize = 8;

/// The clock of a device, and its queries that are not in use.
pub(super) struct Timer {
    lane: Arc<str>,
    has_queries: bool,
    /// Timestamps may be written between passes.
    has_between: bool,
    clock: Mutex<Clock>,
    /// When the last submission was seen to be done.
    last_done: Mutex<f64>,
    idle: Mutex<Vec<Queries>>,
}

/// Timestamps on the device, and the buffer in which they come back.
struct Queries {
    stamps: Option<(wgpu::QuerySet, wgpu::Buffer)>,
    readback: wgpu::Buffer,
}

/// A submission that a timeline is to know of.
pub(super) struct Watch {
    timer: Arc<Timer>,
    timeline: Timeline,
    began_s: f64,
    queries: Queries,
    used: u32,
    noted: Vec<Noted>,
    /// Passes without queries left.
    lost: u64,
}

/// A pass or a copy.
pub(super) struct Noted {
    pub(super) kind: SpanKind,
    pub(super) name: Cow<'static, str>,
    pub(super) covered: Covered,
    /// The timestamps before and after it.
    pub(super) queries: Option<[u32; 2]>,
}

impl Timer {
    /// The timer of a device, whose spans are on the lanes of `lane`.
    pub(super) fn new(raw: &wgpu::Device, queue: &wgpu::Queue, lane: Arc<str>, is_allowed: bool) -> Self {
        let (features, ns) = (raw.features(), queue.get_timestamp_period());
        let has_queries = is_allowed && ns > 0.0 && features.contains(wgpu::Features::TIMESTAMP_QUERY);
        Self {
            lane,
            has_queries,
            has_between: has_queries && features.contains(FEATURES),
            clock: Mutex::new(Clock::new(ns)),
            last_done: Mutex::new(0.0),
            idle: Mutex::default(),
        }
    }

    /// True if kernels are measured by the device's own clock.
    #[cfg(test)]
    pub(super) fn has_queries(&self) -> bool {
        self.has_queries
    }

    fn put_back(&self, queries: Queries) {
        let mut idle = lock(&self.idle);
        if idle.len() < MAX_IDLE {
            idle.push(queries);
        }
    }
}

impl Device {
    /// Begins to watch a submission. None if there is no memory for the timestamps: the call goes on without.
    pub(super) fn watched(&self, timeline: Timeline) -> Option<Box<Watch>> {
        let began_s = timeline.now();
        let idle = lock(&self.timer.idle).pop();
        let queries = match idle {
            Some(queries) => queries,
            None => self.queries().ok()?,
        };
        let timer = Arc::clone(&self.timer);
        Some(Box::new(Watch { timer, timeline, began_s, queries, used: 0, noted: Vec::new(), lost: 0 }))
    }

    fn queries(&self) -> crate::error::Result<Queries> {
        use wgpu::BufferUsages as Usage;
        let label = Some("tilewright: timestamps");
        let buffer = |usage| {
            let descriptor = wgpu::BufferDescriptor { label, size: BYTES, usage, mapped_at_creation: false };
            self.raw.create_buffer(&descriptor)
        };
        self.scoped(BYTES, || {
            let ty = wgpu::QueryType::Timestamp;
            let set = || self.raw.create_query_set(&wgpu::QuerySetDescriptor { label, ty, count: QUERIES });
            let stamps =
                self.timer.has_queries.then(|| (set(), buffer(Usage::QUERY_RESOLVE | Usage::COPY_SRC)));
            Queries { stamps, readback: buffer(Usage::MAP_READ | Usage::COPY_DST) }
        })
    }
}

impl Watch {
    pub(super) fn now(&self) -> f64 {
        self.timeline.now()
    }

    pub(super) fn set(&self) -> Option<&wgpu::QuerySet> {
        self.queries.stamps.as_ref().map(|(set, _)| set)
    }

    /// The next two timestamps; none without queries, or when all are used.
    pub(super) fn reserve(&mut self) -> Option<[u32; 2]> {
        if !self.timer.has_queries {
            return None;
        }
        if self.used + 2 > QUERIES {
            self.lost += 1;
            return None;
        }
        self.used += 2;
        Some([self.used - 2, self.used - 1])
    }

    /// As `reserve`, for what is not a pass.
    pub(super) fn reserve_between(&mut self) -> Option<[u32; 2]> {
        if self.timer.has_between { self.reserve() } else { None }
    }

    /// Notes a pass or a copy; one that found no queries left was counted.
    pub(super) fn note(&mut self, noted: Noted) {
        if noted.queries.is_some() || !self.timer.has_queries {
            self.noted.push(noted);
        }
    }

    /// Records the last commands of a submission: those that bring the timestamps back.
    pub(super) fn seal(&self, encoder: &mut wgpu::CommandEncoder) {
        let readback = &self.queries.readback;
        match &self.queries.stamps {
            Some((set, resolved)) if self.used > 0 => {
                encoder.resolve_query_set(set, 0..self.used, resolved, 0);
                encoder.copy_buffer_to_buffer(resolved, 0, readback, 0, u64::from(self.used) * 8);
            }
            _ if self.noted.is_empty() => {}
            // Ties the buffer to the submission.
            _ => encoder.clear_buffer(readback, 0, Some(8)),
        }
    }

    /// Records the host's part, and the device's as soon as it is done. `submitted_s` is from before the submission.
    pub(super) fn submitted(self, submitted_s: f64) -> Timed {
        let Self { timer, timeline, began_s, queries, used, noted, lost } = self;
        timeline.record(Span::new(SpanKind::Record, &timer.lane, began_s..timeline.now()));
        if lost > 0 {
            timeline.lose(lost);
        }
        let done = Arc::new(OnceLock::new());
        let timed = Timed { timeline: timeline.clone(), done: Arc::clone(&done) };
        if noted.is_empty() {
            timer.put_back(queries);
            return timed;
        }
        let readback = queries.readback.clone();
        readback.map_async(wgpu::MapMode::Read, .., move |result| {
            // A device that fails has no times, and its buffers are not used again.
            if result.is_err() {
                return;
            }
            let ticks = queries.ticks(used);
            queries.readback.unmap();
            timer.put_back(queries);
            let host = submitted_s..timeline.now();
            let _ = done.set(timer.record(&timeline, host, noted, &ticks));
        });
        timed
    }
}

impl Queries {
    /// The first `used` timestamps, when they have come back.
    fn ticks(&self, used: u32) -> Vec<u64> {
        let mapped = self.readback.get_mapped_range(0..u64::from(used.max(1)) * 8);
        let Ok(mapped) = mapped else { return Vec::new() };
        let words = mapped.chunks_exact(8).filter_map(|bytes| bytes.try_into().ok());
        words.map(u64::from_le_bytes).take(used as usize).collect()
    }
}

impl Timer {
    /// Records the spans of a submission that was submitted and seen to be done at `host`. Returns when its last kernel was
    /// done.
    fn record(&self, timeline: &Timeline, host: Range<f64>, noted: Vec<Noted>, ticks: &[u64]) -> f64 {
        let begun = std::mem::replace(&mut *lock(&self.last_done), host.end).max(host.start).min(host.end);
        let is_measured =
            ticks.first().zip(ticks.iter().max()).is_some_and(|(first, last)| *first > 0 && first < last);
        if !is_measured {
            return self.record_by_host(timeline, begun..host.end, noted);
        }
        let mut clock = lock(&self.clock);
        let first = ticks.iter().copied().min().unwrap_or_default();
        clock.learn(&host, [first, ticks.iter().copied().max().unwrap_or_default()]);
        let mut done = host.start;
        for Noted { kind, name, covered, queries } in noted {
            let Some([before, after]) = queries.map(|pair| pair.map(|index| ticks[index as usize])) else {
                continue;
            };
            let times = clock.at(before, &host)..clock.at(after, &host);
            if kind == SpanKind::Kernel {
                done = done.max(times.end);
            }
            let mut span = Span::new(kind, &self.lane, times);
            (span.name, span.elements, span.clock) = (name, covered.elements, SpanClock::Device);
            span.bytes = Some(covered.bytes);
            timeline.record(span);
        }
        done
    }

    /// One span for all passes, as far as the host can tell: submissions run one after the other.
    fn record_by_host(&self, timeline: &Timeline, seconds: Range<f64>, noted: Vec<Noted>) -> f64 {
        let mut kernels = noted.into_iter().filter(|noted| noted.kind == SpanKind::Kernel);
        let done = seconds.end;
        let Some(first) = kernels.next() else { return done };
        let mut span = Span::new(SpanKind::Kernel, &self.lane, seconds);
        let (mut passes, mut bytes) = (1, first.covered.bytes);
        span.elements = first.covered.elements;
        for kernel in kernels {
            passes += 1;
            bytes += kernel.covered.bytes;
            span.elements = span.elements.or(kernel.covered.elements);
        }
        span.name = if passes == 1 { first.name } else { format!("{passes} passes").into() };
        span.bytes = Some(bytes);
        timeline.record(span);
        done
    }
}

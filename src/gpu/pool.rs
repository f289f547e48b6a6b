//! Buffers that are used again.
//!
//! wgpu fills a new buffer with zeros at its first use, and drivers map fresh pages: both cost more than the work that
//! small and middle-sized calls do. Sizes are rounded up to four classes an octave. What is idle is capped, at no less than
//! what was in use at once: calls like those before find all that they need. The oldest goes first.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, Weak};

use super::faults::lock;

/// What a buffer is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Data of passes; mapped in place where the device allows it.
    Storage,
    /// Host to device; always mapped for writing while idle.
    Upload,
    /// Device to host.
    Readback,
    /// Uniform blocks.
    Uniform,
}

/// A buffer out of the pool. Goes back when dropped, unless it was left mapped.
pub(super) struct Buffer {
    raw: Option<wgpu::Buffer>,
    kind: Kind,
    /// Mapped, or about to be: such a buffer cannot be handed out again.
    pub(super) mapped: bool,
    pool: Weak<Mutex<Idle>>,
}

#[derive(Default)]
struct Idle {
    buffers: VecDeque<(Kind, wgpu::Buffer)>,
    bytes: u64,
    cap: u64,
    /// Bytes that are handed out.
    used: u64,
    /// The most that were.
    peak: u64,
}

/// The idle buffers of a device.
pub(super) struct Pool {
    idle: Arc<Mutex<Idle>>,
}

impl Pool {
    /// A pool that keeps up to `cap` bytes.
    pub(super) fn new(cap: u64) -> Self {
        Self { idle: Arc::new(Mutex::new(Idle { cap, ..Idle::default() })) }
    }

    /// An idle buffer of the size class of `bytes`.
    pub(super) fn take(&self, kind: Kind, bytes: u64) -> Option<Buffer> {
        let class = size_class(bytes);
        let mut idle = lock(&self.idle);
        // The one used last is the likeliest to be in caches.
        let at = idle.buffers.iter().rposition(|(k, buffer)| *k == kind && buffer.size() == class)?;
        let (_, raw) = idle.buffers.remove(at)?;
        idle.bytes -= class;
        drop(idle);
        Some(self.adopt(kind, raw))
    }

    /// Puts a new buffer under the care of the pool.
    pub(super) fn adopt(&self, kind: Kind, raw: wgpu::Buffer) -> Buffer {
        let mut idle = lock(&self.idle);
        idle.used += raw.size();
        idle.peak = idle.peak.max(idle.used);
        drop(idle);
        Buffer { raw: Some(raw), kind, mapped: kind == Kind::Upload, pool: Arc::downgrade(&self.idle) }
    }

    /// Buffers that are idle.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        lock(&self.idle).buffers.len()
    }

    /// Frees what is idle, and forgets how much was in use.
    pub(super) fn clear(&self) {
        let mut idle = lock(&self.idle);
        idle.peak = idle.used;
        idle.bytes = 0;
        let freed = std::mem::take(&mut idle.buffers);
        // Freeing enters wgpu: not under the lock.
        drop(idle);
        drop(freed);
    }
}

impl Buffer {
    /// The buffer of wgpu.
    pub(super) fn raw(&self) -> &wgpu::Buffer {
        self.raw.as_ref().expect("taken only by drop")
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let (Some(raw), Some(pool)) = (self.raw.take(), self.pool.upgrade()) else { return };
        lock(&pool).used -= raw.size();
        match self.kind {
            // Used by work in flight: mapped again, and idle, when that is done.
            Kind::Upload if !self.mapped => {
                let again = raw.clone();
                raw.map_async(wgpu::MapMode::Write, .., move |result| {
                    if result.is_ok() {
                        put(&pool, Kind::Upload, again);
                    }
                });
            }
            Kind::Upload => put(&pool, Kind::Upload, raw),
            _ if self.mapped => {}
            kind => put(&pool, kind, raw),
        }
    }
}

fn put(pool: &Mutex<Idle>, kind: Kind, raw: wgpu::Buffer) {
    let mut freed = Vec::new();
    let mut idle = lock(pool);
    idle.bytes += raw.size();
    idle.buffers.push_back((kind, raw));
    while idle.bytes > idle.cap.max(idle.peak) {
        let Some((kind, oldest)) = idle.buffers.pop_front() else { break };
        idle.bytes -= oldest.size();
        freed.push((kind, oldest));
    }
    // Freeing enters wgpu: not under the lock.
    drop(idle);
}

/// Rounds up to a size with at most three significant bits, and at least 256 bytes.
pub(super) fn size_class(bytes: u64) -> u64 {
    let bytes = bytes.max(256);
    let step = (bytes.next_power_of_two() / 8).max(1);
    bytes.next_multiple_of(step)
}

#[cfg(test)]
mod tests {
    use super::size_class;

    #[test]
    fn classes_are_close_above_and_few() {
        for (bytes, class) in
            [(0, 256), (1, 256), (256, 256), (257, 320), (512, 512), (513, 640), (40_000_000, 41_943_040)]
        {
            assert_eq!(size_class(bytes), class);
        }
        for shift in 8..40 {
            assert_eq!(size_class(1 << shift), 1 << shift);
            assert_eq!(size_class((1 << shift) + 1), (1 << shift) + (1 << shift >> 2));
        }
    }
}

//! Buffers that are used again.
//!
//! wgpu fills a new buffer with zeros at its first use, and drivers map fresh pages: both cost more than the work that
//! small and middle-sized calls do. Sizes are rounded up to four classes an octave. What is idle is capped, at no less than
//! what was lately in use at once: calls like those before find all that they need. The oldest goes first.

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
    /// The most that were since the last [`WINDOW`] buffers were handed out, and in those.
    peaks: [u64; 2],
    /// Buffers handed out since then.
    handed_out: u32,
}

/// Buffers handed out in the time that counts as lately: some dozens of calls.
const WINDOW: u32 = 256;

impl Idle {
    /// Bytes of a buffer are handed out.
    fn hand_out(&mut self, bytes: u64) {
        self.handed_out += 1;
        if self.handed_out > WINDOW {
            self.handed_out = 0;
            self.peaks = [self.used, self.peaks[0]];
        }
        self.used += bytes;
        self.peaks[0] = self.peaks[0].max(self.used);
    }

    /// Takes out what is idle beyond what may be, the oldest first.
    fn surplus(&mut self) -> Vec<wgpu::Buffer> {
        let most = self.cap.max(self.peaks[0]).max(self.peaks[1]);
        let mut freed = Vec::new();
        while self.bytes > most {
            let Some((_, oldest)) = self.buffers.pop_front() else { break };
            self.bytes -= oldest.size();
            freed.push(oldest);
        }
        freed
    }
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
        idle.hand_out(raw.size());
        let freed = idle.surplus();
        // Freeing enters wgpu: not under the lock.
        drop(idle);
        drop(freed);
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
        idle.peaks = [idle.used, 0];
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
    // One of an odd size, made when memory was short, would never be found again.
    if raw.size() != size_class(raw.size()) {
        return;
    }
    let mut idle = lock(pool);
    idle.bytes += raw.size();
    idle.buffers.push_back((kind, raw));
    let freed = idle.surplus();
    // Freeing enters wgpu: not under the lock.
    drop(idle);
    drop(freed);
}

/// Rounds up to a size with at most three significant bits, and at least 256 bytes.
pub(super) fn size_class(bytes: u64) -> u64 {
    let bytes = bytes.max(256);
    let step = (bytes.next_power_of_two() / 8).max(1);
    bytes.next_multiple_of(step)
}

#[cfg(test)]
mod tests {
    use super::{Idle, WINDOW, size_class};

    #[test]
    fn what_was_in_use_long_ago_is_not_kept() {
        let mut idle = Idle { cap: 10, ..Idle::default() };
        idle.hand_out(1000);
        idle.used -= 1000;
        assert_eq!(idle.peaks[0], 1000);
        for _ in 0..2 * WINDOW + 2 {
            idle.hand_out(5);
            idle.used -= 5;
        }
        assert_eq!(idle.peaks, [5, 5]);
    }

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

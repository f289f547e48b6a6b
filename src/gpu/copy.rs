//! Copies between the caller's memory and mapped buffers.
//!
//! One core cannot saturate a bus: large copies are shared by a few threads.

use super::device::Device;
use super::inject::Event;
use super::pool::Buffer;
use crate::error::Result;

/// Bytes from which another thread pays for its start.
const BYTES_PER_THREAD: usize = 4 << 20;
const MAX_THREADS: usize = 4;

impl Device {
    /// Writes words to the start of a mapped buffer.
    pub(super) fn write_mapped(&self, buffer: &Buffer, words: &[u32]) -> Result<()> {
        if words.is_empty() {
            return Ok(());
        }
        self.lose_at(Event::LostWhileMapped);
        let part = words_per_thread(words.len());
        let mut pieces = Vec::new();
        for (index, words) in words.chunks(part).enumerate() {
            let first = (index * part) as u64 * 4;
            let range = first..first + words.len() as u64 * 4;
            let view = buffer.raw().get_mapped_range_mut(range).map_err(|error| self.rejected(&error))?;
            pieces.push((view, words));
        }
        self.pinned(buffer, || {
            shared(pieces.iter_mut(), |(view, words)| view.copy_from_slice(bytemuck::must_cast_slice(words)));
        })
    }

    /// Reads words from word `first` of a buffer that is mapped for reading.
    pub(super) fn read_mapped(&self, buffer: &Buffer, first: usize, out: &mut [u32]) -> Result<()> {
        if out.is_empty() {
            return Ok(());
        }
        let bytes = 4 * (first + out.len()) as u64;
        let view = self.mapped(buffer, bytes)?;
        self.pinned(buffer, || self.copy_words(&view, first, out))
    }

    /// The first `bytes` of a buffer that is mapped for reading, to be copied while it is pinned.
    pub(super) fn mapped(&self, buffer: &Buffer, bytes: u64) -> Result<wgpu::BufferView> {
        self.lose_at(Event::LostWhileMapped);
        buffer.raw().get_mapped_range(..bytes).map_err(|error| self.rejected(&error))
    }

    /// Copies words from word `first` on.
    pub(super) fn copy_words(&self, view: &wgpu::BufferView, first: usize, out: &mut [u32]) {
        let part = words_per_thread(out.len());
        let pieces = out.chunks_mut(part).zip(view[4 * first..].chunks(4 * part));
        shared(pieces, |(out, bytes)| {
            let out = bytemuck::must_cast_slice_mut::<u32, u8>(out);
            out.copy_from_slice(&bytes[..out.len()]);
        });
        self.falsify(out);
    }
}

fn words_per_thread(words: usize) -> usize {
    let available = std::thread::available_parallelism().map_or(1, |n| n.get());
    let threads = (4 * words / BYTES_PER_THREAD).clamp(1, available.min(MAX_THREADS));
    words.div_ceil(threads).next_multiple_of(1024)
}

/// Does all pieces, the first one on this thread.
fn shared<P: Send>(mut pieces: impl Iterator<Item = P>, f: impl Fn(P) + Sync) {
    let Some(first) = pieces.next() else { return };
    std::thread::scope(|scope| {
        for piece in pieces {
            scope.spawn(|| f(piece));
        }
        f(first);
    });
}

//! The sources of a chunk on the device: uploaded for it, or in place where an array already is.

use std::sync::Arc;

use super::device::Device;
use super::encoder::Encoder;
use super::pipelines::Bound;
use super::pool::{Buffer, Kind};
use super::resident::{Resident, host_words, padded_bytes, resident};
use crate::error::{Error, Fault, Result};
use crate::passes::{Resource, source_types};
use crate::work::{Source, Work};

/// Where the elements of a slot lie.
enum Place {
    /// Uploaded for this chunk: index into `Inputs::owned`.
    Owned(usize),
    /// A segment of an array, from this byte on.
    Segment { array: Arc<Resident>, segment: usize, offset: u64 },
}

/// The sources of a chunk.
#[derive(Default)]
pub(super) struct Inputs {
    places: Vec<(u32, Place, u64)>,
    owned: Vec<Buffer>,
    staging: Vec<Buffer>,
}

impl Inputs {
    /// Ends the use of staging buffers, after the submission; returns what must not be written before it is done.
    pub(super) fn submitted(self) -> Vec<Buffer> {
        self.owned
    }

    /// The bindings of all slots.
    pub(super) fn bound(&self) -> impl Iterator<Item = Bound<'_>> {
        self.places.iter().filter_map(|(slot, place, bytes)| {
            let (buffer, offset) = match place {
                Place::Owned(index) => (self.owned[*index].raw(), 0),
                Place::Segment { array, segment, offset } => (array.segment(*segment)?.raw(), *offset),
            };
            Some(Bound { resource: Resource::Source(*slot), buffer, offset, bytes: *bytes })
        })
    }
}

impl Device {
    /// Brings elements `first .. first + len` of all sources in memory to the device. The range lies within one chunk of
    /// every array: chunks are aligned and no longer than segments.
    pub(super) async fn inputs(
        self: &Arc<Self>,
        encoder: &mut Encoder,
        work: &Work<'_>,
        first: usize,
        len: usize,
    ) -> Result<Inputs> {
        let mut inputs = Inputs::default();
        // The same words twice are uploaded once.
        let mut uploaded: Vec<(usize, usize)> = Vec::new();
        for (slot, ty) in source_types(work) {
            let bytes = padded_bytes(ty, len);
            let words = match &work.sources[slot as usize] {
                Source::Host(words) => words,
                Source::Array(array) => {
                    if let Some(here) = self.residence(array) {
                        let segment = first / here.segment_len;
                        let words = array.host.get().map_or(&[][..], Vec::as_slice);
                        match here.upload(segment, words).await {
                            Ok(_) => {
                                let offset = ((first - segment * here.segment_len) * ty.bytes()) as u64;
                                inputs.places.push((
                                    slot,
                                    Place::Segment { array: here, segment, offset },
                                    bytes,
                                ));
                                continue;
                            }
                            // No room to keep the array: its chunks are streamed.
                            Err(Error::Device { fault: Fault::OutOfMemory { .. }, .. }) => {}
                            Err(error) => return Err(error),
                        }
                    }
                    host_words(array).await?
                }
                Source::Counting { .. } | Source::Constant(_) => continue,
            };
            let words = &words[first * ty.words()..(first + len) * ty.words()];
            let identity = (words.as_ptr().addr(), words.len());
            let same = uploaded.iter().position(|other| *other == identity);
            let index = match same {
                Some(index) => index,
                None => {
                    let mut storage = self.buffer(Kind::Storage, bytes)?;
                    inputs
                        .staging
                        .extend(self.send(encoder, &mut storage, words, Some(first..first + len)).await?);
                    inputs.owned.push(storage);
                    uploaded.push(identity);
                    inputs.owned.len() - 1
                }
            };
            inputs.places.push((slot, Place::Owned(index), bytes));
        }
        Ok(inputs)
    }

    /// True when every source that lies in memory is an array that is on this device.
    pub(super) fn is_resident(self: &Arc<Self>, work: &Work) -> bool {
        source_types(work).keys().all(|slot| match &work.sources[*slot as usize] {
            Source::Host(_) => false,
            Source::Array(array) => resident(array).is_some_and(|here| here.is_complete_on(self)),
            Source::Counting { .. } | Source::Constant(_) => true,
        })
    }

    /// Elements of a chunk at most: no binding of a source or of the result passes the limit, and chunks divide the
    /// segments of arrays. `resident` work is not cut for overlap.
    pub(super) fn chunk_len(&self, work: &Work, extra_bytes: usize, resident: bool) -> usize {
        let widest = source_types(work).values().map(|ty| ty.bytes()).chain([extra_bytes]).max().unwrap_or(4);
        let limit = self.max_chunk_len(widest.max(work.output_type().bytes()));
        if resident { limit } else { limit.min(self.tuning.stream_len) }
    }
}

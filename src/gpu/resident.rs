//! Arrays on a device: segments of `4^k` elements, each within the limit of a binding, so that every chunk of a pass lies
//! in one segment of each source.

use std::any::Any;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::device::Device;
use super::faults::lock;
use super::flight::{DEPTH, Flight, land_all};
use super::pool::{Buffer, Kind};
use crate::array::{ArrayData, zeroed_words};
use crate::element::ElementType;
use crate::error::{Error, Fault, Result};
use crate::order::TILE_LEN;

/// The device side of an `ArrayData`.
pub(super) struct Resident {
    device: Arc<Device>,
    ty: ElementType,
    len: usize,
    pub(super) segment_len: usize,
    segments: Vec<OnceLock<Buffer>>,
}

impl Resident {
    /// An array without data.
    pub(super) fn new(device: Arc<Device>, ty: ElementType, len: usize) -> Self {
        let segment_len = device.max_chunk_len(ty.bytes());
        let segments = (0..len.div_ceil(segment_len)).map(|_| OnceLock::new()).collect();
        Self { device, ty, len, segment_len, segments }
    }

    /// The elements of a segment.
    fn range(&self, segment: usize) -> Range<usize> {
        segment * self.segment_len..((segment + 1) * self.segment_len).min(self.len)
    }

    /// All data is here, and here is `device`.
    pub(super) fn is_complete_on(&self, device: &Arc<Device>) -> bool {
        Arc::ptr_eq(&self.device, device) && self.segments.iter().all(|segment| segment.get().is_some())
    }

    /// Number of segments.
    pub(super) fn segment_count(&self) -> usize {
        self.segments.len()
    }

    /// The first byte of a segment in the array, and its bytes.
    pub(super) fn segment_place(&self, segment: usize) -> (u64, u64) {
        let range = self.range(segment);
        ((range.start * self.ty.bytes()) as u64, (range.len() * self.ty.bytes()) as u64)
    }

    /// Bytes of a segment, in whole quads.
    pub(super) fn segment_bytes(&self, segment: usize) -> u64 {
        padded_bytes(self.ty, self.range(segment).len())
    }

    /// The segment's buffer, if it has data.
    pub(super) fn segment(&self, segment: usize) -> Option<&Buffer> {
        self.segments[segment].get()
    }

    /// Gives a segment its data. The first one wins: arrays never change, so that both are the same.
    pub(super) fn fill(&self, segment: usize, buffer: Buffer) {
        let _ = self.segments[segment].set(buffer);
    }

    /// The buffer of a segment, uploaded from the array's words if need be.
    pub(super) async fn upload(&self, segment: usize, words: &[u32]) -> Result<&Buffer> {
        if let Some(buffer) = self.segment(segment) {
            return Ok(buffer);
        }
        let range = self.range(segment);
        let words = &words[range.start * self.ty.words()..range.end * self.ty.words()];
        let mut buffer = self.device.buffer(Kind::Storage, self.segment_bytes(segment))?;
        let mut encoder = self.device.encoder();
        let staging = self.device.send(&mut encoder, &mut buffer, words, Some(range)).await?;
        if staging.is_some() {
            // Before anybody else can see the buffer: submissions run in order.
            let submission = self.device.submit(encoder)?;
            drop(staging);
            self.device.watch(Some(submission.index), &[]);
        }
        self.fill(segment, buffer);
        self.segment(segment).ok_or_else(|| self.device.fail(Fault::Rejected("an empty segment".to_owned())))
    }

    /// Copies elements from `first` to the host.
    pub(super) async fn download(&self, first: usize, out: &mut [u32]) -> Result<()> {
        let (device, words) = (&self.device, self.ty.words());
        let mut step = device.tuning.stream_len.min(self.segment_len);
        let mut flights = Flight::queue();
        let (mut at, mut rest) = (first, out);
        while !rest.is_empty() {
            let segment = at / self.segment_len;
            let Some(source) = self.segment(segment) else {
                return Err(device.fail(Fault::Rejected("a segment without data was asked for".to_owned())));
            };
            let end = (at + step).min(self.range(segment).end).min(at + rest.len() / words);
            land_all(device, &mut flights, DEPTH - 1).await?;
            let bytes = ((end - at) * words) as u64 * 4;
            let offset = ((at - segment * self.segment_len) * words) as u64 * 4;
            let prepared = match device.receive_copy(device.encoder(), source, offset, bytes, Vec::new()) {
                // Nobody else has this data: in smaller pieces, then.
                Err(Error::Device { fault: Fault::OutOfMemory { .. }, .. }) if end - at > TILE_LEN => {
                    land_all(device, &mut flights, 0).await?;
                    device.free_idle();
                    step = (end - at) / 4;
                    continue;
                }
                prepared => prepared?,
            };
            let (head, tail) = std::mem::take(&mut rest).split_at_mut((end - at) * words);
            rest = tail;
            flights.push_back(prepared.launch(device, head, 0)?);
            at = end;
        }
        land_all(device, &mut flights, 0).await
    }

    /// As the type that `ArrayData` keeps.
    pub(super) fn erased(self: &Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self.clone()
    }
}

/// Bytes of `len` elements, rounded up to a quad and never zero.
pub(super) fn padded_bytes(ty: ElementType, len: usize) -> u64 {
    (len.max(1).next_multiple_of(4) * ty.bytes()) as u64
}

/// The device side of an array, whichever device it is on.
pub(super) fn resident(array: &ArrayData) -> Option<Arc<Resident>> {
    lock(&array.device).clone()?.downcast::<Resident>().ok()
}

/// The array's words, downloaded at the first call if they are only on a device.
pub(super) async fn host_words(array: &ArrayData) -> Result<&[u32]> {
    if array.host.get().is_none() {
        let mut words = zeroed_words("an array", array.len, array.ty.words())?;
        match resident(array) {
            Some(resident) => resident.download(0, &mut words).await?,
            None if array.len == 0 => {}
            None => return Err(nowhere()),
        }
        let _ = array.host.set(words);
    }
    array.host.get().map(Vec::as_slice).ok_or_else(nowhere)
}

fn nowhere() -> Error {
    Error::System {
        what: "read an array".to_owned(),
        reason: "it is neither on the host nor on a device".to_owned(),
    }
}

impl Device {
    /// The array on this device: as it is, or a copy made ready to be filled. `None` if its only data is elsewhere.
    pub(super) fn residence(self: &Arc<Self>, array: &ArrayData) -> Option<Arc<Resident>> {
        let mut device = lock(&array.device);
        if let Some(here) = device.clone().and_then(|any| any.downcast::<Resident>().ok())
            && Arc::ptr_eq(&here.device, self)
        {
            return Some(here);
        }
        // Elsewhere or nowhere: what the host has is copied here, and what it lacks stays where it is.
        array.host.get()?;
        let made = Arc::new(Resident::new(self.clone(), array.ty, array.len));
        *device = Some(made.erased());
        Some(made)
    }
}

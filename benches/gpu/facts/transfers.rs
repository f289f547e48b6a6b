//! Transfers: to the device from memory that the driver knows nothing of (pageable) and through a mapped buffer (pinned), and
//! back. The device's clock covers the copy alone, which is between a mapped buffer and the device.

use std::time::Instant;

use rayon::prelude::*;

use super::{Facts, WORD, check_words, no_memory, subject};
use crate::data;
use crate::fill::Fill;
use crate::memory::Room;
use crate::oracle::places;
use crate::raw::Raw;
use crate::row::Clock;
use crate::stamps::Stamps;
use crate::timing::{Call, Trouble, us_since};

/// Bytes between words that are read of memory which is there: a page.
const PAGE: usize = 4096;

/// The longest transfer that is measured: a gigabyte shows all that there is to see.
const LONGEST: u64 = 1 << 28;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    UploadPageable,
    UploadPinned,
    DownloadPageable,
    DownloadPinned,
}

impl Way {
    const ALL: [Self; 4] =
        [Self::UploadPageable, Self::UploadPinned, Self::DownloadPageable, Self::DownloadPinned];

    fn case(self) -> &'static str {
        match self {
            Self::UploadPageable => "upload pageable",
            Self::UploadPinned => "upload pinned",
            Self::DownloadPageable => "download pageable",
            Self::DownloadPinned => "download pinned",
        }
    }

    fn is_upload(self) -> bool {
        matches!(self, Self::UploadPageable | Self::UploadPinned)
    }

    /// The pageable ways copy more than the device does, by the host.
    fn clocks(self) -> &'static [Clock] {
        match self {
            Self::UploadPageable | Self::DownloadPageable => &[Clock::Host],
            Self::UploadPinned | Self::DownloadPinned => &[Clock::Device, Clock::Host],
        }
    }
}

pub(super) fn run(facts: &mut Facts<'_>, n: u64) {
    for way in Way::ALL.into_iter().filter(|way| facts.wants(way.case())).collect::<Vec<_>>() {
        let done = if n <= LONGEST { rows(facts, way, n) } else { Err(too_long()) };
        facts.note(&subject(way.case(), n, WORD * n), done);
    }
}

fn too_long() -> Trouble {
    Trouble::Cannot("transfers are measured up to a gigabyte".into())
}

fn rows(facts: &mut Facts<'_>, way: Way, n: u64) -> Result<(), Trouble> {
    use wgpu::BufferUsages as Usage;
    let raw = facts.raw;
    let bytes = WORD * n;
    // On the host besides: the buffer between, and what wgpu and the driver copy to on the way.
    facts.deadline.check()?;
    let room = Room::now(raw.is_software());
    let sets = if way.is_upload() {
        room.for_inputs_on_host(bytes, 3 * bytes)
            .and_then(|room| data::sets(bytes, room))
            .ok_or_else(no_memory)?
    } else {
        facts.sets(bytes, 0, 3 * bytes)?
    };
    let usage = Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST;
    let mut hosts = Vec::new();
    let mut devices = Vec::new();
    for set in 0..sets {
        if way.is_upload() {
            let seed = data::seed(set);
            hosts.push((0..n as u32).into_par_iter().map(|i| data::word(i, seed)).collect::<Vec<u32>>());
        } else {
            let device = raw.buffer(bytes, usage)?;
            facts.fill.words(raw, &device, n, data::seed(set))?;
            devices.push(device);
        }
    }
    if way.is_upload() {
        devices.push(raw.buffer(bytes, usage)?);
    } else {
        hosts.push(vec![0; n as usize]);
    }
    let between =
        if way.is_upload() { Usage::MAP_WRITE | Usage::COPY_SRC } else { Usage::MAP_READ | Usage::COPY_DST };
    let between = raw.buffer(bytes, between)?;
    let stamps = Stamps::new(raw)?;
    let Facts { fill, sink, budget, .. } = facts;
    for &clock in way.clocks() {
        let (fill, stamps, between) = (&*fill, stamps.as_ref(), &between);
        let mut call =
            Transfer { raw, fill, stamps, way, clock, n, hosts: &mut hosts, devices: &devices, between };
        sink.row(&subject(way.case(), n, bytes), clock, *budget, &mut call);
    }
    Ok(())
}

struct Transfer<'t> {
    raw: &'t Raw,
    fill: &'t Fill,
    stamps: Option<&'t Stamps>,
    way: Way,
    clock: Clock,
    n: u64,
    /// Words on the host: those of each set, or room for one.
    hosts: &'t mut [Vec<u32>],
    /// Words on the device, likewise.
    devices: &'t [wgpu::Buffer],
    /// Mapped between the two.
    between: &'t wgpu::Buffer,
}

impl Transfer<'_> {
    fn bytes(&self) -> u64 {
        WORD * self.n
    }

    /// Copies between the mapped buffer and the device; returns the device's time, or the host's since `began`.
    fn copy(&self, from: &wgpu::Buffer, to: &wgpu::Buffer, began: Instant) -> Result<f64, Trouble> {
        let bytes = self.bytes();
        let record =
            |encoder: &mut wgpu::CommandEncoder| encoder.copy_buffer_to_buffer(from, 0, to, 0, bytes);
        match (self.clock, self.stamps) {
            (Clock::Device, None) => Err(Trouble::Cannot("the device has no clock".into())),
            (Clock::Device, Some(stamps)) => stamps.time(self.raw, record),
            (Clock::Host, _) => {
                let mut encoder = self.raw.encoder();
                record(&mut encoder);
                self.raw.finish(encoder)?;
                Ok(us_since(began))
            }
        }
    }

    fn upload(&mut self, set: usize) -> Result<f64, Trouble> {
        let (words, device) = (&self.hosts[set], &self.devices[0]);
        if self.way == Way::UploadPageable {
            let began = Instant::now();
            self.raw.queue.write_buffer(device, 0, bytemuck::cast_slice(words));
            self.raw.finish(self.raw.encoder())?;
            return Ok(us_since(began));
        }
        // Mapped again before each time begins: a program that streams has buffers that are.
        self.raw.map(self.between, wgpu::MapMode::Write, self.bytes())?;
        let began = Instant::now();
        let mapped = self.between.get_mapped_range_mut(..self.bytes());
        mapped
            .map_err(|error| Trouble::Failed(error.to_string()))?
            .copy_from_slice(bytemuck::cast_slice(words));
        self.between.unmap();
        self.copy(self.between, device, began)
    }

    fn download(&mut self, set: usize) -> Result<f64, Trouble> {
        let bytes = self.bytes();
        let began = Instant::now();
        if self.clock == Clock::Device {
            let us = self.copy(&self.devices[set], self.between, began)?;
            self.raw.map(self.between, wgpu::MapMode::Read, bytes)?;
            self.between.unmap();
            return Ok(us);
        }
        let mut encoder = self.raw.encoder();
        encoder.copy_buffer_to_buffer(&self.devices[set], 0, self.between, 0, bytes);
        self.raw.queue.submit([encoder.finish()]);
        self.raw.map(self.between, wgpu::MapMode::Read, bytes)?;
        let mapped =
            self.between.get_mapped_range(..bytes).map_err(|error| Trouble::Failed(error.to_string()))?;
        let words: &[u32] = bytemuck::cast_slice(&mapped);
        if self.way == Way::DownloadPageable {
            self.hosts[0].copy_from_slice(words);
        } else {
            std::hint::black_box(words.iter().step_by(PAGE / 4).fold(0, |all, word| all ^ word));
        }
        let us = us_since(began);
        drop(mapped);
        self.between.unmap();
        Ok(us)
    }
}

impl Call for Transfer<'_> {
    type Result = ();

    fn sets(&self) -> usize {
        self.hosts.len().max(self.devices.len())
    }

    fn poison(&mut self) -> Result<(), Trouble> {
        if self.way.is_upload() {
            return self.fill.poison(self.raw, &self.devices[0], self.n);
        }
        self.hosts[0].fill(u32::MAX);
        // No shader can write to the buffer between; zeros are as wrong as ones.
        let mut encoder = self.raw.encoder();
        encoder.clear_buffer(self.between, 0, None);
        self.raw.finish(encoder)
    }

    fn run(&mut self, index: usize) -> Result<(f64, ()), Trouble> {
        let set = index % self.sets();
        let us = if self.way.is_upload() { self.upload(set)? } else { self.download(set)? };
        Ok((us, ()))
    }

    fn check(&mut self, index: usize, (): ()) -> Result<Result<(), String>, Trouble> {
        let at = places(self.n);
        let given: Vec<u32> = match self.way {
            Way::UploadPageable | Way::UploadPinned => self.raw.read_at(&self.devices[0], &at)?,
            Way::DownloadPageable => at.iter().map(|&i| self.hosts[0][i as usize]).collect(),
            Way::DownloadPinned => {
                self.raw.map(self.between, wgpu::MapMode::Read, self.bytes())?;
                let mapped = self.between.get_mapped_range(..self.bytes());
                let mapped = mapped.map_err(|error| Trouble::Failed(error.to_string()))?;
                let words: &[u32] = bytemuck::cast_slice(&mapped);
                let given = at.iter().map(|&i| words[i as usize]).collect();
                drop(mapped);
                self.between.unmap();
                given
            }
        };
        Ok(check_words(&given, &at, data::seed(index % self.sets())))
    }
}

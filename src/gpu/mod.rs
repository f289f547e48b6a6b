//! The GPU executor: runs described passes through wgpu. The only importer of wgpu.

mod adapter;
mod copy;
mod device;
mod faults;
mod flight;
mod inputs;
mod kernels;
mod launch;
mod launch_memory;
mod map;
mod measure;
mod pipelines;
mod poll;
mod pool;
mod probe;
mod recording;
mod reduce;
mod resident;
mod scan;
mod scan_passes;
mod texture;

use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock};

pub(crate) use adapter::{AdapterInfo, Choice};
pub(crate) use device::Options;
pub(crate) use launch::Running;
pub(crate) use measure::Costs;
pub(crate) use probe::Verdict;

use crate::array::ArrayData;
use crate::dispatch::{Dispatch, Piece};
use crate::error::Result;
use crate::run::{Executor, Job};
use crate::work::Work;
use device::Device;

/// An opened GPU.
pub(crate) struct Gpu {
    device: Arc<Device>,
}

impl Gpu {
    /// The adapters of this machine, the preferred ones first.
    pub(crate) fn adapters() -> Vec<AdapterInfo> {
        adapter::enumerate().into_iter().map(|(_, info)| info).collect()
    }

    /// Opens the first adapter that `choice` accepts.
    pub(crate) fn open(choice: &Choice) -> Result<Self> {
        Self::open_with(choice, &Options::default())
    }

    /// Opens an adapter with other limits or another tuning than its own.
    pub(crate) fn open_with(choice: &Choice, options: &Options) -> Result<Self> {
        Ok(Self { device: Device::open(choice, options)? })
    }

    /// What was opened.
    pub(crate) fn info(&self) -> &AdapterInfo {
        &self.device.info
    }

    /// Compiles what a work needs, so that its first chunk takes no longer than others.
    pub(crate) fn prepare(&self, work: &Work<'_>) -> Result<()> {
        self.device.prepare(work)
    }

    /// A map whose result stays on the device.
    pub(crate) fn map_resident<'a>(&'a self, work: &'a Work<'a>) -> Job<'a, Arc<ArrayData>> {
        Box::pin(async move { Ok(array(self.device.map_to_device(work).await?, work)) })
    }

    /// A scan whose result stays on the device.
    pub(crate) fn scan_resident<'a>(&'a self, work: &'a Work<'a>) -> Job<'a, Arc<ArrayData>> {
        Box::pin(async move { Ok(array(self.device.scan_to_device(work).await?, work)) })
    }

    /// Whether the device's arithmetic keeps the canonical order. One small run; ask once.
    pub(crate) fn probe(&self) -> Job<'_, Verdict> {
        Box::pin(self.device.probe())
    }

    /// What transfers of about `bytes` and small runs cost. Takes tens of milliseconds on a GPU.
    pub(crate) fn measure(&self, bytes: usize) -> Job<'_, Costs> {
        Box::pin(self.device.measure(bytes))
    }

    /// The aggregate of `range`, whose node starts at `range.start`, combined on the device: one state is read back,
    /// where [`Executor::reduce`] brings one per tile.
    pub(crate) fn reduce_whole<'a>(&'a self, work: &'a Work<'a>, range: Range<usize>) -> Job<'a, [u32; 4]> {
        Box::pin(self.device.reduce_to_one(work, range))
    }

    /// Runs a kernel. Memory of the host changes only when the launch succeeds.
    pub(crate) fn launch<'a>(&'a self, dispatch: &'a mut Dispatch<'_>) -> Job<'a, ()> {
        Box::pin(self.device.launch(dispatch))
    }

    /// Starts a part of a launch. What it needs of the host has been copied when this returns.
    pub(crate) fn begin<'a>(&'a self, dispatch: &'a mut Dispatch<'_>, piece: Piece) -> Job<'a, Running> {
        Box::pin(self.device.begin(dispatch, piece))
    }

    /// Waits for a part of a launch and puts its results where they belong.
    pub(crate) fn end<'a>(&'a self, running: Running, dispatch: &'a mut Dispatch<'_>) -> Job<'a, ()> {
        Box::pin(self.device.end(running, dispatch))
    }

    /// True if the array is on this device.
    pub(crate) fn holds(&self, array: &ArrayData) -> bool {
        resident::resident(array).is_some_and(|resident| resident.is_complete_on(&self.device))
    }

    /// The words of an array from wherever it is.
    pub(crate) fn download<'a>(array: &'a ArrayData, out: &'a mut [u32]) -> Job<'a, ()> {
        Box::pin(async move {
            match (array.host.get(), resident::resident(array)) {
                (None, Some(resident)) => resident.download(0, out).await,
                _ => {
                    out.copy_from_slice(resident::host_words(array).await?);
                    Ok(())
                }
            }
        })
    }
}

fn array(resident: resident::Resident, work: &Work) -> Arc<ArrayData> {
    Arc::new(ArrayData {
        ty: work.output_type(),
        len: work.len,
        host: OnceLock::new(),
        device: Mutex::new(Some(Arc::new(resident).erased())),
    })
}

impl Executor for Gpu {
    fn map<'a>(&'a self, work: &'a Work<'a>, range: Range<usize>, out: &'a mut [u32]) -> Job<'a, ()> {
        Box::pin(self.device.map_to_host(work, range, out))
    }

    fn reduce<'a>(&'a self, work: &'a Work<'a>, range: Range<usize>, out: &'a mut [u32]) -> Job<'a, ()> {
        Box::pin(self.device.reduce_to_tiles(work, range, out))
    }

    fn scan<'a>(
        &'a self,
        work: &'a Work<'a>,
        range: Range<usize>,
        prefix: [u32; 4],
        out: &'a mut [u32],
    ) -> Job<'a, [u32; 4]> {
        Box::pin(self.device.scan_to_host(work, range, prefix, out))
    }
}

#[cfg(test)]
mod tests;

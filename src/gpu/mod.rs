//! The GPU executor: runs described passes through wgpu. The only importer of wgpu.

mod adapter;
mod copy;
mod device;
mod faults;
mod flight;
mod inputs;
mod map;
mod pipelines;
mod poll;
mod pool;
mod reduce;
mod resident;
mod scan;
mod scan_passes;

use std::ops::Range;
use std::sync::{Arc, Mutex, OnceLock};

pub(crate) use adapter::{AdapterInfo, Choice};
pub(crate) use device::Options;

use crate::array::ArrayData;
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

    /// A map whose result stays on the device.
    pub(crate) fn map_resident<'a>(&'a self, work: &'a Work<'a>) -> Job<'a, Arc<ArrayData>> {
        Box::pin(async move { Ok(array(self.device.map_to_device(work).await?, work)) })
    }

    /// A scan whose result stays on the device.
    pub(crate) fn scan_resident<'a>(&'a self, work: &'a Work<'a>) -> Job<'a, Arc<ArrayData>> {
        Box::pin(async move { Ok(array(self.device.scan_to_device(work).await?, work)) })
    }

    pub(crate) fn probe(&self) -> std::result::Result<(), String> {
        Ok(())
    }

    pub(crate) fn is_cached(&self, _work: &Work<'_>) -> bool {
        false
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
    fn name(&self) -> String {
        self.device.info.name.clone()
    }

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

//! The GPU executor: runs described passes through wgpu. The only importer of wgpu.

mod adapter;
mod clock;
mod copy;
mod device;
mod encoder;
mod faults;
mod flight;
mod inject;
mod inputs;
mod kernels;
mod lanes;
mod launch;
mod launch_memory;
mod map;
mod measure;
mod pin;
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
mod timing;

use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, OnceLock};

pub(crate) use adapter::{AdapterInfo, Choice};
pub(crate) use device::Options;
#[cfg(test)]
pub(crate) use inject::{Event, Injection, Script};
pub(crate) use launch::Running;
pub(crate) use measure::Costs;
pub(crate) use probe::Verdict;

use crate::array::ArrayData;
use crate::dispatch::{Dispatch, Piece};
use crate::error::Result;
use crate::run::{Executor, Job};
use crate::timeline::{self, Timeline};
use crate::tuning::{Prefix, Tuning};
use crate::work::Work;
use device::Device;

/// An opened GPU.
pub(crate) struct Gpu {
    device: Arc<Device>,
    /// Where its jobs record what they do.
    timeline: Option<Timeline>,
}

impl Gpu {
    /// The adapters of this machine, the preferred ones first.
    pub(crate) fn adapters() -> Vec<AdapterInfo> {
        adapter::enumerate().into_iter().map(|(_, info)| info).collect()
    }

    /// Opens the first adapter that `choice` accepts.
    #[cfg(test)]
    pub(crate) fn open(choice: &Choice) -> Result<Self> {
        Self::open_with(choice, &Options::default())
    }

    /// Opens the first adapter that `choice` accepts, with `options` in place of its own limits and tuning.
    pub(crate) fn open_with(choice: &Choice, options: &Options) -> Result<Self> {
        Ok(Self { device: Device::open(choice, options)?, timeline: None })
    }

    /// Its name in a timeline.
    pub(crate) fn lane(&self) -> &Arc<str> {
        &self.device.lane
    }

    /// The same device; jobs that are made here record into `timeline`.
    pub(crate) fn with_timeline(&self, timeline: &Timeline) -> Self {
        Self { device: Arc::clone(&self.device), timeline: Some(timeline.clone()) }
    }

    /// A job of this device.
    fn job<'a, T: 'a>(&self, job: impl Future<Output = Result<T>> + Send + 'a) -> Job<'a, T> {
        match &self.timeline {
            None => Box::pin(job),
            Some(timeline) => Box::pin(timeline::scope(timeline, Box::pin(job))),
        }
    }

    /// What was opened.
    pub(crate) fn info(&self) -> &AdapterInfo {
        &self.device.info
    }

    /// The tuning that it runs.
    pub(crate) fn tuning(&self) -> Tuning {
        let gave_up = self.device.look_back_gave_up.load(Ordering::Relaxed);
        let prefix = if gave_up { Prefix::MultiPass } else { self.device.tuning.prefix };
        Tuning { prefix, ..self.device.tuning }
    }

    /// Where that is not the one that it was given, and why.
    pub(crate) fn departures(&self) -> Vec<String> {
        let name = &self.device.info.name;
        let mut departures = Vec::new();
        if self.device.lanes_out_of_order {
            departures.push(format!("subgroups of `{name}` are out of order: ladders use workgroup memory"));
        }
        if self.device.look_back_gave_up.load(Ordering::Relaxed) {
            departures.push(format!("look-back waited in vain on `{name}`: scans take several passes"));
        }
        departures
    }

    /// Compiles what a work needs, so that its first chunk takes no longer than others.
    pub(crate) fn prepare(&self, work: &Work<'_>) -> Result<()> {
        self.device.prepare(work)
    }

    /// True if the device is of no more use.
    pub(crate) fn has_failed(&self) -> bool {
        self.device.check().is_err()
    }

    /// Takes the device away, whatever it does.
    #[cfg(test)]
    pub(crate) fn destroy(&self) {
        self.device.raw.destroy();
    }

    /// Waits that nobody has ended, and buffers that are idle.
    #[cfg(test)]
    pub(crate) fn held(&self) -> (usize, usize) {
        self.device.held()
    }

    /// A map whose result stays on the device.
    pub(crate) fn map_resident<'a>(&'a self, work: &'a Work<'a>) -> Job<'a, Arc<ArrayData>> {
        self.job(async move { Ok(array(self.device.map_to_device(work).await?, work)) })
    }

    /// A scan whose result stays on the device.
    pub(crate) fn scan_resident<'a>(&'a self, work: &'a Work<'a>) -> Job<'a, Arc<ArrayData>> {
        self.job(async move { Ok(array(self.device.scan_to_device(work).await?, work)) })
    }

    /// Whether the device's arithmetic keeps the canonical order. One small run; ask once.
    pub(crate) fn probe(&self) -> Job<'_, Verdict> {
        self.job(self.device.probe())
    }

    /// What transfers of about `bytes` and small runs cost. Takes tens of milliseconds on a GPU.
    pub(crate) fn measure(&self, bytes: usize) -> Job<'_, Costs> {
        self.job(self.device.measure(bytes))
    }

    /// The aggregate of `range`, whose node starts at `range.start`, combined on the device: one state is read back,
    /// where [`Executor::reduce`] brings one per tile.
    pub(crate) fn reduce_whole<'a>(&'a self, work: &'a Work<'a>, range: Range<usize>) -> Job<'a, [u32; 4]> {
        self.job(self.device.reduce_to_one(work, range))
    }

    /// Runs a kernel. Memory of the host changes only when the launch succeeds.
    pub(crate) fn launch<'a>(&'a self, dispatch: &'a mut Dispatch<'_>) -> Job<'a, ()> {
        self.job(self.device.launch(dispatch))
    }

    /// True when a launch that is not cut needs nothing to be compiled.
    pub(crate) fn has_kernel(&self, dispatch: &Dispatch<'_>) -> bool {
        self.device.has_kernel(dispatch, false)
    }

    /// Checks a part of a launch and compiles what it needs: the seconds that took, if it was not there.
    pub(crate) fn prepare_kernel<'a>(
        &'a self,
        dispatch: &'a Dispatch<'_>,
        piece: &'a Piece,
    ) -> Job<'a, Option<f64>> {
        self.job(self.device.prepare_kernel(dispatch, piece))
    }

    /// Starts a part of a launch. What it needs of the host has been copied when this returns.
    pub(crate) fn begin<'a>(&'a self, dispatch: &'a mut Dispatch<'_>, piece: Piece) -> Job<'a, Running> {
        self.job(self.device.begin(dispatch, piece))
    }

    /// Waits for a part of a launch and puts its results where they belong.
    pub(crate) fn end<'a>(&'a self, running: Running, dispatch: &'a mut Dispatch<'_>) -> Job<'a, ()> {
        self.job(self.device.end(running, dispatch))
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
        self.job(self.device.map_to_host(work, range, out))
    }

    fn reduce<'a>(&'a self, work: &'a Work<'a>, range: Range<usize>, out: &'a mut [u32]) -> Job<'a, ()> {
        self.job(self.device.reduce_to_tiles(work, range, out))
    }

    fn scan<'a>(
        &'a self,
        work: &'a Work<'a>,
        range: Range<usize>,
        prefix: [u32; 4],
        out: &'a mut [u32],
    ) -> Job<'a, [u32; 4]> {
        self.job(self.device.scan_to_host(work, range, prefix, out))
    }
}

#[cfg(test)]
mod tests;

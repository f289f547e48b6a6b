//! `Context`: resolves arrays, asks for a plan, runs it, and finishes on the CPU what a device did not.

mod adapter;
mod arithmetic;
mod builder;
mod cache;
mod calibrate;
mod code;
mod control;
mod cut;
mod devices;
mod disk;
mod drive;
mod execute;
mod faults;
mod history;
mod lanes;
mod launch;
mod output;
mod prefixes;
mod profile;
mod report;
mod store;
#[cfg(test)]
mod tests;
mod timeline;
mod tuned;
mod verify;

use std::sync::{Arc, Mutex};

pub use self::adapter::Adapter;
pub use self::arithmetic::Arithmetic;
pub use self::builder::Builder;
pub use self::control::{CancelToken, Progress};
pub use self::report::{ChunkReport, ExecutorReport, Incident, Report, ReportWithoutTimes};

use self::control::Control;
use self::devices::Devices;
use self::history::Memory;
use self::launch::Programs;
use crate::array::{Array, ArrayData};
use crate::cpu::Cpu;
use crate::element::{Element, words_of};
use crate::error::{Error, Result};
use crate::plan::{Placement, Request};
use crate::timeline::Timeline;
use crate::view::{Graph, Slot, View, Viewable};
use crate::work::Source;

/// Where work runs: the CPU's threads, the GPUs found, the planner and what it has measured. Cheap to clone; clones share
/// everything but the placement, the timeline, the deadline, and who follows or cancels their calls.
///
/// Making one is instant: no thread is started and no device is touched before a call is large enough to need it.
#[derive(Clone)]
pub struct Context {
    shared: Arc<Shared>,
    /// What was asked for, or why that is not a placement; then every call reports it.
    request: Result<Request>,
    /// Where calls record what they do.
    timeline: Option<Timeline>,
    /// Who follows and may end the calls of this clone.
    control: Control,
}

/// What clones share.
struct Shared {
    cpu: Cpu,
    devices: Arc<Devices>,
    programs: Programs,
    memory: Memory,
    /// A value of the environment that is none; then every call reports it.
    refused: Option<Error>,
    /// Share of a device's chunks that are computed a second time, on the CPU.
    verify: f64,
    /// False when a device fault is to be an error, not finished on the CPU.
    fallback: bool,
    report: Mutex<Option<Arc<Report>>>,
    #[cfg(test)]
    hooks: Mutex<tests::Hooks>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.devices.join();
    }
}

impl Context {
    /// A context with all processors, the best adapter, and the placement that the environment variable
    /// `TILEWRIGHT_PLACEMENT` holds (`auto`, `cpu`, `gpu`, `split:0.3`), else `Auto`.
    ///
    /// A variable that holds something else is reported as an error by the first call.
    pub fn new() -> Self {
        Builder::default().build_lazily()
    }

    /// Settings: threads, placement, adapter, software adapters, step budget, history.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// The same context with another placement, which wins over the environment.
    ///
    /// A split outside of 0 to 1 is reported as an error by the first call.
    #[must_use]
    pub fn with_placement(&self, placement: Placement) -> Self {
        let allow_software = self.request.as_ref().is_ok_and(|request| request.allow_software);
        let request = Request::resolve(Some(placement), None, allow_software);
        Self { request, ..self.clone() }
    }

    /// A view of a slice, a vector, a fixed-size array, an [`Array`], or another view.
    pub fn view<'a, V: Viewable<'a>>(&'a self, source: V) -> View<'a, V::Element> {
        View::new(self, source.described().0)
    }

    /// The sequence `0, 1, ...` of `len` elements, without memory. Wraps after 2^32 elements.
    pub fn counting(&self, len: usize) -> View<'_, u32> {
        let slot = Slot::Ready(Source::Counting { start: 0 });
        View::new(self, Graph::source(slot, u32::TYPE, len))
    }

    /// One element, `len` times, without memory.
    pub fn constant<T: Element>(&self, value: T, len: usize) -> View<'_, T> {
        let mut words = [0; 4];
        words[..T::TYPE.words()].copy_from_slice(words_of(&[value]));
        View::new(self, Graph::source(Slot::Ready(Source::Constant(words)), T::TYPE, len))
    }

    /// An [`Array`] that owns `elements` on the host. It is copied to a device when work on it first runs there, and stays.
    pub fn array<T: Element>(&self, elements: Vec<T>) -> Array<T> {
        // Every element is whole words of the same alignment, so that the memory changes hands without a copy.
        let words = bytemuck::allocation::cast_vec(elements);
        Array::new(Arc::new(ArrayData::on_host(T::TYPE, words)))
    }

    /// The elements of an array, downloaded first when they are on a device only.
    ///
    /// # Errors
    ///
    /// [`Error::Device`] when the device that holds them fails.
    pub fn read<'a, T: Element>(&self, array: &'a Array<T>) -> Result<&'a [T]> {
        pollster::block_on(self.read_async(array))
    }

    /// The async twin of [`read`](Self::read).
    ///
    /// # Errors
    ///
    /// As `read`.
    pub async fn read_async<'a, T: Element>(&self, array: &'a Array<T>) -> Result<&'a [T]> {
        let words = self.host_words(array.data()).await?;
        // The words were made from elements of `T`, so that length and alignment fit.
        Ok(bytemuck::cast_slice(words))
    }

    /// Number of threads that large calls on the CPU use.
    pub fn threads(&self) -> usize {
        self.shared.cpu.threads()
    }

    /// The vector instructions that the CPU executor uses.
    pub fn instructions(&self) -> String {
        self.shared.cpu.instructions()
    }

    /// What the last terminal call on this context or its clones did: its plan, times, and incidents. `None` before the
    /// first call, and after calls so small that the calling thread ran them without a plan.
    pub fn last_report(&self) -> Option<Arc<Report>> {
        self.shared.report.lock().unwrap_or_else(|e| e.into_inner()).clone()
    }

    fn request(&self) -> Result<&Request> {
        match &self.shared.refused {
            Some(error) => Err(error.clone()),
            None => self.request.as_ref().map_err(Error::clone),
        }
    }
}

impl Default for Context {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("request", &self.request).finish_non_exhaustive()
    }
}

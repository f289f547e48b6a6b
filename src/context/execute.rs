//! Running a plan, and finishing on the CPU what a device did not.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use pollster::block_on;

use super::Context;
use super::report::{Incident, Report};
use crate::array::{ArrayData, zeroed_words};
use crate::error::{Error, Result};
use crate::gpu::Gpu;
use crate::monoid::MonoidSpec;
use crate::order::TILE_LEN;
use crate::plan::{Choice, Placement, Plan, Request, quick_cpu};
use crate::run::{Executor, Spine, State};
use crate::work::{Primitive, Source, Work};

/// Elements past which a reduction's tile aggregates are folded on the device: more are not worth bringing back.
const FOLD_ON_DEVICE: usize = 1 << 24;

/// Where the result of a call goes.
enum Target<'t> {
    /// The words of a host slice.
    Host(&'t mut [u32]),
    /// One state.
    State(&'t mut State),
}

impl Context {
    /// The plan of a work.
    pub(crate) fn plan(&self, work: &Work<'_>) -> Result<Plan> {
        let request = Request { cpu_fallback: self.shared.fallback, ..*self.request()? };
        let shape = self.shape(work);
        let mut plan = crate::plan::decide(&shape, &self.profile(&request, &shape), &request)?;
        plan.notes.extend(self.shared.memory.notes());
        Ok(plan)
    }

    /// The elements of a map or scan into `out`.
    pub(crate) async fn run_into(&self, work: &Work<'_>, out: &mut [u32]) -> Result<()> {
        self.run(work, Target::Host(out)).await
    }

    /// The aggregate of a reduce.
    pub(crate) async fn run_reduce(&self, work: &Work<'_>) -> Result<State> {
        let Primitive::Reduce(monoid) = &work.primitive else { return Ok([0; 4]) };
        let mut state = monoid.identity;
        self.run(work, Target::State(&mut state)).await?;
        Ok(state)
    }

    /// The elements of a map or scan into an array that stays where it was computed.
    pub(crate) async fn run_to_array(&self, work: &Work<'_>) -> Result<Arc<ArrayData>> {
        let ty = work.output_type();
        let watch = self.control.begin(work.len)?;
        if !self.is_quick(work)? && work.len > 0 {
            let plan = self.plan(work)?;
            if plan.choice == Choice::Gpu {
                let start = Instant::now();
                match self.on_gpu_resident(work).await {
                    Ok(array) => {
                        watch.ended(work.len, work.len);
                        self.report(plan, start, Vec::new());
                        return Ok(array);
                    }
                    Err(error) => {
                        let incidents = vec![self.recover(&plan, error)?];
                        let mut words = zeroed_words("the result", work.len, ty.words())?;
                        self.on_cpu(work, 0..work.len, Target::Host(&mut words)).await?;
                        watch.ended(work.len, 0);
                        self.report(plan, start, incidents);
                        return Ok(Arc::new(ArrayData::on_host(ty, words)));
                    }
                }
            }
        }
        let mut words = zeroed_words("the result", work.len, ty.words())?;
        self.run_into(work, &mut words).await?;
        Ok(Arc::new(ArrayData::on_host(ty, words)))
    }

    /// The words of an array on the host, downloaded and kept if they are not there.
    pub(super) async fn host_words<'a>(&self, array: &'a ArrayData) -> Result<&'a [u32]> {
        if let Some(words) = array.host.get() {
            return Ok(words);
        }
        let mut words = zeroed_words("an array", array.len, array.ty.words())?;
        // A device that is gone must not meet the next call.
        let downloaded = self.timed(Gpu::download(array, &mut words)).await;
        downloaded.inspect_err(|error| self.shared.devices.failed(error))?;
        Ok(array.host.get_or_init(|| words))
    }

    /// Makes every array of a work readable by the CPU.
    async fn bring_to_host(&self, work: &Work<'_>) -> Result<()> {
        for source in &work.sources {
            if let Source::Array(array) = source {
                self.host_words(array).await?;
            }
        }
        Ok(())
    }

    async fn run(&self, work: &Work<'_>, mut target: Target<'_>) -> Result<()> {
        let watch = self.control.begin(work.len)?;
        if work.len == 0 {
            self.request()?;
            return Ok(());
        }
        if self.is_quick(work)? {
            *self.shared.report.lock().unwrap_or_else(|e| e.into_inner()) = None;
            self.on_cpu(work, 0..work.len, target).await?;
            watch.ended(work.len, 0);
            return Ok(());
        }
        let plan = self.plan(work)?;
        let start = Instant::now();
        let mut incidents = Vec::new();
        let outcome = match plan.choice {
            Choice::Cpu => self.on_cpu(work, 0..work.len, target.reborrow()).await,
            Choice::Gpu => self.on_gpu(work, target.reborrow()).await,
            Choice::Split { gpu_elements } => {
                self.on_both(&plan, work, gpu_elements, target.reborrow(), &mut incidents).await
            }
        };
        if let Err(error) = outcome {
            if plan.choice == Choice::Cpu {
                return Err(error);
            }
            incidents.push(self.recover(&plan, error)?);
            self.on_cpu(work, 0..work.len, target).await?;
        }
        watch.ended(work.len, if incidents.is_empty() { plan.gpu_range().len() } else { 0 });
        self.report(plan, start, incidents);
        Ok(())
    }

    /// True when the calling thread is done before any planning could pay.
    fn is_quick(&self, work: &Work<'_>) -> Result<bool> {
        if !matches!(self.request()?.placement, Placement::Auto | Placement::Cpu) {
            return Ok(false);
        }
        let on_host = |source: &Source<'_>| match source {
            Source::Array(array) => array.host.get().is_some(),
            _ => true,
        };
        if !work.sources.iter().all(on_host) {
            return Ok(false);
        }
        Ok(self.shared.cpu.cost_per_element(work).is_ok_and(|cost| quick_cpu(work.len, cost)))
    }

    /// Turns a fault of a device into an incident; passes on what the caller has to know.
    pub(super) fn recover(&self, plan: &Plan, error: Error) -> Result<Incident> {
        // Whoever finishes the work: a device that is gone must not meet the next call.
        self.shared.devices.failed(&error);
        let of_device =
            matches!(error, Error::Device { .. } | Error::NoAdapter { .. } | Error::Unsupported { .. });
        if !of_device || !self.shared.fallback {
            return Err(error);
        }
        let fault = match &error {
            Error::Device { fault, .. } => fault.to_string(),
            other => other.to_string(),
        };
        tracing::warn!(adapter = plan.adapter, fault, "the CPU takes the work of a GPU");
        Ok(Incident {
            executor: plan.adapter.clone().unwrap_or_else(|| "gpu".into()),
            fault,
            action: "the CPU did the work".into(),
        })
    }

    pub(super) fn report(&self, plan: Plan, start: Instant, incidents: Vec<Incident>) {
        let report = Report::new(plan, start.elapsed(), incidents).with_notes(self.shared.memory.notes());
        *self.shared.report.lock().unwrap_or_else(|e| e.into_inner()) = Some(Arc::new(report));
    }

    async fn on_cpu(&self, work: &Work<'_>, range: Range<usize>, target: Target<'_>) -> Result<()> {
        self.bring_to_host(work).await?;
        let _chunk = self.cpu_chunk(&range);
        let cpu = &self.shared.cpu;
        match (target, &work.primitive) {
            (Target::Host(out), Primitive::Scan { monoid, .. }) => {
                cpu.run_scan(work, range, Spine::new(monoid.identity), out).map(drop)
            }
            (Target::Host(out), _) => cpu.run_map(work, range, out),
            (Target::State(state), _) => {
                let mut states = tile_states(work, range.len())?;
                cpu.run_reduce(work, range, &mut states)?;
                *state = cpu.fold(work, states)?;
                Ok(())
            }
        }
    }

    async fn on_gpu(&self, work: &Work<'_>, target: Target<'_>) -> Result<()> {
        let gpu = self.gpu()?;
        let range = 0..work.len;
        let _chunk = self.gpu_chunk(&gpu, &range);
        match (target, &work.primitive) {
            (Target::Host(out), Primitive::Scan { monoid, .. }) => {
                gpu.scan(work, range, monoid.identity, out).await.map(drop)?;
            }
            (Target::Host(out), _) => gpu.map(work, range, out).await?,
            (Target::State(state), _) if work.len > FOLD_ON_DEVICE => {
                *state = gpu.reduce_whole(work, range).await?;
            }
            (Target::State(state), _) => {
                let mut states = tile_states(work, range.len())?;
                gpu.reduce(work, range, &mut states).await?;
                *state = self.shared.cpu.fold(work, states)?;
            }
        }
        self.shared.devices.ran(work);
        Ok(())
    }

    async fn on_gpu_resident(&self, work: &Work<'_>) -> Result<Arc<ArrayData>> {
        let gpu = self.gpu()?;
        let _chunk = self.gpu_chunk(&gpu, &(0..work.len));
        let array = match &work.primitive {
            Primitive::Scan { .. } => gpu.scan_resident(work).await?,
            _ => gpu.map_resident(work).await?,
        };
        self.shared.devices.ran(work);
        Ok(array)
    }

    /// The first `at` elements on the GPU, on a thread of their own, and the others on the CPU. A fault of the device
    /// is an incident: the CPU then does the first elements too.
    async fn on_both(
        &self,
        plan: &Plan,
        work: &Work<'_>,
        at: usize,
        target: Target<'_>,
        incidents: &mut Vec<Incident>,
    ) -> Result<()> {
        self.bring_to_host(work).await?;
        let cpu = &self.shared.cpu;
        let gpu = self.gpu()?;
        match (target, &work.primitive) {
            (Target::Host(out), Primitive::Scan { monoid, .. }) => {
                let (head, tail) = out.split_at_mut(at * work.output_type().words());
                let identity = monoid.identity;
                let outcome = beside(
                    || {
                        self.on_gpu_lane(&gpu, 0..at, || {
                            block_on(gpu.scan(work, 0..at, identity, head)).map(drop)
                        })
                    },
                    || {
                        let reduce = as_reduce(work, monoid);
                        let mut states = tile_states(&reduce, at)?;
                        cpu.run_reduce(&reduce, 0..at, &mut states)?;
                        let spine = cpu.spine(&reduce, identity, &states)?;
                        self.on_cpu_lane(at..work.len, || {
                            cpu.run_scan(work, at..work.len, spine, tail).map(drop)
                        })
                    },
                )?;
                self.finish_head(plan, outcome, incidents, || {
                    cpu.run_scan(work, 0..at, Spine::new(identity), head).map(drop)
                })
            }
            (Target::Host(out), _) => {
                let (head, tail) = out.split_at_mut(at * work.output_type().words());
                let outcome = beside(
                    || self.on_gpu_lane(&gpu, 0..at, || block_on(gpu.map(work, 0..at, head))),
                    || self.on_cpu_lane(at..work.len, || cpu.run_map(work, at..work.len, tail)),
                )?;
                self.finish_head(plan, outcome, incidents, || cpu.run_map(work, 0..at, head))
            }
            (Target::State(state), _) => {
                let mut states = tile_states(work, work.len)?;
                let (head, tail) = states.split_at_mut(tile_words(work, at));
                let outcome = beside(
                    || self.on_gpu_lane(&gpu, 0..at, || block_on(gpu.reduce(work, 0..at, head))),
                    || self.on_cpu_lane(at..work.len, || cpu.run_reduce(work, at..work.len, tail)),
                )?;
                self.finish_head(plan, outcome, incidents, || cpu.run_reduce(work, 0..at, head))?;
                *state = cpu.fold(work, states)?;
                Ok(())
            }
        }
    }

    fn finish_head(
        &self,
        plan: &Plan,
        outcome: Result<()>,
        incidents: &mut Vec<Incident>,
        on_cpu: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        match outcome {
            Ok(()) => Ok(()),
            Err(error) => {
                incidents.push(self.recover(plan, error)?);
                on_cpu()
            }
        }
    }
}

impl Target<'_> {
    fn reborrow(&mut self) -> Target<'_> {
        match self {
            Target::Host(out) => Target::Host(out),
            Target::State(state) => Target::State(state),
        }
    }
}

/// Room for the tile aggregates of `len` elements.
fn tile_states(work: &Work<'_>, len: usize) -> Result<Vec<u32>> {
    zeroed_words("the aggregates of tiles", len.div_ceil(TILE_LEN), work.state_words())
}

/// Words of the tile aggregates of `len` elements.
fn tile_words(work: &Work<'_>, len: usize) -> usize {
    len.div_ceil(TILE_LEN) * work.state_words()
}

/// The reduction whose tile aggregates a scan needs.
fn as_reduce<'w>(work: &Work<'w>, monoid: &Arc<MonoidSpec>) -> Work<'w> {
    Work { primitive: Primitive::Reduce(Arc::clone(monoid)), ..work.clone() }
}

/// Runs the GPU's part on a thread of its own beside the CPU's. The outer result is the CPU's, the inner the GPU's.
fn beside(gpu: impl FnOnce() -> Result<()> + Send, cpu: impl FnOnce() -> Result<()>) -> Result<Result<()>> {
    std::thread::scope(|scope| {
        let gpu = scope.spawn(gpu);
        let cpu = cpu();
        let gpu = gpu.join().unwrap_or_else(|_| {
            Err(Error::System { what: "the thread of the GPU".into(), reason: "it panicked".into() })
        });
        cpu.map(|()| gpu)
    })
}

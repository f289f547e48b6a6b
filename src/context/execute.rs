//! A terminal call: what is too small to plan, what one executor does whole, and what is driven in chunks.

use std::sync::Arc;
use std::time::Instant;

use super::Context;
use super::drive::Driven;
use super::report::{Actual, Incident, Report};
use crate::array::{ArrayData, zeroed_words};
use crate::error::{Error, Result};
use crate::gpu::Gpu;
use crate::order::TILE_LEN;
use crate::plan::{Choice, Executor, Observation, Placement, Plan, Request, Shape, quick_cpu};
use crate::run::{Facts, Spine, State, explored_s};
use crate::work::{Primitive, Source, Work};

/// A plan, and the work that it is for in plain numbers.
pub(super) struct Planned {
    pub(super) plan: Plan,
    pub(super) shape: Shape,
}

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
        self.planned(work).map(|planned| planned.plan)
    }

    fn planned(&self, work: &Work<'_>) -> Result<Planned> {
        let request = Request { cpu_fallback: self.shared.fallback, ..*self.request()? };
        self.check_tuning(&request)?;
        let shape = self.shape(work);
        let mut plan = crate::plan::decide(&shape, &self.profile(&request, &shape), &request)?;
        plan.notes.extend(self.notes());
        Ok(Planned { plan, shape })
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
            let planned = self.planned(work)?;
            if planned.plan.choice == Choice::Gpu {
                let start = Instant::now();
                match self.on_gpu_resident(work, &planned).await {
                    Ok((array, actual)) => {
                        watch.ended(work.len, work.len);
                        self.report_actual(planned.plan, start, Vec::new(), actual);
                        return Ok(array);
                    }
                    Err(error) => {
                        let incidents = vec![self.recover(&planned.plan, error)?];
                        let mut words = zeroed_words("the result", work.len, ty.words())?;
                        self.on_cpu(work, Target::Host(&mut words)).await?;
                        watch.ended(work.len, 0);
                        self.report(planned.plan, start, incidents);
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
    pub(super) async fn bring_to_host(&self, work: &Work<'_>) -> Result<()> {
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
            self.on_cpu(work, target).await?;
            watch.ended(work.len, 0);
            return Ok(());
        }
        let planned = self.planned(work)?;
        if planned.plan.prepares.is_some() {
            self.shared.devices.prepare_in_background(self.threads(), work);
        }
        let start = Instant::now();
        let alone = planned.plan.course.as_ref().is_none_or(|course| course.gpu.is_none());
        if planned.plan.choice == Choice::Cpu && alone && !self.is_watched() {
            self.on_cpu(work, target).await?;
            watch.ended(work.len, 0);
            let took_s = start.elapsed().as_secs_f64();
            self.observe(&planned, Executor::Cpu, took_s, Facts { took_s, ..Facts::default() });
            let actual = Actual::whole(Executor::Cpu, work.len, took_s);
            self.report_actual(planned.plan, start, Vec::new(), actual);
            return Ok(());
        }
        let driven = match &mut target {
            Target::Host(out) => self.drive(&planned, work, out, &watch).await?,
            Target::State(state) => {
                let mut states = tile_states(work, work.len)?;
                let driven = self.drive(&planned, work, &mut states, &watch).await?;
                **state = match driven.whole {
                    Some(whole) => whole,
                    None if driven.must_redo => State::default(),
                    None => self.shared.cpu.fold(work, states)?,
                };
                driven
            }
        };
        if driven.must_redo {
            self.on_cpu(work, target).await?;
            watch.ended(work.len, 0);
        }
        self.learn(&planned, &driven, start.elapsed().as_secs_f64());
        self.report_actual(planned.plan, start, driven.incidents, driven.actual);
        Ok(())
    }

    /// Adds a call that ran in chunks to the history.
    fn learn(&self, planned: &Planned, driven: &Driven, took_s: f64) {
        let gpu = planned.plan.course.as_ref().and_then(|course| course.gpu.as_ref());
        let contention = gpu.map_or(0.0, |gpu| gpu.contention);
        let facts = Facts {
            key: planned.shape.key(),
            device: gpu.and_then(|_| self.shared.devices.history_names().first().cloned()),
            open_s: driven.actual.open_s,
            compile_s: driven.actual.compile_s,
            element_bytes: u64::from(planned.shape.input_bytes() + planned.shape.output_bytes),
            took_s,
            explored_s: explored_s(&driven.call, driven.call.contention().unwrap_or(contention), took_s),
        };
        self.shared.memory.learn(&driven.call, &facts);
    }

    /// Adds a call that one executor ran whole, in so many seconds.
    fn observe(&self, planned: &Planned, executor: Executor, seconds: f64, facts: Facts) {
        let elements = planned.plan.len as f64;
        let model = planned.plan.course.as_ref().and_then(|course| match executor {
            Executor::Cpu => course.cpu.as_ref(),
            Executor::Gpu => course.gpu.as_ref().map(|gpu| &gpu.model),
        });
        let expected = model.and_then(|model| model.expectation(elements));
        let seen = Observation { executor, elements, seconds, expected };
        self.shared.memory.observe(&seen, &Facts { key: planned.shape.key(), ..facts });
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
        self.report_actual(plan, start, incidents, Actual::default());
    }

    pub(super) fn report_actual(&self, plan: Plan, start: Instant, incidents: Vec<Incident>, actual: Actual) {
        let report =
            Report::new(plan, start.elapsed(), incidents).with_actual(&actual).with_notes(self.notes());
        *self.shared.report.lock().unwrap_or_else(|e| e.into_inner()) = Some(Arc::new(report));
    }

    async fn on_cpu(&self, work: &Work<'_>, target: Target<'_>) -> Result<()> {
        self.bring_to_host(work).await?;
        let cpu = &self.shared.cpu;
        let range = 0..work.len;
        let _chunk = self.cpu_chunk(&range);
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

    async fn on_gpu_resident(&self, work: &Work<'_>, planned: &Planned) -> Result<(Arc<ArrayData>, Actual)> {
        let devices = &self.shared.devices;
        let (gpu, open_s) = self.gpu_timed()?;
        self.check_bits(&planned.plan, work)?;
        let compile_s = devices.compile(&gpu, work)?;
        let start = Instant::now();
        let chunk = self.gpu_chunk(&gpu, &(0..work.len));
        let array = match &work.primitive {
            Primitive::Scan { .. } => gpu.scan_resident(work).await?,
            _ => gpu.map_resident(work).await?,
        };
        drop(chunk);
        let took_s = start.elapsed().as_secs_f64();
        let device = devices.history_names().first().cloned();
        let facts = Facts { device, open_s, compile_s, took_s, ..Facts::default() };
        self.observe(planned, Executor::Gpu, took_s, facts);
        let actual = Actual { open_s, compile_s, ..Actual::whole(Executor::Gpu, work.len, took_s) };
        Ok((array, actual))
    }
}

/// Room for the tile aggregates of `len` elements.
pub(super) fn tile_states(work: &Work<'_>, len: usize) -> Result<Vec<u32>> {
    zeroed_words("the aggregates of tiles", len.div_ceil(TILE_LEN), work.state_words())
}

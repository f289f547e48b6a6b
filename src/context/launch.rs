//! Running a launch of a kernel: whole on the device that the plan names or on the CPU, or in parts.
//!
//! Whole launches are one chunk; [`parts`] has those that are cut. What each executor took is learned, without what opening a
//! device and compiling took.

mod host;
mod lesson;
mod parts;
mod programs;

use std::time::Instant;

use self::lesson::Lesson;
pub(super) use self::programs::Programs;
use super::Context;
use super::control::Watch;
use super::cut::{self, Cut};
use super::report::{Actual, Incident};
use crate::cpu::KernelBuffer;
use crate::dispatch::{Data, Dispatch, Piece};
use crate::error::{Error, Fault, Result};
use crate::findings::CheckReport;
use crate::plan::{
    Choice, CpuProfile, CutCourse, Density, Executor, LaunchDecision, LaunchShape, Placement, Plan, Profile,
    Request, decide_launch, launch_course,
};
use crate::wgsl::{BindingAccess, Text, guarded};

/// Parts that a launch is cut into whose memory a device does not have at once.
const PARTS_OF_MEMORY: u64 = 8;

/// Parts of a launch that both executors share as speeds turn out: few, since each is an analysis.
const UNITS: u32 = 8;

/// Parts where the smaller share is less than two of [`UNITS`].
const MORE_UNITS: u32 = 16;

/// Launches so small that predicting them, and learning from them, would take longer than they do where the CPU has them for
/// certain.
const SMALL: usize = 256;

/// A plan, and the parts that it wants a launch cut into.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    cut: Option<Cut>,
    shape: LaunchShape,
    profile: Profile,
    lesson: Lesson,
}

/// A launch that has ended.
struct Ended {
    incidents: Vec<Incident>,
    actual: Actual,
    /// Of a launch that one executor ran whole.
    whole: Option<Executor>,
}

impl Context {
    /// The plan of a launch.
    pub(crate) fn plan_launch(&self, dispatch: &Dispatch<'_>) -> Result<Planned> {
        let request = Request { cpu_fallback: self.shared.fallback, ..*self.request()? };
        self.check_tuning(&request)?;
        let lesson = Lesson { key: self.key_of(dispatch), otherwise_s: None };
        let profile = self.launch_profile(dispatch, &request, &lesson);
        let split = match request.placement {
            Placement::Split { gpu } if gpu > 0.0 && gpu < 1.0 => Some(self.split(dispatch, gpu)),
            _ => None,
        };
        let mut shape = self.launch_shape(dispatch);
        shape.split = split.as_ref().map(|split| match split {
            Ok(cut) => Ok(cut.gpu_elements),
            Err(why) => Err(why.clone()),
        });
        let decide = |shape: &LaunchShape| decide_launch(shape, &profile, &request);
        let mut decision = decide(&shape)?;
        let takes_cpu = decision.plan.choice == Choice::Cpu || decision.balance.is_some();
        if takes_cpu && request.placement == Placement::Auto && !profile.gpus.is_empty() {
            // Whether the CPU can is asked only where it would have to: the answer takes a compilation.
            shape.cpu = self.shared.programs.may_run(&self.shared.cpu, dispatch);
            if shape.cpu.is_err() {
                decision = decide(&shape)?;
            }
        }
        let limit = profile.gpus.first().map_or(u64::MAX, |gpu| gpu.max_binding);
        let mut cut = split.and_then(std::result::Result::ok);
        if let Some(balance) = decision.balance {
            let units = self.units(dispatch, balance, limit);
            shape.share = Some(match &units {
                Ok(cut) => Ok(cut.grain),
                Err(why) => Err(why.clone()),
            });
            decision = decide(&shape)?;
            cut = units.ok();
        }
        if let (Some(cut), Choice::Split { gpu_elements }) = (&mut cut, decision.plan.choice) {
            cut.gpu_elements = gpu_elements;
        } else {
            cut = None;
        }
        if decision.plan.choice == Choice::Gpu && cut::largest(dispatch) > limit {
            // Only a device that takes the launch makes it worth analysing.
            let parts = cut::within(dispatch, limit, self.align(dispatch));
            shape.parts = Some(match &parts {
                Ok(cut) => Ok(cut.len()),
                Err(why) => Err(why.clone()),
            });
            decision = decide(&shape)?;
            cut = parts.ok();
        }
        let LaunchDecision { mut plan, otherwise_s, .. } = decision;
        plan.notes.extend(self.notes());
        Ok(Planned { plan, cut, shape, profile, lesson: Lesson { otherwise_s, ..lesson } })
    }

    /// The launch in plain numbers.
    fn launch_shape(&self, dispatch: &Dispatch<'_>) -> LaunchShape {
        let by = |sizes: [u32; 3]| sizes.map(|size| size.to_string()).join(" x ");
        let (grid, size) = (by(dispatch.grid), by(dispatch.program.workgroup_size));
        let (up_bytes, down_bytes) = self.moved(dispatch, &Piece::whole(dispatch));
        LaunchShape {
            label: format!("{}, {grid} workgroups of {size}", dispatch.name()),
            invocations: usize::try_from(dispatch.invocations()).unwrap_or(usize::MAX),
            cpu: Ok(()),
            pipeline_cached: self.shared.devices.has_kernel(dispatch),
            up_bytes,
            down_bytes,
            split: None,
            share: None,
            parts: None,
        }
    }

    /// The machine, with what launches of this kernel have taught.
    fn launch_profile(&self, dispatch: &Dispatch<'_>, request: &Request, lesson: &Lesson) -> Profile {
        let wants_gpu = request.placement != Placement::Cpu;
        let gpus = if wants_gpu { self.shared.devices.profiles(self.threads()) } else { Vec::new() };
        let cpu = CpuProfile::prior(self.threads());
        let mut profile =
            Profile { cpu, gpus, searched: wants_gpu, budget: None, density: Density::default() };
        if profile.gpus.is_empty() && dispatch.invocations() <= SMALL as u64 {
            return profile;
        }
        let names = if wants_gpu { self.shared.devices.history_names() } else { &[] };
        self.shared.memory.apply_to(&mut profile, lesson.key, names);
        profile
    }

    /// The launch shared by a device and the CPU.
    fn split(&self, dispatch: &Dispatch<'_>, share: f64) -> std::result::Result<Cut, String> {
        let program = self.shared.programs.get(&self.shared.cpu, dispatch);
        let program = program.map_err(|error| format!("the CPU cannot run it: {error}"))?;
        cut::shared(dispatch, share, program.align())
    }

    /// The launch in parts that either may take, where the device should get about `balance` invocations.
    fn units(&self, dispatch: &Dispatch<'_>, balance: f64, limit: u64) -> std::result::Result<Cut, String> {
        let on_host = |buffer: &crate::dispatch::Buffer<'_>| match &buffer.data {
            Data::Array(array) => buffer.access == BindingAccess::Read && array.host.get().is_some(),
            Data::ArrayMut(_) => false,
            _ => true,
        };
        if !dispatch.buffers.iter().all(on_host) {
            return Err("arrays that are on the device would leave it".into());
        }
        let len = dispatch.invocations() as f64;
        let is_even = balance.min(len - balance) >= 2.0 * len / f64::from(UNITS);
        let count = if is_even { UNITS } else { MORE_UNITS };
        cut::units(dispatch, count, limit, self.align(dispatch))
    }

    /// Where parts may begin along x, so that the CPU can take over what a device does not finish.
    fn align(&self, dispatch: &Dispatch<'_>) -> u32 {
        self.shared.programs.get(&self.shared.cpu, dispatch).map_or(1, |program| program.align())
    }

    /// Runs a launch. What a device does not finish, the CPU does: nothing of that was changed until then.
    ///
    /// Parts are what progress, cancellation and deadlines come between; a launch that is not cut is one part.
    pub(crate) async fn launch(&self, mut dispatch: Dispatch<'_>) -> Result<()> {
        let invocations = usize::try_from(dispatch.invocations()).unwrap_or(usize::MAX);
        let watch = self.control.begin(invocations)?;
        let mut planned = self.plan_launch(&dispatch)?;
        if planned.plan.prepares.is_some() {
            self.shared.devices.open_in_background(self.threads());
        }
        let start = Instant::now();
        let mut ended = Ended { incidents: Vec::new(), actual: Actual::default(), whole: None };
        match (planned.plan.choice, planned.cut.take()) {
            (Choice::Cpu, _) if planned.lesson.otherwise_s.is_some() => {
                self.try_on_cpu(&mut dispatch, &mut ended).await?;
            }
            (Choice::Cpu, _) => self.launch_on_cpu(&mut dispatch, &mut ended).await?,
            (_, Some(cut)) => self.launch_parts(&planned, &mut dispatch, &cut, &watch, &mut ended).await?,
            _ => {
                if let Err(error) = self.launch_on_gpu(&mut dispatch, &mut ended).await {
                    self.launch_again(&planned, &mut dispatch, error, &watch, &mut ended).await?;
                }
            }
        }
        if let Some(executor) = ended.whole {
            watch.ended(invocations, if executor == Executor::Gpu { invocations } else { 0 });
            if invocations > SMALL || !planned.profile.gpus.is_empty() {
                self.learn_whole(&planned.lesson, &ended.actual, start.elapsed().as_secs_f64());
            }
        }
        self.report_actual(planned.plan, start, ended.incidents, ended.actual);
        Ok(())
    }

    /// Runs a launch in parts.
    async fn launch_parts(
        &self,
        planned: &Planned,
        dispatch: &mut Dispatch<'_>,
        cut: &Cut,
        watch: &Watch<'_>,
        ended: &mut Ended,
    ) -> Result<()> {
        let start = Instant::now();
        let plan = &planned.plan;
        let is_split = matches!(plan.choice, Choice::Split { .. });
        let course = CutCourse {
            grain: cut.grain,
            gpu_elements: cut.gpu_elements,
            gpu_most: cut.gpu_most,
            guided: is_split && plan.placement == Placement::Auto,
            has_cpu: is_split || self.shared.fallback,
        };
        let course = launch_course(&planned.shape, &planned.profile, &course);
        let parted = self.launch_cut(plan, dispatch, (cut, course), watch, &mut ended.incidents).await?;
        self.learn_cut(&planned.lesson, &parted.call, &parted.actual, start.elapsed().as_secs_f64());
        ended.actual = parted.actual;
        Ok(())
    }

    /// Runs a launch on the device.
    async fn launch_on_gpu(&self, dispatch: &mut Dispatch<'_>, ended: &mut Ended) -> Result<()> {
        let (gpu, open_s) = self.gpu_timed()?;
        let whole = Piece::whole(dispatch);
        let compile_s = gpu.prepare_kernel(dispatch, &whole).await?;
        let (uploaded_bytes, downloaded_bytes) = self.moved(dispatch, &whole);
        let len = usize::try_from(dispatch.invocations()).unwrap_or(usize::MAX);
        let start = Instant::now();
        gpu.launch(dispatch).await?;
        let took_s = start.elapsed().as_secs_f64();
        let actual = Actual::whole(Executor::Gpu, len, took_s);
        ended.actual = Actual { open_s, compile_s, uploaded_bytes, downloaded_bytes, ..actual };
        ended.whole = Some(Executor::Gpu);
        Ok(())
    }

    /// Runs a launch that a device has refused or failed at: in parts, if memory was short, else on the CPU.
    async fn launch_again(
        &self,
        planned: &Planned,
        dispatch: &mut Dispatch<'_>,
        error: Error,
        watch: &Watch<'_>,
        ended: &mut Ended,
    ) -> Result<()> {
        let plan = &planned.plan;
        if let Error::Device { fault: Fault::OutOfMemory { .. }, .. } = &error {
            let limit = cut::largest(dispatch) / PARTS_OF_MEMORY;
            if let Ok(cut) = cut::within(dispatch, limit, self.align(dispatch)) {
                let action = format!("in {} parts", cut.len());
                let executor = plan.adapter.clone().unwrap_or_default();
                ended.incidents.push(Incident { executor, fault: error.to_string(), action });
                return self.launch_parts(planned, dispatch, &cut, watch, ended).await;
            }
        }
        let fault = error.clone();
        ended.incidents.push(self.recover(plan, error)?);
        match self.launch_on_cpu(dispatch, ended).await {
            // Neither can: what the device said is what the caller asked about.
            Err(Error::Unsupported { .. }) => Err(fault),
            outcome => outcome,
        }
    }

    /// Runs a launch on the CPU: slices in place, and arrays that it writes on a copy, which then becomes the array.
    async fn launch_on_cpu(&self, dispatch: &mut Dispatch<'_>, ended: &mut Ended) -> Result<()> {
        let program = self.shared.programs.get(&self.shared.cpu, dispatch)?;
        let grid = dispatch.grid;
        let len = usize::try_from(dispatch.invocations()).unwrap_or(usize::MAX);
        let _chunk = self.cpu_kernel(dispatch.name());
        let start = Instant::now();
        self.with_host_buffers(dispatch, |buffers| program.run(&self.shared.cpu, grid, buffers)).await?;
        ended.actual = Actual::whole(Executor::Cpu, len, start.elapsed().as_secs_f64());
        ended.whole = Some(Executor::Cpu);
        Ok(())
    }

    /// Runs a launch on the CPU to learn how fast that is. A device would have run it: what the CPU cannot, that does.
    async fn try_on_cpu(&self, dispatch: &mut Dispatch<'_>, ended: &mut Ended) -> Result<()> {
        let kept = host::Kept::of(dispatch);
        let Err(error) = self.launch_on_cpu(dispatch, ended).await else { return Ok(()) };
        kept.restore(dispatch);
        self.shared.programs.refuse(dispatch, &error);
        let action = "the device did the work".into();
        ended.incidents.push(Incident { executor: "cpu".into(), fault: error.to_string(), action });
        self.launch_on_gpu(dispatch, ended).await
    }

    /// Runs a launch on the CPU and says what is wrong with it; memory is as behind a run.
    pub(crate) async fn check(&self, mut dispatch: Dispatch<'_>) -> Result<CheckReport> {
        let (program, grid) = (dispatch.program, dispatch.grid);
        let (label, source) = (&dispatch.shader.label, &dispatch.shader.source);
        let compiled = guarded(label, source, || {
            crate::cpu::KernelProgram::compile_checked(&program.module, &program.info, program.entry, source)
        })?;
        let text = Text { label, source };
        let run = |buffers: &mut [KernelBuffer<'_>]| compiled.check(&self.shared.cpu, grid, buffers, &text);
        self.with_host_buffers(&mut dispatch, run).await
    }
}

#[cfg(test)]
mod learning;
#[cfg(test)]
mod tests;

//! Running a launch of a kernel: on the device that the plan names, or on the CPU.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::Context;
use super::control::Watch;
use super::cut::{self, Cut};
use super::report::Incident;
use crate::array::ArrayData;
use crate::cpu::{Cpu, KernelBuffer, KernelProgram, KernelWords};
use crate::dispatch::{Buffer, Data, Dispatch, Piece};
use crate::error::{Error, Fault, Result};
use crate::findings::CheckReport;
use crate::plan::{Choice, LaunchShape, Placement, Plan, Request, decide_launch};
use crate::wgsl::{Part, Text, guarded};

/// Kernels compiled for the CPU that are kept; past this many the cache starts anew.
const MAX_CACHED: usize = 256;

/// Kernels compiled for the CPU, by [`crate::wgsl::Specialized::key`].
#[derive(Default)]
pub(super) struct Programs {
    by_key: Mutex<HashMap<Vec<u64>, Arc<KernelProgram>>>,
}

impl Programs {
    fn get(&self, cpu: &Cpu, dispatch: &Dispatch<'_>) -> Result<Arc<KernelProgram>> {
        let program = dispatch.program;
        // A poisoned lock only means that another thread panicked between two map operations; the map is whole.
        let cache = || self.by_key.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(found) = cache().get(&program.key) {
            return Ok(Arc::clone(found));
        }
        let (label, source) = (&dispatch.shader.label, &dispatch.shader.source);
        let compiled = guarded(label, source, || {
            KernelProgram::compile(&program.module, &program.info, program.entry, source, cpu.engine())
        })?;
        let compiled = Arc::new(compiled);
        let mut cache = cache();
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        cache.insert(program.key.clone(), Arc::clone(&compiled));
        Ok(compiled)
    }
}

/// A plan, and the parts that it wants a launch cut into.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    cut: Option<Cut>,
}

impl Context {
    /// The plan of a launch.
    pub(crate) fn plan_launch(&self, dispatch: &Dispatch<'_>) -> Result<Planned> {
        let request = Request { cpu_fallback: self.shared.fallback, ..*self.request()? };
        let by = |sizes: [u32; 3]| sizes.map(|size| size.to_string()).join(" x ");
        let (grid, size) = (by(dispatch.grid), by(dispatch.program.workgroup_size));
        let gpus = match request.placement {
            Placement::Cpu => Vec::new(),
            _ => self.shared.devices.profiles(self.threads()),
        };
        let split = match request.placement {
            Placement::Split { gpu } if gpu > 0.0 && gpu < 1.0 => Some(self.split(dispatch, gpu)),
            _ => None,
        };
        let mut shape = LaunchShape {
            label: format!("{}, {grid} workgroups of {size}", dispatch.name()),
            invocations: usize::try_from(dispatch.invocations()).unwrap_or(usize::MAX),
            split: split.as_ref().map(|split| match split {
                Ok(cut) => Ok(cut.device_invocations(dispatch)),
                Err(why) => Err(why.clone()),
            }),
            parts: None,
        };
        let decide = |shape: &LaunchShape| decide_launch(shape, &gpus, self.threads(), &request);
        let plan = decide(&shape)?;
        let limit = gpus.first().map_or(u64::MAX, |gpu| gpu.max_binding);
        if plan.choice != Choice::Gpu || cut::largest(dispatch) <= limit {
            let split = split.filter(|_| matches!(plan.choice, Choice::Split { .. }));
            return Ok(Planned { plan, cut: split.and_then(std::result::Result::ok) });
        }
        // Only a device that takes the launch makes it worth analysing.
        let parts = cut::within(dispatch, limit, self.align(dispatch));
        shape.parts = Some(match &parts {
            Ok(cut) => Ok(cut.pieces.len()),
            Err(why) => Err(why.clone()),
        });
        Ok(Planned { plan: decide(&shape)?, cut: parts.ok() })
    }

    /// The launch shared by a device and the CPU.
    fn split(&self, dispatch: &Dispatch<'_>, share: f64) -> std::result::Result<Cut, String> {
        let program = self.shared.programs.get(&self.shared.cpu, dispatch);
        let program = program.map_err(|error| format!("the CPU cannot run it: {error}"))?;
        cut::shared(dispatch, share, program.align())
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
        let Planned { plan, cut } = self.plan_launch(&dispatch)?;
        let start = Instant::now();
        let mut incidents = Vec::new();
        match (plan.choice, cut) {
            (Choice::Cpu, _) => self.launch_on_cpu(&mut dispatch).await?,
            (_, Some(cut)) => self.launch_cut(&plan, &mut dispatch, cut, &watch, &mut incidents).await?,
            _ => {
                let outcome = match self.gpu() {
                    Ok(gpu) => gpu.launch(&mut dispatch).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = outcome {
                    self.launch_again(&plan, &mut dispatch, error, &watch, &mut incidents).await?;
                }
            }
        }
        watch.ended(invocations, if incidents.is_empty() { plan.gpu_range().len() } else { 0 });
        self.report(plan, start, incidents);
        Ok(())
    }

    /// Runs a launch that a device has refused or failed at: in parts, if memory was short, else on the CPU.
    async fn launch_again(
        &self,
        plan: &Plan,
        dispatch: &mut Dispatch<'_>,
        error: Error,
        watch: &Watch<'_>,
        incidents: &mut Vec<Incident>,
    ) -> Result<()> {
        if let Error::Device { fault: Fault::OutOfMemory { .. }, .. } = &error {
            let limit = cut::largest(dispatch) / PARTS_OF_MEMORY;
            if let Ok(cut) = cut::within(dispatch, limit, self.align(dispatch)) {
                let action = format!("in {} parts", cut.pieces.len());
                let executor = plan.adapter.clone().unwrap_or_default();
                incidents.push(Incident { executor, fault: error.to_string(), action });
                return self.launch_cut(plan, dispatch, cut, watch, incidents).await;
            }
        }
        let fault = error.clone();
        incidents.push(self.recover(plan, error)?);
        match self.launch_on_cpu(dispatch).await {
            // Neither can: what the device said is what the caller asked about.
            Err(Error::Unsupported { .. }) => Err(fault),
            outcome => outcome,
        }
    }

    /// Runs a launch in parts: the device's one after the other, and the CPU's beside them.
    async fn launch_cut(
        &self,
        plan: &Plan,
        dispatch: &mut Dispatch<'_>,
        cut: Cut,
        watch: &Watch<'_>,
        incidents: &mut Vec<Incident>,
    ) -> Result<()> {
        let mut copies = self.copies(dispatch).await?;
        let mut on_host = on_host(dispatch, &mut copies);
        let mut left: VecDeque<Piece> = cut.pieces.into();
        let mut done = Done { watch, invocations: 0, on_device: 0 };
        let outcome = self.on_device(&mut on_host, &mut left, cut.cpu.as_ref(), &mut done).await;
        match outcome {
            Ok(()) => {}
            // The CPU's own part has failed, or nobody wants the launch any more.
            Err((error, true)) => return Err(error),
            Err((error, false)) => {
                incidents.push(self.recover(plan, error)?);
                for piece in left {
                    done.check()?;
                    self.part_on_cpu(&mut on_host, &piece.part)?;
                    done.add(&on_host, &piece.part, false);
                }
            }
        }
        drop(on_host);
        replace_arrays(dispatch, copies);
        Ok(())
    }

    /// Runs the device's parts, removing from `left` those that have ended, and the CPU's while the first one runs. The CPU
    /// begins the next part before it waits for one. An error says whether it ends the launch: it is of the CPU's part, or the launch was
    /// cancelled.
    async fn on_device(
        &self,
        dispatch: &mut Dispatch<'_>,
        left: &mut VecDeque<Piece>,
        cpu: Option<&Part>,
        done: &mut Done<'_>,
    ) -> std::result::Result<(), (Error, bool)> {
        let of_device = |error| (error, false);
        let gpu = self.gpu();
        let mut cpu = cpu;
        let mut fault = gpu.as_ref().err().cloned();
        let mut running = VecDeque::new();
        let mut begun = 0;
        while fault.is_none() && !left.is_empty() {
            let Ok(gpu) = &gpu else { break };
            done.check().map_err(|error| (error, true))?;
            if begun < left.len() && running.len() < MAX_RUNNING {
                match gpu.begin(dispatch, left[begun].clone()).await {
                    Ok(piece) => {
                        running.push_back(piece);
                        begun += 1;
                    }
                    Err(error) => fault = Some(error),
                }
                continue;
            }
            if let Some(part) = cpu.take() {
                self.part_on_cpu(dispatch, part).map_err(|error| (error, true))?;
                done.add(dispatch, part, false);
            }
            let Some(first) = running.pop_front() else { break };
            match gpu.end(first, dispatch).await {
                Ok(()) => {
                    if let Some(piece) = left.pop_front() {
                        done.add(dispatch, &piece.part, true);
                    }
                    begun -= 1;
                }
                Err(error) => fault = Some(error),
            }
        }
        if let Some(part) = cpu {
            done.check().map_err(|error| (error, true))?;
            self.part_on_cpu(dispatch, part).map_err(|error| (error, true))?;
            done.add(dispatch, part, false);
        }
        fault.map_or(Ok(()), |fault| Err(of_device(fault)))
    }

    /// Runs a part of a launch, all of whose memory is on the host.
    fn part_on_cpu(&self, dispatch: &mut Dispatch<'_>, part: &Part) -> Result<()> {
        let program = self.shared.programs.get(&self.shared.cpu, dispatch)?;
        let (grid, _chunk) = (dispatch.grid, self.cpu_kernel(dispatch.name()));
        program.run_part(&self.shared.cpu, grid, part, &mut kernel_buffers(dispatch))
    }

    /// Runs a launch on the CPU: slices in place, and arrays that it writes on a copy, which then becomes the array.
    async fn launch_on_cpu(&self, dispatch: &mut Dispatch<'_>) -> Result<()> {
        let program = self.shared.programs.get(&self.shared.cpu, dispatch)?;
        let grid = dispatch.grid;
        let _chunk = self.cpu_kernel(dispatch.name());
        self.with_host_buffers(dispatch, |buffers| program.run(&self.shared.cpu, grid, buffers)).await
    }

    /// Runs a launch on the CPU and says what is wrong with it; memory is as behind a run.
    pub(crate) async fn check(&self, mut dispatch: Dispatch<'_>) -> Result<CheckReport> {
        let (program, grid) = (dispatch.program, dispatch.grid);
        let (label, source) = (&dispatch.shader.label, &dispatch.shader.source);
        let compiled = guarded(label, source, || {
            KernelProgram::compile_checked(&program.module, &program.info, program.entry, source)
        })?;
        let text = Text { label, source };
        let run = |buffers: &mut [KernelBuffer<'_>]| compiled.check(&self.shared.cpu, grid, buffers, &text);
        self.with_host_buffers(&mut dispatch, run).await
    }

    /// Hands the memory of a launch to a run on the host, and puts results where they belong.
    async fn with_host_buffers<R>(
        &self,
        dispatch: &mut Dispatch<'_>,
        run: impl FnOnce(&mut [KernelBuffer<'_>]) -> Result<R>,
    ) -> Result<R> {
        let mut copies = self.copies(dispatch).await?;
        let result = run(&mut kernel_buffers(&mut on_host(dispatch, &mut copies)))?;
        replace_arrays(dispatch, copies);
        Ok(result)
    }

    /// Brings arrays to the host: copies of those that are written.
    async fn copies(&self, dispatch: &Dispatch<'_>) -> Result<Vec<Vec<u32>>> {
        let mut copies = Vec::with_capacity(dispatch.buffers.len());
        for buffer in &dispatch.buffers {
            copies.push(match &buffer.data {
                Data::ArrayMut(array) => self.host_words(array).await?.to_vec(),
                Data::Array(array) => {
                    self.host_words(array).await?;
                    Vec::new()
                }
                _ => Vec::new(),
            });
        }
        Ok(copies)
    }
}

/// How far a launch in parts is.
struct Done<'w> {
    watch: &'w Watch<'w>,
    invocations: usize,
    on_device: usize,
}

impl Done<'_> {
    fn check(&self) -> Result<()> {
        self.watch.check(self.invocations)
    }

    fn add(&mut self, dispatch: &Dispatch<'_>, part: &Part, on_device: bool) {
        let sizes = part.iter().map(ExactSizeIterator::len).zip(dispatch.program.workgroup_size);
        let invocations = sizes.fold(1_usize, |product, (groups, size)| {
            product.saturating_mul(groups).saturating_mul(size as usize)
        });
        self.invocations = self.invocations.saturating_add(invocations);
        if on_device {
            self.on_device = self.on_device.saturating_add(invocations);
        }
        self.watch.went(self.invocations, self.on_device);
    }
}

/// Parts of a device at once: the next one's memory goes there while one runs.
const MAX_RUNNING: usize = 2;

/// Parts that a launch is cut into whose memory a device does not have at once.
const PARTS_OF_MEMORY: u64 = 8;

/// The launch with all its memory on the host, where [`Context::copies`] brought it.
fn on_host<'d>(dispatch: &'d mut Dispatch<'_>, copies: &'d mut [Vec<u32>]) -> Dispatch<'d> {
    let buffer = |(buffer, copy): (&'d mut Buffer<'_>, &'d mut Vec<u32>)| {
        let data = match &mut buffer.data {
            Data::Read(words) => Data::Read(words),
            Data::Write(words) => Data::Write(words),
            Data::Array(array) => Data::Read(array.host.get().map_or(&[], Vec::as_slice)),
            Data::ArrayMut(_) => Data::Write(copy),
            Data::Texture(texture) => Data::Texture(texture),
            Data::TextureMut(texture) => Data::TextureMut(texture),
            Data::Sampler(sampler) => Data::Sampler(*sampler),
        };
        Buffer { group: buffer.group, binding: buffer.binding, access: buffer.access, data }
    };
    Dispatch {
        shader: dispatch.shader,
        entry: dispatch.entry,
        program: dispatch.program,
        grid: dispatch.grid,
        buffers: dispatch.buffers.iter_mut().zip(copies).map(buffer).collect(),
    }
}

/// The memory of a launch that is on the host, for the CPU.
fn kernel_buffers<'d>(dispatch: &'d mut Dispatch<'_>) -> Vec<KernelBuffer<'d>> {
    let buffer = |buffer: &'d mut Buffer<'_>| {
        let words = match &mut buffer.data {
            Data::Read(words) => KernelWords::Read(words),
            Data::Write(words) => KernelWords::Write(words),
            Data::Array(_) | Data::ArrayMut(_) => KernelWords::Read(&[]),
            Data::Texture(texture) => KernelWords::Texture(texture),
            Data::TextureMut(texture) => KernelWords::TextureMut(texture),
            Data::Sampler(sampler) => KernelWords::Sampler(*sampler),
        };
        KernelBuffer { group: buffer.group, binding: buffer.binding, words }
    };
    dispatch.buffers.iter_mut().map(buffer).collect()
}

/// Copies become the arrays that were to be written.
fn replace_arrays(dispatch: &mut Dispatch<'_>, copies: Vec<Vec<u32>>) {
    for (buffer, copy) in dispatch.buffers.iter_mut().zip(copies) {
        if let Data::ArrayMut(array) = &mut buffer.data {
            **array = Arc::new(ArrayData::on_host(array.ty, copy));
        }
    }
}

#[cfg(test)]
mod tests;

//! Running a launch of a kernel: on the device that the plan names, or on the CPU.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::Context;
use crate::array::ArrayData;
use crate::cpu::{Cpu, KernelBuffer, KernelProgram, KernelWords};
use crate::dispatch::{Data, Dispatch};
use crate::error::{Error, Result};
use crate::plan::{Choice, LaunchShape, Placement, Plan, Request, decide_launch};
use crate::wgsl::guarded;

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

impl Context {
    /// The plan of a launch.
    pub(crate) fn plan_launch(&self, dispatch: &Dispatch<'_>) -> Result<Plan> {
        let request = Request { cpu_fallback: self.shared.fallback, ..*self.request()? };
        let by = |sizes: [u32; 3]| sizes.map(|size| size.to_string()).join(" x ");
        let (grid, size) = (by(dispatch.grid), by(dispatch.program.workgroup_size));
        let shape = LaunchShape {
            label: format!("{}, {grid} workgroups of {size}", dispatch.name()),
            invocations: usize::try_from(dispatch.invocations()).unwrap_or(usize::MAX),
        };
        let gpus = match request.placement {
            Placement::Cpu => Vec::new(),
            _ => self.shared.devices.profiles(self.threads()),
        };
        decide_launch(&shape, &gpus, self.threads(), &request)
    }

    /// Runs a launch. What a device does not finish, the CPU does from the start: nothing was changed until then.
    pub(crate) async fn launch(&self, mut dispatch: Dispatch<'_>) -> Result<()> {
        let plan = self.plan_launch(&dispatch)?;
        let start = Instant::now();
        let mut incidents = Vec::new();
        if plan.choice == Choice::Gpu {
            let outcome = match self.shared.devices.open(self.threads()) {
                Ok(gpu) => gpu.launch(&mut dispatch).await,
                Err(error) => Err(error),
            };
            if let Err(error) = outcome {
                let fault = error.clone();
                incidents.push(self.recover(&plan, error)?);
                match self.launch_on_cpu(&mut dispatch).await {
                    // Neither can: what the device said is what the caller asked about.
                    Err(Error::Unsupported { .. }) => return Err(fault),
                    outcome => outcome?,
                }
            }
        } else {
            self.launch_on_cpu(&mut dispatch).await?;
        }
        self.report(plan, start, incidents);
        Ok(())
    }

    /// Runs a launch on the CPU: slices in place, and arrays that it writes on a copy, which then becomes the array.
    async fn launch_on_cpu(&self, dispatch: &mut Dispatch<'_>) -> Result<()> {
        let program = self.shared.programs.get(&self.shared.cpu, dispatch)?;
        let mut copies = Vec::new();
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
        let mut buffers = Vec::new();
        for (buffer, copy) in dispatch.buffers.iter_mut().zip(&mut copies) {
            let words = match &mut buffer.data {
                Data::Read(words) => KernelWords::Read(words),
                Data::Write(words) => KernelWords::Write(words),
                Data::Array(array) => KernelWords::Read(array.host.get().map_or(&[], Vec::as_slice)),
                Data::ArrayMut(_) => KernelWords::Write(copy),
                Data::Texture(texture) => KernelWords::Texture(texture),
                Data::TextureMut(texture) => KernelWords::TextureMut(texture),
                Data::Sampler(sampler) => KernelWords::Sampler(*sampler),
            };
            buffers.push(KernelBuffer { group: buffer.group, binding: buffer.binding, words });
        }
        program.run(&self.shared.cpu, dispatch.grid, &mut buffers)?;
        drop(buffers);
        for (buffer, copy) in dispatch.buffers.iter_mut().zip(copies) {
            if let Data::ArrayMut(array) = &mut buffer.data {
                **array = Arc::new(ArrayData::on_host(array.ty, copy));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;

//! Kernels compiled for the CPU, kept.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::cpu::{Cpu, KernelProgram};
use crate::dispatch::Dispatch;
use crate::error::{Error, Result};
use crate::wgsl::guarded;

/// Kernels that are kept; past this many the cache starts anew.
const MAX_CACHED: usize = 256;

/// What became of a kernel: a program, or what the CPU cannot run.
type Compiled = Result<Arc<KernelProgram>>;

/// Kernels compiled for the CPU, by [`crate::wgsl::Specialized::key`].
#[derive(Default)]
pub(in crate::context) struct Programs {
    by_key: Mutex<HashMap<Vec<u64>, Compiled>>,
    /// Those at which the CPU has failed when it tried them in a device's place, and why.
    refused: Mutex<HashMap<Vec<u64>, String>>,
}

impl Programs {
    pub(super) fn get(&self, cpu: &Cpu, dispatch: &Dispatch<'_>) -> Compiled {
        let program = dispatch.program;
        // A poisoned lock only means that another thread panicked between two map operations; the map is whole.
        let cache = || self.by_key.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(found) = cache().get(&program.key) {
            return found.clone();
        }
        let (label, source) = (&dispatch.shader.label, &dispatch.shader.source);
        let compiled = guarded(label, source, || {
            KernelProgram::compile(&program.module, &program.info, program.entry, source, cpu.engine())
        });
        let compiled = match compiled {
            Ok(compiled) => Ok(Arc::new(compiled)),
            // What it lacks today it lacks tomorrow.
            Err(error @ Error::Unsupported { .. }) => Err(error),
            Err(error) => return Err(error),
        };
        let mut cache = cache();
        if cache.len() >= MAX_CACHED {
            cache.clear();
        }
        cache.insert(program.key.clone(), compiled.clone());
        compiled
    }

    /// Whether `Auto` may give a kernel to the CPU; else what that cannot run.
    pub(super) fn may_run(&self, cpu: &Cpu, dispatch: &Dispatch<'_>) -> std::result::Result<(), String> {
        let refused =
            self.refused.lock().unwrap_or_else(|e| e.into_inner()).get(&dispatch.program.key).cloned();
        match (refused, self.get(cpu, dispatch)) {
            (Some(why), _) => Err(why),
            (None, Err(Error::Unsupported { what, .. })) => Err(what),
            (None, Err(error)) => Err(error.to_string()),
            (None, Ok(_)) => Ok(()),
        }
    }

    /// Has `Auto` try a kernel on the CPU no more.
    pub(super) fn refuse(&self, dispatch: &Dispatch<'_>, error: &Error) {
        let mut refused = self.refused.lock().unwrap_or_else(|e| e.into_inner());
        if refused.len() >= MAX_CACHED {
            refused.clear();
        }
        refused.insert(dispatch.program.key.clone(), error.to_string());
    }
}

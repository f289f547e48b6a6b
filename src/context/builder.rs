//! Settings of a context.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::cache::Environment;
use super::control::Control;
use super::devices::Devices;
use super::history::Memory;
use super::launch::Programs;
use super::store::Store;
use super::tuned::Tuned;
use super::{Context, Shared};
use crate::cpu::{Cpu, Engine, Settings};
use crate::error::{Error, Result};
use crate::plan::{PLACEMENT_VARIABLE, Placement, Request};
use crate::tuning::Tuning;

/// Loop iterations that a block of lanes may take before the CPU gives up: minutes of a tight loop.
const STEP_BUDGET: u64 = 1 << 32;

/// More threads than any machine has use for; each takes memory and time to start.
const MAX_THREADS: usize = 4096;

/// Settings of a [`Context`], with defaults for all.
#[derive(Debug, Clone)]
pub struct Builder {
    threads: Option<usize>,
    placement: Option<Placement>,
    allow_software: bool,
    adapter: Option<String>,
    tuning: Option<Tuning>,
    fallback: bool,
    step_budget: u64,
    jit: bool,
    verify: f64,
    history: Option<bool>,
    cache_dir: Option<PathBuf>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            threads: None,
            placement: None,
            allow_software: false,
            adapter: None,
            tuning: None,
            fallback: true,
            step_budget: STEP_BUDGET,
            jit: true,
            verify: 0.0,
            history: None,
            cache_dir: None,
        }
    }
}

impl Builder {
    /// Threads of the CPU, in a pool of the context's own; without this, rayon's global pool. Never changes results.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Where work runs; wins over the environment variable `TILEWRIGHT_PLACEMENT`.
    #[must_use]
    pub fn placement(mut self, placement: Placement) -> Self {
        self.placement = Some(placement);
        self
    }

    /// Lets `Placement::Auto` choose a software adapter, which runs on the cores of the CPU.
    #[must_use]
    pub fn allow_software(mut self, allow: bool) -> Self {
        self.allow_software = allow;
        self
    }

    /// Only adapters whose name contains `name`, ignoring case.
    #[must_use]
    pub fn adapter(mut self, name: impl Into<String>) -> Self {
        self.adapter = Some(name.into());
        self
    }

    /// How GPU passes are shaped, in place of what is kept for this machine and of the library's defaults: see
    /// [`tuning`](crate::tuning). Changes how long calls take, and no result.
    ///
    /// An adapter that does not run it ([`Tuning::check`]) makes calls that force the GPU end with [`Error::Value`]; `Auto`
    /// leaves that adapter alone, and a note of the plan says so.
    ///
    /// ```
    /// use tilewright::prelude::*;
    /// use tilewright::tuning::{Source, Tuning};
    ///
    /// let adapters = Context::new().adapters();
    /// if let Some(adapter) = adapters.iter().find(|adapter| adapter.unusable.is_none()) {
    ///     let mut tuning = Tuning::of(adapter.traits());
    ///     tuning.map.threads = 32;
    ///     let cx = Context::builder().tuning(tuning).build()?;
    ///     assert_eq!(cx.tuning()?.map(|chosen| chosen.source), Some(Source::Program));
    /// }
    /// # Ok::<(), tilewright::Error>(())
    /// ```
    #[must_use]
    pub fn tuning(mut self, tuning: Tuning) -> Self {
        self.tuning = Some(tuning);
        self
    }

    /// False makes a fault of a device an error. By default the CPU finishes the call, and the report says so.
    #[must_use]
    pub fn cpu_fallback(mut self, fallback: bool) -> Self {
        self.fallback = fallback;
        self
    }

    /// Iterations that loops of a shader may take on the CPU per block of lanes, all loops counted together, before the
    /// call ends with [`Error::StepBudget`]. Default 2^32.
    #[must_use]
    pub fn step_budget(mut self, iterations: u64) -> Self {
        self.step_budget = iterations;
        self
    }

    /// False runs functions on the CPU by the interpreter alone. By default they become machine code where that is
    /// supported (x86-64 with AVX2 or AVX-512) and the system lets memory be executed that was written. Never changes
    /// results.
    #[must_use]
    pub fn jit(mut self, jit: bool) -> Self {
        self.jit = jit;
        self
    }

    /// Has a share of a device's chunks computed a second time on the CPU, at least the first tile of each, before they
    /// count. Which ones depends on their place alone. Where the results differ, the CPU does what is left, the report
    /// names the incident, and the device computes that function no more in this context. Default 0.
    ///
    /// Integers, and reduces and scans of elements that no function of floats has made, must be equal to the bit; other
    /// floats may differ by a thousandth of the larger, which is more than WGSL allows most functions.
    #[must_use]
    pub fn verify(mut self, share: f64) -> Self {
        self.verify = share;
        self
    }

    /// False has the context learn nothing: each decision is made from what is assumed and calibrated, so that it is the
    /// same whatever ran before, and no [tuning](Context::keep_tuning) that is kept for this machine counts. Wins over the environment variable `TILEWRIGHT_HISTORY` (`on` or `off`); on by default.
    #[must_use]
    pub fn history(mut self, history: bool) -> Self {
        self.history = Some(history);
        self
    }

    /// The folder in which history and tunings are kept between processes; made when something is first saved. Wins over the
    /// environment variable `TILEWRIGHT_CACHE_DIR`. Without either it is `tilewright` in the user's cache folder:
    /// `$XDG_CACHE_HOME` or `~/.cache`, `~/Library/Caches` on macOS, `%LOCALAPPDATA%` on Windows.
    ///
    /// History takes at most a few megabytes. A folder that cannot be used and files that cannot be read are no errors:
    /// notes of the plan and the report say so.
    ///
    /// ```
    /// use tilewright::prelude::*;
    ///
    /// let folder = std::env::temp_dir().join("history-of-an-example");
    /// let cx = Context::builder().cache_dir(&folder).build()?;
    /// assert_eq!(cx.view(&[1_u32, 2, 3]).reduce(Sum)?, 6);
    /// # drop(cx);
    /// # let _ = std::fs::remove_dir_all(folder);
    /// # Ok::<(), tilewright::Error>(())
    /// ```
    #[must_use]
    pub fn cache_dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.cache_dir = Some(folder.as_ref().to_owned());
        self
    }

    /// The context.
    ///
    /// # Errors
    ///
    /// [`Error::Value`] for no threads or more than 4096, a share to verify that is not from 0 to 1, a placement out of its
    /// domain, given here or in the environment, or a `TILEWRIGHT_HISTORY` that is neither `on` nor `off`.
    pub fn build(self) -> Result<Context> {
        if let Some(threads) = self.threads.filter(|threads| !(1..=MAX_THREADS).contains(threads)) {
            return Err(Error::Value {
                what: "threads".into(),
                expected: format!("1 to {MAX_THREADS}"),
                given: threads.to_string(),
            });
        }
        if !(0.0..=1.0).contains(&self.verify) {
            return Err(Error::Value {
                what: "the share to verify".into(),
                expected: "a number from 0 to 1".into(),
                given: self.verify.to_string(),
            });
        }
        let settings = self.settings();
        let cpu = match self.threads {
            Some(threads) => Cpu::with_threads(threads, settings)?,
            None => Cpu::shared(settings),
        };
        let context = self.context(cpu);
        context.request()?;
        Ok(context)
    }

    fn settings(&self) -> Settings {
        let engine = if self.jit { Engine::Compiler } else { Engine::Interpreter };
        Settings { budget: self.step_budget, engine }
    }

    /// The default context, with a bad environment reported by the first call.
    pub(super) fn build_lazily(self) -> Context {
        let cpu = Cpu::shared(self.settings());
        self.context(cpu)
    }

    fn context(self, cpu: Cpu) -> Context {
        // Text that is not Unicode is not a placement either: replaced characters make it an error, not absent.
        let variable = std::env::var_os(PLACEMENT_VARIABLE).map(|text| text.to_string_lossy().into_owned());
        let request = Request::resolve(self.placement, variable.as_deref(), self.allow_software);
        let environment = Environment::read();
        let (learns, refused) = match environment.learns(self.history) {
            Ok(learns) => (learns, None),
            Err(error) => (false, Some(error)),
        };
        let threads = cpu.threads();
        let cpu_name =
            format!("{threads} thread{}, {}", if threads == 1 { "" } else { "s" }, cpu.instructions());
        let folder = environment.folder(self.cache_dir.as_deref());
        let tuned = Tuned::new(self.tuning, folder.clone(), learns);
        let shared = Shared {
            cpu,
            devices: Arc::new(Devices::new(self.adapter, tuned)),
            programs: Programs::default(),
            memory: Memory::new(learns, cpu_name, folder.map(Store::new)),
            refused,
            verify: self.verify,
            fallback: self.fallback,
            report: Mutex::new(None),
            #[cfg(test)]
            hooks: Mutex::default(),
        };
        Context { shared: Arc::new(shared), request, control: Control::default(), timeline: None }
    }
}

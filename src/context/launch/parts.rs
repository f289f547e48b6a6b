//! A launch in parts: a device and the CPU ask one [`Call`] for parts until there are none.
//!
//! All on the calling thread: what a device runs it runs by itself, so that this thread is free for the CPU's parts in
//! between, and looks after the device whenever one of those has ended. The device has two parts at once, so that the memory
//! of the next one goes there while one runs. A part is written to the launch's memory when all of it is there, or not at all:
//! what a device has failed at is handed out again.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use super::super::Context;
use super::super::control::Watch;
use super::super::cut::Cut;
use super::super::report::{Actual, Incident};
use super::host::{kernel_buffers, on_host, replace_arrays};
use super::lesson::slice;
use crate::dispatch::Dispatch;
use crate::error::{Error, Result};
use crate::gpu::{Gpu, Running};
use crate::plan::{Course, Executor, Plan};
use crate::run::{Call, Commit, Lease, Next};

/// Parts of a device at once.
const MAX_RUNNING: usize = 2;

/// Rounds in which nobody gets anything after which a launch counts as stuck.
const MAX_IDLE: u32 = 3;

/// What became of a launch in parts.
pub(super) struct Parted {
    pub(super) call: Call,
    pub(super) actual: Actual,
}

/// See the module.
struct Parts<'p, 'd> {
    cx: &'p Context,
    plan: &'p Plan,
    cut: &'p Cut,
    watch: &'p Watch<'p>,
    dispatch: Dispatch<'d>,
    call: Call,
    began: Instant,
    gpu: Option<Arc<Gpu>>,
    running: VecDeque<(Lease, Running)>,
    /// What the CPU has of a lease, and has not run.
    own: Option<(Lease, Range<usize>)>,
    slice: usize,
    /// What was done for the device since the CPU had its turn.
    served: usize,
    actual: Actual,
    incidents: &'p mut Vec<Incident>,
}

impl Context {
    /// Runs a launch in parts, as its course says.
    pub(super) async fn launch_cut(
        &self,
        plan: &Plan,
        dispatch: &mut Dispatch<'_>,
        (cut, course): (&Cut, Course),
        watch: &Watch<'_>,
        incidents: &mut Vec<Incident>,
    ) -> Result<Parted> {
        let began = Instant::now();
        watch.check(0)?;
        let mut copies = self.copies(dispatch).await?;
        // What it takes to compile is no part of how fast the CPU is.
        if course.cpu.is_some() && course.gpu_elements < plan.len {
            self.shared.programs.get(&self.shared.cpu, dispatch)?;
        }
        let slice = slice(cut, course.cpu.as_ref(), course.gpu.as_ref().map(|gpu| &gpu.model));
        let mut call = Call::new(course, plan.len, 0.0);
        watch.limit(&mut call, 0.0);
        let mut parts = Parts {
            cx: self,
            plan,
            cut,
            watch,
            dispatch: on_host(dispatch, &mut copies),
            call,
            began,
            gpu: None,
            running: VecDeque::new(),
            own: None,
            slice,
            served: 0,
            actual: Actual::default(),
            incidents,
        };
        parts.open().await?;
        parts.run().await?;
        let Parts { call, actual, .. } = parts;
        watch.call_ended(&call);
        let actual = Actual { chunks: Actual::chunks_of(&call), ..actual };
        replace_arrays(dispatch, copies);
        Ok(Parted { call, actual })
    }
}

impl Parts<'_, '_> {
    fn now_s(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Opens the device, and compiles for it.
    async fn open(&mut self) -> Result<()> {
        match self.ready().await {
            Ok(gpu) => self.gpu = Some(gpu),
            Err(error) => self.gpu_failed(error)?,
        }
        Ok(())
    }

    async fn ready(&mut self) -> Result<Arc<Gpu>> {
        let (gpu, open_s) = self.cx.gpu_timed()?;
        self.actual.open_s = open_s;
        if let Some(first) = self.cut.first() {
            self.actual.compile_s = gpu.prepare_kernel(&self.dispatch, first).await?;
        }
        Ok(gpu)
    }

    async fn run(&mut self) -> Result<()> {
        let mut idle = 0;
        while !self.call.is_done() && idle < MAX_IDLE {
            self.watch.between_chunks(&mut self.call);
            if self.call.stopped().is_none() {
                idle = if self.step().await? { 0 } else { idle + 1 };
            }
            if let Some(why) = self.call.stopped() {
                return Err(self.watch.error(why, self.call.committed()));
            }
        }
        if self.call.is_done() {
            return Ok(());
        }
        Err(Error::System { what: "running a launch in parts".into(), reason: "parts were left".into() })
    }

    /// One thing that can be done now; false when there was none.
    ///
    /// The device comes first, since what it is given it runs by itself. But where this thread is what limits it, the CPU has
    /// its turns too.
    async fn step(&mut self) -> Result<bool> {
        if self.served < MAX_RUNNING || self.running.is_empty() {
            if self.begin().await? {
                self.served += 1;
                return Ok(true);
            }
            if self.running.front().is_some_and(|(_, first)| first.ended().is_some()) {
                self.served += 1;
                return self.end().await;
            }
        }
        self.served = 0;
        if self.own.is_none()
            && let Next::Run(lease) = self.call.next(Executor::Cpu, self.now_s())
        {
            let left = lease.range.clone();
            self.own = Some((lease, left));
        }
        if let Some((lease, left)) = self.own.take() {
            self.on_cpu(lease, left)?;
            return Ok(true);
        }
        self.end().await
    }

    /// Starts a part on the device, if there is one for it.
    async fn begin(&mut self) -> Result<bool> {
        let Some(gpu) = self.gpu.clone() else { return Ok(false) };
        if self.running.len() >= MAX_RUNNING {
            return Ok(false);
        }
        let Next::Run(lease) = self.call.next(Executor::Gpu, self.now_s()) else { return Ok(false) };
        let Some(piece) = self.cut.piece(&lease.range) else {
            let reason = format!("no device can take {:?}", lease.range);
            return Err(Error::System { what: "running a launch in parts".into(), reason });
        };
        let (up, down) = self.cx.moved(&self.dispatch, piece);
        match gpu.begin(&mut self.dispatch, piece.clone()).await {
            Ok(running) => {
                self.actual.uploaded_bytes += up;
                self.actual.downloaded_bytes += down;
                self.running.push_back((lease, running));
            }
            Err(error) => self.gpu_failed(error)?,
        }
        Ok(true)
    }

    /// Waits for the device's first part.
    async fn end(&mut self) -> Result<bool> {
        let (Some(gpu), Some((lease, running))) = (self.gpu.clone(), self.running.pop_front()) else {
            return Ok(false);
        };
        // The CPU may have been busy when it ended.
        let ended = running.ended();
        let start = Instant::now();
        match gpu.end(running, &mut self.dispatch).await {
            Ok(()) => {
                let now_s = self.now_s();
                let late_s = ended.map_or(0.0, |ended| start.saturating_duration_since(ended).as_secs_f64());
                self.commit(&lease, now_s - late_s);
            }
            Err(error) => self.gpu_failed(error)?,
        }
        Ok(true)
    }

    /// The device is of no more use for this launch: all that it has is for others.
    fn gpu_failed(&mut self, error: Error) -> Result<()> {
        self.gpu = None;
        self.running.clear();
        self.call.retire(Executor::Gpu);
        self.incidents.push(self.cx.recover(self.plan, error)?);
        Ok(())
    }

    /// Runs the next slice of what the CPU has.
    fn on_cpu(&mut self, lease: Lease, left: Range<usize>) -> Result<()> {
        // Nobody to look after: all at once.
        let most = if self.running.is_empty() { usize::MAX } else { self.slice };
        let end = left.end.min(left.start.saturating_add(most));
        self.cx.part_on_cpu(&mut self.dispatch, &self.cut.part(&(left.start..end)))?;
        if end < left.end {
            self.own = Some((lease, end..left.end));
        } else {
            self.commit(&lease, self.now_s());
        }
        Ok(())
    }

    fn commit(&mut self, lease: &Lease, now_s: f64) {
        let commit = self.call.commit(lease, now_s);
        debug_assert_eq!(commit, Commit::Fresh, "a part is done once");
        self.watch.tell(self.watch.progress(&self.call));
    }
}

impl Context {
    /// Runs a part of a launch, all of whose memory is on the host.
    fn part_on_cpu(&self, dispatch: &mut Dispatch<'_>, part: &crate::wgsl::Part) -> Result<()> {
        let program = self.shared.programs.get(&self.shared.cpu, dispatch)?;
        let (grid, _chunk) = (dispatch.grid, self.cpu_kernel(dispatch.name()));
        program.run_part(&self.shared.cpu, grid, part, &mut kernel_buffers(dispatch))
    }
}

//! A call under way: two lanes that ask one [`Call`] for chunks until there are none.
//!
//! The GPU's lane is the calling thread, which mostly waits, and the CPU's a thread of the pool; where the plan gives
//! everything to one executor, its lane runs on the calling thread, and the other's only if there is something left to
//! finish. All that both share is
//! behind one lock, which nobody holds while a chunk runs. A lane that fails or panics gives back what it had and wakes
//! the other, so that none waits for what never comes.

use std::sync::{Condvar, Mutex, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use pollster::block_on;

use super::Context;
use super::control::Watch;
use super::execute::Planned;
use super::lanes::panicked;
use super::output::{Piece, Pieces};
use super::report::{Actual, Incident};
use crate::error::{Error, Result};
use crate::order::TILE_LEN;
use crate::plan::{Course, Executor, Plan};
use crate::run::{Call, Commit, Lease, Next, Spine, State};
use crate::work::{Primitive, Work};

/// What waits asks again after this long, if nothing wakes it: how long the other one will take may look otherwise then.
const PATIENCE: Duration = Duration::from_millis(10);

/// What both lanes share.
pub(super) struct Standing<'t> {
    pub(super) call: Call,
    pub(super) pieces: Pieces<'t>,
    /// What ends the call, if something did.
    pub(super) error: Option<Error>,
    pub(super) incidents: Vec<Incident>,
    /// The aggregate of all, where a device folded it.
    pub(super) whole: Option<State>,
    /// Of a scan: how far the device has come from the front, and the spine there.
    pub(super) front: Option<(usize, Spine)>,
    pub(super) open_s: Option<f64>,
    pub(super) compile_s: Option<f64>,
    /// The device evaluates the user's operator in another way than the CPU.
    pub(super) mixes_bits: bool,
}

/// See the module.
pub(super) struct Drive<'d, 't> {
    pub(super) cx: &'d Context,
    pub(super) plan: &'d Plan,
    pub(super) work: &'d Work<'d>,
    watch: &'d Watch<'d>,
    began: Instant,
    /// One lane at a time.
    solo: bool,
    standing: Mutex<Standing<'t>>,
    pub(super) changed: Condvar,
    /// Aggregates of the first tiles of a scan, once somebody has computed them.
    pub(super) heads: OnceLock<Vec<u32>>,
}

/// What became of a call.
pub(super) struct Driven {
    pub(super) call: Call,
    pub(super) incidents: Vec<Incident>,
    pub(super) actual: Actual,
    /// The aggregate of all, where a device folded it.
    pub(super) whole: Option<State>,
    /// The device did a part that must not stand beside the CPU's: all is to be done again.
    pub(super) must_redo: bool,
}

impl Context {
    /// Runs a planned call to its end. `out` has the words of all elements, or the aggregates of all tiles of a reduce.
    pub(super) async fn drive(
        &self,
        planned: &Planned,
        work: &Work<'_>,
        out: &mut [u32],
        watch: &Watch<'_>,
    ) -> Result<Driven> {
        let Some(course) = self.course(&planned.plan) else {
            return Err(internal("a plan without a course"));
        };
        let both = course.gpu.is_some()
            && course.cpu.is_some()
            && (course.gpu_elements < work.len || course.gpu.as_ref().is_some_and(|gpu| gpu.probe.is_some()));
        let has_gpu = course.gpu.is_some();
        let drive = Drive::new(self, (&planned.plan, course), work, watch, !both, out);
        if both {
            drive.side_by_side();
        } else {
            if has_gpu {
                drive.gpu_lane().await;
            }
            if drive.needs_cpu() {
                match self.bring_to_host(work).await {
                    Ok(()) => drive.cpu_lane(),
                    Err(error) => drive.abort(error),
                }
            }
        }
        drive.finish(planned)
    }

    /// True when somebody wants to hear of a call's chunks, so that one executor alone runs in chunks too.
    pub(super) fn is_watched(&self) -> bool {
        #[cfg(test)]
        if self.hooks().course.is_some() {
            return true;
        }
        self.control.is_watching()
    }

    fn course(&self, plan: &Plan) -> Option<Course> {
        #[allow(unused_mut, reason = "tests change it")]
        let mut course = plan.course.clone()?;
        #[cfg(test)]
        if let Some(change) = self.hooks().course {
            change(&mut course);
        }
        Some(course)
    }
}

impl<'d, 't> Drive<'d, 't> {
    fn new(
        cx: &'d Context,
        (plan, course): (&'d Plan, Course),
        work: &'d Work<'d>,
        watch: &'d Watch<'d>,
        solo: bool,
        out: &'t mut [u32],
    ) -> Self {
        let step = if matches!(work.primitive, Primitive::Reduce(_)) { TILE_LEN } else { 1 };
        let mut call = Call::new(course, work.len, 0.0);
        watch.limit(&mut call, 0.0);
        let standing = Standing {
            call,
            pieces: Pieces::new(work.len, step, work.output_type().words(), out),
            error: None,
            incidents: Vec::new(),
            whole: None,
            front: None,
            open_s: None,
            compile_s: None,
            mixes_bits: false,
        };
        Self {
            cx,
            plan,
            work,
            watch,
            began: Instant::now(),
            solo,
            standing: Mutex::new(standing),
            changed: Condvar::new(),
            heads: OnceLock::new(),
        }
    }

    /// Both lanes at once, until both have left.
    fn side_by_side(&self) {
        let device = || {
            let lane = std::panic::AssertUnwindSafe(|| block_on(self.gpu_lane()));
            if let Err(panic) = std::panic::catch_unwind(lane) {
                self.gpu_failed(None, panicked("the thread of the GPU", panic.as_ref()));
            }
        };
        let cpu = || match block_on(self.cx.bring_to_host(self.work)) {
            Ok(()) => self.cpu_lane(),
            Err(error) => self.abort(error),
        };
        if let Err(error) = self.cx.shared.cpu.beside(cpu, device) {
            self.gpu_failed(None, error);
            cpu();
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Standing<'t>> {
        // No change is left half done: what runs under the lock is arithmetic.
        self.standing.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Seconds since the call began.
    pub(super) fn now_s(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Called with the lock held, before an executor is given a chunk and after each commit.
    pub(super) fn between_chunks(&self, call: &mut Call) {
        self.watch.between_chunks(call);
    }

    /// The next chunk of an executor, with the words that it is to fill. Waits for one if need be; `None` when there is
    /// none any more.
    pub(super) fn take(&self, executor: Executor) -> Option<(Lease, Vec<Piece<'t>>)> {
        let mut standing = self.lock();
        loop {
            let state = &mut *standing;
            self.between_chunks(&mut state.call);
            if state.error.is_some() {
                return None;
            }
            match state.call.next(executor, self.now_s()) {
                Next::Run(lease) => match state.pieces.take(&lease.range) {
                    Some(pieces) => return Some((lease, pieces)),
                    None => {
                        state.error = Some(internal("elements were handed out twice"));
                        self.changed.notify_all();
                        return None;
                    }
                },
                Next::Done => return None,
                Next::Wait if self.solo => return None,
                Next::Wait => standing = self.wait(standing, PATIENCE),
            }
        }
    }

    pub(super) fn wait<'g>(
        &self,
        standing: MutexGuard<'g, Standing<'t>>,
        time: Duration,
    ) -> MutexGuard<'g, Standing<'t>> {
        self.changed.wait_timeout(standing, time).unwrap_or_else(|e| e.into_inner()).0
    }

    /// A chunk is done; `then` notes what was found with it.
    pub(super) fn commit(&self, lease: &Lease, pieces: Vec<Piece<'t>>, then: impl FnOnce(&mut Standing<'t>)) {
        let mut standing = self.lock();
        match standing.call.commit(lease, self.now_s()) {
            Commit::Fresh => then(&mut standing),
            Commit::Stale => standing.pieces.give(pieces),
        }
        self.between_chunks(&mut standing.call);
        let progress = self.watch.progress(&standing.call);
        self.changed.notify_all();
        drop(standing);
        self.watch.tell(progress);
    }

    /// Ends the call with an error.
    pub(super) fn abort(&self, error: Error) {
        self.cx.shared.devices.failed(&error);
        self.lock().error.get_or_insert(error);
        self.changed.notify_all();
    }

    /// The device is open and its programs are made.
    pub(super) fn gpu_is_ready(&self, open_s: Option<f64>, compile_s: Option<f64>, mixes_bits: bool) {
        let mut standing = self.lock();
        standing.call.ready();
        standing.open_s = standing.open_s.or(open_s);
        standing.compile_s = standing.compile_s.or(compile_s);
        standing.mixes_bits = mixes_bits;
        self.changed.notify_all();
    }

    /// True when one lane runs at a time.
    pub(super) fn is_solo(&self) -> bool {
        self.solo
    }

    /// True while there is something left to hand out.
    pub(super) fn is_under_way(&self) -> bool {
        let mut standing = self.lock();
        self.between_chunks(&mut standing.call);
        standing.error.is_none() && standing.call.stopped().is_none() && !standing.call.is_done()
    }

    /// True when elements are left that the CPU may do.
    fn needs_cpu(&self) -> bool {
        let standing = self.lock();
        let mixes = standing.mixes_bits && standing.call.committed() > 0;
        standing.error.is_none() && !standing.call.is_done() && !standing.call.is_stuck() && !mixes
    }

    fn finish(self, planned: &Planned) -> Result<Driven> {
        let standing = self.standing.into_inner().unwrap_or_else(|e| e.into_inner());
        let Standing { call, error, incidents, whole, open_s, compile_s, mixes_bits, .. } = standing;
        if let Some(error) = error {
            return Err(error);
        }
        if let Some(why) = call.stopped() {
            return Err(self.watch.error(why, call.committed()));
        }
        let must_redo = self.solo && mixes_bits && !call.is_done();
        if !call.is_done() && !must_redo {
            return Err(internal("elements were left"));
        }
        if !must_redo {
            self.watch.call_ended(&call);
        }
        let actual = Actual::of(&call, &planned.shape, open_s, compile_s);
        Ok(Driven { call, incidents, actual, whole, must_redo })
    }
}

fn internal(reason: &str) -> Error {
    Error::System { what: "running a plan".into(), reason: reason.into() }
}

#[cfg(test)]
mod tests;

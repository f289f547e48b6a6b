//! What each lane of a call does with a chunk.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use super::Context;
use super::devices::Ready;
use super::drive::Drive;
use super::output::Piece;
use super::prefixes::Prefixes;
use crate::error::{Error, Fault, Result};
use crate::gpu::Gpu;
use crate::plan::{CanonicalOrder, Choice, Executor as Lane, Placement, Plan};
use crate::run::{After, Executor, Spine, State};
use crate::work::{Primitive, Work};

/// Elements past which a reduction's tile aggregates are folded on the device: more are not worth bringing back.
const FOLD_ON_DEVICE: usize = 1 << 24;

/// What a chunk of the device gave besides its words.
#[derive(Default)]
struct Found {
    whole: Option<State>,
    front: Option<(usize, Spine)>,
}

impl Drive<'_, '_> {
    /// The device's lane: opens it, and runs its chunks.
    pub(super) async fn gpu_lane(&self) {
        loop {
            let gpu = match caught("the GPU's lane", async { self.ready() }).await {
                Ok(Some(gpu)) => gpu,
                Ok(None) => return,
                Err(error) => {
                    self.gpu_failed(None, error);
                    return;
                }
            };
            match self.gpu_chunks(&gpu).await {
                After::Reopen { pause_s } if self.pause(pause_s) => {}
                _ => return,
            }
        }
    }

    /// The device, open, with the programs of the work; `None` when the other lane was done first.
    fn ready(&self) -> Result<Option<Arc<Gpu>>> {
        let devices = &self.cx.shared.devices;
        let Ready { gpu, open_s, compile_s } = if self.is_solo() {
            let (gpu, open_s) = self.cx.gpu_timed()?;
            let compile_s = devices.compile(&gpu, self.work)?;
            Ready { gpu, open_s, compile_s }
        } else {
            match devices.ready_while(self.cx.threads(), self.work, || self.is_under_way())? {
                Some(ready) => Ready { gpu: self.cx.with_timeline_of(ready.gpu), ..ready },
                None => return Ok(None),
            }
        };
        let mixes_bits = self.cx.check_bits(self.plan, self.work)?;
        // Where no thread was to be had.
        let compile_s = compile_s.or(devices.compile(&gpu, self.work)?);
        self.gpu_is_ready(open_s, compile_s, mixes_bits);
        Ok(Some(gpu))
    }

    async fn gpu_chunks(&self, gpu: &Gpu) -> After {
        while let Some((lease, mut pieces)) = self.take(Lane::Gpu) {
            let outcome = match caught("the GPU's lane", self.gpu_chunk(gpu, &mut pieces)).await {
                Ok(found) => guarded("verifying", || self.verify(&pieces)).map(|()| found),
                Err(error) => Err(error),
            };
            match outcome {
                Ok(found) => self.commit(&lease, pieces, |standing| {
                    standing.whole = found.whole;
                    standing.front = found.front;
                }),
                Err(error) => match self.gpu_failed(Some((&lease, pieces)), error) {
                    After::Retry => {}
                    after => return after,
                },
            }
        }
        After::Retire
    }

    async fn gpu_chunk(&self, gpu: &Gpu, pieces: &mut [Piece<'_>]) -> Result<Found> {
        let mut found = Found::default();
        for piece in pieces {
            self.before_chunk(Lane::Gpu, &piece.range);
            let range = piece.range.clone();
            let _chunk = self.cx.gpu_chunk(gpu, &range);
            match &self.work.primitive {
                Primitive::Map => gpu.map(self.work, range, piece.words).await?,
                Primitive::Reduce(_) if range == (0..self.work.len) && self.folds_on_device() => {
                    found.whole = Some(gpu.reduce_whole(self.work, range).await?);
                }
                Primitive::Reduce(_) => gpu.reduce(self.work, range, piece.words).await?,
                Primitive::Scan { monoid, .. } => {
                    let mut prefixes = Prefixes::new(self, monoid);
                    found.front = prefixes.scan_on_gpu(gpu, found.front.take(), piece).await?;
                }
            }
            #[cfg(test)]
            if let Some(spoil) = self.cx.hooks().spoil {
                spoil(piece.words);
            }
        }
        Ok(found)
    }

    fn folds_on_device(&self) -> bool {
        self.work.len > FOLD_ON_DEVICE && self.cx.shared.verify == 0.0
    }

    /// The CPU's lane. Sources must be on the host.
    pub(super) fn cpu_lane(&self) {
        // Where a device has the head, this may help there, and needs the prefix of what is behind.
        if let Primitive::Scan { monoid, .. } = &self.work.primitive
            && let Choice::Split { gpu_elements } = self.plan.choice
        {
            let heads =
                guarded("a thread of the CPU", || Prefixes::new(self, monoid).fold_head(gpu_elements));
            if let Err(error) = heads {
                return self.abort(error);
            }
        }
        let mut front = None;
        while let Some((lease, mut pieces)) = self.take(Lane::Cpu) {
            match guarded("a thread of the CPU", || self.cpu_chunk(&mut pieces, &mut front)) {
                Ok(()) => self.commit(&lease, pieces, |_| {}),
                Err(error) => return self.abort(error),
            }
        }
    }

    fn cpu_chunk(&self, pieces: &mut [Piece<'_>], front: &mut Option<(usize, Spine)>) -> Result<()> {
        let cpu = &self.cx.shared.cpu;
        for piece in pieces {
            self.before_chunk(Lane::Cpu, &piece.range);
            let range = piece.range.clone();
            let _chunk = self.cx.cpu_chunk(&range);
            match &self.work.primitive {
                Primitive::Map => cpu.run_map(self.work, range, piece.words)?,
                Primitive::Reduce(_) => cpu.run_reduce(self.work, range, piece.words)?,
                Primitive::Scan { monoid, .. } => {
                    *front = Some(Prefixes::new(self, monoid).scan_on_cpu(front.take(), piece)?);
                }
            }
        }
        Ok(())
    }

    fn before_chunk(&self, _executor: Lane, _range: &std::ops::Range<usize>) {
        #[cfg(test)]
        if let Some(hook) = self.cx.hooks().chunk {
            hook(_executor, _range.clone());
        }
    }
}

impl Context {
    /// Refuses a device of which only its probe, after opening, says that it may not take the part that `Auto` gave it.
    /// True when its bits of the user's operator may differ from those of the CPU.
    pub(super) fn check_bits(&self, plan: &Plan, work: &Work<'_>) -> Result<bool> {
        let (Primitive::Reduce(monoid) | Primitive::Scan { monoid, .. }) = &work.primitive else {
            return Ok(false);
        };
        let Some(profile) = self.shared.devices.open_profile() else { return Ok(false) };
        let mixes_bits = monoid.is_user_float() && profile.user_floats != CanonicalOrder::Passed;
        if plan.placement != Placement::Auto {
            return Ok(mixes_bits);
        }
        let refuse = |what: &str| {
            let fault = Fault::Rejected(format!("other bits than the canonical order: {what}"));
            Err(Error::Device { adapter: profile.name.clone(), fault })
        };
        match (&profile.canonical, &profile.user_floats) {
            (CanonicalOrder::Failed(what), _) if !monoid.is_exact() => refuse(what),
            (_, CanonicalOrder::Failed(what)) if mixes_bits && plan.choice != Choice::Gpu => refuse(what),
            _ => Ok(mixes_bits),
        }
    }
}

/// The error of a panic.
pub(super) fn panicked(what: &str, panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    let reason = text.map_or_else(|| "it panicked".to_owned(), |text| format!("it panicked: {text}"));
    Error::System { what: what.to_owned(), reason }
}

/// Runs `task`; a panic in it is an error. What it may leave half done is only words of chunks, which are given back.
fn guarded<T>(what: &str, task: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(task)).unwrap_or_else(|panic| Err(panicked(what, panic.as_ref())))
}

/// As [`guarded`], for a future.
async fn caught<T>(what: &str, future: impl Future<Output = Result<T>>) -> Result<T> {
    let mut future = pin!(future);
    std::future::poll_fn(|cx| {
        let polled = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx)));
        polled.unwrap_or_else(|panic| Poll::Ready(Err(panicked(what, panic.as_ref()))))
    })
    .await
}

//! Following and ending calls: progress, cancellation, deadlines.
//!
//! All three act between chunks: a chunk that has begun is finished, which takes up to about 200 ms. Nothing here is under a
//! lock while the caller's code runs, but for one of this call alone that says who reports.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::Context;
use crate::error::{Error, Result};
use crate::plan::Executor;
use crate::run::{Call, Stop};

/// Time between two reports of progress: what people and terminals can follow.
const PROGRESS_EVERY: Duration = Duration::from_millis(20);

/// Ends calls from elsewhere: another thread, a signal handler, a window that closes. Clones are the same token.
///
/// ```
/// use tilewright::prelude::*;
/// use tilewright::{CancelToken, Error};
///
/// let token = CancelToken::new();
/// let cx = Context::new().with_cancel(&token);
/// assert_eq!(cx.view(&[1_u32, 2, 3]).reduce(Sum)?, 6);
///
/// token.cancel();
/// let error = cx.view(&[1_u32, 2, 3]).reduce(Sum).unwrap_err();
/// assert!(matches!(error, Error::Cancelled { done: 0, total: 3 }));
/// # Ok::<(), tilewright::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the calls under way whose context has this token, and those to come. Cannot be taken back. Does not wait.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// True after [`cancel`](Self::cancel).
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// How far a call is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Elements that are done; invocations of a kernel.
    pub done: usize,
    /// All of them.
    pub total: usize,
    /// Those of `done` that a GPU did.
    pub gpu_done: usize,
}

impl Progress {
    /// Share that is done, from 0 to 1.
    pub fn fraction(&self) -> f64 {
        if self.total == 0 { 1.0 } else { self.done as f64 / self.total as f64 }
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.done, self.total)
    }
}

type Listener = dyn Fn(Progress) + Send + Sync;

/// Who follows and may end the calls of a context.
#[derive(Clone, Default)]
pub(super) struct Control {
    token: Option<CancelToken>,
    limit: Option<Duration>,
    listener: Option<Arc<Listener>>,
}

impl Context {
    /// The same context, whose calls end with [`Error::Cancelled`] once the token is cancelled: before they begin, or
    /// between two chunks. What a cancelled call has written into a slice by then stays there.
    #[must_use]
    pub fn with_cancel(&self, token: &CancelToken) -> Self {
        self.with_control(|control| control.token = Some(token.clone()))
    }

    /// The same context, whose calls end with [`Error::Deadline`] if they are not done after `limit`, each counted from its
    /// own start. Checked between chunks, so that a call may take as long as a chunk more; a call whose last chunk is late
    /// is done and no error. A limit of zero ends every call before it begins.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tilewright::prelude::*;
    /// use tilewright::Error;
    ///
    /// let cx = Context::new().with_deadline(Duration::ZERO);
    /// let error = cx.view(&[1_u32, 2, 3]).reduce(Sum).unwrap_err();
    /// assert_eq!(error.to_string(), "deadline of 0 ms passed with 0 of 3 done");
    /// ```
    #[must_use]
    pub fn with_deadline(&self, limit: Duration) -> Self {
        self.with_control(|control| control.limit = Some(limit))
    }

    /// The same context, whose calls tell `listener` how far they are: between chunks, about every 20 ms at most, and at the
    /// end. What is told of one call never goes back. The listener runs on a thread that computes, which waits for it; it
    /// may use the library, and had better not use this very context, whose calls it would be told of.
    ///
    /// A channel does as a listener:
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use tilewright::prelude::*;
    ///
    /// let (sender, receiver) = mpsc::channel();
    /// // Nobody may be left to receive, which is no reason to stop.
    /// let cx = Context::new().with_progress(move |progress| sender.send(progress).unwrap_or_default());
    /// let sum = cx.view(&vec![1_u32; 100_000]).reduce(Sum)?;
    /// drop(cx);
    /// let last = receiver.iter().last().expect("the end is told");
    /// assert_eq!((sum, last.done, last.total), (100_000, 100_000, 100_000));
    /// # Ok::<(), tilewright::Error>(())
    /// ```
    #[must_use]
    pub fn with_progress(&self, listener: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        self.with_control(|control| control.listener = Some(Arc::new(listener)))
    }

    fn with_control(&self, change: impl FnOnce(&mut Control)) -> Self {
        let mut context = self.clone();
        change(&mut context.control);
        context
    }
}

impl Control {
    /// Begins to follow a call over `total` elements.
    ///
    /// # Errors
    ///
    /// [`Error::Cancelled`] and [`Error::Deadline`] when it is over before it begins.
    pub(super) fn begin(&self, total: usize) -> Result<Watch<'_>> {
        // Small calls take less than reading a clock twice would.
        let began = (self.limit.is_some() || self.listener.is_some()).then(Instant::now);
        let watch = Watch { control: self, total, began, told: Mutex::default() };
        watch.check(0)?;
        Ok(watch)
    }
}

/// One call as its followers see it. Shared by the threads of its executors.
pub(super) struct Watch<'c> {
    control: &'c Control,
    total: usize,
    began: Option<Instant>,
    told: Mutex<Told>,
}

/// What the listener was told last.
#[derive(Debug, Default)]
struct Told {
    at: Option<Instant>,
    done: Option<usize>,
}

impl Watch<'_> {
    /// Has a call keep the deadline; `began_s` is when this watch began, in the call's time.
    pub(super) fn limit(&self, call: &mut Call, began_s: f64) {
        if let Some(limit) = self.control.limit {
            call.set_deadline(began_s + limit.as_secs_f64());
        }
    }

    /// Between two chunks: ends the call if that is wanted. May be called under a lock.
    pub(super) fn between_chunks(&self, call: &mut Call) {
        if self.control.is_cancelled() {
            call.stop(Stop::Cancelled);
        }
    }

    /// How far a call is, if somebody wants to know: with the call locked, to be [told](Self::tell) once it is unlocked.
    pub(super) fn progress(&self, call: &Call) -> Option<Progress> {
        self.control.listener.is_some().then(|| Progress {
            done: call.committed(),
            total: self.total,
            gpu_done: done_by_gpu(call),
        })
    }

    /// Tells the listener, unless it was told a moment ago, or more, or another thread is telling it. Not to be called
    /// under a lock: the listener may do what it likes.
    pub(super) fn tell(&self, progress: Option<Progress>) {
        if let Some(progress) = progress
            && let Ok(mut told) = self.told.try_lock()
            && told.at.is_none_or(|at| at.elapsed() >= PROGRESS_EVERY)
        {
            self.tell_now(&mut told, progress);
        }
    }

    /// A call that ran in chunks has ended.
    pub(super) fn call_ended(&self, call: &Call) {
        self.ended(call.committed(), done_by_gpu(call));
    }

    /// The call has ended with so much done: the listener is told.
    pub(super) fn ended(&self, done: usize, gpu_done: usize) {
        if self.control.listener.is_some() {
            let mut told = self.told.lock().unwrap_or_else(|e| e.into_inner());
            self.tell_now(&mut told, Progress { done, total: self.total, gpu_done });
        }
    }

    fn tell_now(&self, told: &mut MutexGuard<'_, Told>, progress: Progress) {
        let Some(listener) = &self.control.listener else { return };
        if told.done.is_none_or(|done| progress.done > done) {
            told.done = Some(progress.done);
            listener(progress);
            // After the listener: one that takes long is not called again at once.
            told.at = Some(Instant::now());
        }
    }

    /// The error of a call that is over with `done` elements: for code without a [`Call`].
    pub(super) fn check(&self, done: usize) -> Result<()> {
        if self.control.is_cancelled() {
            return Err(self.error(Stop::Cancelled, done));
        }
        let late = |limit| self.began.is_some_and(|began| began.elapsed() >= limit);
        match self.control.limit {
            Some(limit) if late(limit) => Err(self.error(Stop::Deadline, done)),
            _ => Ok(()),
        }
    }

    /// The error of a call that was stopped.
    pub(super) fn error(&self, stop: Stop, done: usize) -> Error {
        let total = self.total;
        match stop {
            Stop::Cancelled => Error::Cancelled { done, total },
            Stop::Deadline => {
                let limit_ms = self.control.limit.unwrap_or_default().as_millis();
                Error::Deadline { limit_ms: u64::try_from(limit_ms).unwrap_or(u64::MAX), done, total }
            }
        }
    }
}

impl Control {
    /// True when somebody follows calls or may end them, so that one executor alone has to run in chunks too.
    pub(super) fn is_watching(&self) -> bool {
        self.token.is_some() || self.limit.is_some() || self.listener.is_some()
    }

    fn is_cancelled(&self) -> bool {
        self.token.as_ref().is_some_and(CancelToken::is_cancelled)
    }
}

/// Elements of a call that its device has done.
fn done_by_gpu(call: &Call) -> usize {
    let by_gpu = call.chunks().iter().filter(|chunk| chunk.executor == Executor::Gpu);
    by_gpu.map(|chunk| chunk.range.len()).sum()
}

#[cfg(test)]
pub(super) mod tests;

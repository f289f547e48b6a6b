//! Which timeline the code that runs on a thread records into.
//!
//! A device is shared by contexts with a timeline and without, and an array keeps hold of its device: a timeline is of the
//! call that is under way, not of either. So a call's future names its timeline for as long as it is polled, and the code
//! of a device asks for it where there is something to record.

use std::cell::RefCell;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::Timeline;

thread_local! {
    static CURRENT: RefCell<Option<Timeline>> = const { RefCell::new(None) };
}

/// The timeline of the call that this thread is working for.
pub(crate) fn current() -> Option<Timeline> {
    CURRENT.with_borrow(Clone::clone)
}

/// A future that records into `timeline`.
pub(crate) fn scope<F: Future + Unpin>(timeline: &Timeline, future: F) -> Scoped<F> {
    Scoped { timeline: timeline.clone(), future }
}

impl Timeline {
    /// Makes this the timeline of the thread until the value that is returned goes.
    pub(crate) fn enter(&self) -> Entered {
        Entered { before: CURRENT.replace(Some(self.clone())), _on_this_thread: PhantomData }
    }
}

/// A timeline is the thread's.
#[must_use = "ends at once if it is not kept"]
pub(crate) struct Entered {
    before: Option<Timeline>,
    _on_this_thread: PhantomData<*const ()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.before.take());
    }
}

/// See [`scope`].
pub(crate) struct Scoped<F> {
    timeline: Timeline,
    future: F,
}

impl<F: Future + Unpin> Future for Scoped<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.get_mut();
        let _entered = this.timeline.enter();
        Pin::new(&mut this.future).poll(context)
    }
}

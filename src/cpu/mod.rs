//! The CPU executor.

#[allow(
    dead_code,
    reason = "called by the lane interpreter, which is not in the tree yet"
)]
pub(crate) mod math;
#[allow(dead_code, reason = "called by the executor, which is not in the tree yet")]
pub(crate) mod lane;

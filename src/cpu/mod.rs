//! The CPU executor.

#[allow(dead_code, unused_imports, reason = "called by the lane interpreter, which is not in the tree yet")]
pub(crate) mod math;

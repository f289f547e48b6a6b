//! Sharing: how many elements a GPU takes beside the CPU, and how long both are at it.

use super::cost::{CpuCost, GpuCost};
use super::learn::Regime;
use super::seconds::Seconds;
use super::shape::{Shape, ShapeKind};

/// Part of a scan's time per element that folding alone takes: the CPU folds what is before its own part.
const FOLD_SHARE: f64 = 0.5;

/// Rounds in which both lines are taken where the last balance was.
const ROUNDS: usize = 2;

/// The CPU's part of a shared call takes longer by this per element of the GPU's, as a share of its own time per element.
fn head_share(shape: &Shape) -> f64 {
    if shape.kind == ShapeKind::Scan { FOLD_SHARE } else { 0.0 }
}

/// The share of elements, not rounded, that ends both executors at the same time.
pub(super) fn balance(shape: &Shape, cpu: &CpuCost, gpu: &GpuCost) -> f64 {
    let len = shape.len as f64;
    let mut elements = 0.5 * len;
    for _ in 0..ROUNDS {
        elements = meet(head_share(shape), cpu.line(len - elements), gpu.line(elements), len);
    }
    elements
}

/// The elements with which two lines end at the same time.
pub(super) fn meet(head_share: f64, cpu: Regime, gpu: Regime, len: f64) -> f64 {
    let head_start = cpu.fixed - gpu.fixed;
    let elements = (len * cpu.slope + head_start) / ((1.0 - head_share) * cpu.slope + gpu.slope);
    // Nothing per element on either side: the one that starts first takes all.
    if elements.is_nan() { if head_start > 0.0 { len } else { 0.0 } } else { elements.clamp(0.0, len) }
}

/// Both at once, the GPU with `elements`.
pub(super) fn together(
    shape: &Shape,
    cpu: &CpuCost,
    gpu: &GpuCost,
    contention: f64,
    elements: f64,
) -> Seconds {
    let rest = shape.len as f64 - elements;
    let theirs = cpu.parallel(rest) + fold(shape, cpu, elements);
    theirs.max(gpu.at(elements)) * (1.0 + contention)
}

/// How long the CPU folds the GPU's `elements`, so as to know what its own part of a scan begins with.
pub(super) fn fold(shape: &Shape, cpu: &CpuCost, elements: f64) -> Seconds {
    let rest = shape.len as f64 - elements;
    Seconds::within(head_share(shape) * cpu.line(rest).slope * elements, 1.0)
}

//! Fusing of neighbouring steps.

use super::steps::{Step, StepOp};

/// Replaces pairs and triples of steps from `start` on by fused ones.
pub(crate) fn fuse(steps: &mut Vec<Step>, start: usize) {
    let mut out = start;
    let mut at = start;
    while at < steps.len() {
        let next = steps.get(at + 1).copied();
        let after = steps.get(at + 2).copied();
        let (step, used) = match (steps[at], next, after) {
            (load, Some(multiply), Some(add)) if load.op == StepOp::Load => {
                match multiply_add(multiply, add).and_then(with_load) {
                    Some(op) => (Step { op, f: 0, a: load.a, b: multiply.a, c: add.a }, 3),
                    None => pair(load, multiply),
                }
            }
            (first, Some(second), _) => pair(first, second),
            (first, None, _) => (first, 1),
        };
        steps[out] = step;
        out += 1;
        at += used;
    }
    steps.truncate(out);
}

/// Two steps as one, or the first alone; and how many that is.
fn pair(first: Step, second: Step) -> (Step, usize) {
    use StepOp::*;
    let fused = match (first.op, second.op) {
        (Load, FAddV) => Some(LoadFAddV),
        (Load, FAddS) => Some(LoadFAddS),
        (Load, FSubV) => Some(LoadFSubV),
        (Load, FSubS) => Some(LoadFSubS),
        (Load, FMulV) => Some(LoadFMulV),
        (Load, FMulS) => Some(LoadFMulS),
        (Load, FRsubS) => Some(LoadFRsubS),
        // b - a with the operands exchanged.
        (Load, FRsubV) => {
            return (Step { op: LoadFSubV, f: 0, a: second.a, b: first.a, c: 0 }, 2);
        }
        _ => multiply_add(first, second),
    };
    match fused {
        Some(op) => (Step { op, f: 0, a: first.a, b: second.a, c: 0 }, 2),
        None => (first, 1),
    }
}

/// The step for a multiplication followed by an addition or subtraction.
fn multiply_add(multiply: Step, add: Step) -> Option<StepOp> {
    use StepOp::*;
    Some(match (multiply.op, add.op) {
        (FMulV, FAddV) => FMulAddVV,
        (FMulV, FAddS) => FMulAddVS,
        (FMulS, FAddV) => FMulAddSV,
        (FMulS, FAddS) => FMulAddSS,
        (FMulV, FSubV) => FMulSubVV,
        (FMulV, FSubS) => FMulSubVS,
        (FMulS, FSubV) => FMulSubSV,
        (FMulS, FSubS) => FMulSubSS,
        (FMulV, FRsubV) => FMulRsubVV,
        (FMulV, FRsubS) => FMulRsubVS,
        (FMulS, FRsubV) => FMulRsubSV,
        (FMulS, FRsubS) => FMulRsubSS,
        _ => return None,
    })
}

/// The same with a load before it.
fn with_load(op: StepOp) -> Option<StepOp> {
    use StepOp::*;
    Some(match op {
        FMulAddVV => LoadFMulAddVV,
        FMulAddVS => LoadFMulAddVS,
        FMulAddSV => LoadFMulAddSV,
        FMulAddSS => LoadFMulAddSS,
        FMulSubVV => LoadFMulSubVV,
        FMulSubVS => LoadFMulSubVS,
        FMulSubSV => LoadFMulSubSV,
        FMulSubSS => LoadFMulSubSS,
        FMulRsubVV => LoadFMulRsubVV,
        FMulRsubVS => LoadFMulRsubVS,
        FMulRsubSV => LoadFMulRsubSV,
        FMulRsubSS => LoadFMulRsubSS,
        _ => return None,
    })
}

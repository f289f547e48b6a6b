//! Fusing of neighbouring steps, for the interpreter.

use super::steps::{Inst, Step, StepOp};

/// Replaces pairs and triples of steps of each segment by fused ones.
pub(crate) fn fuse(code: &mut [Inst], steps: &mut Vec<Step>) {
    let mut fused = Vec::with_capacity(steps.len());
    for inst in code {
        if let Inst::Segment { first, len } = inst {
            let start = fused.len();
            fuse_segment(&steps[*first as usize..][..*len as usize], &mut fused);
            (*first, *len) = (start as u32, (fused.len() - start) as u32);
        }
    }
    *steps = fused;
}

fn fuse_segment(mut steps: &[Step], fused: &mut Vec<Step>) {
    while let Some(&first) = steps.first() {
        let (step, used) = match (first, steps.get(1).copied(), steps.get(2).copied()) {
            (load, Some(multiply), Some(add)) if load.op == StepOp::Load => {
                match multiply_add(multiply, add).and_then(with_load) {
                    Some(op) => (Step { op, f: 0, a: load.a, b: multiply.a, c: add.a }, 3),
                    None => pair(load, multiply),
                }
            }
            (first, Some(second), _) => pair(first, second),
            (first, None, _) => (first, 1),
        };
        fused.push(step);
        steps = &steps[used..];
    }
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

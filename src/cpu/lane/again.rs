//! Computing a value again instead of handing it on (rematerialisation).
//!
//! A segment that follows another gets what it needs from it through memory. Where that is one operation on registers
//! which are loaded anyway, doing it twice is cheaper for compiled code than a store and a load: stores bound loops.

use std::collections::HashSet;

use super::select::{Reg, Selected};
use super::steps::{Inst, Step, StepOp, binary_of, unary_of};

/// Replaces what segments hand to their successors by its computation, where that is one operation.
pub(crate) fn compute_again(selected: &mut Selected) {
    let targets: HashSet<u32> = selected.marks.iter().copied().collect();
    let uses = Uses::of(selected);
    // Segments that run right after another one, whatever happens between.
    let mut before = None;
    let mut additions: Vec<(usize, Vec<Step>)> = vec![];
    for pc in 0..selected.code.len() {
        if targets.contains(&(pc as u32)) {
            before = None;
        }
        match selected.code[pc] {
            Inst::Segment { .. } => {
                if let Some(before) = before.replace(pc) {
                    let steps = handed_on(selected, &uses, before, pc);
                    if !steps.is_empty() {
                        additions.push((pc, steps));
                    }
                }
            }
            Inst::Check { .. } | Inst::JumpIfNone { .. } | Inst::Tick => {}
            _ => before = None,
        }
    }
    insert(selected, additions);
}

/// Where registers are written and read: the segments, by instruction.
struct Uses {
    written: Vec<Vec<usize>>,
    read: Vec<Vec<usize>>,
}

impl Uses {
    fn of(selected: &Selected) -> Self {
        let len = selected.regs.len();
        let mut this = Self { written: vec![vec![]; len], read: vec![vec![]; len] };
        for (pc, inst) in selected.code.iter().enumerate() {
            if let Inst::Check { mask, .. } = inst {
                this.read[*mask as usize].push(pc);
            }
            for step in segment(selected, pc) {
                let mut step = *step;
                for (reg, is_write) in step.planes() {
                    let uses = if is_write { &mut this.written } else { &mut this.read };
                    uses[*reg as usize].push(pc);
                }
            }
        }
        this
    }
}

fn segment(selected: &Selected, pc: usize) -> &[Step] {
    match selected.code[pc] {
        Inst::Segment { first, len } => &selected.steps[first as usize..][..len as usize],
        _ => &[],
    }
}

/// The steps that compute what segment `from` hands on to segment `to` alone.
fn handed_on(selected: &Selected, uses: &Uses, from: usize, to: usize) -> Vec<Step> {
    // Words of arrays change through offsets too, and results do not move when lanes are packed.
    let moves =
        |reg: u16| matches!(selected.regs[reg as usize], Reg::Value(_) | Reg::Var(_) | Reg::Input { .. });
    let is_kept = |reg: u16| moves(reg) && !uses.written[reg as usize].contains(&from);
    let mut again = vec![];
    for steps in segment(selected, from).windows(3) {
        let [load, operation, store] = [steps[0], steps[1], steps[2]];
        if load.op != StepOp::Load || store.op != StepOp::Store || !is_kept(load.a) {
            continue;
        }
        let is_simple = match binary_of(operation.op) {
            Some((_, _, is_plane)) => !is_plane || is_kept(operation.a),
            None => unary_of(operation.op).is_some(),
        };
        let reg = store.a as usize;
        let is_value = matches!(selected.regs[reg], Reg::Value(_));
        let read = &uses.read[reg];
        if is_simple
            && is_value
            && uses.written[reg].len() == 1
            && read.contains(&to)
            && read.iter().all(|&pc| pc == from || pc == to)
        {
            again.extend([load, operation, store]);
        }
    }
    again
}

/// Puts steps at the start of segments.
fn insert(selected: &mut Selected, additions: Vec<(usize, Vec<Step>)>) {
    if additions.is_empty() {
        return;
    }
    let mut additions = additions.into_iter().peekable();
    let old = std::mem::take(&mut selected.steps);
    for (pc, inst) in selected.code.iter_mut().enumerate() {
        let Inst::Segment { first, len } = inst else { continue };
        let start = selected.steps.len();
        if let Some((_, steps)) = additions.next_if(|addition| addition.0 == pc) {
            selected.steps.extend(steps);
        }
        selected.steps.extend_from_slice(&old[*first as usize..][..*len as usize]);
        (*first, *len) = (start as u32, (selected.steps.len() - start) as u32);
    }
}

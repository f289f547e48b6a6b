//! Register assignment: liveness on the finished code, then a linear scan over intervals.
//!
//! The fewer planes there are, the more lanes a block can have before it leaves the first-level cache. What a check has
//! to move when it packs lanes follows from the same liveness.

use std::collections::HashMap;

use super::bits::Bits;
use super::select::{Reg, Selected};
use super::steps::{Inst, Step, StepOp};

/// An array in the planes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ArrayPlanes {
    /// Its first plane.
    pub(crate) first: u16,
    /// Its words, a plane each.
    pub(crate) words: u32,
}

/// What packing lanes moves at the check of a loop.
#[derive(Debug, Clone, Default)]
pub(crate) struct LoopPlanes {
    /// False where packing would move too much.
    pub(crate) can_pack: bool,
    /// Iterations of all lanes that cost as much as packing.
    pub(crate) patience: f64,
    /// Planes, and whether lanes that have left the loop need them behind it.
    pub(crate) planes: Vec<(u16, bool)>,
    /// Inputs, by index into the table.
    pub(crate) inputs: Vec<u16>,
    /// The first of the planes that stand in for them; loops nest, so each has its own.
    pub(crate) first_stand_in: usize,
}

/// The assignment. The table of plane addresses has the local planes first, then the others, the inputs, the outputs.
#[derive(Debug, Default)]
pub(crate) struct Assigned {
    /// Number of local planes: those that no segment hands on to another, so that a strip of them is enough.
    pub(crate) locals: u16,
    /// Number of planes as long as a block, those of arrays last.
    pub(crate) planes: u16,
    pub(crate) arrays: Vec<ArrayPlanes>,
    /// Slot and component of the inputs.
    pub(crate) inputs: Vec<(u32, u32)>,
    pub(crate) loops: Vec<LoopPlanes>,
}

/// Loops that would move more planes than this are not packed.
const MAX_PACKED_PLANES: usize = 96;

/// Steps that cost as much as moving a plane.
const STEPS_PER_MOVE: f64 = 5.0;

/// Replaces virtual registers by table indices and marks by positions.
pub(crate) fn assign(selected: &mut Selected, array_words: &[u32], outputs: u32) -> Assigned {
    resolve_marks(selected);
    let liveness = Liveness::of(selected);
    let mut assigned = Assigned::default();
    let mut table = scan(selected, &liveness, &mut assigned);
    for &words in array_words {
        assigned.arrays.push(ArrayPlanes { first: assigned.locals + assigned.planes, words });
        assigned.planes = assigned.planes.saturating_add(words as u16);
    }
    let mut inputs: Vec<(u32, u32)> = selected
        .regs
        .iter()
        .filter_map(|reg| match *reg {
            Reg::Input { slot, component } => Some((slot, component)),
            _ => None,
        })
        .collect();
    inputs.sort_unstable();
    let first_input = assigned.locals + assigned.planes;
    let first_output = first_input + inputs.len() as u16;
    debug_assert!(u32::from(first_output) + outputs <= u32::from(u16::MAX));
    for (reg, place) in selected.regs.iter().zip(&mut table) {
        match *reg {
            Reg::Array { array, word } => *place = assigned.arrays[array as usize].first + word as u16,
            Reg::Input { slot, component } => {
                let index = inputs.binary_search(&(slot, component)).unwrap_or(0);
                *place = first_input + index as u16;
            }
            Reg::Output(component) => *place = first_output + component as u16,
            Reg::Value(_) | Reg::Var(_) => {}
        }
    }
    assigned.inputs = inputs;
    for loop_id in 0..selected.loop_heads.len() {
        let mut planes = loop_planes(selected, &liveness, &assigned, &table, loop_id as u32);
        planes.first_stand_in = assigned.loops.iter().map(|planes| planes.inputs.len()).sum();
        assigned.loops.push(planes);
    }
    for step in &mut selected.steps {
        for (operand, _) in step.planes() {
            *operand = table[*operand as usize];
        }
    }
    for inst in &mut selected.code {
        if let Inst::Check { mask, .. } = inst {
            *mask = table[*mask as usize];
        }
    }
    assigned
}

fn resolve_marks(selected: &mut Selected) {
    let marks = &selected.marks;
    for inst in &mut selected.code {
        match inst {
            Inst::Jump(to) | Inst::JumpUnless { to, .. } | Inst::JumpIfNone { to } => {
                *to = marks[*to as usize]
            }
            Inst::Check { exit, .. } => *exit = marks[*exit as usize],
            Inst::Segment { .. } | Inst::Uniform(_) | Inst::Tick | Inst::LoopEnd { .. } => {}
        }
    }
}

fn steps_of(inst: &Inst) -> std::ops::Range<usize> {
    match *inst {
        Inst::Segment { first, len } => first as usize..(first + len) as usize,
        _ => 0..0,
    }
}

/// The registers live before and behind every instruction.
struct Liveness {
    before: Vec<Bits>,
    after: Vec<Bits>,
}

impl Liveness {
    fn of(selected: &Selected) -> Self {
        let len = selected.code.len();
        let empty = Bits::new(selected.regs.len());
        let mut this = Self { before: vec![empty.clone(); len + 1], after: vec![empty; len] };
        loop {
            let mut changed = false;
            for pc in (0..len).rev() {
                let inst = &selected.code[pc];
                let (next, jump) = match *inst {
                    Inst::Jump(to) => (to as usize, None),
                    Inst::JumpUnless { to, .. } | Inst::JumpIfNone { to } => (pc + 1, Some(to as usize)),
                    Inst::Check { exit, .. } => (pc + 1, Some(exit as usize)),
                    _ => (pc + 1, None),
                };
                let mut live = this.before[next].clone();
                if let Some(jump) = jump {
                    live.union(&this.before[jump]);
                }
                this.after[pc].union(&live);
                if let Inst::Check { mask, .. } = inst {
                    live.insert(u32::from(*mask));
                }
                for step in selected.steps[steps_of(inst)].iter().rev() {
                    let mut step = *step;
                    for (reg, is_write) in step.planes() {
                        if is_write {
                            live.remove(u32::from(*reg));
                        }
                    }
                    for (reg, is_write) in step.planes() {
                        if !is_write {
                            live.insert(u32::from(*reg));
                        }
                    }
                }
                changed |= this.before[pc].union(&live);
            }
            if !changed {
                return this;
            }
        }
    }
}

/// Assigns planes to the registers that are not arrays, inputs or outputs.
fn scan(selected: &Selected, liveness: &Liveness, assigned: &mut Assigned) -> Vec<u16> {
    let mut intervals: Vec<Option<(usize, usize)>> = vec![None; selected.regs.len()];
    let mut touch = |reg: u32, position: usize| {
        let interval = intervals[reg as usize].get_or_insert((position, position));
        *interval = (interval.0.min(position), interval.1.max(position));
    };
    let mut position = 0;
    for (pc, inst) in selected.code.iter().enumerate() {
        liveness.before[pc].iter().for_each(|reg| touch(reg, position));
        position += 1;
        if let Inst::Check { mask, .. } = inst {
            touch(u32::from(*mask), position);
        }
        for step in &selected.steps[steps_of(inst)] {
            let mut step = *step;
            step.planes().for_each(|(reg, _)| touch(u32::from(*reg), position));
            position += 1;
        }
        liveness.after[pc].iter().for_each(|reg| touch(reg, position));
        position += 1;
    }
    let mut order: Vec<(usize, usize, usize)> = intervals
        .iter()
        .enumerate()
        .filter(|&(reg, _)| matches!(selected.regs[reg], Reg::Value(_) | Reg::Var(_)))
        .filter_map(|(reg, interval)| interval.map(|(start, end)| (start, end, reg)))
        .collect();
    order.sort_unstable();
    let mut handed_on = Bits::new(selected.regs.len());
    for live in liveness.before.iter().chain(&liveness.after) {
        handed_on.union(live);
    }
    let is_local = |reg: usize| !handed_on.contains(reg as u32);
    let mut table = vec![0; selected.regs.len()];
    // Ends of the intervals that the local planes and the others hold at present.
    let mut busy: [Vec<usize>; 2] = [vec![], vec![]];
    for &(start, end, reg) in &order {
        let busy = &mut busy[usize::from(!is_local(reg))];
        let plane = match busy.iter().position(|&until| until < start) {
            Some(plane) => plane,
            None => {
                busy.push(0);
                busy.len() - 1
            }
        };
        busy[plane] = end;
        table[reg] = plane as u16;
    }
    assigned.locals = busy[0].len() as u16;
    assigned.planes = busy[1].len() as u16;
    for (_, _, reg) in order {
        if !is_local(reg) {
            table[reg] += assigned.locals;
        }
    }
    table
}

/// What packing moves at the check of a loop: registers that the loop touches and that are live there or behind it.
fn loop_planes(
    selected: &Selected,
    liveness: &Liveness,
    assigned: &Assigned,
    table: &[u16],
    loop_id: u32,
) -> LoopPlanes {
    let head = selected.loop_heads[loop_id as usize] as usize;
    let is_end = |inst: &Inst| matches!(inst, Inst::LoopEnd { loop_id: id } if *id == loop_id);
    let is_check = |inst: &Inst| matches!(inst, Inst::Check { loop_id: id, .. } if *id == loop_id);
    let end = selected.code.iter().position(is_end);
    let check = selected.code.iter().position(is_check);
    let (Some(end), Some(check)) = (end, check) else {
        return LoopPlanes::default();
    };
    let mut touched = Bits::new(selected.regs.len());
    let mut arrays = vec![];
    for inst in &selected.code[head..=end] {
        if let Inst::Check { mask, .. } = inst {
            touched.insert(u32::from(*mask));
        }
        for step in &selected.steps[steps_of(inst)] {
            let mut step = *step;
            if matches!(step.op, StepOp::Gather | StepOp::Scatter) {
                arrays.push(u32::from(step.a));
            }
            step.planes().for_each(|(reg, _)| _ = touched.insert(u32::from(*reg)));
        }
    }
    let mut planes: HashMap<u16, bool> = HashMap::new();
    let mut inputs = vec![];
    for reg in touched.iter() {
        let keep = liveness.after[end].contains(reg);
        match selected.regs[reg as usize] {
            Reg::Input { .. } => inputs.push(table[reg as usize]),
            Reg::Array { array, .. } => arrays.push(array),
            Reg::Output(_) => {}
            Reg::Value(_) | Reg::Var(_) if keep || liveness.after[check].contains(reg) => {
                *planes.entry(table[reg as usize]).or_insert(false) |= keep;
            }
            Reg::Value(_) | Reg::Var(_) => {}
        }
    }
    for array in arrays {
        let ArrayPlanes { first, words } = assigned.arrays[array as usize];
        planes.extend((first..first + words as u16).map(|plane| (plane, true)));
    }
    let mut planes: Vec<(u16, bool)> = planes.into_iter().collect();
    planes.sort_unstable();
    let steps: usize = selected.code[head..=end].iter().map(|inst| steps_of(inst).len()).sum();
    let kept = planes.iter().filter(|(_, keep)| *keep).count();
    let moves = (planes.len() + inputs.len() + 2 * kept + 2) as f64;
    LoopPlanes {
        can_pack: planes.len() + inputs.len() <= MAX_PACKED_PLANES,
        patience: moves * STEPS_PER_MOVE / steps.max(1) as f64,
        planes,
        inputs,
        first_stand_in: 0,
    }
}

/// The table indices of a step, for readers that do not change it.
pub(crate) fn planes_of(step: &Step) -> Vec<(u16, bool)> {
    let mut step = *step;
    step.planes().map(|(plane, is_write)| (*plane, is_write)).collect()
}

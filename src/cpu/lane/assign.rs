//! Register assignment: liveness on the finished code, then a linear scan over intervals.
//!
//! The fewer planes there are, the more lanes a block can have before it leaves the first-level cache. What a check has
//! to move when it packs lanes follows from the same liveness.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::bits::Bits;
use super::effect::Effect;
use super::limits::TooLarge;
use super::ranges::Liveness;
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
pub(crate) fn assign(
    selected: &mut Selected,
    array_words: &[u32],
    effects: &[Effect],
    outputs: u32,
) -> Result<Assigned, TooLarge> {
    resolve_marks(selected);
    let liveness = Liveness::of(selected)?;
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
    let mut stand_ins = 0;
    for extent in extents(selected) {
        let mut planes = loop_planes(selected, &liveness, &assigned, &table, effects, extent);
        planes.first_stand_in = stand_ins;
        stand_ins += planes.inputs.len();
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
    Ok(assigned)
}

fn resolve_marks(selected: &mut Selected) {
    let marks = &selected.marks;
    for inst in &mut selected.code {
        match inst {
            Inst::Jump(to) | Inst::JumpUnless { to, .. } | Inst::JumpIfNone { to } => {
                *to = marks[*to as usize]
            }
            Inst::Check { exit, .. } => *exit = marks[*exit as usize],
            Inst::Segment { .. }
            | Inst::Uniform(_)
            | Inst::Tick
            | Inst::LoopEnd { .. }
            | Inst::Barrier { .. } => {}
        }
    }
}

pub(super) fn steps_of(inst: &Inst) -> std::ops::Range<usize> {
    match *inst {
        Inst::Segment { first, len } => first as usize..(first + len) as usize,
        _ => 0..0,
    }
}

/// Assigns planes to the registers that are not arrays, inputs or outputs.
fn scan(selected: &Selected, liveness: &Liveness, assigned: &mut Assigned) -> Vec<u16> {
    let intervals = intervals(selected, liveness);
    let mut order: Vec<(usize, usize, usize)> = intervals
        .iter()
        .enumerate()
        .filter(|&(reg, _)| matches!(selected.regs[reg], Reg::Value(_) | Reg::Var(_)))
        .filter_map(|(reg, interval)| interval.map(|(start, end)| (start, end, reg)))
        .collect();
    order.sort_unstable();
    let is_local = |reg: usize| !liveness.is_handed_on(reg);
    let mut table = vec![0; selected.regs.len()];
    // The local planes and the others: those free, the lowest first; those that an interval holds, by its end; number.
    let mut free: [BinaryHeap<Reverse<u16>>; 2] = Default::default();
    let mut busy: [BinaryHeap<Reverse<(usize, u16)>>; 2] = Default::default();
    let mut planes = [0u16; 2];
    for &(start, end, reg) in &order {
        let kind = usize::from(!is_local(reg));
        while let Some(&Reverse((until, plane))) = busy[kind].peek()
            && until < start
        {
            busy[kind].pop();
            free[kind].push(Reverse(plane));
        }
        let plane = free[kind].pop().map_or(planes[kind], |Reverse(plane)| plane);
        planes[kind] = planes[kind].max(plane + 1);
        busy[kind].push(Reverse((end, plane)));
        table[reg] = plane;
    }
    [assigned.locals, assigned.planes] = planes;
    for (_, _, reg) in order {
        if !is_local(reg) {
            table[reg] += assigned.locals;
        }
    }
    table
}

/// The positions between which a register must keep what it holds, if it holds anything.
fn intervals(selected: &Selected, liveness: &Liveness) -> Vec<Option<(usize, usize)>> {
    let mut intervals: Vec<Option<(usize, usize)>> = vec![None; selected.regs.len()];
    let mut touch = |reg: u32, position: usize| {
        let interval = intervals[reg as usize].get_or_insert((position, position));
        *interval = (interval.0.min(position), interval.1.max(position));
    };
    let mut position = 0;
    for (pc, inst) in selected.code.iter().enumerate() {
        liveness.before(pc).for_each(|reg| touch(reg, position));
        position += 1;
        if let Inst::Check { mask, .. } = inst {
            touch(u32::from(*mask), position);
        }
        for step in &selected.steps[steps_of(inst)] {
            let mut step = *step;
            step.planes().for_each(|(reg, _)| touch(u32::from(*reg), position));
            position += 1;
        }
        liveness.after(pc).for_each(|reg| touch(reg, position));
        position += 1;
    }
    intervals
}

/// Where a loop begins, has its check, and ends.
type Extent = Option<(usize, usize, usize)>;

/// The extents of the loops; none for one without a check.
fn extents(selected: &Selected) -> Vec<Extent> {
    let mut checks = vec![None; selected.loop_heads.len()];
    let mut ends = checks.clone();
    for (pc, inst) in selected.code.iter().enumerate() {
        match *inst {
            Inst::Check { loop_id, .. } => checks[loop_id as usize] = Some(pc),
            Inst::LoopEnd { loop_id } => ends[loop_id as usize] = Some(pc),
            _ => {}
        }
    }
    let heads = selected.loop_heads.iter().map(|&head| head as usize);
    heads.zip(checks).zip(ends).map(|((head, check), end)| Some((head, check?, end?))).collect()
}

/// What packing moves at the check of a loop: registers that the loop touches and that are live there or behind it.
fn loop_planes(
    selected: &Selected,
    liveness: &Liveness,
    assigned: &Assigned,
    table: &[u16],
    effects: &[Effect],
    extent: Extent,
) -> LoopPlanes {
    let Some((head, check, end)) = extent else {
        return LoopPlanes::default();
    };
    let mut touched = Bits::new(selected.regs.len());
    let mut arrays = vec![];
    for inst in &selected.code[head..=end] {
        match inst {
            Inst::Check { mask, .. } => _ = touched.insert(u32::from(*mask)),
            // Lanes that wait elsewhere have to be counted.
            Inst::Barrier { .. } => return LoopPlanes::default(),
            _ => {}
        }
        for step in &selected.steps[steps_of(inst)] {
            let mut step = *step;
            let is_effect = matches!(step.op, StepOp::Effect | StepOp::Effect2);
            if is_effect && effects[step.f as usize].needs_order() {
                return LoopPlanes::default();
            }
            if matches!(step.op, StepOp::Gather | StepOp::Scatter) {
                arrays.push(u32::from(step.a));
            }
            step.planes().for_each(|(reg, _)| _ = touched.insert(u32::from(*reg)));
        }
    }
    let mut planes: BTreeMap<u16, bool> = BTreeMap::new();
    let mut inputs = vec![];
    for reg in touched.iter() {
        let keep = liveness.is_live_after(end, reg);
        match selected.regs[reg as usize] {
            Reg::Input { .. } => inputs.push(table[reg as usize]),
            Reg::Array { array, .. } => arrays.push(array),
            Reg::Output(_) => {}
            Reg::Value(_) | Reg::Var(_) if keep || liveness.is_live_after(check, reg) => {
                *planes.entry(table[reg as usize]).or_insert(false) |= keep;
            }
            Reg::Value(_) | Reg::Var(_) => {}
        }
    }
    arrays.sort_unstable();
    arrays.dedup();
    let words: usize = arrays.iter().map(|&array| assigned.arrays[array as usize].words as usize).sum();
    if planes.len() + inputs.len() + words > MAX_PACKED_PLANES {
        return LoopPlanes::default();
    }
    for array in arrays {
        let ArrayPlanes { first, words } = assigned.arrays[array as usize];
        planes.extend((first..first + words as u16).map(|plane| (plane, true)));
    }
    let planes: Vec<(u16, bool)> = planes.into_iter().collect();
    let steps: usize = selected.code[head..=end].iter().map(|inst| steps_of(inst).len()).sum();
    let kept = planes.iter().filter(|(_, keep)| *keep).count();
    let moves = (planes.len() + inputs.len() + 2 * kept + 2) as f64;
    LoopPlanes {
        can_pack: true,
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

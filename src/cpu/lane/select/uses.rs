//! Where values are used: what decides whether a value needs a register.

use std::collections::HashMap;

use super::super::flow::{Flow, Item};
use super::super::tree::{Def, Value, Var};
use super::is_straight;

/// How often values are used, and whether behind a jump.
pub(super) struct Uses {
    pub(super) count: Vec<u32>,
    pub(super) escapes: Vec<bool>,
    /// Readings of variables that are not assigned again before the last use on any path.
    pub(super) lasting: Vec<bool>,
}

impl Uses {
    pub(super) fn count(flow: &Flow) -> Self {
        let len = flow.tree.defs.len();
        let mut this = Self { count: vec![0; len], escapes: vec![false; len], lasting: vec![false; len] };
        let mut used_in: Vec<Option<u32>> = vec![None; len];
        let mut run = 0;
        let mut use_of = |this: &mut Self, value: Value, run: u32| {
            let index = value.0 as usize;
            this.count[index] += 1;
            this.escapes[index] |= used_in[index].replace(run).is_some_and(|other| other != run);
        };
        // Every use stands behind its definition, so that going backwards a definition's uses are known.
        for item in flow.items.iter().rev() {
            match *item {
                Item::Def(value) => {
                    if this.count[value.0 as usize] > 0 {
                        flow.tree.operands(value).for_each(|operand| use_of(&mut this, operand, run));
                    }
                }
                Item::Set { value, .. } => use_of(&mut this, value, run),
                Item::Effect { value, at } => {
                    flow.tree.operands(value).chain([at]).for_each(|operand| use_of(&mut this, operand, run));
                }
                Item::Store { offset, value, mask, .. } | Item::Write { offset, value, mask, .. } => {
                    [Some(offset), Some(value), mask]
                        .into_iter()
                        .flatten()
                        .for_each(|v| use_of(&mut this, v, run));
                }
                Item::JumpUnless { cond, .. } => {
                    run += 1;
                    use_of(&mut this, cond, run);
                }
                Item::JumpIfNone { mask, .. }
                | Item::Check { mask, .. }
                | Item::Barrier { missing: Some(mask), .. } => {
                    run += 1;
                    use_of(&mut this, mask, run);
                }
                _ => run += 1,
            }
        }
        // A definition in another run than its uses.
        run = 0;
        for item in flow.items.iter().rev() {
            match item {
                Item::Def(value) | Item::Effect { value, .. } => {
                    let index = value.0 as usize;
                    this.escapes[index] |= used_in[index].is_some_and(|other| other != run);
                }
                item if !is_straight(item) => run += 1,
                _ => {}
            }
        }
        this.find_lasting(flow);
        this
    }

    fn find_lasting(&mut self, flow: &Flow) {
        let mut last_use = vec![0; self.count.len()];
        let mut sets: HashMap<Var, Vec<usize>> = HashMap::new();
        let mut marks = HashMap::new();
        let mut loops = vec![];
        for (at, item) in flow.items.iter().enumerate() {
            let mut used = |value: Value| last_use[value.0 as usize] = at;
            match *item {
                Item::Def(value) => flow.tree.operands(value).for_each(used),
                Item::Set { var, value } => {
                    used(value);
                    sets.entry(var).or_default().push(at);
                }
                Item::Store { offset, value, mask, .. } | Item::Write { offset, value, mask, .. } => {
                    [Some(offset), Some(value), mask].into_iter().flatten().for_each(used);
                }
                Item::Effect { value, at } => flow.tree.operands(value).chain([at]).for_each(used),
                Item::JumpIfNone { mask, .. }
                | Item::Check { mask, .. }
                | Item::Barrier { missing: Some(mask), .. } => used(mask),
                Item::Mark(mark) => drop(marks.insert(mark, at)),
                Item::Jump(to) => loops.extend(marks.get(&to).map(|&head| (head, at))),
                _ => {}
            }
        }
        let (innermost, around) = nest(&loops, flow.items.len());
        for (at, item) in flow.items.iter().enumerate() {
            let Item::Def(value) = *item else { continue };
            let Def::Get(var) = flow.tree.def(value) else { continue };
            let mut last = last_use[value.0 as usize];
            // In a loop that began after the reading, a use is followed by the whole loop once more.
            let mut inside = innermost[last];
            while let Some(index) = inside {
                let (head, end) = loops[index];
                if head <= at {
                    break;
                }
                last = end;
                inside = around[index];
            }
            // Positions ascend.
            let assigned = |sets: &Vec<usize>| {
                sets.get(sets.partition_point(|&set| set <= at)).is_some_and(|&set| set < last)
            };
            self.lasting[value.0 as usize] = !sets.get(&var).is_some_and(assigned);
        }
    }
}

/// The innermost loop around each of `len` positions, and around each loop; loops are given by their first and last
/// position.
fn nest(loops: &[(usize, usize)], len: usize) -> (Vec<Option<usize>>, Vec<Option<usize>>) {
    let mut by_head: Vec<usize> = (0..loops.len()).collect();
    by_head.sort_unstable_by_key(|&index| loops[index].0);
    let mut next = by_head.into_iter().peekable();
    let (mut innermost, mut around) = (vec![None; len], vec![None; loops.len()]);
    let mut open: Vec<usize> = vec![];
    for (at, innermost) in innermost.iter_mut().enumerate() {
        while open.last().is_some_and(|&index| loops[index].1 < at) {
            open.pop();
        }
        while let Some(index) = next.next_if(|&index| loops[index].0 == at) {
            around[index] = open.last().copied();
            open.push(index);
        }
        *innermost = open.last().copied();
    }
    (innermost, around)
}

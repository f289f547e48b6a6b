//! A segment as values: what its steps compute, without accumulator and local planes.
//!
//! Steps name places; here every value is computed once, has a number, and is used by number. A plane that is written and
//! read again in the segment is the value written; a plane that nothing reads behind the segment is never written at all.

use std::collections::HashMap;

use super::super::assign::ArrayPlanes;
use super::super::function::{Function, OPERANDS};
use super::super::op::Op;
use super::super::steps::{Step, StepOp, binary_of, unary_of};
use super::pairs::{self, Half, PairOp};

/// The number of a value: its index in [`Values::list`].
pub(super) type Id = u32;

/// A value, or an effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    /// A plane's content.
    Load(u16),
    /// A word of the uniform file in all lanes.
    Uniform(u16),
    Unary(Op, Id),
    Binary(Op, Id, Id),
    /// Condition, then the value where it holds, then the other.
    Select(Id, Id, Id),
    /// As `Select`, where the condition is a comparison of two values that nothing else needs.
    SelectIf(Op, [Id; 2], Id, Id),
    Lookup {
        table: u16,
        index: Id,
    },
    Gather {
        array: u16,
        offset: Id,
    },
    /// The word of an array at the same offset in all lanes, a place in the uniform file.
    Row {
        array: u16,
        offset: u16,
    },
    /// The bits of a word turned to the right.
    Rotate(Id, u32),
    /// The product of two floats plus a third, rounded once.
    Fma([Id; 3]),
    /// A built-in function out of line, by its number; operands beyond its arity repeat the first.
    Call {
        function: u8,
        args: [Id; OPERANDS],
    },
    /// An operation on scalars of 64 bits, of which the result is one half; operands beyond the arity do not count.
    Pair {
        op: PairOp,
        half: Half,
        args: [Id; OPERANDS],
        arity: u8,
    },
    /// A step on memory or among lanes, out of line: its number, the memory, and what it takes: what the accumulator held,
    /// places or mask, a further operand.
    Effect {
        op: StepOp,
        f: u8,
        memory: u16,
        args: [Option<Id>; 3],
    },
    Scatter {
        array: u16,
        offset: Id,
        value: Id,
        mask: Option<Id>,
    },
    StoreRow {
        array: u16,
        offset: u16,
        value: Id,
        mask: Option<Id>,
    },
    Store {
        plane: u16,
        value: Id,
    },
    Count(Id),
    /// Left out.
    Nothing,
}

impl Value {
    /// True for what is called, strip by strip.
    pub(super) fn is_call(&self) -> bool {
        matches!(self, Self::Call { .. } | Self::Effect { .. })
    }

    /// True for what does more than give a value.
    fn has_effect(&self) -> bool {
        match self {
            Self::Store { .. } | Self::StoreRow { .. } | Self::Scatter { .. } | Self::Count(_) => true,
            Self::Effect { op, .. } => *op != StepOp::Read,
            _ => false,
        }
    }

    /// The values used.
    pub(super) fn operands(&self) -> impl Iterator<Item = Id> {
        let none = Id::MAX;
        let ids = match *self {
            Self::Load(_) | Self::Uniform(_) | Self::Row { .. } | Self::Nothing => [none; OPERANDS],
            Self::Unary(_, a) | Self::Rotate(a, _) | Self::Count(a) | Self::Store { value: a, .. } => {
                [a, none, none, none, none, none]
            }
            Self::StoreRow { value, mask, .. } => [value, mask.unwrap_or(none), none, none, none, none],
            Self::Binary(_, a, b) => [a, b, none, none, none, none],
            Self::Select(a, b, c) | Self::Fma([a, b, c]) => [a, b, c, none, none, none],
            Self::SelectIf(_, [x, y], a, b) => [x, y, a, b, none, none],
            Self::Lookup { index, .. } => [index, none, none, none, none, none],
            Self::Gather { offset, .. } => [offset, none, none, none, none, none],
            Self::Call { args, .. } => args,
            Self::Pair { mut args, arity, .. } => {
                args[usize::from(arity)..].fill(none);
                args
            }
            Self::Effect { args: [a, b, c], .. } => {
                [a.unwrap_or(none), b.unwrap_or(none), c.unwrap_or(none), none, none, none]
            }
            Self::Scatter { offset, value, mask, .. } => {
                [offset, value, mask.unwrap_or(none), none, none, none]
            }
        };
        ids.into_iter().filter(move |&id| id != none)
    }
}

/// The values of a segment, in an order in which they can be computed.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub(super) list: Vec<Value>,
    /// Planes that the segment writes, those of arrays with all their words: their content is not what it was.
    written: Vec<u16>,
}

impl Values {
    /// Values of steps that are not fused, the first `locals` planes being local. `rotates` says which uniform values are
    /// known, where the instruction set has rotations.
    pub(super) fn of(
        steps: &[Step],
        locals: u16,
        arrays: &[ArrayPlanes],
        rotates: Option<&dyn Fn(u16) -> Option<u32>>,
    ) -> Self {
        let mut last_store = HashMap::new();
        let mut this = Self::default();
        for (at, step) in steps.iter().enumerate() {
            match step.op {
                StepOp::Store => _ = last_store.insert(step.a, at),
                StepOp::Scatter => {
                    let ArrayPlanes { first, words } = arrays[step.a as usize];
                    this.written.extend(first..first + words as u16);
                }
                _ => {}
            }
        }
        this.written.extend(last_store.keys().copied().filter(|&plane| plane >= locals));
        this.written.sort_unstable();
        this.written.dedup();
        let mut pass =
            Pass { this, arrays, content: HashMap::new(), uniform: HashMap::new(), acc: 0, further: [0; 2] };
        for (at, step) in steps.iter().enumerate() {
            // A plane of an array may be read by its offset at any time, others only behind the segment.
            let stays =
                step.a >= locals && (last_store.get(&step.a) == Some(&at) || pass.is_in_array(step.a));
            pass.step(step, stays);
        }
        pass.this.merge_comparisons();
        if let Some(known) = rotates {
            pass.this.find_rotations(known);
        }
        pass.this.drop_unused();
        pass.this
    }

    /// True if a value can be had again at any time without keeping it.
    pub(super) fn is_at_hand(&self, id: Id) -> bool {
        match self.list[id as usize] {
            Value::Uniform(_) => true,
            Value::Load(plane) => self.written.binary_search(&plane).is_err(),
            _ => false,
        }
    }

    /// Leaves out what has no effect.
    fn drop_unused(&mut self) {
        let mut is_used = vec![false; self.list.len()];
        for at in (0..self.list.len()).rev() {
            let value = self.list[at];
            if is_used[at] || value.has_effect() {
                value.operands().for_each(|id| is_used[id as usize] = true);
            } else {
                self.list[at] = Value::Nothing;
            }
        }
    }

    /// A word shifted by c to the right, and by 32 - c to the left, is a rotation.
    fn find_rotations(&mut self, known: &dyn Fn(u16) -> Option<u32>) {
        let shift = |this: &Self, id: Id| match this.list[id as usize] {
            Value::Binary(op @ (Op::Shl | Op::UShr), of, by) => match this.list[by as usize] {
                Value::Uniform(place) => known(place).map(|bits| (op, of, bits)),
                _ => None,
            },
            _ => None,
        };
        for at in 0..self.list.len() {
            if let Value::Binary(Op::Or | Op::Xor | Op::IAdd, a, b) = self.list[at]
                && let (Some(a), Some(b)) = (shift(self, a), shift(self, b))
            {
                let (right, left) = if a.0 == Op::UShr { (a, b) } else { (b, a) };
                if right.0 == Op::UShr
                    && left.0 == Op::Shl
                    && right.1 == left.1
                    && (1..32).contains(&right.2)
                    && right.2 + left.2 == 32
                {
                    self.list[at] = Value::Rotate(right.1, right.2);
                }
            }
        }
    }

    /// A comparison used once, by a selection, is computed there: then it need not become a word a lane.
    fn merge_comparisons(&mut self) {
        let mut uses = vec![0; self.list.len()];
        self.list.iter().flat_map(Value::operands).for_each(|id| uses[id as usize] += 1);
        let mut last_call = 0;
        for at in 0..self.list.len() {
            if self.list[at].is_call() {
                last_call = at;
            }
            if let Value::Select(cond, accept, reject) = self.list[at]
                && uses[cond as usize] == 1
                && let Value::Binary(op, a, b) = self.list[cond as usize]
                && op.is_comparison()
                // Across a call its operands would have to be kept instead of it.
                && last_call <= cond as usize
            {
                self.list[at] = Value::SelectIf(op, [a, b], accept, reject);
                self.list[cond as usize] = Value::Nothing;
            }
        }
    }
}

struct Pass<'a> {
    this: Values,
    arrays: &'a [ArrayPlanes],
    /// The values that planes hold.
    content: HashMap<u16, Id>,
    uniform: HashMap<u16, Id>,
    acc: Id,
    /// Further operands of the next call.
    further: [u16; 2],
}

impl Pass<'_> {
    fn push(&mut self, value: Value) -> Id {
        self.this.list.push(value);
        self.this.list.len() as Id - 1
    }

    fn is_in_array(&self, plane: u16) -> bool {
        self.arrays.iter().any(|array| (array.first..array.first + array.words as u16).contains(&plane))
    }

    fn plane(&mut self, plane: u16) -> Id {
        if let Some(&id) = self.content.get(&plane) {
            return id;
        }
        let id = self.push(Value::Load(plane));
        self.content.insert(plane, id);
        id
    }

    fn uniform(&mut self, place: u16) -> Id {
        if let Some(&id) = self.uniform.get(&place) {
            return id;
        }
        let id = self.push(Value::Uniform(place));
        self.uniform.insert(place, id);
        id
    }

    fn step(&mut self, step: &Step, stays: bool) {
        use StepOp::*;
        let Step { op, f, a, b, c } = *step;
        let acc = self.acc;
        self.acc = match op {
            Load => self.plane(a),
            Splat => self.uniform(a),
            Store => {
                self.content.insert(a, acc);
                if stays {
                    self.push(Value::Store { plane: a, value: acc });
                }
                acc
            }
            SelectCondVV => {
                let (a, b) = (self.plane(a), self.plane(b));
                self.push(Value::Select(acc, a, b))
            }
            SelectCondVS => {
                let (a, b) = (self.plane(a), self.uniform(b));
                self.push(Value::Select(acc, a, b))
            }
            SelectCondSV => {
                let (a, b) = (self.uniform(a), self.plane(b));
                self.push(Value::Select(acc, a, b))
            }
            SelectCondSS => {
                let (a, b) = (self.uniform(a), self.uniform(b));
                self.push(Value::Select(acc, a, b))
            }
            SelectAcceptV => {
                let (mask, b) = (self.plane(a), self.plane(b));
                self.push(Value::Select(mask, acc, b))
            }
            SelectAcceptS => {
                let (mask, b) = (self.plane(a), self.uniform(b));
                self.push(Value::Select(mask, acc, b))
            }
            SelectRejectV => {
                let (mask, b) = (self.plane(a), self.plane(b));
                self.push(Value::Select(mask, b, acc))
            }
            SelectRejectS => {
                let (mask, b) = (self.plane(a), self.uniform(b));
                self.push(Value::Select(mask, b, acc))
            }
            Further => {
                self.further = [a, b];
                acc
            }
            Call => {
                let mut args = [acc; OPERANDS];
                let arity = Function::ALL[f as usize].arity();
                let [d, e] = self.further;
                for (arg, plane) in args[1..arity].iter_mut().zip([a, b, c, d, e]) {
                    *arg = self.plane(plane);
                }
                let function = Function::ALL[f as usize];
                self.push(match (function, pairs::of(function, args)) {
                    (Function::Fma, _) => Value::Fma([args[0], args[1], args[2]]),
                    (_, Some(pair)) => pair,
                    (_, None) => Value::Call { function: f, args },
                })
            }
            Lookup => self.push(Value::Lookup { table: a, index: acc }),
            Read => self.push(Value::Effect { op, f, memory: a, args: [Some(acc), None, None] }),
            Write => {
                let args = [Some(acc), Some(self.plane(b)), (f != 0).then(|| self.plane(c))];
                self.push(Value::Effect { op, f, memory: a, args });
                acc
            }
            Effect | Effect2 => {
                let args = [Some(acc), Some(self.plane(b)), (op == Effect2).then(|| self.plane(c))];
                self.push(Value::Effect { op, f, memory: a, args })
            }
            Gather => match self.this.list[acc as usize] {
                Value::Uniform(offset) => self.push(Value::Row { array: a, offset }),
                _ => self.push(Value::Gather { array: a, offset: acc }),
            },
            Scatter => {
                let offset = self.plane(b);
                let mask = (f != 0).then(|| self.plane(c));
                match self.this.list[offset as usize] {
                    Value::Uniform(offset) => {
                        self.push(Value::StoreRow { array: a, offset, value: acc, mask });
                    }
                    _ => _ = self.push(Value::Scatter { array: a, offset, value: acc, mask }),
                }
                let ArrayPlanes { first, words } = self.arrays[a as usize];
                self.content.retain(|plane, _| !(first..first + words as u16).contains(plane));
                acc
            }
            Count => {
                self.push(Value::Count(acc));
                acc
            }
            _ => match (unary_of(op), binary_of(op)) {
                (Some(op), _) => self.push(Value::Unary(op, acc)),
                (None, Some((op, position, is_plane))) => {
                    let other = if is_plane { self.plane(a) } else { self.uniform(a) };
                    let (x, y) = if position == 0 { (acc, other) } else { (other, acc) };
                    self.push(Value::Binary(op, x, y))
                }
                (None, None) => acc,
            },
        };
    }
}

//! Abstract values, and the state of an invocation: what its variables may hold at a point of the shader.

use std::collections::HashMap;
use std::rc::Rc;

use naga::{Expression, GlobalVariable, Handle};

use super::range::{Kind, Range};

/// What a value may be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Anything, or something of which no intervals are kept.
    Unknown,
    /// A scalar.
    Int(Kind, Range),
    /// A vector, an array or a structure.
    Parts(Vec<Value>),
    /// A pointer.
    Pointer(Place),
}

/// Where a pointer points to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Place {
    /// Into a variable of the invocation's own: its cell, and which part.
    Cell { cell: usize, path: Vec<Range> },
    /// Into a resource: the first and the last byte at which it may start, and whether all indices are certainly in range.
    Resource { global: Handle<GlobalVariable>, lo: u64, hi: u64, is_inside: bool },
    /// Into memory of which nothing is known.
    Elsewhere,
}

impl Value {
    pub(super) fn int(kind: Kind, value: i64) -> Self {
        Self::Int(kind, Range::exactly(value))
    }

    /// As a scalar of a kind.
    pub(super) fn range(&self, kind: Kind) -> Range {
        match self {
            Self::Int(known, range) if *known == kind => *range,
            _ => kind.all(),
        }
    }

    /// Part of a composite.
    pub(super) fn part(&self, index: usize) -> Self {
        match self {
            Self::Parts(parts) => parts.get(index).cloned().unwrap_or(Self::Unknown),
            _ => Self::Unknown,
        }
    }

    /// Any of the parts that an index may mean.
    pub(super) fn any_part(&self, index: Range) -> Self {
        let Self::Parts(parts) = self else { return Self::Unknown };
        let mut found = selected(parts.len(), index).map(|index| parts[index].clone());
        let first = found.next().unwrap_or(Self::Unknown);
        found.fold(first, |any, part| any.join(&part))
    }

    /// What either is.
    pub(super) fn join(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Int(kind, a), Self::Int(other, b)) if kind == *other => Self::Int(kind, a.join(*b)),
            (Self::Parts(a), Self::Parts(b)) if a.len() == b.len() => {
                Self::Parts(a.into_iter().zip(b).map(|(a, b)| a.join(b)).collect())
            }
            (a, b) if a == *b => a,
            _ => Self::Unknown,
        }
    }

    /// `self`, which holds `before`, with what grew taken to its bounds.
    fn widened(self, before: &Self) -> Self {
        match (self, before) {
            (Self::Int(kind, now), Self::Int(_, before)) => Self::Int(kind, now.widened(*before, kind)),
            (Self::Parts(now), Self::Parts(before)) => {
                Self::Parts(now.into_iter().zip(before).map(|(now, before)| now.widened(before)).collect())
            }
            (now, _) => now,
        }
    }

    /// With a part replaced; where the index is not exact, each part it may mean is the old or the new one.
    pub(super) fn store(&mut self, path: &[Range], value: &Self) {
        let Some((index, rest)) = path.split_first() else {
            *self = value.clone();
            return;
        };
        let Self::Parts(parts) = self else { return };
        let is_exact = index.known().is_some_and(|index| (0..parts.len() as i64).contains(&index));
        for index in selected(parts.len(), *index) {
            let part = &mut parts[index];
            let before = (!is_exact).then(|| part.clone());
            part.store(rest, value);
            if let Some(before) = before {
                *part = std::mem::replace(part, Self::Unknown).join(&before);
            }
        }
    }
}

/// The indices that an index may mean, out of range that of the last part.
fn selected(len: usize, index: Range) -> impl Iterator<Item = usize> {
    let last = len as i64 - 1;
    let (lo, hi) = if index.lo < 0 { (0, last) } else { (index.lo.min(last), index.hi.min(last)) };
    (lo..=hi).filter_map(|index| usize::try_from(index).ok())
}

/// A boolean as it was computed, in terms of expressions of its function.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    Is(Handle<Expression>),
    /// The second where the first holds, else the third.
    Choice(Rc<Condition>, Rc<Condition>, Rc<Condition>),
}

/// A variable of an invocation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cell {
    pub(super) value: Value,
    /// Another number whenever it is written.
    pub(super) version: u64,
    /// What a boolean was computed from.
    pub(super) condition: Option<Rc<Condition>>,
}

/// A value that an expression had when it was evaluated.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Emitted {
    pub(super) value: Value,
    /// The variable, the part of it and the version that was read.
    pub(super) source: Option<(usize, Vec<Range>, u64)>,
}

/// A function that is being run.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Frame {
    pub(super) arguments: Vec<Value>,
    /// The cell of its first variable.
    pub(super) first_cell: usize,
    pub(super) emitted: HashMap<Handle<Expression>, Emitted>,
}

/// What an invocation knows at a point of the shader.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct State {
    /// Private variables, then those of the functions that are being run.
    pub(super) cells: Vec<Cell>,
    pub(super) frames: Vec<Frame>,
}

impl State {
    pub(super) fn frame(&self) -> &Frame {
        &self.frames[self.frames.len() - 1]
    }

    pub(super) fn frame_mut(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// Where two paths meet: `condition` told them apart, true on the path of `self`.
    pub(super) fn join(mut self, other: &Self, condition: Option<&Rc<Condition>>, next: &mut u64) -> Self {
        self.cells.truncate(other.cells.len());
        for (cell, other) in self.cells.iter_mut().zip(&other.cells) {
            if cell.version != other.version {
                *next += 1;
                cell.version = *next;
                cell.condition = match (condition, cell.condition.take(), &other.condition) {
                    (Some(c), Some(a), Some(b)) => {
                        Some(Rc::new(Condition::Choice(Rc::clone(c), a, Rc::clone(b))))
                    }
                    _ => None,
                };
            }
            join_value(&mut cell.value, &other.value);
        }
        for (frame, other) in self.frames.iter_mut().zip(&other.frames) {
            for (handle, other) in &other.emitted {
                // What one path alone evaluated is asked for where that path was taken, if at all.
                let emitted = frame.emitted.entry(*handle).or_insert_with(|| other.clone());
                join_value(&mut emitted.value, &other.value);
                if emitted.source != other.source {
                    emitted.source = None;
                }
            }
            for (argument, other) in frame.arguments.iter_mut().zip(&other.arguments) {
                join_value(argument, other);
            }
        }
        self
    }

    /// The state at the start of another round of a loop, of the states there in this round and the one before.
    pub(super) fn widened(mut self, before: &Self) -> Self {
        for (cell, before) in self.cells.iter_mut().zip(&before.cells) {
            cell.value = std::mem::replace(&mut cell.value, Value::Unknown).widened(&before.value);
        }
        self
    }

    /// Forgets how booleans were computed: the expressions are about to be evaluated anew.
    pub(super) fn forget_conditions(&mut self) {
        self.cells.iter_mut().for_each(|cell| cell.condition = None);
    }

    /// True if the variables may hold the same.
    pub(super) fn same_values(&self, other: &Self) -> bool {
        self.cells.len() == other.cells.len()
            && self.cells.iter().zip(&other.cells).all(|(a, b)| a.value == b.value)
    }
}

fn join_value(value: &mut Value, other: &Value) {
    if value != other {
        *value = std::mem::replace(value, Value::Unknown).join(other);
    }
}

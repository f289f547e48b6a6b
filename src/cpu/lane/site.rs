//! What a checked program tells of its text: the places that are watched, and what memory is called.
//!
//! Lowering makes the table, a step of the program names a row by number, and the checker reads it.

use std::ops::Range;

/// A place of the text, and what happens there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Site {
    /// Bytes of the text; empty where it is not known.
    pub(crate) range: Range<usize>,
    pub(crate) watched: Watched,
}

/// What happens at a place, and what the two operands of the step that tells of it mean.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Watched {
    /// An access of memory that invocations share: the offset, out of range where there is none, and the value.
    Access(Access),
    /// An index: itself, and the number of elements.
    Index { name: String, is_signed: bool, access: &'static str },
    /// A read of an invocation's own memory: a truth value, whether it was written, and the offset.
    Own { variable: usize },
    /// Arrival at a barrier, by number.
    Arrival(u32),
    /// The end of an invocation ahead of the others.
    Return,
}

/// An access of memory that invocations share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Access {
    /// Index of the memory.
    pub(crate) memory: u32,
    pub(crate) mode: Mode,
    pub(crate) scalar: Scalar,
    /// Offsets that it takes: one, or two for words in memory that is counted in halves.
    pub(crate) units: u32,
    /// Whether anything is made of the value: of a vector that is read, only some components may be.
    pub(crate) is_used: bool,
}

/// How memory is accessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Mode {
    Read,
    Write,
    AtomicRead,
    AtomicWrite,
    /// Reads and writes.
    AtomicUpdate,
}

impl Mode {
    pub(crate) fn is_atomic(self) -> bool {
        !matches!(self, Self::Read | Self::Write)
    }

    pub(crate) fn writes(self) -> bool {
        matches!(self, Self::Write | Self::AtomicWrite | Self::AtomicUpdate)
    }

    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::AtomicRead => "atomic read",
            Self::AtomicWrite => "atomic write",
            Self::AtomicUpdate => "atomic update",
        }
    }
}

/// What a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Scalar {
    Float,
    Sint,
    Uint,
    Bool,
    /// Half of a number of 64 bits.
    Word,
}

impl Scalar {
    /// The value of a word, as WGSL spells it; none of half a number.
    pub(crate) fn spell(self, word: u32) -> Option<String> {
        Some(match self {
            Self::Float => format!("{:?}", f32::from_bits(word)),
            Self::Sint => (word as i32).to_string(),
            Self::Uint => word.to_string(),
            Self::Bool => (word != 0).to_string(),
            Self::Word => return None,
        })
    }
}

/// A variable: where it begins in its memory, its name, and what it is made of.
#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) start: u32,
    pub(crate) name: String,
    pub(crate) shape: Shape,
}

/// What a type is made of, in offsets of its memory.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    Scalar,
    /// Components of a vector, so far apart.
    Components(u32),
    /// Elements of an array or columns of a matrix, so far apart.
    Elements(u32, Box<Shape>),
    /// Members of a structure: name and offset.
    Members(Vec<(String, u32, Shape)>),
}

impl Variable {
    /// What is at an offset of the memory: `bodies[3].velocity.x`.
    pub(crate) fn spell(&self, offset: u32) -> String {
        let mut path = self.name.clone();
        let (mut shape, mut offset) = (&self.shape, offset.saturating_sub(self.start));
        loop {
            match shape {
                Shape::Scalar => return path,
                Shape::Components(stride) => {
                    let component = (offset / stride.max(&1)) as usize;
                    path.extend(['.', *['x', 'y', 'z', 'w'].get(component).unwrap_or(&'?')]);
                    return path;
                }
                Shape::Elements(stride, element) => {
                    path.push_str(&format!("[{}]", offset / stride.max(&1)));
                    offset %= stride.max(&1);
                    shape = element;
                }
                Shape::Members(members) => {
                    let Some((name, start, inner)) =
                        members.iter().rev().find(|(_, start, _)| *start <= offset)
                    else {
                        return path;
                    };
                    path.push('.');
                    path.push_str(name);
                    offset -= start;
                    shape = inner;
                }
            }
        }
    }
}

/// A barrier: where it stands, and which memory it orders.
#[derive(Debug, Clone)]
pub(crate) struct Barrier {
    pub(crate) range: Range<usize>,
    pub(crate) storage: bool,
    pub(crate) workgroup: bool,
    pub(crate) subgroup: bool,
}

/// Memory that invocations share.
#[derive(Debug, Default)]
pub(crate) struct SharedMemory {
    /// True for the memory of a workgroup, false for a buffer.
    pub(crate) is_workgroup: bool,
    /// Offsets of a word: two where memory is counted in halves.
    pub(crate) units: usize,
    /// By start.
    pub(crate) variables: Vec<Variable>,
}

impl SharedMemory {
    /// What is at an offset.
    pub(crate) fn spell(&self, offset: u32) -> String {
        let found = self.variables.iter().rev().find(|variable| variable.start <= offset);
        found.map_or_else(String::new, |variable| variable.spell(offset))
    }
}

/// The whole table.
#[derive(Debug, Default)]
pub(crate) struct Sites {
    pub(crate) sites: Vec<Site>,
    pub(crate) barriers: Vec<Barrier>,
    /// By index of the memory.
    pub(crate) memories: Vec<SharedMemory>,
    /// Variables that each invocation has of its own.
    pub(crate) own: Vec<Variable>,
}

//! What a place of a generated shader can name: variables, parts of them, functions.

use crate::choices::Choices;
use crate::types::{F32, Scalar, Ty, U32};

/// The largest absolute value of floats in memory. All of them are whole.
pub(crate) const STORED: u32 = 256;

/// The largest absolute value of a float: sums and products of whole numbers up to it are exact in any order.
pub(crate) const EXACT: u32 = 1 << 22;

/// Something with parts.
#[derive(Debug, Clone)]
pub(crate) struct Var {
    /// How it is written.
    pub(crate) text: String,
    pub(crate) ty: Ty,
    pub(crate) is_writable: bool,
    /// In which memory, as far as it matters.
    pub(crate) space: Space,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Space {
    Function,
    Private,
    /// Private memory that helpers use by name, so that no pointer to it is passed.
    Module,
    /// No memory: a parameter or a `let`.
    Value,
    /// A constant, which compilers index unless the index varies.
    Constant,
    /// A buffer: accesses out of range are up to the device.
    Buffer,
}

/// A helper function.
#[derive(Debug, Clone)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) result: Ty,
}

#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) ty: Ty,
    /// The memory, for a pointer.
    pub(crate) pointer: Option<Space>,
}

/// An expression.
#[derive(Debug, Clone)]
pub(crate) struct Expr {
    pub(crate) text: String,
    /// True if a compiler may evaluate it.
    pub(crate) is_constant: bool,
    /// No component of a float is larger.
    pub(crate) bound: u32,
}

impl Expr {
    pub(crate) fn varying(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_constant: false, bound: STORED }
    }

    pub(crate) fn constant(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_constant: true, bound: STORED }
    }
}

/// A generator of shaders.
pub(crate) struct Generator<'c> {
    pub(crate) choices: Choices<'c>,
    pub(crate) text: String,
    pub(crate) structs: Vec<Ty>,
    pub(crate) vars: Vec<Var>,
    pub(crate) functions: Vec<Function>,
    /// Names given.
    pub(crate) names: usize,
    /// Loops around the place.
    pub(crate) loops: usize,
    /// Loops around a call at most.
    pub(crate) loops_of_calls: usize,
    /// What `return` gives; none where it may not stand.
    pub(crate) returns: Option<Option<Ty>>,
    pub(crate) can_break: bool,
    pub(crate) can_continue: bool,
    /// For executors that promise the same bits: floats are any, and subgroups are there.
    pub(crate) is_free: bool,
    /// Words of the buffer of inputs.
    pub(crate) inputs: usize,
    /// What the workgroup exchanges whole.
    pub(crate) wide: Ty,
    /// How the shared counters are combined.
    pub(crate) combined_by: &'static str,
}

/// True if a value of `ty` has a part of type `part`, or is one.
fn has(ty: &Ty, part: &Ty) -> bool {
    ty == part
        || match ty {
            Ty::Vector(scalar, n) => *n > 1 && *part == Ty::Vector(*scalar, 1),
            Ty::Matrix(_, rows) => has(&Ty::Vector(F32, *rows), part),
            Ty::Array(element, _) => has(element, part),
            Ty::Struct(_, members) => members.iter().any(|member| has(member, part)),
        }
}

impl Generator<'_> {
    pub(crate) fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    pub(crate) fn declare(&mut self, text: &str, ty: Ty, is_writable: bool, space: Space) {
        self.vars.push(Var { text: text.to_owned(), ty, is_writable, space });
    }

    /// A variable or part of one that has this type.
    pub(crate) fn place(&mut self, ty: &Ty, to_write: bool, depth: usize) -> Option<String> {
        self.place_in(ty, to_write, depth).map(|(text, _)| text)
    }

    /// Like `place`, with the memory.
    pub(crate) fn place_in(&mut self, ty: &Ty, to_write: bool, depth: usize) -> Option<(String, Space)> {
        let fits = |var: &&Var| (var.is_writable || !to_write) && has(&var.ty, ty);
        let found: Vec<Var> = self.vars.iter().filter(fits).cloned().collect();
        if found.is_empty() {
            return None;
        }
        // The newest are the most used.
        let far = self.choices.below(found.len());
        let near = self.choices.below(found.len());
        let var = &found[found.len() - 1 - far.min(near)];
        let space = var.space;
        let (mut text, mut at) = (var.text.clone(), var.ty.clone());
        while at != *ty {
            let (step, next) = match &at {
                Ty::Vector(scalar, n) => {
                    let component = match self.choices.below(3) {
                        0 | 1 => format!(".{}", self.choices.of(&["x", "y", "z", "w"][..*n])),
                        _ => format!("[{}]", self.index(*n, space, depth)),
                    };
                    (component, Ty::Vector(*scalar, 1))
                }
                Ty::Matrix(columns, rows) => {
                    (format!("[{}]", self.index(*columns, space, depth)), Ty::Vector(F32, *rows))
                }
                Ty::Array(element, len) => {
                    (format!("[{}]", self.index(*len, space, depth)), (**element).clone())
                }
                Ty::Struct(_, members) => {
                    let fitting: Vec<usize> = (0..members.len()).filter(|&k| has(&members[k], ty)).collect();
                    let member = self.choices.of(&fitting);
                    (format!(".m{member}"), members[member].clone())
                }
            };
            text += &step;
            at = next;
        }
        Some((text, var.space))
    }

    /// An index into something of this length; of what is no buffer it may be too large, which means the last element.
    fn index(&mut self, len: usize, space: Space, depth: usize) -> String {
        if space == Space::Constant {
            return format!("(me + {}u)", self.choices.below(len));
        }
        let in_range = space == Space::Buffer;
        if depth == 0 || self.choices.below(3) == 0 {
            return self.choices.below(len).to_string();
        }
        let scalar: Scalar = if in_range { U32 } else { self.choices.of(&[U32, crate::types::I32]) };
        let index = self.varying(&Ty::Vector(scalar, 1), depth - 1);
        if in_range || self.choices.below(3) > 0 {
            let unsigned = if scalar == U32 { index } else { format!("u32({index})") };
            format!("{unsigned} % {len}u")
        } else {
            index
        }
    }

    /// Whole variables of a type that a pointer parameter can take, without those already taken.
    pub(crate) fn passable(&self, ty: &Ty, space: Space, taken: &[String]) -> Vec<String> {
        let fits =
            |var: &&Var| var.is_writable && var.space == space && var.ty == *ty && !taken.contains(&var.text);
        // A pointer stands for a variable that may have been taken: only plain names.
        let plain = |var: &&Var| var.text.chars().all(|c| c.is_ascii_alphanumeric());
        self.vars.iter().filter(fits).filter(plain).map(|var| var.text.clone()).collect()
    }
}

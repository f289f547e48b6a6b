//! Whether what was given for a binding fits the shader's layout, and how its words move there.
//!
//! Shapes and layouts are compared part by part: scalars by their type, members by their name. What lies in Rust as it
//! does in WGSL is used in place; values and structures are copied, run by run of words.

use super::bind::Given;
use super::shape::Shape;
use crate::error::{Error, Result};
use crate::wgsl::{Binding, BindingAccess, Layout};

/// Where the words of an element go.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Moves {
    /// From word, to word, number of words; within one element.
    runs: Vec<(usize, usize, usize)>,
    /// Words of an element in Rust.
    packed: usize,
    /// Words from one element to the next in WGSL.
    stride: usize,
}

/// How memory fits a binding.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fit {
    /// Word by word.
    InPlace,
    /// As `words` words that the moves fill.
    Moved { moves: Moves, words: usize },
}

impl Moves {
    /// True if words stay where they are.
    fn is_identity(&self) -> bool {
        self.packed == self.stride && self.runs == [(0, 0, self.packed)]
    }

    /// Encoded elements to the shader's layout.
    pub(super) fn scatter(&self, packed: &[u32], words: &mut [u32]) {
        for (packed, words) in packed.chunks(self.packed).zip(words.chunks_mut(self.stride)) {
            for &(from, to, len) in &self.runs {
                words[to..to + len].copy_from_slice(&packed[from..from + len]);
            }
        }
    }

    /// Back from the shader's layout.
    pub(super) fn gather(&self, words: &[u32], packed: &mut [u32]) {
        for (packed, words) in packed.chunks_mut(self.packed).zip(words.chunks(self.stride)) {
            for &(from, to, len) in &self.runs {
                packed[from..from + len].copy_from_slice(&words[to..to + len]);
            }
        }
    }
}

/// Checks memory against a binding of the entry point called `entry`.
pub(super) fn fit(entry: &str, binding: &Binding, given: &Given<'_>) -> Result<Fit> {
    let refuse = |expected: String, more: String| Error::Binding {
        kernel: entry.to_owned(),
        name: binding.name.clone(),
        expected,
        given: given.rust() + &more,
    };
    let ty = || format!("`{}` ({})", binding.ty, binding.access);
    if binding.access == BindingAccess::ReadWrite && !given.is_writable() {
        return Err(refuse(format!("{}, which the shader may write, as `&mut`", ty()), String::new()));
    }
    let (shape, len) = match given {
        Given::Slice { shape, len, .. } | Given::Copied { shape, len, .. } => (*shape, Some(*len)),
        Given::Array { shape, data } => (*shape, Some(data.len)),
        Given::ArrayMut { shape, data } => (*shape, Some(data.len)),
        Given::Value { shape, .. } => (*shape, None),
        Given::Texture(_) | Given::TextureMut(_) | Given::Sampler(_) => {
            return Err(refuse(ty(), String::new()));
        }
        Given::Raw(_) | Given::RawCopied { .. } => {
            let bytes = 4 * match given {
                Given::Raw(host) => host.len(),
                Given::RawCopied { words, .. } => words.len(),
                _ => 0,
            };
            return if (bytes as u64) < binding.bytes {
                Err(refuse(format!("at least {} bytes for {}", binding.bytes, ty()), String::new()))
            } else {
                Ok(Fit::InPlace)
            };
        }
    };
    let layout = unwrapped(shape, &binding.layout);
    let moves = match (len, layout) {
        (None, layout) => moves(shape, layout, layout.bytes().div_ceil(4) as usize),
        (Some(_), Layout::Array { element, stride, .. }) => {
            moves(shape, unwrapped(shape, element), *stride as usize / 4)
        }
        (Some(_), layout) => moves(shape, layout, layout.bytes().div_ceil(4) as usize),
    };
    let moves = moves.map_err(|why| {
        let more = if why.is_empty() { why } else { format!(", where {why}") };
        refuse(ty(), more)
    })?;
    let wanted = match (len, layout) {
        (None, _) => 1,
        (Some(len), Layout::Array { len: None, .. }) => len.max(1),
        (Some(_), Layout::Array { len: Some(wanted), .. }) => *wanted as usize,
        (Some(_), _) => 1,
    };
    if len.is_some_and(|len| len != wanted) {
        let count = match layout {
            Layout::Array { len: None, .. } => "at least one element".to_owned(),
            _ if wanted == 1 => "one element".to_owned(),
            _ => format!("{wanted} elements"),
        };
        return Err(refuse(format!("{count} for {}", ty()), String::new()));
    }
    if moves.is_identity() {
        return Ok(Fit::InPlace);
    }
    let copied = matches!(given, Given::Copied { .. } | Given::Value { .. });
    if !copied {
        let (packed, stride) = (4 * moves.packed, 4 * moves.stride);
        let expected = format!("elements of {stride} bytes for {}", ty());
        let more = format!(
            " elements of {packed} bytes: slices are used in place, so pad them, declare `array<{}>` in the \
             shader, or a structure with `kernel_struct!`",
            scalar(shape)
        );
        return Err(refuse(expected, more));
    }
    let words = match len {
        Some(len) => len * moves.stride,
        None => moves.stride,
    };
    Ok(Fit::Moved { moves, words })
}

/// The layout to compare a shape with: that of the only member, where a structure of one is no structure in Rust.
fn unwrapped<'l>(shape: &Shape, layout: &'l Layout) -> &'l Layout {
    match (shape, layout) {
        (Shape::Struct { .. }, _) => layout,
        (_, Layout::Struct { members, .. }) => match &members[..] {
            [only] => unwrapped(shape, &only.layout),
            _ => layout,
        },
        _ => layout,
    }
}

/// The scalar that a shape consists of.
fn scalar(shape: &Shape) -> &'static str {
    match shape {
        Shape::Scalar(name) => name,
        Shape::Array(element, _) => scalar(element),
        Shape::Struct { .. } => "u32",
    }
}

/// The moves of an element, or why the types differ: empty where that is plain from the types themselves.
fn moves(shape: &Shape, layout: &Layout, stride: usize) -> Result<Moves, String> {
    let mut runs = Vec::new();
    collect(shape, layout, 0, 0, "", &mut runs)?;
    Ok(Moves { runs: joined(runs), packed: shape.words(), stride })
}

/// Adds the runs of a part that starts at word `from` in Rust and at byte `to` in WGSL.
fn collect(
    shape: &Shape,
    layout: &Layout,
    from: usize,
    to: usize,
    path: &str,
    runs: &mut Vec<(usize, usize, usize)>,
) -> Result<(), String> {
    let differs = || {
        let (rust, wgsl) = (shape.rust(), layout.wgsl());
        Err(if path.is_empty() {
            String::new()
        } else {
            format!("`{path}` is `{rust}`, and `{wgsl}` in WGSL")
        })
    };
    match (shape, layout) {
        (Shape::Scalar(rust), Layout::Scalar { name, .. }) if rust == name => {
            runs.push((from, to / 4, shape.words()));
            Ok(())
        }
        (Shape::Array(Shape::Scalar(rust), n), Layout::Vector { scalar, len, .. })
            if rust == scalar && *n == *len as usize =>
        {
            runs.push((from, to / 4, shape.words()));
            Ok(())
        }
        (
            Shape::Array(column @ Shape::Array(Shape::Scalar(rust), n), m),
            Layout::Matrix { scalar, columns, rows, stride, .. },
        ) if rust == scalar && *n == *rows as usize && *m == *columns as usize => {
            let words = column.words();
            runs.extend((0..*m).map(|i| (from + i * words, (to + i * *stride as usize) / 4, words)));
            Ok(())
        }
        (Shape::Array(inner, n), Layout::Array { element, len, stride }) if *len == Some(*n as u32) => {
            let words = inner.words();
            let at = |i| (from + i * words, to + i * *stride as usize);
            (0..*n).try_for_each(|i| collect(inner, element, at(i).0, at(i).1, path, runs))
        }
        (Shape::Struct { name, fields }, Layout::Struct { members, .. }) => {
            let mut at = from;
            for (field, shape) in *fields {
                let field = field.trim_start_matches("r#");
                let Some(member) = members.iter().find(|member| member.name == field) else {
                    return Err(format!("`{name}` has `{field}`, which `{}` has not", layout.wgsl()));
                };
                let path = if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
                collect(shape, &member.layout, at, to + member.offset as usize, &path, runs)?;
                at += shape.words();
            }
            let named = |name: &str| fields.iter().any(|(field, _)| field.trim_start_matches("r#") == name);
            match members.iter().find(|member| !named(&member.name)) {
                Some(member) => Err(format!("`{name}` lacks `{}: {}`", member.name, member.layout.wgsl())),
                None => Ok(()),
            }
        }
        _ => differs(),
    }
}

/// Runs in the order of Rust, those that go on where the one before ended made one.
fn joined(runs: Vec<(usize, usize, usize)>) -> Vec<(usize, usize, usize)> {
    let mut joined: Vec<(usize, usize, usize)> = Vec::new();
    for (from, to, len) in runs {
        match joined.last_mut() {
            Some(last) if last.0 + last.2 == from && last.1 + last.2 == to => last.2 += len,
            _ => joined.push((from, to, len)),
        }
    }
    joined
}

#[cfg(test)]
mod tests;

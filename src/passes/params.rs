//! The uniform block of a pass: values that change without a new compilation.
//!
//! An array of `vec4<u32>` called `tw_params`. The head is the same in every pass; after it come, word by word, uniform
//! arguments of functions, constants and the starts of counting sources.

use crate::element::{ElementType, Scalar};
use crate::monoid::{MonoidSpec, Operator};
use crate::work::{Primitive, Source, Work};

/// Words of the head: `[len, base, x, y]`, the prefix of the range, and `[0, ...]`, a zero unknown to compilers.
const HEAD_WORDS: usize = 12;

/// The word at which the prefix of the range starts.
pub(super) const RANGE_PREFIX: usize = 4;

/// A run of words of the block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    /// Uniform arguments of the fused function.
    Fused,
    /// Uniform arguments of the function applied after a scan.
    Post,
    /// Uniform arguments of the monoid's function.
    Monoid,
    /// The value of a constant source.
    Constant(u32),
    /// The value of a counting source at the first element of the chunk.
    Counting(u32),
}

/// The layout of the block.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params {
    /// Field, first word, number of words.
    fields: Vec<(Field, usize, usize)>,
    words: usize,
}

/// The part of a work that one dispatch handles.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Chunk {
    /// Elements (or states) that are there.
    pub(crate) len: u32,
    /// Index in the work of the first one, wrapping.
    pub(crate) base: u32,
    /// Meaning is the pass's own.
    pub(crate) extra: [u32; 2],
    /// Prefix of the range, in passes that take it from here.
    pub(crate) prefix: [u32; 4],
}

impl Params {
    /// The word at which `field`, of `words` words, starts; appended at first use.
    pub(super) fn field(&mut self, field: Field, words: usize) -> usize {
        if let Some(&(_, at, _)) = self.fields.iter().find(|(present, ..)| *present == field) {
            return at;
        }
        let at = HEAD_WORDS + self.words;
        self.fields.push((field, at, words));
        self.words += words;
        at
    }

    /// Size of the block in `vec4`s.
    pub(crate) fn vec4s(&self) -> usize {
        (HEAD_WORDS + self.words).div_ceil(4)
    }

    /// The block's words for one dispatch.
    pub(crate) fn fill(&self, work: &Work, chunk: Chunk) -> Vec<u32> {
        let mut words = vec![0; 4 * self.vec4s()];
        words[..4].copy_from_slice(&[chunk.len, chunk.base, chunk.extra[0], chunk.extra[1]]);
        words[RANGE_PREFIX..RANGE_PREFIX + 4].copy_from_slice(&chunk.prefix);
        for &(field, at, count) in &self.fields {
            let mut put = |values: &[u32]| {
                words[at..]
                    .iter_mut()
                    .zip(values.iter().take(count))
                    .for_each(|(word, value)| *word = *value);
            };
            match field {
                Field::Fused => put(&work.fused.uniforms),
                Field::Post => {
                    if let Primitive::Scan { post: Some(post), .. } = &work.primitive {
                        put(&post.uniforms);
                    }
                }
                Field::Monoid => put(monoid_of(work).map_or(&[], monoid_uniforms)),
                Field::Constant(slot) => {
                    if let Some(Source::Constant(value)) = work.sources.get(slot as usize) {
                        put(value);
                    }
                }
                Field::Counting(slot) => {
                    if let Some(Source::Counting { start }) = work.sources.get(slot as usize) {
                        put(&[start.wrapping_add(chunk.base)]);
                    }
                }
            }
        }
        words
    }
}

/// The expression for the value of type `ty` whose words start at `word` of the block.
pub(super) fn value(ty: ElementType, word: usize) -> String {
    let words: Vec<String> = (word..word + ty.words()).map(word_at).collect();
    match (ty.scalar, ty.width) {
        (Scalar::U32, 1) => words.concat(),
        (_, 1) => format!("bitcast<{ty}>({})", words.concat()),
        (_, width) => format!("bitcast<{ty}>(vec{width}<u32>({}))", words.join(", ")),
    }
}

/// The expression for one word of the block.
pub(super) fn word_at(word: usize) -> String {
    format!("tw_params[{}].{}", word / 4, ["x", "y", "z", "w"][word % 4])
}

/// The monoid of a work that has one.
pub(crate) fn monoid_of<'w>(work: &'w Work) -> Option<&'w MonoidSpec> {
    match &work.primitive {
        Primitive::Map => None,
        Primitive::Reduce(monoid) | Primitive::Scan { monoid, .. } => Some(monoid),
    }
}

fn monoid_uniforms(monoid: &MonoidSpec) -> &[u32] {
    match &monoid.operator {
        Operator::Builtin(_) => &[],
        Operator::Function { uniforms, .. } => uniforms,
    }
}

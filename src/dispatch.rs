//! Descriptions of launches: which kernel, which grid, which memory, as data that executors read.

use std::ops::Range;
use std::sync::Arc;

use crate::array::ArrayData;
use crate::texture::{Sampler, Texture};
use crate::wgsl::{BindingAccess, Merge, Part, Shader, Specialized};

/// A launch of a kernel that was checked: every binding that the entry point uses has a buffer of a size that fits.
pub(crate) struct Dispatch<'a> {
    /// The shader.
    pub(crate) shader: &'a Shader,
    /// Index in [`Shader::entries`].
    pub(crate) entry: usize,
    /// The entry point with its overrides.
    pub(crate) program: &'a Specialized,
    /// Workgroups in x, y and z, each at least one.
    pub(crate) grid: [u32; 3],
    /// In the order of the entry point's bindings.
    pub(crate) buffers: Vec<Buffer<'a>>,
}

/// The memory of a binding.
pub(crate) struct Buffer<'a> {
    pub(crate) group: u32,
    pub(crate) binding: u32,
    pub(crate) access: BindingAccess,
    pub(crate) data: Data<'a>,
}

/// Where the words of a binding come from, and where they go.
pub(crate) enum Data<'a> {
    /// Words on the host that are read.
    Read(&'a [u32]),
    /// Words on the host that are read, and replaced when the launch succeeds.
    Write(&'a mut [u32]),
    /// An array that is read.
    Array(&'a Arc<ArrayData>),
    /// An array that is replaced by what the launch makes of it.
    ArrayMut(&'a mut Arc<ArrayData>),
    /// Texels on the host that are read.
    Texture(&'a Texture),
    /// Texels on the host that are read, and replaced when the launch succeeds.
    TextureMut(&'a mut Texture),
    /// No words.
    Sampler(Sampler),
}

/// A part of a launch, for one executor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Its workgroups.
    pub(crate) part: Part,
    /// What it needs of each of the launch's buffers, in their order.
    pub(crate) shares: Vec<Share>,
}

/// What a part of a launch needs of a buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Share {
    /// The words that it may touch: whole elements.
    pub(crate) words: Range<usize>,
    /// The words that it may write, of those, in order and apart.
    pub(crate) written: Vec<Range<usize>>,
    /// How the words are merged into the buffer, where the part has a copy that starts with the identity.
    pub(crate) merge: Option<Merge>,
}

impl Piece {
    /// The whole of a launch.
    pub(crate) fn whole(dispatch: &Dispatch<'_>) -> Self {
        let share = |buffer: &Buffer<'_>| {
            let words = 0..buffer.data.words();
            let is_written = buffer.access == BindingAccess::ReadWrite;
            Share {
                written: if is_written { Vec::from([words.clone()]) } else { vec![] },
                words,
                merge: None,
            }
        };
        let part = dispatch.grid.map(|workgroups| 0..workgroups);
        Self { part, shares: dispatch.buffers.iter().map(share).collect() }
    }
}

impl Dispatch<'_> {
    /// The name of the entry point.
    pub(crate) fn name(&self) -> &str {
        &self.shader.entries[self.entry].name
    }

    /// Invocations of the grid.
    pub(crate) fn invocations(&self) -> u64 {
        let all = self.grid.iter().chain(&self.program.workgroup_size);
        all.fold(1, |product, &n| product.saturating_mul(u64::from(n)))
    }
}

impl Data<'_> {
    /// Words of the binding.
    pub(crate) fn words(&self) -> usize {
        match self {
            Self::Read(words) => words.len(),
            Self::Write(words) => words.len(),
            Self::Array(array) => array.len * array.ty.words(),
            Self::ArrayMut(array) => array.len * array.ty.words(),
            Self::Texture(texture) => texture.words().len(),
            Self::TextureMut(texture) => texture.words().len(),
            Self::Sampler(_) => 0,
        }
    }
}

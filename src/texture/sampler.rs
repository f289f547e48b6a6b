//! How a texture is read at coordinates between its texels.

/// What lies beyond the edges of a texture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AddressMode {
    /// The texels at the edge.
    #[default]
    ClampToEdge,
    /// The texture again.
    Repeat,
    /// The texture again, every other time mirrored.
    MirrorRepeat,
}

/// Which texels a sample is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FilterMode {
    /// The nearest one.
    #[default]
    Nearest,
    /// Those around, weighted by distance.
    Linear,
}

/// A `sampler` variable of a [`Kernel`](crate::Kernel): filters and address modes.
///
/// ```
/// use tilewright::{AddressMode, Sampler};
///
/// let wrapped = Sampler::linear().repeat();
/// assert_eq!(wrapped.address, [AddressMode::Repeat; 3]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct Sampler {
    /// Between texels, at a level of 0 or less.
    pub magnify: FilterMode,
    /// Between texels, at a level above 0.
    pub minify: FilterMode,
    /// Along x, y and z.
    pub address: [AddressMode; 3],
}

impl Sampler {
    /// Takes the nearest texel, and at the edges the last one.
    pub fn nearest() -> Self {
        Self::default()
    }

    /// Mixes the texels around, and continues the last ones at the edges.
    pub fn linear() -> Self {
        Self { magnify: FilterMode::Linear, minify: FilterMode::Linear, ..Self::default() }
    }

    /// Continues the texels at the edges.
    #[must_use]
    pub fn clamp(self) -> Self {
        self.addressed([AddressMode::ClampToEdge; 3])
    }

    /// Repeats the texture in every direction.
    #[must_use]
    pub fn repeat(self) -> Self {
        self.addressed([AddressMode::Repeat; 3])
    }

    /// Repeats the texture in every direction, mirrored every other time.
    #[must_use]
    pub fn mirror(self) -> Self {
        self.addressed([AddressMode::MirrorRepeat; 3])
    }

    /// An address mode for x, y and z.
    #[must_use]
    pub fn addressed(self, address: [AddressMode; 3]) -> Self {
        Self { address, ..self }
    }
}

//! The lengths that cases run over: around every boundary of the canonical order and of the executors.

/// Around the group of 4, the work-group of 256, the tile of 4096, the CPU's chunk of 16 tiles, and above.
pub(crate) const EVERY_LENGTH: [usize; 30] = [
    0, 1, 2, 3, 4, 5, 15, 16, 17, 255, 256, 257, 4095, 4096, 4097, 8191, 8192, 8193, 16_383, 16_384, 16_385,
    65_535, 65_536, 65_537, 131_073, 262_143, 262_144, 262_145, 524_289, 1_000_003,
];

/// For types that differ from others only in the number of words.
pub(crate) const FEW_LENGTHS: [usize; 12] = [0, 1, 2, 5, 17, 257, 4095, 4096, 4097, 16_385, 65_537, 262_145];

/// More than 128 MiB of f32, the limit of one binding on some adapters, and not a whole number of tiles.
pub(crate) const BEYOND_A_BINDING: usize = 33_554_432 + 4097;

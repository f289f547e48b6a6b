//! What instructions work on: vector registers of an instruction set, words in memory, constants before the code.

use iced_x86::{MemoryOperand, Register};

/// The instruction sets that code is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Isa {
    Avx2,
    Avx512,
}

impl Isa {
    /// Bytes of a vector.
    pub(super) fn bytes(self) -> u32 {
        match self {
            Self::Avx2 => 32,
            Self::Avx512 => 64,
        }
    }

    /// Registers for values; those behind them are [`Isa::count`] and [`Isa::scratch`].
    pub(super) fn registers(self) -> usize {
        match self {
            Self::Avx2 => 13,
            Self::Avx512 => 29,
        }
    }

    /// Where lanes are counted.
    pub(super) fn count(self) -> Vector {
        Vector(self.registers() as u8)
    }

    /// Two registers for use within an operation.
    pub(super) fn scratch(self) -> [Vector; 2] {
        [1, 2].map(|index| Vector((self.registers() + index) as u8))
    }
}

/// A vector register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Vector(pub(super) u8);

/// Words in memory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Address {
    pub(super) base: Register,
    pub(super) index: Register,
    pub(super) offset: i64,
    /// One word for all lanes; only for instructions that know it.
    pub(super) broadcast: bool,
}

impl Address {
    pub(super) fn new(base: Register, offset: i64) -> Self {
        Self { base, index: Register::None, offset, broadcast: false }
    }

    /// The same for the encoder.
    pub(super) fn operand(self) -> MemoryOperand {
        let Self { base, index, offset, broadcast } = self;
        // 1 lets the encoder choose, 8 is for addresses in full.
        let size = if base == Register::RIP { 8 } else { 1 };
        MemoryOperand::new(base, index, 1, offset, size, broadcast, Register::None)
    }
}

/// The second operand of most instructions.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    Register(Vector),
    Memory(Address),
}

impl From<Vector> for Source {
    fn from(register: Vector) -> Self {
        Self::Register(register)
    }
}

impl From<Const> for Source {
    fn from(constant: Const) -> Self {
        Self::Memory(Address::new(Register::RIP, constant as i64 * 64))
    }
}

macro_rules! constants {
    ($($(#[$doc:meta])* $name:ident = $words:expr;)+) => {
        /// Constants that lie before the code, 64 bytes each.
        #[derive(Debug, Clone, Copy)]
        pub(super) enum Const {
            $($(#[$doc])* $name,)+
        }

        /// Their content.
        pub(super) fn pool() -> Vec<u8> {
            let words: &[[u32; 16]] = &[$($words),+];
            words.as_flattened().iter().flat_map(|word| word.to_le_bytes()).collect()
        }
    };
}

constants! {
    SignBit = [0x8000_0000; 16];
    AllButSign = [0x7fff_ffff; 16];
    Ones = [u32::MAX; 16];
    ShiftMask = [31; 16];
    /// 0, 1, 2, ...
    Lanes = std::array::from_fn(|lane| lane as u32);
    /// The largest float below 2^31.
    MaxSigned = [2_147_483_520_f32.to_bits(); 16];
    /// The largest float below 2^32.
    MaxUnsigned = [4_294_967_040_f32.to_bits(); 16];
    TwoTo31 = [2_147_483_648_f32.to_bits(); 16];
    LowHalf = [0xffff; 16];
    /// 2^23, whose last bit counts ones.
    TwoTo23 = [0x4b00_0000; 16];
    /// 2^39, whose last bit counts 2^16.
    TwoTo39 = [0x5300_0000; 16];
    /// 2^39 + 2^23.
    BothBiases = [0x5300_0080; 16];
}

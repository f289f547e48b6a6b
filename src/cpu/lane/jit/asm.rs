//! Instructions: the encodings that are used, for AVX2 and for AVX-512, over the encoder of `iced_x86`.

use iced_x86::{Code, Encoder, IcedError, Instruction, MemoryOperand, Register};

use super::operand::{Address, Isa, Source, Vector, pool};

/// Code in the making.
pub(super) struct Asm {
    pub(super) isa: Isa,
    encoder: Encoder,
    at: u64,
}

/// There is no code for something; the interpreter runs it.
#[derive(Debug)]
pub(super) struct Refused;

impl From<IcedError> for Refused {
    fn from(_: IcedError) -> Self {
        Self
    }
}

pub(super) type Result<T = ()> = std::result::Result<T, Refused>;

/// The mask register used within an operation.
pub(super) const K: Register = Register::K1;

/// Picks the code of the instruction set.
macro_rules! pick {
    ($isa:expr, $vex:ident, $evex:ident) => {
        match $isa {
            Isa::Avx2 => Code::$vex,
            Isa::Avx512 => Code::$evex,
        }
    };
}

macro_rules! binaries {
    ($($name:ident $vex:ident $evex:ident;)+) => {
        $(pub(super) fn $name(&mut self, to: Vector, a: Vector, b: impl Into<Source>) -> Result {
            self.binary(pick!(self.isa, $vex, $evex), to, a, b.into())
        })+
    };
}

macro_rules! unaries {
    ($($name:ident $vex:ident $evex:ident;)+) => {
        $(pub(super) fn $name(&mut self, to: Vector, a: impl Into<Source>) -> Result {
            self.unary(pick!(self.isa, $vex, $evex), to, a.into())
        })+
    };
}

impl Asm {
    pub(super) fn new(isa: Isa) -> Self {
        let mut encoder = Encoder::new(64);
        let pool = pool();
        let at = pool.len() as u64;
        encoder.set_buffer(pool);
        Self { isa, encoder, at }
    }

    /// Where the next instruction will be.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.encoder.take_buffer()
    }

    pub(super) fn push(&mut self, instruction: Instruction) -> Result {
        self.at += self.encoder.encode(&instruction, self.at)? as u64;
        Ok(())
    }

    pub(super) fn register(&self, vector: Vector) -> Register {
        let first = match self.isa {
            Isa::Avx2 => Register::YMM0,
            Isa::Avx512 => Register::ZMM0,
        };
        first + u32::from(vector.0)
    }

    pub(super) fn binary(&mut self, code: Code, to: Vector, a: Vector, b: Source) -> Result {
        let (to, a) = (self.register(to), self.register(a));
        let instruction = match b {
            Source::Register(b) => Instruction::with3(code, to, a, self.register(b)),
            Source::Memory(b) => Instruction::with3(code, to, a, b.operand()),
        };
        self.push(instruction?)
    }

    pub(super) fn unary(&mut self, code: Code, to: Vector, a: Source) -> Result {
        let to = self.register(to);
        let instruction = match a {
            Source::Register(a) => Instruction::with2(code, to, self.register(a)),
            Source::Memory(a) => Instruction::with2(code, to, a.operand()),
        };
        self.push(instruction?)
    }

    binaries! {
        add_f VEX_Vaddps_ymm_ymm_ymmm256 EVEX_Vaddps_zmm_k1z_zmm_zmmm512b32_er;
        sub_f VEX_Vsubps_ymm_ymm_ymmm256 EVEX_Vsubps_zmm_k1z_zmm_zmmm512b32_er;
        mul_f VEX_Vmulps_ymm_ymm_ymmm256 EVEX_Vmulps_zmm_k1z_zmm_zmmm512b32_er;
        div_f VEX_Vdivps_ymm_ymm_ymmm256 EVEX_Vdivps_zmm_k1z_zmm_zmmm512b32_er;
        // a < b ? a : b and a > b ? a : b: the second operand where one is NaN.
        min_f VEX_Vminps_ymm_ymm_ymmm256 EVEX_Vminps_zmm_k1z_zmm_zmmm512b32_sae;
        max_f VEX_Vmaxps_ymm_ymm_ymmm256 EVEX_Vmaxps_zmm_k1z_zmm_zmmm512b32_sae;
        add_i VEX_Vpaddd_ymm_ymm_ymmm256 EVEX_Vpaddd_zmm_k1z_zmm_zmmm512b32;
        sub_i VEX_Vpsubd_ymm_ymm_ymmm256 EVEX_Vpsubd_zmm_k1z_zmm_zmmm512b32;
        mul_i VEX_Vpmulld_ymm_ymm_ymmm256 EVEX_Vpmulld_zmm_k1z_zmm_zmmm512b32;
        min_s VEX_Vpminsd_ymm_ymm_ymmm256 EVEX_Vpminsd_zmm_k1z_zmm_zmmm512b32;
        max_s VEX_Vpmaxsd_ymm_ymm_ymmm256 EVEX_Vpmaxsd_zmm_k1z_zmm_zmmm512b32;
        min_u VEX_Vpminud_ymm_ymm_ymmm256 EVEX_Vpminud_zmm_k1z_zmm_zmmm512b32;
        max_u VEX_Vpmaxud_ymm_ymm_ymmm256 EVEX_Vpmaxud_zmm_k1z_zmm_zmmm512b32;
        and VEX_Vpand_ymm_ymm_ymmm256 EVEX_Vpandd_zmm_k1z_zmm_zmmm512b32;
        // !a & b.
        not_and VEX_Vpandn_ymm_ymm_ymmm256 EVEX_Vpandnd_zmm_k1z_zmm_zmmm512b32;
        or VEX_Vpor_ymm_ymm_ymmm256 EVEX_Vpord_zmm_k1z_zmm_zmmm512b32;
        xor VEX_Vpxor_ymm_ymm_ymmm256 EVEX_Vpxord_zmm_k1z_zmm_zmmm512b32;
        shift_left VEX_Vpsllvd_ymm_ymm_ymmm256 EVEX_Vpsllvd_zmm_k1z_zmm_zmmm512b32;
        shift_right_s VEX_Vpsravd_ymm_ymm_ymmm256 EVEX_Vpsravd_zmm_k1z_zmm_zmmm512b32;
        shift_right_u VEX_Vpsrlvd_ymm_ymm_ymmm256 EVEX_Vpsrlvd_zmm_k1z_zmm_zmmm512b32;
    }

    unaries! {
        sqrt VEX_Vsqrtps_ymm_ymmm256 EVEX_Vsqrtps_zmm_k1z_zmmm512b32_er;
        s_to_f VEX_Vcvtdq2ps_ymm_ymmm256 EVEX_Vcvtdq2ps_zmm_k1z_zmmm512b32_er;
        f_to_s VEX_Vcvttps2dq_ymm_ymmm256 EVEX_Vcvttps2dq_zmm_k1z_zmmm512b32_sae;
    }

    /// Unsigned integers to floats; AVX-512 alone.
    pub(super) fn u_to_f(&mut self, to: Vector, a: Source) -> Result {
        self.unary(Code::EVEX_Vcvtudq2ps_zmm_k1z_zmmm512b32_er, to, a)
    }

    /// Floats to unsigned integers; AVX-512 alone.
    pub(super) fn f_to_u(&mut self, to: Vector, a: Source) -> Result {
        self.unary(Code::EVEX_Vcvttps2udq_zmm_k1z_zmmm512b32_sae, to, a)
    }

    /// Rounds to integers in the direction that the immediate operand says.
    pub(super) fn round(&mut self, to: Vector, a: Source, direction: u32) -> Result {
        let code =
            pick!(self.isa, VEX_Vroundps_ymm_ymmm256_imm8, EVEX_Vrndscaleps_zmm_k1z_zmmm512b32_imm8_sae);
        let to = self.register(to);
        let instruction = match a {
            Source::Register(a) => Instruction::with3(code, to, self.register(a), direction),
            Source::Memory(a) => Instruction::with3(code, to, a.operand(), direction),
        };
        self.push(instruction?)
    }

    /// Shifts all lanes by the same number of bits.
    pub(super) fn shift_by(&mut self, shift: Shift, to: Vector, a: Vector, bits: u32) -> Result {
        let code = match shift {
            Shift::Left => pick!(self.isa, VEX_Vpslld_ymm_ymm_imm8, EVEX_Vpslld_zmm_k1z_zmmm512b32_imm8),
            Shift::RightS => pick!(self.isa, VEX_Vpsrad_ymm_ymm_imm8, EVEX_Vpsrad_zmm_k1z_zmmm512b32_imm8),
            // AVX-512 alone.
            Shift::Around => Code::EVEX_Vprord_zmm_k1z_zmmm512b32_imm8,
            Shift::RightU => pick!(self.isa, VEX_Vpsrld_ymm_ymm_imm8, EVEX_Vpsrld_zmm_k1z_zmmm512b32_imm8),
        };
        self.push(Instruction::with3(code, self.register(to), self.register(a), bits)?)
    }

    /// Copies a register or loads a vector; a broadcast operand fills it with one word.
    pub(super) fn load(&mut self, to: Vector, from: impl Into<Source>) -> Result {
        match from.into() {
            Source::Memory(address) if address.broadcast => {
                let code = pick!(self.isa, VEX_Vbroadcastss_ymm_m32, EVEX_Vbroadcastss_zmm_k1z_xmmm32);
                let operand = Address { broadcast: false, ..address }.operand();
                self.push(Instruction::with2(code, self.register(to), operand)?)
            }
            from => {
                self.unary(pick!(self.isa, VEX_Vmovups_ymm_ymmm256, EVEX_Vmovups_zmm_k1z_zmmm512), to, from)
            }
        }
    }

    pub(super) fn store(&mut self, to: Address, from: Vector) -> Result {
        let code = pick!(self.isa, VEX_Vmovups_ymmm256_ymm, EVEX_Vmovups_zmmm512_k1z_zmm);
        self.push(Instruction::with2(code, to.operand(), self.register(from))?)
    }

    /// Fills a register with a word.
    pub(super) fn splat(&mut self, to: Vector, word: u32) -> Result {
        self.push(Instruction::with2(Code::Mov_r32_imm32, Register::EAX, word)?)?;
        match self.isa {
            Isa::Avx512 => {
                let to = self.register(to);
                self.push(Instruction::with2(Code::EVEX_Vpbroadcastd_zmm_k1z_r32, to, Register::EAX)?)
            }
            Isa::Avx2 => {
                let low = Register::XMM0 + u32::from(to.0);
                self.push(Instruction::with2(Code::VEX_Vmovd_xmm_rm32, low, Register::EAX)?)?;
                let to = self.register(to);
                self.push(Instruction::with2(Code::VEX_Vpbroadcastd_ymm_xmmm32, to, low)?)
            }
        }
    }

    /// Compares floats: AVX-512 into the mask register, AVX2 into `to`.
    pub(super) fn compare_f(&mut self, to: Vector, a: Vector, b: Source, predicate: u32) -> Result {
        let (code, to) = match self.isa {
            Isa::Avx2 => (Code::VEX_Vcmpps_ymm_ymm_ymmm256_imm8, self.register(to)),
            Isa::Avx512 => (Code::EVEX_Vcmpps_kr_k1_zmm_zmmm512b32_imm8_sae, K),
        };
        self.compare(code, to, a, b, predicate)
    }

    /// Compares integers into the mask register; AVX-512 alone.
    pub(super) fn compare_i(&mut self, is_signed: bool, a: Vector, b: Source, predicate: u32) -> Result {
        let code = if is_signed {
            Code::EVEX_Vpcmpd_kr_k1_zmm_zmmm512b32_imm8
        } else {
            Code::EVEX_Vpcmpud_kr_k1_zmm_zmmm512b32_imm8
        };
        self.compare(code, K, a, b, predicate)
    }

    fn compare(&mut self, code: Code, to: Register, a: Vector, b: Source, predicate: u32) -> Result {
        let a = self.register(a);
        let instruction = match b {
            Source::Register(b) => Instruction::with4(code, to, a, self.register(b), predicate),
            Source::Memory(b) => Instruction::with4(code, to, a, b.operand(), predicate),
        };
        self.push(instruction?)
    }

    /// Words equal, as words of ones and zeros; AVX2 alone.
    pub(super) fn equal_i(&mut self, to: Vector, a: Vector, b: Source) -> Result {
        self.binary(Code::VEX_Vpcmpeqd_ymm_ymm_ymmm256, to, a, b)
    }

    /// Signed words above, as words of ones and zeros; AVX2 alone.
    pub(super) fn above_s(&mut self, to: Vector, a: Vector, b: Source) -> Result {
        self.binary(Code::VEX_Vpcmpgtd_ymm_ymm_ymmm256, to, a, b)
    }

    /// The mask register as words of ones and zeros; AVX-512 alone.
    pub(super) fn mask_to_words(&mut self, to: Vector) -> Result {
        self.push(Instruction::with2(Code::EVEX_Vpmovm2d_zmm_kr, self.register(to), K)?)
    }

    /// Words that are not zero into the mask register; AVX-512 alone.
    pub(super) fn words_to_mask(&mut self, a: Vector) -> Result {
        let a = self.register(a);
        self.push(Instruction::with3(Code::EVEX_Vptestmd_kr_k1_zmm_zmmm512b32, K, a, a)?)
    }

    /// Sets the whole mask register; AVX-512 alone.
    pub(super) fn fill_mask(&mut self) -> Result {
        self.push(Instruction::with3(Code::VEX_Kxnorw_kr_kr_kr, K, K, K)?)
    }

    /// `b` where the mask register is set, else `a`; AVX-512 alone.
    pub(super) fn blend_by_mask(&mut self, to: Vector, a: Vector, b: Source) -> Result {
        let code = Code::EVEX_Vpblendmd_zmm_k1z_zmm_zmmm512b32;
        let (to, a) = (self.register(to), self.register(a));
        let mut instruction = match b {
            Source::Register(b) => Instruction::with3(code, to, a, self.register(b))?,
            Source::Memory(b) => Instruction::with3(code, to, a, b.operand())?,
        };
        instruction.set_op_mask(K);
        self.push(instruction)
    }

    /// `b` where the sign bit of `by` is set, else `a`; AVX2 alone.
    pub(super) fn blend_by_sign(&mut self, to: Vector, a: Vector, b: Source, by: Vector) -> Result {
        let code = Code::VEX_Vblendvps_ymm_ymm_ymmm256_ymm;
        let (to, a, by) = (self.register(to), self.register(a), self.register(by));
        let instruction = match b {
            Source::Register(b) => Instruction::with4(code, to, a, self.register(b), by),
            Source::Memory(b) => Instruction::with4(code, to, a, b.operand(), by),
        };
        self.push(instruction?)
    }

    /// Words at `base + 4 index`. The index register is not the target's; `scratch` is overwritten.
    pub(super) fn gather(&mut self, to: Vector, base: Register, index: Vector, scratch: Vector) -> Result {
        let (to, index, mask) = (self.register(to), self.register(index), self.register(scratch));
        let from = MemoryOperand::new(base, index, 4, 0, 0, false, Register::None);
        match self.isa {
            Isa::Avx512 => {
                self.fill_mask()?;
                let mut gather = Instruction::with2(Code::EVEX_Vpgatherdd_zmm_k1_vm32z, to, from)?;
                gather.set_op_mask(K);
                self.push(gather)
            }
            Isa::Avx2 => {
                self.equal_i(scratch, scratch, scratch.into())?;
                self.push(Instruction::with3(Code::VEX_Vpgatherdd_ymm_vm32y_ymm, to, from, mask)?)
            }
        }
    }

    /// Writes words to `base + 4 index` where the mask register is set; AVX-512 alone.
    pub(super) fn scatter(&mut self, base: Register, index: Vector, from: Vector) -> Result {
        let (index, from) = (self.register(index), self.register(from));
        let to = MemoryOperand::new(base, index, 4, 0, 0, false, Register::None);
        let mut scatter = Instruction::with2(Code::EVEX_Vpscatterdd_vm32z_k1_zmm, to, from)?;
        scatter.set_op_mask(K);
        self.push(scatter)
    }

    /// Loads an address.
    pub(super) fn load_pointer(&mut self, to: Register, from: Address) -> Result {
        self.push(Instruction::with2(Code::Mov_r64_rm64, to, from.operand())?)
    }

    /// Stores an address.
    pub(super) fn store_pointer(&mut self, to: Address, from: Register) -> Result {
        self.push(Instruction::with2(Code::Mov_rm64_r64, to.operand(), from)?)
    }

    /// Writes words to `base + 4 index` where a mask is not zero, lane by lane; the three are in the working memory at these
    /// offsets. Changes rax.
    pub(super) fn scatter_lanes(&mut self, base: Register, index: i64, value: i64, mask: i64) -> Result {
        let row = |row: i64, lane: u32| Address::new(Register::R13, row + 4 * i64::from(lane)).operand();
        let word = || MemoryOperand::new(base, Register::RAX, 4, 0, 0, false, Register::None);
        self.single(Code::Push_r64, Register::RDX)?;
        for lane in 0..self.isa.bytes() / 4 {
            self.push(Instruction::with2(Code::Mov_r32_rm32, Register::EAX, row(index, lane))?)?;
            self.push(Instruction::with2(Code::Mov_r32_rm32, Register::EDX, word())?)?;
            self.push(Instruction::with2(Code::Cmp_rm32_imm8, row(mask, lane), 0)?)?;
            self.push(Instruction::with2(Code::Cmovne_r32_rm32, Register::EDX, row(value, lane))?)?;
            self.push(Instruction::with2(Code::Mov_rm32_r32, word(), Register::EDX)?)?;
        }
        self.single(Code::Pop_r64, Register::RDX)
    }

    /// The number of a row, at most `last`, times the bytes of a row, in rax. Changes rcx.
    pub(super) fn load_row_offset(&mut self, from: Address, last: u32, bytes: u32) -> Result {
        let (row, most) = (Register::EAX, Register::ECX);
        self.push(Instruction::with2(Code::Mov_r32_rm32, row, from.operand())?)?;
        self.push(Instruction::with2(Code::Mov_r32_imm32, most, last)?)?;
        self.push(Instruction::with2(Code::Cmp_r32_rm32, row, most)?)?;
        self.push(Instruction::with2(Code::Cmova_r32_rm32, row, most)?)?;
        self.push(Instruction::with3(Code::Imul_r64_rm64_imm32, Register::RAX, Register::RAX, bytes as i32)?)
    }

    /// Calls a function at an address.
    pub(super) fn call(&mut self, address: usize) -> Result {
        self.number(Register::RAX, address as u64)?;
        self.single(Code::Call_rm64, Register::RAX)
    }

    /// Puts a number into a register.
    pub(super) fn number(&mut self, to: Register, number: u64) -> Result {
        self.push(Instruction::with2(Code::Mov_r64_imm64, to, number)?)
    }

    /// The sum of the words of a register, in eax. Overwrites the first two vector registers.
    pub(super) fn sum(&mut self, of: Vector) -> Result {
        let (sum, half) = (Register::XMM0, Register::XMM1);
        let (wide_sum, wide_half) = (Register::YMM0, Register::YMM1);
        self.load(Vector(0), of)?;
        if self.isa == Isa::Avx512 {
            let upper = Code::EVEX_Vextracti64x4_ymmm256_k1z_zmm_imm8;
            self.push(Instruction::with3(upper, wide_half, Register::ZMM0, 1)?)?;
            self.push(Instruction::with3(Code::VEX_Vpaddd_ymm_ymm_ymmm256, wide_sum, wide_sum, wide_half)?)?;
        }
        self.push(Instruction::with3(Code::VEX_Vextracti128_xmmm128_ymm_imm8, half, wide_sum, 1)?)?;
        self.push(Instruction::with3(Code::VEX_Vpaddd_xmm_xmm_xmmm128, sum, sum, half)?)?;
        for order in [0xee, 0x55] {
            self.push(Instruction::with3(Code::VEX_Vpshufd_xmm_xmmm128_imm8, half, sum, order)?)?;
            self.push(Instruction::with3(Code::VEX_Vpaddd_xmm_xmm_xmmm128, sum, sum, half)?)?;
        }
        self.push(Instruction::with2(Code::VEX_Vmovd_rm32_xmm, Register::EAX, sum)?)
    }

    /// An instruction on two registers.
    pub(super) fn registers(&mut self, code: Code, a: Register, b: Register) -> Result {
        self.push(Instruction::with2(code, a, b)?)
    }

    /// An instruction on a register and a number.
    pub(super) fn immediate(&mut self, code: Code, a: Register, number: i32) -> Result {
        self.push(Instruction::with2(code, a, number)?)
    }

    /// The address itself into a register.
    pub(super) fn lea(&mut self, to: Register, of: Address) -> Result {
        self.push(Instruction::with2(Code::Lea_r64_m, to, of.operand())?)
    }

    /// An instruction on one register.
    pub(super) fn single(&mut self, code: Code, register: Register) -> Result {
        self.push(Instruction::with1(code, register)?)
    }

    /// A jump back.
    pub(super) fn jump_back(&mut self, code: Code, to: u64) -> Result {
        self.push(Instruction::with_branch(code, to)?)
    }

    /// An instruction without operands.
    pub(super) fn plain(&mut self, code: Code) -> Result {
        self.push(Instruction::with(code))
    }
}

/// A direction to shift in.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shift {
    Left,
    RightS,
    RightU,
    /// To the right, and in again on the left.
    Around,
}

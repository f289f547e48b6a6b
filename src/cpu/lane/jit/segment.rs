//! A segment as a function: loops over vectors, calls of built-in functions, and what stands around them.
//!
//! | register | holds |
//! |---|---|
//! | rbx | the table of plane addresses |
//! | r12 | the uniform file |
//! | r13 | the working memory: the count, strips, spilled registers |
//! | r14 | bytes from the start of a plane to the present vector |
//! | r15 | bytes of a plane |
//! | rbp | bytes from the start of a strip to the present vector |
//! | rax, rcx | addresses within one instruction |
//! | the others | addresses of planes |

use iced_x86::{Code, Register};

use super::super::assign::ArrayPlanes;
use super::super::effect::Effect;
use super::super::function::{Function, OPERANDS};
use super::super::steps::{Step, StepOp};
use super::asm::{Asm, Refused, Result};
use super::layout::Layout;
use super::operand::{Address, Isa, Source};
use super::part::Part;
use super::values::{Id, Value, Values};

/// What the code of a program may refer to.
pub(super) struct Shape<'a> {
    /// Number of local planes.
    pub(super) locals: u16,
    pub(super) arrays: &'a [ArrayPlanes],
    /// Words from plane to plane.
    pub(super) plane_stride: u32,
    /// The uniform file's constants.
    pub(super) constants: &'a dyn Fn(u16) -> Option<u32>,
    pub(super) tables: &'a [Vec<u32>],
    /// Addresses of the built-in functions, by number.
    pub(super) functions: &'a [usize],
    /// Where the addresses of memories begin in the table of planes.
    pub(super) first_memory: u32,
    pub(super) effects: &'a [Effect],
    /// Addresses of what reads memory, writes it, and does effects.
    pub(super) outside: [usize; 3],
}

/// Vectors of a strip.
const VECTORS: u32 = super::super::exec::strip::REGISTERS as u32;

/// Segments whose parts times values are more are left to the interpreter: every part looks at all values.
const MAX_WORK: usize = 1 << 22;

/// Bytes for the count at the start of the working memory.
const COUNT: u32 = 64;

/// Where the working memory has what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Memory {
    strip_bytes: u32,
    spills: u32,
}

impl Memory {
    /// The strip with a number, from its start.
    pub(super) fn strip(self, number: u32) -> i64 {
        i64::from(COUNT + number * self.strip_bytes)
    }

    /// The spilled register with a number.
    pub(super) fn spill(self, number: u32) -> i64 {
        i64::from(self.spills + 64 * number)
    }
}

/// Emits the function of a segment and returns the bytes of working memory that it needs.
pub(super) fn emit(asm: &mut Asm, steps: &[Step], shape: &Shape) -> Result<u32> {
    let rotates = (asm.isa == Isa::Avx512).then_some(shape.constants);
    let values = Values::of(steps, shape.locals, shape.arrays, rotates);
    let layout = Layout::of(&values);
    if layout.parts.len().saturating_mul(values.list.len()) > MAX_WORK {
        return Err(Refused);
    }
    let strip_bytes = asm.isa.bytes() * VECTORS;
    let memory = Memory { strip_bytes, spills: COUNT + layout.strips * strip_bytes };
    let has_calls = layout.parts.len() > 1;
    let counts = values.list.iter().any(|value| matches!(value, Value::Count(_)));
    // Calls may change every vector register.
    let count = (counts && !has_calls).then(|| asm.isa.count());
    enter(asm)?;
    if counts {
        let zero = asm.isa.count();
        asm.xor(zero, zero, zero)?;
        asm.store(Address::new(Register::R13, 0), zero)?;
    }
    let mut start = asm.at();
    let mut spills = 0;
    for range in &layout.parts {
        let mut part = Part::new(asm, &values, &layout, shape, memory, range.clone(), count);
        part.point()?;
        if has_calls {
            loop_over_strip(&mut part, strip_bytes)?;
        } else {
            // Addresses of planes stay in their registers.
            start = part.asm.at();
            part.body()?;
        }
        // What is spilled lasts no longer than the part.
        spills = spills.max(part.spills);
        call(asm, range.end, &values, &layout, shape, memory)?;
    }
    let step = if has_calls { strip_bytes } else { asm.isa.bytes() };
    asm.immediate(Code::Add_rm64_imm32, Register::R14, step as i32)?;
    asm.registers(Code::Cmp_r64_rm64, Register::R14, Register::R15)?;
    asm.jump_back(Code::Jb_rel32_64, start)?;
    match count {
        Some(count) => asm.sum(count)?,
        None if counts => {
            let count = asm.isa.count();
            asm.load(count, Source::Memory(Address::new(Register::R13, 0)))?;
            asm.sum(count)?;
        }
        None => {}
    }
    leave(asm)?;
    Ok(memory.spill(spills) as u32)
}

/// Emits the call behind a part, if there is one: the result's strip, then those of the operands.
fn call(asm: &mut Asm, at: usize, values: &Values, layout: &Layout, shape: &Shape, memory: Memory) -> Result {
    let strip = |number: u32| Address::new(Register::R13, memory.strip(number));
    let operand =
        |asm: &mut Asm, register, arg: Id| match (layout.strip[arg as usize], values.list[arg as usize]) {
            (Some(number), _) => asm.lea(register, strip(number)),
            (None, Value::Load(plane)) => {
                asm.load_pointer(register, Address::new(Register::RBX, i64::from(plane) * 8))?;
                asm.registers(Code::Add_r64_rm64, register, Register::R14)
            }
            (None, _) => Err(Refused),
        };
    let registers = [Register::RSI, Register::RDX, Register::RCX, Register::R8, Register::R9];
    match values.list.get(at) {
        Some(Value::Call { function, args }) => {
            asm.lea(Register::RDI, strip(layout.strip[at].unwrap_or_default()))?;
            let arity = Function::ALL[*function as usize].arity();
            for (register, &arg) in registers.into_iter().zip(args).take(arity) {
                operand(asm, register, arg)?;
            }
            // Operands that the function has not are its first.
            for &register in registers.iter().skip(arity) {
                asm.registers(Code::Mov_r64_rm64, register, Register::RSI)?;
            }
            // The last one goes over the stack.
            let last = if arity == OPERANDS { Register::RAX } else { Register::RSI };
            if arity == OPERANDS {
                operand(asm, last, args[OPERANDS - 1])?;
            }
            asm.store_pointer(Address::new(Register::RSP, 0), last)?;
            asm.call(shape.functions[*function as usize])
        }
        Some(&Value::Effect { op, f, memory, args }) => {
            asm.lea(Register::RDI, strip(layout.strip[at].unwrap_or_default()))?;
            for (register, arg) in registers.into_iter().zip(args) {
                match arg {
                    Some(arg) => operand(asm, register, arg)?,
                    None => asm.number(register, 0)?,
                }
            }
            let place = i64::from(shape.first_memory + u32::from(memory)) * 8;
            asm.load_pointer(Register::R8, Address::new(Register::RBX, place))?;
            let which = match op {
                StepOp::Read => 0,
                StepOp::Write => 1,
                _ => {
                    asm.number(Register::R9, std::ptr::from_ref(&shape.effects[f as usize]) as u64)?;
                    2
                }
            };
            asm.call(shape.outside[which])
        }
        _ => Ok(()),
    }
}

/// Runs a part for each vector of a strip; afterwards r14 is at the start of the strip again.
fn loop_over_strip(part: &mut Part, strip_bytes: u32) -> Result {
    if part.is_empty() {
        return Ok(());
    }
    part.asm.registers(Code::Xor_r32_rm32, Register::EBP, Register::EBP)?;
    let start = part.asm.at();
    part.body()?;
    let bytes = part.asm.isa.bytes() as i32;
    let asm = &mut *part.asm;
    asm.immediate(Code::Add_rm64_imm32, Register::R14, bytes)?;
    asm.immediate(Code::Add_rm64_imm32, Register::RBP, bytes)?;
    asm.immediate(Code::Cmp_rm64_imm32, Register::RBP, strip_bytes as i32)?;
    asm.jump_back(Code::Jb_rel32_64, start)?;
    asm.immediate(Code::Sub_rm64_imm32, Register::R14, strip_bytes as i32)
}

/// Registers that a function must leave as they were.
const SAVED: [Register; 6] =
    [Register::RBX, Register::RBP, Register::R12, Register::R13, Register::R14, Register::R15];

/// Bytes of the stack for the address of a call's last operand. Calls want the stack aligned to 16 bytes, and the saved
/// registers with the return address leave it 8 off.
const STACK: i32 = 8;

fn enter(asm: &mut Asm) -> Result {
    for register in SAVED {
        asm.single(Code::Push_r64, register)?;
    }
    asm.immediate(Code::Sub_rm64_imm32, Register::RSP, STACK)?;
    asm.registers(Code::Mov_r64_rm64, Register::RBX, Register::RDI)?;
    asm.registers(Code::Mov_r64_rm64, Register::R12, Register::RSI)?;
    asm.registers(Code::Mov_r64_rm64, Register::R13, Register::RDX)?;
    asm.registers(Code::Mov_r64_rm64, Register::R15, Register::RCX)?;
    asm.registers(Code::Xor_r32_rm32, Register::R14D, Register::R14D)
}

fn leave(asm: &mut Asm) -> Result {
    asm.immediate(Code::Add_rm64_imm32, Register::RSP, STACK)?;
    for register in SAVED.into_iter().rev() {
        asm.single(Code::Pop_r64, register)?;
    }
    // Code for SSE would be slow behind vectors that are still wide.
    asm.plain(Code::VEX_Vzeroupper)?;
    asm.plain(Code::Retnq)
}

//! The body of a loop over vectors: values to instructions, in registers as long as possible.
//!
//! Code is straight, so which value is needed last is known: when registers run out, that one gives up its own (Belady).
//! What can be had again from a plane, a strip or the uniform file is not stored for it.

use std::collections::HashSet;
use std::ops::Range;

use iced_x86::{Code, Register};

use super::super::op::Op;
use super::asm::{Asm, Refused, Result, Shift};
use super::layout::Layout;
use super::operand::{Address, Const, Isa, Source, Vector};
use super::segment::{Memory, Shape};
use super::values::{Id, Value, Values};

/// Registers that hold addresses of planes.
const POINTERS: [Register; 7] =
    [Register::RDX, Register::RSI, Register::RDI, Register::R8, Register::R9, Register::R10, Register::R11];

/// The state of a part.
pub(super) struct Part<'a> {
    pub(super) asm: &'a mut Asm,
    pub(super) values: &'a Values,
    layout: &'a Layout,
    shape: &'a Shape<'a>,
    memory: Memory,
    pub(super) range: Range<usize>,
    /// Where lanes are counted, unless in memory.
    count: Option<Vector>,
    /// Spilled registers in memory so far.
    pub(super) spills: u32,
    /// Where in the part each value is used, last first.
    uses: Vec<Vec<u32>>,
    /// The register of each value.
    place: Vec<Option<Vector>>,
    /// The value in each register.
    holds: Vec<Option<Id>>,
    spill: Vec<Option<u32>>,
    free_spills: Vec<u32>,
    /// Planes whose addresses are in registers.
    pointed: Vec<u16>,
    /// Registers that must keep their content until the present value is done.
    pinned: Vec<Vector>,
    /// Which of the two registers for addresses is next.
    turn: bool,
    /// Values that have been computed along with one before them.
    pub(super) early: HashSet<Id>,
}

impl<'a> Part<'a> {
    pub(super) fn new(
        asm: &'a mut Asm,
        values: &'a Values,
        layout: &'a Layout,
        shape: &'a Shape<'a>,
        memory: Memory,
        range: Range<usize>,
        count: Option<Vector>,
    ) -> Self {
        let len = values.list.len();
        let mut uses: Vec<Vec<u32>> = vec![vec![]; len];
        for at in range.clone().rev() {
            values.list[at].operands().for_each(|id| uses[id as usize].push(at as u32));
        }
        let registers = asm.isa.registers();
        Self {
            asm,
            values,
            layout,
            shape,
            memory,
            range,
            count,
            spills: 0,
            uses,
            place: vec![None; len],
            holds: vec![None; registers],
            spill: vec![None; len],
            free_spills: vec![],
            pointed: vec![],
            pinned: vec![],
            turn: false,
            early: HashSet::new(),
        }
    }

    /// True if there is nothing to do.
    pub(super) fn is_empty(&self) -> bool {
        self.range.is_empty() && self.spread_args().is_empty()
    }

    /// Uniform values that the call behind the part wants in strips.
    fn spread_args(&self) -> Vec<(Id, u32)> {
        let Some(call) = self.values.list.get(self.range.end).filter(|value| value.is_call()) else {
            return vec![];
        };
        let mut spread: Vec<(Id, u32)> = call
            .operands()
            .filter(|&id| matches!(self.values.list[id as usize], Value::Uniform(_)))
            .filter_map(|id| self.layout.strip[id as usize].map(|strip| (id, strip)))
            .collect();
        spread.dedup();
        spread
    }

    /// Loads the addresses of the planes that the part uses, as far as there are registers.
    pub(super) fn point(&mut self) -> Result {
        for at in self.range.clone() {
            let value = self.values.list[at];
            let operands = value.operands().map(|id| self.values.list[id as usize]);
            let loaded = operands.chain([value]).filter_map(|value| match value {
                Value::Load(plane) | Value::Store { plane, .. } => Some(plane),
                _ => None,
            });
            for plane in loaded {
                if !self.pointed.contains(&plane) && self.pointed.len() < POINTERS.len() {
                    let register = POINTERS[self.pointed.len()];
                    self.asm.load_pointer(register, Address::new(Register::RBX, i64::from(plane) * 8))?;
                    self.pointed.push(plane);
                }
            }
        }
        Ok(())
    }

    /// The instructions for one vector.
    pub(super) fn body(&mut self) -> Result {
        for at in self.range.clone() {
            self.value(at as Id)?;
            for id in self.values.list[at].operands() {
                self.used(id, at as u32);
            }
            self.pinned.clear();
        }
        for (id, strip) in self.spread_args() {
            let register = self.register(id)?;
            self.asm.store(self.strip(strip), register)?;
            self.pinned.clear();
        }
        Ok(())
    }

    fn value(&mut self, id: Id) -> Result {
        let value = self.values.list[id as usize];
        if self.early.contains(&id) {
            return Ok(());
        }
        let result = match value {
            Value::Nothing | Value::Uniform(_) | Value::Call { .. } | Value::Effect { .. } => return Ok(()),
            Value::Load(_) if self.values.is_at_hand(id) => return Ok(()),
            Value::Load(plane) => {
                let to = self.free_register()?;
                let from = self.plane(plane)?;
                self.asm.load(to, Source::Memory(from))?;
                to
            }
            Value::Unary(op, a) => {
                let a = self.register(a)?;
                let to = self.free_register()?;
                known(self.asm.unary_op(op, to, a)?)?;
                to
            }
            Value::Binary(op, a, b) => self.binary(op, a, b)?,
            Value::Pair { op, half, args, arity } => self.pair(id, op, half, &args[..usize::from(arity)])?,
            Value::Select(cond, accept, reject) => {
                let (cond, reject) = (self.register(cond)?, self.register(reject)?);
                let accept = self.source(accept)?;
                let to = self.free_register()?;
                self.asm.select(to, cond, accept, reject)?;
                to
            }
            Value::SelectIf(op, [a, b], accept, reject) => {
                let operands = [self.register(a)?, self.register(b)?];
                let reject = self.register(reject)?;
                let accept = self.source(accept)?;
                let to = self.free_register()?;
                self.asm.select_if(op, to, operands, accept, reject)?;
                to
            }
            Value::Fma([a, b, c]) => {
                let [a, b, c] = [self.register(a)?, self.register(b)?, self.register(c)?];
                let to = self.free_register()?;
                self.asm.load(to, a)?;
                self.asm.multiply_add(to, b, c)?;
                to
            }
            Value::Rotate(a, bits) => {
                let a = self.register(a)?;
                let to = self.free_register()?;
                self.asm.shift_by(Shift::Around, to, a, bits)?;
                to
            }
            Value::Row { array, offset } => {
                let to = self.free_register()?;
                let from = self.row(array, offset)?;
                self.asm.load(to, Source::Memory(from))?;
                to
            }
            Value::StoreRow { array, offset, value, mask } => {
                let mut from = self.register(value)?;
                let mask = mask.map(|mask| self.register(mask)).transpose()?;
                let to = self.row(array, offset)?;
                if let Some(mask) = mask {
                    let (old, new) = (self.free_register()?, self.free_register()?);
                    self.asm.load(old, Source::Memory(to))?;
                    self.asm.select(new, mask, from.into(), old)?;
                    from = new;
                }
                return self.asm.store(to, from);
            }
            Value::Lookup { table, index } => self.lookup(table, index)?,
            Value::Gather { array, offset } => {
                let offset = self.register(offset)?;
                let to = self.free_register()?;
                self.array_index(array, offset)?;
                let [index, mask] = self.asm.isa.scratch();
                self.asm.gather(to, Register::RCX, index, mask)?;
                to
            }
            Value::Scatter { array, offset, value, mask } => return self.scatter(array, offset, value, mask),
            Value::Store { plane, value } => {
                let from = self.register(value)?;
                let to = self.plane(plane)?;
                return self.asm.store(to, from);
            }
            Value::Count(mask) => {
                let mask = self.source(mask)?;
                return match self.count {
                    Some(count) => self.asm.sub_i(count, count, mask),
                    None => {
                        let [sum, _] = self.asm.isa.scratch();
                        let at = Address::new(Register::R13, 0);
                        self.asm.load(sum, Source::Memory(at))?;
                        self.asm.sub_i(sum, sum, mask)?;
                        self.asm.store(at, sum)
                    }
                };
            }
        };
        self.finished(id, result)
    }

    /// Notes that a value is in a register, and stores it where it is needed in memory.
    pub(super) fn finished(&mut self, id: Id, result: Vector) -> Result {
        if let Some(strip) = self.layout.strip[id as usize] {
            self.asm.store(self.strip(strip), result)?;
        }
        if self.uses[id as usize].is_empty() {
            self.holds[result.0 as usize] = None;
        } else {
            self.holds[result.0 as usize] = Some(id);
            self.place[id as usize] = Some(result);
        }
        Ok(())
    }

    fn binary(&mut self, op: Op, a: Id, b: Id) -> Result<Vector> {
        let bits = match (op, self.values.list[b as usize]) {
            (Op::Shl | Op::SShr | Op::UShr, Value::Uniform(place)) => (self.shape.constants)(place),
            _ => None,
        };
        let first = self.register(a)?;
        let second = match bits {
            // The number is part of the instruction.
            Some(_) => Source::Register(first),
            None => self.source(b)?,
        };
        let to = self.free_register()?;
        known(self.asm.binary_op(op, to, first, second, bits)?)?;
        Ok(to)
    }

    fn lookup(&mut self, table: u16, index: Id) -> Result<Vector> {
        let words = &self.shape.tables[table as usize];
        let index = self.register(index)?;
        let to = self.free_register()?;
        let [place, mask] = self.asm.isa.scratch();
        self.asm.splat(place, words.len() as u32 - 1)?;
        self.asm.min_u(place, place, index)?;
        self.asm.number(Register::RCX, words.as_ptr() as u64)?;
        self.asm.gather(to, Register::RCX, place, mask)?;
        Ok(to)
    }

    /// The present vector of an array's word at an offset in the uniform file; its base is rax.
    fn row(&mut self, array: u16, offset: u16) -> Result<Address> {
        let array = self.shape.arrays[array as usize];
        let stride = self.shape.plane_stride * 4;
        self.asm.load_row_offset(
            Address::new(Register::R12, i64::from(offset) * 4),
            array.words - 1,
            stride,
        )?;
        let first = Address::new(Register::RBX, i64::from(array.first) * 8);
        self.asm.load_pointer(Register::RCX, first)?;
        self.asm.registers(Code::Add_r64_rm64, Register::RAX, Register::RCX)?;
        Ok(Address { index: Register::R14, ..Address::new(Register::RAX, 0) })
    }

    /// Puts the index of an array's words into the first register for use within an operation, and the address that it
    /// counts from into rcx.
    fn array_index(&mut self, array: u16, offset: Vector) -> Result {
        let array = self.shape.arrays[array as usize];
        let [index, stride] = self.asm.isa.scratch();
        self.asm.splat(index, array.words - 1)?;
        self.asm.min_u(index, index, offset)?;
        self.asm.splat(stride, self.shape.plane_stride)?;
        self.asm.mul_i(index, index, stride)?;
        self.asm.add_i(index, index, Const::Lanes)?;
        self.asm.load_pointer(Register::RCX, Address::new(Register::RBX, i64::from(array.first) * 8))?;
        self.asm.registers(Code::Add_r64_rm64, Register::RCX, Register::R14)
    }

    fn scatter(&mut self, array: u16, offset: Id, value: Id, mask: Option<Id>) -> Result {
        let (offset, value) = (self.register(offset)?, self.register(value)?);
        let mask = mask.map(|mask| self.register(mask)).transpose()?;
        self.array_index(array, offset)?;
        let [index, ones] = self.asm.isa.scratch();
        match self.asm.isa {
            Isa::Avx512 => {
                match mask {
                    Some(mask) => self.asm.words_to_mask(mask)?,
                    None => self.asm.fill_mask()?,
                }
                self.asm.scatter(Register::RCX, index, value)
            }
            Isa::Avx2 => {
                let mask = match mask {
                    Some(mask) => mask,
                    None => {
                        self.asm.load(ones, Const::Ones)?;
                        ones
                    }
                };
                let rows = [index, value, mask].map(|from| {
                    let row = self.new_spill();
                    (row, from)
                });
                for (row, from) in rows {
                    self.asm.store(self.spilled(row), from)?;
                }
                let [index, value, mask] = rows.map(|(row, _)| self.memory.spill(row));
                self.asm.scatter_lanes(Register::RCX, index, value, mask)?;
                self.free_spills.extend(rows.map(|(row, _)| row));
                Ok(())
            }
        }
    }

    /// A value as the second operand of an instruction: in memory where it is needed only once.
    fn source(&mut self, id: Id) -> Result<Source> {
        if let Some(register) = self.place[id as usize] {
            self.pinned.push(register);
            return Ok(Source::Register(register));
        }
        let is_last = self.uses[id as usize].len() <= 1;
        let (address, stays) = self.in_memory(id)?;
        let by_word = address.broadcast;
        if by_word && self.asm.isa == Isa::Avx512 || !by_word && (is_last || !stays) {
            return Ok(Source::Memory(address));
        }
        self.fetch(id, address).map(Source::Register)
    }

    /// A value in a register.
    pub(super) fn register(&mut self, id: Id) -> Result<Vector> {
        if let Some(register) = self.place[id as usize] {
            self.pinned.push(register);
            return Ok(register);
        }
        let (address, _) = self.in_memory(id)?;
        self.fetch(id, address)
    }

    fn fetch(&mut self, id: Id, address: Address) -> Result<Vector> {
        let to = self.free_register()?;
        self.asm.load(to, Source::Memory(address))?;
        self.holds[to.0 as usize] = Some(id);
        self.place[id as usize] = Some(to);
        Ok(to)
    }

    /// Where a value is that is in no register, and whether to bring it into one if it is used again.
    fn in_memory(&mut self, id: Id) -> Result<(Address, bool)> {
        if let Some(spill) = self.spill[id as usize] {
            return Ok((self.spilled(spill), true));
        }
        match self.values.list[id as usize] {
            Value::Uniform(place) => {
                let address = Address::new(Register::R12, i64::from(place) * 4);
                Ok((Address { broadcast: true, ..address }, true))
            }
            Value::Load(plane) if self.values.is_at_hand(id) => Ok((self.plane(plane)?, true)),
            _ => match self.layout.strip[id as usize] {
                Some(strip) => Ok((self.strip(strip), true)),
                None => known(false).map(|()| (Address::new(Register::R13, 0), true)),
            },
        }
    }

    /// A register to write to, which stays pinned.
    pub(super) fn free_register(&mut self) -> Result<Vector> {
        let free = (0..self.holds.len() as u8)
            .map(Vector)
            .find(|&register| self.holds[register.0 as usize].is_none() && !self.pinned.contains(&register));
        let register = match free {
            Some(register) => register,
            None => self.evict()?,
        };
        self.pinned.push(register);
        Ok(register)
    }

    /// Takes the register of the value that is needed last.
    fn evict(&mut self) -> Result<Vector> {
        let victim = (0..self.holds.len())
            .filter(|&register| !self.pinned.contains(&Vector(register as u8)))
            .filter_map(|register| self.holds[register].map(|id| (register, id)))
            .max_by_key(|&(_, id)| self.uses[id as usize].last().copied());
        let Some((register, id)) = victim else {
            // At most six operands, a result and two more: there are always registers.
            known(false)?;
            return Ok(Vector(0));
        };
        let vector = Vector(register as u8);
        let index = id as usize;
        let is_kept =
            self.values.is_at_hand(id) || self.layout.strip[index].is_some() || self.spill[index].is_some();
        if !is_kept {
            let spill = self.new_spill();
            self.asm.store(self.spilled(spill), vector)?;
            self.spill[index] = Some(spill);
        }
        self.place[index] = None;
        self.holds[register] = None;
        Ok(vector)
    }

    fn new_spill(&mut self) -> u32 {
        self.free_spills.pop().unwrap_or_else(|| {
            self.spills += 1;
            self.spills - 1
        })
    }

    /// Notes a use; what is not used again gives up its register.
    fn used(&mut self, id: Id, at: u32) {
        let uses = &mut self.uses[id as usize];
        while uses.last().is_some_and(|&last| last <= at) {
            uses.pop();
        }
        if !uses.is_empty() {
            return;
        }
        if let Some(register) = self.place[id as usize].take() {
            self.holds[register.0 as usize] = None;
        }
        if let Some(spill) = self.spill[id as usize].take() {
            self.free_spills.push(spill);
        }
    }

    fn spilled(&self, spill: u32) -> Address {
        Address::new(Register::R13, self.memory.spill(spill))
    }

    fn strip(&self, strip: u32) -> Address {
        Address { index: Register::RBP, ..Address::new(Register::R13, self.memory.strip(strip)) }
    }

    /// The present vector of a plane.
    fn plane(&mut self, plane: u16) -> Result<Address> {
        let base = match self.pointed.iter().position(|&pointed| pointed == plane) {
            Some(index) => POINTERS[index],
            None => {
                self.turn = !self.turn;
                let register = if self.turn { Register::RAX } else { Register::RCX };
                self.asm.load_pointer(register, Address::new(Register::RBX, i64::from(plane) * 8))?;
                register
            }
        };
        Ok(Address { index: Register::R14, ..Address::new(base, 0) })
    }
}

/// An error for what a program never contains.
fn known(is_known: bool) -> Result {
    if is_known { Ok(()) } else { Err(Refused) }
}

//! The listing of a program, for people.
//!
//! `t` are planes of a strip, `p` planes of a block, `i` inputs (slot and component), `o` outputs, `u` uniform values; a step acts on the accumulator.

use std::fmt;

use super::function::Function;
use super::program::Program;
use super::steps::{Inst, Step, StepOp, UniformInst, UniformKind, fused_uniforms};

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, locals, planes, inputs, outputs, .. } = self;
        writeln!(f, "{name}: {locals} local planes, {planes} planes, {inputs} inputs, {outputs} outputs")?;
        for (place, &word) in self.uniforms.iter().enumerate() {
            match self.arguments.iter().find(|argument| argument.0 as usize == place) {
                Some((_, argument)) => writeln!(f, "  u{place} = argument {argument}")?,
                None if self.is_computed(place) => {}
                None => writeln!(f, "  u{place} = {}", constant(word))?,
            }
        }
        for inst in &self.preamble {
            writeln!(f, "  {}", uniform(inst))?;
        }
        for (pc, inst) in self.code.iter().enumerate() {
            match inst {
                Inst::Segment { first, len } => {
                    writeln!(f, "{pc:3}: segment")?;
                    for step in &self.steps[*first as usize..][..*len as usize] {
                        writeln!(f, "       {}", self.step(step))?;
                    }
                }
                Inst::Uniform(inst) => writeln!(f, "{pc:3}: {}", uniform(inst))?,
                Inst::Jump(to) => writeln!(f, "{pc:3}: jump {to}")?,
                Inst::JumpUnless { cond, to } => writeln!(f, "{pc:3}: jump {to} unless u{cond}")?,
                Inst::JumpIfNone { to } => writeln!(f, "{pc:3}: jump {to} if none")?,
                Inst::Tick => writeln!(f, "{pc:3}: tick")?,
                Inst::Check { loop_id, mask, exit } => {
                    let planes = &self.loops[*loop_id as usize];
                    write!(f, "{pc:3}: check {}, exit {exit}; packs", self.plane(*mask))?;
                    for (plane, keep) in &planes.planes {
                        write!(f, " {}{}", self.plane(*plane), if *keep { "*" } else { "" })?;
                    }
                    for input in &planes.inputs {
                        write!(f, " {}", self.plane(*input))?;
                    }
                    writeln!(f)?;
                }
                Inst::LoopEnd { .. } => writeln!(f, "{pc:3}: end")?,
                Inst::Barrier { number, counts: false } => writeln!(f, "{pc:3}: barrier {number}")?,
                Inst::Barrier { number, .. } => writeln!(f, "{pc:3}: barrier {number}, counted missing")?,
            }
        }
        Ok(())
    }
}

impl Program {
    fn is_computed(&self, place: usize) -> bool {
        let in_code = self.code.iter().filter_map(|inst| match inst {
            Inst::Uniform(inst) => Some(inst),
            _ => None,
        });
        self.preamble.iter().chain(in_code).any(|inst| inst.dst as usize == place)
    }

    fn plane(&self, place: u16) -> String {
        let place = place as usize;
        match place {
            _ if place < self.locals => format!("t{place}"),
            _ if place < self.first_input() => format!("p{}", place - self.locals),
            _ if place >= self.first_output() => format!("o{}", place - self.first_output()),
            _ => {
                let found = self.sources.iter().find_map(|source| {
                    let component = source.inputs.iter().find(|input| input.1 as usize == place)?.0;
                    Some(format!("i{}.{component}", source.slot))
                });
                found.unwrap_or_default()
            }
        }
    }

    fn step(&self, step: &Step) -> String {
        let Step { op, f, a, b, c } = *step;
        let plane = |place| self.plane(place);
        match op {
            StepOp::Load => format!("load {}", plane(a)),
            StepOp::Splat => format!("splat u{a}"),
            StepOp::Store => format!("store {}", plane(a)),
            StepOp::SelectCondVV => format!("select {} {}", plane(a), plane(b)),
            StepOp::SelectCondVS => format!("select {} u{b}", plane(a)),
            StepOp::SelectCondSV => format!("select u{a} {}", plane(b)),
            StepOp::SelectCondSS => format!("select u{a} u{b}"),
            StepOp::SelectAcceptV => format!("where {} else {}", plane(a), plane(b)),
            StepOp::SelectAcceptS => format!("where {} else u{b}", plane(a)),
            StepOp::SelectRejectV => format!("unless {} else {}", plane(a), plane(b)),
            StepOp::SelectRejectS => format!("unless {} else u{b}", plane(a)),
            StepOp::Further if f > 1 => format!("with {} {}", plane(a), plane(b)),
            StepOp::Further => format!("with {}", plane(a)),
            StepOp::Call => {
                let function = Function::ALL[f as usize];
                let operands: String = [a, b, c][..(function.arity() - 1).min(3)]
                    .iter()
                    .map(|&operand| format!(" {}", plane(operand)))
                    .collect();
                format!("{function:?}{operands}")
            }
            StepOp::Lookup => format!("lookup table {a}"),
            StepOp::Gather => format!("gather array {a}"),
            StepOp::Scatter if f == 0 => format!("scatter array {a} at {}", plane(b)),
            StepOp::Scatter => format!("scatter array {a} at {} where {}", plane(b), plane(c)),
            StepOp::Read => format!("read memory {a}"),
            StepOp::Write if f == 0 => format!("write memory {a} at {}", plane(b)),
            StepOp::Write => format!("write memory {a} at {} where {}", plane(b), plane(c)),
            StepOp::Effect => format!("{:?} on memory {a} at {}", self.effects[f as usize], plane(b)),
            StepOp::Effect2 => {
                format!("{:?} on memory {a} at {} with {}", self.effects[f as usize], plane(b), plane(c))
            }
            op if fused_uniforms(op) != [false; 3] || super::assign::planes_of(step).len() > 1 => {
                let mut planes = super::assign::planes_of(step).into_iter();
                let mut text = name(op);
                for (operand, is_uniform) in [a, b, c].into_iter().zip(fused_uniforms(op)) {
                    if is_uniform {
                        text += &format!(" u{operand}");
                    } else if let Some((operand, _)) = planes.next() {
                        text += &format!(" {}", plane(operand));
                    }
                }
                text
            }
            op => match super::assign::planes_of(step).first() {
                Some(&(operand, _)) => format!("{} {}", name(op), plane(operand)),
                None if has_operand(op) => format!("{} u{a}", name(op)),
                None => name(op),
            },
        }
    }
}

fn name(op: StepOp) -> String {
    let name = format!("{op:?}");
    match name.strip_suffix(['V', 'S']) {
        Some(stem) if has_operand(op) => stem.to_owned(),
        _ => name,
    }
}

fn has_operand(op: StepOp) -> bool {
    use StepOp::*;
    !matches!(
        op,
        FNeg | FAbs | FSqrt | FFloor | FCeil | FTrunc | FRound | Not | SToF | UToF | FToS | FToU | Count
    )
}

fn constant(word: u32) -> String {
    let x = f32::from_bits(word);
    if (0x1_0000..=0xffff_0000).contains(&word) {
        format!("{x:?} ({word:#x})")
    } else {
        (word as i32).to_string()
    }
}

fn uniform(inst: &UniformInst) -> String {
    let UniformInst { kind, dst, args } = *inst;
    match kind {
        UniformKind::Op(op) => {
            let operands: String = args[..op.arity()].iter().map(|arg| format!(" u{arg}")).collect();
            format!("u{dst} = {op:?}{operands}")
        }
        UniformKind::Lookup(table) => format!("u{dst} = table {table} at u{}", args[0]),
        UniformKind::Read(memory) => format!("u{dst} = memory {memory} at u{}", args[0]),
        UniformKind::Move => format!("u{dst} = u{}", args[0]),
    }
}

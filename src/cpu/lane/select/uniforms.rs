//! Places in the uniform file, and the instructions that compute what is there.

use super::super::function::OPERANDS;
use super::super::steps::{UniformInst, UniformKind};
use super::super::tree::{Def, Tree, Value, Var};
use super::Pass;

impl Pass<'_> {
    pub(super) fn new_uniform(&mut self) -> u16 {
        self.overflow |= self.out.uniforms == u16::MAX;
        self.out.uniforms = self.out.uniforms.saturating_add(1);
        self.out.uniforms - 1
    }

    /// The place of a uniform value in the uniform file.
    pub(super) fn uniform(&mut self, value: Value) -> u16 {
        // Operands get their places first; there may be as many in a row as the program has values.
        let mut missing = vec![value];
        while let Some(&last) = missing.last() {
            let first = |operand: &Value| !self.uniform_of.contains_key(operand);
            match self.flow.tree.operands(last).find(first) {
                _ if self.uniform_of.contains_key(&last) => drop(missing.pop()),
                Some(operand) => missing.push(operand),
                None => self.place_uniform(last),
            }
        }
        self.uniform_of.get(&value).copied().unwrap_or(0)
    }

    /// Gives a uniform value, whose operands have theirs, a place.
    fn place_uniform(&mut self, value: Value) {
        let inst = match self.def(value) {
            Def::Const(_) | Def::Uniform(_) => None,
            _ => Some(self.uniform_inst(value)),
        };
        let dst = self.new_uniform();
        self.uniform_of.insert(value, dst);
        match (self.def(value), inst) {
            (Def::Const(word), _) => self.out.constants.push((dst, word)),
            (Def::Uniform(word), _) => self.out.arguments.push((dst, word)),
            (_, Some((kind, args))) => self.out.preamble.push(UniformInst { kind, dst, args }),
            _ => {}
        }
    }

    pub(super) fn uniform_inst(&mut self, value: Value) -> (UniformKind, [u16; OPERANDS]) {
        match self.def(value) {
            Def::Op(op, operands) => (UniformKind::Op(op), operands.map(|operand| self.uniform(operand))),
            Def::Lookup { table, index } => (UniformKind::Lookup(table), [self.uniform(index); OPERANDS]),
            Def::Read { memory, offset } => {
                (UniformKind::Read(memory.0 as u16), [self.uniform(offset); OPERANDS])
            }
            Def::Get(var) => (UniformKind::Move, [self.uniform_var(var); OPERANDS]),
            _ => (UniformKind::Move, [0; OPERANDS]),
        }
    }

    pub(super) fn uniform_var(&mut self, var: Var) -> u16 {
        if let Some(&place) = self.uniform_var_of.get(&var) {
            return place;
        }
        let place = self.new_uniform();
        self.uniform_var_of.insert(var, place);
        place
    }

    /// True for a uniform value that depends on no variable.
    pub(super) fn is_static(&self, value: Value) -> bool {
        self.is_static[value.0 as usize]
    }
}

/// Which values depend on no variable and no input.
pub(super) fn find_static(tree: &Tree) -> Vec<bool> {
    let mut is_static = Vec::with_capacity(tree.defs.len());
    for (&def, value) in tree.defs.iter().zip(0..) {
        // Operands come before their users.
        is_static.push(match def {
            Def::Const(_) | Def::Uniform(_) => true,
            Def::Op(..) | Def::Lookup { .. } => {
                tree.operands(Value(value)).all(|operand| is_static[operand.0 as usize])
            }
            Def::Read { memory, offset } => !tree.is_written(memory) && is_static[offset.0 as usize],
            Def::Input { .. } | Def::Get(_) | Def::Load { .. } | Def::Effect { .. } => false,
        });
    }
    is_static
}

//! Places in the uniform file, and the instructions that compute what is there.

use super::super::steps::{UniformInst, UniformKind};
use super::super::tree::{Def, Value, Var};
use super::Pass;

impl Pass<'_> {
    pub(super) fn new_uniform(&mut self) -> u16 {
        self.overflow |= self.out.uniforms == u16::MAX;
        self.out.uniforms = self.out.uniforms.saturating_add(1);
        self.out.uniforms - 1
    }

    /// The place of a uniform value in the uniform file.
    pub(super) fn uniform(&mut self, value: Value) -> u16 {
        if let Some(&place) = self.uniform_of.get(&value) {
            return place;
        }
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
        dst
    }

    pub(super) fn uniform_inst(&mut self, value: Value) -> (UniformKind, [u16; 4]) {
        match self.def(value) {
            Def::Op(op, operands) => (UniformKind::Op(op), operands.map(|operand| self.uniform(operand))),
            Def::Lookup { table, index } => (UniformKind::Lookup(table), [self.uniform(index); 4]),
            Def::Get(var) => (UniformKind::Move, [self.uniform_var(var); 4]),
            _ => (UniformKind::Move, [0; 4]),
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
    pub(super) fn is_static(&mut self, value: Value) -> bool {
        if let Some(&known) = self.is_static.get(&value) {
            return known;
        }
        let is_static = match self.def(value) {
            Def::Const(_) | Def::Uniform(_) => true,
            Def::Op(..) | Def::Lookup { .. } => {
                self.flow.tree.operands(value).all(|operand| self.is_static(operand))
            }
            _ => false,
        };
        self.is_static.insert(value, is_static);
        is_static
    }
}

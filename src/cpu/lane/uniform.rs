//! Which values are the same in all lanes, and where lanes part.
//!
//! A variable is uniform when every value assigned to it is, and no assignment spoils it for lanes that are inactive at
//! that time and read it later: an assignment under a divergent branch, or in a block that some lanes have left, is
//! harmless if the variable is dead where those lanes come back. Starting from "everything is uniform" this is a
//! largest fixed point.

use super::limits::{Fuel, TooLarge};
use super::live::Live;
use super::tree::{Def, Label, Stmt, Tree, Value, Var, count};

/// What is uniform.
#[derive(Debug)]
pub(crate) struct Uniformity {
    values: Vec<bool>,
    vars: Vec<bool>,
    /// Labels of the blocks that some lanes leave, to their end or further out, while others stay.
    parted: Vec<bool>,
    /// Labels of the blocks at whose end such lanes come back.
    joins: Vec<bool>,
}

/// What surrounds a statement, from outside to inside.
#[derive(Debug, Default)]
pub(crate) struct Surroundings(Vec<Construct>);

#[derive(Debug, Clone, Copy)]
enum Construct {
    /// One of the lists of a branch with a varying condition.
    Branch {
        id: u32,
        reject: bool,
    },
    Block(Label),
}

impl Surroundings {
    /// Enters a list of a branch with a varying condition.
    pub(crate) fn enter_branch(&mut self, id: u32, reject: bool) {
        self.0.push(Construct::Branch { id, reject });
    }

    /// Enters a block.
    pub(crate) fn enter_block(&mut self, label: Label) {
        self.0.push(Construct::Block(label));
    }

    /// Leaves the innermost construct.
    pub(crate) fn leave(&mut self) {
        self.0.pop();
    }
}

impl Uniformity {
    /// Analyses a tree.
    pub(crate) fn of(tree: &Tree, live: &Live) -> Result<Self, TooLarge> {
        let mut fuel = Fuel::full();
        let statements = count(&tree.body);
        let mut this = Self {
            values: vec![],
            vars: vec![true; tree.vars as usize],
            parted: vec![false; tree.labels as usize],
            joins: vec![false; tree.labels as usize],
        };
        for var in &tree.outputs {
            this.vars[var.0 as usize] = false;
        }
        loop {
            fuel.burn(tree.defs.len() + statements)?;
            this.values.clear();
            for index in 0..tree.defs.len() as u32 {
                let value = Value(index);
                let uniform = match tree.def(value) {
                    Def::Const(_) | Def::Uniform(_) => true,
                    Def::Input { .. } | Def::Load { .. } | Def::Effect { .. } => false,
                    Def::Get(var) => this.vars[var.0 as usize],
                    Def::Op(..) | Def::Lookup { .. } | Def::Read { .. } => {
                        tree.operands(value).all(|operand| this.values[operand.0 as usize])
                    }
                };
                this.values.push(uniform);
            }
            if !this.walk(&tree.body, live, &mut Surroundings::default()) {
                return Ok(this);
            }
        }
    }

    /// True if the value is the same in all active lanes wherever it is used.
    pub(crate) fn value(&self, value: Value) -> bool {
        self.values[value.0 as usize]
    }

    /// True if the variable is the same in all active lanes.
    pub(crate) fn var(&self, var: Var) -> bool {
        self.vars[var.0 as usize]
    }

    /// True if some lanes leave the block while others stay.
    pub(crate) fn is_parted(&self, label: Label) -> bool {
        self.parted[label.0 as usize]
    }

    /// Adds a uniform value made later.
    pub(crate) fn add_uniform_value(&mut self) {
        self.values.push(true);
    }

    /// Adds a varying value made later.
    pub(crate) fn add_varying_value(&mut self) {
        self.values.push(false);
    }

    /// Adds a varying variable made later.
    pub(crate) fn add_varying_var(&mut self) {
        self.vars.push(false);
    }

    /// True if lanes that are inactive here may read the variable later.
    pub(crate) fn is_protected(&self, live: &Live, around: &Surroundings, var: Var) -> bool {
        around.0.iter().any(|construct| match *construct {
            Construct::Branch { id, reject } => {
                live.after_node[id as usize].contains(var.0)
                    || (!reject && live.into_reject[id as usize].contains(var.0))
            }
            Construct::Block(label) => {
                self.joins[label.0 as usize] && live.after_block[label.0 as usize].contains(var.0)
            }
        })
    }

    /// True if an exit here leaves with a part only of the lanes that entered the block.
    pub(crate) fn is_divergent_exit(&self, around: &Surroundings, to: Label) -> bool {
        for construct in around.0.iter().rev() {
            match *construct {
                Construct::Branch { .. } => return true,
                Construct::Block(label) if self.parted[label.0 as usize] => return true,
                Construct::Block(label) if label == to => return false,
                Construct::Block(_) => {}
            }
        }
        false
    }

    /// Goes once through the statements; true if something is less uniform than it was thought to be.
    fn walk(&mut self, stmts: &[Stmt], live: &Live, around: &mut Surroundings) -> bool {
        let mut changed = false;
        for stmt in stmts {
            match stmt {
                Stmt::Set(var, value) => {
                    if self.var(*var) && (!self.value(*value) || self.is_protected(live, around, *var)) {
                        self.vars[var.0 as usize] = false;
                        changed = true;
                    }
                }
                Stmt::If { id, cond, accept, reject } => {
                    if self.value(*cond) {
                        changed |= self.walk(accept, live, around);
                        changed |= self.walk(reject, live, around);
                    } else {
                        around.enter_branch(*id, false);
                        changed |= self.walk(accept, live, around);
                        around.leave();
                        around.enter_branch(*id, true);
                        changed |= self.walk(reject, live, around);
                        around.leave();
                    }
                }
                Stmt::Block { label, body } => {
                    around.enter_block(*label);
                    changed |= self.walk(body, live, around);
                    around.leave();
                }
                Stmt::Loop { body, .. } => changed |= self.walk(body, live, around),
                Stmt::Exit(to) => {
                    if self.is_divergent_exit(around, *to) {
                        changed |= !self.joins[to.0 as usize];
                        self.joins[to.0 as usize] = true;
                        for construct in around.0.iter().rev() {
                            if let Construct::Block(label) = construct {
                                changed |= !self.parted[label.0 as usize];
                                self.parted[label.0 as usize] = true;
                                if label == to {
                                    break;
                                }
                            }
                        }
                    }
                    break;
                }
                Stmt::Def(_) | Stmt::Store { .. } => {}
                Stmt::Write { .. } | Stmt::Effect { .. } | Stmt::Barrier { .. } => {}
            }
        }
        changed
    }
}

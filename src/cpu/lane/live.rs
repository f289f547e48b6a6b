//! Which variables are live where, and removal of what nobody needs.
//!
//! Liveness is that of one lane: an assignment ends it whether or not other lanes are active there.
//!
//! What is live at the head of a loop is found by walking its body until nothing is added. It is remembered, so that a
//! loop around it goes on from there: nested loops take as many walks as there is to find, not two for each at every level.

use super::bits::Bits;
use super::limits::{Fuel, MAX_SET_BITS, TooLarge};
use super::tree::{Def, Stmt, Tree, Value, Var};

/// The variables that are live behind and inside the constructs of a tree.
#[derive(Debug, Default)]
pub(crate) struct Live {
    /// Behind each block, by label.
    pub(crate) after_block: Vec<Bits>,
    /// Behind each branch, by node.
    pub(crate) after_node: Vec<Bits>,
    /// At the start of each branch's second list, by node.
    pub(crate) into_reject: Vec<Bits>,
}

/// Removes definitions and assignments without effect, and says what is live.
pub(crate) fn prune(tree: &mut Tree) -> Result<Live, TooLarge> {
    drop_unread(tree);
    let sets = tree.labels as usize + 3 * tree.nodes as usize;
    if sets.saturating_mul(tree.vars as usize) > MAX_SET_BITS {
        return Err(TooLarge::Analysis);
    }
    let mut walk = Walk {
        live: Live {
            after_block: vec![Bits::default(); tree.labels as usize],
            after_node: vec![Bits::default(); tree.nodes as usize],
            into_reject: vec![Bits::default(); tree.nodes as usize],
        },
        heads: vec![Bits::default(); tree.nodes as usize],
        needed: vec![false; tree.defs.len()],
        prune: true,
        words: (tree.vars as usize).div_ceil(64),
        fuel: Fuel::full(),
    };
    if let Some(active) = tree.active {
        walk.need(active);
    }
    let mut out = Bits::new(tree.vars as usize);
    for var in &tree.outputs {
        out.insert(var.0);
    }
    let mut body = std::mem::take(&mut tree.body);
    walk.list(tree, &mut body, out)?;
    tree.body = body;
    Ok(walk.live)
}

/// Removes the variables that are never read, whose values were known wherever they were asked for: most of those that
/// stand for parameters and results of calls. The others are numbered anew.
fn drop_unread(tree: &mut Tree) {
    let mut number: Vec<Option<Var>> = vec![None; tree.vars as usize];
    let mut vars = 0;
    let mut renumber = |var: &mut Var| {
        *var = *number[var.0 as usize].get_or_insert_with(|| {
            vars += 1;
            Var(vars - 1)
        });
    };
    for def in &mut tree.defs {
        if let Def::Get(var) = def {
            renumber(var);
        }
    }
    tree.outputs.iter_mut().for_each(renumber);
    tree.vars = vars;
    keep_assigned(&mut tree.body, &number);
}

fn keep_assigned(stmts: &mut Vec<Stmt>, number: &[Option<Var>]) {
    stmts.retain_mut(|stmt| {
        match stmt {
            Stmt::Set(var, _) => match number[var.0 as usize] {
                Some(new) => *var = new,
                None => return false,
            },
            Stmt::If { accept, reject, .. } => {
                keep_assigned(accept, number);
                keep_assigned(reject, number);
            }
            Stmt::Block { body, .. } | Stmt::Loop { body, .. } => keep_assigned(body, number),
            Stmt::Def(_) | Stmt::Store { .. } | Stmt::Exit(_) => {}
            Stmt::Write { .. } | Stmt::Effect { .. } | Stmt::Barrier { .. } => {}
        }
        true
    });
}

struct Walk {
    live: Live,
    /// What is known to be live at the start of each loop, by node.
    heads: Vec<Bits>,
    needed: Vec<bool>,
    prune: bool,
    /// Words of a set.
    words: usize,
    fuel: Fuel,
}

impl Walk {
    /// Walks a list backwards from what is live behind it to what is live before it.
    fn list(&mut self, tree: &Tree, list: &mut Vec<Stmt>, mut live: Bits) -> Result<Bits, TooLarge> {
        let mut keep = vec![true; list.len()];
        self.fuel.burn(list.len())?;
        for (stmt, keep) in list.iter_mut().zip(&mut keep).rev() {
            match stmt {
                Stmt::Def(value) => {
                    *keep = self.needed[value.0 as usize];
                    if *keep {
                        self.need_operands(tree, *value);
                        if let Def::Get(var) = tree.def(*value) {
                            live.insert(var.0);
                        }
                    }
                }
                Stmt::Set(var, value) => {
                    *keep = live.contains(var.0);
                    if *keep {
                        live.remove(var.0);
                        self.need(*value);
                    }
                }
                Stmt::Store { offset, value, .. } | Stmt::Write { offset, value, .. } => {
                    self.need(*offset);
                    self.need(*value);
                }
                Stmt::Effect { value, offset } => {
                    offset.iter().for_each(|&offset| self.need(offset));
                    self.need_operands(tree, *value);
                }
                Stmt::Barrier { .. } => {}
                Stmt::If { id, cond, accept, reject } => {
                    self.fuel.burn(4 * self.words)?;
                    let id = *id as usize;
                    self.live.after_node[id] = live.clone();
                    let into_accept = self.list(tree, accept, live.clone())?;
                    let into_reject = self.list(tree, reject, live)?;
                    self.live.into_reject[id] = into_reject.clone();
                    live = into_reject;
                    live.union(&into_accept);
                    *keep = !(accept.is_empty() && reject.is_empty());
                    if *keep {
                        self.need(*cond);
                    }
                }
                Stmt::Block { label, body } => {
                    self.fuel.burn(self.words)?;
                    self.live.after_block[label.0 as usize] = live.clone();
                    live = self.list(tree, body, live)?;
                }
                Stmt::Loop { id, body } => live = self.repeat(tree, *id as usize, body)?,
                Stmt::Exit(label) => {
                    self.fuel.burn(self.words)?;
                    live = self.live.after_block[label.0 as usize].clone();
                }
            }
        }
        if self.prune {
            let mut keep = keep.into_iter();
            list.retain(|_| keep.next().unwrap_or(true));
        }
        Ok(live)
    }

    /// What is live before a loop: what is live behind it is so behind the blocks that its exits leave.
    fn repeat(&mut self, tree: &Tree, id: usize, body: &mut Vec<Stmt>) -> Result<Bits, TooLarge> {
        let prune = std::mem::replace(&mut self.prune, false);
        let mut head = std::mem::take(&mut self.heads[id]);
        if head == Bits::default() {
            head = Bits::new(tree.vars as usize);
        }
        loop {
            self.fuel.burn(2 * self.words)?;
            let before = self.list(tree, body, head.clone())?;
            if !head.union(&before) {
                break;
            }
        }
        self.prune = prune;
        if prune {
            self.list(tree, body, head.clone())?;
        }
        self.heads[id] = head.clone();
        Ok(head)
    }

    fn need(&mut self, value: Value) {
        self.needed[value.0 as usize] = true;
    }

    fn need_operands(&mut self, tree: &Tree, value: Value) {
        for operand in tree.operands(value) {
            self.need(operand);
        }
    }
}

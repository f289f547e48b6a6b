//! Which variables are live where, and removal of what nobody needs.
//!
//! Liveness is that of one lane: an assignment ends it whether or not other lanes are active there.

use super::bits::Bits;
use super::tree::{Def, Stmt, Tree, Value};

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
pub(crate) fn prune(tree: &mut Tree) -> Live {
    let empty = Bits::new(tree.vars as usize);
    let mut walk = Walk {
        live: Live {
            after_block: vec![empty.clone(); tree.labels as usize],
            after_node: vec![empty.clone(); tree.nodes as usize],
            into_reject: vec![empty.clone(); tree.nodes as usize],
        },
        needed: vec![false; tree.defs.len()],
        prune: true,
    };
    let mut out = empty;
    for var in &tree.outputs {
        out.insert(var.0);
    }
    let mut body = std::mem::take(&mut tree.body);
    walk.list(tree, &mut body, out);
    tree.body = body;
    walk.live
}

struct Walk {
    live: Live,
    needed: Vec<bool>,
    prune: bool,
}

impl Walk {
    /// Walks a list backwards from what is live behind it to what is live before it.
    fn list(&mut self, tree: &Tree, list: &mut Vec<Stmt>, mut live: Bits) -> Bits {
        let mut keep = vec![true; list.len()];
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
                Stmt::Store { offset, value, .. } => {
                    self.need(*offset);
                    self.need(*value);
                }
                Stmt::If { id, cond, accept, reject } => {
                    let id = *id as usize;
                    self.live.after_node[id] = live.clone();
                    let into_accept = self.list(tree, accept, live.clone());
                    let into_reject = self.list(tree, reject, live);
                    self.live.into_reject[id] = into_reject.clone();
                    live = into_reject;
                    live.union(&into_accept);
                    *keep = !(accept.is_empty() && reject.is_empty());
                    if *keep {
                        self.need(*cond);
                    }
                }
                Stmt::Block { label, body } => {
                    self.live.after_block[label.0 as usize] = live.clone();
                    live = self.list(tree, body, live);
                }
                Stmt::Loop { body, .. } => {
                    // What is live behind the loop is so behind the blocks that its exits leave.
                    let prune = std::mem::replace(&mut self.prune, false);
                    let mut head = Bits::new(tree.vars as usize);
                    loop {
                        let before = self.list(tree, body, head.clone());
                        if !head.union(&before) {
                            break;
                        }
                    }
                    self.prune = prune;
                    if prune {
                        self.list(tree, body, head.clone());
                    }
                    live = head;
                }
                Stmt::Exit(label) => live = self.live.after_block[label.0 as usize].clone(),
            }
        }
        if self.prune {
            let mut keep = keep.into_iter();
            list.retain(|_| keep.next().unwrap_or(true));
        }
        live
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

//! What is known while a tree is built: which values are in scope, and what variables hold.
//!
//! Each is one table, and every open list remembers what it changed there: to close a list costs as much as it changed,
//! however much is known around it.

use std::collections::HashMap;

use super::tree::{Def, Stmt, Value, Var};

/// A statement list under construction.
#[derive(Debug, Default)]
struct Region {
    loop_depth: u32,
    stmts: Vec<Stmt>,
    /// The values that it defines.
    defined: Vec<(Def, Value)>,
    /// Changes of variables before it was opened.
    changes: usize,
}

/// A finished list: its statements, the values that it defines, and what it changes of what is known of variables.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) stmts: Vec<Stmt>,
    pub(super) defined: Vec<(Def, Value)>,
    pub(super) after: HashMap<Var, Option<Value>>,
}

/// The open lists, from outside to inside, and what is known in the innermost.
#[derive(Debug)]
pub(super) struct Scope {
    regions: Vec<Region>,
    values: HashMap<Def, Value>,
    /// The value that each variable is known to have in the active lanes.
    vars: Vec<Option<Value>>,
    /// Variables whose known value changed, and what it was.
    changes: Vec<(Var, Option<Value>)>,
}

impl Scope {
    /// One empty list.
    pub(super) fn new() -> Self {
        Self { regions: vec![Region::default()], values: HashMap::new(), vars: vec![], changes: vec![] }
    }

    /// The statements of the outermost list.
    pub(super) fn finish(mut self) -> Vec<Stmt> {
        self.regions.pop().map(|region| region.stmts).unwrap_or_default()
    }

    /// Number of open lists.
    pub(super) fn nesting(&self) -> usize {
        self.regions.len()
    }

    /// Loops around.
    pub(super) fn loop_depth(&self) -> u32 {
        self.regions.last().map_or(0, |region| region.loop_depth)
    }

    /// The value with this definition.
    pub(super) fn find(&self, def: &Def) -> Option<Value> {
        self.values.get(def).copied()
    }

    /// Adds a value that is computed, if it is a statement, in the innermost list that so many loops at most surround.
    pub(super) fn define(&mut self, def: Def, value: Value, depth: u32, is_statement: bool) {
        let home = if is_statement {
            self.regions.iter().rposition(|region| region.loop_depth <= depth).unwrap_or(0)
        } else {
            0
        };
        self.values.insert(def, value);
        let region = &mut self.regions[home];
        region.defined.push((def, value));
        if is_statement {
            region.stmts.push(Stmt::Def(value));
        }
    }

    /// Brings values of a closed list back into scope.
    pub(super) fn adopt(&mut self, defined: Vec<(Def, Value)>) {
        self.values.extend(defined.iter().copied());
        self.here().defined.extend(defined);
    }

    fn here(&mut self) -> &mut Region {
        let last = self.regions.len() - 1;
        &mut self.regions[last]
    }

    /// Adds a statement.
    pub(super) fn push(&mut self, stmt: Stmt) {
        self.here().stmts.push(stmt);
    }

    /// A new variable of unknown content.
    pub(super) fn add_var(&mut self) {
        self.vars.push(None);
    }

    /// What the variable is known to hold.
    pub(super) fn var(&self, var: Var) -> Option<Value> {
        self.vars[var.0 as usize]
    }

    /// Changes what the variable is known to hold.
    pub(super) fn know(&mut self, var: Var, value: Option<Value>) {
        let before = std::mem::replace(&mut self.vars[var.0 as usize], value);
        if before != value {
            self.changes.push((var, before));
        }
    }

    /// Opens a list.
    pub(super) fn open(&mut self, loop_depth: u32) {
        self.regions.push(Region { loop_depth, changes: self.changes.len(), ..Region::default() });
    }

    /// Closes the innermost list and goes back to what was known before it; variables made since are unknown.
    pub(super) fn close(&mut self) -> Branch {
        let Region { stmts, defined, changes, .. } = self.regions.pop().unwrap_or_default();
        let mut after = HashMap::new();
        // From the last change to the first: of each variable the last says what is known now.
        for (var, before) in self.changes.drain(changes..).rev() {
            let now = std::mem::replace(&mut self.vars[var.0 as usize], before);
            after.entry(var).or_insert(now);
        }
        for (def, _) in &defined {
            self.values.remove(def);
        }
        Branch { stmts, defined, after }
    }

    /// Goes on with a closed list in the innermost open one.
    pub(super) fn append(&mut self, branch: Branch) {
        self.here().stmts.extend(branch.stmts);
        self.adopt(branch.defined);
        for (var, value) in branch.after {
            self.know(var, value);
        }
    }
}

//! Readings of variables that stand for the variable's register, until it is assigned.

use std::collections::HashMap;

use super::super::tree::{Value, Var};

/// The readings, with the uses of each that are still to come.
#[derive(Debug, Default)]
pub(super) struct Aliases {
    var_of: HashMap<Value, Var>,
    readings_of: HashMap<Var, Vec<Value>>,
    left: HashMap<Value, u32>,
    /// Those made in this run.
    made: Vec<Value>,
    /// Those whose last use was in this run.
    spent: Vec<Value>,
}

impl Aliases {
    /// The variable that a reading stands for.
    pub(super) fn get(&self, reading: Value) -> Option<Var> {
        self.var_of.get(&reading).copied()
    }

    /// Adds a reading with so many uses to come.
    pub(super) fn add(&mut self, reading: Value, var: Var, uses: u32) {
        self.var_of.insert(reading, var);
        self.readings_of.entry(var).or_default().push(reading);
        self.left.insert(reading, uses);
        self.made.push(reading);
        if uses == 0 {
            self.spent.push(reading);
        }
    }

    /// Uses of a reading to come.
    pub(super) fn left(&self, reading: Value) -> u32 {
        self.left.get(&reading).copied().unwrap_or(0)
    }

    /// Notes that one use of a value is done.
    pub(super) fn used(&mut self, value: Value) {
        if let Some(left) = self.left.get_mut(&value) {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.spent.push(value);
            }
        }
    }

    /// The readings of a variable, ascending.
    pub(super) fn readings(&self, var: Var) -> Vec<Value> {
        let mut readings = self.readings_of.get(&var).cloned().unwrap_or_default();
        readings.sort_unstable();
        readings
    }

    /// The readings made in this run, ascending.
    pub(super) fn made(&self) -> Vec<Value> {
        let mut made: Vec<Value> =
            self.made.iter().copied().filter(|reading| self.var_of.contains_key(reading)).collect();
        made.sort_unstable();
        made
    }

    /// A reading does not stand for its variable any more.
    pub(super) fn remove(&mut self, reading: Value) {
        if let Some(var) = self.var_of.remove(&reading)
            && let Some(readings) = self.readings_of.get_mut(&var)
        {
            readings.retain(|&other| other != reading);
        }
    }

    /// No reading stands for the variable any more.
    pub(super) fn remove_all(&mut self, var: Var) {
        for reading in self.readings_of.remove(&var).unwrap_or_default() {
            self.var_of.remove(&reading);
        }
    }

    /// Ends the run: what is used no more is forgotten.
    pub(super) fn end_run(&mut self) {
        self.made.clear();
        for reading in std::mem::take(&mut self.spent) {
            self.remove(reading);
        }
    }
}

//! What a segment keeps in memory from one of its parts to the next.
//!
//! Calls of built-in functions cut a segment into parts. A part is a loop over the vectors of one strip, a call runs over
//! the strip at once; so what goes from part to part, into a call or out of it, has a strip of memory. Strips are used
//! again by values whose times do not overlap: part p is time 2p, the call behind it 2p + 1.

use std::ops::Range;

use super::values::{Id, Value, Values};

/// The parts of a segment and the strips of its values.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The values of each part; between part p and p + 1 stands a call.
    pub(super) parts: Vec<Range<usize>>,
    /// The strip of each value that has one.
    pub(super) strip: Vec<Option<u32>>,
    /// Number of strips.
    pub(super) strips: u32,
}

impl Layout {
    pub(super) fn of(values: &Values) -> Self {
        let list = &values.list;
        let mut parts = vec![];
        let mut start = 0;
        for (at, value) in list.iter().enumerate() {
            if value.is_call() {
                parts.push(start..at);
                start = at + 1;
            }
        }
        parts.push(start..list.len());

        // When values that need a strip are made, and when they are used last.
        let mut made = vec![0; list.len()];
        let mut wanted: Vec<Option<usize>> = vec![None; list.len()];
        let mut time = 0;
        for (at, value) in list.iter().enumerate() {
            let is_call = value.is_call();
            time += usize::from(is_call);
            made[at] = time;
            if matches!(value, Value::Effect { .. }) {
                // What comes back needs a place, wanted or not.
                wanted[at] = Some(time);
            }
            for operand in value.operands() {
                let operand = operand as usize;
                let is_loaded = matches!(list[operand], Value::Load(_)) && values.is_at_hand(operand as Id);
                let is_uniform = matches!(list[operand], Value::Uniform(_));
                if is_call && is_uniform {
                    // Spread over its strip in the part before.
                    made[operand] = made[operand].min(time - 1);
                    wanted[operand] = Some(time);
                } else if !is_loaded && !is_uniform && (is_call || made[operand] != time) {
                    wanted[operand] = Some(time);
                }
            }
            time += usize::from(is_call);
        }
        let mut order: Vec<usize> = (0..list.len()).filter(|&at| wanted[at].is_some()).collect();
        order.sort_by_key(|&at| made[at]);
        let mut strip = vec![None; list.len()];
        let mut busy_until: Vec<usize> = vec![];
        for at in order {
            let until = wanted[at].unwrap_or_default();
            let free = busy_until.iter().position(|&busy| busy < made[at]);
            let place = free.unwrap_or_else(|| {
                busy_until.push(0);
                busy_until.len() - 1
            });
            busy_until[place] = until;
            strip[at] = Some(place as u32);
        }
        Self { parts, strip, strips: busy_until.len() as u32 }
    }
}

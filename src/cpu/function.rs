//! A user's operator: the canonical order with a lane program as `⊕`.
//!
//! A level with m children is folded by three runs of the program over all its groups at once: lane j combines child
//! 4j with 4j+1, the result with 4j+2, then with 4j+3. Groups that are not full take the lanes that they have.

use std::sync::Arc;

use super::compile::{Planes, PlanesMut};
use super::lane::{Engine, Input, Output, Program};
use super::operator::Lanes;
use crate::element::ElementType;
use crate::error::Result;
use crate::order::RADIX;
use crate::run::State;
use crate::wgsl::PureFunction;
use crate::work::{Fused, Node};

/// The operator `fn(T, T) -> T` as a program of two inputs.
pub(super) struct FunctionOp {
    program: Program,
    words: usize,
}

/// Aggregates of one level, in planes.
struct Level {
    words: Vec<u32>,
    len: usize,
}

impl Level {
    fn planes(&self) -> Planes<'_> {
        Planes { words: &self.words, stride: self.len }
    }

    fn planes_mut(&mut self) -> PlanesMut<'_> {
        PlanesMut { stride: self.len, words: &mut self.words }
    }
}

impl FunctionOp {
    pub(super) fn new(function: &Arc<PureFunction>, state: ElementType, engine: Engine) -> Result<Self> {
        let nodes = vec![
            Node::Source { slot: 0, ty: state },
            Node::Source { slot: 1, ty: state },
            Node::Call { function: Arc::clone(function), args: vec![0, 1], uniforms_at: 0 },
        ];
        let program = Program::compile(&Fused { nodes, output: 2, uniforms: Vec::new() }, engine)?;
        Ok(Self { program, words: state.words() })
    }

    pub(super) fn bytes(&self) -> usize {
        self.program.bytes()
    }

    /// Each element is combined once up, and about twice down in a scan.
    pub(super) fn cost_per_element(&self) -> f64 {
        self.program.cost_per_element() * 1.4
    }

    pub(super) fn combine(&self, cx: &mut Lanes<'_>, a: &State, b: &State) -> Result<State> {
        let mut state = [0; 4];
        let inputs = [Input::Words(&a[..self.words]), Input::Words(&b[..self.words])];
        let output = Output::Words(&mut state[..self.words]);
        cx.machine.run(&self.program, cx.uniforms, &inputs, output, 1, cx.budget)?;
        Ok(state)
    }

    pub(super) fn reduce(&self, cx: &mut Lanes<'_>, states: Planes<'_>, len: usize) -> Result<State> {
        let mut level = self.fold(cx, states, len)?;
        while level.len > 1 {
            level = self.fold(cx, level.planes(), level.len)?;
        }
        let mut state = [0; 4];
        state[..self.words].copy_from_slice(&level.words[..self.words]);
        Ok(state)
    }

    pub(super) fn scan(
        &self,
        cx: &mut Lanes<'_>,
        prefix: State,
        states: Planes<'_>,
        len: usize,
        inclusive: bool,
        mut out: PlanesMut<'_>,
    ) -> Result<()> {
        let mut levels = Vec::new();
        let mut level = self.fold(cx, states, len)?;
        while level.len > 1 {
            let next = self.fold(cx, level.planes(), level.len)?;
            levels.push(std::mem::replace(&mut level, next));
        }
        let mut prefixes = Level { words: prefix[..self.words].to_vec(), len: 1 };
        for children in levels.iter().rev() {
            let mut next = self.level(children.len);
            let out = &mut next.planes_mut();
            self.spread(cx, &prefixes, children.planes(), children.len, false, out)?;
            prefixes = next;
        }
        self.spread(cx, &prefixes, states, len, inclusive, &mut out)
    }

    fn level(&self, len: usize) -> Level {
        Level { words: vec![0; len * self.words], len }
    }

    /// `out[j] = a[j] ⊕ child k of group j` for the first `count` groups.
    fn with_child(
        &self,
        cx: &mut Lanes<'_>,
        a: Planes<'_>,
        children: Planes<'_>,
        k: usize,
        count: usize,
        out: &mut Level,
    ) -> Result<()> {
        let inputs = [
            Input::Planes { words: a.words, stride: a.stride },
            Input::Strided { words: &children.words[k..], stride: children.stride, step: RADIX },
        ];
        let output = Output::Planes { words: &mut out.words, stride: out.len };
        cx.machine.run(&self.program, cx.uniforms, &inputs, output, count, cx.budget)
    }

    /// Groups of `len` children that have a child `k`.
    fn groups_with(len: usize, k: usize) -> usize {
        (len + RADIX - 1 - k) / RADIX
    }

    /// Child 0 of each group.
    fn firsts(&self, children: Planes<'_>, len: usize) -> Level {
        let mut level = self.level(Self::groups_with(len, 0));
        for c in 0..self.words {
            let plane = children.component(c, len);
            for (j, first) in plane.iter().step_by(RADIX).enumerate() {
                level.words[c * level.len + j] = *first;
            }
        }
        level
    }

    /// The aggregates of the groups of four of `len` children.
    fn fold(&self, cx: &mut Lanes<'_>, children: Planes<'_>, len: usize) -> Result<Level> {
        let mut acc = self.firsts(children, len);
        let mut next = self.level(acc.len);
        for k in 1..RADIX {
            let count = Self::groups_with(len, k);
            if count == 0 {
                break;
            }
            self.with_child(cx, acc.planes(), children, k, count, &mut next)?;
            self.keep_rest(&acc, &mut next, count);
            std::mem::swap(&mut acc, &mut next);
        }
        Ok(acc)
    }

    /// Groups without a further child keep their value.
    fn keep_rest(&self, from: &Level, to: &mut Level, count: usize) {
        for c in 0..self.words {
            let range = c * from.len + count..(c + 1) * from.len;
            to.words[range.clone()].copy_from_slice(&from.words[range]);
        }
    }

    /// The scanned values of children, given the prefixes of their groups.
    fn spread(
        &self,
        cx: &mut Lanes<'_>,
        prefixes: &Level,
        children: Planes<'_>,
        len: usize,
        inclusive: bool,
        out: &mut PlanesMut<'_>,
    ) -> Result<()> {
        if !inclusive {
            self.scatter(prefixes, prefixes.len, 0, out);
        }
        let mut sums = self.firsts(children, len);
        let mut next = self.level(sums.len);
        let mut scanned = self.level(sums.len);
        for k in 0..RADIX {
            // `sums` is the fold of children 0 to k.
            if k > 0 {
                let count = Self::groups_with(len, k);
                if count == 0 {
                    break;
                }
                self.with_child(cx, sums.planes(), children, k, count, &mut next)?;
                std::mem::swap(&mut sums, &mut next);
            }
            let child = if inclusive { k } else { k + 1 };
            if child == RADIX {
                break;
            }
            let count = Self::groups_with(len, child);
            let inputs =
                [prefixes, &sums].map(|level| Input::Planes { words: &level.words, stride: level.len });
            let output = Output::Planes { words: &mut scanned.words, stride: scanned.len };
            cx.machine.run(&self.program, cx.uniforms, &inputs, output, count, cx.budget)?;
            self.scatter(&scanned, count, child, out);
        }
        Ok(())
    }

    /// Puts value j of a level at child `k` of group j.
    fn scatter(&self, level: &Level, count: usize, k: usize, out: &mut PlanesMut<'_>) {
        for c in 0..self.words {
            let values = &level.words[c * level.len..][..count];
            for (out, value) in out.words[c * out.stride + k..].iter_mut().step_by(RADIX).zip(values) {
                *out = *value;
            }
        }
    }
}

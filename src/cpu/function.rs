//! A user's operator: the canonical order with a lane program as `⊕`.
//!
//! A level with m children is folded by three runs of the program over all its groups at once: lane j combines child
//! 4j with 4j+1, the result with 4j+2, then with 4j+3. The children are taken apart for it into four planes, first
//! children, second ones and so on. Groups that are not full take the lanes that they have.

use std::sync::Arc;

use super::compile::{Planes, PlanesMut};
use super::lane::{Engine, Input, Output, Program, deinterleave, interleave};
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

/// Children of one level: child k of group j of component c is `words[(4 c + k) groups + j]`.
struct Quarters {
    words: Vec<u32>,
    groups: usize,
    /// Number of children; those that a last group lacks are never read.
    len: usize,
}

impl Quarters {
    /// Groups that have a child `k`; they come first.
    fn count(&self, k: usize) -> usize {
        (self.len + RADIX - 1 - k) / RADIX
    }

    /// Child `k` of each group.
    fn quarter(&self, k: usize) -> Planes<'_> {
        Planes { words: &self.words[k * self.groups..], stride: RADIX * self.groups }
    }

    fn quarter_mut(&mut self, k: usize) -> PlanesMut<'_> {
        PlanesMut { words: &mut self.words[k * self.groups..], stride: RADIX * self.groups }
    }
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
        let mut level = self.fold(cx, &self.quarters(cx, states, len))?;
        while level.len > 1 {
            level = self.fold(cx, &self.quarters(cx, level.planes(), level.len))?;
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
        let elements = self.quarters(cx, states, len);
        let mut levels = Vec::new();
        let mut level = self.fold(cx, &elements)?;
        while level.len > 1 {
            let quarters = self.quarters(cx, level.planes(), level.len);
            level = self.fold(cx, &quarters)?;
            levels.push(quarters);
        }
        let mut prefixes = Level { words: prefix[..self.words].to_vec(), len: 1 };
        for children in levels.iter().rev() {
            let mut next = self.level(children.len);
            self.spread(cx, &prefixes, children, false, &mut next.planes_mut())?;
            prefixes = next;
        }
        self.spread(cx, &prefixes, &elements, inclusive, &mut out)
    }

    fn level(&self, len: usize) -> Level {
        Level { words: vec![0; len * self.words], len }
    }

    /// Takes children apart.
    fn quarters(&self, cx: &Lanes<'_>, children: Planes<'_>, len: usize) -> Quarters {
        let groups = len.div_ceil(RADIX);
        let mut words = vec![0; self.words * RADIX * groups];
        for (c, quarters) in words.chunks_exact_mut(RADIX * groups).enumerate() {
            let plane = children.component(c, len);
            let (whole, rest) = plane.split_at(len / RADIX * RADIX);
            deinterleave(cx.level, whole, quarters, groups, RADIX);
            for (k, &word) in rest.iter().enumerate() {
                quarters[k * groups + groups - 1] = word;
            }
        }
        Quarters { words, groups, len }
    }

    /// `out[j] = a[j] ⊕ b[j]` for the first `count`.
    fn combine_all(
        &self,
        cx: &mut Lanes<'_>,
        a: Planes<'_>,
        b: Planes<'_>,
        count: usize,
        out: PlanesMut<'_>,
    ) -> Result<()> {
        let inputs = [a, b].map(|planes| Input::Planes { words: planes.words, stride: planes.stride });
        let output = Output::Planes { words: out.words, stride: out.stride };
        cx.machine.run(&self.program, cx.uniforms, &inputs, output, count, cx.budget)
    }

    /// The aggregates of groups.
    fn fold(&self, cx: &mut Lanes<'_>, children: &Quarters) -> Result<Level> {
        let mut sums = self.level(children.groups);
        let mut next = self.level(children.groups);
        for k in 1..RADIX {
            self.fold_in(cx, children, k, &mut sums, &mut next)?;
        }
        if children.len == 1 {
            self.keep(children.quarter(0), &mut sums, 0);
        }
        Ok(sums)
    }

    /// Makes `sums`, the folds of children 0 to k - 1 of each group, those of children 0 to k.
    fn fold_in(
        &self,
        cx: &mut Lanes<'_>,
        children: &Quarters,
        k: usize,
        sums: &mut Level,
        next: &mut Level,
    ) -> Result<()> {
        let count = children.count(k);
        if count == 0 {
            return Ok(());
        }
        let before = if k == 1 { children.quarter(0) } else { sums.planes() };
        self.combine_all(cx, before, children.quarter(k), count, next.planes_mut())?;
        // Groups without a further child keep their value.
        self.keep(before, next, count);
        std::mem::swap(sums, next);
        Ok(())
    }

    /// Copies the values from `start` on.
    fn keep(&self, from: Planes<'_>, to: &mut Level, start: usize) {
        let len = to.len;
        for c in 0..self.words {
            to.words[c * len + start..(c + 1) * len].copy_from_slice(&from.component(c, len)[start..]);
        }
    }

    /// The scanned values of children, given the prefixes of their groups.
    fn spread(
        &self,
        cx: &mut Lanes<'_>,
        prefixes: &Level,
        children: &Quarters,
        inclusive: bool,
        out: &mut PlanesMut<'_>,
    ) -> Result<()> {
        let groups = children.groups;
        let mut scanned = Quarters { words: vec![0; children.words.len()], ..*children };
        let mut sums = self.level(groups);
        let mut next = self.level(groups);
        if !inclusive {
            for c in 0..self.words {
                let plane = prefixes.planes().component(c, groups);
                scanned.words[c * RADIX * groups..][..groups].copy_from_slice(plane);
            }
        }
        for k in 0..RADIX {
            // Afterwards `sums` are the folds of children 0 to k.
            if k > 0 {
                self.fold_in(cx, children, k, &mut sums, &mut next)?;
            }
            let child = if inclusive { k } else { k + 1 };
            if child == RADIX || children.count(child) == 0 {
                break;
            }
            let folded = if k == 0 { children.quarter(0) } else { sums.planes() };
            let to = scanned.quarter_mut(child);
            self.combine_all(cx, prefixes.planes(), folded, children.count(child), to)?;
        }
        let len = children.len;
        for (c, quarters) in scanned.words.chunks_exact(RADIX * groups).enumerate() {
            let (whole, rest) = out.component(c, len).split_at_mut(len / RADIX * RADIX);
            interleave(cx.level, whole, quarters, groups, RADIX);
            for (k, word) in rest.iter_mut().enumerate() {
                *word = quarters[k * groups + groups - 1];
            }
        }
        Ok(())
    }
}

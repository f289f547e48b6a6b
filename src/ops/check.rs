//! Trying the laws of a user's monoid, on the CPU.

use crate::cpu::{Cpu, Engine, Settings};
use crate::element::{Element, words_of};
use crate::error::Result;
use crate::monoid::{Describe, Monoid, check_laws};
use crate::work::{Fused, Node, Primitive, Source, Work};

/// Loop iterations that one combination may take.
const STEP_BUDGET: u64 = 1 << 24;

impl<T: Element> Monoid<T> {
    /// Tries the laws of monoids on `samples`: the identity on both sides of each, and associativity on all triples of up
    /// to 16 of them, else on 4096 triples spread over all. Values must be equal; NaN equals NaN. Functions of floats are
    /// rarely associative to the last bit: see [`check_within`](Self::check_within).
    ///
    /// # Errors
    ///
    /// [`Error::Law`](crate::Error::Law) names the law, the operands and both sides of the first counterexample.
    pub fn check(&self, samples: &[T]) -> Result<()> {
        self.check_within(samples, 0.0)
    }

    /// Like [`check`](Self::check); components of floats may differ by `relative` times the larger magnitude.
    ///
    /// # Errors
    ///
    /// As `check`.
    pub fn check_within(&self, samples: &[T], relative: f32) -> Result<()> {
        let spec = Describe::<T>::spec(self).0;
        let words = T::TYPE.words();
        let cpu = Cpu::shared(Settings { budget: STEP_BUDGET, engine: Engine::default() });
        let work = Work {
            primitive: Primitive::Reduce(spec.clone()),
            len: 0,
            sources: vec![Source::Constant([0; 4])],
            fused: Fused {
                nodes: vec![Node::Source { slot: 0, ty: T::TYPE }],
                output: 0,
                uniforms: Vec::new(),
            },
        };
        let state = |given: &[u32]| {
            let mut state = [0; 4];
            state[..words].copy_from_slice(&given[..words]);
            state
        };
        check_laws(&spec, words_of(samples), relative, &mut |a, b| cpu.combine(&work, &state(a), &state(b)))
    }
}

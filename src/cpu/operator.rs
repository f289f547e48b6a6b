//! Operators of monoids on the CPU: native loops, arg-extrema, or the user's function as a lane program.
//!
//! All three offer the same two passes over up to one tile of states in planes, in the canonical order.

use fearless_simd::Level;

use super::arg;
use super::compile::{Planes, PlanesMut};
use super::function::FunctionOp;
use super::lane::{Engine, Machine};
use super::native::Kernels;
use crate::element::Scalar;
use crate::error::{Error, Result};
use crate::monoid::{Builtin, MonoidSpec, Operator as Described};
use crate::run::State;

/// An operator ready to run.
pub(super) struct Operator {
    words: usize,
    kind: Kind,
}

enum Kind {
    Native(Kernels),
    /// `ArgMin`, or `ArgMax` when `max`.
    Arg {
        scalar: Scalar,
        max: bool,
    },
    Function(Box<FunctionOp>),
}

impl Operator {
    pub(super) fn new(monoid: &MonoidSpec, engine: Engine) -> Result<Self> {
        let kind = match &monoid.operator {
            Described::Builtin(Builtin::ArgMin) => Kind::Arg { scalar: monoid.element.scalar, max: false },
            Described::Builtin(Builtin::ArgMax) => Kind::Arg { scalar: monoid.element.scalar, max: true },
            Described::Builtin(builtin) => {
                Kind::Native(Kernels::new(*builtin, monoid.state.scalar).ok_or_else(|| {
                    Error::Unsupported {
                        executor: "cpu".into(),
                        what: format!("monoid {} on {}", monoid.name, monoid.element),
                    }
                })?)
            }
            Described::Function { function, .. } => {
                Kind::Function(Box::new(FunctionOp::new(function, monoid.state, engine)?))
            }
        };
        Ok(Self { words: monoid.state.words(), kind })
    }

    /// Estimated ns per element on one core.
    pub(super) fn cost_per_element(&self) -> f64 {
        match &self.kind {
            Kind::Native(_) => 0.12 * self.words as f64,
            Kind::Arg { .. } => 0.15,
            Kind::Function(function) => function.cost_per_element(),
        }
    }

    /// Bytes of code made for it.
    pub(super) fn bytes(&self) -> usize {
        match &self.kind {
            Kind::Function(function) => function.bytes(),
            Kind::Native(_) | Kind::Arg { .. } => 0,
        }
    }

    /// The compiled loops, where the CPU has them.
    pub(super) fn native(&self) -> Option<&Kernels> {
        match &self.kind {
            Kind::Native(kernels) => Some(kernels),
            Kind::Arg { .. } | Kind::Function(_) => None,
        }
    }

    /// Words of a state.
    pub(super) fn words(&self) -> usize {
        self.words
    }

    /// Combines two states.
    pub(super) fn combine(&self, cx: &mut Lanes<'_>, a: &State, b: &State) -> Result<State> {
        match &self.kind {
            Kind::Native(kernels) => {
                let mut state = [0; 4];
                for c in 0..self.words {
                    state[c] = (kernels.combine)(a[c], b[c]);
                }
                Ok(state)
            }
            Kind::Arg { .. } => Ok(arg::combine(*a, *b)),
            Kind::Function(function) => function.combine(cx, a, b),
        }
    }

    /// The aggregate of 1 to `TILE_LEN` elements, the first of which has index `first`.
    pub(super) fn reduce_elements(
        &self,
        cx: &mut Lanes<'_>,
        elements: Planes<'_>,
        len: usize,
        first: usize,
    ) -> Result<State> {
        match self.kind {
            Kind::Arg { scalar, max } => {
                Ok(arg::reduce(cx.level, scalar, max, elements.component(0, len), first))
            }
            _ => self.reduce_states(cx, elements, len),
        }
    }

    /// The aggregate of 1 to `TILE_LEN` states.
    pub(super) fn reduce_states(&self, cx: &mut Lanes<'_>, states: Planes<'_>, len: usize) -> Result<State> {
        match &self.kind {
            Kind::Native(kernels) => {
                let mut state = [0; 4];
                for (c, word) in state.iter_mut().enumerate().take(self.words) {
                    *word = (kernels.reduce_tile)(cx.level, states.component(c, len));
                }
                Ok(state)
            }
            Kind::Arg { .. } => {
                let (keys, indices) = (states.component(0, len), states.component(1, len));
                let pairs = keys.iter().zip(indices).map(|(&key, &index)| [key, index, 0, 0]);
                Ok(pairs.reduce(arg::combine).unwrap_or(arg::IDENTITY))
            }
            Kind::Function(function) => function.reduce(cx, states, len),
        }
    }

    /// Scans 1 to `TILE_LEN` states into `out`, from the canonical prefix of the first.
    pub(super) fn scan(
        &self,
        cx: &mut Lanes<'_>,
        prefix: State,
        states: Planes<'_>,
        len: usize,
        inclusive: bool,
        mut out: PlanesMut<'_>,
    ) -> Result<()> {
        match &self.kind {
            Kind::Native(kernels) => {
                let tile = if inclusive { kernels.inclusive_tile } else { kernels.exclusive_tile };
                for (c, &prefix) in prefix.iter().enumerate().take(self.words) {
                    tile(cx.level, prefix, states.component(c, len), out.component(c, len));
                }
                Ok(())
            }
            Kind::Arg { .. } => {
                Err(Error::Unsupported { executor: "cpu".into(), what: "scan with ArgMin or ArgMax".into() })
            }
            Kind::Function(function) => function.scan(cx, prefix, states, len, inclusive, out),
        }
    }
}

/// What running lane programs needs.
pub(super) struct Lanes<'a> {
    /// The vector instructions to use.
    pub(super) level: Level,
    /// The calling thread's registers.
    pub(super) machine: &'a mut Machine,
    /// Words of the uniform arguments of the monoid's function.
    pub(super) uniforms: &'a [u32],
    /// Loop iterations allowed per block.
    pub(super) budget: u64,
}

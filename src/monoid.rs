//! Monoids: an associative operator with its identity, what reduce and scan take.
//!
//! Here is the description that executors read; `builtin` holds the operators that the library brings, `user` those made
//! of a WGSL function, and `laws` tries the laws on samples.

mod builtin;
mod laws;
mod operator;
mod user;

use std::sync::Arc;

pub use builtin::{And, ArgMax, ArgMin, IntegerElement, Max, Min, Or, Product, ScalarElement, Sum, Xor};
pub use operator::{Extremum, ReduceOperator, ScanOperator};
pub use user::Monoid;

pub(crate) use operator::sealed::Describe;

pub(crate) use laws::check_laws;

use crate::element::ElementType;
use crate::wgsl::PureFunction;

/// The operators that every executor has natively. Applied component by component to vectors, except `ArgMin` and
/// `ArgMax`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Builtin {
    Sum,
    Product,
    Min,
    Max,
    And,
    Or,
    Xor,
    /// State: `vec2<u32>` of (ordered key, index); see `order::ordered_key`. Only reduce; only scalar elements.
    ArgMin,
    /// As `ArgMin`, with the key complemented so that the smallest state wins in both.
    ArgMax,
}

/// What combines two states.
#[derive(Debug, Clone)]
pub(crate) enum Operator {
    /// Native on every executor.
    Builtin(Builtin),
    /// The user's `fn(T, T) -> T`, with the words of its uniform arguments.
    Function { function: Arc<PureFunction>, uniforms: Vec<u32> },
}

/// A monoid, described.
#[derive(Debug, Clone)]
pub(crate) struct MonoidSpec {
    /// Equal for monoids that compile to the same code.
    pub(crate) id: u64,
    /// Name shown in explanations: `Sum`, or the function's name.
    pub(crate) name: String,
    /// The type of the elements that go in.
    pub(crate) element: ElementType,
    /// The type that is combined; equals `element` but for `ArgMin` and `ArgMax`.
    pub(crate) state: ElementType,
    /// How two states combine.
    pub(crate) operator: Operator,
    /// The words of the identity; unused words are 0.
    pub(crate) identity: [u32; 4],
}

impl MonoidSpec {
    /// True when every order of combination gives the same bits (integers, and minimum and maximum of anything), so
    /// that an executor may leave the canonical order.
    pub(crate) fn is_exact(&self) -> bool {
        match &self.operator {
            Operator::Builtin(Builtin::Sum | Builtin::Product) => !self.state.scalar.is_float(),
            Operator::Builtin(_) => true,
            Operator::Function { .. } => false,
        }
    }

    /// True for a user's function that computes with floats, whose bits are those that an executor's compiler leaves.
    pub(crate) fn is_user_float(&self) -> bool {
        matches!(&self.operator, Operator::Function { function, .. } if function.computes_floats())
    }
}

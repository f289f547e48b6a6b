//! The numeric built-in functions of WGSL on one lane, written so that a loop over lanes becomes vector code.
//!
//! Every function is branch-free where it matters, `#[inline(always)]`, and free of calls and table lookups, so that
//! `for i in 0..n { d[i] = exp::<F>(a[i]) }` inside a function compiled for AVX2 or AVX-512 turns into straight vector
//! instructions. The functions that would need a long path for a few arguments only (`sin`, `cos`, `tan`, `%`) come as a
//! vectorisable function, an exact one, and a predicate that says which arguments need the latter.
//!
//! Built-ins that the lane compiler makes of single steps (`mix`, `clamp`, shifts, ...) are here for tests only: they say
//! what the steps must give.
//!
//! Two promises hold everywhere, and are tested:
//! - results are within 2 units in the last place of the true value, subnormals, infinities and NaN included;
//! - results have the same bits on every instruction set (up to the payload of a NaN): see [`Fused`].

mod arithmetic;
mod convert;
mod double;
mod exp;
mod fused;
mod half;
mod hyperbolic;
mod integer;
mod inverse_trig;
mod log;
mod pack;
mod parts;
mod pow;
mod reduction;
mod remainder;
mod trig;
mod wide;

#[cfg(test)]
mod tests;

pub(crate) use arithmetic::*;
pub(crate) use convert::*;
pub(crate) use exp::{exp, exp2};
pub(crate) use fused::*;
pub(crate) use half::*;
pub(crate) use hyperbolic::*;
pub(crate) use integer::*;
pub(crate) use inverse_trig::*;
pub(crate) use log::{log, log2};
pub(crate) use pack::*;
pub(crate) use parts::*;
pub(crate) use pow::pow;
pub(crate) use remainder::*;
pub(crate) use trig::*;
pub(crate) use wide::*;

//! What a program usually needs: `use tilewright::prelude::*`.

pub use crate::{
    And, ArgMax, ArgMin, Array, Context, Extremum, Func, Kernel, Max, Min, Monoid, Or, Placement, Product,
    Sum, View, Xor,
};

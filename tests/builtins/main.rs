//! Every numeric built-in function, operator and conversion of WGSL on the CPU, through whole shaders, against f64, integer
//! and `half` references, at edges and at random arguments.
//!
//! Both engines must give the same bits. Errors must be within the bound of the WGSL specification, and within 2 units in
//! the last place, which is this project's own. The worst errors are a table in `src/builtins.md`, public as
//! `builtin_accuracy`: the test fails when the table says something else; `UPDATE=1` writes it.

mod arguments;
mod composed;
mod device;
mod floats;
mod halves;
mod integers;
mod packing;
mod table;
mod ulp;

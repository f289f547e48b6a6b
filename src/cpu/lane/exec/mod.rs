//! Running programs: the vector code, compiled once per instruction set, and the machine that calls it.

mod check;
pub(super) mod checker;
pub(super) mod functions;
pub(super) mod level;
pub(super) mod machine;
pub(super) mod memory;
mod pack;
pub(super) mod region;
mod shadow;
pub(super) mod shuffle;
mod stop;
pub(super) mod strip;
pub(super) mod subgroup;
pub(super) mod wide;
pub(super) mod workgroup;

//! Running programs: the vector code, compiled once per instruction set, and the machine that calls it.

pub(super) mod functions;
pub(super) mod level;
pub(super) mod machine;
mod memory;
mod pack;
pub(super) mod region;
pub(super) mod subgroup;
pub(super) mod workgroup;
pub(super) mod strip;

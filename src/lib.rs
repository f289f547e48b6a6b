//! Data-parallel map, reduce and scan from one WGSL function.

mod cpu;
mod element;
mod error;

//! Shaders against plain Rust, on every instruction set and engine.

mod support;

mod language;

//! Shaders against plain Rust, on every instruction set and engine.

mod corpus;
mod kinds;
mod language;
mod oracles;
mod oracles_words;
mod passes;
mod support;
mod wide;

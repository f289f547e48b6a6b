//! Programs against closures.
mod support;
mod straight;

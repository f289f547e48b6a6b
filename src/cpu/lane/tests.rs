//! Programs against closures.
mod straight;
mod support;

//! Programs against closures.

mod composite;
mod control;
mod random;
mod straight;
mod support;

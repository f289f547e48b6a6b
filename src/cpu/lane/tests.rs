//! Programs against closures.

mod composite;
mod control;
mod straight;
mod support;

//! Programs against closures.

mod composite;
mod listing;
mod probe;
mod random;
mod control;
mod straight;
mod support;

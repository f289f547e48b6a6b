//! Programs against closures.

mod composite;
mod listing;
mod probe;
mod control;
mod straight;
mod support;

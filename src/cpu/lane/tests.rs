//! Programs against closures.

mod composite;
mod control;
mod listing;
mod random;
mod straight;
mod support;

//! Programs against closures.

mod composite;
mod listing;
mod control;
mod straight;
mod support;

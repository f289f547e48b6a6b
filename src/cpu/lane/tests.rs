//! Programs against closures.

mod composite;
mod control;
mod graphs;
mod listing;
mod places;
mod random;
mod straight;
mod support;

//! Programs against closures.

mod composite;
mod control;
mod graphs;
mod hostile;
mod listing;
mod places;
mod pressure;
mod random;
mod straight;
mod support;

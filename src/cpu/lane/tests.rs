//! Programs against closures.

mod composite;
mod control;
mod hostile;
mod random;
mod straight;
mod support;

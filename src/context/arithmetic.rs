//! What a device's arithmetic keeps of the canonical order, as users see it.

use std::fmt;

use pollster::block_on;

use super::Context;
use crate::error::Result;

/// What small runs on a device have shown of its float arithmetic.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Arithmetic {
    /// The adapter that was tried.
    pub adapter: String,
    /// Ways in which float reductions and scans with built-in operators depart from the canonical order; where there are
    /// none, their bits are those of the CPU.
    pub departures: Vec<String>,
    /// Liberties with expressions of several operations, which WGSL allows: they may change the bits of floats that users'
    /// functions compute.
    pub liberties: Vec<String>,
}

impl fmt::Display for Arithmetic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.departures.as_slice() {
            [] => write!(f, "{}: float sums and scans keep the canonical order", self.adapter)?,
            departures => write!(
                f,
                "{}: floats depart from the canonical order: {}",
                self.adapter,
                departures.join(", ")
            )?,
        }
        match self.liberties.as_slice() {
            [] => Ok(()),
            liberties => write!(f, "; in users' functions, {}", liberties.join(", ")),
        }
    }
}

impl Context {
    /// Tries the float arithmetic of the preferred adapter: rounding, subnormals, reassociation, contraction. Opens the
    /// adapter if it is not open; two small runs.
    ///
    /// Every device is tried so when it is opened, and `Auto` goes by what was found. This is for those who want to know.
    ///
    /// # Errors
    ///
    /// [`Error::NoAdapter`](crate::Error::NoAdapter) where there is none, [`Error::Device`](crate::Error::Device) if it
    /// fails.
    ///
    /// ```
    /// let cx = tilewright::Context::new();
    /// match cx.try_arithmetic() {
    ///     Ok(arithmetic) => println!("{arithmetic}"),
    ///     Err(error) => println!("not tried: {error}"),
    /// }
    /// ```
    pub fn try_arithmetic(&self) -> Result<Arithmetic> {
        let (gpu, _) = self.gpu_timed()?;
        let verdict = block_on(gpu.probe()).inspect_err(|error| self.shared.devices.failed(error))?;
        let texts = |findings: Vec<&str>| findings.into_iter().map(str::to_owned).collect();
        Ok(Arithmetic {
            adapter: gpu.info().name.clone(),
            departures: texts(verdict.departures),
            liberties: texts(verdict.liberties),
        })
    }
}

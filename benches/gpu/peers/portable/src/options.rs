//! The command line, which both programs share.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::case::Case;
use crate::timing::Budget;

/// A crate that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Peer {
    Cubecl,
    Massively,
}

/// What CubeCL compiles kernels to for Vulkan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Compiler {
    /// SPIR-V on hardware, WGSL on software adapters.
    Auto,
    Spirv,
    Wgsl,
}

impl Compiler {
    /// The choice on an adapter. Kernels with memory of a work-group end lavapipe (Mesa 22.3) when they come as CubeCL's
    /// SPIR-V, and run when they come as WGSL.
    pub fn on(self, software: bool) -> Self {
        match (self, software) {
            (Self::Auto, true) => Self::Wgsl,
            (Self::Auto, false) => Self::Spirv,
            (chosen, _) => chosen,
        }
    }
}

/// Measures the portable GPU crates CubeCL and massively.
#[derive(Clone, Debug, Parser)]
pub struct Options {
    /// The CSV file to write.
    #[arg(long, default_value = "portable.csv")]
    pub out: PathBuf,
    /// The smallest size is 2 to this power.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(0..=30))]
    pub min_exp: u32,
    /// The largest size is at most 2 to this power.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(0..=30))]
    pub max_exp: u32,
    /// Distance of the powers.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..))]
    pub step: u32,
    /// Only 2^16 elements, 3 runs.
    #[arg(long)]
    pub quick: bool,
    /// Only cases whose names have this text.
    #[arg(long)]
    pub filter: Option<String>,
    /// Time to spend on the runs of a row.
    #[arg(long, default_value_t = 0.5)]
    pub seconds_per_row: f64,
    /// Only this crate.
    #[arg(long)]
    pub system: Option<Peer>,
    /// Device memory that inputs and output of a case may take; 60, or 4 on software adapters.
    #[arg(long)]
    pub memory_gib: Option<f64>,
    /// What CubeCL compiles kernels to; rows of WGSL have it in the name of the system.
    #[arg(long, value_enum, default_value_t = Compiler::Auto)]
    pub compiler: Compiler,
    /// Adds rows to a file that is there.
    #[arg(long)]
    pub append: bool,
}

impl Options {
    /// Sizes from small to large.
    pub fn sizes(&self) -> Vec<usize> {
        if self.quick {
            return vec![1 << 16];
        }
        (self.min_exp..=self.max_exp).step_by(self.step as usize).map(|power| 1 << power).collect()
    }

    /// Whether a case is wanted.
    pub fn wants(&self, case: Case) -> bool {
        self.filter.as_ref().is_none_or(|text| case.name().contains(text))
    }

    /// Whether a crate is wanted.
    pub fn wants_peer(&self, peer: Peer) -> bool {
        self.system.is_none_or(|only| only == peer)
    }

    /// Time or runs of a row.
    pub fn budget(&self) -> Budget {
        Budget { seconds: self.seconds_per_row, runs: self.quick.then_some(3) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_go_by_powers_up_to_the_largest() {
        let parse = |arguments: &[&str]| Options::parse_from([&["portable"], arguments].concat());
        assert_eq!(parse(&[]).sizes(), [16, 18, 20, 22, 24, 26, 28, 30].map(|power| 1 << power));
        assert_eq!(parse(&["--min-exp", "10", "--max-exp", "14", "--step", "3"]).sizes(), [1 << 10, 1 << 13]);
        assert_eq!(parse(&["--quick", "--max-exp", "20"]).sizes(), [1 << 16]);
    }

    #[test]
    fn a_filter_is_a_part_of_the_case() {
        let options = Options::parse_from(["portable", "--filter", "scan"]);
        assert!(options.wants(Case::InclusiveSum) && !options.wants(Case::Sum));
    }
}

//! What all examples share: the arguments that say where work runs, exit codes, output.
//!
//! Exit codes: 0 for success, 1 for a check that failed or a call that could not be finished, 2 for wrong usage.

#![allow(dead_code, reason = "each example uses a part of it")]

pub(crate) mod progress;

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use tilewright::{Builder, Context, Error, Placement};

/// Where work runs.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Where {
    /// auto, cpu, gpu, or split:S with the GPU's share S from 0 to 1 [default: $TILEWRIGHT_PLACEMENT, else auto]
    #[arg(long)]
    pub(crate) placement: Option<Placement>,
    /// Threads of the CPU [default: all processors]
    #[arg(long)]
    pub(crate) threads: Option<usize>,
    /// Use only adapters whose name contains this text
    #[arg(long)]
    pub(crate) adapter: Option<String>,
    /// Let `auto` choose a software adapter, which runs on the CPU's own cores
    #[arg(long)]
    pub(crate) allow_software: bool,
}

impl Where {
    /// The settings of a context that these arguments ask for.
    pub(crate) fn builder(&self) -> Builder {
        let mut builder = Context::builder().allow_software(self.allow_software);
        if let Some(placement) = self.placement {
            builder = builder.placement(placement);
        }
        if let Some(threads) = self.threads {
            builder = builder.threads(threads);
        }
        if let Some(adapter) = &self.adapter {
            builder = builder.adapter(adapter);
        }
        builder
    }
}

/// Why an example ends early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A result is not what it has to be.
    Check(String),
    /// The arguments or the input are wrong.
    Usage(String),
    /// The library reports an error.
    Library(Error),
    /// Standard output cannot be written.
    Output(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Check(what) | Self::Usage(what) => f.write_str(what),
            Self::Library(error) => error.fmt(f),
            Self::Output(error) => write!(f, "writing to standard output: {error}"),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Library(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

/// Parses the arguments, runs the example and turns its failure into a message and an exit code.
pub(crate) fn start<A: clap::Parser>(run: impl FnOnce(A, &mut dyn Write) -> Result<(), Failure>) -> ExitCode {
    let mut out = io::stdout().lock();
    let outcome = run(A::parse(), &mut out).and_then(|()| Ok(out.flush()?));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Who reads the output has seen enough.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            // With standard error closed as well there is nobody to tell; the exit code remains.
            let _ = writeln!(io::stderr(), "error: {failure}");
            match failure {
                Failure::Usage(_) | Failure::Library(Error::Value { .. } | Error::Binding { .. }) => {
                    ExitCode::from(2)
                }
                _ => ExitCode::from(1),
            }
        }
    }
}

/// Like [`start`], in the context that the arguments ask for.
pub(crate) fn start_on<A: clap::Parser>(
    place: impl FnOnce(&A) -> &Where,
    run: impl FnOnce(&Context, &A, &mut dyn Write) -> Result<(), Failure>,
) -> ExitCode {
    start(|args: A, out| run(&place(&args).builder().build()?, &args, out))
}

/// Pseudo-random floats of both signs and mixed magnitudes, whose sum depends on the order of additions.
pub(crate) fn samples(n: usize) -> Vec<f32> {
    let mut state = 0x9e37_79b9_u32;
    let mut next = || {
        // xorshift32 (Marsaglia, *Xorshift RNGs*, 2003).
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state
    };
    (0..n).map(|_| (next() as i32 as f32) * 2f32.powi(-31 - (next() >> 29) as i32)).collect()
}

/// Levels of the canonical tree above `n` elements.
pub(crate) fn levels(n: usize) -> u32 {
    n.max(1).next_power_of_two().ilog2().div_ceil(2)
}

/// The error bound of the canonical order for a sum in `f32`: `γ(3 L) Σ|x|` for a reduction, `γ(4 L + 1) Σ|x|` for a scan.
pub(crate) fn sum_bound(n: usize, scan: bool, magnitudes: f64) -> f64 {
    let additions = if scan { 4 * levels(n) + 1 } else { 3 * levels(n) };
    let k = f64::from(additions) * 2f64.powi(-24);
    k / (1.0 - k) * magnitudes
}

/// `1 thread`, `2 threads`.
pub(crate) fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// What ran last and where, in a line.
pub(crate) fn ran(cx: &Context) -> String {
    cx.last_report().map_or_else(String::new, |report| {
        report.plan.to_string().lines().next().unwrap_or_default().to_owned()
    })
}

/// Pseudo-random numbers: SplitMix64 (Steele, Lea, Flood, *Fast splittable pseudorandom number generators*, 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// Uniform in [0, 1), a multiple of 2^-53.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ z >> 31) >> 11) as f64 * 2f64.powi(-53)
    }
}

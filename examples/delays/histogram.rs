//! The histogram: 253 bins of whole minutes, one for what is below, one for what is above, one for what is not a number.
//!
//! Bins begin at whole minutes so that finding one takes a floor and a division of integers, which are exact everywhere;
//! a division of floats is not, on GPUs.

use std::fmt;

use tilewright::prelude::*;

use super::common::Failure;

const BELOW: usize = 0;
const ABOVE: usize = 254;
const NOT_A_NUMBER: usize = 255;
const BINS: usize = ABOVE - 1;

/// As in the shader.
const WORDS_PER_INVOCATION: usize = 64;

/// What is printed.
pub(crate) const QUANTILES: [(&str, f64); 5] =
    [("5% below", 0.05), ("25% below", 0.25), ("median", 0.5), ("75% below", 0.75), ("95% below", 0.95)];

pub(crate) struct Histogram {
    from: i32,
    width: i32,
    bin_of: Func<fn(f32) -> u32>,
    kernel: Kernel,
    counts: [u32; 256],
}

/// The bin that a quantile lies in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Range {
    /// None for all that is below the first bin.
    pub(crate) from: Option<i32>,
    /// None for all that is above the last bin.
    pub(crate) to: Option<i32>,
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.to) {
            (Some(from), Some(to)) => write!(f, "{from} to {to}"),
            (None, Some(to)) => write!(f, "below {to}"),
            (Some(from), None) => write!(f, "{from} and more"),
            (None, None) => f.write_str("any"),
        }
    }
}

impl Histogram {
    pub(crate) fn new(from: i32, width: i32) -> Result<Self, Failure> {
        // A NaN is told by its bits: WGSL lets a compiler take it that floats are numbers.
        let bin_of = Func::new(
            "fn bin_of(minutes: f32, first: i32, width: i32) -> u32 {
                if (bitcast<u32>(minutes) & 0x7fffffffu) > 0x7f800000u { return 255u; }
                if minutes < f32(first) { return 0u; }
                if minutes >= f32(first + 253 * width) { return 254u; }
                return 1u + u32((i32(floor(minutes)) - first) / width);
            }",
        )?;
        let kernel = Kernel::new(include_str!("../kernels/histogram.wgsl"))?;
        let bin_of = bin_of.arg("first", from).arg("width", width);
        Ok(Self { from, width, bin_of, kernel, counts: [0; 256] })
    }

    /// Counts delays in place of what was counted before. Their bins stay where they are found.
    pub(crate) fn count(&mut self, cx: &Context, delays: &[f32]) -> Result<(), Failure> {
        self.counts = [0; 256];
        if delays.is_empty() {
            return Ok(());
        }
        let bins = cx.view(delays).map(&self.bin_of).to_array()?;
        let invocations = delays.len().div_ceil(WORDS_PER_INVOCATION);
        let launch = self.kernel.launch().bind("words", &bins).bind("total", &mut self.counts);
        Ok(launch.invocations([invocations]).run(cx)?)
    }

    pub(crate) fn counts(&self) -> &[u32; 256] {
        &self.counts
    }

    pub(crate) fn bins(&self) -> &[u32] {
        &self.counts[BELOW + 1..ABOVE]
    }

    pub(crate) fn below(&self) -> u32 {
        self.counts[BELOW]
    }

    pub(crate) fn above(&self) -> u32 {
        self.counts[ABOVE]
    }

    pub(crate) fn not_numbers(&self) -> u32 {
        self.counts[NOT_A_NUMBER]
    }

    /// Where a bin begins; the end of the last one is the beginning of the one that is not there.
    pub(crate) fn edge(&self, bin: usize) -> i32 {
        self.from + bin as i32 * self.width
    }

    /// The bin with the smallest delay that at least `share` of all numbers do not exceed.
    pub(crate) fn quantile(&self, share: f64) -> Option<Range> {
        let numbers = &self.counts[..NOT_A_NUMBER];
        let rank = rank(share, numbers.iter().map(|&count| u64::from(count)).sum())?;
        let mut sum = 0;
        let bin = numbers.iter().position(|&count| {
            sum += u64::from(count);
            sum > rank
        })?;
        let from = (bin > BELOW).then(|| self.edge(bin - 1));
        Some(Range { from, to: (bin < ABOVE).then(|| self.edge(bin)) })
    }
}

/// The index, among `n` sorted numbers, of the quantile.
fn rank(share: f64, n: u64) -> Option<u64> {
    let rank = (share * n as f64).ceil() as u64;
    (n > 0).then(|| rank.clamp(1, n) - 1)
}

/// Holds the counts against a plain loop, and the quantiles against sorted delays.
pub(crate) fn check(histogram: &Histogram, delays: &[f32]) -> Result<(), Failure> {
    let mut expected = [0_u32; 256];
    for &minutes in delays {
        // Whole minutes since the first bin begins, in integers that hold all of them.
        let since = (minutes.floor() as i64).saturating_sub(i64::from(histogram.from));
        let bin = match since.div_euclid(i64::from(histogram.width)) {
            _ if minutes.is_nan() => NOT_A_NUMBER,
            bin if bin < 0 => BELOW,
            bin => 1 + (bin as usize).min(BINS),
        };
        expected[bin] += 1;
    }
    if let Some(bin) = (0..256).find(|&bin| expected[bin] != histogram.counts[bin]) {
        let (expected, found) = (expected[bin], histogram.counts[bin]);
        return Err(Failure::Check(format!("bin {bin}: expected {expected}, found {found}")));
    }
    let mut sorted: Vec<f32> = delays.iter().copied().filter(|minutes| !minutes.is_nan()).collect();
    sorted.sort_by(f32::total_cmp);
    for (name, share) in QUANTILES {
        let (Some(range), Some(rank)) = (histogram.quantile(share), rank(share, sorted.len() as u64)) else {
            continue;
        };
        let exact = f64::from(sorted[rank as usize]);
        let above = range.from.is_none_or(|from| exact >= f64::from(from));
        if !above || range.to.is_some_and(|to| exact >= f64::from(to)) {
            return Err(Failure::Check(format!("{name}: expected {exact}, found {range}")));
        }
    }
    Ok(())
}

//! The bars: what is to be shown on a large GPU, with data that stay on it.

use super::OURS;
use super::lines::{Copy, ratio};
use crate::row::{Clock, Key, Row};

/// Elements of the large cases.
const LARGE: u64 = 1 << 28;

/// Elements of the small one.
const SMALL: u64 = 1 << 16;

/// What a measurement is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Against {
    /// Our bytes a second over those of a copy.
    Copy,
    /// The time of a system over ours.
    System(&'static str),
}

/// A bar, and what was measured.
#[derive(Debug)]
pub(super) struct Bar {
    pub(super) case: &'static str,
    pub(super) dtype: &'static str,
    pub(super) n: u64,
    pub(super) clock: Clock,
    pub(super) against: Against,
    pub(super) at_least: f64,
    pub(super) aim: f64,
    /// Or why there is none.
    pub(super) figure: Result<f64, String>,
}

/// CUB in its default mode: the deterministic one is a peer in the table, and no bar.
const CUB: Against = Against::System("cub");

const LAMPSHADE: Against = Against::System("lampshade 0.13");

type Wanted = (&'static str, &'static str, u64, Clock, Against, [f64; 2]);

const WANTED: [Wanted; 7] = [
    ("reduce sum", "f32", LARGE, Clock::Device, Against::Copy, [0.80, 0.95]),
    ("scan inclusive_sum", "u32", LARGE, Clock::Device, CUB, [0.80, 1.0]),
    ("scan inclusive_sum", "f32", LARGE, Clock::Device, CUB, [0.80, 1.0]),
    ("map saxpy", "f32", LARGE, Clock::Device, Against::Copy, [0.85, 0.97]),
    ("reduce sum", "u32", LARGE, Clock::Device, LAMPSHADE, [1.2, 1.5]),
    ("scan inclusive_sum", "u32", LARGE, Clock::Device, LAMPSHADE, [1.2, 1.5]),
    ("reduce sum", "f32", SMALL, Clock::Host, CUB, [0.5, 0.9]),
];

/// All bars.
pub(super) fn bars(rows: &[Row], copy: Option<&Copy>) -> Vec<Bar> {
    let bar = |&(case, dtype, n, clock, against, [at_least, aim]): &Wanted| {
        let key = Key { case: case.into(), dtype: dtype.into(), n, clock };
        Bar { case, dtype, n, clock, against, at_least, aim, figure: figure(rows, copy, &key, against) }
    };
    WANTED.iter().map(bar).collect()
}

fn figure(rows: &[Row], copy: Option<&Copy>, key: &Key, against: Against) -> Result<f64, String> {
    let of = |system: &str| {
        let row = rows.iter().find(|row| row.system == system && row.key == *key);
        let row = row.ok_or_else(|| format!("no row of {system}"))?;
        if row.ok { Ok(row) } else { Err(format!("the result of {system} is WRONG")) }
    };
    let ours = of(OURS)?;
    let none = || "a time is 0".to_owned();
    match against {
        Against::System(system) => ratio(ours, of(system)?).ok_or_else(none),
        Against::Copy => {
            let copy = copy.ok_or("no bandwidth of a copy")?;
            Ok(ours.gb_per_s().ok_or_else(none)? / copy.gb_per_s)
        }
    }
}

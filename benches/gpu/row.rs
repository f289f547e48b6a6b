//! A row: one measurement, as every program of the comparison writes it and the report reads it.

use std::fmt;
use std::str::FromStr;

use crate::stats::Summary;

/// The first line of every file of rows.
pub(crate) const HEADER: &str = "system,case,dtype,n,clock,median_us,q1_us,q3_us,runs,bytes,checked";

/// Which clock a time was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Clock {
    /// The device's own: from the start of the first command of a call to the end of its last kernel.
    Device,
    /// The host's: from the call until its caller knows that it is done, and has the value of a reduction.
    Host,
}

impl Clock {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Device => "device",
            Self::Host => "host",
        }
    }
}

/// What was measured, whoever did it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) case: String,
    pub(crate) dtype: String,
    pub(crate) n: u64,
    pub(crate) clock: Clock,
}

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) system: String,
    pub(crate) key: Key,
    /// Microseconds a call.
    pub(crate) us: Summary,
    /// What the case must move at least.
    pub(crate) bytes: u64,
    /// False when a result was wrong.
    pub(crate) ok: bool,
}

impl Row {
    /// 10^9 bytes a second; none for a case that moves nothing, or took no time.
    pub(crate) fn gb_per_s(&self) -> Option<f64> {
        (self.bytes > 0 && self.us.median > 0.0).then(|| self.bytes as f64 / self.us.median / 1000.0)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { system, key: Key { case, dtype, n, clock }, us, bytes, ok } = self;
        let Summary { median, q1, q3, runs } = us;
        let (clock, checked) = (clock.name(), if *ok { "ok" } else { "WRONG" });
        write!(f, "{system},{case},{dtype},{n},{clock},{median:.3},{q1:.3},{q3:.3},{runs},{bytes},{checked}")
    }
}

impl FromStr for Row {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let fields: Vec<&str> = line.split(',').map(str::trim).collect();
        let &[system, case, dtype, n, clock, median, q1, q3, runs, bytes, checked] = fields.as_slice() else {
            return Err(format!("{} fields, not 11: {line}", fields.len()));
        };
        let clock = match clock {
            "device" => Clock::Device,
            "host" => Clock::Host,
            other => return Err(format!("`{other}` is no clock: {line}")),
        };
        let ok = match checked {
            "ok" => true,
            "WRONG" => false,
            other => return Err(format!("`{other}` is neither `ok` nor `WRONG`: {line}")),
        };
        let us = Summary {
            median: microseconds(median, line)?,
            q1: microseconds(q1, line)?,
            q3: microseconds(q3, line)?,
            runs: whole(runs, line)? as usize,
        };
        let key = Key { case: case.into(), dtype: dtype.into(), n: whole(n, line)?, clock };
        Ok(Self { system: system.into(), key, us, bytes: whole(bytes, line)?, ok })
    }
}

fn microseconds(field: &str, line: &str) -> Result<f64, String> {
    let time = field.parse::<f64>().ok().filter(|time| time.is_finite() && *time >= 0.0);
    time.ok_or_else(|| format!("`{field}` is no time: {line}"))
}

fn whole(field: &str, line: &str) -> Result<u64, String> {
    field.parse().map_err(|_| format!("`{field}` is no whole number: {line}"))
}

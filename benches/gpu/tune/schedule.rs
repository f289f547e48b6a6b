//! How the time of a run is shared out: from numbers alone.

use tilewright::tuning::Part;

/// Parts in the order in which they are measured: what there is most to gain by comes first.
pub(crate) const ORDER: [Part; 4] = [Part::Scan, Part::Reduce, Part::Map, Part::Memory];

/// The share of a run that is kept for the comparison in the end.
const RESERVE: f64 = 0.2;

/// The share of a part's time that its first round may take, which is over all variants.
const PROBING: f64 = 0.7;

/// Of some seconds, those that all parts have together.
pub(crate) fn for_parts(seconds: f64) -> f64 {
    seconds * (1.0 - RESERVE)
}

/// Of the seconds that are left to some parts, those of the first of them: what it does not need is the others'.
pub(crate) fn share(seconds: f64, parts: &[Part]) -> f64 {
    let weight = |part: &Part| match part {
        Part::Scan => 4.0,
        Part::Reduce => 3.0,
        Part::Map | Part::Memory => 2.0,
    };
    let all: f64 = parts.iter().map(weight).sum();
    parts.first().map_or(0.0, |part| seconds * weight(part) / all)
}

/// Of the seconds of a part, those of its first round.
pub(crate) fn for_probing(seconds: f64) -> f64 {
    seconds * PROBING
}

/// An order of `len` variants that has some of each kind early on, since neighbours are alike and time may end.
pub(crate) fn spread(len: usize) -> impl Iterator<Item = usize> {
    (0..STRIDE).flat_map(move |first| (first..len).step_by(STRIDE))
}

const STRIDE: usize = 4;

//! Which variant is the fastest, and by how much: from times alone, as a choice and as a table.

use std::fmt::Write;

use tilewright::tuning::Part;

/// How much faster than the default a variant must be to take its place. Less is within what clocks and neighbours make of
/// two runs of the same code.
pub(crate) const LEAST_GAIN: f64 = 0.02;

/// A variant that is so much slower than the default in the first round is not measured again.
const HOPELESS: f64 = 0.95;

/// How many variants are measured again beside the default.
pub(crate) const GO_ON: usize = 4;

/// How many times the library's time a choice may take for few elements.
const MOST_LOSS: f64 = 1.05;

/// What may become of a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Candidate,
    /// It is there to be compared with.
    Compared,
    /// It was measured, but not often enough.
    Probed,
    /// It had no turn.
    Untried,
}

/// A variant with its times.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measured {
    pub(crate) name: String,
    /// Microseconds, case by case; none if a case failed or was wrong, or if there was no turn.
    pub(crate) us: Option<Vec<f64>>,
    pub(crate) standing: Standing,
}

impl Measured {
    /// How many times as fast as another one, as the geometric mean over the cases.
    pub(crate) fn speed_up(&self, default: &Self) -> Option<f64> {
        let (mine, others) = (self.us.as_ref()?, default.us.as_ref()?);
        let logarithms = mine.iter().zip(others).map(|(mine, other)| (other / mine).ln());
        let mean = (logarithms.sum::<f64>() / mine.len() as f64).exp();
        mean.is_finite().then_some(mean)
    }

    /// The same with some of its cases.
    pub(crate) fn of_cases(&self, cases: impl IntoIterator<Item = usize>) -> Self {
        let us = self.us.as_ref().map(|us| cases.into_iter().map(|case| us[case]).collect());
        Self { us, ..self.clone() }
    }
}

/// The index of the choice: the fastest of those that beat the first one, the default, by enough, else the first one.
pub(crate) fn choose(measured: &[Measured]) -> usize {
    let Some(default) = measured.first() else { return 0 };
    let mut best = (0, 1.0 + LEAST_GAIN);
    for (index, variant) in measured.iter().enumerate().skip(1) {
        if variant.standing != Standing::Candidate {
            continue;
        }
        if let Some(speed_up) = variant.speed_up(default).filter(|speed_up| *speed_up >= best.1) {
            best = (index, speed_up);
        }
    }
    best.0
}

/// After the first round, the indices of those that are measured again: the default, and the best [`GO_ON`] of those that may
/// come to be chosen; the default's turns come first.
pub(crate) fn go_on(measured: &[Measured]) -> Vec<usize> {
    let Some(default) = measured.first() else { return Vec::new() };
    let others =
        measured.iter().enumerate().skip(1).filter(|(_, variant)| variant.standing != Standing::Compared);
    let mut hopeful: Vec<(usize, f64)> = others
        .filter_map(|(index, variant)| Some((index, variant.speed_up(default)?)))
        .filter(|(_, speed_up)| *speed_up >= HOPELESS)
        .collect();
    hopeful.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let best = hopeful.into_iter().take(GO_ON).map(|(index, _)| index);
    let all: Vec<usize> = std::iter::once(0).chain(best).collect();
    // Nothing to be compared with.
    if all.len() == 1 { Vec::new() } else { all }
}

/// Of the parts in which a choice differs from the library's tuning, those to be given up, since their cases with few elements
/// are slower: `found` says how many times as fast the choice is for the cases of a part. Memory is of all cases.
pub(crate) fn veto(changed: &[Part], found: &[(Part, f64)]) -> Vec<Part> {
    let is_slow = |part: &Part| found.iter().any(|(of, speed_up)| of == part && *speed_up < 1.0 / MOST_LOSS);
    let any = found.iter().any(|(of, _)| is_slow(of));
    changed.iter().copied().filter(|part| if *part == Part::Memory { any } else { is_slow(part) }).collect()
}

/// Of a default and a choice, the choice unless it is slower: that it is faster was seen part by part.
pub(crate) fn confirm(both: &[Measured]) -> usize {
    let [default, chosen] = both else { return 0 };
    usize::from(chosen.speed_up(default).is_some_and(|speed_up| speed_up >= 1.0))
}

/// A case of a table: how it is called, and the bytes that it moves.
pub(crate) struct Column {
    pub(crate) label: String,
    pub(crate) bytes: u64,
}

/// All variants, in the order in which they were measured: microseconds, times as fast as the default, and 10^9 bytes a
/// second for each case. The choice is marked.
pub(crate) fn table(title: &str, columns: &[Column], measured: &[Measured], chosen: usize) -> String {
    let width = measured.iter().map(|variant| variant.name.len()).max().unwrap_or(0).max(7);
    let mut text = format!("{title}\n  {:width$}", "variant");
    for column in columns {
        let _ = write!(text, "  {:>30}", format!("{}  µs, ratio, GB/s", column.label));
    }
    text.push_str("    all\n");
    for (index, variant) in measured.iter().enumerate() {
        let mark = if index == chosen { '*' } else { ' ' };
        let _ = write!(text, "{mark} {:width$}", variant.name);
        let default = measured[0].us.as_ref();
        match &variant.us {
            None if variant.standing == Standing::Untried => text.push_str("  not measured"),
            None => text.push_str("  failed or wrong"),
            Some(times) => {
                for (case, (us, column)) in times.iter().zip(columns).enumerate() {
                    let ratio = default.map_or(f64::NAN, |default| default[case] / us);
                    let rate = column.bytes as f64 / us / 1000.0;
                    let _ = write!(text, "  {us:>14.2} {ratio:>6.3} {rate:>8.1}");
                }
                let all = variant.speed_up(&measured[0]).unwrap_or(f64::NAN);
                let _ = write!(text, "  {all:>5.3}");
            }
        }
        let note = match (index, variant.standing) {
            (0, _) => "  default",
            (_, Standing::Compared) => "  to compare",
            (_, Standing::Probed) => "  first round",
            _ => "",
        };
        let _ = writeln!(text, "{note}");
    }
    text
}

//! Many scenarios in a few numbers.

use std::fmt;

use serde::Serialize;

use super::outcome::Outcome;

/// How the efficiencies of one call are distributed over scenarios.
///
/// Each counts as `min(η, 1)`: a static split that is beaten, by chunks that settle while they run or by noise, must not
/// make up for one that is missed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Distribution {
    /// The call, from 1.
    pub run: usize,
    /// Scenarios that have such a call.
    pub scenarios: usize,
    /// Geometric mean.
    pub geometric_mean: f64,
    /// The smallest that at most one in twenty is below of (nearest rank).
    pub percentile_5: f64,
    /// The smallest.
    pub minimum: f64,
    /// Whose that is.
    pub minimum_of: String,
}

impl Distribution {
    fn of<'o>(run: usize, outcomes: impl Iterator<Item = &'o Outcome>) -> Option<Self> {
        let mut all: Vec<(f64, &str)> = outcomes
            .filter_map(|outcome| Some((outcome.call(run)?.efficiency().min(1.0), outcome.name.as_str())))
            .collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let &(minimum, minimum_of) = all.first()?;
        let logarithms: f64 = all.iter().map(|(efficiency, _)| efficiency.ln()).sum();
        Some(Self {
            run,
            scenarios: all.len(),
            geometric_mean: (logarithms / all.len() as f64).exp(),
            percentile_5: all[(all.len().div_ceil(20)).saturating_sub(1)].0,
            minimum,
            minimum_of: minimum_of.to_owned(),
        })
    }
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "run {}: geometric mean {:.3}, 5th percentile {:.3}, minimum {:.3} ({})",
            self.run, self.geometric_mean, self.percentile_5, self.minimum, self.minimum_of
        )
    }
}

/// Many scenarios in a few numbers. Efficiencies are of those without scripted faults, which no static split survives.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Scenarios played.
    pub scenarios: usize,
    /// Those without scripted faults.
    pub without_faults: usize,
    /// Scenarios with a wrong result.
    pub wrong: usize,
    /// Faults survived.
    pub faults: usize,
    /// Largest share of a scenario's time that was spent to learn.
    pub exploration_share: f64,
    /// First call; `None` without a scenario that has one.
    pub first: Option<Distribution>,
    /// Third call; `None` without a scenario that has one.
    pub third: Option<Distribution>,
}

impl Summary {
    /// Of these.
    pub fn of<'o>(outcomes: impl IntoIterator<Item = &'o Outcome>) -> Self {
        let outcomes: Vec<&Outcome> = outcomes.into_iter().collect();
        let smooth = || outcomes.iter().copied().filter(|outcome| outcome.scripted_faults == 0);
        Self {
            scenarios: outcomes.len(),
            without_faults: smooth().count(),
            wrong: outcomes.iter().filter(|outcome| !outcome.is_correct()).count(),
            faults: outcomes.iter().map(|outcome| outcome.faults()).sum(),
            exploration_share: outcomes.iter().map(|outcome| outcome.exploration_share).fold(0.0, f64::max),
            first: Distribution::of(1, smooth()),
            third: Distribution::of(3, smooth()),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} scenarios, {} wrong; {} faults survived; exploration at most {:.2}% of a scenario's time",
            self.scenarios,
            self.wrong,
            self.faults,
            100.0 * self.exploration_share
        )?;
        write!(f, "min(η, 1) of the {} without scripted faults:", self.without_faults)?;
        for distribution in self.first.iter().chain(&self.third) {
            write!(f, "\n  {distribution}")?;
        }
        Ok(())
    }
}

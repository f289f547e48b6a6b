//! Variants of a tuning that take turns: each has a device of its own, and all cases on it, in each round.
//!
//! So a machine that slows down does so for all. Time may end before any turn: what was measured until then counts. Results
//! are held against the CPU's once for each variant, with all elements as soon as it matters how fast it is: before that,
//! with fewer of them.

use std::time::Instant;

use tilewright::tuning::Variant;

use super::Tuner;
use super::cases::{Point, Stage};
use super::choice::{Measured, Standing, go_on};
use crate::options::Deadline;
use crate::ours::Ours;
use crate::stats::summary;
use crate::timing::{Budget, Trouble};

/// What is measured.
pub(crate) struct Race<'r> {
    pub(crate) title: &'r str,
    /// The default comes first.
    pub(crate) tunings: &'r [Variant],
    pub(crate) points: &'r [Point],
    /// The end of the first round, if only the best of it go on from there.
    pub(crate) probing: Option<Deadline>,
    pub(crate) end: Deadline,
}

/// How far a race is.
struct Turn<'r> {
    race: &'r Race<'r>,
    round: usize,
    rounds: usize,
}

/// Medians of the rounds, of each point; none once a variant is out.
type Times = Option<Vec<Vec<f64>>>;

/// Elements with which results of a first round are checked, where there are many more: no multiple of anything.
const FEW: u64 = 1_000_003;

impl Turn<'_> {
    /// A first round shows who is worth measuring.
    fn is_probing(&self) -> bool {
        self.race.probing.is_some() && self.round == 0 && self.rounds > 1
    }

    /// Elements with which results are checked beforehand instead, if that saves much.
    fn few(&self, point: Point) -> Option<Point> {
        let may_wait = self.race.probing.is_some() && self.rounds > 1 && point.n > 4 * FEW;
        may_wait.then_some(Point { n: FEW, ..point })
    }

    /// True where results of all elements are checked: what was right once is right, since results depend on nothing that
    /// changes from round to round.
    fn checks(&self, point: Point) -> bool {
        self.round == usize::from(self.few(point).is_some())
    }
}

impl Tuner<'_> {
    /// Measures tunings in turns.
    pub(crate) fn race(&mut self, race: &Race<'_>) -> Result<Vec<Measured>, String> {
        let Race { title, tunings, points, .. } = *race;
        let rounds = self.rounds;
        let mut times: Vec<Times> = vec![Some(vec![Vec::new(); points.len()]); tunings.len()];
        let mut field: Vec<usize> = (0..tunings.len()).collect();
        let (mut seconds, mut turns) = (0.0, 0);
        for round in 0..rounds {
            let turn = Turn { race, round, rounds };
            eprintln!("{title}: round {} of {rounds}, {} variants", round + 1, field.len());
            let end = if turn.is_probing() { race.probing.unwrap_or(race.end) } else { race.end };
            let mut is_over = false;
            for (place, &index) in field.iter().enumerate() {
                let name = &tunings[index].name;
                // A turn that would last beyond the end is not begun.
                let expected = seconds / f64::from(turns.max(1));
                if end.left() <= expected {
                    is_over = true;
                    let left_out = field.len() - place;
                    eprintln!(
                        "skipped: {title}, round {}: {left_out} variants, from {name} on: the time is over",
                        round + 1
                    );
                    break;
                }
                let Some(medians) = &mut times[index] else { continue };
                let began = Instant::now();
                if let Err(why) = self.turn(&turn, &tunings[index], medians) {
                    eprintln!("failed: {title} {name}: {why}");
                    self.failures += 1;
                    times[index] = None;
                }
                turns += 1;
                seconds += began.elapsed().as_secs_f64();
            }
            if turn.is_probing() {
                // A first round that was cut short leaves time to measure again what it has seen.
                field = go_on(&self.measured(race, &times));
            } else if is_over {
                break;
            }
            if field.is_empty() {
                break;
            }
        }
        Ok(self.measured(race, &times))
    }

    fn measured(&self, race: &Race<'_>, times: &[Times]) -> Vec<Measured> {
        let enough = if race.probing.is_some() { self.rounds.min(2) } else { 1 };
        let checked = race.tunings.first().is_some_and(|default| default.tuning.checked);
        let of = |(Variant { name, tuning, .. }, times): (&Variant, &Times)| {
            let median = |medians: &Vec<f64>| summary(medians).map(|summary| summary.median);
            let rounds = times.iter().flatten().map(Vec::len).min();
            let standing = match rounds {
                Some(0) => Standing::Untried,
                _ if race.probing.is_some() && tuning.checked != checked => Standing::Compared,
                Some(rounds) if rounds < enough => Standing::Probed,
                _ => Standing::Candidate,
            };
            let us = times.as_ref().and_then(|points| points.iter().map(median).collect());
            Measured { name: name.clone(), us, standing }
        };
        race.tunings.iter().zip(times).map(of).collect()
    }

    /// A variant's turn.
    fn turn(&mut self, turn: &Turn<'_>, variant: &Variant, medians: &mut [Vec<f64>]) -> Result<(), String> {
        let Race { title, points, .. } = *turn.race;
        let ours = Ours::open_with(self.options.adapter.as_deref(), Some(variant.tuning))?;
        let mut stage = Stage::new(ours);
        let at = |Point { case, n }: Point| format!("{} {} of {n}", case.name(), case.dtype());
        let trouble = |point: Point| {
            move |(Trouble::Cannot(why) | Trouble::Failed(why))| format!("{}: {why}", at(point))
        };
        let wrong = |point: Point| move |why| format!("WRONG {}: {why}", at(point));
        if turn.round == 0 {
            for few in points.iter().filter_map(|point| turn.few(*point)) {
                let once = Budget { seconds: 0.0, runs: [1, 1] };
                let (_, checked) = few.time(&mut self.trial, &mut stage, once, true).map_err(trouble(few))?;
                checked.map_err(wrong(few))?;
            }
        }
        for (&point, medians) in points.iter().zip(medians) {
            let checks = turn.checks(point);
            // Few elements take little time, and a first look is one.
            let is_brief = turn.is_probing() || point.n < self.n;
            let seconds = if is_brief { self.budget.seconds / 2.0 } else { self.budget.seconds };
            let budget = Budget { seconds, ..self.budget };
            let (us, checked) =
                point.time(&mut self.trial, &mut stage, budget, checks).map_err(trouble(point))?;
            let verdict = match &checked {
                Err(_) => "WRONG",
                Ok(()) if checks => "ok",
                Ok(()) => "-",
            };
            let what = (title, turn.round, variant.name.as_str());
            self.log.row(what, point, self.trial.clock, us, verdict)?;
            checked.map_err(wrong(point))?;
            medians.push(us.median);
        }
        Ok(())
    }
}

//! `tune`: measures variants of the library's tuning on an adapter, part by part, and says which one is the fastest.
//!
//! A device is opened for each variant, which takes its turn with the others in each round, so that a machine that slows down
//! does so for all. A variant takes the default's place if it is at least 2 % faster; parts that follow are measured with it.
//! In the end the choice is measured against the library's own, for all cases, and is dropped if it is slower.

mod cases;
mod choice;
mod files;

use std::fs;
use std::path::PathBuf;

use clap::Args;
use tilewright::Context;
use tilewright::tuning::{Part, Tuning, Variant};

use self::cases::{Case, Trial};
use self::choice::{Column, Measured, choose, confirm, table};
pub(crate) use self::files::tuning;
use self::files::{Log, part_name};
use crate::options::Deadline;
use crate::ours::Ours;
use crate::stats::summary;
use crate::timing::{Budget, Trouble};

/// What `tune` can be told.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// Only adapters whose name contains this, in any case.
    #[arg(long)]
    adapter: Option<String>,
    /// Elements, as a power of two.
    #[arg(long, default_value_t = 26, value_parser = clap::value_parser!(u32).range(12..=30))]
    exp: u32,
    /// Only these parts: map, reduce, scan, memory.
    #[arg(long, value_delimiter = ',', value_parser = part, default_value = "map,reduce,scan,memory")]
    parts: Vec<Part>,
    /// How often each variant has its turn.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Seconds of timed runs of a variant, for a case and a round.
    #[arg(long, default_value_t = 0.1)]
    seconds_per_row: f64,
    /// Seconds after which no round is begun; what was measured until then counts.
    #[arg(long)]
    deadline: Option<f64>,
    /// 2^16 elements, one round and three runs: shows that everything works, not how fast it is, so that nothing comes of it
    /// that is kept.
    #[arg(long, conflicts_with_all = ["keep", "ship"])]
    quick: bool,
    /// Where tuning.csv, tuning.json and tuning.txt go.
    #[arg(long, default_value = "tuning")]
    out: PathBuf,
    /// Has contexts of this machine use the choice, from now on.
    #[arg(long)]
    keep: bool,
    /// Puts the choice into this file of tunings, as src/tuning/shipped.json is one.
    #[arg(long)]
    ship: Option<PathBuf>,
}

fn part(text: &str) -> Result<Part, String> {
    let part = Part::ALL.into_iter().find(|part| part_name(*part) == text);
    part.ok_or_else(|| format!("`{text}` is none of map, reduce, scan and memory"))
}

/// A run, and what it has come to.
struct Tuner<'o> {
    options: &'o Options,
    trial: Trial,
    log: Log,
    deadline: Deadline,
    /// What people read.
    text: String,
    failures: usize,
}

/// Runs it; an error if a result was wrong, or a variant failed.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let ours = Ours::open(options.adapter.as_deref())?;
    let clock = cases::clock(&ours).map_err(|trouble| format!("the clock: {trouble:?}"))?;
    let adapter = ours.adapter.clone();
    drop(ours);
    eprintln!("adapter: {adapter}");
    let (n, budget) = match options.quick {
        true => (1 << 16, Budget { seconds: 0.0, runs: [3, 3] }),
        false => (1 << options.exp, Budget { seconds: options.seconds_per_row, runs: [5, 500] }),
    };
    fs::create_dir_all(&options.out).map_err(|error| format!("{}: {error}", options.out.display()))?;
    let mut tuner = Tuner {
        options,
        trial: Trial::new(n, clock, budget),
        log: Log::create(&options.out.join("tuning.csv"))?,
        deadline: Deadline::after(options.deadline),
        text: String::new(),
        failures: 0,
    };
    let library = Tuning::of(adapter.traits());
    let mut tuning = library;
    for part in Part::ALL.into_iter().filter(|part| options.parts.contains(part)) {
        let variants = tuning.variants(part, adapter.traits());
        let mut tunings = vec![Variant::new(part.of(&tuning), tuning)];
        tunings.extend(variants);
        let (measured, chosen) = tuner.compare(part_name(part), Case::of(part), &tunings, choose)?;
        tuning = tunings[if measured { chosen } else { 0 }].tuning;
    }
    if tuning != library {
        let both = [Variant::new("the library's", library), Variant::new("chosen", tuning)];
        let (measured, chosen) = tuner.compare("all", Case::ALL, &both, confirm)?;
        // What was not compared is not to be had for sure.
        tuning = both[if measured { chosen } else { 0 }].tuning;
    }
    tuner.say(if tuning == library { "\nThe library's own tuning stays:\n" } else { "\nThe choice:\n" });
    tuner.say(&format!("{tuning}\n"));

    let entry = files::entry(&adapter, &tuning, &tuner.trial);
    files::write(&options.out.join("tuning.json"), &files::pretty(&entry)?)?;
    files::write(&options.out.join("tuning.txt"), &tuner.text)?;
    if options.keep {
        let cx = Context::builder().adapter(&adapter.name).build();
        let path = cx.and_then(|cx| cx.keep_tuning(&tuning)).map_err(|error| error.to_string())?;
        println!("kept in {}", path.display());
    }
    if let Some(path) = &options.ship {
        files::ship(path, &entry)?;
        println!("shipped in {}", path.display());
    }
    match tuner.failures {
        0 => Ok(()),
        failures => Err(format!("{failures} variants failed or gave wrong results")),
    }
}

impl Tuner<'_> {
    /// Measures tunings in turns, the first of which is the default: the index of the one that `choose` takes, and whether
    /// there was time for any.
    fn compare(
        &mut self,
        title: &str,
        cases: &[Case],
        tunings: &[Variant],
        choose: fn(&[Measured]) -> usize,
    ) -> Result<(bool, usize), String> {
        // Medians of the rounds, of each case of each variant; none once a variant is out.
        let mut times: Vec<Option<Vec<Vec<f64>>>> = vec![Some(vec![Vec::new(); cases.len()]); tunings.len()];
        let rounds = if self.options.quick { 1 } else { self.options.rounds as usize };
        for round in 0..rounds {
            if let Err(trouble) = self.deadline.check() {
                eprintln!("skipped: {title}, from round {} on: {trouble:?}", round + 1);
                break;
            }
            eprintln!("{title}: round {} of {rounds}, {} variants", round + 1, tunings.len());
            for (Variant { name, tuning, .. }, times) in tunings.iter().zip(&mut times) {
                let Some(medians) = times else { continue };
                if let Err(why) = self.turn((title, round, name), cases, tuning, medians) {
                    eprintln!("failed: {title} {name}: {why}");
                    self.failures += 1;
                    *times = None;
                }
            }
        }
        let median = |medians: &Vec<f64>| summary(medians).map(|summary| summary.median);
        let measured: Vec<Measured> = tunings
            .iter()
            .zip(&times)
            .map(|(Variant { name, tuning, .. }, times)| Measured {
                name: name.clone(),
                us: times.as_ref().and_then(|cases| cases.iter().map(median).collect()),
                may_be_chosen: tuning.checked == tunings[0].tuning.checked,
            })
            .collect();
        if measured.iter().all(|variant| variant.us.is_none()) {
            return Ok((false, 0));
        }
        let chosen = choose(&measured);
        let n = self.trial.n;
        let label = |case: &Case| format!("{} {}", case.name(), case.dtype());
        let columns: Vec<Column> =
            cases.iter().map(|case| Column { label: label(case), bytes: case.bytes(n) }).collect();
        let title = format!("\n{title}: {n} elements, {} clock, {rounds} rounds", self.trial.clock.name());
        self.say(&table(&title, &columns, &measured, chosen));
        Ok((true, chosen))
    }

    /// A variant's turn: a device of its own, and all cases on it.
    fn turn(
        &mut self,
        what: (&str, usize, &str),
        cases: &[Case],
        tuning: &Tuning,
        medians: &mut [Vec<f64>],
    ) -> Result<(), String> {
        let ours = Ours::open_with(self.options.adapter.as_deref(), Some(*tuning))?;
        for (case, medians) in cases.iter().zip(medians) {
            // What was right once is right: results depend on nothing that changes from round to round.
            let checks = what.1 == 0;
            let (us, checked) = self.trial.time(&ours, *case, checks).map_err(|trouble| match trouble {
                Trouble::Cannot(why) | Trouble::Failed(why) => {
                    format!("{} {}: {why}", case.name(), case.dtype())
                }
            })?;
            let verdict = match &checked {
                Err(_) => "WRONG",
                Ok(()) if checks => "ok",
                Ok(()) => "-",
            };
            self.log.row(what, *case, &self.trial, us, verdict)?;
            checked.map_err(|why| format!("WRONG {} {}: {why}", case.name(), case.dtype()))?;
            medians.push(us.median);
        }
        Ok(())
    }

    fn say(&mut self, text: &str) {
        print!("{text}");
        self.text.push_str(text);
    }
}

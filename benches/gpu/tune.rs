//! `tune`: measures variants of the library's tuning on an adapter, part by part, and says which one is the fastest.
//!
//! All variants of a part are measured once, and the best of them again, with the default. One takes the default's place if it
//! is at least 2 % faster; parts that follow are measured with it. In the end the choice is measured against the library's
//! own, for all cases: it is dropped if it is slower, and so are parts of it that cost time where there are few elements.
//!
//! A run that has a deadline shares its time out beforehand, and what it has come to is written after each part.

mod cases;
mod choice;
mod files;
mod race;
mod schedule;

use std::fs;
use std::path::PathBuf;

use clap::Args;
use tilewright::tuning::{Entry, Part, Tuning, Variant};
use tilewright::{Adapter, Context};

use self::cases::{Case, Point, Trial};
use self::choice::{Column, Measured, Standing, choose, confirm, table, veto};
pub(crate) use self::files::tuning;
use self::files::{Log, part_name};
use self::race::Race;
use self::schedule::{ORDER, for_parts, for_probing, share, spread};
use crate::options::Deadline;
use crate::ours::Ours;
use crate::timing::Budget;

/// What `tune` can be told.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// Only adapters whose name contains this, in any case.
    #[arg(long)]
    adapter: Option<String>,
    /// Elements, as a power of two.
    #[arg(long, default_value_t = 26, value_parser = clap::value_parser!(u32).range(12..=30))]
    exp: u32,
    /// Only these parts: scan, reduce, map, memory.
    #[arg(long, value_delimiter = ',', value_parser = part, default_value = "scan,reduce,map,memory")]
    parts: Vec<Part>,
    /// How often a variant has its turn, if the first one does not show that it is hopeless.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    rounds: u32,
    /// Seconds of timed runs of a variant, for a case and a round; half of it in the first round.
    #[arg(long, default_value_t = 0.1)]
    seconds_per_row: f64,
    /// Seconds after which no variant has a turn; what was measured until then counts.
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

/// Elements with which a choice must not be much slower, as powers of two.
const SMALL: [u32; 2] = [16, 20];

/// A run, and what it has come to.
struct Tuner<'o> {
    options: &'o Options,
    adapter: Adapter,
    n: u64,
    rounds: usize,
    budget: Budget,
    trial: Trial,
    log: Log,
    deadline: Deadline,
    /// What people read.
    text: String,
    failures: usize,
}

/// Runs it; an error if a result was wrong, or a variant failed.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let deadline = Deadline::after(options.deadline);
    let ours = Ours::open(options.adapter.as_deref())?;
    let clock = cases::clock(&ours).map_err(|trouble| format!("the clock: {trouble:?}"))?;
    let adapter = ours.adapter.clone();
    drop(ours);
    eprintln!("adapter: {adapter}");
    let (n, rounds, budget) = match options.quick {
        true => (1 << 16, 1, Budget { seconds: 0.0, runs: [3, 3] }),
        false => {
            let budget = Budget { seconds: options.seconds_per_row, runs: [5, 500] };
            (1 << options.exp, options.rounds as usize, budget)
        }
    };
    fs::create_dir_all(&options.out).map_err(|error| format!("{}: {error}", options.out.display()))?;
    for old in ["tuning.json", "tuning.txt"] {
        files::remove(&options.out.join(old))?;
    }
    let mut tuner = Tuner {
        options,
        adapter,
        n,
        rounds,
        budget,
        trial: Trial::new(clock),
        log: Log::create(&options.out.join("tuning.csv"))?,
        deadline,
        text: String::new(),
        failures: 0,
    };
    let library = Tuning::of(tuner.adapter.traits());
    let mut tuning = library;
    let parts: Vec<Part> = ORDER.into_iter().filter(|part| options.parts.contains(part)).collect();
    let end = Deadline::after(Some(for_parts(deadline.left())));
    for (place, &part) in parts.iter().enumerate() {
        tuning = tuner.part(part, tuning, share(end.left(), &parts[place..]))?;
        tuner.leave(&tuning, " so far", "not confirmed, ")?;
    }
    let mut confirmed = Some(library);
    if tuning != library {
        confirmed = tuner.confirm(library, tuning)?;
    }
    let tuning = confirmed.unwrap_or(tuning);
    let (so_far, how) = match confirmed {
        Some(_) => ("", ""),
        None => (", which there was no time to confirm", "not confirmed, "),
    };
    let (closing, entry) = tuner.leave(&tuning, so_far, how)?;
    print!("{closing}");
    if options.keep {
        let cx = Context::builder().adapter(&tuner.adapter.name).build();
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
    /// The tuning with the best variant of a part, which may take so many seconds.
    fn part(&mut self, part: Part, tuning: Tuning, seconds: f64) -> Result<Tuning, String> {
        let variants = tuning.variants(part, self.adapter.traits());
        let mut tunings = vec![Variant::new(part.of(&tuning), tuning)];
        tunings.extend(spread(variants.len()).map(|index| variants[index].clone()));
        let points = points(Case::of(part), self.n);
        let race = Race {
            title: part_name(part),
            tunings: &tunings,
            points: &points,
            probing: Some(Deadline::after(Some(for_probing(seconds)))),
            end: Deadline::after(Some(seconds)),
        };
        let measured = self.race(&race)?;
        let chosen = choose(&measured);
        self.show(part_name(part), &points, &measured, chosen);
        Ok(tunings[chosen].tuning)
    }

    /// What stands of a choice beside the library's tuning; `None` if there is no time to tell.
    fn confirm(&mut self, library: Tuning, tuning: Tuning) -> Result<Option<Tuning>, String> {
        let tunings = [Variant::new("the library's", library), Variant::new("chosen", tuning)];
        let small = SMALL.map(|exp| 1 << exp).into_iter().filter(|&n| n < self.n);
        let sizes: Vec<u64> = std::iter::once(self.n).chain(small).collect();
        let points: Vec<Point> = sizes.iter().flat_map(|&n| points(Case::ALL, n)).collect();
        let race =
            Race { title: "all", tunings: &tunings, points: &points, probing: None, end: self.deadline };
        let both = self.race(&race)?;
        if both.iter().any(|variant| variant.standing == Standing::Untried) {
            return Ok(None);
        }
        let changed: Vec<Part> =
            Part::ALL.into_iter().filter(|part| part.of(&tuning) != part.of(&library)).collect();
        let cases = 0..Case::ALL.len();
        let among = |parts: &[Part]| {
            let is_of = |case: &usize| parts.iter().any(|part| Case::of(*part).contains(&Case::ALL[*case]));
            cases.clone().filter(is_of).collect::<Vec<usize>>()
        };
        let mut taken = library;
        let mut found = Vec::new();
        for (size, points) in points.chunks(cases.len()).enumerate() {
            let first = size * cases.len();
            let all = both.iter().map(|variant| variant.of_cases(cases.clone().map(|case| first + case)));
            let all: Vec<Measured> = all.collect();
            let of = |parts: &[Part]| [0, 1].map(|index| all[index].of_cases(among(parts)));
            // What has not changed is as fast as it was.
            if size == 0 && confirm(&of(&changed)) == 1 {
                taken = tuning;
            }
            self.show("all", points, &all, usize::from(taken == tuning));
            for part in [Part::Map, Part::Reduce, Part::Scan].into_iter().filter(|_| size > 0) {
                let [default, chosen] = of(&[part]);
                found.extend(chosen.speed_up(&default).map(|speed_up| (part, speed_up)));
            }
        }
        let vetoed = if taken == tuning { veto(&changed, &found) } else { Vec::new() };
        for part in vetoed {
            let name = part_name(part);
            self.say(&format!("\n{name}: the library's stays, which is faster for few elements\n"));
            restore(part, &library, &mut taken);
        }
        // Parts fit together as they were measured, and need not do so otherwise.
        Ok(Some(if taken.check(self.adapter.traits()).is_ok() { taken } else { library }))
    }

    /// Says what was measured, if anything was.
    fn show(&mut self, title: &str, points: &[Point], measured: &[Measured], chosen: usize) {
        if measured.iter().all(|variant| variant.us.is_none()) {
            return;
        }
        let label = |case: Case| format!("{} {}", case.name(), case.dtype());
        let column = |point: &Point| Column { label: label(point.case), bytes: point.bytes() };
        let columns: Vec<Column> = points.iter().map(column).collect();
        let n = points.first().map_or(self.n, |point| point.n);
        let (clock, rounds) = (self.trial.clock.name(), self.rounds);
        let title = format!("\n{title}: {n} elements, {clock} clock, at most {rounds} rounds");
        self.say(&table(&title, &columns, measured, chosen));
    }

    /// Writes what there is to say until now, and the choice: what is said of it at the end, and its entry.
    fn leave(&self, tuning: &Tuning, state: &str, how: &str) -> Result<(String, Entry), String> {
        let is_library = *tuning == Tuning::of(self.adapter.traits());
        let which = if is_library { "The library's own tuning stays" } else { "The choice" };
        let closing = format!("\n{which}{state}:\n{tuning}\n");
        let how = format!("{how}{} elements, {} clock", self.n, self.trial.clock.name());
        let entry = files::entry(&self.adapter, tuning, &how);
        let out = &self.options.out;
        files::write(&out.join("tuning.txt"), &(self.text.clone() + &closing))?;
        files::write(&out.join("tuning.json"), &files::pretty(&entry)?)?;
        Ok((closing, entry))
    }

    fn say(&mut self, text: &str) {
        print!("{text}");
        self.text.push_str(text);
    }
}

fn points(cases: &[Case], n: u64) -> Vec<Point> {
    cases.iter().map(|&case| Point { case, n }).collect()
}

/// Puts a part of the library's tuning into another one.
fn restore(part: Part, library: &Tuning, tuning: &mut Tuning) {
    match part {
        Part::Map => tuning.map = library.map,
        Part::Reduce => tuning.reduce = library.reduce,
        Part::Scan => (tuning.scan, tuning.prefix) = (library.scan, library.prefix),
        Part::Memory => {
            (tuning.vector_words, tuning.checked) = (library.vector_words, library.checked);
        }
    }
}

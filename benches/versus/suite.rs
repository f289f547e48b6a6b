//! The measurement: two sides in turns, medians, checked results.

use std::error::Error;
use std::time::{Duration, Instant};

use crate::table;

/// What a step of the run gives.
pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// Runs of each side: as many as fit into `ROW_TIME`, within these bounds.
const RUNS: std::ops::RangeInclusive<usize> = 5..=25;
/// Time for the timed runs of one row.
const ROW_TIME: Duration = Duration::from_secs(5);
const QUICK_RUNS: usize = 3;
/// No row is larger than this under `--quick`.
const QUICK_LEN: usize = 1 << 16;

/// What the command line asks for.
pub(crate) struct Options {
    pub(crate) filter: String,
    pub(crate) quick: bool,
    pub(crate) runs: Option<usize>,
    pub(crate) csv: bool,
}

/// What a row has to reach.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    /// At least this `peer time / our time`.
    Ratio(f64),
    /// At most this many µs more than the peer.
    OverheadUs(f64),
    /// Shown for comparison.
    Open,
}

/// What is compared.
pub(crate) struct Case<'a> {
    pub(crate) name: &'a str,
    pub(crate) n: usize,
    pub(crate) peer: &'a str,
    pub(crate) goal: Goal,
}

/// One measured row.
pub(crate) struct Row {
    pub(crate) case: String,
    pub(crate) n: usize,
    pub(crate) peer: String,
    pub(crate) goal: Goal,
    /// Medians.
    pub(crate) ours_ms: f64,
    pub(crate) peer_ms: f64,
    /// Lower quartile, median and upper quartile of the ratios of neighbouring runs.
    pub(crate) paired: [f64; 3],
    pub(crate) runs: usize,
}

impl Row {
    /// Peer time over our time.
    pub(crate) fn ratio(&self) -> f64 {
        self.peer_ms / self.ours_ms
    }

    /// Whether the figure was reached; `None` where there is none.
    pub(crate) fn reached(&self) -> Option<bool> {
        match self.goal {
            Goal::Ratio(least) => Some(self.ratio() >= least),
            Goal::OverheadUs(most) => Some((self.ours_ms - self.peer_ms) * 1e3 <= most),
            Goal::Open => None,
        }
    }
}

/// One side of a comparison: a place for its result, and what fills it.
pub(crate) struct Side<T, F> {
    result: Option<T>,
    /// True when each run makes its result anew.
    fresh: bool,
    run: F,
}

impl<T, F: FnMut(Option<T>) -> Outcome<T>> Side<T, F> {
    fn timed(&mut self, calls: usize) -> Outcome<f64> {
        if self.fresh {
            // Giving memory back is not part of the run.
            self.result = None;
        }
        let mut result = self.result.take();
        let start = Instant::now();
        for _ in 0..calls {
            result = Some((self.run)(result)?);
        }
        let elapsed = start.elapsed();
        self.result = result;
        Ok(elapsed.as_secs_f64() * 1e3 / calls as f64)
    }
}

/// A side that makes a new result each run.
pub(crate) fn fresh<T>(mut run: impl FnMut() -> Outcome<T>) -> Side<T, impl FnMut(Option<T>) -> Outcome<T>> {
    Side { result: None, fresh: true, run: move |_| run() }
}

/// A side that writes into the same memory each run.
#[expect(clippy::type_complexity, reason = "the type of a closure has no name")]
pub(crate) fn into<T>(
    out: Vec<T>,
    mut run: impl FnMut(&mut [T]) -> Outcome<()>,
) -> Side<Vec<T>, impl FnMut(Option<Vec<T>>) -> Outcome<Vec<T>>> {
    let run = move |out: Option<Vec<T>>| {
        let mut out = out.unwrap_or_default();
        run(&mut out)?;
        Ok(out)
    };
    Side { result: Some(out), fresh: false, run }
}

/// All rows of a run.
pub(crate) struct Suite {
    options: Options,
    pub(crate) rows: Vec<Row>,
    /// What else was found out, line by line: memory, rows left out.
    pub(crate) notes: Vec<String>,
    failures: usize,
}

impl Suite {
    pub(crate) fn new(options: Options) -> Self {
        Self { options, rows: Vec::new(), notes: Vec::new(), failures: 0 }
    }

    /// Rows that gave an error or a wrong result.
    pub(crate) fn failures(&self) -> usize {
        self.failures
    }

    pub(crate) fn is_quick(&self) -> bool {
        self.options.quick
    }

    /// The length of a row: what the figure is for, or a small one.
    pub(crate) fn len(&self, n: usize) -> usize {
        if self.options.quick { n.min(QUICK_LEN) } else { n }
    }

    /// True when a row of one of these names is wanted.
    pub(crate) fn wants(&self, names: &[&str]) -> bool {
        names.iter().any(|name| name.contains(&self.options.filter))
    }

    pub(crate) fn begin(&self) {
        println!("{}", if self.options.csv { table::CSV_HEADER.into() } else { table::header() });
    }

    pub(crate) fn end(&self) {
        if !self.options.csv && self.options.quick {
            println!("quick: small inputs, no figure is judged");
        }
    }

    /// Says something beside the rows.
    pub(crate) fn note(&mut self, note: String) {
        if self.options.csv {
            eprintln!("{note}")
        } else {
            println!("{note}")
        }
        self.notes.push(note);
    }

    /// Measures one row, one call a run. `check` sees the results of the first and of the last run.
    pub(crate) fn versus<A, B>(
        &mut self,
        case: &Case<'_>,
        ours: Side<A, impl FnMut(Option<A>) -> Outcome<A>>,
        peer: Side<B, impl FnMut(Option<B>) -> Outcome<B>>,
        check: impl Fn(&A, &B) -> Outcome<()>,
    ) {
        self.versus_many(case, 1, ours, peer, check);
    }

    /// As `versus`, with `calls` calls a run.
    pub(crate) fn versus_many<A, B>(
        &mut self,
        case: &Case<'_>,
        calls: usize,
        mut ours: Side<A, impl FnMut(Option<A>) -> Outcome<A>>,
        mut peer: Side<B, impl FnMut(Option<B>) -> Outcome<B>>,
        check: impl Fn(&A, &B) -> Outcome<()>,
    ) {
        if !self.wants(&[case.name, case.peer]) {
            return;
        }
        match self.measure(case, calls, &mut ours, &mut peer, check) {
            Ok(row) => {
                println!("{}", if self.options.csv { table::csv(&row) } else { table::line(&row) });
                self.rows.push(row);
            }
            Err(error) => {
                self.failures += 1;
                self.note(format!("FAILED {} vs {}: {error}", case.name, case.peer));
            }
        }
    }

    fn measure<A, B>(
        &self,
        case: &Case<'_>,
        calls: usize,
        ours: &mut Side<A, impl FnMut(Option<A>) -> Outcome<A>>,
        peer: &mut Side<B, impl FnMut(Option<B>) -> Outcome<B>>,
        check: impl Fn(&A, &B) -> Outcome<()>,
    ) -> Outcome<Row> {
        ours.timed(1)?;
        peer.timed(1)?;
        verify(ours, peer, &check)?;
        let pair_ms = (ours.timed(calls)? + peer.timed(calls)?) * calls as f64;
        let runs = self.options.runs.unwrap_or_else(|| {
            let fitting = (ROW_TIME.as_secs_f64() * 1e3 / pair_ms) as usize;
            if self.options.quick { QUICK_RUNS } else { fitting.clamp(*RUNS.start(), *RUNS.end()) }
        });
        let runs = runs.max(1);
        let mut times = [Vec::with_capacity(runs), Vec::with_capacity(runs)];
        for _ in 0..runs {
            times[0].push(ours.timed(calls)?);
            times[1].push(peer.timed(calls)?);
        }
        verify(ours, peer, &check)?;
        let mut ratios: Vec<f64> = times[0].iter().zip(&times[1]).map(|(ours, peer)| peer / ours).collect();
        let paired = [0.25, 0.5, 0.75].map(|q| quantile(&mut ratios, q));
        let goal = if self.options.quick { Goal::Open } else { case.goal };
        let [ours_ms, peer_ms] = times.map(|mut times| quantile(&mut times, 0.5));
        Ok(Row {
            case: case.name.into(),
            n: case.n,
            peer: case.peer.into(),
            goal,
            ours_ms,
            peer_ms,
            paired,
            runs,
        })
    }
}

fn verify<A, F, B, G>(
    ours: &Side<A, F>,
    peer: &Side<B, G>,
    check: &impl Fn(&A, &B) -> Outcome<()>,
) -> Outcome<()> {
    match (&ours.result, &peer.result) {
        (Some(ours), Some(peer)) => check(ours, peer),
        _ => Err("a side gave no result".into()),
    }
}

/// The value below which a share `q` of the values lies, linear between neighbours.
fn quantile(values: &mut [f64], q: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = q * (values.len() - 1) as f64;
    let (low, high) = (values[at.floor() as usize], values[at.ceil() as usize]);
    low + (high - low) * at.fract()
}

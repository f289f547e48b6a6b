//! `measure`: our rows and lampshade's, case by case and size by size.

use std::path::Path;

use crate::data;
use crate::lampshade_rows::{Lampshade, SYSTEM as PEER};
use crate::memory::Room;
use crate::options::{Deadline, Options};
use crate::ours::{Ours, SYSTEM};
use crate::raw::Raw;
use crate::sink::{Sink, Subject};
use crate::timing::{Budget, Trouble};
use crate::{maps, reductions, scans, tune};

/// What all cases share.
pub(crate) struct Bench {
    pub(crate) ours: Ours,
    pub(crate) sink: Sink,
    pub(crate) budget: Budget,
    filter: String,
    deadline: Deadline,
}

impl Bench {
    pub(crate) fn wants(&self, case: &str) -> bool {
        case.contains(&self.filter)
    }

    /// Sets of inputs that fit beside what a row needs besides, on the device and on the host; an error when none do, or the
    /// time is over.
    pub(crate) fn sets(&self, set_bytes: u64, device_bytes: u64, host_bytes: u64) -> Result<usize, Trouble> {
        self.deadline.check()?;
        let room = Room::now(self.ours.adapter.software).for_inputs(device_bytes, host_bytes);
        room.and_then(|room| data::sets(set_bytes, room))
            .ok_or_else(|| Trouble::Cannot("it does not fit in the memory that is free".into()))
    }

    /// Says why there are no rows, if there are none.
    pub(crate) fn note(&mut self, subject: &Subject<'_>, done: Result<(), Trouble>) {
        if let Err(trouble) = done {
            self.sink.trouble(subject, &trouble);
        }
    }
}

/// Runs it; an error if a row was wrong, or if there are none.
pub(crate) fn run(options: &Options, tuning: Option<&Path>) -> Result<(), String> {
    let tuning = tuning.map(tune::tuning).transpose()?;
    let ours = Ours::open_with(options.adapter.as_deref(), tuning)?;
    eprintln!("adapter: {}", ours.adapter);
    // Without the peer there are our rows still.
    let opened = match ours.system {
        SYSTEM => Raw::open(&ours.adapter),
        _ => Err("no tuning changes its rows".to_owned()),
    };
    let raw = opened.inspect_err(|why| eprintln!("skipped: {PEER}: {why}")).ok();
    let peer = |raw| Lampshade::new(raw).inspect_err(|why| eprintln!("skipped: {PEER}: {why:?}")).ok();
    let mut lampshade = raw.as_ref().and_then(peer);
    let sink = Sink::create(&options.out)?;
    let (budget, deadline) = (options.budget(), options.deadline());
    let mut bench = Bench { ours, sink, budget, filter: options.filter.clone(), deadline };
    // All cases of a size before the next one: who has no time for the largest has all others.
    for n in options.sizes() {
        maps::run(&mut bench, n);
        reductions::run::<f32>(&mut bench, n);
        reductions::run::<u32>(&mut bench, n);
        if let Some(lampshade) = &mut lampshade {
            lampshade.reduce(&mut bench, n);
        }
        scans::run::<f32>(&mut bench, n);
        scans::run::<u32>(&mut bench, n);
        if let Some(lampshade) = &mut lampshade {
            lampshade.scan(&mut bench, n);
        }
    }
    for case in [reductions::SUM, reductions::SUM_OF_SQUARES, scans::INCLUSIVE, scans::EXCLUSIVE] {
        if bench.wants(case) {
            for dtype in ["u64", "f64"] {
                eprintln!("skipped: {SYSTEM} {case} {dtype}: elements have 32 bits");
            }
            Lampshade::lacks(case);
        }
    }
    for case in [maps::SAXPY, maps::BLACK_SCHOLES] {
        if bench.wants(case) {
            Lampshade::lacks(case);
        }
    }
    bench.sink.verdict()
}

//! Copies within the device: the bandwidth that nothing on it exceeds.

use super::{Facts, WORD, check_words, subject};
use crate::data;
use crate::oracle::places;
use crate::row::Clock;
use crate::stamps::Stamps;
use crate::timing::{Call, Trouble};

const CASE: &str = "copy device";

pub(super) fn run(facts: &mut Facts<'_>, n: u64) {
    if facts.wants(CASE) {
        let done = rows(facts, n);
        facts.note(&subject(CASE, n, 2 * WORD * n), done);
    }
}

fn rows(facts: &mut Facts<'_>, n: u64) -> Result<(), Trouble> {
    use wgpu::BufferUsages as Usage;
    let raw = facts.raw;
    let bytes = WORD * n;
    let sets = facts.sets(bytes, bytes, 0)?;
    let usage = Usage::STORAGE | Usage::COPY_SRC | Usage::COPY_DST;
    let mut sources = Vec::new();
    for set in 0..sets {
        let source = raw.buffer(bytes, usage)?;
        facts.fill.words(raw, &source, n, data::seed(set))?;
        sources.push(source);
    }
    let target = raw.buffer(bytes, usage)?;
    let stamps = Stamps::new(raw)?;
    for clock in [Clock::Device, Clock::Host] {
        let stamps = stamps.as_ref();
        let Facts { fill, sink, budget, .. } = &mut *facts;
        let mut call = Copy { raw, fill, stamps, clock, n, sources: &sources, target: &target };
        sink.row(&subject(CASE, n, 2 * bytes), clock, *budget, &mut call);
    }
    Ok(())
}

struct Copy<'c> {
    raw: &'c crate::raw::Raw,
    fill: &'c crate::fill::Fill,
    stamps: Option<&'c Stamps>,
    clock: Clock,
    n: u64,
    sources: &'c [wgpu::Buffer],
    target: &'c wgpu::Buffer,
}

impl Call for Copy<'_> {
    type Result = ();

    fn sets(&self) -> usize {
        self.sources.len()
    }

    fn poison(&mut self) -> Result<(), Trouble> {
        self.fill.poison(self.raw, self.target, self.n)
    }

    fn run(&mut self, index: usize) -> Result<(f64, ()), Trouble> {
        let source = &self.sources[index % self.sources.len()];
        let record = |encoder: &mut wgpu::CommandEncoder| {
            encoder.copy_buffer_to_buffer(source, 0, self.target, 0, WORD * self.n);
        };
        Ok((Stamps::by(self.clock, self.stamps, self.raw, record)?, ()))
    }

    fn check(&mut self, index: usize, (): ()) -> Result<Result<(), String>, Trouble> {
        let at = places(self.n);
        let given = self.raw.read_at(self.target, &at)?;
        Ok(check_words(&given, &at, data::seed(index % self.sources.len())))
    }
}
